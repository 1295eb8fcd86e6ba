// The translation itself. One class, several files: lowerer.cpp walks declarations, space.cpp the rows that an
// expression is about, value.cpp names, literals and arithmetic, condition.cpp tests, choice.cpp bands and branches,
// rows.cpp child rows, window.cpp time, aggregate.cpp what rows come to, rule.cpp, counted.cpp and score.cpp points and
// ledgers, framework.cpp, lifecycle.cpp, table.cpp and outputs.cpp the rest.
//
// Every expression can be lowered in two ways. `actual` is what the policy says of the lead as it is. `possible` is
// what may still become of it when missing data arrive: a number is then an extent (lowest, highest), a condition is
// undecided where it may still turn. `lowest of` and `highest of` read the second (section 4, number 3). A count of
// rows is an extent in both: rows may or may not count (number 4).
//
// An expression is lowered in a space: the rows that it is about. Definitions are worked out once for each space that
// reads them; only those about the subject, in its own space, have outputs.
// May include: compiler/check/typed.h, compiler/ir. Called by: lower.cpp only.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "compiler/check/typed.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/program.h"
#include "lang/diagnostics/diagnostics.h"

namespace muster::compiler {

enum class Mode : std::uint8_t { actual, possible };

// What a value lies between. An end that is missing is unknown.
struct Extent {
  ValueId low;
  ValueId high;
  // Never yes; undecided, with the fault, where one leaves the extent open: ends that are known carry none. None: no
  // fault does.
  ValueId fault{};
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
  using RowsId = lang::RowsId;
  struct ScoreValues {
    ValueId value;
    Extent extent;
  };
  using InSpace = std::pair<std::uint32_t, std::uint32_t>;  // space, declaration

  // ---- lowerer.cpp
  void lower_declaration(std::uint32_t index);
  void add_row_ignores();
  ValueId lower_qualifier(const std::vector<lang::CriterionId>& items, lang::GroupKind kind, std::uint32_t count,
                          lang::Span span);
  ValueId lower_criterion(lang::CriterionId id);
  // A let, qualifier or grade in the present space and mode; worked out when it is first read.
  Extent value_of(std::uint32_t declaration);
  const ScoreValues& score_of(std::uint32_t declaration);

  // ---- test.cpp
  void lower_tests();
  void lower_expectation(Expectation& expected);

  // ---- space.cpp: which rows an expression is about
  // What must be put back when the lowering of one place is done. `spaces` are the enclosing rows, the present last.
  struct Scope {
    std::vector<SpaceId> spaces;
    const std::vector<Extent>* arguments = nullptr;  // of the define that is being inlined,
    std::size_t arguments_at = 0;                    // which were worked out where this many spaces enclosed them
    std::size_t home = 0;                            // its body is about the last of this many spaces
    std::vector<RowsId> restart;                     // `restart after`: only rows later than the latest of these count
    std::size_t restart_at = 0;                      // in the space that this many spaces end with
    bool collects = false;  // what is lowered is the subject's own definition: it has outputs and fault roots
  };
  [[nodiscard]] SpaceId space() const { return scope_.spaces.back(); }
  [[nodiscard]] const ObjectSchema& object() const { return program_.schema.objects[program_.spaces[space()].object]; }
  [[nodiscard]] static SpaceId root() { return SpaceId{root_space}; }
  void set_scope(Scope scope);
  // f() with the scope that `change` makes of the present one.
  template <class Change, class F>
  auto scoped(Change&& change, F&& f);
  // f() as a definition about the rows of a space: nothing of the place that reads it is visible.
  template <class F>
  auto in_space(SpaceId space, F&& f);
  // f() about the child rows of the present ones.
  template <class F>
  auto among(SpaceId rows, F&& f) {
    return scoped([&](Scope& scope) { scope.spaces.push_back(rows); }, f);
  }
  // f() in the enclosing or referenced rows that a name is about (TypedPolicy::paths); its value here.
  template <class F>
  Extent at_path(ExprId id, F&& f);
  Extent to_here(Extent value, const std::vector<SpaceId>& references, std::size_t from_depth, lang::Span span);
  SpaceId many_space(SpaceId parent, std::uint32_t relation);
  SpaceId one_space(SpaceId parent, std::uint32_t relation);
  const lang::ObjectDecl* object_declaration(std::uint32_t object) const;
  const lang::Relation* relation_declaration(std::uint32_t object, std::uint32_t relation) const;
  const lang::Field* field_declaration(std::uint32_t object, std::uint32_t field) const;
  ValueId column(std::uint32_t field, lang::Span span);  // of the present space

  // ---- value.cpp
  Extent lower(ExprId id);
  ValueId exact(ExprId id) { return lower(id).low; }  // for what is never an extent: conditions, texts, codes
  Extent lower_name(ExprId id);
  Extent lower_name_here(ExprId id);
  Extent lower_call(ExprId id, const lang::Call& call);
  Extent lower_define(ExprId id, const lang::Call& call);
  Extent lower_sum(ExprId id, const lang::SumChain& sum);
  Extent lower_product(ExprId id, const lang::Product& product);
  Extent lower_round(ExprId id, const lang::Round& round);
  ValueId is_blank_for_good(ExprId id, const Extent& value);
  // In `possible`: whether the expression, which was lowered to `value`, may be missing or undecided whatever data come
  // in (ir/facts.h).
  [[nodiscard]] bool may_stay_open(ExprId id, const Extent& value) const;
  [[nodiscard]] bool has_default(ExprId id) const;
  Extent lower_default(ExprId id, const lang::DefaultTo& fallback);
  ValueId lower_constant(const Constant& constant, lang::Span span);
  ValueId divide(ExprId left_id, const Type& right_type, Type type, ValueId left, ValueId right, lang::Span span);
  // To the type's digits, and for amounts to its currency.
  ValueId convert(ValueId value, const Type& from, const Type& to, lang::Span span);
  Extent convert(Extent extent, const Type& from, const Type& to, lang::Span span);
  // Of an amount, its currency alone, for what aligns scales itself; `own` is then the type that it has.
  Extent in_currency(Extent amount, Type& own, const Type& wanted, lang::Span span);
  Extent bound_of(lang::BoundKind kind, const Extent& extent, lang::Span span);
  // Whether one of the ends is known.
  ValueId has_end(Extent extent, lang::Span span) {
    const ValueId low = is_known(extent.low, span);
    return either(low, is_known(extent.high, span), span);
  }
  // f of what lies between two ends; f keeps their order, or turns it round where `turns` is yes.
  template <class F>
  Extent of_ends(const Extent& value, const Type& type, lang::Span span, F&& f, ValueId turns = {});
  Extent checked_ends(const Extent& ends, ValueId is_checked, ValueId is_low_lost, ValueId is_high_lost,
                      const Type& type, lang::Span span);
  struct Factors {
    lang::ProductOp op;
    Extent left;
    Type left_type;
    Extent right;
    Type right_type;
  };
  Factors factors_of(const lang::Product& product, lang::Span span);
  using OfFactors = std::function<ValueId(const std::vector<ValueId>&)>;
  // `result` of two exact factors.
  Extent of_product(const Factors& factors, const Type& type, lang::Span span, const OfFactors& result);
  // In `possible` the ends of scores may stand for no bound; arithmetic takes those for unknown.
  Extent known_ends(Extent extent, const Type& type, lang::Span span);
  // Whether both ends are the same; undecided where a fault keeps them apart.
  ValueId is_one_number(Extent extent, lang::Span span) {
    return or_fault(compare_numbers(lang::CompareOp::equal, extent.low, 0, extent.high, 0, span), extent, span);
  }
  // `condition`, undecided where it is not yes and a fault leaves the extent open.
  ValueId or_fault(ValueId condition, const Extent& extent, lang::Span span) {
    return extent.fault.is_none() ? condition : either(condition, extent.fault, span);
  }
  // As Extent::fault.
  ValueId fault_of(ValueId condition, lang::Span span);
  ValueId either_fault(ValueId left, ValueId right, lang::Span span);
  // f(operands) where all are exact, else only where both ends of each agree.
  template <class F>
  Extent lift(std::initializer_list<Extent> operands, Type result, lang::Span span, F&& f);

  // ---- condition.cpp
  ValueId lower_comparison(ExprId id, const lang::Comparison& comparison);
  ValueId compare(lang::CompareOp op, Extent left, const Type& left_type, Extent right, const Type& right_type,
                  lang::Span span);
  ValueId compare_numbers(lang::CompareOp op, ValueId left, unsigned left_digits, ValueId right, unsigned right_digits,
                          lang::Span span);
  ValueId is_in(Extent value, const Type& type, const std::vector<Constant>& list, lang::Span span);
  std::int64_t list_set(const Type& type, const std::vector<Constant>& list);
  ValueId is_in_set(Extent value, const Type& type, bool is_empty, std::int64_t set, lang::Span span);
  ValueId is_between_numbers(Extent value, std::int64_t set, lang::Span span);
  ValueId lower_membership(ExprId id, const lang::Membership& membership);
  ValueId lower_text_test(ExprId id, const lang::TextTest& test);
  ValueId has_one_value(Extent value, lang::Span span);
  ValueId is_settled(Extent value, lang::Span span);  // known; in `possible`: yes or undecided, for it may become known
  ValueId lower_state_test(ExprId id, const lang::StateTest& test);
  ValueId lower_evidence(ExprId operand, lang::Evidence evidence, lang::Span span);
  // The same whether or not the value is missing: what the field says of all its values, or the one that verifies it.
  ValueId is_told_as(ExprId operand, lang::Evidence evidence, lang::Span span);
  ValueId all_of(std::vector<ValueId> conditions, lang::Span span) {
    return builder_.add(Op::and_, truth(), conditions, 0, span);
  }
  ValueId both(ValueId left, ValueId right, lang::Span span) { return all_of({left, right}, span); }
  ValueId either(ValueId left, ValueId right, lang::Span span) {
    return builder_.add(Op::or_, truth(), {left, right}, 0, span);
  }
  ValueId negated(ValueId value, lang::Span span) { return builder_.add(Op::not_, truth(), {value}, 0, span); }
  ValueId is_known(ValueId value, lang::Span span) { return builder_.add(Op::is_known, truth(), {value}, 0, span); }
  // Definite truth: yes where it is yes; yes where it is yes or undecided.
  ValueId surely(ValueId value, lang::Span span) { return both(value, is_known(value, span), span); }
  ValueId possibly(ValueId value, lang::Span span) { return either(value, negated(is_known(value, span), span), span); }
  ValueId between(ValueId surely, ValueId perhaps, lang::Span span) {
    return builder_.add(Op::truth_between, truth(), {surely, perhaps}, 0, span);
  }

  // ---- choice.cpp
  // `may_stay`: nobody may ever know which of both it is (may_stay_open of the condition).
  Extent select(ValueId condition, Extent yes, Extent no, const Type& type, lang::Span span, bool may_stay = false);
  // The second where yes, the third where no, missing where undecided and they differ.
  ValueId pick(ValueId condition, ValueId yes, ValueId no, const Type& type, lang::Span span) {
    return builder_.add(Op::select, type, {condition, yes, no}, 0, span);
  }
  ValueId or_else(ValueId value, ValueId fallback, const Type& type, lang::Span span) {
    return builder_.add(Op::default_to, type, {value, fallback}, 0, span);
  }
  ValueId band_condition(const lang::Band& band, Extent subject, const Type& type);
  // What is tried in turn: a band, or rows of a table that stand together.
  struct Step {
    ValueId condition;
    Extent result;
    lang::Span span;
  };
  struct Steps {
    std::vector<Step> list{};
    bool leave_none_out = false;   // one of them holds whatever comes in
    bool are_asked_alone = false;  // where it is open whether some hold, others surely do not
    bool may_stay_open = false;    // as of `select`
  };
  // The result of the first step that holds; where none does there is no value.
  Extent first_that_holds(const Steps& steps, const Type& type, lang::Span span);
  // In `possible`, by a condition that may stay open: as long as it is, nothing is chosen, or nothing is earned; or the
  // choice is taken to be made in the end.
  enum class Choice : std::uint8_t { may_stay_open, or_nothing, is_made };
  // The result of the first band that holds, or `in_none`; none: the bands leave nothing out.
  struct Arm {
    const lang::Band* band;
    Extent result;
  };
  Extent choose(const std::vector<Arm>& arms, ExprId subject, const std::optional<Extent>& in_none, Choice choice,
                const Type& type, lang::Span span);
  Extent lower_if(ExprId id, const lang::If& choice, Choice how);
  Extent lower_match(ExprId id, const lang::Match& match, Choice how);
  Extent or_nothing(const Extent& number, const Type& type, lang::Span span);
  Extent lower_earning(ExprId id);  // a number that points are made of
  Extent lower_chosen(ExprId id, unsigned depth = 0);

  // ---- rows.cpp: child rows and which of them count, in the present mode
  struct Mask {
    SpaceId space;   // of the child rows
    ValueId counts;  // Kleene, of the child space
    ValueId given;   // the run has their file
    ValueId seen;    // of the present space: no row that would count can have stayed unseen
  };
  enum class WhereIs : std::uint8_t { part_of_mask, left_out };
  Mask rows_of(RowsId id, WhereIs where = WhereIs::part_of_mask);
  ValueId where_of(RowsId id, SpaceId rows);  // of the rows' space; yes where there is none
  ValueId not_ignored(SpaceId rows);          // of the rows' space
  ValueId seen(const lang::Rows& rows, const RowsInfo& info, SpaceId space, ValueId given);
  ValueId any_of(const Mask& mask, lang::Span span);  // any row that counts
  ValueId later_than_latest(RowsId restart, SpaceId rows, lang::Span span);
  ValueId since_recycled(SpaceId rows, lang::Span span);
  // The lead is sent back to the start. While it is, behaviour counts only from `since` on (none: all of it counts).
  // Its own condition counts all behaviour.
  struct Recycling {
    ValueId condition;
    ValueId since;
    Type since_type;
  };
  const std::optional<Recycling>& recycling();          // in the present mode, of the subject's space
  ValueId time_of_rows(SpaceId rows, lang::Span span);  // of that space; missing where its object has none
  [[nodiscard]] Type time_type(SpaceId rows) const;
  ValueId day_of_rows(SpaceId rows, lang::Span span);

  // ---- window.cpp
  // Whether a moment or day lies in a window. `rows`: it is the time of child rows of the present ones, which the
  // window's own names are about; else it is a field, which may lie in the future.
  ValueId is_within(Extent moment, const Type& type, const lang::Window& window, std::optional<SpaceId> rows);
  ValueId window_edge(const lang::Window& window, bool of_days);  // its first moment or day; none: `since`, `between`
  ValueId last_edge(const WindowEdge& edge, lang::Span span);
  ValueId lower_in_window(ExprId id, const lang::InWindow& test);
  ValueId lower_known_within(ExprId id, const lang::KnownWithin& test);
  // Compares moments and days with one another: a moment has its day in the policy's zone.
  ValueId compare_times(lang::CompareOp op, Extent left, const Type& left_type, Extent right, const Type& right_type,
                        lang::Span span);
  std::int64_t calendar_code(const lang::Calendar& unit) const;

  // ---- aggregate.cpp
  ValueId lower_rows_test(ExprId id, const lang::RowsTest& test);
  Extent lower_aggregate(ExprId id, const lang::Aggregate& aggregate);
  void add_tie_issue(bool is_first, const Mask& mask, ValueId value, ValueId result, ValueId settled, lang::Span span);
  Extent count_of(const Mask& mask, lang::Span span);
  ValueId average_of(ValueId sum, ValueId count, const Type& sum_type, const Type& type, lang::Span span);
  ValueId lower_days_of(ExprId id, const lang::DaysOf& days);

  // ---- rule.cpp, counted.cpp, total.cpp and score.cpp: points
  // Points at one step of a rule's way (section 4, number 11).
  static constexpr std::int64_t no_least = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t no_most = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t far_points = 1'000'000'000'000;  // a hundred million
  struct Points {
    ValueId value;   // missing where it is undecided
    ValueId earned;  // never missing
    Extent extent;   // never missing; the smallest and largest number stand for no bound
  };
  struct Earned {
    ValueId actual;  // never missing
    Extent extent;   // never missing, as above
  };
  struct Gate {  // whether points are earned at all, in both modes; none: always
    ValueId actual;
    ValueId possible;
  };
  // What a rule takes over from the groups around it and from its score.
  struct Around {
    const lang::Fade* fade = nullptr;  // row by row
    bool fades_whole = false;          // a group or the score fades by one moment
    std::vector<Gate> not_zero;        // `zero while` of each of them does not hold; worked out where it stands
  };
  // A total, apart from what has a fade of its own where the whole fades by one moment.
  struct Totals {
    std::optional<Earned> fading;
    std::optional<Earned> staying;
  };
  // What a rule that counts rows earns for them.
  struct Counted {
    ValueId plain;        // without fade, of the rows whose age is known where there is one; never missing
    Points points;        // with it
    ValueId some_surely;  // whether a row counts, in `possible`: surely, perhaps; definite
    ValueId some_perhaps;
    ValueId some;  // in `actual`: surely
  };
  // The same in one mode.
  struct CountedOnce {
    ValueId plain;
    ValueId earned;
    ValueId small;  // bounds of the points without their sign; missing: no bound
    ValueId large;
    ValueId decided;  // whether nothing is open
    ValueId some_surely;
    ValueId some_perhaps;
  };
  struct CountedRule {
    RowsId rows;
    std::optional<ExprId> different;
    const lang::Frequency* frequency = nullptr;
    bool latest_only = false;  // `when any ROWS`: its latest row
    std::int64_t each = 0;
    const lang::Fade* fade = nullptr;
    lang::Span span;
  };
  // counted.cpp
  Counted lower_counted(const CountedRule& rule);
  CountedOnce count_once(const CountedRule& rule);
  ValueId limit_rows(const CountedRule& rule, SpaceId rows, ValueId counts, bool surely);
  ValueId row_points(const CountedRule& rule, SpaceId rows, ValueId counts, std::int64_t without_time);
  ValueId fade(ValueId points, ValueId moment, const Type& moment_type, const lang::Fade& fade, lang::Span span);
  // rule.cpp
  Earned lower_rule(const lang::ScoreItem& item, lang::ScoreItemId id, const Around& around, ScoreOutput& output);
  std::string rule_label(const lang::ScoreItem& item) const;
  ValueId whole_raised_steps(ValueId quantity, const Type& type, unsigned raise, std::int64_t step, lang::Span span);
  Extent rule_points(const lang::PointRule& rule, lang::Span span);
  Extent rule_points(const lang::BandRule& rule, lang::ScoreItemId id, lang::Span span);
  Points plain_points(const lang::ScoreItem& item, lang::ScoreItemId id);
  std::optional<CountedRule> counted_rule(const lang::ScoreItem& item, const lang::Fade* fade);
  const lang::RowsTest* any_rows_in(const lang::PointRule& rule) const;
  Gate not_zero(ExprId zero_while, lang::Span span);
  std::optional<Gate> gate(const std::vector<Gate>& not_zero, const std::optional<ExprId>& when, lang::Span span);
  Points gated(const std::optional<Gate>& gate, const Points& points, lang::Span span);
  Points lifted(const Points& points, std::int64_t least, bool minus, const std::optional<Counted>& counted,
                lang::Span span);
  Points clamped(const Points& points, std::int64_t low, std::int64_t high, lang::Span span);
  Points faded_by_moment(const Points& points, const lang::Fade& fade, ExprId since, lang::Span span);
  ValueId faded_end(ValueId end, ValueId moment, const Type& moment_type, const lang::Fade& fade, bool low,
                    lang::Span span);
  Extent unbounded(Extent points, std::int64_t least, std::int64_t most, lang::Span span);
  ValueId clamp(ValueId value, std::int64_t low, std::int64_t high, lang::Span span);
  std::int64_t points_of(const lang::Points& points) const;
  std::int64_t points_of(ExprId id) const;
  ValueId points(std::int64_t value, lang::Span span) { return builder_.constant(points_type(), value, span); }
  // score.cpp
  void lower_score(std::uint32_t index, const lang::ScoreDecl& score, ScoreOutput& output);
  Totals lower_score_items(const std::vector<lang::ScoreItemId>& items, const Around& around, ScoreOutput& output);
  // A group or a score: what stands in it, its fade by one moment, its caps and scale.
  Totals lower_block(const lang::Clauses& clauses, const std::string& title, const Around& around, lang::Span span,
                     const std::optional<std::int64_t>& greatest, ScoreOutput& output,
                     const std::function<Totals(const Around&)>& inner);
  Earned lower_score_value(const lang::ScoreDecl& score, const Around& around, ScoreOutput& output);
  // total.cpp
  Earned sum_of(const std::vector<Earned>& parts, lang::Span span);
  Earned together(const Totals& totals, lang::Span span);
  // What a step makes of a total, with a line of the ledger where it changes something.
  Totals through(const Totals& totals, const std::string& label, ScoreOutput& output, lang::Span span,
                 const std::function<Earned(const Earned&)>& step);
  Earned clamped(const Earned& earned, std::int64_t low, std::int64_t high, lang::Span span);
  Earned scaled(const Earned& earned, std::int64_t target, std::int64_t greatest, lang::Span span);
  Earned faded_whole(const Earned& earned, const lang::Fade& fade, const std::string& label, ScoreOutput& output,
                     lang::Span span);
  // The most that can be earned, where caps say so.
  [[nodiscard]] std::optional<std::int64_t> greatest_of(const std::vector<lang::ScoreItemId>& items) const;
  [[nodiscard]] std::optional<std::int64_t> greatest_of(const lang::PointRule& rule) const;
  [[nodiscard]] std::optional<std::int64_t> greatest_in(std::optional<std::int64_t> most,
                                                        const lang::Clauses& clauses) const;
  [[nodiscard]] std::optional<std::int64_t> greatest_of_value(ExprId id) const;

  // ---- framework.cpp
  struct LetterValues {  // as LetterOutput
    ValueId met;
    ValueId half;
    ValueId reached;
    ValueId wholly;  // met, and not by half
  };
  struct FrameworkValues {
    std::vector<LetterValues> letters;
    Extent met;  // how many, a half for half met; decimal of 1 digit
    std::optional<ValueId> qualified;
  };
  const FrameworkValues& framework_values(std::uint32_t index);  // in the present space and mode
  LetterValues letter_values(const LetterInfo& info, ValueId reached, Extent& count);
  template <class AsWritten>
  void count_letters(const FrameworkInfo& info, AsWritten&& as_written, FrameworkValues& values);
  ValueId qualified_by(const lang::Qualified& qualified, const FrameworkValues& values);
  Extent count_where(ValueId condition, Extent counted, Extent otherwise, lang::Span span);
  void lower_framework(std::uint32_t index, const lang::FrameworkDecl& framework);  // its output
  Extent lower_letter(ExprId id);                                                   // BANT.Budget, BANT.met, BANT.share
  ValueId lower_framework_qualified(ExprId id, const lang::FrameworkQualified& test);

  // ---- lifecycle.cpp
  void lower_lifecycle(const lang::LifecycleDecl& lifecycle);
  ValueId lower_stage_comparison(lang::CompareOp op, std::uint32_t stage, lang::Span span);  // stage: its code
  ValueId is_stage_of(const std::vector<Constant>& list, lang::Span span);
  ValueId lower_stage_becomes(ExprId id, const lang::StageBecomes& test);
  [[nodiscard]] const lang::LifecycleDecl* lifecycle() const;
  [[nodiscard]] std::uint32_t subject_field(const lang::Name& name) const;
  // Stages by their position in TypedPolicy::stages.
  [[nodiscard]] std::vector<std::uint32_t> stages_from(std::uint32_t rank) const;
  ValueId stage_at_least(std::uint32_t rank, lang::Span span);
  ValueId was_one_of(const std::vector<std::uint32_t>& stages, lang::Span span);
  ValueId was_held(std::uint32_t stage, lang::Span span);
  ValueId is_kept_from_falling_below(std::uint32_t rank);
  ValueId is_recycled(lang::Span span);
  ValueId stage_becomes(std::uint32_t stage, lang::Span span);
  void add_spellings(const Type& picklist, std::vector<std::string>& words) const;
  std::optional<ValueId> lower_skipped(const lang::LifecycleDecl& lifecycle, std::uint32_t stage);
  void lower_override(const lang::LifecycleItem& item, LifecycleOutput& output);
  ValueId with_override(std::uint32_t stage, ValueId held, lang::Span span);
  void lower_stages(const lang::LifecycleDecl& lifecycle);
  void lower_reported(const lang::LifecycleDecl& lifecycle, LifecycleOutput& output);

  // ---- agreement.cpp
  struct Crossing {
    ValueId reached;     // condition
    ValueId at;          // moment; missing: nobody knows
    ValueId came_again;  // condition: after it had been sent back to the start
  };
  void lower_sla(const lang::SlaDecl& sla);
  Crossing lower_handoff(const lang::SlaDecl& sla);
  Crossing crossing_to(std::uint32_t stage, const std::optional<lang::Name>& field, lang::Span span);
  // `with_calendar`: whose calendar counts where `within` names none.
  TimeAllowed time_allowed(const lang::SlaDecl& sla, const lang::Within& within, const lang::Within* with_calendar);
  template <class F>
  auto without_recycling(F&& f);
  TouchOutput lower_touches(RowsId rows, std::uint32_t least, ValueId since);
  PauseOutput lower_pause(const lang::Pause& pause, ValueId since);
  ValueId has_come(ValueId at, const Type& type, lang::Span span);  // it does not lie behind the evaluation
  std::vector<ValueId> first_moments(const Mask& mask, ValueId counts, lang::Span span);
  ClauseOutput lower_clause(const lang::SlaDecl& sla, const lang::Clause& clause, ValueId since);
  DeliversClause lower_volume(const lang::Delivers& delivers, lang::Span span);
  ValueId where_given(ExprId id, ValueId known);
  ValueId written_at(ExprId field, lang::Span span);
  [[nodiscard]] std::uint32_t stage_position(std::string_view name) const;
  [[nodiscard]] const std::optional<lang::Name>& entry_field(std::uint32_t stage) const;
  static std::string escalation_words(const lang::Escalation& step);

  // ---- table.cpp
  Extent lower_table(ExprId id, const lang::Call& call);
  std::vector<Step> table_steps(std::uint32_t index, const std::vector<Extent>& operands, const Type& result_type);
  ValueId table_cell(const lang::Band& cell, Extent operand, const Type& type, bool column_says_missing);
  Extent sum_of_steps(const std::vector<Step>& steps, const Type& type, lang::Span span, bool may_stay);
  ValueId convert_money(ValueId amount, const Type& from, const Type& to, lang::Span span);  // currencies differ

  // ---- outputs.cpp
  Extent lower_grade(std::uint32_t index, const lang::GradeDecl& grade);  // in the present space and mode
  void add_grade(std::uint32_t index, const lang::GradeDecl& grade);      // its output
  void add_value(const lang::OutputDecl& output);
  ValueId where_exact(Extent value, const Type& type, lang::Span span);
  void lower_route(const lang::RouteDecl& route);
  void lower_guarantee(const lang::GuaranteeDecl& guarantee, lang::Span span);  // guarantee.cpp
  // The author's words on one line, shortened to so many code points.
  std::string label(lang::Span span, std::size_t longest = 80) const;
  void add_fault_root(ValueId value, const std::string& label);
  // Of the first yes: a fault does not count where one of `tried`, which come before it, is yes (number 8).
  void add_fault_root_after(const std::vector<ValueId>& tried, ValueId value, const std::string& label,
                            lang::Span span);

  // ---- small helpers
  [[nodiscard]] lang::Span span(ExprId id) const { return tree_.expressions[id].span; }
  [[nodiscard]] const Type& type_of(ExprId id) const { return policy_.type_of(id); }
  static Type truth() { return {.kind = Kind::boolean}; }
  static Type points_type() { return {.kind = Kind::decimal, .digits = lang::points_digits}; }
  static Type whole_number() { return {.kind = Kind::integer}; }
  static Extent exactly(ValueId value) { return {value, value}; }
  [[nodiscard]] std::size_t mode_index() const { return static_cast<std::size_t>(mode_); }
  // f() in a mode; the mode is then what it was.
  template <class F>
  auto in_mode(Mode mode, F&& f);

  const lang::Tree& tree_;
  const Symbols& symbols_;
  const lang::SourceMap& sources_;
  const TypedPolicy& policy_;
  const lang::Limits& limits_;
  lang::Diagnostics& diagnostics_;
  Program& program_;
  ProgramBuilder builder_;

  Mode mode_ = Mode::actual;
  Scope scope_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, SpaceId> child_spaces_;        // by parent and relation
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> column_slots_;  // by space and field
  // What has been worked out. While the condition of `recycled` is, it is another one.
  struct Known {
    std::map<InSpace, Extent> values[2];  // by mode: lets, qualifiers, grades
    std::map<InSpace, ScoreValues> scores;
    std::map<InSpace, FrameworkValues> frameworks[2];                     // by mode
    std::map<std::pair<InSpace, std::vector<Extent>>, Extent> tables[2];  // by mode: with operands
    std::vector<ValueId> held[2];  // by mode: stages, lowest rank first, as in TypedPolicy::stages
    ValueId disqualified[2];
    std::map<std::pair<std::vector<Extent>, std::pair<std::uint32_t, std::vector<SpaceId>>>, Extent>
        inlined[2];  // by mode: defines with arguments, in enclosing spaces
  };
  Known known_;
  std::optional<std::optional<Recycling>> recycling_[2];  // by mode
  bool in_recycling_ = false;
  std::optional<ValueId> manual_;  // the stage that people set by hand; missing: none, or rows of one moment differ
  ValueId is_set_by_hand_;         // whether a row is in force; not `none` where `manual_` is there
  std::optional<std::pair<std::uint32_t, std::uint32_t>> instance_;  // the pattern whose letters are being lowered, and
                                                                     // the framework that is made from it
  std::map<std::uint32_t, std::int64_t> list_sets_;  // sets of the program, by the test that has the list
  std::set<std::uint32_t> reported_scales_;          // `scaled to` without a greatest, by expression
  std::uint64_t inline_depth_ = 0;
};

template <class Change, class F>
auto Lowerer::scoped(Change&& change, F&& f) {
  const Scope before = scope_;
  Scope changed = scope_;
  change(changed);
  set_scope(std::move(changed));
  if constexpr (std::is_void_v<decltype(f())>) {
    f();
    set_scope(before);
  } else {
    auto result = f();
    set_scope(before);
    return result;
  }
}

template <class F>
auto Lowerer::in_space(SpaceId space, F&& f) {
  return scoped(
      [&](Scope& scope) {
        scope = Scope{};
        scope.spaces = {space};
      },
      f);
}

template <class F>
Extent Lowerer::at_path(ExprId id, F&& f) {
  const std::size_t depth = scope_.spaces.size();
  std::size_t up = 0;
  // The body of a define is about the subject, wherever it is called.
  if (scope_.arguments != nullptr && depth == scope_.arguments_at) up = depth - scope_.home;
  const auto path = policy_.paths.find(id.index);
  if (path != policy_.paths.end()) up += path->second.up;
  if (up == 0 && (path == policy_.paths.end() || path->second.references.empty())) return f();
  std::vector<SpaceId> references;
  const Extent value = scoped(
      [&](Scope& scope) {
        scope.spaces.resize(depth - up);
        scope.arguments = nullptr;
        if (path == policy_.paths.end()) return;
        for (const std::uint32_t relation : path->second.references) {
          references.push_back(one_space(references.empty() ? scope.spaces.back() : references.back(), relation));
        }
        if (!references.empty()) {
          scope = Scope{};
          scope.spaces = {references.back()};
        }
      },
      f);
  return to_here(value, references, depth - up, span(id));
}

template <class F>
auto Lowerer::in_mode(Mode mode, F&& f) {
  const Mode before = mode_;
  mode_ = mode;
  if constexpr (std::is_void_v<decltype(f())>) {
    f();
    mode_ = before;
  } else {
    auto result = f();
    mode_ = before;
    return result;
  }
}

template <class F>
Extent Lowerer::lift(std::initializer_list<Extent> operands, Type result, lang::Span span, F&& f) {
  std::vector<ValueId> lows;
  std::vector<ValueId> agreements;
  for (Extent operand : operands) {
    lows.push_back(operand.low);
    if (!operand.is_exact()) agreements.push_back(is_one_number(operand, span));
  }
  const ValueId value = f(lows);
  if (agreements.empty()) return exactly(value);
  const ValueId agree = builder_.add(Op::and_, truth(), agreements, 0, span);
  return exactly(builder_.add(Op::select, result, {agree, value, builder_.missing(result, span)}, 0, span));
}

}  // namespace muster::compiler
