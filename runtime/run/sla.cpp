#include "runtime/run/sla.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "runtime/emit/csv_writer.h"
#include "runtime/emit/output_file.h"
#include "runtime/run/feeder.h"
#include "runtime/run/summary.h"
#include "runtime/verdict/verdict.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime {
namespace {

constexpr Wanted wanted_for_agreements = [] {
  Wanted wanted = Wanted::nothing();
  wanted.agreements = true;
  return wanted;
}();

// What people read; what is less than a second stays.
std::int64_t whole_seconds(std::int64_t microseconds) {
  constexpr std::int64_t second = 1'000'000;
  return microseconds < second ? microseconds : microseconds - microseconds % second;
}

// The file with one row for each clause and lead that was, or may have been, handed over.
class VerdictsFile {
 public:
  lang::Result<> open(const std::string& path, FormulaPolicy formulas) {
    if (path.empty()) return lang::Done{};
    auto made = OutputFile::create(path);
    if (!made) return made.error();
    file_ = std::make_unique<OutputFile>(std::move(*made));
    writer_.emplace(*file_, formulas);
    for (const std::string_view name : {"lead", "agreement", "party", "clause", "owner", "handed_over_at", "verdict",
                                        "done_at", "due_at", "late", "missing", "why"}) {
      writer_->cell(name);
    }
    return writer_->end_row();
  }
  [[nodiscard]] bool is_open() const { return writer_.has_value(); }
  lang::Result<> add(const compiler::Program& program, const compiler::SlaOutput& sla, std::size_t which,
                     AgreementVerdict& lead, std::size_t row, std::string_view key, const ClauseVerdict& verdict) {
    const compiler::ClauseOutput& clause = sla.clauses[which];
    const auto moment = [&](const std::optional<std::int64_t>& at) {
      writer_->cell(at ? program.zone.format_local(*at) : std::string());
    };
    writer_->cell(key);
    writer_->cell(sla.title);
    writer_->cell(clause.party);
    writer_->cell(clause.words);
    const std::string_view owner = lead.owner(row);
    writer_->cell(sla.owner && owner.empty() ? "(no owner)" : owner);
    moment(lead.handed_over_at(row));
    writer_->cell(word_for(verdict.state));
    moment(verdict.at);
    moment(verdict.due);
    writer_->cell(verdict.late > 0 ? kernels::format_duration(whole_seconds(verdict.late)) : std::string());
    writer_->cell(lacking(clause, verdict));
    writer_->cell(describe(verdict.why));
    return writer_->end_row();
  }
  lang::Result<> commit() {
    if (!writer_) return lang::Done{};
    if (auto flushed = writer_->flush(); !flushed) return flushed;
    return file_->commit();
  }
  [[nodiscard]] bool is_broken_pipe() const { return file_ && file_->is_broken_pipe(); }

 private:
  static std::string lacking(const compiler::ClauseOutput& clause, const ClauseVerdict& verdict) {
    std::string names;
    if (verdict.lacking.empty()) return names;
    const auto* provides = std::get_if<compiler::ProvidesClause>(&clause.node);
    if (provides == nullptr) return "reason";
    for (const std::uint32_t value : verdict.lacking)
      names += (names.empty() ? "" : "; ") + provides->values[value].label;
    return names;
  }

  std::unique_ptr<OutputFile> file_;
  std::optional<CsvWriter> writer_;
};

class SlaRun {
 public:
  SlaRun(const compiler::Program& program, const SlaOptions& options, OpenRun opened, const lang::Limits& limits)
      : program_(program),
        options_(options),
        limits_(limits),
        opened_(std::move(opened)),
        feeder_(program, *opened_.relations, opened_.region, options.as_of),
        interpreter_(program, options.as_of, wanted_for_agreements),
        verdict_(program, interpreter_, wanted_for_agreements),
        calendars_(program) {
    for (const compiler::SlaOutput& sla : program.outputs.slas) {
      agreements_.push_back({AgreementVerdict(sla, interpreter_, calendars_, options.as_of),
                             Attainment(program, sla, options.as_of, options.most_open, limits.owners)});
    }
  }

  lang::Result<SlaSummary> run() {
    if (auto made = file_.open(options_.verdicts, FormulaPolicy::escape); !made) return made.error();
    const RejectSink sink = [this](const RejectedRow& row) -> lang::Result<> {
      if (summary_.first_rejected.empty()) summary_.first_rejected = fmt::format("line {}: {}", row.line, row.reason);
      return lang::Done{};
    };
    for (;;) {
      auto more = opened_.reader.next(batch_, sink);
      if (!more) return more.error();
      if (!*more) break;
      if (auto answered = answer_batch(); !answered) return failure(answered.error());
      if (report_progress(options_, opened_.reader.progress(), opened_.table_bytes)) {
        summary_.stopped = true;
        return std::move(summary_);
      }
    }
    return finish();
  }

 private:
  struct Agreement {
    AgreementVerdict verdict;
    Attainment attainment;
  };

  lang::Result<SlaSummary> failure(const lang::Error& error) {
    if (!file_.is_broken_pipe()) return error;
    summary_.broken_pipe = true;
    return std::move(summary_);
  }

  lang::Result<> answer_batch() {
    for (std::size_t begin = 0, count = 0; begin < batch_.rows; begin += count) {
      count = feeder_.fill(batch_, begin);
      interpreter_.evaluate(feeder_.view());
      verdict_.bind();
      for (Agreement& agreement : agreements_) agreement.verdict.bind();
      for (std::size_t row = 0; row < count; ++row) {
        if (auto answered = answer_row(begin + row, row); !answered) return answered;
      }
    }
    return lang::Done{};
  }

  lang::Result<> answer_row(std::size_t lead, std::size_t row) {
    if (test_bit(batch_.repeats.data(), lead)) {
      ++summary_.repeated;
      return lang::Done{};
    }
    ++summary_.answered;
    if (verdict_.ignored(row)) {
      ++summary_.ignored;
      return lang::Done{};
    }
    const std::string_view key = batch_.keys[lead];
    for (std::size_t k = 0; k < agreements_.size(); ++k) {
      const compiler::SlaOutput& sla = program_.outputs.slas[k];
      Agreement& agreement = agreements_[k];
      verdicts_.clear();
      for (std::size_t which = 0; which < sla.clauses.size(); ++which)
        verdicts_.push_back(agreement.verdict.clause(which, row));
      if (!agreement.attainment.add(agreement.verdict, row, key, verdicts_)) {
        return lang::Error{
            lang::ErrorKind::data, options_.leads, batch_.lines[lead],
            fmt::format("the leads have too many owners: times the parties, more than {}", limits_.owners),
            "look at the field behind `owner is`, or raise --limit owners"};
      }
      if (!file_.is_open() || agreement.verdict.is_not_handed_over(row)) continue;
      for (std::size_t which = 0; which < sla.clauses.size(); ++which) {
        if (std::holds_alternative<compiler::DeliversClause>(sla.clauses[which].node)) continue;
        if (auto added = file_.add(program_, sla, which, agreement.verdict, row, key, verdicts_[which]); !added)
          return added;
      }
    }
    return lang::Done{};
  }

  lang::Result<SlaSummary> finish() {
    const ReadCounts& counts = opened_.reader.counts();
    summary_.rows = counts.rows;
    summary_.merged = counts.merged;
    summary_.rejected = counts.rejected_rows();
    if (summary_.rows != summary_.answered + summary_.repeated + summary_.merged + summary_.rejected) {
      return lang::Error{
          lang::ErrorKind::internal, options_.leads, 0,
          fmt::format("{} rows were read, but {} answered, {} repeated, {} merged and {} rejected", summary_.rows,
                      summary_.answered, summary_.repeated, summary_.merged, summary_.rejected),
          ""};
    }
    for (const Agreement& agreement : agreements_) summary_.agreements.push_back(agreement.attainment.report());
    for (const TableReport& report : opened_.relations->tables()) {
      summary_.objects.push_back(summary_of(program_, report));
    }
    for (const RelationReport& report : opened_.relations->relations()) {
      summary_.relations.push_back(summary_of(program_, report));
    }
    if (auto committed = file_.commit(); !committed) return failure(committed.error());
    return std::move(summary_);
  }

  const compiler::Program& program_;
  const SlaOptions& options_;
  const lang::Limits& limits_;
  OpenRun opened_;
  Feeder feeder_;
  Interpreter interpreter_;
  Verdict verdict_;
  Calendars calendars_;
  std::vector<Agreement> agreements_;
  VerdictsFile file_;
  Batch batch_;
  std::vector<ClauseVerdict> verdicts_;
  SlaSummary summary_;
};

}  // namespace

lang::Result<SlaSummary> run_sla(const compiler::Program& program, const SlaOptions& options,
                                 const lang::Limits& limits) {
  const std::size_t slash = options.verdicts.find_last_of('/');
  const std::string folder =
      slash == std::string::npos ? "." : options.verdicts.substr(0, std::max<std::size_t>(slash, 1));
  auto opened = open_run(program, options, wanted_for_agreements, folder, limits);
  if (!opened) return opened.error();
  if (!*opened) {
    SlaSummary stopped;
    stopped.stopped = true;
    return stopped;
  }
  return SlaRun(program, options, std::move(**opened), limits).run();
}

}  // namespace muster::runtime
