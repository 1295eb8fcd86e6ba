// The translation itself. One class, several files: lowerer.cpp walks declarations, value.cpp names, literals and
// arithmetic, condition.cpp tests, choice.cpp bands and branches, score.cpp rules and ledgers, outputs.cpp the rest.
//
// Every expression can be lowered in two ways. `actual` is what the policy says of the lead as it is. `possible` is
// what may still become of it when missing data arrive: a number is then an extent (lowest, highest), a condition is
// undecided where it may still turn. `lowest of` and `highest of` read the second (section 4, number 3).
// May include: compiler/check/typed.h, compiler/ir. Called by: lower.cpp only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/check/typed.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/program.h"
#include "lang/diagnostics/diagnostics.h"

namespace muster::compiler {

enum class Mode : std::uint8_t { actual, possible };

// What a value lies between. In `actual` both ends are one value. An end that is missing is unknown.
struct Extent {
  ValueId low;
  ValueId high;
  [[nodiscard]] bool is_exact() const { return low == high; }
  auto operator<=>(const Extent&) const = default;
};

class Lowerer {
 public:
  Lowerer(const lang::Tree& tree, const Symbols& symbols, const lang::SourceMap& sources, const TypedPolicy& policy,
          const lang::Limits& limits, lang::Diagnostics& diagnostics, Program& program);
  void run();

 private:
  using ExprId = lang::ExprId;
  struct ScoreValues {
    ValueId value;
    Extent extent;
  };

  // ---- lowerer.cpp
  void lower_declaration(std::uint32_t index);
  ValueId lower_qualifier(const std::vector<lang::CriterionId>& items, lang::GroupKind kind, std::uint32_t count,
                          lang::Span span);
  ValueId lower_criterion(lang::CriterionId id);

  // ---- value.cpp
  Extent lower(ExprId id);
  ValueId exact(ExprId id) { return lower(id).low; }  // for what is never an extent: conditions, texts, codes
  Extent lower_name(ExprId id);
  Extent lower_call(ExprId id, const lang::Call& call);
  Extent lower_define(ExprId id, const lang::Call& call);
  Extent lower_sum(ExprId id, const lang::SumChain& sum);
  Extent lower_product(ExprId id, const lang::Product& product);
  Extent lower_round(ExprId id, const lang::Round& round);
  Extent lower_default(ExprId id, const lang::DefaultTo& fallback);
  ValueId lower_constant(const Constant& constant, lang::Span span);
  ValueId divide(const lang::Product& product, Type type, ValueId left, ValueId right, lang::Span span);
  ValueId convert(ValueId value, const Type& from, const Type& to, lang::Span span);
  Extent convert(Extent extent, const Type& from, const Type& to, lang::Span span);
  ValueId column(std::uint32_t field, lang::Span span);
  // f(operands) where all are exact, else only where both ends of each agree.
  template <class F>
  Extent lift(std::initializer_list<Extent> operands, Type result, lang::Span span, F&& f);

  // ---- condition.cpp
  ValueId lower_comparison(ExprId id, const lang::Comparison& comparison);
  ValueId compare(lang::CompareOp op, Extent left, const Type& left_type, Extent right, const Type& right_type,
                  lang::Span span);
  ValueId compare_numbers(lang::CompareOp op, ValueId left, unsigned left_digits, ValueId right, unsigned right_digits,
                          lang::Span span);
  ValueId lower_stage_comparison(lang::CompareOp op, std::uint32_t rank, lang::Span span);
  ValueId is_stage_of(const std::vector<Constant>& list, lang::Span span);
  ValueId is_in(Extent value, const Type& type, const std::vector<Constant>& list, lang::Span span);
  std::int64_t list_set(const Type& type, const std::vector<Constant>& list);
  ValueId is_in_set(Extent value, const Type& type, bool is_empty, std::int64_t set, lang::Span span);
  ValueId lower_membership(ExprId id, const lang::Membership& membership);
  ValueId lower_text_test(ExprId id, const lang::TextTest& test);
  ValueId lower_in_last(ExprId id, const lang::InLast& window);
  ValueId lower_state_test(ExprId id, const lang::StateTest& test);
  ValueId is_settled(Extent value, lang::Span span);  // known; in `possible`: yes or undecided, for it may become known
  ValueId both(ValueId left, ValueId right, lang::Span span) {
    return builder_.add(Op::and_, truth(), {left, right}, 0, span);
  }
  ValueId either(ValueId left, ValueId right, lang::Span span) {
    return builder_.add(Op::or_, truth(), {left, right}, 0, span);
  }
  ValueId negated(ValueId value, lang::Span span) { return builder_.add(Op::not_, truth(), {value}, 0, span); }

  // ---- choice.cpp
  Extent select(ValueId condition, Extent yes, Extent no, const Type& type, lang::Span span);
  ValueId band_condition(const lang::Band& band, Extent subject, const Type& type);
  // The result of the first band that holds; `rest` where none does.
  struct Arm {
    const lang::Band* band;
    Extent result;
  };
  Extent choose(const std::vector<Arm>& arms, Extent subject, const Type& subject_type, Extent rest, const Type& type,
                lang::Span span);

  // ---- score.cpp
  void lower_score(std::uint32_t index, const lang::ScoreDecl& score);
  struct Earned {
    ValueId actual;  // never missing
    Extent extent;   // never missing; the smallest and largest number stand for no bound
  };
  Earned lower_score_items(const std::vector<lang::ScoreItemId>& items, ScoreOutput& output);
  Earned lower_rule(const lang::ScoreItem& item, lang::ScoreItemId id, ScoreOutput& output);
  Extent rule_points(const lang::PointRule& rule, lang::Span span);
  Extent rule_points(const lang::BandRule& rule, lang::ScoreItemId id, lang::Span span);
  Extent unbounded(Extent points, std::int64_t least, std::int64_t most, lang::Span span);
  Earned cap(Earned earned, std::int64_t low, std::int64_t high, const std::string& label, ScoreOutput& output,
             lang::Span span);
  ValueId clamp(ValueId value, std::int64_t low, std::int64_t high, lang::Span span);
  std::int64_t points_of(const lang::Points& points) const;
  std::int64_t points_of(ExprId id) const;
  ValueId points(std::int64_t value, lang::Span span) { return builder_.constant(points_type(), value, span); }

  // ---- outputs.cpp
  void lower_grade(std::uint32_t index, const lang::GradeDecl& grade);
  void lower_lifecycle(const lang::LifecycleDecl& lifecycle);
  void lower_route(const lang::RouteDecl& route);
  std::string label(lang::Span span) const;  // the author's words on one line, shortened
  void add_fault_root(ValueId value, const std::string& label);
  // Of the first yes: a fault does not count where one of `tried`, which come before it, is yes (number 8).
  void add_fault_root_after(const std::vector<ValueId>& tried, ValueId value, const std::string& label,
                            lang::Span span);

  // ---- small helpers
  [[nodiscard]] lang::Span span(ExprId id) const { return tree_.expressions[id].span; }
  [[nodiscard]] const Type& type_of(ExprId id) const { return policy_.type_of(id); }
  static Type truth() { return {.kind = Kind::boolean}; }
  static Type points_type() { return {.kind = Kind::decimal, .digits = lang::points_digits}; }
  static Extent exactly(ValueId value) { return {value, value}; }
  [[nodiscard]] std::size_t mode_index() const { return static_cast<std::size_t>(mode_); }

  const lang::Tree& tree_;
  const Symbols& symbols_;
  const lang::SourceMap& sources_;
  const TypedPolicy& policy_;
  const lang::Limits& limits_;
  lang::Diagnostics& diagnostics_;
  Program& program_;
  ProgramBuilder builder_;

  Mode mode_ = Mode::actual;
  std::map<std::uint32_t, Extent> values_[2];    // by mode: lets, qualifiers, grades, by declaration
  std::map<std::uint32_t, ScoreValues> scores_;  // by declaration
  std::vector<ValueId> held_[2];                 // by mode: stages, lowest rank first
  ValueId disqualified_[2];
  std::map<std::uint32_t, std::uint32_t> column_of_field_;
  std::map<std::uint32_t, std::int64_t> list_sets_;  // sets of the program, by the test that has the list
  const std::vector<Extent>* arguments_ = nullptr;   // of the define that is being inlined
  std::map<std::pair<std::uint32_t, std::vector<Extent>>, Extent> inlined_[2];  // by mode, define and arguments
  std::uint64_t inline_depth_ = 0;
};

template <class F>
Extent Lowerer::lift(std::initializer_list<Extent> operands, Type result, lang::Span span, F&& f) {
  std::vector<ValueId> lows;
  std::vector<ValueId> agreements;
  for (Extent operand : operands) {
    lows.push_back(operand.low);
    if (!operand.is_exact()) {
      agreements.push_back(compare_numbers(lang::CompareOp::equal, operand.low, 0, operand.high, 0, span));
    }
  }
  const ValueId value = f(lows);
  if (agreements.empty()) return exactly(value);
  const ValueId agree = builder_.add(Op::and_, truth(), agreements, 0, span);
  return exactly(builder_.add(Op::select, result, {agree, value, builder_.missing(result, span)}, 0, span));
}

}  // namespace muster::compiler
