// muster check: every mistake of every policy in one run.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/cost.h"
#include "lang/source/unicode.h"
#include "lang/support/count.h"
#include "stdlib/kernels/time.h"
#include "tools/muster/commands.h"
#include "tools/muster/days.h"
#include "tools/muster/mixed_up.h"
#include "tools/muster/policy.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

using lang::count_of;

// The objects whose rows a run needs besides the leads, and where it finds them.
std::string further_files(const compiler::Program& program) {
  std::vector<bool> is_read(program.schema.objects.size());
  for (const compiler::Space& space : program.spaces) {
    if (space.link != compiler::Link::root) is_read[space.object] = true;
  }
  std::string lines;
  for (std::size_t at = 0; at < is_read.size(); ++at) {
    const compiler::ObjectSchema& object = program.schema.objects[at];
    if (!is_read[at] || at == program.schema.subject) continue;
    const std::string name = lang::escape_for_terminal(object.name);
    lines += object.file.empty() ? fmt::format("  reads {0}: name its file in the run, {0}=FILE\n", name)
                                 : fmt::format("  reads {} from {}\n", name, lang::escape_for_terminal(object.file));
  }
  return lines;
}

// The most that a run does for each row. Text tests count like others, although they are decided once per text.
std::string cost_lines(const compiler::Program& program) {
  std::string lines;
  for (const compiler::SpaceCost& cost : compiler::cost_of(program)) {
    if (cost.steps == 0 && !lines.empty()) continue;
    lines += fmt::format("  at most {} for each row of {}{}\n", count_of(cost.steps, "step"),
                         lang::escape_for_terminal(cost.rows), cost.once ? ", once for the whole file" : "");
  }
  return lines;
}

// The program before the passes, after those that were asked for and after all of them.
std::string printed(const compiler::Compiled& compiled, const std::string& wanted) {
  const compiler::PassLog& log = *compiled.passes;
  std::string text = fmt::format("# before the passes: {}\n{}", count_of(log.instructions, "instruction"), log.printed);
  for (const compiler::PassLog::Step& step : log.steps) {
    if (wanted != "all" && wanted != step.pass) continue;
    text += fmt::format("# after {}: {}\n{}", step.pass, count_of(step.instructions, "instruction"), step.printed);
  }
  const compiler::Program& program = *compiled.program;
  text += fmt::format("# after the passes: {}\n{}", count_of(program.insts.size(), "instruction"),
                      compiler::print(program));
  return text;
}

// Days of change that are checked: each costs as much as the policy itself.
constexpr std::size_t most_days = 100;

// A policy that can be used today must not stop on the day on which a setting changes. Returns the mistakes of the
// first day that has any; they have been told.
std::size_t check_days(const std::string& path, const lang::Tree& tree, const CheckCommand& command) {
  const lang::Limits& limits = command.limits;
  std::size_t checked = 0;
  for (const std::int32_t day : days_of_change(tree)) {
    if (++checked > most_days) {
      write(Stream::error, fmt::format("{}: settings change on more than {} days; the later ones were not checked\n",
                                       lang::escape_for_terminal(path), most_days));
      break;
    }
    compiler::CompileOptions options;
    options.as_of_day = day;
    options.settings = command.choices.settings;
    options.passes = command.choices.passes;
    const auto compiled = compiler::compile_file(path, limits, options);
    if (!compiled || !compiled->diagnostics.has_errors()) continue;
    lang::RenderOptions how{wants_color(Stream::error), limits.diagnostics};
    how.counts = false;
    write(Stream::error, fmt::format("{}: with the settings from {} on\n", lang::escape_for_terminal(path),
                                     kernels::format_date(day)));
    write(Stream::error, lang::render(compiled->diagnostics, compiled->sources, how));
    return compiled->diagnostics.error_count();
  }
  return 0;
}

}  // namespace

// Messages go to the standard error, the result of each policy is one line of the standard output.
ExitCode check(const CheckCommand& command) {
  ExitCode worst = ExitCode::ok;
  for (const std::string& path : command.policies) {
    compiler::CompileOptions how;
    how.log_passes = !command.print_ir.empty();
    const auto compiled = compile_policy(path, command.choices, command.limits, how);
    if (const auto mixed_up = find_mixed_up(compiled, "check", path, "")) {
      worst = std::max(worst, fail(*mixed_up));
      continue;
    }
    if (!compiled) {
      print_error(compiled.error());
      worst = std::max(worst, exit_code_of_policy(compiled.error().kind));
      continue;
    }
    const lang::Diagnostics& diagnostics = compiled->diagnostics;
    if (!diagnostics.all().empty()) {
      lang::RenderOptions options{wants_color(Stream::error), command.limits.diagnostics};
      options.counts = !command.print_ir.empty();  // else the line below has them
      write(Stream::error, lang::render(diagnostics, compiled->sources, options));
    }
    if (diagnostics.has_errors()) worst = std::max(worst, exit_code_of_errors(*compiled));
    if (!command.print_ir.empty()) {
      if (compiled->program) write(Stream::output, printed(*compiled, command.print_ir));
      continue;
    }
    const std::size_t later = diagnostics.has_errors() ? 0 : check_days(path, compiled->tree, command);
    if (later > 0 && worst == ExitCode::ok) worst = ExitCode::policy_has_errors;
    write(Stream::output, fmt::format("{}: {}, {}\n", lang::escape_for_terminal(path),
                                      count_of(diagnostics.error_count() + later, "error"),
                                      count_of(diagnostics.warning_count(), "warning")));
    if (!compiled->program || later > 0) continue;
    write(Stream::output, further_files(*compiled->program));
    if (command.cost) write(Stream::output, cost_lines(*compiled->program));
  }
  return worst;
}

}  // namespace muster::tools
