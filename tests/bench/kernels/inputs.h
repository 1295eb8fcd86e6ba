// What the benches of kernels share: inputs that are the same in every run, and how a bench counts and checks.
//
// Each bench computes its answers outside of the clock, before and after, and holds them against a slower or an inverse
// way to get them; a wrong one ends the program with exit code 1. Inside, benchmark::DoNotOptimize keeps the answers.
// May include: the standard library, Google Benchmark, measure.h. Called by: the benches of kernels.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "runtime/data/bitmap.h"
#include "tests/bench/measure.h"

namespace muster::bench {

// As many rows as a batch of leads has.
inline constexpr std::size_t kernel_rows = runtime::batch_rows;

// Whole numbers from `low` to `high`, always the same: the engine is defined by the standard, and so is what it gives.
inline std::vector<std::int64_t> some_numbers(std::int64_t low, std::int64_t high, std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::vector<std::int64_t> numbers(kernel_rows);
  const auto width = static_cast<std::uint64_t>(high - low) + 1;
  for (std::int64_t& number : numbers) number = low + static_cast<std::int64_t>(random() % width);
  return numbers;
}

inline void require(bool is_right, const char* bench) {
  if (!is_right) fail(std::string(bench) + ": a wrong answer");
}

// Items per second, and bytes per second of what is read, or written where that is more.
inline void count(benchmark::State& state, std::size_t items, std::size_t bytes) {
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(items));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(bytes));
}

}  // namespace muster::bench
