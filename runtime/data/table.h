// The rows of an object that is not streamed: child rows, and rows that others refer to. All columns that some space of
// the object reads are in memory, with the texts that link rows to one another.
// May include: runtime/data, compiler/ir. Called by: table_reader (fills it), links, feeder, regions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/batch.h"
#include "runtime/data/key_index.h"

namespace muster::runtime {

// The kept row stands for the one with the other key (`duplicates`).
struct MergedKey {
  std::string key;   // of the row that is not kept
  std::string kept;  // of the row that is
};

// One key for each row, as in the file, trimmed.
class KeyColumn {
 public:
  void add(std::string_view key) {
    bytes_.insert(bytes_.end(), key.begin(), key.end());
    ends_.push_back(bytes_.size());
  }
  [[nodiscard]] std::string_view operator[](std::size_t row) const {
    const std::uint64_t begin = row == 0 ? 0 : ends_[row - 1];
    return {bytes_.data() + begin, static_cast<std::size_t>(ends_[row] - begin)};
  }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] std::uint64_t memory_bytes() const {
    return bytes_.capacity() + ends_.capacity() * sizeof(std::uint64_t);
  }

 private:
  std::vector<char> bytes_;
  std::vector<std::uint64_t> ends_;
};

// Keys of other rows: by row a number of `keys` plus 1, or 0 where the row names none.
struct TextColumn {
  KeyIndex keys;
  std::vector<std::uint32_t> numbers;
};

struct Table {
  std::uint32_t object = 0;  // of the schema
  bool is_given = false;     // false: the run has no file for this object; then there are no rows
  std::size_t rows = 0;
  std::vector<std::uint32_t> fields;  // column k holds field fields[k] of the object
  std::vector<Column> columns;
  std::optional<std::size_t> time_column;
  std::vector<std::uint32_t> text_fields;  // texts[k] holds the cells of field text_fields[k]
  std::vector<TextColumn> texts;
  KeyColumn keys;                               // by row; empty where the object has no key or nobody needs it any more
  std::vector<MergedKey> merged_keys;           // by key
  std::vector<std::string> contradictory_keys;  // sorted; each of a row that is open where several with it differed

  // Precondition: the field is there.
  [[nodiscard]] std::size_t column_of(std::uint32_t field) const;
  [[nodiscard]] const TextColumn& texts_of(std::uint32_t field) const;
  // Takes from one row what another one with its key says otherwise: those cells are missing.
  void keep_what_agrees(std::uint32_t row, std::uint32_t other);
  // Keeps these rows, in this order.
  void select(std::span<const std::uint32_t> order);
  [[nodiscard]] std::uint64_t memory_bytes() const;
  // The order of child rows of one parent: by time (none first), then key, then values, none first. 0: nobody who reads
  // this table can tell the rows apart.
  [[nodiscard]] int compare(std::uint32_t left, std::uint32_t right) const;
};

// Copies rows of a column that are listed, over the rows 0 to before rows.size() of another one. Codes of texts keep
// their meaning in `from`'s dictionary.
void gather(const Column& from, std::span<const std::uint32_t> rows, Column& to);
// Room for so many rows at least.
void make_room(Column& column, std::size_t rows);

}  // namespace muster::runtime
