// The interpreter's innermost loops over a batch of leads.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "runtime/interpret/simd.h"
#include "tests/bench/kernels/inputs.h"

namespace muster::bench {

namespace {

namespace simd = runtime::interpret::simd;
using runtime::Word;

using Bits = std::array<Word, kernel_rows / 64>;

bool is_set(const Bits& bits, std::size_t row) { return (bits[row / 64] >> (row % 64) & 1) != 0; }

Bits some_bits(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Bits bits{};
  for (Word& word : bits) word = random();
  return bits;
}

void compare_with_constant(benchmark::State& state) {
  const auto values = some_numbers(0, 10'000);
  const Bits known = some_bits(9);
  Bits yes{};
  Bits no{};
  const auto work = [&] {
    simd::compare(lang::CompareOp::greater_equal, {values.data(), 8}, 5'000, kernel_rows,
                  {known.data(), yes.data(), no.data()});
  };
  work();
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      require(is_set(yes, row) == (is_set(known, row) && values[row] >= 5'000), "compare_with_constant");
      require(is_set(no, row) == (is_set(known, row) && values[row] < 5'000), "compare_with_constant");
    }
  };
  check();
  for (auto _ : state) {
    work();
    benchmark::DoNotOptimize(yes);
    benchmark::DoNotOptimize(no);
  }
  check();
  count(state, kernel_rows, kernel_rows * 8);
}
BENCHMARK(compare_with_constant);

// What text tests said of each of 2,000 titles, for the code of each lead, and one of the tests.
void look_up_text_test(benchmark::State& state) {
  std::vector<std::uint8_t> table(2'000);
  for (std::size_t code = 0; code < table.size(); ++code) table[code] = code % 7 == 0 ? 5 : 2;
  std::vector<std::uint32_t> codes;
  for (const std::int64_t code : some_numbers(0, 1'999)) codes.push_back(static_cast<std::uint32_t>(code));
  const Bits known = some_bits(9);
  Bits yes{};
  Bits no{};
  std::vector<std::uint8_t> answers(kernel_rows);
  const auto work = [&] {
    simd::look_up(table.data(), false, codes.data(), kernel_rows, answers.data());
    simd::test(answers.data(), 4, kernel_rows, {known.data(), yes.data(), no.data()});
  };
  work();
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row)
      require(is_set(yes, row) == (is_set(known, row) && codes[row] % 7 == 0), "look_up_text_test");
  };
  check();
  for (auto _ : state) {
    work();
    benchmark::DoNotOptimize(yes);
    benchmark::DoNotOptimize(no);
  }
  check();
  count(state, kernel_rows, kernel_rows * 4);
}
BENCHMARK(look_up_text_test);

void choose_between_constants(benchmark::State& state) {
  const Bits bits = some_bits(1);
  std::vector<std::int64_t> out(kernel_rows);
  const auto work = [&] { simd::choose(bits.data(), 40, -5, kernel_rows, out.data()); };
  work();
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row)
      require(out[row] == (is_set(bits, row) ? 40 : -5), "choose_between_constants");
  };
  check();
  for (auto _ : state) {
    work();
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  check();
  count(state, kernel_rows, kernel_rows * 8);
}
BENCHMARK(choose_between_constants);

// A score of sixteen rules with a condition and four with a number, in totals of 64 or 32 bits.
template <class Number>
void sum_twenty_rules(benchmark::State& state) {
  std::vector<Bits> conditions;
  std::vector<std::vector<Number>> numbers;
  for (std::uint64_t k = 0; k < 16; ++k) conditions.push_back(some_bits(k));
  for (std::uint64_t k = 0; k < 4; ++k) {
    const auto wide = some_numbers(0, 50, k);
    numbers.emplace_back(wide.begin(), wide.end());
  }
  std::vector<simd::Term> terms;
  for (std::size_t k = 0; k < 16; ++k) terms.push_back({{}, conditions[k].data(), static_cast<std::int64_t>(k) - 5});
  for (std::size_t k = 0; k < 4; ++k)
    terms.push_back({{numbers[k].data(), sizeof(Number)}, nullptr, static_cast<std::int64_t>(k) + 1});
  std::vector<Number> out(kernel_rows);
  const auto work = [&] { simd::sum(Number{10}, terms, kernel_rows, out.data()); };
  work();
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      std::int64_t sum = 10;
      for (std::size_t k = 0; k < 16; ++k) sum += is_set(conditions[k], row) ? static_cast<std::int64_t>(k) - 5 : 0;
      for (std::size_t k = 0; k < 4; ++k) sum += numbers[k][row] * (static_cast<std::int64_t>(k) + 1);
      require(out[row] == sum, "sum_twenty_rules");
    }
  };
  check();
  for (auto _ : state) {
    work();
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  check();
  count(state, kernel_rows, kernel_rows * (16 / 8 + 4 * sizeof(Number)));
}
BENCHMARK(sum_twenty_rules<std::int64_t>)->Name("sum_twenty_rules");
BENCHMARK(sum_twenty_rules<std::int32_t>)->Name("sum_twenty_rules_narrow");

// The quick way of fade_exactly, which says where it is certain.
void fade_a_column(benchmark::State& state) {
  constexpr std::int64_t month = std::int64_t{30} * 86'400'000'000;
  constexpr std::int64_t as_of = std::int64_t{20'454} * 86'400'000'000;
  const auto points = some_numbers(0, 1'500'000, 5);
  const auto events = some_numbers(as_of - 12 * month, as_of, 6);
  std::vector<std::int64_t> out(kernel_rows);
  Bits certain{};
  const auto work = [&] {
    simd::halve(points.data(), events.data(), {as_of, month, 100, 1'500'000}, kernel_rows, out.data(), certain.data());
  };
  work();
  std::size_t certain_rows = 0;
  for (const Word word : certain) certain_rows += static_cast<std::size_t>(std::popcount(word));
  // A processor with neither AVX-512 nor AVX2 leaves all rows to the kernel that works on one at a time: fade_exactly
  // measures that.
  if (certain_rows == 0) return state.SkipWithError("skipped: this processor has neither AVX-512 nor AVX2");
  require(certain_rows >= kernel_rows / 100 * 99, "fade_a_column");
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      if (!is_set(certain, row)) continue;
      const double about = static_cast<double>(points[row]) *
                           std::exp2(-static_cast<double>(as_of - events[row]) / static_cast<double>(month));
      require(std::abs(static_cast<double>(out[row]) - about) <= 50.001, "fade_a_column");
    }
  };
  check();
  for (auto _ : state) {
    work();
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  check();
  count(state, kernel_rows, kernel_rows * 16);
}
BENCHMARK(fade_a_column);

}  // namespace

}  // namespace muster::bench
