// Exact numbers: a checked product, a rounded quotient, and what is left of points that halve.
#include "stdlib/kernels/number.h"

#include <cmath>

#include "stdlib/kernels/fade.h"
#include "stdlib/kernels/number_set.h"
#include "stdlib/kernels/time.h"
#include "tests/bench/kernels/inputs.h"

namespace muster::bench {

namespace {

// Amounts with 4 digits times weights with 2, to 4 digits: a rule such as +1.25 per unit.
void checked_multiply(benchmark::State& state) {
  const auto left = some_numbers(-1'000'000'000, 1'000'000'000, 1);
  const auto right = some_numbers(-10'000, 10'000, 2);
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      const auto product = kernels::multiply(left[row], right[row], 2);
      const std::int64_t off = product.value * 100 - left[row] * right[row];
      require(product.fault == kernels::Fault::none && off >= -50 && off <= 50, "checked_multiply");
    }
  };
  check();
  for (auto _ : state) {
    for (std::size_t row = 0; row < kernel_rows; ++row)
      benchmark::DoNotOptimize(kernels::multiply(left[row], right[row], 2));
  }
  check();
  count(state, kernel_rows, kernel_rows * 16);
}
BENCHMARK(checked_multiply);

// A share: revenue per employee, at 4 digits.
void checked_divide(benchmark::State& state) {
  const auto left = some_numbers(0, 100'000'000'000, 3);
  const auto right = some_numbers(1, 5'000, 4);
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      const auto quotient = kernels::divide(left[row], 4, right[row], 0);
      const std::int64_t twice_off = 2 * (left[row] * 10'000 - quotient.value * right[row]);
      require(quotient.fault == kernels::Fault::none && std::abs(twice_off) <= right[row], "checked_divide");
    }
  };
  check();
  for (auto _ : state) {
    for (std::size_t row = 0; row < kernel_rows; ++row)
      benchmark::DoNotOptimize(kernels::divide(left[row], 4, right[row], 0));
  }
  check();
  count(state, kernel_rows, kernel_rows * 16);
}
BENCHMARK(checked_divide);

// Whether a number is one of 1,000 that lie close together, as codes of industries do, or far apart, as keys.
void find_in_numbers(benchmark::State& state, std::int64_t step) {
  std::vector<std::int64_t> members;
  for (std::int64_t at = 0; at < 1'000; ++at) members.push_back(at * step);
  const kernels::NumberSet set(members);
  auto numbers = some_numbers(0, 1'999, 7);
  for (std::int64_t& number : numbers) number *= step;
  const auto check = [&] {
    for (const std::int64_t number : numbers)
      require(set.contains(number) == (number < 1'000 * step), "find_in_numbers");
  };
  check();
  for (auto _ : state) {
    set.with_test([&](auto is_in) {
      for (const std::int64_t number : numbers) benchmark::DoNotOptimize(is_in(number));
    });
  }
  check();
  count(state, kernel_rows, kernel_rows * 8);
}
BENCHMARK_CAPTURE(find_in_numbers, close, 3);
BENCHMARK_CAPTURE(find_in_numbers, far, 1'000'003);

// The exact way, which decides where the quick one cannot.
void fade_exactly(benchmark::State& state) {
  constexpr std::int64_t month = 30 * kernels::microseconds_per_day;
  const kernels::FadeCurve curve(lang::FadeKind::halving, month, 0, false, 2, lang::RoundingMode::half_up);
  const auto points = some_numbers(0, 1'500'000, 5);
  const auto ages = some_numbers(0, 12 * month, 6);
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      const double about =
          static_cast<double>(points[row]) * std::exp2(-static_cast<double>(ages[row]) / static_cast<double>(month));
      // Rounded to hundredths, which are 100 of the 1/10,000 that points are counted in.
      require(std::abs(static_cast<double>(curve.at(points[row], ages[row])) - about) <= 50.001, "fade_exactly");
    }
  };
  check();
  for (auto _ : state) {
    for (std::size_t row = 0; row < kernel_rows; ++row) benchmark::DoNotOptimize(curve.at(points[row], ages[row]));
  }
  check();
  count(state, kernel_rows, kernel_rows * 16);
}
BENCHMARK(fade_exactly);

}  // namespace

}  // namespace muster::bench
