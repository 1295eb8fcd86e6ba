// Text as the reference compares it, for the letters that the generator writes: ASCII, and E and O with an accent in
// either of their two spellings. May include: lang/syntax. Called by: tests/differ/slow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lang/syntax/expression.h"

namespace muster::differ::slow {

[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::string folded(std::string_view text);
[[nodiscard]] std::string in_case(std::string_view text, bool upper);
[[nodiscard]] std::int64_t code_points(std::string_view text);
[[nodiscard]] bool passes(lang::TextOp op, std::string_view subject, std::string_view pattern);

}  // namespace muster::differ::slow
