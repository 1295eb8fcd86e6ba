// What formatting changes in a text, line by line, as a unified diff.
// May include: the standard library. Called by: tools, tests.
#pragma once

#include <string>
#include <string_view>

namespace muster::lang {

// Lines with letters in them correspond one to one and in order, so that only empty lines come and go: that makes the
// comparison linear. `name` stands in the head, made safe by the caller; lines are written as they are. Empty where
// both texts are equal.
[[nodiscard]] std::string diff_of_layout(std::string_view name, std::string_view before, std::string_view after);

}  // namespace muster::lang
