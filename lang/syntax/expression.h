// Expressions as the author wrote them. Nothing is resolved or typed here; parentheses are kept for the formatter.
// May include: lang/source, lang/spec, lang/support. Called by: parse, resolve, check, lower.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lang/source/source.h"
#include "lang/spec/spec.h"

namespace muster::lang {

using ExprId = Id<struct ExprTag>;
using RowsId = Id<struct RowsTag>;

struct Name {
  std::string text;
  Span span;
};

// A quoted text in the policy, escapes resolved.
struct Quoted {
  std::string text;
  Span span;
};

// mantissa / 10^digits, exactly as written; digits is 0..9.
struct Decimal {
  std::int64_t mantissa = 0;
  std::uint8_t digits = 0;

  bool operator==(const Decimal&) const = default;
};

// A unit of the calendar in the policy's zone; a week says on which day it begins.
enum class CalendarUnit : std::uint8_t { day, week, month, quarter, year };
struct Calendar {
  CalendarUnit unit = CalendarUnit::day;
  std::uint8_t week_starts = 1;  // 1 Monday, 7 Sunday; weeks only

  bool operator==(const Calendar&) const = default;
};

// ---- literals
struct NumberLiteral {
  Decimal value;
};  // 100   2.5   50K (= 50000)
struct PercentLiteral {
  Decimal value;
};  // 45% holds 45
struct MoneyLiteral {
  Decimal value;
  std::string currency;
};  // 50M USD; the code is a row of currencies.def
struct DurationLiteral {
  std::int64_t microseconds;
  DurationUnit unit;
};  // 30 days
struct DateLiteral {
  std::int32_t days;
};  // since 1970-01-01; a day that exists
struct DateTimeLiteral {  // 2026-02-01 09:30, 2026-02-01T09:30:00Z
  std::int32_t days;
  std::int64_t microsecond_of_day;
  std::optional<std::int32_t> offset_minutes;  // east of UTC; none: the policy's zone
};
struct TextLiteral {
  std::string value;
};
struct BoolLiteral {
  bool value;
};

// ---- names and calls
struct NameRef {
  std::vector<Name> path;
};  // fit   lead.stage
struct Call {
  Name function;
  std::vector<ExprId> arguments;
};
struct AsOf {};  // as of: the moment of the evaluation
struct Ago {
  ExprId duration;
};  // 2 days ago: only in tests

// ---- arithmetic
struct Negate {
  ExprId operand;
};
struct SumTerm {
  bool minus;
  ExprId operand;
};
struct SumChain {
  std::vector<SumTerm> terms;
};  // a + b - c, flat; the first term has minus = false
enum class ProductOp : std::uint8_t { multiply, divide, remainder, share_of };  // *  /  mod  70% of x
struct Product {
  ProductOp op;
  ExprId left;
  ExprId right;
};  // left-associative
enum class RoundingMode : std::uint8_t { half_even, half_up, up, down };  // up: away from zero; down: towards zero
struct Round {
  ExprId operand;
  RoundingMode mode;
  std::uint8_t digits;
};  // x rounded half up to 2 digits
struct DefaultTo {
  ExprId operand;
  ExprId fallback;
};  // x default 0

// ---- conditions
struct Not {
  ExprId operand;
};
enum class LogicOp : std::uint8_t { conjunction, disjunction };
struct Logic {
  LogicOp op;
  std::vector<ExprId> operands;
};  // at least two, flat
struct Implies {
  ExprId left;
  ExprId right;
};
enum class CompareOp : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };
struct Comparison {
  CompareOp op;
  ExprId left;
  ExprId right;
};
struct SetLiteral {
  std::vector<ExprId> items;
};  // { "a", "b" }, only opposite `in` and after `any`
struct RangeLiteral {
  ExprId low;
  ExprId high;
  bool high_excluded;
};  // 1 to 9, 1 to under 9: only opposite `in`
struct Membership {
  ExprId value;
  bool negated;
  ExprId collection;
};  // x in SET, x not in SET
// ---- windows in time; all end at the moment of the evaluation, but `between` at the end that it names
struct LastDuration {
  ExprId duration;
};  // in last 30 days: 30 x 24 hours
struct LastMonths {
  std::uint32_t count;
  CalendarUnit unit;
};  // in last 3 months, quarters or years: back to the same day, a month too short clamps to its last day
struct LastCalendar {
  std::uint32_t count;
  Calendar unit;
};  // in last 2 calendar weeks from monday: the present one and the one before
struct Since {
  ExprId from;
};  // since 2026-01-01: that moment or day included
struct Between {
  ExprId from;
  ExprId to;
};  // between A and B, both included
struct Window {
  Span span;
  std::variant<LastDuration, LastMonths, LastCalendar, Since, Between> node;
};
struct InWindow {
  ExprId value;
  Window window;
};  // created_at in last 30 days
struct TextTest {
  TextOp op;
  bool any;
  ExprId subject;
  ExprId pattern;
};
enum class State : std::uint8_t { known, missing, undecided };
struct StateTest {
  ExprId operand;
  State state;
};  // x is known

struct KnownWithin {
  ExprId operand;
  ExprId duration;
};  // budget known within 90 days
enum class Evidence : std::uint8_t { claimed, verified, explicit_, implicit_ };
struct EvidenceTest {
  ExprId operand;
  Evidence evidence;
};  // budget is verified

// ---- rows: child rows such as activities, seen from the object that has them
struct Rows {
  Span span;
  Name source;  // an object, one of its kinds, or the name of a relation
  std::optional<ExprId> where;
  std::optional<Window> window;
};
enum class Quantifier : std::uint8_t { any, all, none };
struct RowsTest {
  Quantifier quantifier;
  RowsId rows;
};  // any PageView in last 30 days; for `all` the window says which rows, `where` what must hold for each
enum class AggregateOp : std::uint8_t { count, count_different, sum, min, max, average, first, last };
struct Aggregate {
  AggregateOp op;
  RowsId rows;
  std::optional<ExprId> value;  // a NameRef in the rows' own names; all but `count` have one
};  // sum of PageView.seconds where page = "/pricing" in last 14 days
struct ApartAtMost {
  ExprId duration;  // whole days
  bool included;    // within 7 days: last - first < 7; at most 7 days apart: last - first <= 7
};
struct InOneCalendar {
  Calendar unit;
};  // within one week from monday
struct DaysOf {
  std::uint32_t least;
  RowsId rows;
  std::optional<std::variant<ApartAtMost, InOneCalendar>> together;
};  // at least 3 days of Login within 7 days

// ---- what frameworks and lifecycles say
struct FrameworkQualified {
  ExprId framework;  // a NameRef
};  // BANT qualified
struct StageBecomes {
  Name stage;
};  // stage becomes MQL

// ---- choices
struct BandRange {  // an absent bound is open
  std::optional<ExprId> low;
  std::optional<ExprId> high;
  bool low_excluded = false;
  bool high_excluded = false;
};
struct BandValues {
  std::vector<ExprId> values;
};  // Software, Fintech
struct BandMissing {};
struct BandOtherwise {};
struct BandAny {};  // a cell of a table that does not look
struct Band {
  Span span;
  std::variant<BandRange, BandValues, BandMissing, BandOtherwise, BandAny> node;
};
struct If {
  ExprId condition;
  ExprId then;
  ExprId otherwise;
};  // if C then A else B
struct MatchArm {
  Band band;
  ExprId result;
};
struct Match {
  ExprId subject;
  std::vector<MatchArm> arms;
};  // match x { under 5: "a" | 5 and over: "b" | missing: "c" }

// ---- scores as operands
enum class BoundKind : std::uint8_t { lowest, highest };
struct ScoreBound {
  BoundKind kind;
  Name score;
};  // lowest of fit

struct Parenthesised {
  ExprId inner;
};
struct Poison {};  // a mistake that has been reported

using ExprNode = std::variant<NumberLiteral, PercentLiteral, MoneyLiteral, DurationLiteral, DateLiteral,
                              DateTimeLiteral, TextLiteral, BoolLiteral, NameRef, Call, AsOf, Ago, Negate, SumChain,
                              Product, Round, DefaultTo, Not, Logic, Implies, Comparison, SetLiteral, RangeLiteral,
                              Membership, InWindow, TextTest, StateTest, KnownWithin, EvidenceTest, RowsTest, Aggregate,
                              DaysOf, FrameworkQualified, StageBecomes, If, Match, ScoreBound, Parenthesised, Poison>;

struct Expr {
  Span span;
  ExprNode node;
};

// For std::visit over the variants of the tree: one lambda per alternative, the compiler checks that none is left out.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

}  // namespace muster::lang
