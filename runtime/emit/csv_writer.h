// Writes CSV that any program reads back: RFC 4180, LF line ends, UTF-8 without a byte-order mark. The only place that
// escapes text for CSV. Cells go to one buffer; nothing is allocated per cell.
// May include: runtime/emit/output_file.h, lang/support. Called by: the bulk run, rejects, reports.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lang/support/result.h"
#include "runtime/emit/output_file.h"

namespace muster::runtime {

// What happens to a cell that a spreadsheet would run as a formula.
enum class FormulaPolicy : std::uint8_t {
  keep,    // as it is; counted
  escape,  // an apostrophe before it
  reject,  // end_row() refuses the row
};

// Whether the text starts with = + - @ tab or CR; but "-12.5", "+1 (555) 010-0100" are numbers, not formulas.
[[nodiscard]] bool is_formula_like(std::string_view text);

// Rows of CSV in memory.
class CsvText {
 public:
  enum class First : std::uint8_t { header, row };  // what comes first
  explicit CsvText(FormulaPolicy policy, char separator = ',', First first = First::header);

  void cell(std::string_view text);
  void integer_cell(std::int64_t value);
  void unsigned_cell(std::uint64_t value);
  // With FormulaPolicy::reject a row that has a formula is discarded instead: whoever cares has asked before.
  void end_row();
  // Forgets the cells since the last end_row().
  void discard_row();
  [[nodiscard]] bool row_has_formula() const { return row_has_formula_; }

  // The rows that have ended since clear_rows(), which is called between two rows.
  [[nodiscard]] std::string_view rows_text() const { return std::string_view(buffer_).substr(0, row_begin_); }
  void clear_rows();

  [[nodiscard]] std::uint64_t formula_cells() const { return formula_cells_; }  // of the rows that have ended
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  void begin_cell();
  void quoted(std::string_view prefix, std::string_view text);

  FormulaPolicy policy_;
  char separator_;
  bool is_header_;
  std::string buffer_;
  std::size_t row_begin_ = 0;
  std::uint64_t row_cells_ = 0;
  std::uint64_t row_formulas_ = 0;
  bool row_has_formula_ = false;
  std::uint64_t formula_cells_ = 0;
  std::uint64_t rows_ = 0;
};

// The same, into a file: it is handed over whenever there is some of it.
class CsvWriter {
 public:
  // `file` outlives the writer.
  CsvWriter(OutputFile& file, FormulaPolicy policy, char separator = ',');

  void cell(std::string_view text) { text_.cell(text); }
  void unsigned_cell(std::uint64_t value) { text_.unsigned_cell(value); }
  void integer_cell(std::int64_t value) { text_.integer_cell(value); }
  // Ends the row. Errors: of the file; with FormulaPolicy::reject a row with a formula (ErrorKind::data).
  lang::Result<> end_row();
  // Hands everything to the file. Call before OutputFile::commit().
  lang::Result<> flush();

  [[nodiscard]] std::uint64_t formula_cells() const { return text_.formula_cells(); }
  [[nodiscard]] std::uint64_t rows() const { return text_.rows(); }

 private:
  OutputFile* file_;
  FormulaPolicy policy_;
  CsvText text_;
};

}  // namespace muster::runtime
