// What somebody meant by values that stand where they cannot: a list without braces, the further values of a test, a
// word for a blank cell; and thousands behind a point, which can be read and which nobody means.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"
#include "lang/parse/scan.h"
#include "lang/source/unicode.h"
#include "lang/spec/habits.h"
#include "lang/spec/spec.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

std::optional<ForeignList> Checker::bare_list_at(ExprId first) const {
  const Span where = span(first);
  const std::string_view text = sources_[where.file].text();
  const bool is_spoilt = std::holds_alternative<Poison>(tree_.expressions[first].node);  // the parser has reported it
  if (is_spoilt || text.substr(skip_blanks(text, where.end), 1) != ",") return std::nullopt;
  ForeignList list = foreign_list(text, where.begin);
  const bool is_argument = text.substr(skip_blanks(text, list.end), 1) == ")";
  if (list.values.size() < 2 || is_argument) return std::nullopt;
  return list;
}

// country in US, DE, NO: in a block of criteria the comma ends one and begins the next.
bool Checker::report_bare_list(Span place, ExprId first, const Type& value, std::string_view words) {
  auto list = bare_list_at(first);
  if (!list) return false;
  const Span begin = span(first);
  const std::string_view text = sources_[begin.file].text();
  const bool has_members = value.kind == Kind::picklist || value.kind == Kind::grade || value.kind == Kind::stage;
  const std::vector<std::string> members = members_of(value);
  // A name that stands for something else begins a criterion of its own.
  const auto belongs = [&](std::string_view written) {
    if (identifier_end(written, 0) != written.size()) return true;
    const Reach named = reach(symbols_, scopes_, {Name{std::string(written), begin}});
    if (named.failure == Failure::none && named.meaning != Meaning::member) return false;
    if (value.kind == Kind::picklist) return spellings_[value.index].contains(kernels::fold_text(written));
    if (has_members) return std::find(members.begin(), members.end(), written) != members.end();
    return value.kind == Kind::text && named.failure == Failure::unknown;
  };
  const auto last = std::find_if_not(list->values.begin(), list->values.end(), belongs);
  list->goes_on = list->goes_on && last == list->values.end();
  list->values.erase(last, list->values.end());
  if (list->values.size() < 2) return false;
  bare_list_ = begin;
  bare_list_->end = static_cast<std::uint32_t>(list->values.back().data() + list->values.back().size() - text.data());
  std::vector<std::string> quoted;
  if (!has_members) {
    quoted.reserve(list->values.size());
    for (std::string_view& written : list->values) {
      if (identifier_end(written, 0) == written.size()) written = quoted.emplace_back(fmt::format("\"{}\"", written));
    }
  }
  place.end = bare_list_->end;
  diagnostics_.emit<DiagnosticId::foreign_spelling>(place, shorten(sources_.text(place))).fix =
      fmt::format("write `{}{}`", words, in_braces(*list));
  return true;
}

bool Checker::is_cut_off(ExprId condition) const {
  const Span where = span(condition);
  return bare_list_ && bare_list_->file == where.file && bare_list_->begin < where.begin &&
         where.begin < bare_list_->end;
}

// country = US or CA: the test of the first value, up to the values.
std::string Checker::test_of_list(ExprId operand, std::vector<ExprId>& values) const {
  bool is_negated = false;
  if (const auto* negation = std::get_if<Not>(&tree_.expressions[operand].node)) {
    operand = negation->operand;
    is_negated = true;
  }
  const ExprNode* node = &tree_.expressions[operand].node;
  if (const auto* test = std::get_if<RowsTest>(node)) {  // any PageView where page = "/a" or "/b"
    const std::optional<ExprId> where = tree_.rows[test->rows].where;
    if (!where || span(*where).end != span(operand).end) return {};
    node = &tree_.expressions[*where].node;
    is_negated = false;
  }
  if (const auto* comparison = std::get_if<Comparison>(node)) {
    if (comparison->op != CompareOp::equal && comparison->op != CompareOp::not_equal) return {};
    values = {comparison->right};
    const bool is_in = (comparison->op == CompareOp::equal) != is_negated;
    return fmt::format("{} {}", shorten(source_text(comparison->left)), is_in ? "in" : "not in");
  }
  const auto* test = std::get_if<TextTest>(node);
  if (test == nullptr || test->any || is_negated) return {};
  const TextOpRow& row = text_op_rows[static_cast<std::size_t>(test->op)];
  if (!row.takes_any) return {};
  values = {test->pattern};
  return fmt::format("{} {} any", shorten(source_text(test->subject)), row.words);
}

std::string Checker::list_meant(Span word) const {
  if (joined_ == nullptr) return {};
  std::string test;
  std::vector<ExprId> values;
  bool has_word = false;
  for (const ExprId operand : joined_->operands) {
    const ExprNode& node = tree_.expressions[operand].node;
    const auto* name = std::get_if<NameRef>(&node);
    const bool is_value = std::holds_alternative<TextLiteral>(node) || std::holds_alternative<NumberLiteral>(node) ||
                          (name != nullptr && name->path.size() == 1);
    if (!is_value && has_word) break;
    if (!is_value) {
      test = test_of_list(operand, values);
    } else if (!test.empty()) {
      values.push_back(operand);
      has_word = has_word || span(operand) == word;
    }
  }
  if (!has_word) return {};
  ForeignList list;
  for (const ExprId value : values) list.values.push_back(sources_.text(span(value)));
  return fmt::format("{} {}", test, in_braces(list));
}

// country = missing, country != none: what stands for a value that is not there, or for any that is.
bool Checker::report_state_as_value(ExprId id, const Comparison& comparison) {
  const auto* name = std::get_if<NameRef>(&tree_.expressions[comparison.right].node);
  const bool is_equality = comparison.op == CompareOp::equal || comparison.op == CompareOp::not_equal;
  if (!is_equality || name == nullptr || name->path.size() != 1 || symbols_.is_broken(name->path[0].text)) return false;
  const std::string& word = name->path[0].text;
  const std::string_view habit = habit_fix(HabitPlace::blank, to_lower(word));
  if (habit.empty() || symbols_.is_member_somewhere(word)) return false;
  if (reach(symbols_, scopes_, name->path).failure != Failure::unknown) return false;
  const Type type = check(comparison.left);
  const bool is_known = (habit.find("is known") != std::string_view::npos) == (comparison.op == CompareOp::equal);
  diagnostics_.emit<DiagnosticId::unknown_name>(span(comparison.right), word).fix =
      type.kind == Kind::stage
          ? fmt::format("write `{}` with the first stage", is_known ? "stage >= ..." : "not (stage >= ...)")
          : fmt::format("write `{} is {}`", shorten(source_text(comparison.left)), is_known ? "known" : "missing");
  info(id).may_be_missing = false;
  return true;
}

std::string Checker::both_readings(ExprId number) const {
  const Span where = span(number);
  const auto found = doubtful_thousands(sources_[where.file].text(), where.begin);
  if (!found || found->end != where.end) return {};
  const bool is_fraction = found->or_else == sources_.text(where);  // every digit behind the point counts
  return fmt::format(
      "write `{}` if the point stands between thousands, {}", found->ours,
      is_fraction ? "and round it if not" : fmt::format("`{}` if a fraction follows it", found->or_else));
}

void Checker::warn_of_thousands(ExprId number, const Type& opposite) {
  constexpr std::uint8_t digits_of_thousands = 3;
  const bool is_coarser =
      (opposite.kind == Kind::integer || opposite.kind == Kind::decimal) && opposite.digits < digits_of_thousands;
  if (!is_coarser || !std::holds_alternative<NumberLiteral>(tree_.expressions[number].node)) return;
  const Span where = span(number);
  const auto found = doubtful_thousands(sources_[where.file].text(), where.begin);
  if (!found) return;
  diagnostics_.emit<DiagnosticId::thousands_point>(where, sources_.text(where), found->or_else, found->ours).fix =
      both_readings(number);
}

}  // namespace muster::compiler
