#include "runtime/run/run.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/emit/output_file.h"
#include "runtime/emit/rejects.h"
#include "runtime/run/feeder.h"
#include "runtime/run/issue_fix.h"
#include "runtime/run/issues.h"
#include "runtime/run/relations.h"
#include "runtime/run/verdict_table.h"
#include "runtime/verdict/tally.h"
#include "runtime/verdict/verdict.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime {

namespace {

bool is_regular_file(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

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

ObjectSummary summary_of(const compiler::Program& program, const TableReport& report) {
  const TableCounts& counts = report.counts;
  ObjectSummary summary{program.schema.objects[report.object].name,
                        report.file,
                        counts.rows,
                        counts.kept,
                        counts.repeated,
                        counts.contradictory,
                        counts.merged,
                        counts.future,
                        counts.rejected_rows(),
                        counts.rejected,
                        counts.first_rejected,
                        {}};
  for (const FieldIssues& issue : counts.issues) {
    const compiler::FieldSchema& field = program.schema.objects[report.object].fields[issue.field];
    summary.issues.push_back({counts.headers[issue.field], std::string(describe_issue(issue.fault)), issue.count,
                              issue.first_line, fix_of(issue.fault, program.schema, field, issue.unread_times)});
  }
  return summary;
}

RelationSummary summary_of(const compiler::Program& program, const RelationReport& report) {
  const compiler::ObjectSchema& object = program.schema.objects[report.object];
  const compiler::RelationSchema& relation = object.relations[report.relation];
  return {object.name,     relation.name,      program.schema.objects[relation.object].name,
          relation.many,   report.without_key, report.without_row,
          report.ambiguous};
}

// Rows without an answer. The file is made when the first one comes.
class Rejects {
 public:
  explicit Rejects(std::string path) : path_(std::move(path)) {}

  lang::Result<> add(const RejectedRow& row) {
    if (!writer_) {
      auto made = RejectsWriter::create(path_);
      if (!made) return made.error();
      writer_.emplace(std::move(*made));
    }
    return writer_->add(row);
  }
  // A file that an earlier run left must not look like this one's: it is replaced even where nothing was rejected.
  lang::Result<bool> commit() {
    if (!writer_ && is_regular_file(path_)) {
      auto made = RejectsWriter::create(path_);
      if (!made) return made.error();
      writer_.emplace(std::move(*made));
    }
    if (!writer_) return false;
    if (auto done = writer_->commit(); !done) return done.error();
    return true;
  }
  [[nodiscard]] bool is_broken_pipe() const { return writer_ && writer_->is_broken_pipe(); }

 private:
  std::string path_;
  std::optional<RejectsWriter> writer_;
};

// The optional file with one row per cell that could not be used.
class IssuesFile {
 public:
  lang::Result<> open(const std::string& path) {
    if (path.empty()) return lang::Done{};
    auto made = OutputFile::create(path);
    if (!made) return made.error();
    file_ = std::make_unique<OutputFile>(std::move(*made));
    writer_.emplace(*file_, FormulaPolicy::escape);  // people open it
    for (const std::string_view name : {"line", "key", "where", "issue"}) writer_->cell(name);
    return writer_->end_row();
  }
  lang::Result<> add(std::uint64_t line, std::string_view key, std::string_view where, std::string_view what) {
    if (!writer_) return lang::Done{};
    writer_->unsigned_cell(line);
    writer_->cell(key);
    writer_->cell(where);
    writer_->cell(what);
    return writer_->end_row();
  }
  lang::Result<> commit() {
    if (!writer_) return lang::Done{};
    if (auto flushed = writer_->flush(); !flushed) return flushed;
    return file_->commit();
  }
  [[nodiscard]] bool is_broken_pipe() const { return file_ && file_->is_broken_pipe(); }

 private:
  std::unique_ptr<OutputFile> file_;
  std::optional<CsvWriter> writer_;
};

class Run {
 public:
  Run(const compiler::Program& program, const RunOptions& options, OpenRun opened, OutputFile output)
      : program_(program),
        options_(options),
        wanted_(wanted_for(options.columns)),
        opened_(std::move(opened)),
        reader_(opened_.reader),
        feeder_(program, *opened_.relations, opened_.region, options.as_of),
        output_(std::move(output)),
        writer_(output_, options.formulas),
        engine_(program, options.as_of, wanted_, options.engine),
        verdict_(program, engine_, wanted_),
        table_(program, engine_, verdict_, options.columns),
        tally_(program, wanted_),
        rejects_(options.rejects),
        issues_(headers_of(program, reader_)) {}

  lang::Result<RunSummary> run() {
    if (auto named = check_names(); !named) return named.error();
    if (auto opened = issues_file_.open(options_.issues); !opened) return opened.error();
    table_.header(writer_);
    if (auto ended = writer_.end_row(); !ended) return failure(ended.error());
    const RejectSink sink = [this](const RejectedRow& row) { return rejects_.add(row); };
    for (;;) {
      auto more = reader_.next(batch_, sink);
      if (!more) return failure(more.error());
      if (!*more) break;
      if (auto answered = answer_batch(); !answered) return failure(answered.error());
      if (report_progress(options_, opened_)) {
        summary_.stopped = true;
        return std::move(summary_);
      }
    }
    return finish();
  }

 private:
  // Nobody reads any more: a quiet end, not an error.
  lang::Result<RunSummary> failure(const lang::Error& error) {
    if (!output_.is_broken_pipe() && !rejects_.is_broken_pipe() && !issues_file_.is_broken_pipe()) return error;
    summary_.broken_pipe = true;
    return std::move(summary_);
  }

  // Who reads the file by the names of its columns must find each once.
  [[nodiscard]] lang::Result<> check_names() const {
    const std::string* const twice = table_.repeated_name();
    if (twice == nullptr) return lang::Done{};
    return lang::Error{lang::ErrorKind::usage, options_.output, 0,
                       fmt::format("two columns of the verdicts would be named `{}`", *twice),
                       "give it another name in the policy, or leave one of the two out with --columns"};
  }

  // In parts, where the rows have very many child rows.
  lang::Result<> answer_batch() {
    std::size_t next_issue = 0;
    for (std::size_t begin = 0, count = 0; begin < batch_.rows; begin += count) {
      count = feeder_.fill(batch_, begin);
      add_issues(feeder_.issues());
      if (auto evaluated = engine_.evaluate(feeder_.view()); !evaluated) return evaluated;
      verdict_.bind();
      table_.bind();
      mask_.assign(words_for(count), 0);
      for (std::size_t row = 0; row < count; ++row) {
        const std::size_t first_issue = next_issue;
        while (next_issue < batch_.issues.size() && batch_.issues[next_issue].row == begin + row) ++next_issue;
        if (auto answered = answer_row(begin, row, first_issue, next_issue); !answered) return answered;
      }
      tally_.add(engine_, mask_.data(), count);
    }
    return lang::Done{};
  }

  // Issues of references, which belong between those of cells. A repeat has none of its own.
  void add_issues(const std::vector<CellIssue>& issues) {
    if (issues.empty()) return;
    for (const CellIssue& issue : issues) {
      if (!test_bit(batch_.repeats.data(), issue.row)) batch_.issues.push_back(issue);
    }
    std::stable_sort(batch_.issues.begin(), batch_.issues.end(), [](const CellIssue& left, const CellIssue& right) {
      return std::pair(left.row, left.field) < std::pair(right.row, right.field);
    });
  }

  // `row` of the part of the batch that begins at `begin`.
  lang::Result<> answer_row(std::size_t begin, std::size_t row, std::size_t first_issue, std::size_t end_issue) {
    const std::size_t lead = begin + row;
    const std::optional<std::size_t> ignored = verdict_.ignored(row);
    faults_.clear();
    if (!ignored && verdict_.has_faults(row)) verdict_.fault_issues(row, faults_);
    for (const FaultIssue& fault : faults_) {
      if (fault.rejects) {
        reason_ = fmt::format("{} grew past what Muster can count", fault.label);
        return reject(lead, RejectKind::overflow);
      }
    }

    issue_text_.clear();
    const auto add_issue_text = [this](std::string_view where, std::string_view what) {
      if (!issue_text_.empty()) issue_text_ += "; ";
      issue_text_ += where;
      issue_text_ += ": ";
      issue_text_ += what;
    };
    if (options_.columns.issues) {
      for (std::size_t i = first_issue; i < end_issue; ++i) {
        add_issue_text(issues_.header_of(batch_.issues[i].field), describe_issue(batch_.issues[i].fault));
      }
      for (const FaultIssue& fault : faults_) add_issue_text(fault.label, fault.what);
    }

    const std::string* because = ignored ? &program_.outputs.ignores[*ignored].because : nullptr;
    const bool undecided = table_.cells(writer_, row, batch_.keys[lead], because, issue_text_);
    if (options_.formulas == FormulaPolicy::reject && writer_.row_has_formula()) {
      writer_.discard_row();
      reason_ = "a cell of its verdict would run as a formula in a spreadsheet";
      ++summary_.rejected_formulas;
      return reject(lead, std::nullopt);
    }
    if (test_bit(batch_.repeats.data(), lead)) {
      writer_.discard_row();
      ++summary_.repeated;
      return lang::Done{};
    }
    if (auto ended = writer_.end_row(); !ended) return ended;

    ++summary_.answered;
    if (ignored) {
      ++summary_.ignored;
    } else if (undecided) {
      ++summary_.undecided_leads;
    }
    set_bit(mask_.data(), row);
    return count_issues(lead, first_issue, end_issue);
  }

  lang::Result<> count_issues(std::size_t row, std::size_t first_issue, std::size_t end_issue) {
    const std::uint64_t line = batch_.lines[row];
    const std::string_view key = batch_.keys[row];
    for (std::size_t i = first_issue; i < end_issue; ++i) {
      const CellIssue& issue = batch_.issues[i];
      issues_.add_cell(issue, line);
      if (auto added = issues_file_.add(line, key, issues_.header_of(issue.field), describe_issue(issue.fault));
          !added) {
        return added;
      }
    }
    for (const FaultIssue& fault : faults_) {
      issues_.add_lead(fault.label, fault.what, line);
      if (auto added = issues_file_.add(line, key, fault.label, fault.what); !added) return added;
    }
    return lang::Done{};
  }

  // A row that ingest has let through and that gets no answer all the same. Without a kind it is counted elsewhere.
  lang::Result<> reject(std::size_t row, std::optional<RejectKind> kind) {
    if (kind) ++late_rejects_[static_cast<std::size_t>(*kind)];
    ++summary_.rejected;
    return rejects_.add({kind.value_or(RejectKind::overflow), batch_.lines[row], {}, reason_, batch_.raw[row]});
  }

  lang::Result<RunSummary> finish() {
    const ReadCounts& counts = reader_.counts();
    summary_.rows = counts.rows;
    summary_.merged = counts.merged;
    summary_.rejected += counts.rejected_rows();
    for (std::size_t kind = 0; kind < reject_kind_count; ++kind) {
      summary_.rejected_by_kind[kind] = counts.rejected[kind] + late_rejects_[kind];
    }
    if (summary_.rows != summary_.answered + summary_.repeated + summary_.merged + summary_.rejected ||
        tally_.leads() + summary_.ignored != summary_.answered) {
      return lang::Error{
          lang::ErrorKind::internal, options_.leads, 0,
          fmt::format("{} rows were read, but {} answered, {} repeated, {} merged and {} rejected", summary_.rows,
                      summary_.answered, summary_.repeated, summary_.merged, summary_.rejected),
          ""};
    }
    summary_.formula_cells = writer_.formula_cells();
    summary_.compiled_batches = engine_.compiled_batches();
    summary_.verified_batches = engine_.verified_batches();
    summary_.issues = issues_.tallies([this](std::uint8_t fault, std::uint32_t field) {
      const compiler::Schema& schema = program_.schema;
      return fix_of(fault, schema, schema.subject_object().fields[field], reader_.unread_times(field));
    });
    for (const TableReport& report : opened_.relations->tables())
      summary_.objects.push_back(summary_of(program_, report));
    for (const RelationReport& report : opened_.relations->relations()) {
      summary_.relations.push_back(summary_of(program_, report));
    }
    collect_tallies();

    // The verdicts come last: whoever sees them finds the other files complete. But first they must be on the disk, so
    // that no rejects stand beside verdicts that are missing.
    if (auto flushed = writer_.flush(); !flushed) return failure(flushed.error());
    if (auto synced = output_.sync(); !synced) return failure(synced.error());
    auto has_rejects = rejects_.commit();
    if (!has_rejects) return failure(has_rejects.error());
    if (*has_rejects) summary_.rejects_file = options_.rejects;
    if (auto committed = issues_file_.commit(); !committed) return failure(committed.error());
    if (auto committed = output_.commit(); !committed) return failure(committed.error());
    return std::move(summary_);
  }

  void collect_tallies() {
    const compiler::Outputs& outputs = program_.outputs;
    for (std::size_t i = 0; i < outputs.ignores.size(); ++i) {
      summary_.ignored_because.push_back({outputs.ignores[i].because, tally_.ignored()[i]});
    }
    for (std::size_t i = 0; i < outputs.qualifiers.size(); ++i) {
      const QualifierTally& counted = tally_.qualifiers()[i];
      summary_.qualifiers.push_back({outputs.qualifiers[i].name, counted.yes, counted.no, counted.undecided});
    }
    for (std::size_t i = 0; wanted_.scores && i < outputs.scores.size(); ++i) {
      const ScoreTally& counted = tally_.scores()[i];
      if (counted.leads == 0) continue;
      const auto mean = kernels::divide_rounded(counted.sum, counted.leads, kernels::RoundingMode::half_even);
      summary_.scores.push_back(
          {outputs.scores[i].name, counted.leads, counted.smallest, static_cast<std::int64_t>(mean), counted.largest});
    }
    if (wanted_.grades) {
      for (std::size_t i = 0; i < outputs.grades.size(); ++i) {
        const GradeTally& counted = tally_.grades()[i];
        CountGroup& group = summary_.grades.emplace_back();
        group.name = outputs.grades[i].name;
        for (std::size_t label = 0; label < counted.by_label.size(); ++label) {
          group.values.push_back({outputs.grades[i].labels[label], counted.by_label[label]});
        }
        if (counted.undecided > 0) group.values.push_back({"(undecided)", counted.undecided});
      }
    }
    for (std::size_t i = 0; wanted_.frameworks && i < outputs.frameworks.size(); ++i) {
      const compiler::FrameworkOutput& framework = outputs.frameworks[i];
      const FrameworkTally& counted = tally_.frameworks()[i];
      FrameworkCount& count = summary_.frameworks.emplace_back();
      count.name = framework.name;
      count.is_qualifying = framework.qualified.has_value();
      count.qualified = {framework.name, counted.qualified.yes, counted.qualified.no, counted.qualified.undecided};
      for (std::size_t k = 0; k < framework.letters.size(); ++k) {
        const LetterTally& letter = counted.letters[k];
        count.letters.push_back({framework.letters[k].name, letter.met, letter.half_met, letter.not_met, letter.unknown,
                                 letter.not_reached});
      }
    }
    for (std::size_t i = 0; i < outputs.row_ignores.size(); ++i) {
      const compiler::RowIgnoreOutput& ignore = outputs.row_ignores[i];
      summary_.ignored_rows.push_back({ignore.object + ": " + ignore.because, tally_.ignored_rows()[i]});
    }
    if (wanted_.lifecycle && outputs.lifecycle) {
      const StageTally& counted = tally_.stages();
      for (std::size_t i = 0; i < counted.by_reported.size(); ++i) {
        summary_.stages.push_back({outputs.lifecycle->reported_names[i], counted.by_reported[i]});
      }
      summary_.stages.push_back({"(no stage)", counted.none});
    }
    if (wanted_.route && outputs.route) {
      const RouteTally& counted = tally_.routes();
      for (std::size_t i = 0; i < counted.by_row.size(); ++i) {
        summary_.routes.push_back({outputs.route->rows[i].destination, counted.by_row[i]});
        summary_.provisional_routes += counted.provisional[i];
      }
      if (counted.none > 0) summary_.routes.push_back({"(no route)", counted.none});
      summary_.provisional_routes += counted.none_provisional;
    }
  }

  const compiler::Program& program_;
  const RunOptions& options_;
  Wanted wanted_;
  OpenRun opened_;
  LeadReader& reader_;
  Feeder feeder_;
  OutputFile output_;
  CsvWriter writer_;
  Engine engine_;
  Verdict verdict_;
  VerdictTable table_;
  Tally tally_;
  Rejects rejects_;
  IssueCounts issues_;
  IssuesFile issues_file_;
  Batch batch_;
  std::vector<Word> mask_;
  std::vector<FaultIssue> faults_;
  std::string issue_text_;
  std::string reason_;
  RejectCounts late_rejects_{};
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
