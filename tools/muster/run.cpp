// muster run: a policy over an export.
#include <unistd.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include "compiler/compile.h"
#include "lang/source/unicode.h"
#include "runtime/emit/output_file.h"
#include "runtime/run/run.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/time.h"
#include "tools/muster/commands.h"
#include "tools/muster/interrupt.h"
#include "tools/muster/paths.h"
#include "tools/muster/progress.h"
#include "tools/muster/report.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

lang::Error usage(std::string message, std::string fix) {
  return {lang::ErrorKind::usage, "", 0, std::move(message), std::move(fix)};
}

// A day means its last moment (section 4, number 17); a moment without an offset is local time of the policy's zone.
lang::Result<runtime::AsOf> parse_as_of(const std::string& text, const kernels::Zone& zone) {
  const std::string_view trimmed = lang::trim(text);
  if (!trimmed.empty()) {
    if (const auto day = kernels::parse_date(trimmed, {}); day.fault == kernels::CellFault::none) {
      const auto days = static_cast<std::int32_t>(day.value);
      return runtime::AsOf{kernels::last_moment_of_day(days, zone), days};
    }
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

bool is_standard_output(const std::string& path) { return path == "-" || path == "/dev/stdout"; }

// Whether both names stand for one file, which need not exist yet. A device such as /dev/null may be named twice.
bool is_same_file(const std::string& a, const std::string& b) {
  struct stat first{};
  struct stat second{};
  if (::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0) {
    return S_ISREG(first.st_mode) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
  }
  std::error_code failed;
  const auto place = std::filesystem::weakly_canonical(std::filesystem::absolute(a, failed), failed);
  const auto other = std::filesystem::weakly_canonical(std::filesystem::absolute(b, failed), failed);
  return a == b || (!failed && place == other);
}

// No file of the run may take the place of another.
lang::Result<> check_names(const RunCommand& command, const runtime::RunOptions& options) {
  struct Named {
    const std::string* path;
    const char* role;
    bool is_input;
  };
  const std::array<Named, 5> files = {{{&command.policy, "the policy", true},
                                       {&command.leads, "the export", true},
                                       {&options.output, "the verdicts", false},
                                       {&options.rejects, "the rejects", false},
                                       {&options.issues, "the issues", false}}};
  for (std::size_t i = 0; i < files.size(); ++i) {
    // A lead's name may hold control sequences; a file keeps them as they are, a terminal would obey them.
    if (!files[i].is_input && is_standard_output(*files[i].path) && ::isatty(STDOUT_FILENO) == 1) {
      return usage(fmt::format("{} would be written to this terminal", files[i].role),
                   "name a file, or send them on: `| less`");
    }
    for (std::size_t j = i + 1; j < files.size(); ++j) {
      if (files[j].path->empty() || (files[i].is_input && files[j].is_input)) continue;
      if (!files[i].is_input && is_standard_output(*files[i].path) && is_standard_output(*files[j].path)) {
        return usage(fmt::format("{} and {} cannot both go to the standard output", files[i].role, files[j].role),
                     "name a file for one of them");
      }
      if (!is_standard_output(*files[j].path) && is_same_file(*files[i].path, *files[j].path)) {
        return usage(fmt::format("{} and {} cannot be one file: {}", files[i].role, files[j].role, *files[j].path),
                     "name another file");
      }
    }
  }
  return lang::Done{};
}

ExitCode fail(const lang::Error& error) {
  print_error(error);
  return exit_code_of(error.kind);
}

}  // namespace

ExitCode run(const RunCommand& command) {
  const auto compiled = compiler::compile_file(command.policy, command.limits);
  if (!compiled) {
    print_error(compiled.error());
    return exit_code_of_policy(compiled.error().kind);
  }
  const lang::Diagnostics& diagnostics = compiled->diagnostics;
  if (diagnostics.has_errors() || (!diagnostics.all().empty() && !command.quiet)) {
    write(Stream::error,
          lang::render(diagnostics, compiled->sources, {wants_color(Stream::error), command.limits.diagnostics}));
  }
  if (!compiled->program) return ExitCode::policy_has_errors;
  const compiler::Program& program = *compiled->program;

  runtime::RunOptions options;
  options.leads = command.leads;
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
  if (auto named = check_names(command, options); !named) return fail(named.error());

  ReportContext context{command.policy, command.leads, options.output, options.issues, "", {}, false, false};
  context.formulas_escaped = options.formulas == runtime::FormulaPolicy::escape;
  if (!command.as_of.empty()) {
    const auto as_of = parse_as_of(command.as_of, program.zone);
    if (!as_of) return fail(as_of.error());
    options.as_of = *as_of;
    context.as_of_day = as_of->day;
    const std::int64_t second = 1'000'000;
    const std::int64_t past = ((as_of->instant % second) + second) % second;  // also before 1970
    context.as_of = program.zone.format_local(as_of->instant - past);
  } else if (program.reads_as_of) {
    return fail(usage("the policy asks how long ago things were, so the run must say what \"now\" is",
                      fmt::format("muster run {} {} --as-of 2026-02-01", command.policy, command.leads)));
  }

  Progress progress("scoring " + lang::escape_for_terminal(command.leads), !command.quiet);
  options.progress = [&](const runtime::ReadProgress& read) { progress.update(read.bytes_read, read.bytes_total); };
  options.should_stop = [] {
    defer_interrupts();
    return was_interrupted();
  };
  const auto summary = runtime::run_leads(program, options, command.limits);
  progress.clear();
  if (!summary) return fail(summary.error());
  if (summary->broken_pipe) return ExitCode::broken_pipe;
  if (summary->stopped) {
    write(Stream::error, "muster: interrupted; no file was written\n");
    return ExitCode::ok;  // main ends by the signal
  }

  if (!command.quiet) {
    // Where rows go to the standard output, the summary must not stand among them.
    const bool is_taken =
        is_standard_output(options.output) || is_standard_output(options.rejects) || is_standard_output(options.issues);
    const Stream stream = is_taken ? Stream::error : Stream::output;
    context.color = wants_color(stream);
    write(stream, render_summary(*summary, program, context));
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
