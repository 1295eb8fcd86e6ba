// What a batch of random rows is made of: columns, values of tables, and the rows themselves.
#pragma once

#include <cstdint>
#include <vector>

#include "naive_rows.h"
#include "runtime/interpret/interpreter.h"
#include "tests/narrow_column.h"

namespace muster::runtime {

// Columns of any length, unlike Column.
struct Columns {
  explicit Columns(compiler::Physical kind = compiler::Physical::integer) : physical(kind) {}
  compiler::Physical physical;
  std::vector<std::int64_t> integers;
  std::vector<std::uint32_t> codes;
  std::vector<Word> yes;
  std::vector<Word> known;
  Dictionary dictionary;
  bool may_be_narrow = true;

  void resize(std::size_t rows) {
    integers.assign(rows, 0);
    codes.assign(rows, 0);
    yes.assign(words_for(rows), 0);
    known.assign(words_for(rows), 0);
  }
  void set(std::size_t row, const naive::Cell& cell) {
    if (!cell.known) return;
    set_bit(known.data(), row);
    if (physical == compiler::Physical::text) {
      codes[row] = dictionary.intern(cell.text);
    } else {
      integers[row] = cell.number;
      codes[row] = static_cast<std::uint32_t>(cell.number);
      if (cell.number != 0) set_bit(yes.data(), row);
    }
  }
  // As narrow as its numbers are, where it may be.
  ColumnView view() {
    ColumnView made{physical, integers.data(), codes.data(), yes.data(), known.data(), &dictionary};
    if (!may_be_narrow) return made;
    made.narrow_bytes = narrow_as_possible(physical, integers, codes, narrow_);
    if (made.narrow_bytes == 0) return made;
    made.narrow = narrow_.data();
    made.integers = nullptr;
    made.codes = nullptr;
    return made;
  }

 private:
  std::vector<unsigned char> narrow_;
};

// Values of a `one` space, copied out of an interpreter.
struct Stored {
  Columns values;
  std::vector<Word> no, overflow, division_by_zero;

  StoredValue view(compiler::ValueId id) const {
    return {id,
            values.physical,
            values.integers.data(),
            values.codes.data(),
            &values.dictionary,
            values.yes.data(),
            no.data(),
            values.known.data(),
            overflow.data(),
            division_by_zero.data()};
  }
};

// All rows of a space: child rows of all rows of the parent, a table, or the leads.
struct Rows {
  bool is_given = true;
  std::size_t count = 0;
  std::vector<std::uint32_t> offsets;  // many: by parent row
  std::vector<std::uint32_t> row_of;   // one: by parent row
  std::vector<std::vector<naive::Cell>> cells;
};

}  // namespace muster::runtime
