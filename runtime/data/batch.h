// Up to batch_rows leads as columns. Ingest fills one, an engine reads it, writers read both. A column of a caller's
// own memory has the same shape (spans), so that an engine never copies data.
// May include: runtime/data, compiler/ir/type.h. Called by: ingest, engines, writers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/type.h"
#include "runtime/data/bitmap.h"
#include "runtime/data/dictionary.h"

namespace muster::runtime {

// What an engine sees of a column. Which pointers are set follows from `physical`.
struct ColumnView {
  compiler::Physical physical = compiler::Physical::integer;
  const std::int64_t* integers = nullptr;  // integer
  const std::uint32_t* codes = nullptr;    // code, text; 0 where missing
  const Word* yes = nullptr;               // boolean: yes is a subset of known
  const Word* known = nullptr;             // all
  const Dictionary* dictionary = nullptr;  // text
};

// A column that owns its memory, sized for batch_rows once and reused for every batch.
struct Column {
  compiler::Physical physical = compiler::Physical::integer;
  std::vector<std::int64_t> integers;
  std::vector<std::uint32_t> codes;
  std::vector<Word> yes;
  std::vector<Word> known;
  Dictionary dictionary;

  explicit Column(compiler::Physical kind);
  void clear_rows();  // nothing known; values 0
  [[nodiscard]] ColumnView view() const;
};

struct BatchView {
  std::size_t rows = 0;  // 1..batch_rows
  std::vector<ColumnView> columns;
};

// What was wrong with one cell; the value is missing (or rounded).
struct CellIssue {
  std::uint32_t row;                            // of the batch
  std::uint32_t field;                          // of the schema
  std::uint8_t fault;                           // kernels::CellFault, or one of the two below
  static constexpr std::uint8_t blank = 254;    // a field without `?` is blank
  static constexpr std::uint8_t rounded = 255;  // more digits than the field keeps
};

// A batch of leads read from a file, with what writers need besides the columns. Keys, lines and issues are by row.
struct Batch {
  std::size_t rows = 0;
  std::vector<Column> columns;         // Program::columns
  std::vector<std::string_view> keys;  // as in the file, trimmed; valid until the next read
  std::vector<std::uint64_t> lines;    // of the row's first line in the file, from 1
  std::vector<std::string_view> raw;   // the row as in the file, without its line end; valid until the next read
  std::vector<CellIssue> issues;       // by row, then field
  // Bit of a row: it has the key and the values of an earlier one, so it is answered together with it. It is here
  // because its values may still reject it, as they rejected the first. It has no issues of its own.
  std::vector<Word> repeats;

  [[nodiscard]] BatchView view() const;
};

}  // namespace muster::runtime
