// The names of a policy: what each one stands for, and an order in which definitions can be worked out.
// May include: lang/*. Called by: check, lower.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lang/diagnostics/diagnostics.h"
#include "lang/syntax/tree.h"

namespace muster::compiler {

enum class Meaning : std::uint8_t {
  none,
  field,     // index: of the object's field
  picklist,  // index: declaration, as for all below unless said otherwise
  set,
  setting,
  let,
  define,
  qualifier,
  score,
  grade,
  table,
  framework,      // index: declaration
  letter,         // BANT.Budget; index: number of the letter, ExprInfo::declaration: the framework
  letters_met,    // BANT.met: how many letters are met; index: the framework's declaration
  letters_share,  // BANT.share: the share of letters that are met
  reference,      // the name of a `one` relation itself: `company is known`
  stage,          // the word `stage` itself; index: the lifecycle's declaration
  disqualified,   // the lifecycle's fate as a condition
  recycled,       // whether the lead is sent back to the start
  member,         // index: code of the member in the expression's own type
  parameter,      // index: of the define's parameter
  broken,         // declared in text that could not be read: a mistake that has been reported
};

struct Symbol {
  Meaning meaning = Meaning::none;
  std::uint32_t index = 0;
  lang::Span span;
};

inline constexpr std::uint32_t no_object = 0xffff'ffffU;

// A field of an object. Those inside a kind are fields of the object that only rows of some kinds use; kinds that
// declare the same field share it.
struct FieldNames {
  const lang::Field* field = nullptr;
  std::vector<std::uint32_t> kinds;  // members of the kind field; empty: every row uses it
};

// What an object's names stand for. Numbers are those of the schema: positions in the order of the text, the fields of
// kinds behind the others.
struct ObjectNames {
  std::uint32_t declaration = 0;
  const lang::ObjectDecl* object = nullptr;
  std::vector<FieldNames> fields;
  std::unordered_map<std::string, std::uint32_t> field_numbers;
  std::unordered_map<std::string, std::uint32_t> relation_numbers;
  std::optional<std::uint32_t> kind_field;
  std::unordered_map<std::string, std::uint32_t> kind_numbers;  // members of the kind field
  std::vector<const lang::KindDecl*> kinds;                     // by member; the member `other` comes after them

  [[nodiscard]] const std::string& name() const { return object->name.text; }
  [[nodiscard]] std::optional<std::uint32_t> find_field(const std::string& name) const;
  [[nodiscard]] std::optional<std::uint32_t> find_relation(const std::string& name) const;
};

class Symbols {
 public:
  // Collects every declared name and reports names that are defined twice. The tree must outlive the symbols.
  Symbols(const lang::Tree& tree, lang::Diagnostics& diagnostics);

  // Names of declarations. Words of text that could not be read give Meaning::broken.
  [[nodiscard]] Symbol find(std::string_view name) const;
  [[nodiscard]] const std::vector<ObjectNames>& objects() const { return objects_; }
  // The number of an object; no_object if there is none of that name.
  [[nodiscard]] std::uint32_t find_object(std::string_view name) const;
  // The object whose rows get a verdict, `Lead`; no_object if the policy has none.
  [[nodiscard]] std::uint32_t subject() const { return subject_; }
  // The object that a declaration is about: what stands behind `for`, the object of a declaration `object` itself, else
  // the subject.
  [[nodiscard]] std::uint32_t about(std::uint32_t declaration) const { return about_[declaration]; }
  [[nodiscard]] std::optional<std::uint32_t> lifecycle() const { return lifecycle_; }
  // Names of declarations and of the subject's fields and relations, for suggestions.
  [[nodiscard]] std::vector<std::string> names() const;
  // A name of a picklist member, a kind, a grade's label or a stage: it may mean that instead of a definition.
  [[nodiscard]] bool is_member_somewhere(std::string_view name) const { return members_.contains(std::string(name)); }
  [[nodiscard]] bool is_broken(std::string_view name) const { return broken_.contains(std::string(name)); }

 private:
  void declare(const lang::Name& name, Meaning meaning, std::uint32_t index, lang::Diagnostics& diagnostics);
  void declare_stage(const lang::Name& name, lang::Diagnostics& diagnostics);
  void declare_about(const std::optional<lang::Name>& about, std::uint32_t index, lang::Diagnostics& diagnostics);
  void read_object(const lang::ObjectDecl& object, std::uint32_t index, lang::Diagnostics& diagnostics);
  void read_fields(ObjectNames& names, lang::Diagnostics& diagnostics);
  void report_names_of_fields(lang::Diagnostics& diagnostics) const;

  std::unordered_map<std::string, Symbol> declared_;
  std::vector<ObjectNames> objects_;
  std::unordered_map<std::string, std::uint32_t> object_numbers_;
  std::uint32_t subject_ = no_object;
  std::vector<std::uint32_t> about_;
  std::unordered_set<std::string> members_;
  std::unordered_set<std::string> broken_;
  std::optional<std::uint32_t> lifecycle_;
};

// The declarations, each after all that it uses. One that takes part in a cycle is reported and left out of
// `order`; its index is in `cyclic`. Iterative, so that a long chain of definitions needs no stack.
struct DefinitionOrder {
  std::vector<std::uint32_t> order;
  std::unordered_set<std::uint32_t> cyclic;
};
[[nodiscard]] DefinitionOrder order_definitions(const lang::Tree& tree, const Symbols& symbols,
                                                lang::Diagnostics& diagnostics);

}  // namespace muster::compiler
