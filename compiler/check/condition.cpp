// Comparisons, memberships, text tests and tests for what is known.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/check/checker.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

bool Checker::is_empty_text(ExprId id) const {
  const auto* text = std::get_if<TextLiteral>(&tree_.expressions[id].node);
  return text != nullptr && trim(text->value).empty();
}

bool Checker::waits_for_opposite(ExprId id) const {
  const ExprNode& node = tree_.expressions[id].node;
  if (std::holds_alternative<TextLiteral>(node)) return true;
  if (const auto* group = std::get_if<Parenthesised>(&node)) return waits_for_opposite(group->inner);
  const auto* name = std::get_if<NameRef>(&node);
  if (name == nullptr || name->path.size() != 1) return false;
  if (is_parameter(name->path[0].text) || tested_output(name->path)) return false;
  return symbols_.is_member_somewhere(name->path[0].text) ||
         reach(symbols_, scopes_, name->path).failure == Failure::unknown;
}

std::pair<Type, Type> Checker::check_opposite(ExprId left, ExprId right, const Type* opposite) {
  if (waits_for_opposite(left) && !waits_for_opposite(right)) {
    const Type right_type = check(right, opposite);
    return {check(left, opposite != nullptr ? opposite : &right_type), right_type};
  }
  const Type left_type = check(left, opposite);
  return {left_type, check(right, opposite != nullptr ? opposite : &left_type)};
}

bool Checker::comparable(const Type& left, const Type& right) const {
  if (left.kind == Kind::poison || right.kind == Kind::poison) return true;
  if (left.kind == Kind::picklist || left.kind == Kind::grade)
    return left.kind == right.kind && left.index == right.index;
  if (left.kind == Kind::money && right.kind == Kind::money) return left.currency == right.currency;
  const auto plain = [](Kind kind) { return kind == Kind::integer || kind == Kind::decimal; };
  return left.kind == right.kind || (plain(left.kind) && plain(right.kind));
}

// Two values of different kinds, with the likeliest way out.
void Checker::report_not_comparable(Span place, ExprId left_id, const Type& left, ExprId right_id, const Type& right) {
  Diagnostic& message = diagnostics_.emit<DiagnosticId::not_comparable>(place, words(left), words(right));
  const auto plain = [](const Type& type) { return type.kind == Kind::integer || type.kind == Kind::decimal; };
  const auto either = [&](auto&& fits) { return fits(left_id, left, right) || fits(right_id, right, left); };
  const auto holds = [&](const auto& has) {
    return either([&](ExprId, const Type& a, const Type& b) { return has(a, b); });
  };
  const auto is_of_its_file = [&](const Declaration& each) {
    const auto* set = std::get_if<SetDecl>(&each.node);
    return set != nullptr && !set->items.empty() && span(set->items.front()).file == place.file &&
           set->name.span.file != place.file;
  };
  if (std::ranges::any_of(tree_.declarations, is_of_its_file)) {
    message.fix = "the values of a file are texts: declare the field that is asked as `text`";
  } else if (either([&](ExprId id, const Type&, const Type& other) {
               return std::holds_alternative<TextLiteral>(tree_.expressions[id].node) && is_number(other.kind);
             })) {
    message.fix = "write the number without quotes";
  } else if (either([&](ExprId id, const Type&, const Type& other) {
               return std::holds_alternative<NumberLiteral>(tree_.expressions[id].node) && other.kind == Kind::text;
             })) {
    const bool left_is_text = left.kind == Kind::text;
    const ExprId text = left_is_text ? left_id : right_id;
    const bool is_field = std::holds_alternative<NameRef>(tree_.expressions[text].node);
    message.fix = "if the column holds numbers, declare " + (is_field ? "`" + source_text(text) + "`" : "its field") +
                  " as `int` or `decimal`; if it holds words, write the number in quotes and compare with `=`";
  } else if (holds([](const Type& a, const Type& b) { return a.kind == Kind::stage && b.kind == Kind::text; })) {
    message.fix = "write the name of the stage without quotes";
  } else if (holds([&](const Type& a, const Type& b) { return a.kind == Kind::money && plain(b); })) {
    const Type& money = left.kind == Kind::money ? left : right;
    const std::string_view code = currency_rows[money.currency].code;
    const ExprId number = left.kind == Kind::money ? right_id : left_id;
    const bool is_written = std::holds_alternative<NumberLiteral>(tree_.expressions[number].node);
    message.fix = is_written ? fmt::format("write the currency behind the number: `{} {}`", source_text(number), code)
                             : fmt::format("give both a currency: an amount is written as `50K {}`", code);
  } else if (holds([&](const Type& a, const Type& b) { return a.kind == Kind::percent && plain(b); })) {
    const ExprId share = left.kind == Kind::percent ? left_id : right_id;
    const ExprId number = left.kind == Kind::percent ? right_id : left_id;
    const bool is_written = std::holds_alternative<PercentLiteral>(tree_.expressions[share].node);
    message.fix = is_written ? fmt::format(
                                   "if the column holds percentages, declare `{}` as `percent`; if not, write `{}` "
                                   "without the sign",
                                   source_text(number), source_text(share))
                             : "write the number with a percent sign, such as `20%`";
  } else if (holds([](const Type& a, const Type& b) { return a.kind == Kind::date && b.kind == Kind::datetime; })) {
    message.fix = "take the day of the moment first: `date_of(...)`";
  } else if (holds([&](const Type& a, const Type& b) { return a.kind == Kind::text && plain(b); })) {
    message.fix = "if the column holds numbers, make the field an `int` or a `decimal`";
  }
}

Type Checker::check_comparison(ExprId id, const Comparison& comparison) {
  if (is_empty_text(comparison.left) || is_empty_text(comparison.right)) {
    const ExprId other = is_empty_text(comparison.left) ? comparison.right : comparison.left;
    const char* const state = comparison.op == CompareOp::not_equal ? "known" : "missing";
    check(other);
    diagnostics_.emit<DiagnosticId::empty_text>(span(id)).fix =
        fmt::format("write `{} is {}`", source_text(other), state);
    return boolean();
  }
  if (report_state_as_value(id, comparison)) return boolean();
  const bool is_equality = comparison.op == CompareOp::equal || comparison.op == CompareOp::not_equal;
  const bool has_name = std::holds_alternative<NameRef>(tree_.expressions[comparison.left].node);
  if (is_equality && has_name && bare_list_at(comparison.right)) {
    const std::string words = source_text(comparison.left) + (comparison.op == CompareOp::equal ? " in " : " not in ");
    if (report_bare_list(span(id), comparison.right, check(comparison.left), words)) return boolean();
  }
  const auto [left, right] = check_opposite(comparison.left, comparison.right);
  info(id).may_be_missing = may_miss(comparison.left) || may_miss(comparison.right);
  if (left.kind == Kind::poison || right.kind == Kind::poison) return boolean();
  warn_of_thousands(comparison.left, right);
  warn_of_thousands(comparison.right, left);
  const bool ordering = !is_equality;
  if (mixes(left, right)) {
    info(id).may_be_missing = true;  // a day without a rate
    return boolean();
  }
  if (left.kind == Kind::money && right.kind == Kind::money && left.currency != right.currency) {
    report_currencies(span(id), left, right);
    return boolean();
  }
  if (!comparable(left, right)) {
    report_not_comparable(span(id), comparison.left, left, comparison.right, right);
    return boolean();
  }
  if (left.kind == Kind::stage) {
    const bool left_is_stage = info(comparison.left).meaning == Meaning::stage;
    const bool right_is_member = info(comparison.right).meaning == Meaning::member;
    if (!left_is_stage || !right_is_member) diagnostics_.emit<DiagnosticId::stage_alone>(span(id));
    const auto may = symbols_.lifecycle() ? policy_.declaration_may_be_missing.find(*symbols_.lifecycle())
                                          : policy_.declaration_may_be_missing.end();
    info(id).may_be_missing = may == policy_.declaration_may_be_missing.end() || may->second;
    return boolean();
  }
  if (!ordering) return boolean();
  const char* const op = comparison.op == CompareOp::less         ? "<"
                         : comparison.op == CompareOp::less_equal ? "<="
                         : comparison.op == CompareOp::greater    ? ">"
                                                                  : ">=";
  Diagnostic* message = nullptr;
  if (left.kind == Kind::text || left.kind == Kind::boolean) {
    message = &diagnostics_.emit<DiagnosticId::no_order>(span(id), words(left), op);
  } else if (left.kind == Kind::picklist && !policy_.schema.picklists[left.index].ordered) {
    const std::string& name = policy_.schema.picklists[left.index].name;
    message = &diagnostics_.emit<DiagnosticId::no_order>(span(id), "picklist " + name, op);
    message->fix = "use `=` or `in`, or declare `picklist " + name + " ordered { ... }` with the lowest value first";
  } else if (left.kind == Kind::grade && !policy_.grades[left.index].ordered) {
    message = &diagnostics_.emit<DiagnosticId::no_order>(span(id), "a grade from a matrix", op);
  }
  return boolean();
}

void Checker::check_set_items(ExprId test, const std::vector<ExprId>& items, const Type& type) {
  std::vector<Constant>& list = policy_.lists[test.index];
  std::vector<Type> told;  // what is wrong with one value of a type is wrong with a thousand
  const auto was_told = [&](const Type& found) {
    return std::ranges::any_of(told, [&](const Type& each) {
      return each.kind == found.kind && each.currency == found.currency && each.index == found.index;
    });
  };
  bool told_range = false;
  const auto report_range = [&](ExprId item, std::string fix) {
    if (std::exchange(told_range, true)) return;
    diagnostics_.emit<DiagnosticId::foreign_spelling>(span(item), source_text(item)).fix = std::move(fix);
  };
  for (ExprId item : items) {
    if (is_empty_text(item)) {
      diagnostics_.emit<DiagnosticId::empty_text>(span(item)).fix = "leave it out, and ask `... is missing` besides";
      continue;
    }
    const std::string range = range_of_difference(item);  // 31-33
    if (!range.empty() && (type.kind == Kind::text || type.kind == Kind::picklist)) {
      report_range(item, fmt::format("write it in quotes: `\"{}\"`", source_text(item)));
      continue;
    }
    const Type found = check(item, &type);
    warn_of_thousands(item, type);
    if (!comparable(type, found)) {
      if (was_told(found)) continue;
      told.push_back(found);
      report_not_comparable(span(item), item, type, item, found);
    } else if (found.kind != Kind::poison) {
      const auto value = require_constant(item, "a value of a list");
      if (value && value->value < 0 && !range.empty()) {  // the smaller one first
        report_range(item,
                     fmt::format("a list holds single values: write each, or ask for the range `{}` besides", range));
      } else if (value) {
        list.push_back(*value);
      }
    }
  }
}

// A set that many conditions ask is read once for each type.
void Checker::check_named_set(ExprId test, std::uint32_t set, const Type& type) {
  const auto [first, is_new] = set_lists_.try_emplace(
      {set, static_cast<std::uint32_t>(type.kind), type.digits, type.currency, type.index}, test.index);
  if (is_new) {
    // Its words mean the same wherever it is used.
    const Scopes here = std::exchange(scopes_, {{symbols_.subject(), {}}});
    check_set_items(test, std::get<SetDecl>(tree_.declarations[set].node).items, type);
    scopes_ = here;
  } else {
    policy_.same_list.emplace(test.index, first->second);
  }
}

Type Checker::check_membership(ExprId id, const Membership& membership) {
  const Type value = check(membership.value);
  const ExprNode& collection = tree_.expressions[membership.collection].node;
  info(id).may_be_missing = may_miss(membership.value);
  if (const auto* range = std::get_if<RangeLiteral>(&collection)) {
    const Type low = check(range->low, &value);
    const Type high = check(range->high, &value);
    warn_of_thousands(range->low, value);
    warn_of_thousands(range->high, value);
    info(id).may_be_missing = may_miss(membership.value) || may_miss(range->low) || may_miss(range->high);
    if (value.kind == Kind::poison || low.kind == Kind::poison || high.kind == Kind::poison) return boolean();
    const bool unordered = value.kind == Kind::text || value.kind == Kind::boolean || value.kind == Kind::stage ||
                           (value.kind == Kind::picklist && !policy_.schema.picklists[value.index].ordered) ||
                           (value.kind == Kind::grade);
    if (unordered) {
      diagnostics_.emit<DiagnosticId::no_order>(span(id), words(value), "to");
      return boolean();
    }
    for (const auto& [side, type] : {std::pair{range->low, low}, std::pair{range->high, high}}) {
      if (!comparable(value, type))
        diagnostics_.emit<DiagnosticId::not_comparable>(span(side), words(value), words(type));
    }
    if (!comparable(value, low) || !comparable(value, high)) return boolean();
    const auto low_value = constant(range->low);
    const auto high_value = constant(range->high);
    if (low_value && high_value &&
        kernels::compare(low_value->value, low_value->type.digits, high_value->value, high_value->type.digits) > 0) {
      diagnostics_.emit<DiagnosticId::bounds_reversed>(span(membership.collection), source_text(range->low),
                                                       source_text(range->high));
    }
    return boolean();
  }
  if (value.kind == Kind::boolean) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(membership.value), "a value before `in`", words(value));
    return boolean();
  }
  if (report_bare_list(span(membership.collection), membership.collection, value, "")) return boolean();
  const auto report_no_list = [&](const Type& found) {
    std::string_view written = sources_.text(span(membership.collection));
    if (written.starts_with('(') && written.ends_with(')')) written = trim(written.substr(1, written.size() - 2));
    Diagnostic& message = diagnostics_.emit<DiagnosticId::wrong_type>(
        span(membership.collection), "a list `{ ... }`, a range `1 to 9` or the name of a `set`", words(found));
    const bool is_sum = std::holds_alternative<SumChain>(collection);
    if (comparable(value, found) && is_sum) {  // in 50-100
      message.fix = "write a range with `to`, such as `50 to 100`";
    } else if (comparable(value, found)) {
      message.fix = fmt::format("write `{{ {} }}`, or compare with `=`", written.substr(0, written.find('\n')));
    }
  };
  const std::vector<ExprId>* items = nullptr;
  if (const auto* set = std::get_if<SetLiteral>(&collection)) items = &set->items;
  if (const auto* name = std::get_if<NameRef>(&collection); name != nullptr && name->path.size() == 1) {
    const Symbol symbol = symbols_.find(name->path[0].text);
    if (symbol.meaning == Meaning::broken) return boolean();
    if (reach(symbols_, scopes_, name->path).failure == Failure::unknown && !is_parameter(name->path[0].text)) {
      if (value.kind == Kind::picklist && symbols_.is_member_somewhere(name->path[0].text)) {
        report_no_list(value);
      } else {
        report_unknown(name->path[0]);
      }
      return boolean();
    }
    if (symbol.meaning == Meaning::set) {
      if (value.kind != Kind::poison) check_named_set(id, symbol.index, value);
      return boolean();
    }
  }
  if (items == nullptr) {
    const Type found = check(membership.collection, &value);
    if (found.kind != Kind::poison) report_no_list(found);
    return boolean();
  }
  if (value.kind != Kind::poison) check_set_items(id, *items, value);
  return boolean();
}

Type Checker::check_text_test(ExprId id, const TextTest& test) {
  const Type subject = check(test.subject);
  info(id).may_be_missing = may_miss(test.subject);
  if (subject.kind != Kind::text && subject.kind != Kind::poison) {
    Diagnostic& message = diagnostics_.emit<DiagnosticId::wrong_type>(span(test.subject), "a text", words(subject));
    if (subject.kind == Kind::picklist) message.fix = "compare a picklist with its values: `=` or `in { ... }`";
    return boolean();
  }
  if (!test.any && report_bare_list(span(test.pattern), test.pattern, {.kind = Kind::text}, "any ")) return boolean();
  std::vector<ExprId> patterns{test.pattern};
  const ExprNode& node = tree_.expressions[test.pattern].node;
  if (test.any) {
    if (const auto* set = std::get_if<SetLiteral>(&node)) {
      patterns = set->items;
    } else if (const auto* name = std::get_if<NameRef>(&node); name != nullptr && name->path.size() == 1) {
      const Symbol symbol = symbols_.find(name->path[0].text);
      if (symbol.meaning == Meaning::set) patterns = std::get<SetDecl>(tree_.declarations[symbol.index].node).items;
    }
  }
  const Type text{.kind = Kind::text};
  std::vector<Constant>& list = policy_.lists[id.index];
  for (ExprId pattern : patterns) {
    const Type type = check(pattern, &text);
    if (type.kind == Kind::poison) return boolean();
    if (type.kind != Kind::text) {
      diagnostics_.emit<DiagnosticId::wrong_type>(span(pattern), "a text to look for", words(type));
      return boolean();
    }
    const auto value = require_constant(pattern, "what to look for");
    if (!value) return boolean();
    list.push_back(*value);
    if (auto compiled = kernels::TextPattern::make(test.op, {value->text}, limits_); !compiled) {
      Diagnostic& message = diagnostics_.emit<DiagnosticId::bad_pattern>(span(pattern), compiled.error().message);
      message.fix = compiled.error().fix;
    }
  }
  return boolean();
}

Type Checker::check_state_test(ExprId id, const StateTest& test) {
  may_be_reference_ = std::holds_alternative<NameRef>(tree_.expressions[test.operand].node);
  const Type type = check(test.operand);
  may_be_reference_ = false;
  info(id).may_be_missing = false;
  if (info(test.operand).meaning == Meaning::reference) {
    if (test.state == State::undecided) {
      diagnostics_.emit<DiagnosticId::wrong_state>(span(id), "undecided", "conditions, and this is a row").fix =
          "write `is missing`";
    }
    info(id).may_be_missing = true;  // nobody gave the file that would have it
    return boolean();
  }
  const bool condition = type.kind == Kind::boolean;
  if (type.kind == Kind::stage) {
    diagnostics_.emit<DiagnosticId::stage_alone>(span(id));
  } else if (test.state == State::undecided && !condition && type.kind != Kind::poison) {
    diagnostics_.emit<DiagnosticId::wrong_state>(span(id), "undecided", "conditions, and this is " + words(type)).fix =
        "write `is missing` for a value";
  } else if (test.state == State::missing && condition && info(test.operand).meaning != Meaning::field) {
    diagnostics_.emit<DiagnosticId::wrong_state>(span(id), "missing", "values, and this is a condition").fix =
        "write `is undecided` for a condition";
  }
  return boolean();
}

}  // namespace muster::compiler
