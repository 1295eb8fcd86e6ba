// One sample through every engine: what each says is held against the slow evaluator, or where that says nothing,
// against the interpreter of the raw program, and against what must hold of any score.
// May include: compiler, runtime, tests/differ. Called by: differ, minimise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/differ/engine.h"
#include "tests/differ/world.h"

namespace muster::differ {

// Where an engine says something else than is expected.
struct Difference {
  std::string engine, label;
  std::size_t lead = 0;
  std::string ours, expected;
};
struct Outcome {
  std::string failure;  // the policy does not compile, or names differ
  std::optional<Difference> difference;
  std::uint64_t answers = 0;  // that were compared
  Kernel kernel = Kernel::none;
};

[[nodiscard]] Outcome compare(const Sample& sample);

}  // namespace muster::differ
