// Fading against other ways to the same number: exp2 of a long double, division in 128 bits, and whole powers in limbs
// of nine decimal digits.
#include "stdlib/kernels/fade.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::kernels {
namespace {

using lang::FadeKind;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t days = microseconds_per_day;
constexpr std::int64_t longest = 300 * 366 * days;
constexpr std::int64_t whole = 1'000'000'000;

// A number of any size up to 2^63, small ones as likely as large ones.
std::int64_t any_size(std::mt19937_64& engine) { return static_cast<std::int64_t>(engine() >> (1 + engine() % 62)); }

FadeCurve halving(std::int64_t interval) { return {FadeKind::halving, interval, 0, false}; }
FadeCurve to_zero(std::int64_t interval) { return {FadeKind::to_zero, interval, 0, false}; }
FadeCurve percent(std::int64_t interval, std::int64_t left) { return {FadeKind::percent, interval, left, false}; }

// points * left^count / 10^(9 count), half to even, with every digit.
std::int64_t power_by_hand(std::int64_t points, std::int64_t left, int count) {
  std::vector<std::uint64_t> limbs;  // the lowest first
  for (auto rest = static_cast<std::uint64_t>(points); rest != 0; rest /= whole) limbs.push_back(rest % whole);
  for (int k = 0; k < count; ++k) {
    std::uint64_t carry = 0;
    for (std::uint64_t& limb : limbs) {
      const std::uint64_t product = limb * static_cast<std::uint64_t>(left) + carry;
      limb = product % whole;
      carry = product / whole;
    }
    if (carry != 0) limbs.push_back(carry);
  }
  const auto fraction_limbs = static_cast<std::size_t>(count);
  const auto limb = [&](std::size_t k) { return k < limbs.size() ? limbs[k] : 0; };
  std::uint64_t value =
      limb(fraction_limbs) + limb(fraction_limbs + 1) * whole + limb(fraction_limbs + 2) * whole * whole;
  if (count == 0) return static_cast<std::int64_t>(value);
  bool more = false;
  for (std::size_t k = 0; k + 1 < fraction_limbs; ++k) more = more || limb(k) != 0;
  const std::uint64_t first = limb(fraction_limbs - 1);
  if (first > whole / 2 || (first == whole / 2 && (more || value % 2 != 0))) ++value;
  return static_cast<std::int64_t>(value);
}

}  // namespace

TEST_CASE("the vectors of the domain (section 4, number 12)") {
  CHECK(to_zero(90 * days).at(90'000, 3 * days) == 87'000);
  CHECK(halving(14 * days).at(250'000, 14 * days) == 125'000);
  CHECK(halving(14 * days).at(250'000, 7 * days) == 176'777);  // 25 / sqrt 2 = 17.67767
  CHECK(percent(30 * days, 900'000'000).at(100'000, 29 * days) == 100'000);
  CHECK(percent(30 * days, 900'000'000).at(100'000, 30 * days) == 90'000);
  CHECK(percent(30 * days, 900'000'000).at(100'000, 89 * days) == 81'000);
  CHECK(to_zero(90 * days).at(90'000, 90 * days) == 0);
  CHECK(to_zero(90 * days).at(90'000, longest) == 0);
  const FadeCurve never{FadeKind::never, 0, 0, true};
  CHECK(never.at(90'000, longest) == 90'000);
  CHECK(never.at(least, 1) == least);
}

TEST_CASE("whole days") {
  const FadeCurve exact{FadeKind::to_zero, 90 * days, 0, false};
  const FadeCurve floored{FadeKind::to_zero, 90 * days, 0, true};
  CHECK(exact.at(90'000, 3 * days + days / 2) == 86'500);
  CHECK(floored.at(90'000, 4 * days - 1) == 87'000);
  CHECK(floored.at(90'000, days - 1) == 90'000);
}

TEST_CASE("halving at whole multiples is exact, half to even") {
  std::mt19937_64 engine(1);
  for (int round = 0; round < 20'000; ++round) {
    const std::int64_t interval = 1 + any_size(engine) % (most / 64);
    const auto points = static_cast<std::int64_t>(engine() >> (engine() % 64));
    const auto count = static_cast<unsigned>(engine() % 63);
    const Wide expected = divide_rounded(points, Wide{1} << count, RoundingMode::half_even);
    REQUIRE(halving(interval).at(points, static_cast<std::int64_t>(count) * interval) ==
            static_cast<std::int64_t>(expected));
  }
  CHECK(halving(1).at(25, 1) == 12);
  CHECK(halving(1).at(35, 1) == 18);
  CHECK(halving(1).at(-25, 1) == -12);
  CHECK(halving(1).at(-35, 1) == -18);
  CHECK(halving(1).at(most, 63) == 1);
  CHECK(halving(1).at(least, 63) == -1);
  CHECK(halving(1).at(least, 64) == 0);
  CHECK(halving(1).at(least, most) == 0);
}

TEST_CASE("rounded to fewer digits, in each way") {
  const auto rounded = [](unsigned digits, RoundingMode mode, std::int64_t points, std::int64_t age) {
    return FadeCurve{FadeKind::halving, days, 0, false, digits, mode}.at(points, age);
  };
  // 25 / sqrt 2 = 17.677669...
  CHECK(rounded(2, RoundingMode::half_even, 250'000, days / 2) == 176'800);
  CHECK(rounded(2, RoundingMode::down, 250'000, days / 2) == 176'700);
  CHECK(rounded(0, RoundingMode::half_up, 250'000, days / 2) == 180'000);
  CHECK(rounded(0, RoundingMode::down, -250'000, days / 2) == -170'000);
  CHECK(rounded(4, RoundingMode::up, 250'000, days / 2) == 176'777);
  // Exact ties at whole intervals: 0.25 / 2 = 0.125.
  CHECK(rounded(2, RoundingMode::half_even, 2'500, days) == 1'200);
  CHECK(rounded(2, RoundingMode::half_up, 2'500, days) == 1'300);
  CHECK(rounded(2, RoundingMode::half_up, -2'500, days) == -1'300);
  CHECK(rounded(2, RoundingMode::up, 2'401, 0) == 2'500);  // an age of nothing is rounded as well
  CHECK(rounded(2, RoundingMode::half_up, 2'449, -days) == 2'400);
  CHECK(rounded(0, RoundingMode::up, most, 0) == most);  // what does not fit is the largest number
  // One rounding, not two: 12.34499... must not become 12.3450 and then 12.35.
  const FadeCurve linear{FadeKind::to_zero, 1'000'000'000, 0, false, 2, RoundingMode::half_up};
  CHECK(linear.at(200'000, 382'750'004) == 123'400);
  CHECK(linear.at(200'000, 382'750'000) == 123'500);
  const FadeCurve tenth{FadeKind::percent, days, 900'000'000, false, 1, RoundingMode::half_up};
  CHECK(tenth.at(5'000, days) == 5'000);  // 0.45
  const FadeCurve tenth_even{FadeKind::percent, days, 900'000'000, false, 1, RoundingMode::half_even};
  CHECK(tenth_even.at(5'000, days) == 4'000);
}

TEST_CASE("halving against exp2") {
  std::mt19937_64 engine(2);
  for (int round = 0; round < 100'000; ++round) {
    const std::int64_t interval = 1 + any_size(engine) % longest;
    const std::int64_t age = any_size(engine) % longest;
    const std::int64_t points = any_size(engine) % (std::int64_t{1} << 50);
    const long double expected = static_cast<long double>(points) *
                                 std::exp2(-static_cast<long double>(age) / static_cast<long double>(interval));
    const std::int64_t found = halving(interval).at(points, age);
    // Half a unit from rounding; what an exp2 of 64 bits adds for these points is far below a thousandth.
    if (std::abs(static_cast<long double>(found) - expected) > 0.501L) {
      CAPTURE(points);
      CAPTURE(age);
      CAPTURE(interval);
      REQUIRE(std::abs(static_cast<long double>(found) - expected) <= 0.501L);
    }
    REQUIRE(halving(interval).at(-points, age) == -found);
  }
}

TEST_CASE("halving of the largest number") {
  // 2^63 / sqrt 2 = 6521908912666391106.17...; 2^63 / 2^(1/4) = 7755900482342532474.11...
  CHECK(halving(2).at(least, 1) == -6'521'908'912'666'391'106);
  CHECK(halving(4).at(least, 1) == -7'755'900'482'342'532'474);
}

TEST_CASE("older is never worth more") {
  std::mt19937_64 engine(3);
  for (int round = 0; round < 2'000; ++round) {
    const std::int64_t interval = 1 + (round % 2 == 0 ? any_size(engine) : any_size(engine) % longest);
    const std::int64_t points = round % 3 == 0 ? most : any_size(engine);
    const std::int64_t left = static_cast<std::int64_t>(engine() % (whole + 1));
    const FadeCurve curves[] = {halving(interval), to_zero(interval), percent(interval, left)};
    for (const FadeCurve& curve : curves) {
      std::int64_t age = any_size(engine) % interval;
      if (round % 5 == 0) age = std::max<std::int64_t>(interval - 4, 0);
      std::int64_t before = points;
      for (int step = 0; step < 40; ++step) {
        const std::int64_t now = curve.at(points, age);
        CAPTURE(points);
        CAPTURE(interval);
        CAPTURE(age);
        REQUIRE(now <= before);
        REQUIRE(now >= 0);
        before = now;
        const std::int64_t stride = step < 20 ? 1 : any_size(engine);
        age = age > most - stride ? most : age + stride;
      }
    }
  }
}

TEST_CASE("to zero is exact") {
  std::mt19937_64 engine(4);
  for (int round = 0; round < 50'000; ++round) {
    const std::int64_t interval = 1 + any_size(engine) % (most - 1);
    const std::int64_t age = any_size(engine) % interval;
    const std::int64_t points = any_size(engine);
    const Wide product = static_cast<Wide>(points) * (interval - age);
    const auto expected = static_cast<std::int64_t>(divide_rounded(product, interval, RoundingMode::half_even));
    REQUIRE(to_zero(interval).at(points, age) == expected);
    REQUIRE(to_zero(interval).at(-points, age) == -expected);
  }
  CHECK(to_zero(2).at(5, 1) == 2);
  CHECK(to_zero(2).at(7, 1) == 4);
  CHECK(to_zero(1).at(7, 1) == 0);
  CHECK(to_zero(most).at(least, 1) == least + 1);
}

TEST_CASE("percent to the last digit, ties too") {
  std::mt19937_64 engine(5);
  for (int round = 0; round < 100'000; ++round) {
    const int count = static_cast<int>(engine() % 150);
    // Round shares such as 90% and 50% end exactly between two numbers now and then.
    std::int64_t left = static_cast<std::int64_t>(engine() % (whole + 1));
    if (round % 2 == 0) left = static_cast<std::int64_t>(engine() % 101) * 10'000'000;
    const std::int64_t points = round % 3 == 0 ? 5 * (any_size(engine) % 2'000'000) : any_size(engine);
    const std::int64_t expected = power_by_hand(points, left, count);
    CAPTURE(points);
    CAPTURE(left);
    CAPTURE(count);
    REQUIRE(percent(3, left).at(points, std::int64_t{3} * count + 2) == expected);
    REQUIRE(percent(3, left).at(-points, std::int64_t{3} * count) == -expected);
  }
  CHECK(percent(1, 900'000'000).at(15, 1) == 14);  // 13.5
  CHECK(percent(1, 900'000'000).at(5, 1) == 4);    // 4.5
  CHECK(percent(1, 900'000'000).at(50, 2) == 40);  // 40.5
  CHECK(percent(1, 500'000'000).at(least, 63) == -1);
  CHECK(percent(1, 500'000'000).at(least, 64) == 0);
}

TEST_CASE("percent after many intervals") {
  // 0.999999999^n for n = 10^9 is 1/e but for its tenth digit.
  const std::int64_t points = 1'000'000'000'000;
  const long double share = std::exp(1e9L * std::log1p(-1e-9L));
  CHECK(std::abs(static_cast<long double>(percent(1, whole - 1).at(points, whole)) - 1e12L * share) < 0.6L);
  CHECK(percent(1, whole - 1).at(most, most) == 0);
  CHECK(percent(1, whole).at(most, most) == most);
  CHECK(percent(1, 0).at(most, 1) == 0);
  CHECK(percent(2, 0).at(most, 1) == most);
}

TEST_CASE("an age below zero, and the extremes") {
  for (const FadeKind kind : {FadeKind::halving, FadeKind::to_zero, FadeKind::percent, FadeKind::never}) {
    for (const std::int64_t interval : {std::int64_t{1}, std::int64_t{2}, days, most}) {
      for (const bool whole_days : {false, true}) {
        const FadeCurve curve{kind, interval, whole / 2, whole_days};
        for (const std::int64_t points : {least, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, most}) {
          CHECK(curve.at(points, 0) == points);
          CHECK(curve.at(points, -1) == points);
          CHECK(curve.at(points, least) == points);
          const std::int64_t last = curve.at(points, most);
          CHECK(last >= std::min<std::int64_t>(points, 0));
          CHECK(last <= std::max<std::int64_t>(points, 0));
        }
      }
    }
  }
}

TEST_CASE("ages") {
  CHECK(age_at(10, 3) == 7);
  CHECK(age_at(3, 10) == 0);
  CHECK(age_at(most, least) == most);
  CHECK(age_at(least, most) == 0);
  CHECK(age_of_day(20, 17) == 3 * days);
  CHECK(age_of_day(17, 20) == 0);
  CHECK(age_of_day(most, 0) == most);
}

}  // namespace muster::kernels
