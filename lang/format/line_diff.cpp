#include "lang/format/line_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace muster::lang {
namespace {

constexpr std::size_t context = 3;  // unchanged lines around a change

struct Row {
  char sign;              // ' ', '-' or '+'
  std::string_view line;  // with its line end, if it has one
};

std::string_view take_line(std::string_view& rest) {
  const std::size_t length = std::min(rest.find('\n'), rest.size() - 1) + 1;
  const std::string_view line = rest.substr(0, length);
  rest.remove_prefix(length);
  return line;
}

bool is_empty(std::string_view line) { return line.find_first_not_of(" \t\r\n\xC2\xA0") == std::string_view::npos; }

// Within a run of changed lines the old ones stand before the new ones.
std::vector<Row> compare(std::string_view before, std::string_view after) {
  std::vector<Row> rows;
  std::vector<Row> added;
  const auto end_run = [&] {
    rows.insert(rows.end(), added.begin(), added.end());
    added.clear();
  };
  while (!before.empty() || !after.empty()) {
    if (before.empty() && !after.empty()) {
      added.push_back({'+', take_line(after)});
      continue;
    }
    const std::string_view line = take_line(before);
    std::string_view rest = after;
    const std::string_view other = rest.empty() ? rest : take_line(rest);
    if (line == other) {
      end_run();
      rows.push_back({' ', line});
      after = rest;
    } else if (is_empty(line) && (other.empty() || !is_empty(other))) {
      rows.push_back({'-', line});
    } else {
      rows.push_back({'-', line});
      if (!other.empty()) added.push_back({'+', other});
      after = rest;
    }
  }
  end_run();
  return rows;
}

std::string range(std::size_t first, std::size_t count) {
  const std::size_t shown = count == 0 ? first : first + 1;
  return count == 1 ? fmt::format("{}", shown) : fmt::format("{},{}", shown, count);
}

}  // namespace

std::string diff_of_layout(std::string_view name, std::string_view before, std::string_view after) {
  const std::vector<Row> rows = compare(before, after);
  std::string out;
  std::size_t old_line = 0;  // lines of each text above `at`
  std::size_t new_line = 0;
  for (std::size_t at = 0; at < rows.size();) {
    std::size_t change = at;
    while (change < rows.size() && rows[change].sign == ' ') ++change;
    if (change == rows.size()) break;
    const std::size_t begin = change - std::min(change - at, context);
    old_line += begin - at;
    new_line += begin - at;
    std::size_t last = change;  // behind the last change of this piece
    for (std::size_t next = change; next < rows.size() && next - last <= 2 * context; ++next) {
      if (rows[next].sign != ' ') last = next + 1;
    }
    const std::size_t end = std::min(rows.size(), last + context);
    std::string piece;
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    for (std::size_t each = begin; each < end; ++each) {
      const Row& row = rows[each];
      old_count += row.sign != '+' ? 1U : 0U;
      new_count += row.sign != '-' ? 1U : 0U;
      piece += row.sign;
      piece += row.line;
      if (!row.line.ends_with('\n')) piece += "\n\\ No newline at end of file\n";
    }
    if (out.empty()) out = fmt::format("--- {0}\n+++ {0}, formatted\n", name);
    out += fmt::format("@@ -{} +{} @@\n{}", range(old_line, old_count), range(new_line, new_count), piece);
    old_line += old_count;
    new_line += new_count;
    at = end;
  }
  return out;
}

}  // namespace muster::lang
