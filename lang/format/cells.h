// Where a line is cut into cells, so that those of neighbouring lines can stand below one another.
// May include: lang/format. Called by: lang/format.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lang/format/lines.h"
#include "lang/format/tokens.h"

namespace muster::lang {

// Columns in the order in which they stand in a line. The cells of a table or matrix are `bars + n`.
struct Column {
  static constexpr std::uint32_t first = 0;   // what stands before all others
  static constexpr std::uint32_t second = 1;  // version "1"   name: type   US = "USA"   Budget met when   Sales makes
  static constexpr std::uint32_t third = 2;   // from "Name"   Sales makes at least
  static constexpr std::uint32_t fourth = 3;  // missing when "-1", format
  static constexpr std::uint32_t bars = 4;    // | cell
  static constexpr std::uint32_t result = 0xffff'fff0U;    // = result of a table's row
  static constexpr std::uint32_t reason = 0xffff'fff1U;    // because, ask, a setting's title
  static constexpr std::uint32_t reason_2 = 0xffff'fff2U;  // the other one of because and ask
  static constexpr std::uint32_t comment = 0xffff'fff3U;
};

struct Cut {
  std::uint32_t token;   // the first of the cell
  std::uint32_t column;  // rises from cut to cut
  std::uint8_t gap;      // the fewest blanks before it
  std::uint8_t reach;    // how much longer than the shortest a cell may be that pushes this column
};

// Cuts of one line, in order, without the first cell; the comment's is among them.
[[nodiscard]] std::vector<Cut> cut_line(std::string_view text, const std::vector<Token>& tokens, const Line& line);

}  // namespace muster::lang
