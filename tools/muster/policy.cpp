#include "tools/muster/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "lang/source/unicode.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/time.h"

namespace muster::tools {

namespace {

lang::Error usage(std::string message, std::string fix) {
  return {lang::ErrorKind::usage, "", 0, std::move(message), std::move(fix)};
}

// The day that is written, where it is one without a time of day.
std::optional<std::int32_t> plain_day(const std::string& text) {
  const std::string_view trimmed = lang::trim(text);
  if (trimmed.empty()) return std::nullopt;
  const auto day = kernels::parse_date(trimmed, {});
  if (day.fault != kernels::CellFault::none) return std::nullopt;
  return static_cast<std::int32_t>(day.value);
}

// Whether anything in the policy differs from day to day besides what it reads of the leads.
bool depends_on_day(const compiler::Compiled& compiled) {
  const compiler::Program& program = *compiled.program;
  return program.effective_from || program.review_day || has_dated_settings(compiled.tree);
}

}  // namespace

lang::Result<runtime::AsOf> parse_as_of(const std::string& text, const kernels::Zone& zone) {
  if (const auto day = plain_day(text)) return runtime::AsOf{kernels::last_moment_of_day(*day, zone), *day};
  const std::string_view trimmed = lang::trim(text);
  if (!trimmed.empty()) {
    const auto moment = kernels::parse_datetime(trimmed, {}, zone);
    if (moment.fault == kernels::CellFault::none) {
      return runtime::AsOf{moment.value, static_cast<std::int32_t>(zone.local_day(moment.value))};
    }
    if (moment.fault == kernels::CellFault::no_such_day) {
      return usage(fmt::format("--as-of {}: there is no such day or time", text), "");
    }
  }
  return usage(fmt::format("--as-of \"{}\" is not a date", text), "write 2026-02-01, or 2026-02-01T09:30");
}

bool has_dated_settings(const lang::Tree& tree) {
  return std::any_of(tree.declarations.begin(), tree.declarations.end(), [](const lang::Declaration& declaration) {
    const auto* setting = std::get_if<lang::SettingDecl>(&declaration.node);
    return setting != nullptr && !setting->later.empty();
  });
}

// Which day a moment falls on is only known with the policy's zone, so that a policy that depends on the day is
// compiled a second time for a moment.
lang::Result<compiler::Compiled> compile_policy(const std::string& path, const PolicyChoices& choices,
                                                const lang::Limits& limits, compiler::CompileOptions options) {
  options.settings = choices.settings;
  options.passes = choices.passes;
  options.as_of_day = plain_day(choices.as_of);
  auto compiled = compiler::compile_file(path, limits, options);
  if (!compiled || !compiled->program || options.as_of_day || choices.as_of.empty()) return compiled;
  const auto as_of = parse_as_of(choices.as_of, compiled->program->zone);
  if (!as_of) return as_of.error();
  if (!depends_on_day(*compiled)) return compiled;
  options.as_of_day = as_of->day;
  return compiler::compile_file(path, limits, options);
}

}  // namespace muster::tools
