// Files that stand in one another's place on the command line. Looked for only where nothing in the policy could be
// read, so that a file may be called what it likes.
// May include: lang/support, compiler. Called by: run, sla, check, fmt, test.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/compile.h"
#include "lang/support/result.h"

namespace muster::tools {

// The export stands where the policy belongs. `leads` is what stands where the export belongs; empty where the command
// takes none.
[[nodiscard]] std::optional<lang::Error> find_mixed_up(const lang::Result<compiler::Compiled>& compiled,
                                                       std::string_view command, const std::string& policy,
                                                       const std::string& leads);

}  // namespace muster::tools
