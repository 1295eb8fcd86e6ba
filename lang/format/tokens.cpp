#include "lang/format/tokens.h"

#include <algorithm>
#include <array>

#include "lang/parse/scan.h"

namespace muster::lang {
namespace {

constexpr auto long_signs = std::to_array<std::string_view>({"<=", ">=", "!=", "<>", "==", "=>", "=<", "&&", "||"});

// The end of 09:30, 09:30:15, 09:30Z or 09:30+02:00 at `at`, or `at`.
std::size_t clock_end(std::string_view text, std::size_t at) {
  const auto digits = [&](std::size_t from) {
    return from + 1 < text.size() && is_digit(text[from]) && is_digit(text[from + 1]);
  };
  const auto pair = [&](std::size_t from) { return text.substr(from, 1) == ":" && digits(from + 1); };
  if (!digits(at) || !pair(at + 2)) return at;
  std::size_t end = at + 5;
  if (end <= text.size() && pair(end)) end += 3;
  if (end >= text.size()) return end;
  if (text[end] == 'Z') return end + 1;
  if ((text[end] == '+' || text[end] == '-') && digits(end + 1) && end + 3 < text.size() && pair(end + 3)) {
    return end + 6;
  }
  return end;
}

struct Read {
  TokenKind kind;
  std::size_t end;
};

Read read_token(std::string_view text, std::size_t at, bool behind_date) {
  if (text[at] == '#') {
    std::size_t end = std::min(text.find('\n', at), text.size());
    while (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '\r') --end;
    return {TokenKind::comment, end};
  }
  if (const std::size_t end = identifier_end(text, at); end > at) return {TokenKind::word, end};
  if (const std::size_t end = scan_date(text, at); end > at) {
    if (text.substr(end, 1) != "T") return {TokenKind::number, end};
    const std::size_t moment_end = clock_end(text, end + 1);
    return {TokenKind::number, moment_end > end + 1 ? moment_end : end};
  }
  if (is_digit(text[at])) {
    if (behind_date) {
      if (const std::size_t end = clock_end(text, at); end > at) return {TokenKind::number, end};
    }
    const NumberShape shape = scan_number(text, at);
    return {TokenKind::number, shape.percent ? shape.end : shape.bare_end};
  }
  for (const std::string_view sign : long_signs) {
    if (text.substr(at, sign.size()) == sign) return {TokenKind::sign, at + sign.size()};
  }
  const std::size_t end = token_end(text, at);
  return {text[at] == '"' && end > at + 1 ? TokenKind::text : TokenKind::sign, end};
}

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t lines = 2;  // line ends since the token before; above the first one nothing stands
  std::size_t last_end = 0;
  bool behind_date = false;
  for (std::size_t at = 0;;) {
    at = skip_blanks(text, at);
    if (at >= text.size()) return tokens;
    if (at_newline(text, at)) {
      lines += text[at] == '\n' ? 1U : 0U;
      ++at;
      continue;
    }
    const Read read = read_token(text, at, behind_date && lines == 0);
    behind_date = read.kind == TokenKind::number && scan_date(text, at) == read.end;
    tokens.push_back({read.kind, at == last_end && !tokens.empty(), lines > 0, lines > 1 && !tokens.empty(),
                      static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(read.end)});
    at = last_end = read.end;
    lines = 0;
  }
}

}  // namespace muster::lang
