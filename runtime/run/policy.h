// A policy as a run uses it: for the moment of the evaluation, with the settings that the run gives another value.
// May include: compiler, runtime/data. Called by: tools, library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"

namespace muster::runtime {

struct PolicyChoices {
  std::string as_of;                  // as typed: 2026-02-01, 2026-02-01T09:30; empty: not given
  std::vector<std::string> settings;  // as typed: smallest_company=50
  compiler::PassOptions passes;
  std::string as_of_name = "--as-of";   // what messages call `as_of`
  std::string settings_name = "--set";  // and one of `settings`
};

// A policy in memory; `name` stands in messages.
struct PolicyText {
  std::string name;
  std::string text;
};

// Compiles the policy with the settings and warnings of the day; `options` says what else is wanted. Errors: the file
// or a setting cannot be read, or `as_of` is no date (only told once the policy is free of mistakes, since its zone
// decides which day a moment is on).
[[nodiscard]] lang::Result<compiler::Compiled> compile_policy(const std::string& path, const PolicyChoices& choices,
                                                              const lang::Limits& limits,
                                                              compiler::CompileOptions options = {});
[[nodiscard]] lang::Result<compiler::Compiled> compile_policy(const PolicyText& policy, const PolicyChoices& choices,
                                                              const lang::Limits& limits,
                                                              compiler::CompileOptions options = {});

// A day means its last moment (section 4, number 17); a moment without an offset is local time of the policy's zone.
// Errors: `text` is no date; they call it `name`.
[[nodiscard]] lang::Result<AsOf> parse_as_of(const std::string& text, const kernels::Zone& zone,
                                             std::string_view name = "--as-of");

[[nodiscard]] bool has_dated_settings(const lang::Tree& tree);

}  // namespace muster::runtime
