// The text of the lines, with what neighbouring lines have alike in columns: cells, types, reasons, comments.
// May include: lang/source, lang/format. Called by: lang/format.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/format/lines.h"
#include "lang/format/tokens.h"

namespace muster::lang {

// The whole text, or nothing where it would be longer than `most_bytes`.
[[nodiscard]] std::optional<std::string> write_columns(std::string_view text, const std::vector<Token>& tokens,
                                                       std::vector<Line> lines, std::size_t most_bytes);

}  // namespace muster::lang
