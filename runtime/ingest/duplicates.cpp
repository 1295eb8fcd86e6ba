#include "runtime/ingest/duplicates.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace muster::runtime {

using compiler::Physical;

namespace {

bool operator==(const WideHash& left, const WideHash& right) {
  return left.low == right.low && left.high == right.high;
}

auto order_of(const WideHash& hash) { return std::tie(hash.high, hash.low); }

template <class Number>
WideHash hash_number(const Number& number, std::uint64_t seed) {
  return hash_bytes_wide({reinterpret_cast<const char*>(&number), sizeof number}, seed);
}

WideHash hash_value(const Column& column, std::size_t row, std::uint64_t seed) {
  switch (column.physical) {
    case Physical::integer:
      return hash_number(column.integers[row], seed);
    case Physical::code:
      return hash_number(column.codes[row], seed);
    case Physical::boolean:
      return hash_number(test_bit(column.yes.data(), row), seed);
    case Physical::text:
      return hash_bytes_wide(column.dictionary.folded(column.codes[row]), seed);
  }
  return {};
}

}  // namespace

DuplicateFinder::DuplicateFinder(const compiler::DuplicatesSchema& policy, std::size_t by_column,
                                 std::size_t dated_column)
    : policy_(policy), by_column_(by_column), dated_column_(dated_column), seed_(random_seed()) {}

void DuplicateFinder::add(std::uint64_t line, std::string_view key, std::span<const std::string_view> values,
                          const Batch& batch, std::size_t row) {
  Entry& entry = entries_.emplace_back();
  entry.line = line;
  // Rows without a key are never equal by it.
  entry.key = key.empty() ? hash_number(line, ~seed_) : hash_bytes_wide(key, seed_);
  entry.key_begin = keys_.size();
  entry.key_size = static_cast<std::uint32_t>(key.size());
  keys_.insert(keys_.end(), key.begin(), key.end());
  entry.values = hash_values(values, seed_);
  const Column& by = batch.columns[by_column_];
  entry.has_by = test_bit(by.known.data(), row);
  if (entry.has_by) entry.by = hash_value(by, row, seed_);
  const Column& dated = batch.columns[dated_column_];
  entry.has_date = test_bit(dated.known.data(), row);
  if (entry.has_date) entry.dated = dated.integers[row];
}

int DuplicateFinder::compare_dates(const Entry& left, const Entry& right) const {
  if (left.has_date != right.has_date) return left.has_date ? -1 : 1;
  if (!left.has_date || left.dated == right.dated) return 0;
  return (left.dated > right.dated) == policy_.newest ? -1 : 1;
}

void DuplicateFinder::lose(std::uint32_t entry, std::uint32_t other, Fate fate) {
  entries_[entry].is_gone = true;
  if (fate != Fate::conflict) entries_[entry].kept = other;
  shared_.push_back({entries_[entry].line, entries_[other].line, fate});
}

// Entries with one key, by line.
void DuplicateFinder::decide_key(std::span<const std::uint32_t> group) {
  if (group.size() < 2) return;
  std::vector<std::uint32_t> sorted(group.begin(), group.end());
  const auto order = [this](std::uint32_t entry) { return std::tie(entries_[entry].values, entries_[entry].line); };
  std::sort(sorted.begin(), sorted.end(),
            [&](std::uint32_t left, std::uint32_t right) { return order(left) < order(right); });
  std::vector<std::uint32_t> different;  // the first row of each set of identical ones
  std::uint32_t first = sorted.front();
  for (const std::uint32_t entry : sorted) {
    if (entry != first && entries_[entry].values == entries_[first].values) {
      lose(entry, first, Fate::repeat);
    } else {
      first = entry;
      different.push_back(entry);
    }
  }
  std::sort(different.begin(), different.end());  // entries come by line
  if (different.size() < 2) return;
  std::uint32_t best = different.front();
  bool is_tied = false;
  for (const std::uint32_t entry : std::span(different).subspan(1)) {
    const int compared = compare_dates(entries_[entry], entries_[best]);
    if (compared < 0) best = entry;
    if (compared <= 0) is_tied = compared == 0;
  }
  for (const std::uint32_t entry : different) {
    if (is_tied && compare_dates(entries_[entry], entries_[best]) == 0) {
      lose(entry, entry == different.front() ? different[1] : different.front(), Fate::conflict);
    } else if (entry != best) {
      lose(entry, best, Fate::merged);
    }
  }
}

// Entries that are left, with one value of the field.
void DuplicateFinder::decide_by(std::span<const std::uint32_t> group) {
  if (group.size() < 2) return;
  const auto precedes = [this](std::uint32_t left, std::uint32_t right) {
    const int compared = compare_dates(entries_[left], entries_[right]);
    if (compared != 0) return compared < 0;
    return std::pair(key_of(entries_[left]), entries_[left].line) <
           std::pair(key_of(entries_[right]), entries_[right].line);
  };
  const std::uint32_t best = *std::min_element(group.begin(), group.end(), precedes);
  for (const std::uint32_t entry : group) {
    if (entry == best) continue;
    lose(entry, best, Fate::merged);
    if (entries_[entry].key_size > 0) {
      merged_keys_.push_back({std::string(key_of(entries_[entry])), std::string(key_of(entries_[best]))});
    }
  }
}

std::vector<SharedKey> DuplicateFinder::finish() {
  std::vector<std::uint32_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [this](std::uint32_t left, std::uint32_t right) {
    return std::tuple(order_of(entries_[left].key), entries_[left].line) <
           std::tuple(order_of(entries_[right].key), entries_[right].line);
  });
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    for (end = begin + 1; end < order.size() && entries_[order[end]].key == entries_[order[begin]].key; ++end) {
    }
    decide_key(std::span(order).subspan(begin, end - begin));
  }
  std::erase_if(order, [this](std::uint32_t entry) { return entries_[entry].is_gone || !entries_[entry].has_by; });
  std::sort(order.begin(), order.end(), [this](std::uint32_t left, std::uint32_t right) {
    return order_of(entries_[left].by) < order_of(entries_[right].by);
  });
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    for (end = begin + 1; end < order.size() && entries_[order[end]].by == entries_[order[begin]].by; ++end) {
    }
    decide_by(std::span(order).subspan(begin, end - begin));
  }
  // A repeat of a row that is not kept is not answered with it either; a merged row leads to the one that is left.
  std::sort(shared_.begin(), shared_.end(),
            [](const SharedKey& left, const SharedKey& right) { return left.line < right.line; });
  const auto entry_at = [this](std::uint64_t line) {
    return static_cast<std::uint32_t>(
        std::lower_bound(entries_.begin(), entries_.end(), line,
                         [](const Entry& entry, std::uint64_t wanted) { return entry.line < wanted; }) -
        entries_.begin());
  };
  const std::vector<SharedKey> decided = shared_;
  const auto fate_of = [&](std::uint64_t line) -> const SharedKey* {
    const auto found = std::lower_bound(decided.begin(), decided.end(), line,
                                        [](const SharedKey& row, std::uint64_t wanted) { return row.line < wanted; });
    return found != decided.end() && found->line == line ? &*found : nullptr;
  };
  for (SharedKey& row : shared_) {
    if (row.fate == Fate::conflict) continue;
    std::uint32_t entry = entry_at(row.line);
    while (entries_[entry].kept) {
      const SharedKey* const step = fate_of(entries_[entry].line);
      if (step->fate == Fate::merged) row.fate = Fate::merged;
      entry = *entries_[entry].kept;
    }
    row.other_line = entries_[entry].line;
    if (const SharedKey* const last = fate_of(row.other_line)) {  // that one is in conflict
      row.other_line = last->other_line;
      row.fate = row.fate == Fate::merged ? Fate::superseded : Fate::conflict;
    }
  }
  std::sort(merged_keys_.begin(), merged_keys_.end(),
            [](const MergedKey& left, const MergedKey& right) { return left.key < right.key; });
  return std::move(shared_);
}

}  // namespace muster::runtime
