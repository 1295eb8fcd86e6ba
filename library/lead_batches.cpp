#include "library/lead_batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace muster {

using compiler::Physical;
using runtime::batch_words;
using runtime::ColumnView;
using runtime::row_mask;
using runtime::Word;
using runtime::word_bits;
using runtime::words_for;

namespace {

constexpr auto every_row = [] {
  std::array<Word, batch_words> words{};
  words.fill(~Word{0});
  return words;
}();

// The batch's part of a column.
ColumnView part_of(const ColumnView& whole, std::size_t first) {
  ColumnView part = whole;
  const std::size_t word = first / word_bits;
  part.known = whole.known == nullptr ? every_row.data() : whole.known + word;
  if (whole.yes != nullptr) part.yes = whole.yes + word;
  if (whole.codes != nullptr) part.codes = whole.codes + first;
  if (whole.integers != nullptr) part.integers = whole.integers + first;
  if (whole.narrow != nullptr) part.narrow = static_cast<const char*>(whole.narrow) + first * whole.narrow_bytes;
  return part;
}

// body(values) for the elements of a column, whatever their width.
template <class Body>
auto with_numbers(const ColumnView& column, Body body) {
  if (column.integers != nullptr) return body(column.integers);
  if (column.narrow_bytes == 1) return body(static_cast<const std::int8_t*>(column.narrow));
  if (column.narrow_bytes == 2) return body(static_cast<const std::int16_t*>(column.narrow));
  return body(static_cast<const std::int32_t*>(column.narrow));
}
template <class Body>
auto with_codes(const ColumnView& column, Body body) {
  if (column.codes != nullptr) return body(column.codes);
  if (column.narrow_bytes == 1) return body(static_cast<const std::uint8_t*>(column.narrow));
  return body(static_cast<const std::uint16_t*>(column.narrow));
}

// The first row at or above `limit`. One pass over the largest finds out that there is none.
template <class Code>
std::optional<std::size_t> first_code_from(const Code* codes, std::size_t rows, std::uint64_t limit) {
  if (limit > std::numeric_limits<Code>::max()) return std::nullopt;
  Code largest = 0;
  for (std::size_t row = 0; row < rows; ++row) largest = std::max(largest, codes[row]);
  if (largest < limit) return std::nullopt;
  return static_cast<std::size_t>(std::find_if(codes, codes + rows, [limit](Code code) { return code >= limit; }) -
                                  codes);
}

// Whether any number, known or not, lies outside of low..high, which are less than 2^63 apart. Comparing 64-bit numbers
// is slow on plain machines; the distance from `low`, or what it leaves of the whole, has its highest bit set where the
// number is outside.
template <class Number>
bool any_outside(const Number* numbers, std::size_t rows, std::int64_t low, std::int64_t high) {
  const auto from = static_cast<std::uint64_t>(low);
  const std::uint64_t most = static_cast<std::uint64_t>(high) - from;
  std::uint64_t outside = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint64_t distance = static_cast<std::uint64_t>(std::int64_t{numbers[row]}) - from;
    outside |= distance | (most - distance);
  }
  return outside >> 63 != 0;
}

// The first row that has a bit.
std::optional<std::size_t> first_row_of(std::size_t rows, auto bits_of_word) {
  for (std::size_t word = 0; word < words_for(rows); ++word) {
    const Word bits = bits_of_word(word) & row_mask(rows, word);
    if (bits != 0) return word * word_bits + static_cast<std::size_t>(std::countr_zero(bits));
  }
  return std::nullopt;
}

// The rows of one word whose number passes the test.
template <class Number, class Test>
Word bits_where(const Number* numbers, std::size_t word, std::size_t rows, Test test) {
  Word bits = 0;
  const std::size_t first = word * word_bits;
  const std::size_t count = std::min(word_bits, rows - first);
  for (std::size_t k = 0; k < count; ++k) bits |= static_cast<Word>(test(numbers[first + k])) << k;
  return bits;
}

bool ends_within_word(const Word* words, std::size_t rows) {
  return rows % word_bits != 0 && (words[rows / word_bits] & ~row_mask(rows, rows / word_bits)) != 0;
}
// A bitmap with nothing behind its last row.
const Word* trimmed(const Word* words, std::size_t rows, std::array<Word, batch_words>& own) {
  if (!ends_within_word(words, rows)) return words;
  std::copy_n(words, words_for(rows), own.begin());
  own[rows / word_bits] &= row_mask(rows, rows / word_bits);
  return own.data();
}

std::optional<BadRow> bad_code(const ResolvedColumn& column, const ColumnView& part, std::size_t rows) {
  // A missing text has code 0 even where there are no texts.
  auto row = with_codes(
      part, [&](const auto* codes) { return first_code_from(codes, rows, std::max<std::uint64_t>(column.codes, 1)); });
  if (!row && column.codes == 0) row = first_row_of(rows, [&](std::size_t word) { return part.known[word]; });
  if (!row) return std::nullopt;
  const std::uint64_t code = with_codes(part, [&](const auto* codes) { return std::uint64_t{codes[*row]}; });
  return BadRow{*row, fmt::format("code {} is not one of the {} of its {}", code, column.codes,
                                  part.physical == Physical::text ? "dictionary" : "picklist")};
}

std::optional<BadRow> bad_flag(const ColumnView& part, std::size_t rows) {
  const auto row = first_row_of(rows, [&](std::size_t word) { return part.yes[word] & ~part.known[word]; });
  if (!row) return std::nullopt;
  return BadRow{*row, "`yes` is 1 where `known` is 0"};
}

std::optional<BadRow> bad_time(const ResolvedColumn& column, const ColumnView& part, std::size_t rows) {
  const auto row = with_numbers(part, [&](const auto* numbers) {
    return first_row_of(rows, [&](std::size_t word) {
      const auto is_outside = [&](std::int64_t number) { return number < column.low || number > column.high; };
      return bits_where(numbers, word, rows, is_outside) & part.known[word];
    });
  });
  if (!row) return std::nullopt;
  const std::int64_t number = with_numbers(part, [&](const auto* numbers) { return std::int64_t{numbers[*row]}; });
  return BadRow{*row, fmt::format("{} lies outside of the years 1 to 9999 ({})", number, column.column->type)};
}

// What has happened by `last`.
void keep_until(const ColumnView& part, std::size_t rows, std::int64_t last, std::array<Word, batch_words>& own) {
  with_numbers(part, [&](const auto* numbers) {
    for (std::size_t word = 0; word < words_for(rows); ++word) {
      own[word] = part.known[word] & bits_where(numbers, word, rows, [last](auto number) { return number <= last; });
    }
  });
}

}  // namespace

LeadBatches::LeadBatches(const std::vector<ResolvedColumn>& columns, std::size_t root_columns, std::size_t spaces)
    : columns_(columns), own_(columns.size()) {
  view_.spaces.resize(spaces);
  view_.spaces.front().columns.resize(root_columns);
  for (const ResolvedColumn& column : columns) view_.spaces.front().columns[column.at] = column.view;
}

std::optional<BadRow> LeadBatches::read(std::size_t first, std::size_t rows) {
  std::optional<BadRow> worst;
  const auto note = [&](const ResolvedColumn& column, std::optional<BadRow> bad) {
    if (!bad || (worst && worst->row <= first + bad->row)) return;
    worst = BadRow{first + bad->row,
                   fmt::format("column `{}`, row {}: {}", column.column->name, first + bad->row, bad->what)};
  };
  runtime::SpaceView& root = view_.spaces.front();
  root.rows = rows;
  view_.is_followed = rows == runtime::batch_rows;
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    const ResolvedColumn& column = columns_[at];
    ColumnView& part = root.columns[column.at];
    part = part_of(column.view, first);
    part.known = trimmed(part.known, rows, own_[at].known);
    if (column.column->presence == Presence::required) {
      const auto row = first_row_of(rows, [&](std::size_t word) { return ~part.known[word]; });
      if (row) note(column, BadRow{*row, "there is no value, but the policy requires one"});
    }
    switch (part.physical) {
      case Physical::boolean:
        part.yes = trimmed(part.yes, rows, own_[at].yes);
        note(column, bad_flag(part, rows));
        break;
      case Physical::code:
      case Physical::text:
        note(column, bad_code(column, part, rows));
        break;
      case Physical::integer: {
        if (!column.has_range) break;
        const std::int64_t high = std::min(column.high, column.last_event.value_or(column.high));
        const bool is_usual = high >= column.low && !with_numbers(part, [&](const auto* numbers) {
                                return any_outside(numbers, rows, column.low, high);
                              });
        if (is_usual) break;
        note(column, bad_time(column, part, rows));
        if (!column.last_event) break;
        keep_until(part, rows, *column.last_event, own_[at].known);
        part.known = own_[at].known.data();
        break;
      }
    }
  }
  return worst;
}

}  // namespace muster
