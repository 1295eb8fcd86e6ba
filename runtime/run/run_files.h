// The files that a run writes, and the counts of issues, which are written as they are counted. Everything is added in
// the order of the export. May include: runtime/*, compiler/ir, lang/*. Called by: run, answerer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lang/support/result.h"
#include "runtime/data/batch.h"
#include "runtime/emit/csv_writer.h"
#include "runtime/emit/output_file.h"
#include "runtime/emit/rejects.h"
#include "runtime/run/issues.h"
#include "runtime/run/run.h"
#include "runtime/verdict/verdict.h"

namespace muster::runtime {

// Rows without an answer. The file is made when the first one comes.
class RejectsFile {
 public:
  explicit RejectsFile(std::string path) : path_(std::move(path)) {}

  lang::Result<> add(const RejectedRow& row);
  // Whether there is a file. One that an earlier run left must not look like this one's: it is replaced even where
  // nothing was rejected.
  lang::Result<bool> commit();
  [[nodiscard]] bool is_broken_pipe() const { return writer_ && writer_->is_broken_pipe(); }

 private:
  std::string path_;
  std::optional<RejectsWriter> writer_;
};

// The optional file with one row per cell that could not be used.
class IssuesFile {
 public:
  lang::Result<> open(const std::string& path);
  lang::Result<> add(std::uint64_t line, std::string_view key, std::string_view where, std::string_view what);
  lang::Result<> commit();
  [[nodiscard]] bool is_broken_pipe() const { return file_ && file_->is_broken_pipe(); }

 private:
  std::unique_ptr<OutputFile> file_;
  std::optional<CsvWriter> writer_;
};

class RunFiles {
 public:
  // `headers` as for IssueCounts.
  RunFiles(const RunOptions& options, OutputFile output, std::vector<std::string> headers);

  // With the names of the verdicts' columns.
  lang::Result<> open(std::span<const std::string> names);
  // Whole rows of the verdicts.
  lang::Result<> add_verdicts(std::string_view rows) { return output_.write(rows); }
  lang::Result<> add_reject(const RejectedRow& row) { return rejects_.add(row); }
  // Of the lead with this line and key.
  lang::Result<> add_issue(std::uint64_t line, std::string_view key, const CellIssue& issue);
  lang::Result<> add_issue(std::uint64_t line, std::string_view key, const FaultIssue& issue);
  // Makes all files appear. The name of the file of rejects; empty: there is none.
  lang::Result<std::string> commit();

  // Counts of what was added, and the columns' headers, which any thread may read.
  [[nodiscard]] const IssueCounts& issues() const { return issues_; }
  // Nobody reads one of them any more.
  [[nodiscard]] bool is_broken_pipe() const {
    return output_.is_broken_pipe() || rejects_.is_broken_pipe() || issues_file_.is_broken_pipe();
  }

 private:
  const RunOptions& options_;
  OutputFile output_;
  RejectsFile rejects_;
  IssuesFile issues_file_;
  IssueCounts issues_;
};

}  // namespace muster::runtime
