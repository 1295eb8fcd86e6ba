// The interpreter's inner loops against plain ones, for every number of rows up to two words and a bit, with every set
// of instructions that the machine has: this holds them to the same bits.
#include "runtime/interpret/simd.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "stdlib/kernels/fade.h"

namespace muster::runtime::interpret {
namespace {

constexpr std::size_t most_rows = 2 * word_bits + 7;
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

// Calls run(instructions) with the loops held to each set that the machine has.
template <class Run>
void with_all_instructions(Run run) {
  struct Restored {
    Restored() = default;
    Restored(const Restored&) = delete;
    Restored& operator=(const Restored&) = delete;
    ~Restored() { simd::use_at_most(simd::Instructions::avx512); }
  } const restored;
  for (const auto level : {simd::Instructions::plain, simd::Instructions::avx2, simd::Instructions::avx512}) {
    if (simd::use_at_most(level) != level) continue;
    CAPTURE(static_cast<int>(level));
    run(level);
  }
}

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

// What is known of the rows, and where the answers about them go.
struct Answers {
  explicit Answers(Random& random) : known(random.bits()) {}
  std::vector<Word> known;
  std::vector<Word> yes = std::vector<Word>(3);
  std::vector<Word> no = std::vector<Word>(3);

  simd::Truth truth() { return {known.data(), yes.data(), no.data()}; }
  template <class Holds>
  void check(std::size_t rows, Holds expected) const {
    for (std::size_t row = 0; row < rows; ++row) {
      const bool is_known = test_bit(known.data(), row);
      REQUIRE(test_bit(yes.data(), row) == (is_known && expected(row)));
      REQUIRE(test_bit(no.data(), row) == (is_known && !expected(row)));
    }
  }
};

template <class Narrow, class Wide>
void check_widened(Random& random, std::size_t rows, std::vector<Wide>& out) {
  std::vector<Narrow> narrow(most_rows);
  for (Narrow& each : narrow) each = static_cast<Narrow>(random.number());
  simd::widen(narrow.data(), rows, out.data());
  for (std::size_t row = 0; row < rows; ++row) REQUIRE(out[row] == static_cast<Wide>(narrow[row]));
}

template <class Number>
auto column_of(const std::vector<Number>& values) {
  if constexpr (std::is_signed_v<Number>) {
    return simd::Lanes{values.data(), sizeof(Number)};
  } else {
    return values.data();
  }
}

// Also against constants that the width does not hold.
template <class Number>
void check_compared(Random& random, std::size_t rows) {
  std::vector<Number> values(most_rows);
  for (Number& each : values) each = static_cast<Number>(random.number());
  const std::int64_t near = values[random.engine() % rows];
  const std::int64_t far = sizeof(Number) == 8 ? most : std::int64_t{1} << (8 * sizeof(Number) - 1);
  const std::int64_t next = near == most ? least : near + 1;
  const std::vector<std::int64_t> constants{near, next, random.number(), far, -far, -far - 1};
  Answers answers(random);
  for (const std::int64_t constant : constants) {
    for (unsigned op = 0; op < 6; ++op) {
      const auto compare = static_cast<lang::CompareOp>(op);
      simd::compare(compare, column_of(values), constant, rows, answers.truth());
      answers.check(rows, [&](std::size_t row) { return holds(compare, std::int64_t{values[row]}, constant); });
    }
  }
  for (std::size_t count = 0; count <= constants.size(); ++count) {
    const auto set = std::span(constants).first(count);
    simd::is_among(column_of(values), set, rows, answers.truth());
    answers.check(rows,
                  [&](std::size_t row) { return std::ranges::find(set, std::int64_t{values[row]}) != set.end(); });
  }
  // What is known may lie where one of the answers goes.
  answers.yes = answers.known;
  simd::compare(lang::CompareOp::less, column_of(values), near, rows,
                {answers.yes.data(), answers.yes.data(), answers.no.data()});
  answers.check(rows, [&](std::size_t row) { return std::int64_t{values[row]} < near; });
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
  Answers truth(random);
  const auto bit = static_cast<std::uint8_t>(1U << random.engine() % 8);
  simd::test(answers.data(), bit, rows, truth.truth());
  truth.check(rows, [&](std::size_t row) { return (answers[row] & bit) != 0; });
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
  const auto of_bytes = [&]<class Number>(Number) {
    std::vector<Number> made(most_rows);
    for (Number& each : made) each = static_cast<Number>(random.number());
    return made;
  };
  const auto words = of_bytes(std::int32_t{});
  const auto shorts = of_bytes(std::int16_t{});
  const auto bytes = of_bytes(std::int8_t{});
  std::vector<simd::Term> terms{{{values.data(), 8}, nullptr, 1},
                                {{words.data(), 4}, nullptr, -37},
                                {{shorts.data(), 2}, nullptr, 1},
                                {{bytes.data(), 1}, nullptr, 1'000'003}};
  const std::vector<Word> some = random.bits();
  for (std::size_t k = 0; k < 4; ++k) terms.push_back({terms[k].lanes, some.data(), 5 - terms[k].weight});
  for (const auto& mask : masks) {
    const auto steps =
        static_cast<std::int64_t>(random.engine() % static_cast<std::uint64_t>(2 * most_steps + 1)) - most_steps;
    terms.push_back({{}, mask.data(), unit * steps});
  }
  std::vector<std::int64_t> out(most_rows);
  std::vector<std::int32_t> low(most_rows);
  simd::sum(std::int64_t{11}, terms, rows, out.data());
  simd::sum(std::int32_t{11}, terms, rows, low.data());
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint64_t expected = 11;
    for (const simd::Term& term : terms) {
      std::int64_t value = 1;
      if (term.lanes.values != nullptr) {
        simd::with_lanes(term.lanes, [&](const auto* numbers) { value = numbers[row]; });
      }
      if (term.bits != nullptr && !test_bit(term.bits, row)) value = 0;
      expected += static_cast<std::uint64_t>(term.weight) * static_cast<std::uint64_t>(value);
    }
    REQUIRE(out[row] == static_cast<std::int64_t>(expected));
    REQUIRE(low[row] == static_cast<std::int32_t>(expected));
  }
}

template <class Number>
void check_narrow_lanes(Random& random, const std::vector<Word>& mask, std::size_t rows) {
  std::vector<Number> values(most_rows);
  for (Number& each : values) each = static_cast<Number>(random.number());
  const simd::Lanes lanes{values.data(), sizeof(Number)};
  const auto other = static_cast<std::int32_t>(random.number());
  std::vector<std::int32_t> out(most_rows);
  const auto check = [&](std::uint64_t sizes, auto expected) {
    std::uint64_t all = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      REQUIRE(out[row] == expected(row));
      all |= static_cast<std::uint32_t>(out[row] ^ (out[row] >> 31));
    }
    REQUIRE(sizes == all);
  };
  check(simd::choose(mask.data(), lanes, other, rows, out.data()),
        [&](std::size_t row) { return test_bit(mask.data(), row) ? std::int32_t{values[row]} : other; });
  const std::int32_t low = std::min(other, 3);
  const std::int32_t high = std::max(other, 3);
  check(simd::clamp(lanes, low, high, rows, out.data()),
        [&](std::size_t row) { return std::clamp(std::int32_t{values[row]}, low, high); });
}

void check_byte_codes(Random& random, const std::vector<Word>& mask, std::size_t rows) {
  std::vector<std::uint8_t> one(most_rows);
  std::vector<std::uint8_t> other(most_rows);
  for (std::uint8_t& code : one) code = static_cast<std::uint8_t>(random.engine());
  for (std::uint8_t& code : other) code = static_cast<std::uint8_t>(random.engine());
  std::vector<std::uint8_t> out(most_rows);
  for (const simd::ByteCodes yes : {simd::ByteCodes{one.data(), 0}, simd::ByteCodes{nullptr, 200}}) {
    for (const simd::ByteCodes no : {simd::ByteCodes{other.data(), 0}, simd::ByteCodes{nullptr, 7}}) {
      simd::choose(mask.data(), yes, no, rows, out.data());
      for (std::size_t row = 0; row < rows; ++row) {
        const std::uint8_t of_yes = yes.values != nullptr ? one[row] : yes.fixed;
        const std::uint8_t of_no = no.values != nullptr ? other[row] : no.fixed;
        REQUIRE(out[row] == (test_bit(mask.data(), row) ? of_yes : of_no));
      }
    }
  }
}

void check_all_loops() {
  Random random;
  for (std::size_t rows = 1; rows <= most_rows; ++rows) {
    std::vector<std::int64_t> left = random.numbers();
    const std::vector<std::int64_t> right = random.numbers();
    for (std::size_t row = 0; row < rows; row += 3) left[row] = right[row];
    const std::vector<Word> mask = random.bits();
    const std::int64_t constant = random.number();
    Answers answers(random);
    for (unsigned op = 0; op < 6; ++op) {
      const auto compare = static_cast<lang::CompareOp>(op);
      simd::compare(compare, left.data(), right.data(), rows, answers.truth());
      answers.check(rows, [&](std::size_t row) { return holds(compare, left[row], right[row]); });
      const std::vector<std::uint32_t> some(left.begin(), left.end());
      const std::vector<std::uint32_t> others(right.begin(), right.end());
      simd::compare(compare, some.data(), others.data(), rows, answers.truth());
      answers.check(rows, [&](std::size_t row) { return holds(compare, some[row], others[row]); });
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
    check_summed(random, rows, 3, std::numeric_limits<std::int32_t>::max(), 1);
    check_summed(random, rows, 70, 1, 3);
    check_summed(random, rows, 30, 10'000, 127);  // several groups that fit a byte
    check_summed(random, rows, 30, 10'000, 128);  // now and then one that does not
    check_narrow_lanes<std::int8_t>(random, mask, rows);
    check_narrow_lanes<std::int16_t>(random, mask, rows);
    check_narrow_lanes<std::int32_t>(random, mask, rows);
    check_byte_codes(random, mask, rows);
    check_compared<std::uint8_t>(random, rows);
    check_compared<std::int64_t>(random, rows);
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
    check_narrowed<std::int64_t>(left, mask, rows);
    check_narrowed<std::int32_t>(left, mask, rows);
    check_narrowed<std::int16_t>(left, mask, rows);
    check_narrowed<std::int8_t>(left, mask, rows);

    std::vector<std::uint32_t> codes(most_rows);
    for (std::uint32_t& code : codes) code = static_cast<std::uint32_t>(random.engine());
    check_narrowed<std::uint32_t>(codes, mask, rows);
    check_narrowed<std::uint16_t>(codes, mask, rows);
    check_narrowed<std::uint8_t>(codes, mask, rows);
    const std::vector<std::int32_t> numbers(codes.begin(), codes.end());
    check_narrowed<std::int32_t>(numbers, mask, rows);
    check_narrowed<std::int16_t>(numbers, mask, rows);
    check_narrowed<std::int8_t>(numbers, mask, rows);
    check_narrowed<std::uint8_t>(std::vector<std::uint8_t>(codes.begin(), codes.end()), mask, rows);
    std::vector<std::uint32_t> chosen(most_rows);
    simd::choose(mask.data(), 99U, codes.data(), rows, chosen.data());
    for (std::size_t row = 0; row < rows; ++row)
      REQUIRE(chosen[row] == (test_bit(mask.data(), row) ? 99U : codes[row]));
    simd::choose(mask.data(), 99U, 4U, rows, chosen.data());
    for (std::size_t row = 0; row < rows; ++row) REQUIRE(chosen[row] == (test_bit(mask.data(), row) ? 99U : 4U));

    simd::choose(mask.data(), constant, constant / 3, rows, out.data());
    for (std::size_t row = 0; row < rows; ++row)
      REQUIRE(out[row] == (test_bit(mask.data(), row) ? constant : constant / 3));
    check_widened<std::uint8_t>(random, rows, chosen);
    check_widened<std::uint16_t>(random, rows, chosen);

    // An output may be an input of its own.
    std::vector<std::int64_t> same = left;
    simd::clamp(same.data(), -7, 7, rows, same.data());
    for (std::size_t row = 0; row < rows; ++row) REQUIRE(same[row] == std::clamp<std::int64_t>(left[row], -7, 7));
  }
}

void check_halving(simd::Instructions instructions) {
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
    const auto check = [&](const auto& of_points, std::uint64_t size) {
      auto out = of_points;
      std::vector<Word> certain(3);
      simd::halve(of_points.data(), events.data(), {as_of, interval, units[digits], size}, most_rows, out.data(),
                  certain.data());
      for (std::size_t row = 0; row < most_rows; ++row) {
        ++looked_at;
        if (!test_bit(certain.data(), row)) continue;
        ++certain_rows;
        REQUIRE(out[row] == curve.at(of_points[row], kernels::age_at(as_of, events[row])));
      }
    };
    check(points, 0);
    // Points that are few enough for the short series, and those of 32 bits.
    for (std::int64_t& each : points) each %= 1'000'000;
    check(points, 1'000'000);
    std::vector<std::int32_t> few(points.begin(), points.end());
    check(few, 1'000'000);
    few.back() = std::numeric_limits<std::int32_t>::max() - 10'000;
    check(few, std::numeric_limits<std::int32_t>::max());
  }
  if (instructions == simd::Instructions::plain) {
    CHECK(certain_rows == 0);
  } else {
    CHECK(certain_rows > looked_at / 4);
  }
}

}  // namespace

TEST_CASE("wide comparisons, choices, sums and look-ups are the plain ones") {
  with_all_instructions([](simd::Instructions) { check_all_loops(); });
}
TEST_CASE("what is certain about halving is what the exact arithmetic says") { with_all_instructions(check_halving); }

}  // namespace muster::runtime::interpret
