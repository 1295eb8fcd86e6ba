#include "runtime/run/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/jit/plugin.h"
#include "runtime/run/answerer.h"
#include "runtime/run/issue_fix.h"
#include "runtime/run/relay.h"
#include "runtime/run/run_files.h"
#include "runtime/run/summary.h"
#include "runtime/run/verdict_table.h"

namespace muster::runtime {

namespace {

// Where there is room for what is too large for the memory: beside the output, unless that is no file.
std::string temporary_folder_for(const std::string& output) {
  const std::size_t slash = output.find_last_of('/');
  if (slash == std::string::npos || is_written_directly(output)) return ".";
  return slash == 0 ? "/" : output.substr(0, slash);
}

std::vector<std::string> headers_of(const compiler::Program& program, const LeadReader& reader) {
  std::vector<std::string> headers;
  const std::vector<compiler::FieldSchema>& fields = program.schema.subject_object().fields;
  for (std::uint32_t field = 0; field < fields.size(); ++field) {
    const std::string_view header = reader.header_of(field);
    headers.emplace_back(header.empty() ? std::string_view(fields[field].name) : header);
  }
  return headers;
}

class Run {
 public:
  Run(const compiler::Program& program, const RunOptions& options, OpenRun opened, OutputFile output)
      : program_(program),
        options_(options),
        opened_(std::move(opened)),
        files_(options, std::move(output), headers_of(program, opened_.reader)),
        shared_{program, options, wanted_for(options.columns), opened_, files_, nullptr} {
    shared_.kernels = std::make_shared<KernelSource>(program, options.as_of, shared_.wanted, options.engine);
    answerers_.push_back(std::make_unique<Answerer>(shared_));
  }

  lang::Result<RunSummary> run() {
    const VerdictTable& table = answerers_.front()->table();
    if (auto named = check_names(table); !named) return named.error();
    if (auto opened = files_.open(table.names()); !opened) return failure(opened.error());
    // Threads without a batch would only cost their memory.
    const std::uint64_t batches = opened_.reader.total_rows() / batch_rows + 1;
    const std::uint64_t threads = std::min<std::uint64_t>(options_.threads, batches);
    run_relay(*answerers_.front(), [&]() -> Runner* {
      if (answerers_.size() >= threads) return nullptr;
      return answerers_.emplace_back(std::make_unique<Answerer>(shared_)).get();
    });
    if (shared_.error) return failure(*shared_.error);
    if (shared_.is_stopped) {
      summary_.stopped = true;
      return std::move(summary_);
    }
    return finish();
  }

 private:
  // Nobody reads any more: a quiet end, not an error.
  lang::Result<RunSummary> failure(const lang::Error& error) {
    if (!files_.is_broken_pipe()) return error;
    summary_.broken_pipe = true;
    return std::move(summary_);
  }

  // Who reads the file by the names of its columns must find each once.
  [[nodiscard]] lang::Result<> check_names(const VerdictTable& table) const {
    const std::string* const twice = table.repeated_name();
    if (twice == nullptr) return lang::Done{};
    return lang::Error{lang::ErrorKind::usage, options_.output, 0,
                       fmt::format("two columns of the verdicts would be named `{}`", *twice),
                       "give it another name in the policy, or leave one of the two out with --columns"};
  }

  lang::Result<RunSummary> finish() {
    const ReadCounts& counts = opened_.reader.counts();
    summary_.rows = counts.rows;
    summary_.merged = counts.merged;
    summary_.rejected = counts.rejected_rows();
    summary_.rejected_by_kind = counts.rejected;
    Tally tally(program_, shared_.wanted);
    for (const auto& answerer : answerers_) {
      add_counts(*answerer);
      tally.merge(answerer->tally());
    }
    if (summary_.rows != summary_.answered + summary_.repeated + summary_.merged + summary_.rejected ||
        tally.leads() + summary_.ignored != summary_.answered) {
      return lang::Error{
          lang::ErrorKind::internal, options_.leads, 0,
          fmt::format("{} rows were read, but {} answered, {} repeated, {} merged and {} rejected", summary_.rows,
                      summary_.answered, summary_.repeated, summary_.merged, summary_.rejected),
          ""};
    }
    summary_.issues = files_.issues().tallies([this](std::uint8_t fault, std::uint32_t field) {
      const compiler::Schema& schema = program_.schema;
      return fix_of(fault, schema, schema.subject_object().fields[field], opened_.reader.examples(field));
    });
    for (const TableReport& report : opened_.relations->tables()) {
      summary_.objects.push_back(summary_of(program_, report));
    }
    for (const RelationReport& report : opened_.relations->relations()) {
      summary_.relations.push_back(summary_of(program_, report));
    }
    add_tallies(program_, shared_.wanted, tally, summary_);
    auto rejects_file = files_.commit();
    if (!rejects_file) return failure(rejects_file.error());
    summary_.rejects_file = std::move(*rejects_file);
    return std::move(summary_);
  }

  void add_counts(const Answerer& answerer) {
    const AnswerCounts& counts = answerer.counts();
    summary_.answered += counts.answered;
    summary_.repeated += counts.repeated;
    summary_.rejected += counts.rejected;
    summary_.rejected_formulas += counts.rejected_formulas;
    summary_.ignored += counts.ignored;
    summary_.undecided_leads += counts.undecided_leads;
    for (std::size_t kind = 0; kind < reject_kind_count; ++kind) {
      summary_.rejected_by_kind[kind] += counts.rejected_by_kind[kind];
    }
    summary_.formula_cells += answerer.formula_cells();
    summary_.compiled_batches += answerer.engine().compiled_batches();
    summary_.verified_batches += answerer.engine().verified_batches();
  }

  const compiler::Program& program_;
  const RunOptions& options_;
  OpenRun opened_;
  RunFiles files_;
  SharedRun shared_;
  std::vector<std::unique_ptr<Answerer>> answerers_;  // by thread
  RunSummary summary_;
};

}  // namespace

bool AllowedRejects::permits(std::uint64_t rejected, std::uint64_t rows) const {
  if (!is_share) return rejected <= amount;
  using Wide = unsigned __int128;
  return static_cast<Wide>(rejected) * 10'000 <= static_cast<Wide>(rows) * amount;
}

lang::Result<RunSummary> run_leads(const compiler::Program& program, const RunOptions& options,
                                   const lang::Limits& limits) {
  if (options.engine.choice == EngineChoice::jit) {
    if (auto there = jit::require_plugin(); !there) return there.error();
  }
  auto opened = open_run(program, options, wanted_for(options.columns), temporary_folder_for(options.output), limits);
  if (!opened) return opened.error();
  if (!*opened) {
    RunSummary stopped;
    stopped.stopped = true;
    return stopped;
  }
  auto output = OutputFile::create(options.output);
  if (!output) return output.error();
  return Run(program, options, std::move(**opened), std::move(*output)).run();
}

}  // namespace muster::runtime
