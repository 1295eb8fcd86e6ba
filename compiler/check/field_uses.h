// Which fields a definition uses, however long the way: through other definitions, references, rows and what is always
// done with rows. A field that a change of could change the definition's value is never left out; whether the value
// really changes is not asked, so that no setting and no data make a difference (docs/decisions/0016).
// May include: compiler/resolve, compiler/check/typed.h. Called by: guarantee.cpp, tests.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/check/typed.h"
#include "compiler/resolve/scope.h"
#include "lang/syntax/tree.h"

namespace muster::compiler {

// Something that can be used.
struct Use {
  enum class What : std::uint8_t {
    declaration,  // first: its number in the tree
    field,        // of object `first`, number `second`
    reference,    // relation `second` of object `first`: which row is referred to
    children,     // relation `second` of object `first`: which rows belong to a row
    rows,         // that rows of object `first` exist, whatever they hold
    kind,         // that rows of its kind `second` exist
    duplicates,   // of object `first`: which of several rows is kept
    recycling,    // since when the behaviour of a lead counts again
    rates,        // at which day's rates amounts are compared
  };
  What what = What::declaration;
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  auto operator<=>(const Use&) const = default;
};

class FieldUses {
 public:
  // All outlive it. What could not be checked is left out.
  FieldUses(const lang::Tree& tree, const Symbols& symbols, const TypedPolicy& policy);

  struct Step {
    Use use;
    lang::Span span;  // where it is read; empty: nowhere in particular
  };
  // A shortest way from a declaration to what it uses, both included; empty: it does not use it.
  [[nodiscard]] std::vector<Step> way(std::uint32_t declaration, const Use& wanted);
  // Everything that a declaration uses.
  [[nodiscard]] std::vector<Use> all(std::uint32_t declaration);
  // In an author's words.
  [[nodiscard]] std::string words(const Use& use) const;

 private:
  struct Reached {
    Step step;
    std::size_t from;  // position of what uses it; itself: the beginning
  };
  // What is used, nearest first.
  std::vector<Reached> search(std::uint32_t declaration);
  void expand(const Use& use);
  void expand_declaration(std::uint32_t index);
  void expand_relation(std::uint32_t object, std::uint32_t relation);
  void expand_rows(std::uint32_t object);
  void expand_duplicates(std::uint32_t object);
  void expand_recycling();
  void expressions_of(const lang::DeclarationNode& node);
  void add_lifecycle(const lang::LifecycleDecl& lifecycle);
  void add_framework(std::uint32_t index);

  void found(Use use, lang::Span span) { found_.push_back({use, span}); }
  void add_declaration(std::uint32_t index, lang::Span span) { found({Use::What::declaration, index, 0}, span); }
  void add_name(const lang::Name& name);
  void add_field(std::uint32_t object, std::uint32_t field, lang::Span span) {
    found({Use::What::field, object, field}, span);
  }
  void add_field(std::uint32_t object, const lang::Name& name);
  void add_option(lang::ExprId operand, bool dated);  // the field that says when or whether a value is known
  void add(lang::ExprId id);
  void add(const std::optional<lang::ExprId>& id) {
    if (id) add(*id);
  }
  void add_path(lang::ExprId id, const lang::NameRef& name);
  void add_rows(lang::RowsId id, const std::optional<lang::ExprId>& value);
  [[nodiscard]] std::uint32_t target(std::uint32_t object, std::uint32_t relation) const;
  [[nodiscard]] std::optional<FieldPlace> field_in(lang::ExprId id) const;

  const lang::Tree& tree_;
  const Symbols& symbols_;
  const TypedPolicy& policy_;
  std::unordered_map<std::string, std::vector<const lang::DeclarationNode*>> extensions_;  // by table
  Scopes scopes_;
  std::vector<Step> found_;                // of what is expanded now
  std::optional<std::uint16_t> currency_;  // of the first amount that was met
};

}  // namespace muster::compiler
