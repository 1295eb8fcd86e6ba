// Splits an export into rows and cells: RFC 4180 and what spreadsheets and CRMs make of it. Reads through one buffer
// that grows up to the largest row; nothing is allocated per row; the work is linear in the size of the file.
//
// What is read: an optional UTF-8 byte-order mark; a line `sep=;` before the header, which is no row; lines that end in
// LF, CRLF or CR; cells in quotes with doubled quotes and line breaks inside; a quote inside an unquoted cell is a
// letter like any other; empty lines are no rows but count as lines; the last line may lack its end. A row that breaks
// the rules is handed back as a fault and reading goes on at the next line, so that an unclosed quote never swallows
// the rows after it.
//
// May include: runtime/data, runtime/ingest/byte_source.h, lang/*. Called by: header_map, keys, lead_reader, init.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/data/rejected_row.h"
#include "runtime/ingest/byte_source.h"

namespace muster::runtime {

enum class Encoding : std::uint8_t {
  utf8,
  latin1,  // with Windows-1252 for 0x80..0x9f, which is what spreadsheets write; converted while reading
};

struct CsvOptions {
  char separator = 0;  // 0: found in the header among , ; tab |
  Encoding encoding = Encoding::utf8;
  std::size_t read_bytes = std::size_t{1} << 20;  // the least that is asked of the source at a time
};

enum class CsvStep : std::uint8_t {
  row,    // cells() has as many cells as the header
  fault,  // fault(), fault_column() and raw() say what is wrong; reading can go on
  end,
  failed,  // error(); reading cannot go on
};

class CsvReader {
 public:
  // Reads the header. `name` is the file as the user knows it. Errors: the source fails (ErrorKind::file); the file is
  // empty, is UTF-16, or its header is malformed or has more than Limits::columns columns (ErrorKind::data).
  static lang::Result<CsvReader> open(std::unique_ptr<ByteSource> source, std::string name, const CsvOptions& options,
                                      const lang::Limits& limits);
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  // As in the file, trimmed.
  [[nodiscard]] const std::vector<std::string>& header() const;
  [[nodiscard]] char separator() const;

  // The next row. Everything it gives is valid until the next call.
  CsvStep next();
  [[nodiscard]] std::uint64_t line() const;    // of the row's first line, from 1
  [[nodiscard]] std::string_view raw() const;  // without its line end; for faults in quotes exactly one line
  [[nodiscard]] const std::vector<std::string_view>& cells() const;  // row only; not trimmed

  [[nodiscard]] RejectKind fault() const;
  // The position of the cell at fault from 0; past the header for too many cells.
  [[nodiscard]] std::size_t fault_column() const;
  // One sentence about the fault, made on request.
  [[nodiscard]] std::string fault_reason() const;

  // Errors: not UTF-8, a NUL byte, too many unclosed quotes (ErrorKind::data); the source fails (ErrorKind::file).
  [[nodiscard]] const lang::Error& error() const;
  [[nodiscard]] std::uint64_t bytes_read() const;  // of the source
  [[nodiscard]] const ByteSource& source() const;
  // Gives the source back, for another pass. The reader must not be used after that.
  std::unique_ptr<ByteSource> release_source();

 private:
  struct State;
  explicit CsvReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace muster::runtime
