// muster sla: how well the agreements of a policy are kept.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "compiler/compile.h"
#include "lang/diagnostics/diagnostics.h"
#include "lang/source/unicode.h"
#include "runtime/emit/csv_writer.h"
#include "runtime/emit/output_file.h"
#include "runtime/run/sla.h"
#include "stdlib/kernels/time.h"
#include "tools/muster/commands.h"
#include "tools/muster/file_names.h"
#include "tools/muster/mixed_up.h"
#include "tools/muster/paths.h"
#include "tools/muster/policy.h"
#include "tools/muster/sla_tables.h"
#include "tools/muster/terminal.h"
#include "tools/muster/watched.h"

namespace muster::tools {

namespace {

// What every form of the report begins with.
struct Head {
  std::vector<std::string> names;
  std::vector<ReportCell> cells;
  void add(std::string name, std::string value) {
    names.push_back(std::move(name));
    cells.push_back({value, value, false, false});
  }
};

Head head_of(const SlaCommand& command, const compiler::Program& program, runtime::AsOf as_of,
             const runtime::SlaSummary& summary) {
  Head head;
  head.add("policy", program.title.empty() ? command.policy : program.title);
  head.add("version", program.version);
  head.add("policy_hash", program.source_hash);
  head.add("as_of", program.zone.format_local(as_of.instant));
  head.add("zone", program.zone.name());
  head.add("zone_database", kernels::zone_database_version());
  const auto add_count = [&](std::string name, std::uint64_t value) {
    head.names.push_back(std::move(name));
    head.cells.push_back({std::to_string(value), std::to_string(value), true, true});
  };
  add_count("rows", summary.rows);
  add_count("answered", summary.answered);
  add_count("ignored", summary.ignored);
  add_count("repeated", summary.repeated);
  add_count("merged", summary.merged);
  add_count("rejected", summary.rejected);
  return head;
}

std::string head_text(const Head& head, bool markdown) {
  const auto cell = [&](std::size_t k) {
    return markdown ? markdown_text(head.cells[k].shown) : lang::escape_for_terminal(head.cells[k].shown);
  };
  std::string title = cell(0) + (head.cells[1].shown.empty() ? "" : ", version " + cell(1));
  return fmt::format(
      "{}{}\n{}policy {}, as of {}, zone {} (tz database {})\n{}{} rows: {} answered, {} of them ignored; "
      "{} repeated, {} merged, {} rejected\n",
      markdown ? "# " : "", title, markdown ? "\n" : "", cell(2), cell(3), cell(4), cell(5), markdown ? "\n" : "",
      cell(6), cell(7), cell(8), cell(9), cell(10), cell(11));
}

lang::Result<> write_report(const SlaCommand& command, const std::vector<ReportTable>& tables, const Head& head,
                            runtime::OutputFile& file) {
  if (command.form == SlaForm::csv) {
    const std::string wanted = command.table.empty() ? "clauses" : command.table;
    const auto table =
        std::find_if(tables.begin(), tables.end(), [&](const ReportTable& each) { return each.name == wanted; });
    runtime::CsvWriter writer(file, runtime::FormulaPolicy::escape);
    for (const ReportColumn& column : table->columns) writer.cell(column.name);
    if (auto ended = writer.end_row(); !ended) return ended;
    for (const auto& row : table->rows) {
      for (const ReportCell& cell : row) writer.cell(cell.plain);
      if (auto ended = writer.end_row(); !ended) return ended;
    }
    if (auto flushed = writer.flush(); !flushed) return flushed;
    return file.commit();
  }
  std::string text;
  switch (command.form) {
    case SlaForm::json:
      text = render_json(tables, head.cells, head.names);
      break;
    case SlaForm::markdown:
      text = head_text(head, true) + render_markdown(tables);
      break;
    case SlaForm::text:
    case SlaForm::csv:
      text = head_text(head, false) + render_text(tables, command.output.empty() && wants_color(Stream::output));
      break;
  }
  if (auto written = file.write(text); !written) return written;
  return file.commit();
}

bool has_agreement(const lang::Tree& tree) {
  return std::any_of(tree.declarations.begin(), tree.declarations.end(), [](const lang::Declaration& declaration) {
    return std::holds_alternative<lang::SlaDecl>(declaration.node);
  });
}

}  // namespace

ExitCode sla(const SlaCommand& command) {
  compiler::CompileOptions wanted;
  wanted.agreements = true;
  const auto compiled = compile_policy(command.policy, command.choices, command.limits, wanted);
  if (const auto mixed_up = find_mixed_up(compiled, "sla", command.policy, command.leads)) return fail(*mixed_up);
  if (!compiled) {
    print_error(compiled.error());
    return exit_code_of_policy(compiled.error().kind);
  }
  const lang::Diagnostics& diagnostics = compiled->diagnostics;
  if (!diagnostics.all().empty()) {
    write(Stream::error,
          lang::render(diagnostics, compiled->sources, {wants_color(Stream::error), command.limits.diagnostics}));
  }
  if (!compiled->program) return exit_code_of_errors(*compiled);
  const compiler::Program& program = *compiled->program;
  if (!has_agreement(compiled->tree)) {
    return fail({lang::ErrorKind::usage, command.policy, 0, "the policy has no agreement",
                 "add `sla \"Lead follow-up\" { handoff when stage becomes MQL ... }`"});
  }
  if (command.choices.as_of.empty()) {
    return fail(usage("deadlines need to know which moment is now",
                      fmt::format("muster sla {} {} --as-of 2026-02-01T17:00", command.policy, command.leads)));
  }
  if (!command.table.empty() && command.form != SlaForm::csv) {
    return fail(usage("--table chooses the table that csv writes; other forms hold all of them", "add --format csv"));
  }
  runtime::SlaOptions options;
  const auto as_of = parse_as_of(command.choices.as_of, program.zone);
  if (!as_of) return fail(as_of.error());
  options.as_of = *as_of;
  options.leads = command.leads;
  options.files = command.files;
  options.policy_folder = folder_of(command.policy);
  options.csv = command.csv;
  options.verdicts = command.verdicts;
  options.most_open = command.most_open;
  std::vector<NamedFile> names = input_files(command.policy, command.leads, command.files, *compiled);
  names.push_back({command.output, "the report", false});
  names.push_back({command.verdicts, "the verdicts", false});
  if (auto named = check_file_names(names); !named) return fail(named.error());
  if (command.output.empty() && is_standard_output(command.verdicts)) {
    return fail(usage("the report and the verdicts cannot both go to the standard output",
                      "name a file for one of them: --verdicts verdicts.csv"));
  }
  const auto summary = watched("reading " + lang::escape_for_terminal(command.leads), command.quiet, options,
                               [&](const auto& all) { return runtime::run_sla(program, all, command.limits); });
  if (!summary) return fail(summary.error());
  if (const auto end = early_end(*summary)) return *end;
  const Head head = head_of(command, program, *as_of, *summary);
  auto file = runtime::OutputFile::create(command.output.empty() ? "-" : command.output);
  if (!file) return fail(file.error());
  if (auto written = write_report(command, sla_tables(*summary, program), head, *file); !written)
    return file->is_broken_pipe() ? ExitCode::broken_pipe : fail(written.error());
  if (!command.allowed_rejects.permits(summary->rejected, summary->rows)) {
    print_error({lang::ErrorKind::data, command.leads, 0,
                 fmt::format("{} of {} rows were rejected, the first in {}", summary->rejected, summary->rows,
                             summary->first_rejected),
                 "`muster run` writes them all to a file; mend them, or permit more with --max-rejects"});
    return ExitCode::data;
  }
  return ExitCode::ok;
}

}  // namespace muster::tools
