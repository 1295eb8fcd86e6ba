// Phrases, patterns and lists of other languages.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "lang/parse/foreign.h"
#include "lang/parse/scan.h"
#include "lang/source/quote.h"
#include "lang/source/unicode.h"

namespace muster::lang {
namespace {

// Behind a word that may have an apostrophe in it, such as doesn't, or `at`. `word` is the word in small letters.
std::size_t read_word(std::string_view text, std::size_t at, std::string& word) {
  const std::size_t end = identifier_end(text, at);
  word = to_lower(text.substr(at, end - at));
  for (const std::string_view apostrophe : {"'", "’"}) {
    const std::size_t rest = end + apostrophe.size();
    if (end == at || text.substr(end, apostrophe.size()) != apostrophe || identifier_end(text, rest) == rest) continue;
    const std::size_t last = identifier_end(text, rest);
    word += '\'' + to_lower(text.substr(rest, last - rest));
    return last;
  }
  return end;
}

// Whether a value of a list may end here: before another one, or where its rule or its condition ends.
bool ends_value(std::string_view text, std::size_t at) {
  if (at == text.size() || at_newline(text, at)) return true;
  constexpr std::string_view signs = ",})#";
  if (signs.find(text[at]) != std::string_view::npos) return true;
  constexpr auto words = std::to_array<std::string_view>({"and", "or", "because", "ask"});
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return word_at(text, at, word); });
}

// Behind the value at `at`: a text, a number or a name; `at` where none stands, or where it goes on.
std::size_t behind_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return at;
  const std::size_t quoted = behind_quotes(text, at);
  const std::size_t word = identifier_end(text, at);
  const std::size_t end = quoted > at          ? quoted
                          : word > at          ? (is_reserved(text.substr(at, word - at)) ? at : word)
                          : is_digit(text[at]) ? scan_number(text, at).end
                                               : at;
  return ends_value(text, skip_blanks(text, end)) ? end : at;
}

constexpr std::size_t quoted_bytes = 40;  // of the policy's text inside a message

}  // namespace

std::size_t behind_quotes(std::string_view text, std::size_t at) {
  if (text[at] == '"') return token_end(text, at);
  const std::string_view rest = text.substr(at, most_line_bytes);
  const std::string_view close = rest.starts_with('\'') ? "'" : rest.starts_with("“") ? "”" : "";
  const std::size_t length = close.empty() ? std::string_view::npos : rest.find(close, 1);
  return length < rest.find('\n') ? at + length + close.size() : at;
}

std::optional<ForeignPhrase> foreign_phrase(HabitPlace place, std::string_view text, std::size_t at) {
  constexpr std::size_t most_words = 6;
  std::optional<ForeignPhrase> found;
  std::string phrase;
  std::string word;
  std::size_t end = read_word(text, at, word);
  for (std::size_t words = 0; words < most_words && !word.empty(); ++words) {
    phrase += (words == 0 ? "" : " ") + word;
    if (const HabitRow* const row = find_habit(place, phrase)) found = {end, row->fix};
    end = read_word(text, skip_blanks(text, end), word);
  }
  return found;
}

std::size_t foreign_letters(std::string_view text, std::size_t at, std::string_view words) {
  std::size_t end = at;
  for (std::size_t next = at;; next = skip_blanks(text, end)) {
    const std::size_t length = std::min(words.find(' '), words.size());
    end = identifier_end(text, next);
    if (to_lower(text.substr(next, end - next)) != words.substr(0, length)) return at;
    if (length == words.size()) return end;
    words.remove_prefix(length + 1);
  }
}

std::string test_of_pattern(std::string_view pattern, char sign) {
  const bool is_open_before = pattern.starts_with(sign);
  const bool is_open_behind = pattern.size() > 1 && pattern.ends_with(sign);
  std::string_view letters = pattern;
  if (is_open_before) letters.remove_prefix(1);
  if (is_open_behind) letters.remove_suffix(1);
  const bool is_sql = sign == '%';
  if (letters.find_first_of(is_sql ? "*?\\\"" : "?\\\"") != std::string_view::npos || letters.empty()) return {};
  if (letters.find_first_of(is_sql ? "%_" : "*") != std::string_view::npos) {
    std::string stars(pattern);
    std::replace(stars.begin(), stars.end(), sign, '*');
    if (is_sql) std::replace(stars.begin(), stars.end(), '_', '?');
    return "matches " + quote(stars);
  }
  const std::string_view test =
      is_open_before ? (is_open_behind ? "contains" : "ends with") : (is_open_behind ? "starts with" : "=");
  return fmt::format("{} {}", test, quote(letters));
}

Foreign foreign_like(std::string_view text, std::size_t at) {
  Foreign unsure{at, "contains ...", ""};
  if (at >= text.size()) return unsure;
  const std::size_t quoted = behind_quotes(text, at);
  std::size_t end = quoted;
  std::string_view pattern;
  if (quoted > at) {
    const std::size_t quote_bytes = decode(text.substr(at)).bytes;
    if (quoted - at < 2 * quote_bytes) return unsure;
    pattern = text.substr(at + quote_bytes, quoted - at - 2 * quote_bytes);
  } else {  // %vp%
    end = std::min(text.find_first_of(" \t\r\n)", at), text.size());
    pattern = text.substr(at, end - at);
    if (pattern.find('%') == std::string_view::npos) return unsure;
  }
  const std::string test = test_of_pattern(pattern, '%');
  return test.empty() ? unsure : Foreign{end, test, ""};
}

Foreign foreign_pattern(std::string_view text, std::size_t at, bool is_regex) {
  std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
  std::string_view pattern = text.substr(at, end - at);
  while (pattern.ends_with(')') && pattern.find('(') == std::string_view::npos) pattern.remove_suffix(1);
  end = at + pattern.size();
  const bool ends = ends_value(text, skip_blanks(text, end)) && !pattern.ends_with(',');
  if (!ends || pattern.empty()) return {end, "", ""};
  const bool has_slashes = pattern.size() > 2 && pattern.starts_with('/') && pattern.ends_with('/');
  if (has_slashes) pattern = pattern.substr(1, pattern.size() - 2);
  const bool has_signs =
      pattern.find_first_of("[]^$\\|()") != std::string_view::npos || pattern.find(".*") != std::string_view::npos;
  return {end, (is_regex || has_slashes || has_signs ? "regex " : "") + quote(pattern), ""};
}

ForeignList foreign_list(std::string_view text, std::size_t at) {
  ForeignList list{at, {}, false, false};
  for (std::size_t next = at;;) {
    const std::size_t end = behind_value(text, next);
    if (end == next) return list;
    list.values.push_back(text.substr(next, end - next));
    list.has_names = list.has_names || identifier_end(text, next) == end;
    list.end = end;
    const std::size_t behind = skip_blanks(text, end);
    if (text.substr(behind, 1) == ",") {
      next = skip_lines(text, behind + 1);
      // US, DE, or NO
      if (!word_at(text, next, "or")) continue;
      next = skip_blanks(text, next + 2);
    } else if (word_at(text, behind, "or")) {
      next = skip_blanks(text, behind + 2);
    } else {
      return list;
    }
    if (identifier_end(text, next) > next) {
      list.goes_on = true;
      return list;
    }
  }
}

std::string shorten(std::string_view words) {
  std::string out;
  for (std::size_t at = 0; at < words.size() && out.size() <= quoted_bytes;) {
    const std::size_t next = at_newline(words, at) ? skip_lines(words, at) : at;
    if (next > at && !out.empty() && out.back() != ' ') out += ' ';
    if (next < words.size()) out += words[next];
    at = next + 1;
  }
  if (out.size() <= quoted_bytes) return out;
  std::size_t end = quoted_bytes;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
  return out.substr(0, end) + "...";
}

std::string in_braces(const ForeignList& list) {
  return fmt::format("{{ {}{} }}", fmt::join(list.values, ", "), list.goes_on ? ", ..." : "");
}

}  // namespace muster::lang
