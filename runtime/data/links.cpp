#include "runtime/data/links.h"

#include <algorithm>
#include <numeric>

namespace muster::runtime {

ManyLink::ManyLink(Table& child, std::uint32_t by_field, std::span<const MergedKey> joined, bool owns_order) {
  const auto text = static_cast<std::size_t>(std::find(child.text_fields.begin(), child.text_fields.end(), by_field) -
                                             child.text_fields.begin());
  KeyIndex& keys = child.texts[text].keys;
  keys_ = &keys;
  if (!joined.empty()) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> moved;
    for (const MergedKey& merged : joined) {
      if (const auto number = keys.find(merged.key)) moved.emplace_back(*number, keys.intern(merged.kept));
    }
    group_of_key_.resize(keys.size());
    std::iota(group_of_key_.begin(), group_of_key_.end(), 1U);
    for (const auto& [from, to] : moved) group_of_key_[from] = to + 1;
  }
  const std::vector<std::uint32_t>& numbers = child.texts[text].numbers;
  const auto group_of = [&](std::uint32_t number) {
    return number == 0 || group_of_key_.empty() ? number : group_of_key_[number - 1];
  };
  // Rows by group; those without a key stand behind all groups.
  offsets_.assign(keys.size() + 1, 0);
  for (std::uint32_t row = 0; row < child.rows; ++row) {
    const std::uint32_t group = group_of(numbers[row]);
    if (group == 0) {
      ++rows_without_key_;
    } else {
      ++offsets_[group];
    }
  }
  std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  std::vector<std::uint32_t> next(offsets_.begin(), offsets_.end() - 1);
  std::uint32_t next_without_key = offsets_.back();
  order_.resize(child.rows);
  for (std::uint32_t row = 0; row < child.rows; ++row) {
    const std::uint32_t group = group_of(numbers[row]);
    order_[group == 0 ? next_without_key++ : next[group - 1]++] = row;
  }
  for (std::size_t group = 0; group + 1 < offsets_.size(); ++group) {
    std::sort(order_.begin() + offsets_[group], order_.begin() + offsets_[group + 1],
              [&](std::uint32_t left, std::uint32_t right) { return child.compare(left, right) < 0; });
  }
  touched_.assign(words_for(keys.size()), 0);
  if (!owns_order) return;
  child.select(order_);
  order_ = {};
}

std::uint32_t ManyLink::find(std::string_view parent_key) const {
  const auto number = keys_->find(parent_key);
  if (!number) return 0;
  // Keys that were added later, for another relation by the same field, have no group here.
  if (*number + 1 >= offsets_.size()) return 0;
  return group_of_key_.empty() ? *number + 1 : group_of_key_[*number];
}

std::uint64_t ManyLink::rows_without_parent() const {
  std::uint64_t rows = 0;
  for (std::uint32_t group = 1; group < offsets_.size(); ++group) {
    if (!test_bit(touched_.data(), group - 1)) rows += size(group);
  }
  return rows;
}

RowIndex::RowIndex(const Table& table) : rows_(static_cast<std::uint32_t>(table.rows)) {
  for (std::uint32_t row = 0; row < rows_; ++row) keys_.intern(table.keys[row]);
  const auto add = [this](std::string_view key, std::uint32_t row) {
    if (keys_.find(key)) return;
    keys_.intern(key);
    others_.push_back(row);
  };
  for (const std::string& key : table.contradictory_keys) {
    if (const auto row = keys_.find(key)) {
      ambiguous_.insert(*row);
    } else {
      add(key, 0);
    }
  }
  for (const MergedKey& merged : table.merged_keys) add(merged.key, find(merged.kept).row);
}

Found RowIndex::find(std::string_view key) const {
  const auto number = keys_.find(key);
  if (!number) return {};
  if (*number < rows_) return ambiguous_.contains(*number) ? Found{0, true} : Found{*number + 1, false};
  const std::uint32_t row = others_[*number - rows_];
  return {row, row == 0};
}

MatchIndex::MatchIndex(const Table& table, std::uint32_t field) {
  const Column& column = table.columns[table.column_of(field)];
  const std::vector<std::string>& open = table.contradictory_keys;  // not even its own key says which row is meant
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    if (!test_bit(column.known.data(), row)) continue;
    const std::uint32_t number = texts_.intern(column.dictionary.folded(column.codes[row]));
    const bool is_open = std::binary_search(open.begin(), open.end(), open.empty() ? "" : table.keys[row]);
    if (number == rows_.size()) {
      rows_.push_back(is_open ? several : row + 1);
    } else {
      rows_[number] = several;
    }
  }
}

Found MatchIndex::find(std::string_view folded) const {
  const auto number = texts_.find(folded);
  if (!number) return {};
  return rows_[*number] == several ? Found{0, true} : Found{rows_[*number], false};
}

}  // namespace muster::runtime
