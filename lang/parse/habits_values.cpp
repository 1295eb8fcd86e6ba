// Mistakes that have a known cause, in what stands behind an operator or a word: patterns, lists, numbers, colons and
// the entries of the header. Like those of habits.cpp they are looked for only where the policy cannot be read anyway.
#include <fmt/format.h>

#include <algorithm>

#include "lang/parse/builder.h"
#include "lang/source/unicode.h"

namespace muster::lang {
namespace {

// The bracket that closes the one at `open`; behind the bracket and its commas the list may go on in the next line.
std::size_t closing_bracket(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  const std::size_t last = std::min(text.size(), open + most_line_bytes);
  bool may_go_on = false;
  for (std::size_t at = open; at < last;) {
    if (const std::size_t quoted = behind_quotes(text, at); quoted > at) {
      at = quoted;
      may_go_on = false;
      continue;
    }
    if (at_newline(text, at)) {
      at = skip_lines(text, at);
      if (!may_go_on && text.substr(at, 1) != ")" && text.substr(at, 1) != "]") break;
      continue;
    }
    if (text[at] == '(' || text[at] == '[') ++depth;
    if ((text[at] == ')' || text[at] == ']') && --depth == 0) return at;
    if (skip_blanks(text, at) == at) may_go_on = text[at] == ',' || at == open;
    ++at;
  }
  return std::string_view::npos;
}

}  // namespace

void Builder::spoil(std::size_t begin, std::size_t end) {
  for (std::size_t each = tree_.expressions.size(); each-- > first_expression_;) {
    Expr& written = tree_.expressions[ExprId{static_cast<std::uint32_t>(each)}];
    if (written.span.end <= begin) return;
    if (written.span == span(begin, end)) written.node = Poison{};
  }
}

// title matches [A-Z]+   email matches *.edu
void Builder::look_for_pattern(std::size_t at) {
  const std::size_t back = std::min(at, most_line_bytes);
  std::size_t open = std::string_view::npos;
  bool is_regex = false;
  for (std::size_t each = at - std::min(back, column_bytes(text, at)); each <= at && each < text.size();) {
    if (const std::size_t end = phrase_end(text, each, "matches"); end != std::string_view::npos) {
      const std::size_t regex_end = phrase_end(text, each, "matches regex");
      is_regex = regex_end != std::string_view::npos;
      open = skip_blanks(text, is_regex ? regex_end : end);
    }
    each = std::max(token_end(text, each), each + 1);
  }
  if (open > at || (open < text.size() && behind_quotes(text, open) > open)) return;
  constexpr std::string_view brackets = "{(";
  const bool is_list =
      brackets.find(text.substr(open, 1)) != std::string_view::npos || word_at(text, open, "any") ||
      (text.substr(open, 1) == "[" && text.find_first_of(",\n", open) < text.find_first_of("]\n", open));
  const Foreign pattern = foreign_pattern(text, open, is_regex);
  if (is_list || at > pattern.end || identifier_end(text, open) == pattern.end) return;
  const std::string fix = pattern.ours.empty() ? "write the pattern in quotes, such as `matches regex \"[A-Z]+\"`"
                                               : fmt::format("write `matches {}`", pattern.ours);
  fail_habit(open, std::max(pattern.end, open + 1), fix, std::max(pattern.end, at));
}

// country in (US, DE)   country in [US, DE]   title contains ("vp", "head of")   title contains any of ("vp", "cto")
// country in US, DE
void Builder::look_for_list(std::size_t at) {
  if (last_operator.empty()) return;
  const auto operator_end = static_cast<std::size_t>(last_operator.data() - text.data()) + last_operator.size();
  const std::size_t open = skip_blanks(text, operator_end);
  if (open > at) return;
  const bool is_membership = last_operator == "in" || last_operator.ends_with(" in");
  const bool is_test = std::any_of(text_op_rows.begin(), text_op_rows.end(),
                                   [&](const TextOpRow& row) { return row.takes_any && row.words == last_operator; });
  const bool is_equality = last_operator == "=" || last_operator == "!=";
  if (is_membership || is_test || is_equality) look_for_bare_list(at, open);
  if (!is_membership && !is_test) return;
  if (is_test && word_at(text, open, "any") && skip_blanks(text, open + 3) == at && word_at(text, at, "of")) {
    const std::size_t next = skip_blanks(text, at + 2);
    const bool has_bracket = next < text.size() && std::string_view("({[").find(text[next]) != std::string_view::npos;
    const ForeignList list = foreign_list(text, has_bracket ? skip_blanks(text, next + 1) : next);
    fail_habit(open, at + 2, fmt::format("write `any {}`", list.values.empty() ? "{ ... }" : in_braces(list)), at + 2);
  }
  const bool is_round = text.substr(open, 1) == "(" && text.substr(at, 1) == ",";  // else it may be one value
  const bool is_square = text.substr(open, 1) == "[" && open == at;
  if (!is_round && !is_square) return;
  const std::size_t close = closing_bracket(text, open);
  if (close == std::string_view::npos) return;
  const std::string values = shorten(trim(text.substr(open + 1, close - open - 1)));
  std::string fix = fmt::format("write `{}{{ {} }}`", is_test ? "any " : "", values);
  // (50, 100): two numbers may also be the ends of a range.
  const std::size_t comma = values.find(',');
  if (is_membership && comma != std::string_view::npos && comma == values.rfind(',') && is_digit(values.front())) {
    fix += fmt::format(" for these two values, `{} to {}` for all from one to the other",
                       shorten(trim(std::string_view(values).substr(0, comma))),
                       shorten(trim(std::string_view(values).substr(comma + 1))));
  }
  // The round bracket has been counted, and is closed where reading goes on.
  fail_habit(open, close + 1, fix, is_round ? close : close + 1);
}

// country in US, DE   country = US, DE   title contains "vp", "head of": the rule has ended at the comma, and no other
// one begins behind it.
void Builder::look_for_bare_list(std::size_t at, std::size_t open) {
  const ForeignList list = foreign_list(text, open);
  if (list.values.size() < 2 || at <= open || at >= list.end) return;
  const auto begin = static_cast<std::size_t>(last_operator.data() - text.data());
  const bool is_equality = last_operator.ends_with('=');
  const bool is_test = !is_equality && last_operator != "in" && !last_operator.ends_with(" in");
  const std::string_view words = last_operator == "=" ? "in " : is_equality ? "not in " : is_test ? "any " : "";
  std::string fix = fmt::format("write `{}{}`", words, in_braces(list));
  if (list.has_names) fix += is_test ? ", each text in quotes" : "; a text stands in quotes";
  spoil(open, open + list.values.front().size());
  fail_habit(is_equality ? begin : open, list.end, fix, list.end);
}

// 0,5
void Builder::look_for_decimal_comma(std::size_t at) {
  const std::size_t comma = text.substr(at, 1) == "," || at == 0 ? at : at - 1;
  const auto decimal = foreign_decimal(text, comma);
  if (!decimal) return;
  spoil(decimal->begin, comma);
  const Foreign amount = with_currency(text, decimal->spelling);
  fail_habit(decimal->begin, amount.end, fix_of_number(amount), amount.end);
}

// up to 4: 10   5 or more: 20   under 5 = 10   1000+: 5   "US" -> 1
void Builder::look_for_band(std::size_t at, std::string_view what) {
  // The first sign of an arrow behind a value has been read as a minus.
  if (what == "a value after `-`" && at > 0 && text.substr(at - 1, 2) == "->") {
    fail_habit(at - 1, at + 1, "write `:` behind a band, and `=` behind a row of a table", at + 1);
  }
  const bool is_behind_band = what == "`:` behind the band";
  const bool is_behind_row = what == "`=` and the result of the row";
  const bool is_cell = what.starts_with("a cell ");
  const bool is_band =
      is_behind_band || is_behind_row || is_cell || what == "a row of the table" || what.starts_with("a band ");
  // The cell has ended within a value: `1000+`, `at least 5 EUR`, `all`. A row of a table has its result behind it.
  const std::size_t line_end = std::min(text.find('\n', at), text.size());
  const std::size_t cut = text.find_first_of(":|={", at);
  const bool is_cut =
      cut < line_end && text[cut] != '{' && (text[cut] != '|' || text.find_first_of(":=", cut) < line_end);
  const std::size_t last = text.substr(0, at).find_last_not_of(" \t");
  const bool is_sum = cut == at && last != std::string_view::npos && text[last] == '+';
  const bool is_of_rows = what.starts_with("`days of`") || what == "the name of rows after `all`";
  if (!is_band && !(is_cut && (is_sum || is_of_rows))) return;
  for (const std::string_view sign : {"->", "=>", "="}) {
    const bool has_colon = text.find(':', at) < line_end;  // employees = 5: 1
    if ((!is_behind_band && !is_behind_row) || has_colon || !text.substr(at).starts_with(sign)) continue;
    fail_habit(at, at + sign.size(), is_behind_band ? "write `:`" : "write `=`", at + sign.size());
  }
  std::size_t cell = at - std::min(column_bytes(text, at), most_line_bytes);
  for (std::size_t each = cell; each < at; each = std::max(token_end(text, each), each + 1)) {
    if (text[each] == '|' || text[each] == '{') cell = each + 1;
  }
  cell = skip_blanks(text, cell);
  if (is_cell && cell == at && text.substr(at, 1) == "=") return;  // under 5 | = 1
  if (const auto band = foreign_band(text, cell, std::max(cell, at))) {
    fail_habit(band->begin, band->end, band->fix, std::max(band->end, at));
  }
}

// require: active   to "SDR": when active
void Builder::look_for_colon(std::size_t at, std::string_view what) {
  if (text.substr(at, 1) != ":") return;
  const std::size_t next = skip_blanks(text, at + 1);
  const bool has_word = word_at(text, next, "when") || word_at(text, next, "otherwise");
  if (place == PhrasePlace::score && what == end_of_line && !rules.empty()) look_for_points(rule().begin);
  std::string_view fix;
  if (what.starts_with("`=`") || (place == PhrasePlace::picklist && what == end_of_line)) {
    fix = "write `=`";
  } else if (what.starts_with("`when`") && !has_word) {
    fix = "write `when`";
  } else if (what != end_of_line && (has_word || what.starts_with("a ") || what.starts_with("the "))) {
    fix = "leave it out";
  }
  if (!fix.empty()) fail_habit(at, at + 1, fix, at + 1);
}

bool Builder::report_sign_in_head(std::size_t at) {
  const std::string_view sign = text.substr(at, 1);
  if (sign != ":" && sign != "=") return false;
  const bool has_brace = text.find('{', at) < text.find('\n', at);
  report_foreign(
      at, at + 1,
      has_brace ? "leave it out" : "leave it out; what belongs to the declaration stands in braces `{ ... }`");
  return true;
}

// version: 1   owner = me   zone Europe/Berlin
void Builder::look_for_entry(std::size_t at) {
  const auto [file, begin, word_end] = entry.span;
  const std::string_view word = text_of(entry.span);
  const std::size_t sign = skip_blanks(text, word_end);
  const bool has_sign = text.substr(sign, 1) == ":" || text.substr(sign, 1) == "=";
  const std::size_t value = has_sign ? skip_blanks(text, sign + 1) : sign;
  if (word.empty() || at < word_end || text.substr(begin, at - begin).find('\n') != std::string_view::npos) return;
  const bool is_list = entry.key == PolicyEntry::Key::parties;
  if (at > value && !is_list) return;
  const std::size_t quoted = value < text.size() ? behind_quotes(text, value) : value;
  const bool is_quoted = quoted > value && !is_list;
  const std::size_t ends = is_list ? text.find_first_of("\r\n}#", value) : text.find_first_of("\r\n}#,", value);
  const std::string_view rest = trim(text.substr(value, (is_quoted ? quoted : std::min(ends, text.size())) - value));
  const std::size_t end = std::max(value + rest.size(), sign + 1);
  std::string words(rest);
  std::erase_if(words, [](char letter) { return std::string_view("\"'[]").find(letter) != std::string_view::npos; });
  std::string ours;
  switch (entry.key) {
    case PolicyEntry::Key::version:
    case PolicyEntry::Key::owner:
    case PolicyEntry::Key::zone:
      if (!words.empty()) ours = fmt::format("\"{}\"", words);
      break;
    case PolicyEntry::Key::edition:
      if (std::all_of(words.begin(), words.end(), is_digit)) ours = words;
      break;
    case PolicyEntry::Key::currency:
      if (find_currency(to_upper(words)) != nullptr) ours = to_upper(words);
      break;
    case PolicyEntry::Key::parties:
      for (std::size_t each = 0; each < words.size();) {
        const std::size_t name_end = std::min({words.find(',', each), words.find(" and ", each), words.size()});
        std::string name_here(trim(std::string_view(words).substr(each, name_end - each)));
        std::replace(name_here.begin(), name_here.end(), ' ', '_');  // a name of two words becomes one
        if (!name_here.empty()) ours += (ours.empty() ? "" : ", ") + name_here;
        each = name_end + (words.substr(name_end, 1) == "," ? 1 : 5);
      }
      if (ours.find(',') == std::string::npos) ours.clear();  // it is not known where the one ends
      break;
    default:
      break;
  }
  if (!ours.empty() && (has_sign || ours != rest)) {
    fail_habit(begin, end, fmt::format("write `{} {}`", word, shorten(ours)), end);
  }
  if (has_sign) fail_habit(sign, sign + 1, "leave it out", end);
}

}  // namespace muster::lang
