// Values of the slow evaluator, and what can be done with numbers, texts and days as the reference says it: exact in
// 128 bits, rounded once, checked once. It shares no code with Muster's kernels.
// May include: the standard library, date, utf8proc, lang/syntax (what to do). Called by: tests/differ/slow.
#pragma once

#include <date/tz.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lang/syntax/expression.h"

namespace muster::differ::slow {

using Wide = __int128;
using namespace lang;  // which says what to do

// ---- texts

inline std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

inline std::wstring code_points(std::string_view text, int options = 0) {
  std::vector<utf8proc_int32_t> found(4 * text.size() + 1);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto how = static_cast<utf8proc_option_t>(options);
  auto count = utf8proc_decompose(bytes, std::ssize(text), found.data(), std::ssize(found), how);
  if (options != 0) count = utf8proc_normalize_utf32(found.data(), count, how);
  return {found.begin(), found.begin() + count};
}
inline const std::wstring& folded(std::string_view text) {
  static thread_local std::unordered_map<std::string, std::wstring> made;
  const auto [at, is_new] = made.try_emplace(std::string(text));
  if (is_new) at->second = code_points(trimmed(text), UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
  return at->second;
}
inline std::string in_case(std::string_view text, bool upper) {
  std::string made;
  for (const wchar_t each : code_points(text, UTF8PROC_COMPOSE)) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto end = utf8proc_encode_char(upper ? utf8proc_toupper(each) : utf8proc_tolower(each), bytes.data());
    made.append(bytes.begin(), bytes.begin() + end);
  }
  return made;
}

inline bool passes(TextOp op, std::string_view subject, std::string_view pattern) {
  const std::wstring& text = folded(subject);
  const std::wstring& part = folded(pattern);
  if (op == TextOp::exactly) return trimmed(subject) == trimmed(pattern);
  if (op == TextOp::contains) return text.find(part) != std::wstring::npos;
  if (op == TextOp::starts_with) return text.starts_with(part);
  if (op == TextOp::ends_with) return text.ends_with(part);
  // The others as regular expressions.
  static const std::wregex special(LR"([.^$|()\[\]{}*+?\\])"), any_text(LR"(\\\*)"), any_letter(LR"(\\\?)");
  static thread_local std::map<std::pair<TextOp, std::wstring>, std::wregex> made;
  auto expression = made.find({op, part});
  if (expression == made.end()) {
    std::wstring says = op == TextOp::matches_regex ? part : std::regex_replace(part, special, LR"(\$&)");
    if (op == TextOp::matches) {
      says = L"^" + std::regex_replace(std::regex_replace(says, any_text, L".*"), any_letter, L".") + L"$";
    } else if (op == TextOp::contains_word) {
      says = L"(^|[^a-z0-9\u0080-\U0010FFFF])" + says + L"($|[^a-z0-9\u0080-\U0010FFFF])";
    }
    expression = made.try_emplace({op, part}, says).first;
  }
  return std::regex_search(text, expression->second);
}

// ---- days and moments

inline constexpr std::int64_t microseconds_of_day = 86'400'000'000;

inline std::chrono::year_month_day civil(std::int64_t day) { return std::chrono::sys_days{std::chrono::days{day}}; }
inline unsigned weekday(std::int64_t day) { return std::chrono::weekday{civil(day)}.iso_encoding(); }  // Monday 1

// How many months a month, a quarter, a year have.
inline unsigned months_of(CalendarUnit unit) {
  return unit == CalendarUnit::year ? 12 : unit == CalendarUnit::quarter ? 3 : 1;
}

// The same day so many months before; a month too short gives its last day.
inline std::int64_t months_before(std::int64_t day, std::int64_t months) {
  const std::chrono::year_month_day from = civil(day);
  const std::chrono::year_month month = from.year() / from.month() - std::chrono::months{months};
  const std::chrono::year_month_day found = month / std::min(from.day(), (month / std::chrono::last).day());
  return std::chrono::sys_days{found}.time_since_epoch().count();
}

// The first day of the unit that holds `day`, and the one `units` before it.
inline std::int64_t first_of_unit(std::int64_t day, Calendar unit, std::int64_t units = 0) {
  if (unit.unit == CalendarUnit::day) return day - units;
  if (unit.unit == CalendarUnit::week) return day - (weekday(day) + 7 - unit.week_starts) % 7 - 7 * units;
  const std::chrono::year_month_day from = civil(day);
  const std::int64_t first_of_month = day + 1 - static_cast<unsigned>(from.day());
  const unsigned months = months_of(unit.unit);
  return months_before(first_of_month, (static_cast<unsigned>(from.month()) - 1) % months + units * months);
}

// A local time that is skipped moves later by the gap, one that comes twice is the earlier.
inline std::int64_t instant_of(std::int64_t day, std::int64_t microsecond_of_day, const date::time_zone& zone) {
  const std::chrono::microseconds local{day * microseconds_of_day + microsecond_of_day};
  return (local - zone.get_info(date::local_time<std::chrono::microseconds>{local}).first.offset).count();
}
inline std::int64_t local_of(std::int64_t instant, const date::time_zone& zone) {  // microseconds of the local clock
  const std::chrono::sys_time<std::chrono::microseconds> moment{std::chrono::microseconds{instant}};
  return (moment.time_since_epoch() + zone.get_info(moment).offset).count();
}

// ---- values

enum class Kind : std::uint8_t { truth, number, text, member, label, date, moment, length };
inline constexpr unsigned overflow_fault = 1;
inline constexpr unsigned division_fault = 2;
inline constexpr Wide without_end = Wide{1} << 80U;  // more than 64 bits hold, with room for nine digits more

inline bool fits(Wide number) { return number == static_cast<std::int64_t>(number); }
// A day in microseconds, so that it goes with moments and lengths.
inline Wide unit_of(Kind kind) { return kind == Kind::date ? microseconds_of_day : 1; }

// What is known of a value: the least and the most that it may be, which are one where it is known. Undecided is from
// no to yes, and where rows may or may not count a number is open so; all else that is missing has no ends.
struct Value {
  Kind kind = Kind::truth;
  unsigned digits = 0;          // number
  unsigned faults = 0;          // why it is missing; none where it is known
  Wide least = 0, most = 0;     // mantissa, 0 and 1, position, days, microseconds
  std::string_view text{};      // trimmed; of a member and a label its name
  std::string_view list{};      // member: the picklist
  std::string_view currency{};  // number: of an amount

  [[nodiscard]] bool known() const { return least == most; }
  [[nodiscard]] bool is_bounded() const { return least != -without_end || most != without_end; }
  [[nodiscard]] bool is_yes() const { return known() && least == 1; }
  [[nodiscard]] bool is_no() const { return known() && least == 0; }
  [[nodiscard]] std::int64_t number() const { return static_cast<std::int64_t>(least); }  // known

  // Others of the same type: between two ends, missing, or one number, which is missing where 64 bits do not hold it.
  [[nodiscard]] Value between(Wide low, Wide high, unsigned why = 0) const {
    return {kind, digits, low == high ? 0 : why, low, high, text, list, currency};
  }
  [[nodiscard]] Value missing(unsigned why = 0) const {
    const Wide end = kind == Kind::truth ? 1 : without_end;
    return {kind, digits, why, kind == Kind::truth ? 0 : -end, end, {}, list, currency};
  }
  [[nodiscard]] Value with(Wide exact) const { return fits(exact) ? between(exact, exact) : missing(overflow_fault); }
};

inline Value of_kind(Kind kind, unsigned digits = 0) { return Value{.kind = kind, .digits = digits}.missing(); }
inline Value known(Kind kind, Wide number, unsigned digits = 0) { return of_kind(kind, digits).with(number); }
inline Value text_value(std::string_view text) {
  const std::string_view kept = trimmed(text);
  return kept.empty() ? of_kind(Kind::text) : Value{.kind = Kind::text, .text = kept};
}

// ---- Kleene
inline Value truth_between(bool least, bool most, unsigned faults) {
  return {.faults = least == most ? 0 : faults, .least = least ? 1 : 0, .most = most ? 1 : 0};
}
inline Value truth(bool yes) { return truth_between(yes, yes, 0); }
inline Value undecided(unsigned faults = 0) { return truth_between(false, true, faults); }
inline Value negation(const Value& value) { return value.between(1 - value.most, 1 - value.least, value.faults); }
inline Value both(const Value& left, const Value& right) {
  return left.between(std::min(left.least, right.least), std::min(left.most, right.most), left.faults | right.faults);
}
inline Value either(const Value& left, const Value& right) { return negation(both(negation(left), negation(right))); }

// ---- numbers
inline Wide ten_to(unsigned exponent) { return exponent == 0 ? 1 : 10 * ten_to(exponent - 1); }

// numerator / denominator; the denominator may be negative, not 0.
inline Wide rounded(Wide numerator, Wide denominator, RoundingMode mode = RoundingMode::half_even) {
  const bool is_minus = (numerator < 0) != (denominator < 0);
  const Wide top = numerator < 0 ? -numerator : numerator;
  const Wide bottom = denominator < 0 ? -denominator : denominator;
  const Wide whole = top / bottom;
  const Wide rest = top % bottom;
  const Wide gap = bottom - rest;  // to the next whole number: no doubling, which might not fit
  const bool is_up = (mode == RoundingMode::up && rest != 0) || (mode == RoundingMode::half_up && rest >= gap) ||
                     (mode == RoundingMode::half_even && (rest > gap || (rest == gap && whole % 2 != 0)));
  return (is_minus ? -1 : 1) * (whole + (is_up ? 1 : 0));
}
inline Wide floored(Wide numerator, Wide denominator) {
  return rounded(numerator, denominator, (numerator < 0) != (denominator < 0) ? RoundingMode::up : RoundingMode::down);
}

// Between two ends: one that 64 bits do not hold is no bound. Without any it is missing, by an overflow if both were
// there.
inline Value between_held(const Value& type, Wide least, Wide most, bool is_open, unsigned faults) {
  if (!fits(least) && !fits(most)) return type.missing(faults | (is_open ? 0 : overflow_fault));
  return type.between(fits(least) ? least : -without_end, fits(most) ? most : without_end, faults);
}

// `of` both ends of what lies between two, which keeps their order or turns it round.
Value of_ends(const Value& value, const Value& type, auto of, bool turns = false) {
  const auto end = [&](Wide from, Wide no_end) { return fits(from) ? of(from) : no_end; };
  return between_held(type, end(turns ? value.most : value.least, -without_end),
                      end(turns ? value.least : value.most, without_end), !fits(value.least) || !fits(value.most),
                      value.faults);
}

inline Value rescaled(const Value& value, unsigned digits, RoundingMode mode = RoundingMode::half_even) {
  Value made = value;
  made.digits = digits;
  if (value.kind != Kind::number || value.digits == digits) return made;
  return of_ends(value, made, [&](Wide end) { return rounded(end * ten_to(digits), ten_to(value.digits), mode); });
}

// What is taken away. Only what becomes of it has to fit.
inline Value minus(const Value& value) { return value.between(-value.most, -value.least, value.faults); }

// Of numbers; or of dates, moments and lengths, in which a day is 24 hours. Two days, or two moments, are a length.
inline Value sum(const std::vector<Value>& terms) {
  Value made = terms[0];
  bool is_open = false;  // at one end
  for (const Value& term : terms) {
    made.digits = std::max(made.digits, term.digits);
    made.faults |= term.faults;
    is_open = is_open || term.least == -without_end || term.most == without_end;
  }
  const auto is_odd = [&](Kind kind) { return std::ranges::count(terms, kind, &Value::kind) % 2 != 0; };
  if (made.kind != Kind::number)
    made.kind = is_odd(Kind::moment) ? Kind::moment : is_odd(Kind::date) ? Kind::date : Kind::length;
  if (!std::ranges::all_of(terms, &Value::is_bounded)) return made.missing(made.faults);
  Wide least = 0;
  Wide most = 0;
  for (const Value& term : terms) {
    const Wide unit = unit_of(term.kind) * ten_to(made.digits - term.digits);
    least += unit * term.least;
    most += unit * term.most;
  }
  if (made.kind == Kind::date) least = most = floored(least, microseconds_of_day);
  return between_held(made, least, most, is_open, made.faults);
}

// left * right, left / right and left mod right. A quotient has `digits`, rounded once. A length by a number is a
// length, an amount by a number an amount; by one another both are numbers.
inline Value product(ProductOp op, const Value& left, const Value& right, unsigned digits, RoundingMode mode) {
  const bool divides = op == ProductOp::divide;
  const bool multiplies = op == ProductOp::multiply || op == ProductOp::share_of;
  const bool is_length = (left.kind == Kind::length) != (right.kind == Kind::length);
  const unsigned exact = multiplies ? left.digits + right.digits : std::max(left.digits, right.digits);
  Value made = of_kind(is_length ? Kind::length : Kind::number, is_length ? 0 : divides ? digits : std::min(exact, 9U));
  if (!divides || right.currency.empty()) made.currency = std::max(left.currency, right.currency);
  // What is open stays open where it is multiplied or divided by what is known.
  const bool is_fixed = right.known();
  const bool may_be_open = is_fixed ? multiplies || divides : left.known() && multiplies;
  if (!may_be_open && !(left.known() && right.known())) return made.missing(left.faults | right.faults);
  if (!multiplies && left.is_bounded() && right.least == 0) return made.missing(left.faults | division_fault);
  const Wide by = (is_fixed ? right : left).least;
  const auto of = [&](Wide end) {
    if (multiplies) return rounded(end * by, ten_to(exact - made.digits));
    // left / 10^l / (right / 10^r) * 10^digits
    if (divides) return rounded(end * ten_to(made.digits + right.digits), by * ten_to(left.digits), mode);
    const Wide top = end * ten_to(exact - left.digits);
    const Wide bottom = by * ten_to(exact - right.digits);
    return top - floored(top, bottom) * bottom;
  };
  return of_ends(is_fixed ? left : right, made, of, by < 0);
}

// Texts are compared folded.
inline Value is_less(const Value& left, const Value& right) {
  const unsigned faults = left.faults | right.faults;
  if (!left.is_bounded() || !right.is_bounded()) return undecided(faults);
  if (left.kind == Kind::text) return truth(folded(left.text) < folded(right.text));
  const unsigned digits = std::max(left.digits, right.digits);
  const Wide unit = ten_to(digits - left.digits);
  const Wide other = ten_to(digits - right.digits);
  return truth_between(left.most * unit < right.least * other, left.least * unit < right.most * other, faults);
}
// What an operator says where it is known whether one is less than the other, and whether it is more.
inline Value by_operator(CompareOp op, const Value& less, const Value& more) {
  const bool is_inverse = op == CompareOp::not_equal || op == CompareOp::less_equal || op == CompareOp::greater_equal;
  const bool is_about_less = op == CompareOp::less || op == CompareOp::greater_equal;
  const bool is_about_both = op == CompareOp::equal || op == CompareOp::not_equal;
  const Value made = is_about_both ? both(negation(less), negation(more)) : is_about_less ? less : more;
  return is_inverse ? negation(made) : made;
}
inline Value compared(CompareOp op, const Value& left, const Value& right) {
  return by_operator(op, is_less(left, right), is_less(right, left));
}
inline bool same(const Value& left, const Value& right) {
  return left.known() && right.known() && compared(CompareOp::equal, left, right).is_yes();
}
inline bool is_surely_less(const Value& left, const Value& right) { return is_less(left, right).is_yes(); }

}  // namespace muster::differ::slow
