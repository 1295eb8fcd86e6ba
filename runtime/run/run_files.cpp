#include "runtime/run/run_files.h"

#include <sys/stat.h>

#include <utility>

namespace muster::runtime {

namespace {

bool is_regular_file(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

lang::Result<> RejectsFile::add(const RejectedRow& row) {
  if (!writer_) {
    auto made = RejectsWriter::create(path_);
    if (!made) return made.error();
    writer_.emplace(std::move(*made));
  }
  return writer_->add(row);
}

lang::Result<bool> RejectsFile::commit() {
  if (!writer_ && is_regular_file(path_)) {
    auto made = RejectsWriter::create(path_);
    if (!made) return made.error();
    writer_.emplace(std::move(*made));
  }
  if (!writer_) return false;
  if (auto done = writer_->commit(); !done) return done.error();
  return true;
}

lang::Result<> IssuesFile::open(const std::string& path) {
  if (path.empty()) return lang::Done{};
  auto made = OutputFile::create(path);
  if (!made) return made.error();
  file_ = std::make_unique<OutputFile>(std::move(*made));
  writer_.emplace(*file_, FormulaPolicy::escape);  // people open it
  for (const std::string_view name : {"line", "key", "where", "issue"}) writer_->cell(name);
  return writer_->end_row();
}

lang::Result<> IssuesFile::add(std::uint64_t line, std::string_view key, std::string_view where,
                               std::string_view what) {
  if (!writer_) return lang::Done{};
  writer_->unsigned_cell(line);
  writer_->cell(key);
  writer_->cell(where);
  writer_->cell(what);
  return writer_->end_row();
}

lang::Result<> IssuesFile::commit() {
  if (!writer_) return lang::Done{};
  if (auto flushed = writer_->flush(); !flushed) return flushed;
  return file_->commit();
}

RunFiles::RunFiles(const RunOptions& options, OutputFile output, std::vector<std::string> headers)
    : options_(options), output_(std::move(output)), rejects_(options.rejects), issues_(std::move(headers)) {}

lang::Result<> RunFiles::open(std::span<const std::string> names) {
  if (auto opened = issues_file_.open(options_.issues); !opened) return opened;
  CsvWriter writer(output_, options_.formulas);
  for (const std::string& name : names) writer.cell(name);
  if (auto ended = writer.end_row(); !ended) return ended;
  return writer.flush();
}

lang::Result<> RunFiles::add_issue(std::uint64_t line, std::string_view key, const CellIssue& issue) {
  issues_.add_cell(issue, line);
  return issues_file_.add(line, key, issues_.header_of(issue.field), describe_issue(issue.fault));
}

lang::Result<> RunFiles::add_issue(std::uint64_t line, std::string_view key, const FaultIssue& issue) {
  issues_.add_lead(issue.label, issue.what, line);
  return issues_file_.add(line, key, issue.label, issue.what);
}

// The verdicts come last: whoever sees them finds the other files complete. But first they must be on the disk, so that
// no rejects stand beside verdicts that are missing.
lang::Result<std::string> RunFiles::commit() {
  if (auto synced = output_.sync(); !synced) return synced.error();
  auto has_rejects = rejects_.commit();
  if (!has_rejects) return has_rejects.error();
  if (auto committed = issues_file_.commit(); !committed) return committed.error();
  if (auto committed = output_.commit(); !committed) return committed.error();
  return *has_rejects ? options_.rejects : std::string();
}

}  // namespace muster::runtime
