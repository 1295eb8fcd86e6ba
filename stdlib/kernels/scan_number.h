// The digits of a written number, before it is known at which scale they are kept.
// May include: parse_value.h. Called by: parse_number.cpp, parse_time.cpp, parse_value.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "stdlib/kernels/parse_value.h"

namespace muster::kernels {

// significant * 10^exponent, negative or not. `significant` holds the first 26 digits, enough to round any number
// that fits 64 bits; `more` says that digits other than 0 followed.
struct ScannedNumber {
  unsigned __int128 significant = 0;
  std::int64_t exponent = 0;
  bool negative = false;
  bool more = false;
};

enum class SignRule : std::uint8_t { may_have_sign, no_sign };

// The whole of `text` as a number, or nothing. Linear in the text, whatever the exponent.
[[nodiscard]] std::optional<ScannedNumber> scan_number(std::string_view text, const NumberFormat& format,
                                                       SignRule sign);

// number * unit at `digits` digits (0..18), rounded half to even; unit is 1..10^12.
[[nodiscard]] Cell cell_of(const ScannedNumber& number, unsigned digits, std::int64_t unit = 1);

// The bytes of a blank (also no-break, narrow no-break and thin) at the beginning of `text`, 0 where there is none.
[[nodiscard]] std::size_t leading_blank_bytes(std::string_view text);
[[nodiscard]] std::size_t trailing_blank_bytes(std::string_view text);

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_ascii_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
[[nodiscard]] constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
// `lower_case` is in lower case; the length need not be the same.
[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (ascii_lower(text[index]) != lower_case[index]) return false;
  }
  return true;
}

}  // namespace muster::kernels
