#include "tests/differ/slow/text.h"

#include <array>

namespace muster::differ::slow {

using lang::TextOp;

namespace {

// Small, large, and both with the accent as a letter of its own.
constexpr std::array<std::array<std::string_view, 4>, 2> accents{{
    {"\u00E9", "\u00C9", "e\u0301", "E\u0301"},
    {"\u00F6", "\u00D6", "o\u0308", "O\u0308"},
}};

bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
         static_cast<unsigned char>(byte) >= 0x80U;
}
char small(char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte; }
char large(char byte) { return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte; }

// * is any text, ? is one character.
bool globs(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (globs(pattern.substr(1), text.substr(skip))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern.front() == '?') {
    std::size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) ++length;
    return globs(pattern.substr(1), text.substr(length));
  }
  return pattern.front() == text.front() && globs(pattern.substr(1), text.substr(1));
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string in_case(std::string_view text, bool upper) {
  std::string made;
  while (!text.empty()) {
    std::size_t length = 0;  // of an accent with its letter
    for (const auto& spellings : accents) {
      // Most letters have none, and are not worth a look at each.
      if (static_cast<unsigned char>(text[text.size() > 1 ? 1 : 0]) < 0x80U) break;
      for (const std::string_view spelling : spellings) {
        if (length != 0 || !text.starts_with(spelling)) continue;
        made += spellings[upper ? 1 : 0];
        length = spelling.size();
      }
    }
    if (length == 0) made += upper ? large(text.front()) : small(text.front());
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return made;
}

std::string folded(std::string_view text) { return in_case(trimmed(text), false); }

std::int64_t code_points(std::string_view text) {
  std::int64_t count = 0;
  for (const char byte : text) {
    if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) ++count;
  }
  return count;
}

bool passes(TextOp op, std::string_view subject, std::string_view pattern) {
  if (op == TextOp::exactly) return trimmed(subject) == trimmed(pattern);
  const std::string text = folded(subject);
  const std::string part = folded(pattern);
  switch (op) {
    case TextOp::contains:
      return text.find(part) != std::string::npos;
    case TextOp::starts_with:
      return text.starts_with(part);
    case TextOp::ends_with:
      return text.ends_with(part);
    case TextOp::matches:
      return globs(part, text);
    case TextOp::contains_word:
      for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        const std::size_t end = at + part.size();
        if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return true;
      }
      return false;
    default:
      return false;
  }
}

}  // namespace muster::differ::slow
