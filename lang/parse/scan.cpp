#include "lang/parse/scan.h"

#include <algorithm>
#include <array>

#include "lang/source/unicode.h"
#include "lang/spec/spec.h"

namespace muster::lang {
namespace {

constexpr std::string_view no_break_space = "\xC2\xA0";

constexpr auto calendar_units =
    std::to_array<std::string_view>({"month", "months", "quarter", "quarters", "year", "years"});

// Words that join two values or open a clause, so that no value begins with them.
constexpr auto joining_words = std::to_array<std::string_view>(
    {"and",  "or",      "implies", "in",  "is", "where",   "when", "default", "of",  "otherwise", "contains", "starts",
     "ends", "matches", "rounded", "mod", "to", "because", "ask",  "needs",   "per", "except",    "then",     "else"});

bool is_ascii_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

std::string_view identifier_at(std::string_view text, std::size_t at) {
  return text.substr(at, identifier_end(text, at) - at);
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::size_t identifier_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size()) {
    const char letter = text[end];
    if (is_ascii_letter(letter) || (is_digit(letter) && end > at)) {
      ++end;
    } else if (static_cast<unsigned char>(letter) >= 0x80) {
      const CodePoint point = decode(text.substr(end));
      if (!is_letter_or_digit(point.value)) break;
      end += point.bytes;
    } else {
      break;
    }
  }
  return end;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (text[at] == ' ' || text[at] == '\t' || (text[at] == '\r' && text.substr(at + 1, 1) != "\n")) {
      ++at;
    } else if (text.substr(at, 2) == no_break_space) {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

bool at_newline(std::string_view text, std::size_t at) {
  return at < text.size() && (text[at] == '\n' || text[at] == '\r');
}

std::size_t skip_lines(std::string_view text, std::size_t at) {
  for (;;) {
    at = skip_blanks(text, at);
    if (at < text.size() && text[at] == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (at_newline(text, at)) {
      ++at;
    } else {
      return at;
    }
  }
}

bool word_at(std::string_view text, std::size_t at, std::string_view word) {
  return text.substr(at, word.size()) == word && identifier_end(text, at) == at + word.size();
}

std::size_t phrase_end(std::string_view text, std::size_t at, std::string_view words) {
  for (;;) {
    const std::size_t length = std::min(words.find(' '), words.size());
    if (!word_at(text, at, words.substr(0, length))) return std::string_view::npos;
    at += length;
    if (length == words.size()) return at;
    words.remove_prefix(length + 1);
    at = skip_blanks(text, at);
  }
}

bool is_reserved(std::string_view word) { return contains(reserved_words, word); }

std::size_t token_end(std::string_view text, std::size_t at) {
  if (at >= text.size() || at_newline(text, at)) return at;
  if (const std::size_t end = identifier_end(text, at); end > at) return end;
  if (const std::size_t end = scan_date(text, at); end > at) return end;
  if (is_digit(text[at])) return scan_number(text, at).bare_end;
  if (text[at] == '"') {
    for (std::size_t end = at + 1; end < text.size() && text[end] != '\n'; ++end) {
      if (text[end] == '\\') {
        ++end;
      } else if (text[end] == '"') {
        return end + 1;
      }
    }
    return at + 1;
  }
  return std::min(at + decode(text.substr(at)).bytes, text.size());
}

bool starts_operand(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  if (text[at] == '"' || text[at] == '(' || is_digit(text[at])) return true;
  if (phrase_end(text, at, "at least") != std::string_view::npos) return true;  // at least 3 days of Login
  if (phrase_end(text, at, "at most") != std::string_view::npos) return false;
  const std::string_view word = identifier_at(text, at);
  return !word.empty() && !contains(joining_words, word);
}

bool starts_window(std::string_view text, std::size_t at) {
  if (const std::size_t end = phrase_end(text, at, "in last"); end != std::string_view::npos) {
    return text.substr(end, 1) != ".";  // a name that begins with `last`
  }
  for (const std::string_view word : {"since", "between"}) {
    if (!word_at(text, at, word)) continue;
    const std::size_t next = skip_blanks(text, at + word.size());
    return starts_operand(text, next) || text.substr(next, 1) == "-";
  }
  return false;
}

bool starts_rows(std::string_view text, std::size_t at) {
  const std::string_view name = identifier_at(text, at);
  if (name.empty() || is_reserved(name)) return false;
  const std::size_t end = at + name.size();
  if (text.substr(end, 1) == "(" || text.substr(end, 1) == ".") return false;
  const std::size_t next = skip_blanks(text, end);
  if (word_at(text, skip_lines(text, end), "where") || starts_window(text, next)) return true;
  if (next < text.size() && std::string_view("+-*/%").find(text[next]) != std::string_view::npos) return false;
  for (const std::string_view word : {"mod", "default", "rounded", "is"}) {
    if (word_at(text, next, word)) return false;
  }
  const std::string_view first = name.substr(0, decode(name).bytes);
  return to_lower(first) != first;
}

bool starts_declaration(std::string_view text, std::size_t at) {
  const std::string_view word = identifier_at(text, at);
  if (word.empty()) return false;
  const bool known = std::any_of(declaration_keywords.begin(), declaration_keywords.end(),
                                 [&](const DeclarationKeyword& row) { return row.word == word; });
  if (!known) return false;
  const std::size_t next = skip_blanks(text, at + word.size());
  if (next >= text.size()) return true;
  if (text[next] == '"' || text[next] == '{') return true;
  if (next == at + word.size()) return false;
  const std::string_view name = identifier_at(text, next);
  return !name.empty() && (!is_reserved(name) || word == "ignore");
}

bool continues_rule(std::string_view text, std::size_t at) {
  for (const std::string_view word : {"and", "or", "implies", "where", "when", "then", "else"}) {
    if (word_at(text, at, word)) return true;
  }
  const auto next = [&](std::size_t length) { return text.substr(skip_blanks(text, at + length)); };
  if (word_at(text, at, "because")) return next(7).starts_with('"');
  if (word_at(text, at, "ask")) return next(3).starts_with('"');
  if (word_at(text, at, "needs")) return !next(5).empty() && is_digit(next(5).front());
  return phrase_end(text, at, "except when") != std::string_view::npos ||
         phrase_end(text, at, "at most") != std::string_view::npos;
}

std::size_t column_bytes(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  const std::size_t newline = text.rfind('\n', at - 1);
  return newline == std::string_view::npos ? at : at - newline - 1;
}

bool next_line_continues(std::string_view text, std::size_t at, PhrasePlace place, std::size_t field_column) {
  if (continues_rule(text, at)) return true;
  const auto begins_with = [&](std::string_view words) {
    return phrase_end(text, at, words) != std::string_view::npos;
  };
  if (place == PhrasePlace::framework) return begins_with("half met");
  if (place == PhrasePlace::lifecycle) {
    return begins_with("kept while") || begins_with("entered at") || begins_with("beside");
  }
  if (place != PhrasePlace::object) return false;
  // The clauses of a field may stand on lines of their own; `missing when` only if it stands deeper than the
  // field: at the field's depth it holds for the whole object.
  const std::size_t word_end = identifier_end(text, at);
  if (text.substr(skip_blanks(text, word_end), 1) == ":") return false;
  const std::string_view word = text.substr(at, word_end - at);
  for (const std::string_view each :
       {"from", "format", "key", "required", "time", "event", "claimed", "verified", "source"}) {
    if (word == each) return true;
  }
  if (begins_with("dated by") || begins_with("known after outcome")) return true;
  return begins_with("missing when") && column_bytes(text, at) > field_column;
}

bool starts_rule(std::string_view text, std::size_t at) {
  if (at >= text.size()) return true;
  if (text[at] == '}') return true;
  if ((text[at] == '+' || text[at] == '-') && at + 1 < text.size() && is_digit(text[at + 1])) return true;
  for (const std::string_view words :
       {"require",        "exclude",          "stage",          "not yet",   "disqualified when", "recycled when",
        "recycled at",    "never back below", "override stage", "points by", "restart after",     "zero while",
        "qualified when", "all of",           "any of",         "at least",  "handoff when",      "handoff at",
        "follow up is",   "owner is",         "escalate after"}) {
    if (phrase_end(text, at, words) != std::string_view::npos) return true;
  }
  const std::size_t name_end = identifier_end(text, at);
  if (name_end == at) return false;
  const std::size_t next = skip_blanks(text, name_end);
  return next < text.size() && text[next] == ':';
}

NumberShape scan_number(std::string_view text, std::size_t at) {
  const auto skip_digits = [&](std::size_t from) {
    while (from < text.size() && is_digit(text[from])) ++from;
    return from;
  };
  NumberShape shape;
  shape.digits_end = skip_digits(at);
  shape.fraction_begin = shape.fraction_end = shape.bare_end = shape.digits_end;
  if (text.substr(shape.digits_end, 1) == "." && shape.digits_end + 1 < text.size() &&
      is_digit(text[shape.digits_end + 1])) {
    shape.fraction_begin = shape.digits_end + 1;
    shape.fraction_end = shape.bare_end = skip_digits(shape.fraction_begin);
  }
  const std::size_t word_end = identifier_end(text, shape.bare_end);
  const std::string_view touching = text.substr(shape.bare_end, word_end - shape.bare_end);
  if (touching == "K" || touching == "M" || touching == "B") {
    shape.suffix = touching.front();
    shape.bare_end = word_end;
  }
  shape.end = shape.bare_end;
  if (text.substr(shape.bare_end, 1) == "%") {
    shape.percent = true;
    ++shape.end;
    return shape;
  }
  const std::size_t unit_begin = skip_blanks(text, shape.bare_end);
  if (unit_begin == shape.bare_end) return shape;
  const std::size_t unit_end = identifier_end(text, unit_begin);
  const std::string_view unit = text.substr(unit_begin, unit_end - unit_begin);
  if (find_currency(unit) != nullptr) {
    shape.unit_kind = NumberShape::Unit::currency;
  } else if (contains(calendar_units, unit)) {
    shape.unit_kind = NumberShape::Unit::calendar;
  } else if (std::any_of(duration_unit_rows.begin(), duration_unit_rows.end(),
                         [&](const DurationUnitRow& row) { return unit == row.singular || unit == row.plural; })) {
    shape.unit_kind = NumberShape::Unit::duration;
  } else {
    return shape;
  }
  shape.unit = unit;
  shape.end = unit_end;
  return shape;
}

std::size_t scan_date(std::string_view text, std::size_t at) {
  constexpr std::string_view pattern = "0000-00-00";
  if (text.size() - std::min(at, text.size()) < pattern.size()) return at;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char letter = text[at + i];
    if (pattern[i] == '0' ? !is_digit(letter) : letter != pattern[i]) return at;
  }
  const std::size_t end = at + pattern.size();
  return end < text.size() && is_digit(text[end]) ? at : end;
}

std::size_t scan_clock(std::string_view text, std::size_t at) {
  constexpr std::size_t length = 5;
  if (text.size() - std::min(at, text.size()) < length || text[at + 2] != ':') return at;
  for (const std::size_t digit : {0U, 1U, 3U, 4U}) {
    if (!is_digit(text[at + digit])) return at;
  }
  return at + length < text.size() && is_digit(text[at + length]) ? at : at + length;
}

std::uint32_t small_number(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char digit : digits.substr(0, 9)) value = value * 10 + static_cast<std::uint32_t>(digit - '0');
  return digits.size() > 9 ? 999'999'999U : value;
}

}  // namespace muster::lang
