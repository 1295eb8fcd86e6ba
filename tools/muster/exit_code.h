// What the process says when it ends. The numbers are part of the interface: scripts and CI read them.
// May include: lang/support. Called by: tools/muster.
#pragma once

#include <cstdint>

#include "lang/support/result.h"

namespace muster::tools {

enum class ExitCode : std::uint8_t {
  ok = 0,
  policy_has_errors = 1,  // also: `muster fmt --check` has found a policy that is not formatted
  usage = 2,
  data = 3,
  file = 4,
  internal = 5,
  broken_pipe = 6,
  tests_failed = 7,
};

[[nodiscard]] constexpr ExitCode exit_code_of(lang::ErrorKind kind) {
  switch (kind) {
    case lang::ErrorKind::usage:
      return ExitCode::usage;
    case lang::ErrorKind::data:
      return ExitCode::data;
    case lang::ErrorKind::file:
      return ExitCode::file;
    case lang::ErrorKind::internal:
      return ExitCode::internal;
  }
  return ExitCode::internal;
}

// The same where a policy was read: what is wrong with its bytes is a mistake in the policy.
[[nodiscard]] constexpr ExitCode exit_code_of_policy(lang::ErrorKind kind) {
  return kind == lang::ErrorKind::data ? ExitCode::policy_has_errors : exit_code_of(kind);
}

// In every help text.
inline constexpr const char* exit_code_help =
    "Exit codes:\n"
    "  0  done\n"
    "  1  the policy has errors, or is not formatted (fmt --check)\n"
    "  2  the command line cannot be understood\n"
    "  3  the export cannot be used, or too many of its rows were rejected\n"
    "  4  a file cannot be read or written\n"
    "  5  our mistake; please report it\n"
    "  6  whoever read the output stopped reading\n"
    "  7  a test failed, there is neither test nor guarantee, or less was covered than --min-coverage asks";

}  // namespace muster::tools
