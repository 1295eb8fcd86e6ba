// What the policy of the workload writes for every lead, and its checksums in HAND's units. Tiers and stages are
// numbered in the order of the policy, which is that of hand.hpp.
// May include: the standard library, runtime/data/cache_lines.h, reference.h. Called by: the benches of the workload.
#pragma once

#include <cstdint>
#include "runtime/data/cache_lines.h"

// Last, for it leaves macros behind.
#include "tests/bench/lead_scoring_30/reference.h"

namespace muster::bench {

struct Answers {
  explicit Answers(std::size_t rows)
      : fit(rows + 64), engagement(rows + 64), total(rows + 64), tier(rows + 64), stage(rows + 64) {}

  // So that no round passes with the answers of another one.
  void clear();

  runtime::LineVector<std::int32_t> fit, engagement, total;
  runtime::LineVector<std::uint8_t> tier, stage;
};

void clear(Out& hand, std::size_t rows);

// Ends the program where the answers to the first `rows` leads have other checksums than `expected`.
void require_checksums(const Answers& answers, std::size_t rows, const Sum& expected, const char* engine);

}  // namespace muster::bench
