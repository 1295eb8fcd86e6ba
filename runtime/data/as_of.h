// The moment of the evaluation. May include: the standard library. Called by: ingest, engines, writers, tools.
#pragma once

#include <cstdint>

namespace muster::runtime {

// Given by the caller, never by the clock (section 4, number 17).
struct AsOf {
  std::int64_t instant = 0;  // microseconds
  std::int32_t day = 0;      // in the policy's zone
};

}  // namespace muster::runtime
