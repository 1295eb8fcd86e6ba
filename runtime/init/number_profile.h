// The numbers of one column while its cells go by, read in each of the ways in which exports write them: what a column
// means is decided when all is known (number_style.h). Memory is bounded.
// May include: stdlib/kernels, lang/*. Called by: runtime/init.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "stdlib/kernels/parse_value.h"

namespace muster::runtime {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// How numbers are written. The first needs no `format`.
struct NumberStyle {
  kernels::NumberFormat format;
  std::string_view text;  // as a policy writes it
};
inline constexpr auto number_styles = std::to_array<NumberStyle>({
    {{'.', ','}, "1,234.56"},
    {{',', '.'}, "1.234,56"},
    {{',', ' '}, "1 234,56"},
    {{'.', '\''}, "1'234.56"},
});

// Every value up to sample_size, from then on every second, every fourth, and so on.
class NumberSample {
 public:
  static constexpr std::size_t sample_size = 64;

  void add(std::int64_t value);
  // The middle one; false where there are none.
  [[nodiscard]] bool median(std::int64_t& value) const;

 private:
  std::vector<std::int64_t> values_;
  std::uint64_t stride_ = 1;
  std::uint64_t seen_ = 0;
};

// What one style reads of a column.
struct NumbersRead {
  std::uint64_t integers = 0;
  std::uint64_t decimals = 0;  // whole numbers too
  std::uint64_t percents = 0;  // decimals with or without a sign of percent
  std::uint64_t moneys = 0;    // decimals with or without a currency, of any; (500) too
  std::uint64_t any = 0;       // one of these
  unsigned most_digits = 0;    // behind the point
  NumberSample sample;         // value * 10^most_decimal_digits, of percents too (45% is 45)
};

// Values of which one reading is right and the other one wrong, by a thousand and more.
struct Evidence {
  std::uint64_t count = 0;
  std::string example;  // the first

  void add(std::string_view text);
};

// Amounts with the sign or code of one currency.
struct CurrencyCount {
  std::string_view code;
  std::uint64_t count = 0;
  std::string example;  // the first
};

class NumberProfile {
 public:
  // A trimmed cell with a digit, of at most 64 bytes. False where no style reads it.
  bool add(std::string_view text);

  std::array<NumbersRead, number_styles.size()> read{};
  std::uint64_t values = 0;  // that some style reads
  std::uint64_t percent_signs = 0;
  std::vector<CurrencyCount> currencies;  // in the order of appearance
  std::uint64_t leading_zeros = 0;
  std::uint64_t minus_ones = 0;
  std::uint64_t negatives = 0;  // minus ones too

  Evidence only_point;    // 2.5 and 1,234.50 are read with a decimal point alone
  Evidence only_comma;    // 2,5 and 1.234.567 with a decimal comma alone
  Evidence point_either;  // 1.234 is read with both, and differs
  Evidence comma_either;  // 1,234 too

  std::uint64_t id_like = 0;  // seven digits and more, and not the round ones of an amount
  std::size_t fewest_digits = std::numeric_limits<std::size_t>::max();
  std::size_t most_digits = 0;

 private:
  struct Reading {
    bool is_read = false;
    std::int64_t value = 0;  // * 10^most_decimal_digits, 0 where that does not fit
  };
  Reading read_in(std::size_t style, std::string_view text, std::string_view found_currency);
  void count_currency(std::string_view code, std::string_view text);
  void note_evidence(std::string_view text, const std::array<Reading, number_styles.size()>& readings);
};

}  // namespace muster::runtime
