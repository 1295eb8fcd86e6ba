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
  stage,         // the word `stage` itself; index: the lifecycle's declaration
  disqualified,  // the lifecycle's fate as a condition
  member,        // index: code of the member in the expression's own type
  parameter,     // index: of the define's parameter
  broken,        // declared in text that could not be read: a mistake that has been reported
};

struct Symbol {
  Meaning meaning = Meaning::none;
  std::uint32_t index = 0;
  lang::Span span;
};

class Symbols {
 public:
  // Collects every declared name and reports names that are defined twice.
  Symbols(const lang::Tree& tree, lang::Diagnostics& diagnostics);

  // Names of declarations, then fields. Words of text that could not be read give Meaning::broken.
  [[nodiscard]] Symbol find(std::string_view name) const;
  [[nodiscard]] Symbol find_field(std::string_view name) const;
  // The declaration of `object Lead`, if there is one.
  [[nodiscard]] std::optional<std::uint32_t> lead_object() const { return lead_object_; }
  [[nodiscard]] std::optional<std::uint32_t> lifecycle() const { return lifecycle_; }
  [[nodiscard]] std::vector<std::string> names() const;  // for suggestions
  // A name of a picklist member, a grade's label or a stage: it may mean that instead of a definition.
  [[nodiscard]] bool is_member_somewhere(std::string_view name) const { return members_.contains(std::string(name)); }
  [[nodiscard]] bool is_broken(std::string_view name) const { return broken_.contains(std::string(name)); }

 private:
  void declare(const lang::Name& name, Meaning meaning, std::uint32_t index, lang::Diagnostics& diagnostics);

  std::unordered_map<std::string, Symbol> declared_;
  std::unordered_map<std::string, Symbol> fields_;
  std::unordered_set<std::string> members_;
  std::unordered_set<std::string> broken_;
  std::optional<std::uint32_t> lead_object_;
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
