// Numbers, percentages and amounts of money as exports write them.
#include <algorithm>
#include <array>
#include <limits>

#include "lang/spec/spec.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/scan_number.h"

namespace muster::kernels {
namespace {

using UnsignedWide = unsigned __int128;

constexpr unsigned most_significant_digits = 26;
constexpr std::int64_t huge_exponent = 4'000'000'000;  // no text is long enough to make up for it

constexpr auto blanks = std::to_array<std::string_view>({" ", "\u00A0", "\u202F", "\u2009"});
constexpr std::string_view minus_sign = "\u2212";
constexpr std::string_view curly_apostrophe = "\u2019";

// The bytes of the separator between thousands at the beginning of `text`, 0 where there is none.
std::size_t separator_bytes(std::string_view text, char separator) {
  if (separator == 0 || text.empty()) return 0;
  if (separator == ' ') return leading_blank_bytes(text);
  if (text.front() == separator) return 1;
  return separator == '\'' && text.starts_with(curly_apostrophe) ? curly_apostrophe.size() : 0;
}

// Takes a sign from the front: -1, 1, or 0 where there is none. Spreadsheets also write the true minus sign.
int take_sign(std::string_view& text) {
  if (text.starts_with('-') || text.starts_with('+')) {
    const int sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    return sign;
  }
  if (!text.starts_with(minus_sign)) return 0;
  text.remove_prefix(minus_sign.size());
  return -1;
}

class Scanner {
 public:
  Scanner(std::string_view text, const NumberFormat& format) : rest_(text), format_(format) {}

  std::optional<ScannedNumber> scan(bool negative) {
    number_.negative = negative;
    if (!take_whole()) return std::nullopt;
    if (rest_.starts_with(format_.decimal)) {
      rest_.remove_prefix(1);
      while (!rest_.empty() && is_digit(rest_.front())) {
        take_digit();
        --number_.exponent;
      }
    }
    if (!any_digit_) return std::nullopt;
    if ((rest_.starts_with('e') || rest_.starts_with('E')) && !take_exponent()) return std::nullopt;
    if (!rest_.empty()) return std::nullopt;
    return number_;
  }

 private:
  void take_digit() {
    const auto digit = static_cast<unsigned>(rest_.front() - '0');
    rest_.remove_prefix(1);
    any_digit_ = true;
    if (significant_digits_ == most_significant_digits) {
      number_.more = number_.more || digit != 0;
      ++number_.exponent;
    } else if (digit != 0 || significant_digits_ > 0) {
      number_.significant = number_.significant * 10 + digit;
      ++significant_digits_;
    }
  }

  // Digits with or without groups: none, or a first group of 1 to 3 digits and any number of exactly 3. A first
  // group of 0 ("0,123") is refused: it is a decimal comma far sooner than a number of thousands.
  bool take_whole() {
    std::size_t group = 0;
    bool grouped = false;
    const bool starts_with_zero = rest_.starts_with('0');
    while (!rest_.empty()) {
      if (is_digit(rest_.front())) {
        take_digit();
        ++group;
        if (grouped && group > 3) return false;
        continue;
      }
      const std::size_t separator = separator_bytes(rest_, format_.thousands);
      if (separator == 0) break;
      if (group == 0 || group > 3 || (grouped && group != 3) || starts_with_zero) return false;
      rest_.remove_prefix(separator);
      grouped = true;
      group = 0;
    }
    return !grouped || group == 3;
  }

  bool take_exponent() {
    rest_.remove_prefix(1);
    const bool negative = rest_.starts_with('-');
    if (negative || rest_.starts_with('+')) rest_.remove_prefix(1);
    if (rest_.empty()) return false;
    std::int64_t exponent = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1)) {
      exponent = std::min(exponent * 10 + (rest_.front() - '0'), huge_exponent);
    }
    number_.exponent += negative ? -exponent : exponent;
    return rest_.empty();
  }

  std::string_view rest_;
  const NumberFormat& format_;
  ScannedNumber number_;
  unsigned significant_digits_ = 0;
  bool any_digit_ = false;
};

Cell fault(CellFault why) { return {0, why, false}; }

// ---- money

enum class CurrencyMark : std::uint8_t { none, right, wrong };

// Finds the sign or code of a currency at the front (or, if `behind`, at the end) of `text` and takes it away.
CurrencyMark take_currency(std::string_view& text, std::string_view currency, bool behind) {
  if (text.empty() || is_digit(behind ? text.back() : text.front())) return CurrencyMark::none;  // most amounts
  const auto take = [&](std::size_t bytes) {
    if (behind) {
      text.remove_suffix(bytes);
    } else {
      text.remove_prefix(bytes);
    }
  };
  for (const lang::CurrencyRow& row : lang::currency_rows) {
    if (row.sign.empty() || !(behind ? text.ends_with(row.sign) : text.starts_with(row.sign))) continue;
    take(row.sign.size());
    return row.code == currency ? CurrencyMark::right : CurrencyMark::wrong;
  }
  if (text.size() < 3) return CurrencyMark::none;
  const std::string_view letters = behind ? text.substr(text.size() - 3) : text.substr(0, 3);
  std::array<char, 3> code{};
  for (std::size_t index = 0; index < 3; ++index) {
    if (!is_ascii_letter(letters[index])) return CurrencyMark::none;
    code[index] = static_cast<char>(ascii_lower(letters[index]) - ('a' - 'A'));
  }
  const lang::CurrencyRow* row = lang::find_currency(std::string_view(code.data(), code.size()));
  if (row == nullptr) return CurrencyMark::none;
  take(3);
  return row->code == currency ? CurrencyMark::right : CurrencyMark::wrong;
}

}  // namespace

std::size_t leading_blank_bytes(std::string_view text) {
  for (const std::string_view blank : blanks) {
    if (text.starts_with(blank)) return blank.size();
  }
  return 0;
}

std::size_t trailing_blank_bytes(std::string_view text) {
  for (const std::string_view blank : blanks) {
    if (text.ends_with(blank)) return blank.size();
  }
  return 0;
}

std::optional<ScannedNumber> scan_number(std::string_view text, const NumberFormat& format, SignRule sign) {
  const bool negative = sign == SignRule::may_have_sign && take_sign(text) < 0;
  return Scanner(text, format).scan(negative);
}

Cell cell_of(const ScannedNumber& number, unsigned digits, std::int64_t unit) {
  UnsignedWide magnitude = number.significant * static_cast<UnsignedWide>(unit);  // below 10^26 * 10^12 = 10^38
  if (magnitude == 0) return {};
  const UnsignedWide most =
      static_cast<UnsignedWide>(std::numeric_limits<std::int64_t>::max()) + (number.negative ? 1U : 0U);
  const std::int64_t shift = number.exponent + digits;
  bool rounded = false;
  if (shift >= 0) {
    // 26 digits and more behind them are far beyond 64 bits.
    if (shift > 18 || magnitude > most || number.more) return fault(CellFault::out_of_range);
    magnitude *= static_cast<UnsignedWide>(power_of_ten(static_cast<unsigned>(shift)));
  } else if (shift < -38) {
    return {0, CellFault::none, true};  // less than half of the last digit
  } else {
    const auto divisor = static_cast<UnsignedWide>(wide_power_of_ten(static_cast<unsigned>(-shift)));
    const UnsignedWide rest = magnitude % divisor;
    magnitude /= divisor;
    const UnsignedWide until_next = divisor - rest;
    rounded = rest != 0 || number.more;
    if (rest > until_next || (rest == until_next && (number.more || (magnitude & 1U) != 0))) ++magnitude;
  }
  if (magnitude > most) return fault(CellFault::out_of_range);
  const auto bits = static_cast<std::uint64_t>(magnitude);
  return {static_cast<std::int64_t>(number.negative ? std::uint64_t{0} - bits : bits), CellFault::none, rounded};
}

std::optional<NumberFormat> parse_number_format(std::string_view format) {
  // The sample number 1234.56, with or without a separator and a fraction.
  const auto take = [&format](std::string_view what) {
    if (!format.starts_with(what)) return false;
    format.remove_prefix(what.size());
    return true;
  };
  NumberFormat result{0, 0};
  if (!take("1")) return std::nullopt;
  for (const char separator : {',', '.', ' ', '\''}) {
    const std::size_t bytes = separator_bytes(format, separator);
    if (bytes == 0) continue;
    format.remove_prefix(bytes);
    result.thousands = separator;
    break;
  }
  if (!take("234")) return std::nullopt;
  if (format.empty()) {
    result.decimal = result.thousands == '.' ? ',' : '.';
    return result;
  }
  result.decimal = format.front();
  if ((result.decimal != '.' && result.decimal != ',') || result.decimal == result.thousands) return std::nullopt;
  format.remove_prefix(1);
  if (format != "56") return std::nullopt;
  return result;
}

Cell parse_integer(std::string_view text, const NumberFormat& format) {
  const auto number = scan_number(text, format, SignRule::may_have_sign);
  if (!number) return fault(CellFault::not_a_number);
  const Cell cell = cell_of(*number, 0);
  return cell.rounded ? fault(CellFault::not_whole) : cell;
}

Cell parse_decimal(std::string_view text, unsigned digits, const NumberFormat& format) {
  const auto number = scan_number(text, format, SignRule::may_have_sign);
  return number ? cell_of(*number, digits) : fault(CellFault::not_a_number);
}

Cell parse_percent(std::string_view text, unsigned digits, const NumberFormat& format) {
  if (text.ends_with('%')) {
    text.remove_suffix(1);
    text.remove_suffix(trailing_blank_bytes(text));
  }
  auto number = scan_number(text, format, SignRule::may_have_sign);
  if (!number) return fault(CellFault::not_a_number);
  number->exponent -= 2;
  return cell_of(*number, digits);
}

// Sign, parenthesis and currency may come in any order before the digits: -$5, $-5, ($5), $(5), USD 5, $5 USD.
Cell parse_money(std::string_view text, std::string_view currency, unsigned digits, const NumberFormat& format) {
  int sign = 0;
  bool open = false;
  unsigned marks = 0;
  bool wrong = false;
  const auto note = [&](CurrencyMark mark) {
    if (mark == CurrencyMark::none) return false;
    ++marks;
    wrong = wrong || mark == CurrencyMark::wrong;
    return true;
  };
  for (;;) {
    if (!open && text.starts_with('(')) {
      open = true;
      text.remove_prefix(1);
    } else if (note(take_currency(text, currency, false))) {
      text.remove_prefix(leading_blank_bytes(text));
    } else if (const int taken = take_sign(text); taken != 0) {
      if (sign != 0) return fault(CellFault::not_a_number);
      sign = taken;
    } else {
      break;
    }
  }
  for (bool closed = !open;;) {
    if (!closed && text.ends_with(')')) {
      closed = true;
      text.remove_suffix(1);
    } else if (note(take_currency(text, currency, true))) {
      text.remove_suffix(trailing_blank_bytes(text));
    } else if (closed) {
      break;
    } else {
      return fault(CellFault::not_a_number);
    }
  }
  // A sign and a code may stand together, two codes may not; parentheses already are a sign.
  if (marks > 2 || (open && sign != 0)) return fault(CellFault::not_a_number);
  auto number = scan_number(text, format, SignRule::no_sign);
  if (!number) return fault(CellFault::not_a_number);
  if (wrong) return fault(CellFault::wrong_currency);
  number->negative = open || sign < 0;
  return cell_of(*number, digits);
}

}  // namespace muster::kernels
