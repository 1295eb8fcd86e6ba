// Mistakes that have a known cause: spellings of other languages, and misspelt words. They are looked for only where
// the policy cannot be read anyway, so that nothing here changes what a policy means.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lang/parse/builder.h"
#include "lang/source/unicode.h"
#include "lang/spec/habits.h"

namespace muster::lang {
namespace {

// Words with which a rule begins, and words with which a clause of it begins, by the kind of declaration. `by` and `at`
// are left out: too many words are near to them.
struct WordsOfPlace {
  PhrasePlace place;
  std::string_view rules, clauses;
};
constexpr auto words_of_places = std::to_array<WordsOfPlace>({
    {PhrasePlace::object, "", "from format key required time event claimed verified source missing dated known"},
    {PhrasePlace::score, "points group restart",
     "when per because ask halving fading minus never counting first restart zero scaled aged"},
    {PhrasePlace::lifecycle, "stage disqualified recycled never override",
     "when because ask needs entered beside kept"},
    {PhrasePlace::framework, "qualified", "because ask half"},
    {PhrasePlace::qualifier, "require exclude", "because ask except"},
    {PhrasePlace::anywhere, "", "because ask when"},
});
constexpr std::string_view joining_words = "and or";
constexpr std::string_view words_behind_values =
    "implies in is contains starts ends matches default rounded between since";

void add_words(std::vector<std::string>& words, std::string_view list) {
  while (!list.empty()) {
    const std::size_t length = std::min(list.find(' '), list.size());
    words.emplace_back(list.substr(0, length));
    list.remove_prefix(std::min(length + 1, list.size()));
  }
}

// The words between backticks of what was expected; those behind `after` have been read already.
void add_expected_words(std::vector<std::string>& words, std::string_view what) {
  what = what.substr(0, std::min(what.find(" after "), what.find(" behind ")));
  for (std::size_t open = what.find('`'); open != std::string_view::npos;) {
    const std::size_t close = what.find('`', open + 1);
    if (close == std::string_view::npos) return;
    add_words(words, what.substr(open + 1, close - open - 1));
    open = what.find('`', close + 1);
  }
}

std::string nearest(std::string_view written, const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), written) != words.end()) return {};
  const std::string near = did_you_mean(written, words);
  // A word with a capital letter is a name or a part of a text: it is near only to the same word in small letters.
  const std::string small = to_lower(written);
  return written == small || written == to_upper(written) || near == small ? near : std::string();
}

bool ends_a_value(std::string_view what) {
  return what == end_of_line || what.starts_with("`)`") || what.starts_with("`,` or `)`") || what == "`else`" ||
         what == "`then`";
}

// People write shorter lines; a longer one is not searched for each of its mistakes.
constexpr std::size_t most_line_bytes = 1000;

// Behind a text that begins at `at`, whatever its quotes, or `at`.
std::size_t behind_quotes(std::string_view text, std::size_t at) {
  if (text[at] == '"') return token_end(text, at);
  const std::string_view rest = text.substr(at, most_line_bytes);
  const std::string_view close = rest.starts_with('\'') ? "'" : rest.starts_with("“") ? "”" : "";
  const std::size_t length = close.empty() ? std::string_view::npos : rest.find(close, 1);
  return length < rest.find('\n') ? at + length + close.size() : at;
}

// Where a comment of another language begins on the line, `at` or before it.
std::size_t find_foreign_comment(std::string_view text, std::size_t at) {
  const std::size_t back = std::min(at, most_line_bytes);
  const std::size_t newline = text.substr(at - back, back).rfind('\n');
  if (newline == std::string_view::npos && back < at) return std::string_view::npos;
  for (std::size_t each = newline == std::string_view::npos ? 0 : at - back + newline + 1;
       each <= at && each < text.size();) {
    if (text[each] == '#' || at_newline(text, each)) break;
    const std::string_view sign = text.substr(each, 2);
    if (sign == "//" || sign == "/*") return each;
    const std::size_t next = each + sign.size();
    // Two minus signs may also be arithmetic; nobody puts a blank behind them then.
    if (sign == "--" && (skip_blanks(text, next) > next || next == text.size() || at_newline(text, next))) return each;
    const std::size_t quoted = behind_quotes(text, each);
    each = quoted > each ? quoted : std::max(token_end(text, each), each + 1);
  }
  return std::string_view::npos;
}

// The bracket that closes the one at `open`, on the same line.
std::size_t closing_bracket(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  const std::size_t last = std::min(text.size(), open + most_line_bytes);
  for (std::size_t at = open; at < last && !at_newline(text, at);) {
    if (const std::size_t quoted = behind_quotes(text, at); quoted > at) {
      at = quoted;
      continue;
    }
    if (text[at] == '(' || text[at] == '[') ++depth;
    if ((text[at] == ')' || text[at] == ']') && --depth == 0) return at;
    ++at;
  }
  return std::string_view::npos;
}

}  // namespace

void Builder::fail_habit(std::size_t begin, std::size_t end, std::string_view fix, std::size_t go_on_at) {
  report_foreign(begin, end, fix);
  throw SyntaxError{go_on_at};
}

void Builder::look_for_comment(std::size_t at) {
  const std::size_t begin = find_foreign_comment(text, error_position(at));
  if (begin == std::string_view::npos) return;
  const bool has_end = text.substr(begin, 2) == "/*";
  const std::size_t last = has_end ? text.find("*/", begin + 2) : text.find('\n', begin);
  const std::size_t end = last == std::string_view::npos ? text.size() : has_end ? last + 2 : last;
  fail_habit(begin, begin + 2, "a comment begins with `#` and ends with its line", end);
}

// country in (US, DE)   country in [US, DE]   country in US, DE   title contains ("vp", "head")
void Builder::look_for_list(std::size_t at) {
  if (last_operator.empty()) return;
  const auto operator_end = static_cast<std::size_t>(last_operator.data() - text.data()) + last_operator.size();
  const std::size_t open = skip_blanks(text, operator_end);
  if (open > at) return;
  const bool is_membership = last_operator == "in" || last_operator.ends_with(" in");
  const bool is_test = std::any_of(text_op_rows.begin(), text_op_rows.end(),
                                   [&](const TextOpRow& row) { return row.takes_any && row.words == last_operator; });
  const bool is_round = text.substr(open, 1) == "(" && text.substr(at, 1) == ",";  // else it may be one value
  const bool is_square = text.substr(open, 1) == "[" && open == at;
  // The rule has ended at the comma, and no other one begins behind it.
  const std::string_view before = trim(text.substr(open, at - open));
  const bool is_bare = before.ends_with(',') && before.find_first_of("\n([{") == std::string_view::npos;
  if (is_membership && is_bare) {
    const std::size_t end = token_end(text, at);
    fail_habit(open, end, fmt::format("write `{{ {} }}`", shorten(text.substr(open, end - open))), end);
  }
  if ((!is_membership && !is_test) || (!is_round && !is_square)) return;
  const std::size_t close = closing_bracket(text, open);
  if (close == std::string_view::npos) return;
  const std::string_view values = trim(text.substr(open + 1, close - open - 1));
  std::string fix = fmt::format("write `{}{{ {} }}`", is_test ? "any " : "", shorten(values));
  // (50, 100): two numbers may also be the ends of a range.
  const std::size_t comma = values.find(',');
  if (is_membership && comma != std::string_view::npos && comma == values.rfind(',') && is_digit(values.front())) {
    fix += fmt::format(" for these two values, `{} to {}` for all from one to the other",
                       shorten(trim(values.substr(0, comma))), shorten(trim(values.substr(comma + 1))));
  }
  // The round bracket has been counted, and is closed where reading goes on.
  fail_habit(open, close + 1, fix, is_round ? close : close + 1);
}

// 0,5
void Builder::look_for_decimal_comma(std::size_t at) {
  const std::size_t comma = text.substr(at, 1) == "," || at == 0 ? at : at - 1;
  const auto decimal = foreign_decimal(text, comma);
  if (!decimal) return;
  fail_habit(decimal->begin, decimal->spelling.end, fmt::format("write `{}`", decimal->spelling.ours),
             decimal->spelling.end);
}

// A word where the value in front of it should have ended.
void Builder::look_for_word(std::size_t at) {
  const std::size_t end = identifier_end(text, at);
  const std::string_view word = text.substr(at, end - at);
  const std::string small = to_lower(word);
  // `WHEN` begins a clause of most rules; behind a criterion it is out of place in small letters too.
  const std::string_view fix = habit_fix(HabitPlace::behind, small);
  const bool is_in_capitals = word != small && is_reserved(small);
  if (is_in_capitals && (fix.empty() || place != PhrasePlace::qualifier)) {
    fail_habit(at, end, fmt::format("write `{}`", small), end);
  }
  if (!fix.empty()) fail_habit(at, end, fix, end);
  // NOT active   Any PageView in last 30 days
  constexpr std::size_t longest = 6;  // a letter more than `money` and `count`, which may end a longer name
  std::size_t begin = last_end;
  for (std::size_t each = last_end; each > 0 && last_end - each <= longest; --each) {
    if (identifier_end(text, each - 1) == last_end) begin = each - 1;
  }
  const std::string_view before = text.substr(begin, last_end - begin);
  const std::string before_small = to_lower(before);
  const bool opens_value = before_small == "not" || before_small == "any" || before_small == "count";
  if (before != before_small && opens_value && near_word(at, end_of_line).empty()) {
    fail_habit(begin, last_end, fmt::format("write `{}`", before_small), at);
  }
  // 50M usd   money usd
  const std::string code = to_upper(word);
  const bool is_amount = begin > 0 && is_digit(text[begin - 1]) && before.size() <= 1;
  const bool may_be_currency = before == "money" || is_amount;
  if (word != code && may_be_currency && find_currency(code) != nullptr) {
    fail_habit(at, end, fmt::format("write `{}`", code), end);
  }
}

void Builder::look_for_habit(std::size_t at, std::string_view what) {
  look_for_comment(at);
  if (error_position(at) != at) return;
  look_for_list(at);
  look_for_decimal_comma(at);
  if (ends_a_value(what) && identifier_end(text, at) > at && bare_words_around(at).empty()) look_for_word(at);
}

std::string Builder::near_word(std::size_t at, std::string_view what) const {
  const std::string_view word = text.substr(at, identifier_end(text, at) - at);
  if (word.empty() || is_reserved(word)) return {};
  std::vector<std::string> words;
  add_expected_words(words, what);
  for (const WordsOfPlace& row : words_of_places) {
    if (row.place != place || open_braces == 0) continue;
    if (what == end_of_line) add_words(words, row.clauses);
    if (last_end == at) add_words(words, row.rules);  // a rule begins here
  }
  if (ends_a_value(what)) add_words(words, joining_words);
  // Else the word may belong to a text without its quotes.
  if (ends_a_value(what) && bare_words_around(at).empty()) add_words(words, words_behind_values);
  return nearest(word, words);
}

// requre employees >= 100: the first word has been read as a name.
void Builder::look_for_misspelt_rule(std::size_t at) {
  if (place != PhrasePlace::qualifier || rules.empty()) return;
  const std::size_t begin = rule().begin;
  if (identifier_end(text, begin) != last_end || begin >= at) return;
  for (const WordsOfPlace& row : words_of_places) {
    if (row.place != place) continue;
    std::vector<std::string> words;
    add_words(words, row.rules);
    const std::string_view word = text.substr(begin, last_end - begin);
    std::string fix(habit_fix(HabitPlace::criterion, to_lower(word)));
    const std::string near = fix.empty() ? nearest(word, words) : std::string();
    if (!near.empty()) fix = fmt::format("did you mean `{}`?", near);
    if (fix.empty()) continue;
    emit<DiagnosticId::expected>(span(begin, last_end), "a criterion").fix = fix;
    throw SyntaxError{at};
  }
}

}  // namespace muster::lang
