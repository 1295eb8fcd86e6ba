// Text as the reference compares it, for the letters that the generator writes: ASCII, and E and O with an accent in
// either of their two spellings. May include: lang/syntax. Called by: tests/differ/slow.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lang/syntax/expression.h"

namespace muster::differ::slow {

inline bool is_in(char byte, char first, char last) { return byte >= first && byte <= last; }
inline bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80U; }
inline bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }  // a code point
inline bool is_letter(char byte) {
  return is_in(byte, 'a', 'z') || is_in(byte, 'A', 'Z') || is_in(byte, '0', '9') || !is_ascii(byte);
}

inline std::int64_t code_points(std::string_view text) {
  return static_cast<std::int64_t>(text.size()) - std::ranges::count_if(text, continues);
}

inline std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

inline std::string in_case(std::string_view text, bool upper) {
  // Small, large, and both with the accent as a letter of its own.
  static constexpr std::array<std::array<std::string_view, 4>, 2> accents{{
      {"\u00E9", "\u00C9", "e\u0301", "E\u0301"},
      {"\u00F6", "\u00D6", "o\u0308", "O\u0308"},
  }};
  std::string made(text);
  for (char& byte : made) {
    if (upper ? is_in(byte, 'a', 'z') : is_in(byte, 'A', 'Z')) byte = static_cast<char>(byte ^ ('a' - 'A'));
  }
  if (std::ranges::all_of(made, is_ascii)) return made;
  for (const auto& spellings : accents) {
    const std::string_view wanted = spellings[upper ? 1 : 0];
    for (const std::string_view other : spellings) {
      if (other == wanted) continue;
      for (std::size_t at = made.find(other); at != std::string::npos; at = made.find(other)) {
        made.replace(at, other.size(), wanted);
      }
    }
  }
  return made;
}
inline std::string folded(std::string_view text) { return in_case(trimmed(text), false); }

// * is any text, ? is one character.
inline bool globs(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  const std::string_view rest = pattern.substr(1);
  if (pattern.front() == '*') return globs(rest, text) || (!text.empty() && globs(pattern, text.substr(1)));
  if (text.empty() || (pattern.front() != '?' && pattern.front() != text.front())) return false;
  std::size_t length = 1;
  while (pattern.front() == '?' && length < text.size() && continues(text[length])) ++length;
  return globs(rest, text.substr(length));
}

inline bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

inline bool passes(lang::TextOp op, std::string_view subject, std::string_view pattern) {
  using lang::TextOp;
  const std::string text = folded(subject);
  const std::string part = folded(pattern);
  return (op == TextOp::exactly && trimmed(subject) == trimmed(pattern)) ||
         (op == TextOp::contains && text.find(part) != std::string::npos) ||
         (op == TextOp::starts_with && text.starts_with(part)) || (op == TextOp::ends_with && text.ends_with(part)) ||
         (op == TextOp::matches && globs(part, text)) || (op == TextOp::contains_word && has_word(text, part));
}

}  // namespace muster::differ::slow
