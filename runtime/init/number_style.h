// How a column writes its numbers: "1.234" is a thousand and more, or one and a fraction. Its own values decide, then
// the other columns of the export; what they leave open is said, never hidden.
// May include: runtime/init, lang/*. Called by: runtime/init.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/init/column_profile.h"

namespace muster::runtime {

// What an export shows of the style of its numbers.
struct FileStyle {
  std::size_t point_columns = 0;  // whose values are read with a decimal point alone
  std::size_t comma_columns = 0;
  std::string point_sign;  // the first one's header and value, for messages
  std::string comma_sign;
  bool separated_by_semicolons = false;  // as where the comma is taken
  bool days_with_points = false;         // 31.12.2026
};

// `is_number`: the columns whose fields are numbers. In a text, such as a column of phone numbers, 555.0105 shows
// nothing.
[[nodiscard]] FileStyle style_of_file(const std::vector<std::string>& header, const std::vector<ColumnProfile>& columns,
                                      const std::vector<bool>& is_number, char separator);

struct StyleChoice {
  std::size_t style = 0;  // of number_styles
  // Values such as 1.234 hold a fraction; never set where nothing is ambiguous.
  bool has_fractions = false;
  bool is_undecided = false;  // the column writes numbers in both ways, so that it cannot be read as numbers
  // Both readings and why one was taken; empty where the column itself decides. What to write for the other reading
  // depends on the field's type.
  std::string doubt;
};

[[nodiscard]] StyleChoice choose_style(const NumberProfile& numbers, const FileStyle& file);

}  // namespace muster::runtime
