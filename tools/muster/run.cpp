// muster run: a policy over an export.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "lang/source/unicode.h"
#include "runtime/emit/output_file.h"
#include "runtime/jit/plugin.h"
#include "runtime/run/run.h"
#include "stdlib/kernels/number.h"
#include "tools/muster/commands.h"
#include "tools/muster/file_names.h"
#include "tools/muster/mixed_up.h"
#include "tools/muster/paths.h"
#include "tools/muster/policy.h"
#include "tools/muster/report.h"
#include "tools/muster/terminal.h"
#include "tools/muster/watched.h"

namespace muster::tools {
namespace {

// Also for --quiet: who asked for a check must not take silence for one.
void tell_nothing_verified(const runtime::RunSummary& summary, runtime::EngineChoice engine) {
  std::string why = "no compiled code answered a lead";
  const char* fix = "";
  if (summary.answered == 0) {
    why = "no lead was answered";
  } else if (const auto there = runtime::jit::require_plugin(); !there) {
    why = there.error().message + ", and the interpreter answered all";
    fix = "leave --verify out, or install a build of Muster that was made with LLVM 19";
  } else if (engine == runtime::EngineChoice::automatic) {
    why = "the interpreter had answered all leads before there was compiled code";
    fix = "--engine jit compiles from the first lead on";
  }
  write(Stream::error, fmt::format("muster: --verify verified nothing: {}\n", why));
  if (*fix != '\0') write(Stream::error, fmt::format("  {}\n", fix));
}

}  // namespace

ExitCode run(const RunCommand& command) {
  const auto compiled = compile_policy(command.policy, command.choices, command.limits);
  if (const auto mixed_up = find_mixed_up(compiled, "run", command.policy, command.leads)) return fail(*mixed_up);
  if (!compiled) {
    print_error(compiled.error());
    return exit_code_of_policy(compiled.error().kind);
  }
  const lang::Diagnostics& diagnostics = compiled->diagnostics;
  if (diagnostics.has_errors() || (!diagnostics.all().empty() && !command.quiet)) {
    write(Stream::error,
          lang::render(diagnostics, compiled->sources, {wants_color(Stream::error), command.limits.diagnostics}));
  }
  if (!compiled->program) return exit_code_of_errors(*compiled);
  const compiler::Program& program = *compiled->program;

  runtime::RunOptions options;
  options.leads = command.leads;
  options.files = command.files;
  options.policy_folder = folder_of(command.policy);
  options.output = command.output.empty() ? base_name(command.leads) + ".scored.csv" : command.output;
  options.rejects = command.rejects;
  if (options.rejects.empty()) {
    const std::string folder = runtime::is_written_directly(options.output) ? "." : folder_of(options.output);
    options.rejects = (folder == "."   ? ""
                       : folder == "/" ? folder
                                       : folder + "/") +
                      base_name(command.leads) + ".rejects.csv";
  }
  options.issues = command.issues;
  options.columns = command.columns;
  options.csv = command.csv;
  options.formulas = command.formulas;
  options.engine = command.engine;
  options.threads = command.threads != 0
                        ? command.threads
                        : std::clamp(std::thread::hardware_concurrency(), 1U, runtime::most_run_threads);
  if (options.engine.verify_one_of != 0 && options.engine.choice == runtime::EngineChoice::interpreter) {
    return fail(usage("--verify checks compiled answers, and --engine interpreter compiles nothing",
                      "leave one of the two out"));
  }
  std::vector<NamedFile> names = input_files(command.policy, command.leads, command.files, *compiled);
  names.push_back({options.output, "the verdicts", false});
  names.push_back({options.rejects, "the rejects", false});
  names.push_back({options.issues, "the issues", false});
  if (auto named = check_file_names(names); !named) return fail(named.error());

  ReportContext context{command.policy, command.leads, options.output, options.issues, "", false, false, false};
  context.is_verified = options.engine.verify_one_of != 0;
  context.formulas_escaped = options.formulas == runtime::FormulaPolicy::escape;
  if (!command.choices.as_of.empty()) {
    const auto as_of = parse_as_of(command.choices.as_of, program.zone);
    if (!as_of) return fail(as_of.error());
    options.as_of = *as_of;
    const std::int64_t second = 1'000'000;
    const std::int64_t past = ((as_of->instant % second) + second) % second;  // also before 1970
    context.as_of = program.zone.format_local(as_of->instant - past);
  } else if (program.reads_as_of || has_dated_settings(compiled->tree)) {
    return fail(usage(program.reads_as_of
                          ? "the policy asks how long ago things were, so the run must say what \"now\" is"
                          : "the policy has settings that change on a day, so the run must say which day it is",
                      fmt::format("muster run {} {} --as-of 2026-02-01", command.policy, command.leads)));
  }

  const auto summary = watched("scoring " + lang::escape_for_terminal(command.leads), command.quiet, options,
                               [&](const auto& all) { return runtime::run_leads(program, all, command.limits); });
  if (!summary) return fail(summary.error());
  if (const auto end = early_end(*summary)) return *end;

  if (!command.quiet) {
    // Where rows go to the standard output, the summary must not stand among them.
    const bool is_taken =
        is_standard_output(options.output) || is_standard_output(options.rejects) || is_standard_output(options.issues);
    const Stream stream = is_taken ? Stream::error : Stream::output;
    context.color = wants_color(stream);
    write(stream, render_summary(*summary, program, context));
  }
  if (context.is_verified && summary->verified_batches == 0) {
    tell_nothing_verified(*summary, options.engine.choice);
  }
  if (!command.allowed_rejects.permits(summary->rejected, summary->rows)) {
    const auto& allowed = command.allowed_rejects;
    const std::string most = allowed.is_share
                                 ? kernels::format_decimal(static_cast<std::int64_t>(allowed.amount), 2) + "%"
                                 : fmt::format("{}", allowed.amount);
    print_error(
        {lang::ErrorKind::data, command.leads, 0,
         fmt::format("rejected {} of {} rows, and --max-rejects permits {}", summary->rejected, summary->rows, most),
         fmt::format("mend them ({} says why), or permit more with --max-rejects",
                     is_standard_output(summary->rejects_file) ? "each row" : summary->rejects_file)});
    return ExitCode::data;
  }
  return ExitCode::ok;
}

}  // namespace muster::tools
