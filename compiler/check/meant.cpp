// Values that can be read, and that nobody means: a list without braces, and thousands behind a point.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"
#include "lang/parse/scan.h"
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
