// A compiled policy: instructions in the order in which they may run (operands first), the constants that they use,
// and what the policy promises to tell about each lead. Immutable once built and verified.
// May include: compiler/ir, stdlib/kernels, lang/source. Called by: lower (makes it), verify, print, engines, writers.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/agreement.h"
#include "compiler/ir/inst.h"
#include "compiler/ir/schema.h"
#include "compiler/ir/type.h"
#include "lang/source/source.h"
#include "lang/spec/edition.h"
#include "lang/support/id.h"
#include "lang/syntax/tree.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

enum class OnUndecided : std::uint8_t { agree = 0, smaller = 1, larger = 2 };  // `select`

using SpaceId = lang::Id<struct SpaceTag>;
inline constexpr std::uint32_t root_space = 0;

// A set of rows that values belong to. Space 0 holds the subject's rows (leads). A `many` space holds the child rows of
// its parent's rows, a `one` space the row that each of its parent's rows refers to. Spaces form a tree by path:
// the contacts of a lead's company are another space than the contacts of a run over companies.
enum class Link : std::uint8_t { root, many, one };
struct Space {
  Link link = Link::root;
  SpaceId parent;                      // of an earlier space; root: itself
  std::uint32_t object = 0;            // of the schema
  std::uint32_t relation = 0;          // of the parent's object
  std::vector<std::uint32_t> columns;  // column k of the space holds field columns[k] of the object
  std::optional<ValueId> match;        // one: the parent's value that the fallback match looks for (a text)
};

// A moment that lies before the evaluation, or a length of time.
enum class EdgeKind : std::uint8_t {
  duration,  // the evaluation less `amount` microseconds; of a day: less `amount` whole days, the edge itself left out
  months,    // the same local time `amount` months before, a month too short clamps to its last day; left out likewise
  calendar,  // the first day (or its first moment) of the calendar unit `amount - 1` units before the present one
};
// The edge is the smallest value that belongs to the window: "left out" edges are given one microsecond or day later.
struct WindowEdge {
  EdgeKind kind = EdgeKind::duration;
  std::int64_t amount = 0;
  lang::Calendar unit{};  // calendar
  bool of_days = false;   // the result is a day, not a moment

  bool operator==(const WindowEdge&) const = default;
};

struct FadeRule {
  lang::FadeKind kind = lang::FadeKind::never;
  std::int64_t interval = 0;       // microseconds, above 0
  std::int64_t left_mantissa = 0;  // percent: the share that is left after each interval, 9 digits
  bool whole_days = false;         // age counts whole days
  bool of_days = false;            // the second operand is a day; age is whole days
  std::uint8_t digits = 4;         // what is left is rounded to so many, once
  lang::RoundingMode mode = lang::RoundingMode::half_even;
  auto operator<=>(const FadeRule&) const = default;
};

// What one unit of a currency is worth in another, from a day on; rates rise by day, each rate above 0.
struct RateTable {
  std::uint16_t from = 0, to = 0;  // rows of lang::currency_rows
  struct Rate {
    std::int32_t day;
    std::int64_t mantissa;  // 9 digits
  };
  std::vector<Rate> rates;
};

struct Inst {
  Op op;
  Type type;
  SpaceId space;                    // of the result; none: the same for all rows, so that every space may use it
  SpaceId from;                     // folds: the child space; to_rows: the parent; from_one, is_linked: the `one` space
  bool may_fault = false;           // the value, or one that it is computed from, may overflow or divide by zero
  std::uint32_t first_operand = 0;  // in Program::operands
  std::uint32_t operand_count = 0;
  std::int64_t immediate = 0;
  lang::Span span;  // where the author wrote it
};

// ---- what comes out

struct QualifierOutput {
  std::string name;
  std::string title;
  std::string kind;
  ValueId condition;
};

// A rule of a score. `value` is missing where the rule is undecided (and that matters); `earned` is what it surely
// earns now: for rows those that surely count, else `value default 0`.
struct RuleOutput {
  std::string label;  // because ..., else the condition in the author's words
  std::string ask;    // may be empty
  lang::Span span;
  ValueId value;
  ValueId earned;
};
// A line of the ledger: what `after` has more than `before` (a rule: `before` is none). Lines add up to the score.
struct LedgerLine {
  std::string label;  // of the rule, or "at most 60", "never below 0"
  ValueId after;
  ValueId before;
};
struct ScoreOutput {
  std::string name;
  std::string title;
  ValueId value;   // always known, decimal of 4 digits
  ValueId lowest;  // saturated: the smallest and largest 64-bit number mean "no bound"
  ValueId highest;
  std::vector<RuleOutput> rules;
  std::vector<LedgerLine> ledger;
};
enum class LetterState : std::uint8_t { met, half_met, not_met, unknown, not_reached };
struct LetterOutput {
  std::string name;
  std::string title;
  std::string ask;
  ValueId met;      // yes: met or half met
  ValueId half;     // yes: half met; no where a letter cannot be half met
  ValueId reached;  // no: an earlier letter that stops is not met
};
struct FrameworkOutput {
  std::string name;
  std::string title;
  std::vector<LetterOutput> letters;
  std::optional<ValueId> qualified;
  ValueId met;  // how many letters are met, a half for half met; decimal of 1 digit; missing where that is open
};
// A condition that is meant to hold for every lead.
struct GuaranteeOutput {
  std::string title;
  lang::Span span;                 // of the declaration
  lang::Span condition;            // in the author's words
  std::optional<ValueId> premise;  // `A implies B`: yes where A is yes; never undecided
  ValueId broken;                  // yes where the lead breaks it; never undecided
};
// A value that the policy wants to see beside the verdict.
struct ValueOutput {
  std::string name;
  std::string title;
  ValueId value;
};
struct GradeOutput {
  std::string name;
  std::string title;
  std::vector<std::string> labels;
  ValueId value;
};
struct StageOutput {
  std::string name;
  std::string title;
  std::uint32_t rank = 0;  // stages beside one another have one rank
  bool beside = false;
  ValueId held;
  ValueId becomes;                 // the lead crosses from below to this stage or above in this evaluation
  std::optional<ValueId> skipped;  // yes: it was entered although an earlier stage was not (an issue of the data)
};  // lowest rank first; of one rank the main line first
struct LifecycleOutput {
  std::vector<StageOutput> stages;
  std::optional<ValueId> disqualified;
  std::string disqualified_because;
  std::optional<ValueId> not_yet;
  std::string not_yet_because;
  std::optional<ValueId> recycled;
  std::optional<ValueId> previous;  // code of the remembered stage; missing: none, or not recognised
  struct Override {
    ValueId stage;   // code: position in `stages`; missing: no override is in force
    ValueId reason;  // text
    std::string by;
  };
  std::optional<Override> manual;  // wins over every condition; shown with every answer
  ValueId reported;                // first_yes of: disqualified (if any), stages from the highest, not yet (if any)
  std::vector<std::string> reported_names;  // by the code of `reported`
  struct Issue {                            // of the data
    std::string where;
    std::string what;
    ValueId condition;
  };
  std::vector<Issue> issues;
};
struct RouteRowOutput {
  std::string destination;
  std::string label;
  ValueId condition;
};
struct RouteOutput {
  std::vector<RouteRowOutput> rows;
  ValueId taken;
};  // first_yes of the rows
struct IgnoreOutput {
  std::string because;
  ValueId condition;
};

// Child rows that never count: how many of a lead's rows the condition sets aside.
struct RowIgnoreOutput {
  std::string object;
  std::string because;
  ValueId count;
};

struct Outputs {
  std::vector<IgnoreOutput> ignores;  // of leads
  std::vector<RowIgnoreOutput> row_ignores;
  std::vector<QualifierOutput> qualifiers;
  std::vector<ScoreOutput> scores;
  std::vector<GradeOutput> grades;
  std::vector<FrameworkOutput> frameworks;
  std::optional<LifecycleOutput> lifecycle;
  std::optional<RouteOutput> route;
  std::vector<ValueOutput> values;
  std::vector<SlaOutput> slas;
  std::vector<GuaranteeOutput> guarantees;     // only where CompileOptions ask for them
  std::vector<LifecycleOutput::Issue> issues;  // values that are missing because rows cannot be told apart
};

// ---- tests: only where a policy is compiled for them

struct TestCell {
  std::uint32_t field = 0;  // of the row's object
  std::int64_t value = 0;   // mantissa, code, days, microseconds, 0/1
  std::string text;         // texts
};
struct TestRow {
  static constexpr std::uint32_t lead = 0xffff'ffffU;
  std::uint32_t object = 0;
  std::uint32_t parent = lead;  // of TestMoment::rows, before this one; or the lead
  std::uint32_t relation = 0;   // of the parent's object
  std::vector<TestCell> cells;  // each field once
};
// What is expected of a lead (condition, reason, route), or of a file of leads (share, count).
struct Expectation {
  enum class Kind : std::uint8_t { condition, reason, route, share, count };
  Kind kind = Kind::condition;
  lang::Span span;
  std::string words;    // as the author wrote it
  ValueId value;        // condition, share, count
  ValueId left, right;  // of a comparison; none: there is nothing to show
  std::string left_words;
  bool is_stage = false;              // the comparison is about the stage
  std::vector<std::string> names;     // scores and qualifiers that the condition names
  std::string score;                  // reason
  std::string text;                   // a part of the reason, the destination, the file
  bool negated = false;               // reason
  std::optional<lang::CompareOp> op;  // share, count; none: from low to high, both included
  std::int64_t low = 0, high = 0;     // share: of 4 digits
};
// The lead and its rows as they are at one step of a test, with all that was said before.
struct TestMoment {
  std::int64_t instant = 0;
  std::int32_t day = 0;  // in the policy's zone
  std::vector<TestCell> lead;
  std::vector<TestRow> rows;
  std::vector<Expectation> expectations;
};
struct TestCase {
  std::string title;
  lang::Span span;
  std::vector<TestMoment> moments;
  bool has_moment = true;  // it begins with `as of`
};
// A criterion of a qualifier, for coverage and for what a test says about an open one.
struct CriterionOutput {
  std::string qualifier;
  std::string label;
  lang::Span span;
  ValueId condition;
};
struct Tests {
  std::vector<TestCase> cases;
  std::vector<CriterionOutput> criteria;
};

// A value whose fault matters (section 4, number 8): where it is missing because of a fault, division records an
// issue under `label` and overflow rejects the lead.
struct FaultRoot {
  ValueId value;
  std::string label;
};

// A setting and its value in force, as an author would write it: 50000 USD, "EMEA", Software.
struct SettingValue {
  std::string name;
  std::string title;
  std::string value;
  bool overridden = false;  // by the run, not by the policy
};

// Both included.
struct ValueRange {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();

  bool operator==(const ValueRange&) const = default;
};

struct Program {
  std::string title, version, owner;
  std::uint16_t edition = lang::default_edition;
  std::vector<std::string> parties;                          // who owes each other something, as named in the header
  std::string source_hash;                                   // of the policy's text and its imports, 16 hex digits
  std::optional<std::int32_t> effective_from, effective_to;  // days since 1970-01-01, both included
  std::optional<std::int32_t> review_day;                    // the last day before which nobody need review it
  std::vector<SettingValue> settings;                        // in the order of the policy, modules first
  kernels::Zone zone = kernels::Zone::utc();
  bool reads_as_of = false;
  Schema schema;
  lang::Table<SpaceId, Space> spaces;  // a space after its parent; the first one is the subject's

  lang::Table<ValueId, Inst> insts;
  std::vector<ValueId> operands;
  std::vector<std::int64_t> weights;
  std::vector<std::string> texts;                      // trimmed
  std::vector<std::vector<std::int64_t>> number_sets;  // sorted, distinct
  std::vector<std::vector<std::string>> text_sets;     // folded, sorted, distinct
  std::vector<kernels::TextPattern> patterns;
  std::vector<WindowEdge> windows;
  std::vector<FadeRule> fades;
  std::vector<RateTable> rates;
  std::vector<CalendarOutput> calendars;  // by member of the picklist `calendar`

  Outputs outputs;
  Tests tests;
  std::vector<FaultRoot> fault_roots;

  // By instruction: what every value that is known lies between (ranges.h); rows without a value may hold anything.
  // Empty: nobody has worked it out.
  std::vector<ValueRange> ranges;

  [[nodiscard]] std::span<const ValueId> operands_of(const Inst& inst) const {
    return {operands.data() + inst.first_operand, inst.operand_count};
  }
};

// Every broken rule of the IR (operand after use, wrong kinds, indexes out of range), one line each; empty: sound.
[[nodiscard]] std::vector<std::string> verify(const Program& program);
// The printed form that golden tests hold.
[[nodiscard]] std::string print(const Program& program);

}  // namespace muster::compiler
