// The commands, one function and one file each. May include: compiler, runtime, tools/muster. Called by: main.
#pragma once

#include "tools/muster/command_line.h"

namespace muster::tools {

[[nodiscard]] ExitCode check(const CheckCommand& command);
[[nodiscard]] ExitCode format(const FmtCommand& command);
[[nodiscard]] ExitCode run(const RunCommand& command);
[[nodiscard]] ExitCode sla(const SlaCommand& command);
[[nodiscard]] ExitCode test(const TestCommand& command);
[[nodiscard]] ExitCode init(const InitCommand& command);
[[nodiscard]] ExitCode explain_code(const ExplainCodeCommand& command);

}  // namespace muster::tools
