// The type checker. One class, several files: checker.cpp walks declarations, data.cpp reads objects and picklists,
// expression.cpp types names, texts and calls, condition.cpp comparisons and tests, arithmetic.cpp sums and products,
// choice.cpp bands, match and if, constant.cpp works out what is fixed. After a mistake a type is poison, so that one
// mistake speaks once. May include: compiler/resolve, compiler/ir, stdlib/kernels, lang/*. Called by: compile.cpp.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/check/typed.h"
#include "lang/diagnostics/diagnostics.h"
#include "lang/spec/limits.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

class Checker {
 public:
  Checker(const lang::Tree& tree, const Symbols& symbols, const DefinitionOrder& order, const lang::SourceMap& sources,
          const lang::Limits& limits, lang::Diagnostics& diagnostics);
  // Checks everything. The result may be lowered only if there are no errors.
  TypedPolicy run();

 private:
  using ExprId = lang::ExprId;

  // ---- checker.cpp: declarations
  void read_header(const lang::PolicyHeader& header);
  void check_declaration(std::uint32_t index);
  void check_qualifier(const std::vector<lang::CriterionId>& items, bool& may_be_missing);
  void check_score(const lang::ScoreDecl& score);
  void check_score_items(const std::vector<lang::ScoreItemId>& items);
  void check_points(const lang::Points& points);
  void check_grade(const lang::GradeDecl& grade, std::uint32_t index);
  void check_lifecycle(const lang::LifecycleDecl& lifecycle);
  void check_route(const lang::RouteDecl& route);
  void check_cap(const std::optional<ExprId>& at_most);

  // ---- data.cpp: objects and picklists
  void read_picklists();
  void read_object();
  void read_grades_and_stages();
  Type type_from(const lang::TypeRef& ref);
  void read_formats(const lang::Field& field, FieldSchema& schema);

  // ---- expression.cpp
  // The type of an expression; `opposite` is the type that it stands against, whose members a bare name means first.
  Type check(ExprId id, const Type* opposite = nullptr);
  bool check_condition(ExprId id);  // reports what is no condition; returns whether it may be undecided
  Type check_node(ExprId id, const Type* opposite);
  Type check_name(ExprId id, const lang::NameRef& name, const Type* opposite);
  Type check_text(ExprId id, const std::string& text, const Type* opposite);
  Type check_call(ExprId id, const lang::Call& call);
  Type check_comparison(ExprId id, const lang::Comparison& comparison);
  Type check_membership(ExprId id, const lang::Membership& membership);
  void check_set_items(ExprId test, const std::vector<ExprId>& items, const Type& type);
  void check_named_set(ExprId test, std::uint32_t set, const Type& type);
  Type check_text_test(ExprId id, const lang::TextTest& test);
  Type check_state_test(ExprId id, const lang::StateTest& test);
  std::pair<Type, Type> check_opposite(ExprId left, ExprId right, const Type* opposite = nullptr);
  bool comparable(const Type& left, const Type& right) const;
  void report_not_comparable(lang::Span place, ExprId left_id, const Type& left, ExprId right_id, const Type& right);
  [[nodiscard]] bool is_empty_text(ExprId id) const;
  [[nodiscard]] bool waits_for_opposite(ExprId id) const;
  bool bind_member(ExprId id, std::string_view spelling, const Type& opposite);
  void report_unknown(const lang::Name& name);
  void report_wrong_type(ExprId id, const Type& wanted, const Type& found);
  Type use_declaration(ExprId id, const Symbol& symbol);

  // ---- arithmetic.cpp
  Type check_sum(ExprId id, const lang::SumChain& sum);
  void check_whole_days(ExprId term);
  Type add(const Type& left, const Type& right, bool minus, ExprId left_id, ExprId right_id);
  Type check_product(ExprId id, const lang::Product& product);
  Type check_round(ExprId id, const lang::Round& round);
  // The type that holds both, or nothing. Numbers widen to the larger scale.
  [[nodiscard]] std::optional<Type> common(const Type& left, const Type& right) const;

  // ---- choice.cpp
  Type check_if(ExprId id, const lang::If& choice, const Type* opposite);
  Type check_match(ExprId id, const lang::Match& match, const Type* opposite);
  // Types the bands against the subject, reports overlaps, and says what is in none of them (empty: nothing).
  std::string check_bands(const std::vector<const lang::Band*>& bands, ExprId subject);
  Type check_default(ExprId id, const lang::DefaultTo& fallback);

  // ---- constant.cpp
  // The fixed value of a checked expression; reports overflow and division by zero in constants.
  std::optional<Constant> constant(ExprId id);
  std::optional<Constant> fold(ExprId id);
  [[nodiscard]] const lang::Product* quotient_in(ExprId id) const;
  std::optional<kernels::Checked> divide(const lang::Product& quotient, const Type& type, lang::RoundingMode mode);
  // A fixed value of the type, or a message that `what` must be one.
  std::optional<Constant> require_constant(ExprId id, std::string_view what);

  // ---- small helpers
  [[nodiscard]] lang::Span span(ExprId id) const { return tree_.expressions[id].span; }
  [[nodiscard]] std::string words(const Type& type) const { return describe(type, policy_); }
  [[nodiscard]] std::string source_text(ExprId id) const { return std::string(sources_.text(span(id))); }
  ExprInfo& info(ExprId id) { return policy_.expressions[id.index]; }
  [[nodiscard]] bool may_miss(ExprId id) const { return policy_.expressions[id.index].may_be_missing; }
  // Looking for what somebody meant takes time for each name there is: not beyond the messages that are shown.
  [[nodiscard]] bool may_suggest() const { return diagnostics_.error_count() <= limits_.diagnostics; }
  Type poison() const { return {}; }
  Type boolean() const { return {.kind = Kind::boolean}; }
  [[nodiscard]] std::vector<std::string> members_of(const Type& type) const;

  const lang::Tree& tree_;
  const Symbols& symbols_;
  const DefinitionOrder& definitions_;
  const lang::SourceMap& sources_;
  const lang::Limits& limits_;
  lang::Diagnostics& diagnostics_;
  TypedPolicy policy_;
  using Spellings = std::unordered_map<std::string, std::uint32_t>;  // folded spelling -> member
  std::vector<Spellings> spellings_;                                 // by picklist
  std::map<std::string, std::uint32_t> picklist_numbers_;            // by name
  std::map<std::uint32_t, std::uint32_t> grade_numbers_;             // by declaration
  std::map<std::array<std::uint32_t, 5>, std::uint32_t> set_lists_;  // by set and type: the test that has the list
  bool is_currency_broken_ = false;                                  // the header names one that does not exist
  const std::vector<lang::Parameter>* parameters_ = nullptr;         // of the define that is being checked
  std::vector<Type> parameter_types_;
};

}  // namespace muster::compiler
