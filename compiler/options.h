// What a policy is compiled for: said once by the caller, read by the stages that it is for.
// May include: compiler/passes/options.h. Called by: compile.h's callers, check, lower.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/passes/options.h"

namespace muster::compiler {

struct CompileOptions {
  std::optional<std::int32_t> as_of_day;  // days since 1970-01-01: settings with dates have the value of this day
  bool agreements = false;                // with what SLA clauses ask for, which only `muster sla` tells
  std::string folder;                     // of the policy: files that it names lie there; empty: it has none
  std::vector<std::string> settings;      // NAME=VALUE: settings that have another value this time (override.h)
  std::string settings_name = "--set";    // what messages call one of them
  bool guarantees = false;                // the program also says where guarantees do not hold
  bool with_tests = false;                // keep the tests of the policy, for `muster test`
  PassOptions passes;                     // what makes the program quicker; its answers stay the same
  bool log_passes = false;                // keep the program as it was after each pass: Compiled::passes
};

}  // namespace muster::compiler
