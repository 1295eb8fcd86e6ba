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

// Also against constants that the width does not hold.
template <class Number>
void check_compared(Random& random, std::size_t rows) {
  std::vector<Number> values(most_rows);
  for (Number& each : values) each = static_cast<Number>(random.number());
  const std::int64_t near = values[random.engine() % rows];
  const std::int64_t far = std::int64_t{1} << (8 * sizeof(Number) - 1);
  std::vector<Word> bits(3);
  for (const std::int64_t constant : {near, near + 1, random.number(), far, -far, -far - 1}) {
    for (unsigned op = 0; op < 6; ++op) {
      const auto compare = static_cast<lang::CompareOp>(op);
      simd::compare(compare, values.data(), constant, rows, bits.data());
      for (std::size_t row = 0; row < rows; ++row)
        REQUIRE(test_bit(bits.data(), row) == holds(compare, std::int64_t{values[row]}, constant));
    }
  }
}

template <class Code>
void check_looked_up(Random& random, std::size_t rows, std::uint32_t texts) {
  std::vector<std::uint8_t> table(std::max<std::size_t>(texts, 256) + 3);
  for (std::uint8_t& entry : table) entry = static_cast<std::uint8_t>(random.engine());
  std::vector<Code> codes(most_rows);
  for (Code& code : codes) code = static_cast<Code>(random.engine() % texts);
  std::vector<std::uint8_t> answers(most_rows);
  simd::look_up(table.data(), texts <= 256, codes.data(), rows, answers.data());
  for (std::size_t row = 0; row < rows; ++row) REQUIRE(answers[row] == table[codes[row]]);
  std::vector<Word> bits(3);
  const auto bit = static_cast<std::uint8_t>(1U << random.engine() % 8);
  simd::test(answers.data(), bit, rows, bits.data());
  for (std::size_t row = 0; row < rows; ++row) REQUIRE(test_bit(bits.data(), row) == ((answers[row] & bit) != 0));
}

template <class Narrow, class Wide>
void check_narrowed(const std::vector<Wide>& values, const std::vector<Word>& mask, std::size_t rows) {
  std::vector<Narrow> out(most_rows);
  simd::narrow(values.data(), mask.data(), rows, out.data());
  for (std::size_t row = 0; row < rows; ++row)
    REQUIRE(out[row] == (test_bit(mask.data(), row) ? static_cast<Narrow>(values[row]) : Narrow{0}));
}

// Bits are counted in few bits where that is exact; here sometimes it is.
void check_summed(Random& random, std::size_t rows, std::size_t count, std::int64_t unit, std::int64_t most_steps) {
  std::vector<std::vector<Word>> masks;
  for (std::size_t k = 0; k < count; ++k) masks.push_back(random.bits());
  const std::vector<std::int64_t> values = random.numbers();
  std::vector<std::int32_t> narrow(most_rows);
  for (std::int32_t& each : narrow) each = static_cast<std::int32_t>(random.number());
  std::vector<simd::Term> terms{{.values = values.data(), .narrow = nullptr, .bits = nullptr, .weight = 1},
                                {.values = nullptr, .narrow = narrow.data(), .bits = nullptr, .weight = -37}};
  for (const auto& mask : masks) {
    const auto steps =
        static_cast<std::int64_t>(random.engine() % static_cast<std::uint64_t>(2 * most_steps + 1)) - most_steps;
    terms.push_back({.values = nullptr, .narrow = nullptr, .bits = mask.data(), .weight = unit * steps});
  }
  std::vector<std::int64_t> out(most_rows);
  simd::sum(11, terms, rows, out.data());
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint64_t expected = 11;
    for (const simd::Term& term : terms) {
      const std::int64_t value = term.bits != nullptr     ? std::int64_t{test_bit(term.bits, row)}
                                 : term.narrow != nullptr ? std::int64_t{term.narrow[row]}
                                                          : term.values[row];
      expected += static_cast<std::uint64_t>(term.weight) * static_cast<std::uint64_t>(value);
    }
    REQUIRE(out[row] == static_cast<std::int64_t>(expected));
  }
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

    check_summed(random, rows, 0, 1, 1);
    check_summed(random, rows, 20, 50'000, 40);
    check_summed(random, rows, 7, 10'000, 4'681);  // just below what fits, or just not
    check_summed(random, rows, 3, std::int64_t{1} << 40, 1'000);
    check_summed(random, rows, 70, 1, 3);
    check_compared<std::int8_t>(random, rows);
    check_compared<std::int16_t>(random, rows);
    check_compared<std::int32_t>(random, rows);
    check_compared<std::uint32_t>(random, rows);
    for (const std::uint32_t texts : {1U, 37U, 200U, 256U}) {
      check_looked_up<std::uint8_t>(random, rows, texts);
      check_looked_up<std::uint16_t>(random, rows, texts);
      check_looked_up<std::uint32_t>(random, rows, texts);
    }
    check_looked_up<std::uint16_t>(random, rows, 1'000);
    check_looked_up<std::uint32_t>(random, rows, 70'000);
    check_narrowed<std::int32_t>(left, mask, rows);
    check_narrowed<std::int16_t>(left, mask, rows);
    check_narrowed<std::int8_t>(left, mask, rows);

    std::vector<std::uint32_t> codes(most_rows);
    for (std::uint32_t& code : codes) code = static_cast<std::uint32_t>(random.engine());
    check_narrowed<std::uint16_t>(codes, mask, rows);
    check_narrowed<std::uint8_t>(codes, mask, rows);
    std::vector<std::uint32_t> chosen(most_rows);
    simd::choose(mask.data(), 99U, codes.data(), rows, chosen.data());
    for (std::size_t row = 0; row < rows; ++row)
      REQUIRE(chosen[row] == (test_bit(mask.data(), row) ? 99U : codes[row]));
    simd::choose(mask.data(), 99U, 4U, rows, chosen.data());
    for (std::size_t row = 0; row < rows; ++row) REQUIRE(chosen[row] == (test_bit(mask.data(), row) ? 99U : 4U));

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
