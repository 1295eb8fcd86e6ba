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

// The value that ends at `end`: the last operand of what has been put together, or that still waits.
std::string_view last_value_before(const Tree& tree, const std::vector<Item>& items, std::string_view text,
                                   std::size_t end) {
  if (tree.expressions.size() == 0) return {};
  const bool waits = !items.empty() && !items.back().operand.is_none();
  ExprId id = waits ? items.back().operand : ExprId{static_cast<std::uint32_t>(tree.expressions.size() - 1)};
  for (;;) {
    const ExprNode& node = tree.expressions[id].node;
    if (const auto* logic = std::get_if<Logic>(&node)) {
      id = logic->operands.back();
    } else if (const auto* negation = std::get_if<Not>(&node)) {
      id = negation->operand;
    } else if (const auto* implies = std::get_if<Implies>(&node)) {
      id = implies->right;
    } else {
      break;
    }
  }
  const Span where = tree.expressions[id].span;
  return waits || where.end == end ? text.substr(where.begin, where.end - where.begin) : std::string_view();
}

// Whether a case of SQL or a spreadsheet's IF goes on behind its first words.
bool has_cases(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  for (; at < end; at = std::max(token_end(text, at), at + 1)) {
    const std::string word = to_lower(text.substr(at, identifier_end(text, at) - at));
    if (word == "when" || word == "then") return true;
  }
  return false;
}

// The values from `at` on. In a block of criteria a comma ends the criterion, and a name behind it may begin another.
ForeignList values_at(std::string_view text, std::size_t at, PhrasePlace place) {
  ForeignList list = foreign_list(text, at);
  if (place != PhrasePlace::qualifier || list.values.size() < 2) return list;
  const auto is_name = [](std::string_view written) { return identifier_end(written, 0) == written.size(); };
  const auto first = std::find_if(list.values.begin() + 1, list.values.end(), is_name);
  if (first == list.values.end()) return list;
  list.values.erase(first, list.values.end());
  list.end = static_cast<std::size_t>(list.values.back().data() - text.data()) + list.values.back().size();
  list.goes_on = false;
  return list;
}

constexpr std::string_view a_rule_with_points = "a rule with points";

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

// 10 points if active   add 10 when active   +10: active
void Builder::look_for_points(std::size_t begin) {
  std::size_t at = begin;
  std::string fix = "+";
  const bool has_sign = text.substr(begin, 1) == "+" || text.substr(begin, 1) == "-";
  if (has_sign) {
    fix = text[begin];
    ++at;
  } else if (const auto sign = foreign_phrase(HabitPlace::sign, text, begin)) {
    fix = sign->fix;
    at = skip_blanks(text, sign->end);
    if (fix == "+" && text.substr(at, 1) == "+") ++at;
  }
  at = skip_blanks(text, at);
  if (at >= text.size() || !is_digit(text[at])) return;
  const NumberShape shape = scan_number(text, at);
  if (shape.end != shape.bare_end) return;
  fix += text.substr(at, shape.end - at);
  const std::size_t behind = skip_blanks(text, shape.end);
  std::size_t end = shape.end;
  if (const auto words = foreign_phrase(HabitPlace::points, text, behind)) {
    fix += words->fix;
    end = words->end;
  } else if (text.substr(behind, 1) == ":") {
    fix += " when";
    end = behind + 1;
  } else if (has_sign || (!word_at(text, behind, "when") && !word_at(text, behind, "per"))) {
    return;
  }
  fail_habit(begin, end, fmt::format("write `{}`", fix), end);
}

std::string Builder::fill(std::string_view fix, std::size_t end) const {
  const std::size_t next = skip_blanks(text, end);
  const bool is_bracket = text.substr(next, 1) == "(" || text.substr(next, 1) == "[";
  const ForeignList list = values_at(text, is_bracket ? skip_blanks(text, next + 1) : next, place);
  const std::string_view left = last_value_before(tree_, items, text, last_end);
  // With further values behind it a fix for one value would mean something else.
  const std::size_t last = skip_blanks(text, list.end);
  const bool is_one = list.values.size() == 1 && !is_bracket &&
                      !(word_at(text, last, "and") && text.substr(skip_blanks(text, last + 3), 1) == "\"");
  const bool is_any = list.values.size() > 1 && !list.goes_on && !list.has_names && !is_bracket;
  const bool is_time = is_one && is_digit(list.values.front().front());
  const std::array<std::pair<std::string_view, std::string>, 5> parts{{
      {"{left}", left.empty() ? std::string("...") : shorten(left)},
      {"{right}", is_one   ? std::string(list.values.front())
                  : is_any ? "any " + in_braces(list)
                           : std::string("...")},
      {"{list}", list.values.empty() ? std::string("{ ... }") : in_braces(list)},
      {"{time}", is_time ? std::string(list.values.front()) : std::string("...")},
      {"{like}", list.values.empty() || is_one ? foreign_like(text, next).ours : std::string("contains ...")},
  }};
  std::string filled(fix);
  for (const auto& [mark, words] : parts) {
    if (const std::size_t at = filled.find(mark); at != std::string::npos) filled.replace(at, mark.size(), words);
  }
  return filled;
}

// country is US   country is not "US"   employees is greater than 50   email IS NOT NULL
void Builder::look_for_state(std::size_t is_begin, std::size_t at) {
  if (const auto state = foreign_phrase(HabitPlace::state, text, at)) {
    fail_habit(is_begin, state->end, state->fix, state->end);
  }
  auto words = foreign_phrase(HabitPlace::is, text, at);
  if (const auto other = foreign_phrase(HabitPlace::behind, text, at); other && (!words || other->end > words->end)) {
    words = other;
  }
  const bool is_not = words && words->fix == habit_fix(HabitPlace::is, "not");
  if (words && !is_not) fail_habit(is_begin, words->end, fill(words->fix, words->end), words->end);
  const std::size_t end = is_not ? words->end : is_begin + 2;
  const ForeignList list = values_at(text, skip_blanks(text, end), place);
  if (!is_not && !starts_operand(text, at)) return;
  const std::string_view op = is_not ? "not in" : "in";
  std::string fix = fmt::format("write `{}`", is_not ? "!=" : "=");
  if (list.goes_on) fix += fmt::format(", or `{} {{ ... }}` where several values are meant", op);
  if (list.values.size() > 1 && !list.goes_on) fix = fmt::format("write `{} {}`", op, in_braces(list));
  fail_habit(is_begin, end, fix, end);
}

// A word where the value in front of it should have ended.
void Builder::look_for_word(std::size_t at) {
  const std::size_t end = identifier_end(text, at);
  const std::string_view word = text.substr(at, end - at);
  const std::string small = to_lower(word);
  if (place == PhrasePlace::score && !rules.empty()) look_for_points(rule().begin);  // +10 points when active
  for (const TextOpRow& row : text_op_rows) {                                        // STARTS WITH
    const std::size_t words_end = foreign_letters(text, at, row.words);
    if (words_end > at) fail_habit(at, words_end, fmt::format("write `{}`", row.words), words_end);
  }
  if (small == "is") look_for_state(at, skip_blanks(text, end));
  // The word before: CASE WHEN, NOT active, Any PageView, 50M usd, money usd
  constexpr std::size_t longest = 6;  // a letter more than `money` and `count`, which may end a longer name
  std::size_t begin = last_end;
  for (std::size_t each = last_end; each > 0 && last_end - each <= longest; --each) {
    if (identifier_end(text, each - 1) == last_end) begin = each - 1;
  }
  const std::string_view before = text.substr(begin, last_end - begin);
  const std::string before_small = to_lower(before);
  const auto opening = foreign_phrase(HabitPlace::opening, text, begin);
  if (opening && (opening->end > last_end || (starts_operand(text, at) && has_cases(text, at)))) {
    fail_habit(begin, opening->end, opening->fix, end);
  }
  // `WHEN` begins a clause of most rules; behind a criterion it is out of place in small letters too.
  const auto habit = foreign_phrase(HabitPlace::behind, text, at);
  const bool is_in_capitals = word != small && is_reserved(small);
  if (is_in_capitals && (!habit || (habit->end == end && place != PhrasePlace::qualifier))) {
    fail_habit(at, end, fmt::format("write `{}`", small), end);
  }
  if (habit) fail_habit(at, habit->end, fill(habit->fix, habit->end), habit->end);
  const bool opens_value = before_small == "not" || before_small == "any" || before_small == "count";
  if (before != before_small && opens_value && near_word(at, end_of_line).empty()) {
    fail_habit(begin, last_end, fmt::format("write `{}`", before_small), at);
  }
  const std::string code = to_upper(word);
  const bool is_amount = begin > 0 && is_digit(text[begin - 1]) && before.size() <= 1;
  const bool may_be_currency = before == "money" || is_amount;
  if (word != code && may_be_currency && find_currency(code) != nullptr) {
    fail_habit(at, end, fmt::format("write `{}`", code), end);
  }
}

void Builder::look_for_habit(std::size_t at, std::string_view what) {
  look_for_comment(at);
  look_for_pattern(error_position(at));
  if (error_position(at) != at) return;
  look_for_list(at);
  look_for_decimal_comma(at);
  if (place == PhrasePlace::header) look_for_entry(at);
  if (what == a_rule_with_points) {
    look_for_points(at);
    if (const auto words = foreign_phrase(HabitPlace::rule, text, at)) fail_habit(at, words->end, words->fix, at);
  }
  const bool is_behind_is = last_end >= 2 && word_at(text, last_end - 2, "is") && what.starts_with("`known`");
  if (is_behind_is && near_word(at, what).empty()) look_for_state(last_end - 2, at);
  look_for_band(at, what);
  look_for_colon(at, what);
  if (!ends_a_value(what)) return;
  if (identifier_end(text, at) > at && bare_words_around(at).empty()) look_for_word(at);
  if (const HabitRow* sign = find_habit(HabitPlace::behind, text.substr(at, 1))) fail_habit(at, at + 1, sign->fix, at);
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
