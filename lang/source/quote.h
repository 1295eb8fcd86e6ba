// A text as a policy writes it. May include: the standard library. Called by: whoever writes policies or parts of them.
#pragma once

#include <string>
#include <string_view>

namespace muster::lang {

// In quotes, with a backslash before what would end it and for the breaks that a text of a policy can hold.
[[nodiscard]] inline std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\' || letter == '\n' || letter == '\t') out += '\\';
    out += letter == '\n' ? 'n' : letter == '\t' ? 't' : letter;
  }
  return out + '"';
}

}  // namespace muster::lang
