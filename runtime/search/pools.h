// Values that a policy makes a difference at: what it compares a field with, found in the compiled program.
// May include: compiler/ir, runtime/data, runtime/interpret. Called by: generator.cpp, tests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/as_of.h"

namespace muster::runtime::search {

struct Pool {
  std::vector<std::int64_t> numbers;    // rising, distinct; in the field's own form
  std::vector<std::string> texts;       // distinct
  std::vector<std::string> separators;  // the policy takes what stands before or behind these
};

struct Pools {
  std::map<std::pair<std::uint32_t, std::uint32_t>, Pool> fields;  // by object and field
  std::uint32_t most_rows = 6;                                     // child rows of one kind that make a difference

  // An empty one where the policy compares the field with nothing fixed.
  [[nodiscard]] const Pool& of(std::uint32_t object, std::uint32_t field) const;
};

[[nodiscard]] Pools pools_of(const compiler::Program& program, AsOf as_of);

}  // namespace muster::runtime::search
