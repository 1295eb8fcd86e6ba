#include "runtime/init/title_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "lang/support/count.h"

namespace muster::runtime {

namespace {

constexpr std::size_t most_records = 50;

struct Record {
  std::uint64_t line = 0;
  std::size_t cells = 0;
  std::size_t filled = 0;  // cells that are not blank
};

// The first records, without those that the text may have cut. Quotes are those of CSV. A sign before a blank is one of
// a sentence: in "a; b" nobody would see two cells.
std::vector<Record> split(std::string_view text, char separator) {
  std::vector<Record> records;
  std::uint64_t line = 1;
  Record record{line, 1, 0};
  bool is_quoted = false;
  bool is_at_begin = true;  // of a cell
  bool is_blank = true;     // the cell so far
  for (std::size_t at = 0; at < text.size() && records.size() < most_records; ++at) {
    const char c = text[at];
    if (is_quoted) {
      if (c == '\n') ++line;
      if (c == '"') is_quoted = false;  // a doubled quote opens it again
      if (c != '"' && c != ' ') is_blank = false;
      continue;
    }
    if (c == '"' && (is_at_begin || text[at - 1] == '"')) {
      is_quoted = true;
      is_at_begin = false;
      continue;
    }
    const bool is_separator = c == separator && (at + 1 == text.size() || text[at + 1] != ' ');
    if (!is_separator && c != '\n' && c != '\r') {
      is_at_begin = false;
      if (c != ' ') is_blank = false;
      continue;
    }
    if (!is_blank) ++record.filled;
    is_at_begin = true;
    is_blank = true;
    if (is_separator) {
      ++record.cells;
      continue;
    }
    if (record.filled > 0 || record.cells > 1) records.push_back(record);
    if (c == '\n' || at + 1 == text.size() || text[at + 1] != '\n') ++line;
    record = {line, 1, 0};
  }
  return records;
}

// What the records below the first show, if they are separated by this sign.
struct Shape {
  std::vector<Record> records;
  std::size_t width = 1;     // the number of cells that most of them have; the largest where several are as frequent
  std::ptrdiff_t alike = 0;  // so many have it
};

Shape shape_of(std::string_view text, char separator) {
  Shape shape{split(text, separator), 1, 0};
  for (std::size_t i = 1; i < shape.records.size(); ++i) {
    const std::size_t cells = shape.records[i].cells;
    const std::ptrdiff_t same = std::count_if(shape.records.begin() + 1, shape.records.end(),
                                              [&](const Record& each) { return each.cells == cells; });
    if (same > shape.alike || (same == shape.alike && cells > shape.width)) {
      shape.alike = same;
      shape.width = cells;
    }
  }
  return shape;
}

// A title leaves most cells of its line empty, or has none; column names fill theirs, but for a few.
bool is_title(const Record& record, std::size_t width) {
  if (record.cells == width) return record.filled * 4 <= width || (record.filled == 1 && width >= 3);
  return record.cells < width && record.filled * 2 <= width;
}

}  // namespace

lang::Result<> check_first_line(const std::string& name, std::string_view begin, char separator) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (begin.starts_with(byte_order_mark)) begin.remove_prefix(byte_order_mark.size());
  if (begin.starts_with("sep=")) return lang::Done{};  // a spreadsheet wrote what it had
  Shape best;
  for (const char each : separator == 0 ? std::string_view(",;\t|") : std::string_view(&separator, 1)) {
    Shape shape = shape_of(begin, each);
    if (shape.width < 2) continue;
    // A sign that is one in the first line too: commas in the notes below it do not count.
    if (!is_title(shape.records.front(), shape.width)) return lang::Done{};
    if (shape.alike > best.alike || (shape.alike == best.alike && shape.width > best.width)) best = std::move(shape);
  }
  const std::vector<Record>& records = best.records;
  const auto names =
      std::find_if_not(records.begin(), records.end(), [&](const Record& each) { return is_title(each, best.width); });
  if (names == records.begin() || names == records.end() || names->cells != best.width) return lang::Done{};
  if (best.alike * 4 < (records.end() - names) * 3) return lang::Done{};
  const std::uint64_t lines = names->line - 1;
  return lang::Error{
      lang::ErrorKind::data, name, records.front().line,
      fmt::format("this looks like a title, not like the line of column names: {} here, {} from line {} on",
                  lang::count_of(records.front().filled, "filled cell"), best.width, names->line),
      fmt::format(
          "delete {}, so that the file begins with its column names; if these are the names, write one for each "
          "column",
          lines == 1 ? "line 1" : fmt::format("the first {} lines", lines))};
}

}  // namespace muster::runtime
