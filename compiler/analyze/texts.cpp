// Texts that say something else than their author will have meant: a field in quotes, and signs that stand for any text
// in other places. What is found here is read as it stands all the same.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "compiler/analyze/finder.h"
#include "lang/parse/foreign.h"
#include "lang/source/quote.h"
#include "lang/source/unicode.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

namespace {

// "vp|director" as `"vp", "director"`; empty where it is not such a list.
std::string listed(std::string_view text) {
  std::string made;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    const std::string_view part = trim(text.substr(begin, end - begin));
    if (part.empty()) return {};
    made += (made.empty() ? "" : ", ") + quote(part);
    begin = end + 1;
  }
  return made;
}

std::string_view without_signs(std::string_view text, char sign) {
  while (text.starts_with(sign)) text.remove_prefix(1);
  while (text.ends_with(sign)) text.remove_suffix(1);
  return text;
}

}  // namespace

const TextLiteral* Finder::text_in(ExprId id) const {
  return std::get_if<TextLiteral>(&tree_.expressions[without_parentheses(tree_, id)].node);
}

// A value that stands there as it is: no name, nothing that is worked out.
bool Finder::is_written_out(ExprId id) const {
  id = without_parentheses(tree_, id);
  return std::visit(Overloaded{[](const NumberLiteral&) { return true; }, [](const PercentLiteral&) { return true; },
                               [](const MoneyLiteral&) { return true; }, [](const DateLiteral&) { return true; },
                               [](const DurationLiteral&) { return true; }, [](const BoolLiteral&) { return true; },
                               [&](const TextLiteral&) { return policy_.info(id).meaning != Meaning::member; },
                               [](const auto&) { return false; }},
                    tree_.expressions[id].node);
}

void Finder::report_fixed_test(ExprId test, std::initializer_list<ExprId> sides) {
  Diagnostic& message = diagnostics_.emit<DiagnosticId::fixed_test>(span(test));
  for (const ExprId side : sides) {
    const TextLiteral* text = text_in(side);
    if (text == nullptr) continue;
    const std::string wanted = kernels::fold_text(text->value);
    for (const FieldSchema& field : policy_.schema.subject_object().fields) {
      const auto is_it = [&](const std::string& header) { return kernels::fold_text(header) == wanted; };
      if (!is_it(field.name) && std::ranges::none_of(field.headers, is_it)) continue;
      message.fix = fmt::format("a field is written by its name, without quotes: `{}`", field.name);
      return;
    }
  }
}

// A text that has such a sign where a pattern would; `test` is what asks for it.
void Finder::look_at_signs(ExprId id, const ExprNode& test) {
  if (const auto* set = std::get_if<SetLiteral>(&tree_.expressions[id].node)) {
    for (const ExprId item : set->items) look_at_signs(item, test);
    return;
  }
  const TextLiteral* literal = text_in(id);
  if (literal == nullptr || !is_written_out(id)) return;
  const std::string_view text = trim(literal->value);
  const auto report = [&](char sign, std::string fix) {
    diagnostics_.emit<DiagnosticId::sign_as_letter>(span(id), std::string(1, sign)).fix = std::move(fix);
  };
  const auto* text_test = std::get_if<TextTest>(&test);
  const auto* comparison = std::get_if<Comparison>(&test);
  for (const char sign : {'%', '*'}) {
    // "100%" is a text of its own.
    const bool is_pattern = text.starts_with(sign) || (sign == '*' && text.find(sign) != std::string_view::npos);
    const std::string asked = is_pattern ? test_of_pattern(text, sign) : std::string();
    if (asked.empty()) continue;
    if (comparison != nullptr) {
      const ExprId other = comparison->left == id ? comparison->right : comparison->left;
      const std::string whole = fmt::format("{} {}", sources_.text(span(other)), asked);
      return report(sign, comparison->op == CompareOp::equal ? fmt::format("write `{}`", whole)
                                                             : fmt::format("write `not ({})`", whole));
    }
    if (text_test == nullptr)
      return report(sign, fmt::format("take it out of the set, and ask for `{}` on its own", asked));
    const std::string_view bare = without_signs(text, sign);
    const bool is_inside = bare.find(sign) != std::string_view::npos;
    return report(sign, is_inside ? "write `matches`, and `*` wherever any text may stand"
                                  : fmt::format("leave it out: {}", quote(bare)));
  }
  if (text_test != nullptr && text_test->op == TextOp::contains && text.find('|') != std::string_view::npos) {
    if (const std::string several = listed(text); !several.empty()) {
      report('|', text_test->any ? fmt::format("write each text on its own: `{}`", several)
                                 : fmt::format("for one of several texts write `contains any {{ {} }}`", several));
    }
  }
}

void Finder::look_at_texts() {
  for (std::uint32_t index = 0; index < tree_.expressions.size(); ++index) {
    const ExprId id{index};
    if (is_library(span(id))) continue;
    const ExprNode& node = tree_.expressions[id].node;
    std::visit(Overloaded{[&](const Comparison& test) {
                            if (is_written_out(test.left) && is_written_out(test.right))
                              return report_fixed_test(id, {test.left, test.right});
                            if (test.op != CompareOp::equal && test.op != CompareOp::not_equal) return;
                            look_at_signs(test.left, node);
                            look_at_signs(test.right, node);
                          },
                          [&](const Membership& test) {
                            const auto* range = std::get_if<RangeLiteral>(&tree_.expressions[test.collection].node);
                            const bool is_fixed =
                                range == nullptr || (is_written_out(range->low) && is_written_out(range->high));
                            if (is_written_out(test.value) && is_fixed) return report_fixed_test(id, {test.value});
                            look_at_signs(test.collection, node);
                          },
                          [&](const TextTest& test) {
                            if (is_written_out(test.subject)) return report_fixed_test(id, {test.subject});
                            if (test.op != TextOp::matches && test.op != TextOp::matches_regex)
                              look_at_signs(test.pattern, node);
                          },
                          [](const auto&) {}},
               node);
  }
}

}  // namespace muster::compiler
