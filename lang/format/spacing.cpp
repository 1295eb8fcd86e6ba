#include "lang/format/spacing.h"

#include <algorithm>
#include <array>

#include "lang/parse/scan.h"

namespace muster::lang {
namespace {

// Words that are no names where a sign of a number stands behind them: `from -50 to 100`.
constexpr auto words_before_values =
    std::to_array<std::string_view>({"to", "under", "over", "from", "by", "per", "since", "between", "mod", "then",
                                     "else", "if", "match", "most", "least", "full", "after", "every", "while"});
constexpr auto reserved_values = std::to_array<std::string_view>({"yes", "no", "otherwise"});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Spacing {
 public:
  Spacing(std::string_view text, const std::vector<Token>& tokens, const Line& line)
      : text_(text), tokens_(tokens), line_(line) {}

  bool before(std::size_t at) const {
    const std::string_view left = word(at - 1);
    const std::string_view right = word(at);
    if (is_sign(at)) {
      if (right == ")" || right == "," || right == "?" || right == "." || right == ":") return false;
      if (right == "}") return left != "{";
    }
    if (is_sign(at - 1)) {
      if (left == "(" || left == ".") return false;
      if (left == ":" && line_.declaration == "calendar" && tokens_[at].touches) return false;  // 09:30
      if ((left == "+" || left == "-") && is_of_value(at - 1)) return false;
    }
    if (is_sign(at) && right == "(") return before_parenthesis(at);
    // A number that touches what stands behind it does so for a reason.
    const bool is_number = tokens_[at - 1].kind == TokenKind::number && !left.ends_with('%');
    return !(is_number && tokens_[at].kind == TokenKind::word && tokens_[at].touches);
  }

 private:
  std::string_view word(std::size_t at) const { return tokens_[at].in(text_); }
  bool is_sign(std::size_t at) const { return tokens_[at].kind == TokenKind::sign; }

  // Whether the + or - belongs to the value behind it: points, or a number below zero.
  bool is_of_value(std::size_t at) const {
    if (at == line_.first && line_.kind != BlockKind::brackets && !line_.continues) return true;
    do {
      if (at == 0) return true;
    } while (tokens_[--at].kind == TokenKind::comment);
    const Token& before = tokens_[at];
    const std::string_view left = word(at);
    switch (before.kind) {
      case TokenKind::word:
        if (left == "of" && at > 0 && word(at - 1) == "as") return false;  // as of - moment
        return contains(words_before_values, left) || (is_reserved(left) && !contains(reserved_values, left));
      case TokenKind::sign:
        return left != ")" && left != "}" && left != "?";
      default:
        return false;
    }
  }

  // A call's parenthesis touches the name, and a name with a blank behind it is a word of the language.
  bool before_parenthesis(std::size_t at) const {
    if (tokens_[at - 1].kind != TokenKind::word) return true;
    if (is_reserved(word(at - 1))) return true;
    const bool is_head =
        at == line_.first + 2 && line_.kind == BlockKind::file && !line_.continues &&
        (line_.declaration == "define" || line_.declaration == "table" || line_.declaration == "framework");
    return !tokens_[at].touches && !is_head && word(at - 1) != "decimal";
  }

  std::string_view text_;
  const std::vector<Token>& tokens_;
  const Line& line_;
};

}  // namespace

bool blank_before(std::string_view text, const std::vector<Token>& tokens, std::size_t at, const Line& line) {
  return Spacing(text, tokens, line).before(at);
}

}  // namespace muster::lang
