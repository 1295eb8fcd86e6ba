// How rows of tables find one another: the child rows of a parent's key, and the row that a key or a text refers to.
// Keys compare by their bytes, matched texts folded. May include: runtime/data. Called by: runtime/run.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "runtime/data/bitmap.h"
#include "runtime/data/key_index.h"
#include "runtime/data/table.h"

namespace muster::runtime {

// One `many` relation: groups of child rows with one parent's key, each in the order of Table::compare. A group is
// named by its number plus 1; 0 is the empty one.
class ManyLink {
 public:
  // `joined`: the child rows of the key that is not kept go to the one that is. `owns_order`: the rows of the table are
  // moved so that a group's rows stand together; no other link may know row numbers of it yet. The table outlives the
  // link.
  ManyLink(Table& child, std::uint32_t by_field, std::span<const MergedKey> joined, bool owns_order);

  [[nodiscard]] std::uint32_t find(std::string_view parent_key) const;
  [[nodiscard]] std::uint32_t size(std::uint32_t group) const {
    return group == 0 ? 0 : offsets_[group] - offsets_[group - 1];
  }
  // The child row at `position`, from 0, of the group.
  [[nodiscard]] std::uint32_t row(std::uint32_t group, std::uint32_t position) const {
    const std::uint32_t at = offsets_[group - 1] + position;
    return order_.empty() ? at : order_[at];
  }
  // The group has a parent. Several threads may say so at a time.
  void touch(std::uint32_t group) {
    if (group == 0) return;
    const std::size_t at = group - 1;
    const std::atomic_ref<Word> word(touched_[at / word_bits]);
    const Word bit = Word{1} << (at % word_bits);
    if ((word.load(std::memory_order_relaxed) & bit) == 0) word.fetch_or(bit, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t rows_without_key() const { return rows_without_key_; }
  [[nodiscard]] std::uint64_t rows_without_parent() const;  // of groups that have not been touched

 private:
  const KeyIndex* keys_;
  std::vector<std::uint32_t> group_of_key_;  // by number of the key: its group; empty: number + 1
  std::vector<std::uint32_t> offsets_;
  std::vector<std::uint32_t> order_;  // empty: child rows stand in the order of groups
  std::vector<Word> touched_;
  std::uint64_t rows_without_key_ = 0;
};

// What a reference finds.
struct Found {
  std::uint32_t row = 0;      // plus 1; 0: none
  bool is_ambiguous = false;  // because there are several, and nothing says which
};

// Rows of a table by their keys. The table's keys are not needed any more after that.
class RowIndex {
 public:
  explicit RowIndex(const Table& table);
  [[nodiscard]] Found find(std::string_view key) const;

 private:
  KeyIndex keys_;  // those of rows, in their order, then others
  std::uint32_t rows_ = 0;
  std::vector<std::uint32_t> others_;            // row plus 1; 0: contradictory
  std::unordered_set<std::uint32_t> ambiguous_;  // rows of contradictory keys
};

// Rows of a table by the text in one of its columns. Precondition: the table's keys are there, where it has any.
class MatchIndex {
 public:
  MatchIndex(const Table& table, std::uint32_t field);
  [[nodiscard]] Found find(std::string_view folded) const;

 private:
  static constexpr std::uint32_t several = 0xffff'ffffU;
  KeyIndex texts_;
  std::vector<std::uint32_t> rows_;  // by text: row plus 1, or `several`
};

}  // namespace muster::runtime
