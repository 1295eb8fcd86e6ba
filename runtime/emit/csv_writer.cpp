#include "runtime/emit/csv_writer.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>

namespace muster::runtime {

using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

constexpr std::size_t flush_bytes = std::size_t{256} << 10;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

// What follows a sign in numbers and telephone numbers. A formula needs a letter, a quote or an operator besides these.
bool is_number_like(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (is_digit(letter) || std::string_view(" .,()-/%'").find(letter) != std::string_view::npos) continue;
    const bool is_exponent = (letter == 'e' || letter == 'E') && i > 0 && is_digit(text[i - 1]) && i + 1 < text.size();
    if (!is_exponent) return false;
    if (text[i + 1] == '+') ++i;
    if (i + 1 >= text.size() || (!is_digit(text[i + 1]) && text[i + 1] != '-')) return false;
  }
  return true;
}

}  // namespace

bool is_formula_like(std::string_view text) {
  if (text.empty()) return false;
  switch (text[0]) {
    case '=':
    case '@':
    case '\t':
    case '\r':
      return true;
    case '+':
    case '-':
      return !is_number_like(text.substr(1));
    default:
      return false;
  }
}

CsvText::CsvText(FormulaPolicy policy, char separator, First first)
    : policy_(policy), separator_(separator), is_header_(first == First::header) {
  buffer_.reserve(flush_bytes + flush_bytes / 4);
}

void CsvText::begin_cell() {
  if (row_cells_++ != 0) buffer_ += separator_;
}

void CsvText::cell(std::string_view text) {
  begin_cell();
  std::string_view prefix;
  if (is_formula_like(text)) {
    row_has_formula_ = true;
    ++row_formulas_;
    if (policy_ == FormulaPolicy::escape) prefix = "'";
  }
  // In the header every separator is quoted, so that a reader that looks for the separator there finds the right one.
  bool needs_quotes = text.starts_with(byte_order_mark);
  for (const char letter : text) {
    needs_quotes |= letter == separator_ || letter == '"' || letter == '\n' || letter == '\r';
    needs_quotes |= is_header_ && (letter == ',' || letter == ';' || letter == '\t' || letter == '|');
  }
  if (needs_quotes) {
    quoted(prefix, text);
  } else {
    buffer_ += prefix;
    buffer_ += text;
  }
}

void CsvText::quoted(std::string_view prefix, std::string_view text) {
  buffer_ += '"';
  buffer_ += prefix;
  for (std::size_t quote = text.find('"'); quote != std::string_view::npos; quote = text.find('"')) {
    buffer_ += text.substr(0, quote + 1);
    buffer_ += '"';
    text.remove_prefix(quote + 1);
  }
  buffer_ += text;
  buffer_ += '"';
}

void CsvText::integer_cell(std::int64_t value) {
  begin_cell();
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof digits, value);
  buffer_.append(digits, written.ptr);
}

void CsvText::unsigned_cell(std::uint64_t value) {
  begin_cell();
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof digits, value);
  buffer_.append(digits, written.ptr);
}

void CsvText::end_row() {
  if (row_has_formula_ && policy_ == FormulaPolicy::reject) return discard_row();
  if (buffer_.size() == row_begin_) buffer_ += "\"\"";  // one empty cell: an empty line would be no row
  buffer_ += '\n';
  ++rows_;
  is_header_ = false;
  formula_cells_ += row_formulas_;
  row_begin_ = buffer_.size();
  row_cells_ = 0;
  row_formulas_ = 0;
  row_has_formula_ = false;
}

void CsvText::discard_row() {
  buffer_.resize(row_begin_);
  row_cells_ = 0;
  row_formulas_ = 0;
  row_has_formula_ = false;
}

void CsvText::clear_rows() {
  buffer_.erase(0, row_begin_);
  row_begin_ = 0;
}

CsvWriter::CsvWriter(OutputFile& file, FormulaPolicy policy, char separator)
    : file_(&file), policy_(policy), text_(policy, separator) {}

Result<> CsvWriter::end_row() {
  const bool is_refused = text_.row_has_formula() && policy_ == FormulaPolicy::reject;
  text_.end_row();
  if (is_refused) {
    return Error{ErrorKind::data, file_->path(), 0, "a cell of this row would be run as a formula by a spreadsheet",
                 "pass --csv-formula escape or --csv-formula keep"};
  }
  return text_.rows_text().size() >= flush_bytes ? flush() : Result<>(lang::Done{});
}

Result<> CsvWriter::flush() {
  Result<> written = file_->write(text_.rows_text());
  text_.clear_rows();
  return written;
}

}  // namespace muster::runtime
