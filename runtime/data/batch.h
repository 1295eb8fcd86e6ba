// Up to batch_rows leads as columns. Ingest fills one, an engine reads it, writers read both. A column of a caller's
// own memory has the same shape (spans), so that an engine never copies data.
// May include: runtime/data, compiler/ir/type.h. Called by: ingest, engines, writers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/program.h"
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
  // A caller's column may be narrower: then `integers` and `codes` are null, and here are signed integers of 1, 2 or 4
  // bytes, or codes without a sign of 1 or 2 bytes.
  const void* narrow = nullptr;
  std::uint8_t narrow_bytes = 0;
};

// A column that owns its memory: of a batch, sized once and reused for every batch, or of a table.
struct Column {
  compiler::Physical physical = compiler::Physical::integer;
  std::vector<std::int64_t> integers;
  std::vector<std::uint32_t> codes;
  std::vector<Word> yes;
  std::vector<Word> known;
  Dictionary dictionary;
  std::vector<bool> is_blank;  // text, by code: what ingest found, that the text stands for no value

  explicit Column(compiler::Physical kind, std::size_t rows = batch_rows);
  void clear_rows();              // nothing known; values 0
  void resize(std::size_t rows);  // nothing is known of new rows
  [[nodiscard]] ColumnView view() const;
};

// A value of a table's rows that was worked out before the batch: what a `from_one` reads.
struct StoredValue {
  compiler::ValueId id;
  compiler::Physical physical = compiler::Physical::integer;
  const std::int64_t* integers = nullptr;
  const std::uint32_t* codes = nullptr;
  const Dictionary* dictionary = nullptr;
  const Word* yes = nullptr;  // boolean: yes and no
  const Word* no = nullptr;
  const Word* known = nullptr;             // others
  const Word* overflow = nullptr;          // null: never
  const Word* division_by_zero = nullptr;  // null: never
};

// The rows of one space that belong to a batch. Child rows stand parent by parent, within a parent by time (rows
// without a time first), then by key, then by the bytes of their cells, so that the order of a file never matters.
struct SpaceView {
  bool is_given = true;                    // false: the run has no file for this object; then there are no rows
  std::size_t rows = 0;                    // root: 1..batch_rows; many: any number; one: unused
  std::vector<ColumnView> columns;         // Space::columns; not for `one`
  const std::uint32_t* offsets = nullptr;  // many: the rows of parent row r are offsets[r] to before offsets[r + 1]
  const std::uint32_t* row_of = nullptr;  // one: by parent row, the row of the table that it refers to, plus 1; 0: none
  std::span<const StoredValue> stored{};  // one: every operand of a `from_one` over this space
};

struct BatchView {
  std::vector<SpaceView> spaces;  // by SpaceId; those of other regions are empty
  // The next batch of leads follows in memory, column by column: an engine may ask for it early.
  bool is_followed = false;
};

// What was wrong with one cell; the value is missing (or rounded).
struct CellIssue {
  std::uint32_t row;                            // of the batch
  std::uint32_t field;                          // of the schema
  std::uint8_t fault;                           // kernels::CellFault, or one of those below
  static constexpr std::uint8_t blank = 254;    // a field without `?` is blank
  static constexpr std::uint8_t rounded = 255;  // more digits than the field keeps
  static constexpr std::uint8_t not_yet = 253;  // an event that lies after the evaluation
  // References, under the field that refers.
  static constexpr std::uint8_t contradiction = 252;  // several rows have the key, with different values
  static constexpr std::uint8_t many_matches = 251;   // the fallback match fits more than one row
};

// A batch of leads read from a file, with what writers need besides the columns. Keys, lines and issues are by row.
struct Batch {
  std::size_t rows = 0;
  std::string text;                    // what `keys`, `texts` and `raw` lie in; they are valid until the next read
  std::vector<Column> columns;         // of the subject's space, and perhaps more that only ingest needs
  std::vector<std::string_view> keys;  // as in the file, trimmed
  // Cells that hold keys of other rows, trimmed, empty where missing: by the reader's `texts`, then by row.
  std::vector<std::vector<std::string_view>> texts;
  std::vector<std::uint64_t> lines;   // of the row's first line in the file, from 1
  std::vector<std::string_view> raw;  // the row as in the file, without its line end
  std::vector<CellIssue> issues;      // by row, then field
  // Bit of a row: it has the key and the values of an earlier one, so it is answered together with it. It is here
  // because its values may still reject it, as they rejected the first. It has no issues of its own.
  std::vector<Word> repeats;

  [[nodiscard]] BatchView view() const;  // of the subject's space alone; the caller adds the others
};

}  // namespace muster::runtime
