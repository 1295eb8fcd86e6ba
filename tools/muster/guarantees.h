// Tries the guarantees of a policy with random leads and says what came of it.
// May include: compiler, runtime/search, tools/muster. Called by: test.cpp.
#pragma once

#include <string>

#include "lang/spec/limits.h"
#include "lang/syntax/tree.h"
#include "runtime/search/search.h"
#include "tools/muster/exit_code.h"

namespace muster::tools {

// `tree` is the policy's, which has no errors. A line for each guarantee and a test for each lead that breaks one go to
// the standard output. Returns ExitCode::policy_has_errors where one is broken.
[[nodiscard]] ExitCode try_guarantees(const std::string& policy, const lang::Tree& tree,
                                      const runtime::search::SearchOptions& options, const lang::Limits& limits);

}  // namespace muster::tools
