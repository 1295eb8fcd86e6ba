// The file of rows that got no answer: line, column, reason and the row as it was, so that somebody can mend and send
// it again. May include: runtime/emit, runtime/data. Called by: the bulk run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lang/support/result.h"
#include "runtime/data/rejected_row.h"
#include "runtime/emit/csv_writer.h"
#include "runtime/emit/output_file.h"

namespace muster::runtime {

class RejectsWriter {
 public:
  // Opens the file and writes its header. People open this file, so formulas are escaped unless told otherwise.
  static lang::Result<RejectsWriter> create(const std::string& path, FormulaPolicy policy = FormulaPolicy::escape,
                                            WriteFunction write = {});
  lang::Result<> add(const RejectedRow& row);
  lang::Result<> commit();
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] bool is_broken_pipe() const { return file_->is_broken_pipe(); }

 private:
  explicit RejectsWriter(std::unique_ptr<OutputFile> file, FormulaPolicy policy);
  std::unique_ptr<OutputFile> file_;  // CsvWriter points to it
  CsvWriter writer_;
  std::uint64_t rows_ = 0;
};

}  // namespace muster::runtime
