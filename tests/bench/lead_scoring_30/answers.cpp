#include <algorithm>
#include <string>

#include "tests/bench/measure.h"

// Last, for it leaves macros behind.
#include "tests/bench/lead_scoring_30/answers.h"

namespace muster::bench {

namespace {

// Scores are whole numbers of 1/10,000 in Muster: what these are in one point, and in a hundredth.
constexpr std::int64_t point = 10'000;
constexpr std::int64_t hundredth = 100;

Sum sum_of(const Answers& answers, std::size_t rows) {
  Sum sum;
  sum.n = static_cast<std::int64_t>(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    ++sum.tier[answers.tier[row]];
    ++sum.stage[answers.stage[row]];
    sum.fit += answers.fit[row] / point;
    sum.eng += answers.engagement[row] / hundredth;
    sum.tot += answers.total[row] / hundredth;
  }
  return sum;
}

}  // namespace

void Answers::clear() {
  for (auto* numbers : {&fit, &engagement, &total}) std::fill(numbers->begin(), numbers->end(), 0);
  for (auto* codes : {&tier, &stage}) std::fill(codes->begin(), codes->end(), std::uint8_t{0});
}

void clear(Out& hand, std::size_t rows) {
  std::fill_n(hand.fit.p, rows, 0);
  for (double* const numbers : {hand.eng.p, hand.tot.p}) std::fill_n(numbers, rows, 0.0);
  for (std::uint8_t* const codes : {hand.tier.p, hand.stage.p}) std::fill_n(codes, rows, std::uint8_t{0});
}

void require_checksums(const Answers& answers, std::size_t rows, const Sum& expected, const char* engine) {
  const Sum sum = sum_of(answers, rows);
  if (same(sum, expected)) return;
  expected.print("expected");
  sum.print(engine);
  fail(std::string(engine) + ": the checksums are others");
}

}  // namespace muster::bench
