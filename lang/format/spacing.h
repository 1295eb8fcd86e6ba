// Blanks between the tokens of a line. May include: lang/parse/scan.h, lang/format. Called by: lang/format.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "lang/format/lines.h"
#include "lang/format/tokens.h"

namespace muster::lang {

// Whether one blank stands before the token `at`, which is not the first of its line.
[[nodiscard]] bool blank_before(std::string_view text, const std::vector<Token>& tokens, std::size_t at,
                                const Line& line);

}  // namespace muster::lang
