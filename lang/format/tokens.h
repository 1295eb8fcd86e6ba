// Policy text as tokens for the formatter: words, numbers, texts, signs and comments, and the line breaks between them.
// The parser reads letters directly and needs none of this; both use lang/parse/scan.h for where a token ends.
// May include: lang/parse/scan.h, lang/source. Called by: lang/format.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace muster::lang {

enum class TokenKind : std::uint8_t { word, number, text, sign, comment };

struct Token {
  TokenKind kind = TokenKind::sign;
  bool touches = false;     // the token before, without a blank between
  bool new_line = false;    // stands first in its line
  bool blank_line = false;  // and there is an empty line above
  std::uint32_t begin = 0;
  std::uint32_t end = 0;  // a comment's without the blanks at its end

  [[nodiscard]] std::string_view in(std::string_view text) const { return text.substr(begin, end - begin); }
};

// Every byte that is no blank and no line end belongs to one token, whatever the text is.
[[nodiscard]] std::vector<Token> tokenize(std::string_view text);

}  // namespace muster::lang
