#include "runtime/data/table.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace muster::runtime {

using compiler::Physical;

namespace {

template <class Value>
int compare_values(const Value& left, const Value& right) {
  if (left == right) return 0;
  return left < right ? -1 : 1;
}

int compare_cells(const Column& column, std::uint32_t left, std::uint32_t right) {
  const bool knows_left = test_bit(column.known.data(), left);
  const bool knows_right = test_bit(column.known.data(), right);
  if (knows_left != knows_right) return knows_left ? 1 : -1;
  if (!knows_left) return 0;
  switch (column.physical) {
    case Physical::integer:
      return compare_values(column.integers[left], column.integers[right]);
    case Physical::code:
      return compare_values(column.codes[left], column.codes[right]);
    case Physical::boolean:
      return compare_values(test_bit(column.yes.data(), left), test_bit(column.yes.data(), right));
    case Physical::text:
      if (column.codes[left] == column.codes[right]) return 0;
      return compare_values(column.dictionary.text(column.codes[left]), column.dictionary.text(column.codes[right]));
  }
  return 0;
}

int compare_texts(const TextColumn& column, std::uint32_t left, std::uint32_t right) {
  const std::uint32_t left_number = column.numbers[left];
  const std::uint32_t right_number = column.numbers[right];
  if (left_number == right_number) return 0;
  if (left_number == 0 || right_number == 0) return left_number == 0 ? -1 : 1;
  return compare_values(column.keys.text(left_number - 1), column.keys.text(right_number - 1));
}

void gather_bits(const Word* from, std::span<const std::uint32_t> rows, Word* to) {
  for (std::size_t begin = 0; begin < rows.size(); begin += word_bits) {
    const std::size_t count = std::min(word_bits, rows.size() - begin);
    Word bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bits |= static_cast<Word>(test_bit(from, rows[begin + i])) << i;
    }
    to[begin / word_bits] = bits;
  }
}

}  // namespace

std::size_t Table::column_of(std::uint32_t field) const {
  const auto found = std::find(fields.begin(), fields.end(), field);
  assert(found != fields.end());
  return static_cast<std::size_t>(found - fields.begin());
}

const TextColumn& Table::texts_of(std::uint32_t field) const {
  const auto found = std::find(text_fields.begin(), text_fields.end(), field);
  assert(found != text_fields.end());
  return texts[static_cast<std::size_t>(found - text_fields.begin())];
}

void Table::keep_what_agrees(std::uint32_t row, std::uint32_t other) {
  for (Column& column : columns) {
    if (compare_cells(column, row, other) == 0) continue;
    clear_bit(column.known.data(), row);
    if (!column.yes.empty()) clear_bit(column.yes.data(), row);  // never yes where nothing is known
  }
  for (TextColumn& column : texts) {
    if (column.numbers[row] != column.numbers[other]) column.numbers[row] = 0;
  }
}

void Table::select(std::span<const std::uint32_t> order) {
  for (Column& column : columns) {
    Column selected(column.physical, order.size());
    gather(column, order, selected);
    selected.dictionary = std::move(column.dictionary);
    column = std::move(selected);
  }
  for (TextColumn& column : texts) {
    std::vector<std::uint32_t> selected(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) selected[i] = column.numbers[order[i]];
    column.numbers = std::move(selected);
  }
  if (keys.size() > 0) {
    KeyColumn selected;
    for (const std::uint32_t row : order) selected.add(keys[row]);
    keys = std::move(selected);
  }
  rows = order.size();
}

std::uint64_t Table::memory_bytes() const {
  std::uint64_t bytes = keys.memory_bytes();
  for (const Column& column : columns) {
    bytes += column.integers.capacity() * sizeof(std::int64_t) + column.codes.capacity() * sizeof(std::uint32_t) +
             (column.yes.capacity() + column.known.capacity()) * sizeof(Word);
    constexpr std::uint64_t entry_bytes = 48;  // of a dictionary, besides its text
    bytes += column.dictionary.bytes() + column.dictionary.size() * entry_bytes;
  }
  for (const TextColumn& column : texts) {
    bytes += column.keys.memory_bytes() + column.numbers.capacity() * sizeof(std::uint32_t);
  }
  return bytes;
}

int Table::compare(std::uint32_t left, std::uint32_t right) const {
  if (time_column) {
    if (const int order = compare_cells(columns[*time_column], left, right); order != 0) return order;
  }
  if (keys.size() > 0) {
    if (const int order = compare_values(keys[left], keys[right]); order != 0) return order;
  }
  for (const Column& column : columns) {
    if (const int order = compare_cells(column, left, right); order != 0) return order;
  }
  for (const TextColumn& column : texts) {
    if (const int order = compare_texts(column, left, right); order != 0) return order;
  }
  return 0;
}

void gather(const Column& from, std::span<const std::uint32_t> rows, Column& to) {
  gather_bits(from.known.data(), rows, to.known.data());
  switch (from.physical) {
    case Physical::integer:
      for (std::size_t i = 0; i < rows.size(); ++i) to.integers[i] = from.integers[rows[i]];
      break;
    case Physical::boolean:
      gather_bits(from.yes.data(), rows, to.yes.data());
      break;
    case Physical::code:
    case Physical::text:
      for (std::size_t i = 0; i < rows.size(); ++i) to.codes[i] = from.codes[rows[i]];
      break;
  }
}

void make_room(Column& column, std::size_t rows) {
  if (column.known.size() < words_for(rows)) column.resize(words_for(rows) * word_bits);
}

}  // namespace muster::runtime
