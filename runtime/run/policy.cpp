#include "runtime/run/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "lang/source/unicode.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime {

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

// Which day a moment falls on is only known with the policy's zone, so that a policy that depends on the day is
// compiled a second time for a moment.
template <class Compile>
lang::Result<compiler::Compiled> compile_for_day(const PolicyChoices& choices, compiler::CompileOptions options,
                                                 Compile compile) {
  options.settings = choices.settings;
  options.settings_name = choices.settings_name;
  options.passes = choices.passes;
  options.as_of_day = plain_day(choices.as_of);
  auto compiled = compile(options);
  if (!compiled || !compiled->program || options.as_of_day || choices.as_of.empty()) return compiled;
  const auto as_of = parse_as_of(choices.as_of, compiled->program->zone, choices.as_of_name);
  if (!as_of) return as_of.error();
  if (!depends_on_day(*compiled)) return compiled;
  options.as_of_day = as_of->day;
  return compile(options);
}

}  // namespace

lang::Result<AsOf> parse_as_of(const std::string& text, const kernels::Zone& zone, std::string_view name) {
  if (const auto day = plain_day(text)) return AsOf{kernels::last_moment_of_day(*day, zone), *day};
  const std::string_view trimmed = lang::trim(text);
  if (!trimmed.empty()) {
    const auto moment = kernels::parse_datetime(trimmed, {}, zone);
    if (moment.fault == kernels::CellFault::none) {
      return AsOf{moment.value, static_cast<std::int32_t>(zone.local_day(moment.value))};
    }
    if (moment.fault == kernels::CellFault::no_such_day) {
      return usage(fmt::format("{} {}: there is no such day or time", name, text), "");
    }
  }
  return usage(fmt::format("{} \"{}\" is not a date", name, text), "write 2026-02-01, or 2026-02-01T09:30");
}

bool has_dated_settings(const lang::Tree& tree) {
  return std::any_of(tree.declarations.begin(), tree.declarations.end(), [](const lang::Declaration& declaration) {
    const auto* setting = std::get_if<lang::SettingDecl>(&declaration.node);
    return setting != nullptr && !setting->later.empty();
  });
}

lang::Result<compiler::Compiled> compile_policy(const std::string& path, const PolicyChoices& choices,
                                                const lang::Limits& limits, compiler::CompileOptions options) {
  return compile_for_day(choices, std::move(options), [&](const compiler::CompileOptions& that_day) {
    return compiler::compile_file(path, limits, that_day);
  });
}

lang::Result<compiler::Compiled> compile_policy(const PolicyText& policy, const PolicyChoices& choices,
                                                const lang::Limits& limits, compiler::CompileOptions options) {
  return compile_for_day(choices, std::move(options), [&](const compiler::CompileOptions& that_day) {
    return compiler::compile_text(policy.name, policy.text, limits, that_day);
  });
}

}  // namespace muster::runtime
