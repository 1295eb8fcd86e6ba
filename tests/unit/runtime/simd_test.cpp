// The interpreter's inner loops against plain ones, for every number of rows up to two words and a bit: on a machine
// with wide vectors this holds them to the same bits.
#include "runtime/interpret/simd.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <vector>

#include "stdlib/kernels/fade.h"

namespace muster::runtime::interpret {
namespace {

constexpr std::size_t most_rows = 2 * word_bits + 7;
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

struct Random {
  std::mt19937_64 engine{7};
  std::int64_t number() {
    const std::int64_t edges[] = {least, least + 1, -1, 0, 1, most - 1, most};
    if (engine() % 4 == 0) return edges[engine() % 7];
    return static_cast<std::int64_t>(engine()) >> (engine() % 64);
  }
  std::vector<std::int64_t> numbers() {
    std::vector<std::int64_t> made(most_rows);
    for (std::int64_t& each : made) each = number();
    return made;
  }
  std::vector<Word> bits() { return {engine(), engine(), engine()}; }
};

bool holds(lang::CompareOp op, std::int64_t left, std::int64_t right) {
  switch (op) {
    case lang::CompareOp::equal:
      return left == right;
    case lang::CompareOp::not_equal:
      return left != right;
    case lang::CompareOp::less:
      return left < right;
    case lang::CompareOp::less_equal:
      return left <= right;
    case lang::CompareOp::greater:
      return left > right;
    case lang::CompareOp::greater_equal:
      return left >= right;
  }
  return false;
}

}  // namespace

namespace {

template <class Narrow, class Wide>
void check_widened(Random& random, std::size_t rows, std::vector<Wide>& out) {
  std::vector<Narrow> narrow(most_rows);
  for (Narrow& each : narrow) each = static_cast<Narrow>(random.number());
  simd::widen(narrow.data(), rows, out.data());
  for (std::size_t row = 0; row < rows; ++row) REQUIRE(out[row] == static_cast<Wide>(narrow[row]));
}

}  // namespace

TEST_CASE("wide comparisons, choices, sums and look-ups are the plain ones") {
  Random random;
  for (std::size_t rows = 1; rows <= most_rows; ++rows) {
    std::vector<std::int64_t> left = random.numbers();
    const std::vector<std::int64_t> right = random.numbers();
    for (std::size_t row = 0; row < rows; row += 3) left[row] = right[row];
    const std::vector<Word> mask = random.bits();
    std::vector<Word> bits(3);
    const std::int64_t constant = random.number();
    for (unsigned op = 0; op < 6; ++op) {
      const auto compare = static_cast<lang::CompareOp>(op);
      simd::compare(compare, left.data(), right.data(), rows, bits.data());
      for (std::size_t row = 0; row < rows; ++row)
        REQUIRE(test_bit(bits.data(), row) == holds(compare, left[row], right[row]));
      simd::compare(compare, left.data(), constant, rows, bits.data());
      for (std::size_t row = 0; row < rows; ++row)
        REQUIRE(test_bit(bits.data(), row) == holds(compare, left[row], constant));
    }
    std::vector<std::int64_t> out(most_rows);
    simd::choose(mask.data(), left.data(), right.data(), rows, out.data());
    for (std::size_t row = 0; row < rows; ++row)
      REQUIRE(out[row] == (test_bit(mask.data(), row) ? left[row] : right[row]));
    simd::choose(mask.data(), left.data(), constant, rows, out.data());
    for (std::size_t row = 0; row < rows; ++row)
      REQUIRE(out[row] == (test_bit(mask.data(), row) ? left[row] : constant));
    simd::clamp(left.data(), -1000, constant < -1000 ? 1000 : constant, rows, out.data());
    for (std::size_t row = 0; row < rows; ++row)
      REQUIRE(out[row] == std::clamp<std::int64_t>(left[row], -1000, constant < -1000 ? 1000 : constant));
    std::uint64_t sizes = 0;
    for (std::size_t row = 0; row < rows; ++row) sizes |= static_cast<std::uint64_t>(left[row] ^ (left[row] >> 63));
    REQUIRE(simd::sizes(left.data(), rows) == sizes);

    const std::vector<simd::Term> terms = {{.values = left.data(), .weight = 1},
                                           {.values = right.data(), .weight = -37},
                                           {.bits = mask.data(), .weight = constant}};
    simd::sum(11, terms, rows, out.data());
    for (std::size_t row = 0; row < rows; ++row) {
      const std::uint64_t expected = 11 + static_cast<std::uint64_t>(left[row]) +
                                     static_cast<std::uint64_t>(-37) * static_cast<std::uint64_t>(right[row]) +
                                     (test_bit(mask.data(), row) ? static_cast<std::uint64_t>(constant) : 0);
      REQUIRE(out[row] == static_cast<std::int64_t>(expected));
    }

    std::vector<std::uint8_t> answers(40);
    for (std::size_t code = 0; code < 37; ++code) answers[code] = static_cast<std::uint8_t>(random.engine() % 2);
    std::vector<std::uint32_t> codes(most_rows);
    for (std::uint32_t& code : codes) code = static_cast<std::uint32_t>(random.engine() % 37);
    simd::look_up(answers.data(), codes.data(), rows, bits.data());
    for (std::size_t row = 0; row < rows; ++row) REQUIRE(test_bit(bits.data(), row) == (answers[codes[row]] != 0));
    std::vector<std::uint32_t> chosen(most_rows);
    simd::choose(mask.data(), 99U, codes.data(), rows, chosen.data());
    for (std::size_t row = 0; row < rows; ++row)
      REQUIRE(chosen[row] == (test_bit(mask.data(), row) ? 99U : codes[row]));

    simd::choose(mask.data(), constant, constant / 3, rows, out.data());
    for (std::size_t row = 0; row < rows; ++row)
      REQUIRE(out[row] == (test_bit(mask.data(), row) ? constant : constant / 3));
    check_widened<std::int32_t>(random, rows, out);
    check_widened<std::uint8_t>(random, rows, chosen);
    check_widened<std::uint16_t>(random, rows, chosen);

    // An output may be an input of its own.
    std::vector<std::int64_t> same = left;
    simd::clamp(same.data(), -7, 7, rows, same.data());
    for (std::size_t row = 0; row < rows; ++row) REQUIRE(same[row] == std::clamp<std::int64_t>(left[row], -7, 7));
  }
}

TEST_CASE("what is certain about halving is what the exact arithmetic says") {
  Random random;
  constexpr std::int64_t day = 86'400'000'000;
  std::size_t certain_rows = 0;
  std::size_t looked_at = 0;
  for (int round = 0; round < 2'000; ++round) {
    const std::int64_t moments[] = {1'767'225'600'000'000, 0, (std::int64_t{1} << 52U) - 1,
                                    1 - (std::int64_t{1} << 52U)};
    const std::int64_t as_of = moments[round % 4];
    const std::int64_t any_interval = 1 + static_cast<std::int64_t>(random.engine() % (400 * day));
    const std::int64_t interval = round % 3 == 0 ? 30 * day : round % 5 == 0 ? 1 : any_interval;
    const auto digits = static_cast<unsigned>(random.engine() % 5);
    const std::int64_t units[] = {10'000, 1'000, 100, 10, 1};
    const auto mode = round % 2 == 0 ? lang::RoundingMode::half_up : lang::RoundingMode::half_even;
    const kernels::FadeCurve curve(lang::FadeKind::halving, interval, 0, false, digits, mode);
    std::vector<std::int64_t> points(most_rows);
    std::vector<std::int64_t> events(most_rows);
    for (std::size_t row = 0; row < most_rows; ++row) {
      points[row] = row % 5 == 0 ? random.number() : static_cast<std::int64_t>(random.engine() % 2'000'000) - 500'000;
      // Whole intervals, where ties are, and any other age.
      events[row] = row % 7 == 0    ? as_of - interval * static_cast<std::int64_t>(random.engine() % 9)
                    : row % 11 == 0 ? random.number()
                                    : as_of - static_cast<std::int64_t>(random.engine() % (700 * day)) + 3 * day;
    }
    std::vector<std::int64_t> out(most_rows);
    std::vector<Word> certain(3);
    simd::halve(points.data(), events.data(), as_of, interval, units[digits], most_rows, out.data(), certain.data());
    for (std::size_t row = 0; row < most_rows; ++row) {
      ++looked_at;
      if (!test_bit(certain.data(), row)) continue;
      ++certain_rows;
      REQUIRE(out[row] == curve.at(points[row], kernels::age_at(as_of, events[row])));
    }
  }
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512dq") != 0) CHECK(certain_rows > looked_at / 4);
#endif
}

}  // namespace muster::runtime::interpret
