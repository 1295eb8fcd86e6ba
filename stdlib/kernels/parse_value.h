// One cell of an export to one value, by the field's type and formats. Never guesses: what is not surely the value
// is malformed, and the caller records it. May include: stdlib/kernels. Called by: ingest, `muster init`, `--as-of`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/support/result.h"
#include "stdlib/kernels/time.h"

namespace muster::kernels {

enum class CellFault : std::uint8_t {
  none,
  not_a_number,  // "12k"
  not_whole,     // "2.5" for an int
  out_of_range,  // does not fit 64 bits at the field's digits
  not_yes_or_no,
  not_a_date,   // does not follow any of the formats
  no_such_day,  // 2026-02-30, 25:00
  not_a_duration,
  wrong_currency,    // "12 EUR" for money USD
  unknown_spelling,  // a picklist does not have it
};
// In the words of a summary: "not a number".
[[nodiscard]] std::string_view describe(CellFault fault);

struct Cell {
  std::int64_t value = 0;
  CellFault fault = CellFault::none;
  bool rounded = false;  // more digits than the field keeps; the value is rounded half to even
};

// How a field writes numbers: the character before the fraction and the one between thousands (0: none).
// From a format such as "1,234.56" (the default), "1.234,56", "1 234,56", "1'234.56".
struct NumberFormat {
  char decimal = '.';
  char thousands = ',';
};
[[nodiscard]] std::optional<NumberFormat> parse_number_format(std::string_view format);

// `text` is trimmed and not empty. Groups of thousands, where written, must have three digits. A sign, and
// exponents such as 1.5e6 (exports of spreadsheets), are read; "nan" and "inf" are not numbers.
[[nodiscard]] Cell parse_integer(std::string_view text, const NumberFormat& format);
[[nodiscard]] Cell parse_decimal(std::string_view text, unsigned digits, const NumberFormat& format);
[[nodiscard]] Cell parse_percent(std::string_view text, unsigned digits,
                                 const NumberFormat& format);  // "45%", "45" -> 0.45
// The currency's code or sign may stand before or behind; another currency's is a fault.
[[nodiscard]] Cell parse_money(std::string_view text, std::string_view currency, unsigned digits,
                               const NumberFormat& format);
[[nodiscard]] Cell parse_bool(std::string_view text);  // yes no true false y n t f 1 0 on off, any case

// A date or datetime format, compiled once per field:
//   YYYY YY (69..99 are 19xx, 00..68 are 20xx, as in POSIX), MM M (01, 1) MMM (Jan) MMMM (January), DD D, HH H
//   (00..23), hh h (01..12, with AM), mm minutes, ss seconds (with a fraction where the text has one), AM; T and any
//   character that is no letter or digit stand for themselves. Doubled letters want both digits. English names, any
//   case. "iso" is what is read without formats; "unix seconds", "unix milliseconds" since 1970.
class TimeFormat {
 public:
  // Error (ErrorKind::usage): a part that is not known, twice there or not to be told from the next one, a time
  // that is not complete, or a date without year, month or day. `with_time` is no for a date, which then ignores
  // a time that the format has.
  static lang::Result<TimeFormat> make(std::string_view format, bool with_time);

  // The local day and time, with the offset where the text has one; or the moment itself (is_instant).
  struct Local {
    std::int32_t days = 0;
    std::int64_t microsecond_of_day = 0;
    std::optional<std::int32_t> offset_minutes;
    bool is_instant = false;
    std::int64_t instant = 0;
  };
  // Nothing where the text does not follow the format; `fault` then says whether the day does not exist. Digits of a
  // second beyond the microsecond are cut off. Does not allocate.
  [[nodiscard]] std::optional<Local> parse(std::string_view text, CellFault& fault) const;

 private:
  enum class Part : std::uint8_t {
    literal,
    year4,
    year2,
    month,
    month_name,
    short_month_name,
    day,
    hour24,
    hour12,
    minute,
    second,
    am_pm,
    unix_seconds,
    unix_milliseconds,
    iso_date,
    iso_datetime
  };
  struct Piece {
    Part part = Part::literal;
    unsigned least_digits = 1;
    char literal = 0;
  };
  static std::optional<Piece> piece_of(std::string_view run);
  static bool is_numeric(Part part);
  [[nodiscard]] bool has(Part part) const;
  [[nodiscard]] lang::Result<lang::Done> check() const;

  std::vector<Piece> pieces_;
};
// Without formats: YYYY-MM-DD, and for moments YYYY-MM-DD[T ]HH:MM[:SS[.ffffff]][Z|+HH:MM]; a date alone is its
// midnight. The first format that the text follows decides.
[[nodiscard]] Cell parse_date(std::string_view text, const std::vector<TimeFormat>& formats);
[[nodiscard]] Cell parse_datetime(std::string_view text, const std::vector<TimeFormat>& formats, const Zone& zone);

// "30 days", "2 hours 30 minutes", "1:30:00"; with a unit format ("seconds", "minutes", "hours", "days") a bare number.
enum class DurationFormat : std::uint8_t { words, seconds, minutes, hours, days };
[[nodiscard]] std::optional<DurationFormat> parse_duration_format(std::string_view format);
[[nodiscard]] Cell parse_duration(std::string_view text, DurationFormat format);

}  // namespace muster::kernels
