// Types of names, texts, comparisons, memberships and tests.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"
#include "compiler/resolve/walk.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

Type Checker::check(ExprId id, const Type* opposite) {
  const Type type = check_node(id, opposite);
  info(id).type = type;
  return type;
}

bool Checker::check_condition(ExprId id) {
  const Type type = check(id);
  if (type.kind == Kind::stage) {
    diagnostics_.emit<DiagnosticId::stage_alone>(span(id));
  } else if (type.kind != Kind::boolean && type.kind != Kind::poison) {
    Diagnostic& message = diagnostics_.emit<DiagnosticId::not_a_condition>(span(id), words(type));
    const std::string text = source_text(id);
    if (text.size() <= 40 && text.find('\n') == std::string::npos) {
      message.fix = fmt::format("say what must be true of it, such as `{} is known`", text);
    }
  }
  return may_miss(id);
}

Type Checker::check_node(ExprId id, const Type* opposite) {
  const auto fixed = [&](Type type) {
    info(id).may_be_missing = false;
    return type;
  };
  const auto follow = [&](std::initializer_list<ExprId> operands) {
    bool may = false;
    for (ExprId operand : operands) may = may || may_miss(operand);
    info(id).may_be_missing = may;
  };
  const auto condition_of = [&](const std::vector<ExprId>& operands) {
    bool may = false;
    for (ExprId operand : operands) may = check_condition(operand) || may;
    info(id).may_be_missing = may;
    return boolean();
  };
  return std::visit(
      Overloaded{[&](const NumberLiteral& number) {
                   return fixed(number.value.digits == 0 ? Type{.kind = Kind::integer}
                                                         : Type{.kind = Kind::decimal, .digits = number.value.digits});
                 },
                 [&](const PercentLiteral& percent) {
                   if (percent.value.digits + 2 > static_cast<int>(most_decimal_digits)) {
                     diagnostics_.emit<DiagnosticId::digits_out_of_range>(span(id)).fix =
                         "a percentage is a hundredth of its number: it may have 7 digits there";
                     return poison();
                   }
                   return fixed({.kind = Kind::percent, .digits = static_cast<std::uint8_t>(percent.value.digits + 2)});
                 },
                 [&](const MoneyLiteral& money) {
                   const CurrencyRow* row = find_currency(money.currency);
                   if (row == nullptr) {
                     diagnostics_.emit<DiagnosticId::unknown_currency>(span(id), money.currency);
                     return poison();
                   }
                   if (money.value.digits > row->digits) {
                     diagnostics_.emit<DiagnosticId::money_digits>(span(id), row->code, row->digits,
                                                                   money.value.digits);
                     return poison();
                   }
                   if (kernels::rescale(money.value.mantissa, money.value.digits, row->digits, RoundingMode::half_even)
                           .fault != kernels::Fault::none) {
                     diagnostics_.emit<DiagnosticId::constant_overflow>(span(id));
                     return poison();
                   }
                   return fixed({.kind = Kind::money,
                                 .digits = row->digits,
                                 .currency = static_cast<std::uint16_t>(row - currency_rows.data())});
                 },
                 [&](const DurationLiteral&) { return fixed({.kind = Kind::duration}); },
                 [&](const DateLiteral&) { return fixed({.kind = Kind::date}); },
                 [&](const DateTimeLiteral&) { return fixed({.kind = Kind::datetime}); },
                 [&](const TextLiteral& text) { return check_text(id, text.value, opposite); },
                 [&](const BoolLiteral&) { return fixed(boolean()); },
                 [&](const NameRef& name) { return check_name(id, name, opposite); },
                 [&](const Call& call) { return check_call(id, call); },
                 [&](const AsOf&) { return fixed({.kind = Kind::datetime}); },
                 [&](const Negate& negate) {
                   const Type type = check(negate.operand);
                   follow({negate.operand});
                   if (type.kind == Kind::poison || is_number(type.kind) || type.kind == Kind::money ||
                       type.kind == Kind::duration) {
                     return type;
                   }
                   diagnostics_.emit<DiagnosticId::wrong_type>(span(negate.operand), "a number", words(type));
                   return poison();
                 },
                 [&](const SumChain& sum) { return check_sum(id, sum); },
                 [&](const Product& product) { return check_product(id, product); },
                 [&](const Round& round) { return check_round(id, round); },
                 [&](const DefaultTo& fallback) { return check_default(id, fallback); },
                 [&](const Not& negation) { return condition_of({negation.operand}); },
                 [&](const Logic& logic) { return condition_of(logic.operands); },
                 [&](const Implies& implies) { return condition_of({implies.left, implies.right}); },
                 [&](const Comparison& comparison) { return check_comparison(id, comparison); },
                 [&](const SetLiteral&) {
                   diagnostics_.emit<DiagnosticId::list_as_value>(span(id), "{ ... }");
                   return poison();
                 },
                 [&](const RangeLiteral&) {
                   diagnostics_.emit<DiagnosticId::list_as_value>(span(id), source_text(id));
                   return poison();
                 },
                 [&](const Membership& membership) { return check_membership(id, membership); },
                 [&](const InLast& window) {
                   const Type type = check(window.value);
                   const Type length = check(window.duration);
                   follow({window.value});
                   if (type.kind == Kind::poison || length.kind == Kind::poison) return boolean();
                   if (type.kind != Kind::date && type.kind != Kind::datetime) {
                     diagnostics_.emit<DiagnosticId::wrong_type>(span(window.value),
                                                                 "a date or a moment before `in last`", words(type));
                   } else if (length.kind != Kind::duration) {
                     diagnostics_.emit<DiagnosticId::wrong_type>(span(window.duration),
                                                                 "a length of time such as `30 days`", words(length));
                   } else if (const auto value = require_constant(window.duration, "the length of a window")) {
                     if (type.kind == Kind::date && value->value % kernels::microseconds_per_day != 0) {
                       diagnostics_.emit<DiagnosticId::below_a_day>(span(window.duration));
                     }
                   }
                   return boolean();
                 },
                 [&](const TextTest& test) { return check_text_test(id, test); },
                 [&](const StateTest& test) { return check_state_test(id, test); },
                 [&](const If& choice) { return check_if(id, choice, opposite); },
                 [&](const Match& match) { return check_match(id, match, opposite); },
                 [&](const ScoreBound& bound) {
                   const Symbol symbol = symbols_.find(bound.score.text);
                   if (symbol.meaning == Meaning::none) {
                     report_unknown(bound.score);
                   } else if (symbol.meaning != Meaning::score && symbol.meaning != Meaning::broken) {
                     diagnostics_.emit<DiagnosticId::not_a_score>(bound.score.span, bound.score.text);
                   } else if (symbol.meaning == Meaning::score) {
                     info(id).meaning = Meaning::score;
                     info(id).index = symbol.index;
                     return fixed({.kind = Kind::decimal, .digits = points_digits});
                   }
                   return poison();
                 },
                 [&](const Parenthesised& group) {
                   const Type type = check(group.inner, opposite);
                   ExprInfo& own = info(id);
                   own = info(group.inner);
                   return type;
                 },
                 [&](const Poison&) { return poison(); }},
      tree_.expressions[id].node);
}

void Checker::report_unknown(const Name& name) {
  // Without an object, which has been reported, anything may be a field.
  if (symbols_.is_broken(name.text) || !symbols_.lead_object()) return;
  Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_name>(name.span, name.text);
  if (!may_suggest()) return;
  if (const std::string near = did_you_mean(name.text, symbols_.names()); !near.empty()) {
    message.fix = "did you mean `" + near + "`?";
  }
}

bool Checker::bind_member(ExprId id, std::string_view spelling, const Type& opposite) {
  ExprInfo& own = info(id);
  const auto bind = [&](std::uint32_t code) {
    own.type = opposite;
    own.meaning = Meaning::member;
    own.index = code;
    own.may_be_missing = false;
    return true;
  };
  if (opposite.kind == Kind::picklist) {
    const Spellings& spellings = spellings_[opposite.index];
    const auto place = spellings.find(kernels::fold_text(spelling));
    return place != spellings.end() && bind(place->second);
  }
  const std::vector<std::string> members = members_of(opposite);
  const auto place = std::find(members.begin(), members.end(), spelling);
  return place != members.end() && bind(static_cast<std::uint32_t>(place - members.begin()));
}

Type Checker::check_text(ExprId id, const std::string& text, const Type* opposite) {
  info(id).may_be_missing = false;
  if (opposite == nullptr || opposite->kind != Kind::picklist) return {.kind = Kind::text};
  if (bind_member(id, text, *opposite)) return *opposite;
  Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_member>(
      span(id), "\"" + text + "\"", "picklist " + policy_.schema.picklists[opposite->index].name);
  std::vector<std::string> candidates;
  for (const auto& member : policy_.schema.picklists[opposite->index].members) {
    candidates.insert(candidates.end(), member.spellings.begin(), member.spellings.end());
  }
  if (const std::string near = did_you_mean(text, candidates); !near.empty())
    message.fix = "did you mean \"" + near + "\"?";
  return poison();
}

Type Checker::check_name(ExprId id, const NameRef& name, const Type* opposite) {
  ExprInfo& own = info(id);
  if (name.path.size() > 1) {
    // `lead.stage` is always the field. Other objects come with references between objects.
    const Name& root = name.path.front();
    const bool is_lead = root.text == "lead" || kernels::lower(root.text) == kernels::lower(policy_.schema.object_name);
    if (!is_lead || name.path.size() > 2) {
      report_unknown(root);
      return poison();
    }
    const Symbol field = symbols_.find_field(name.path[1].text);
    if (field.meaning == Meaning::none) {
      if (!symbols_.is_broken(name.path[1].text)) {
        Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_field>(
            name.path[1].span, policy_.schema.object_name, name.path[1].text);
        std::vector<std::string> fields;
        for (const FieldSchema& each : policy_.schema.fields) fields.push_back(each.name);
        if (const std::string near = did_you_mean(name.path[1].text, fields); !near.empty())
          message.fix = "did you mean `" + near + "`?";
      }
      return poison();
    }
    return use_declaration(id, field);
  }
  const Name& word = name.path.front();
  if (parameters_ != nullptr) {
    for (std::uint32_t index = 0; index < parameters_->size(); ++index) {
      if ((*parameters_)[index].name.text == word.text) {
        own.meaning = Meaning::parameter;
        own.index = index;
        return parameter_types_[index];
      }
    }
  }
  if (opposite != nullptr && bind_member(id, word.text, *opposite)) return *opposite;
  const Symbol symbol = symbols_.find(word.text);
  if (symbol.meaning == Meaning::none) {
    const bool wants_member = opposite != nullptr && (opposite->kind == Kind::picklist ||
                                                      opposite->kind == Kind::grade || opposite->kind == Kind::stage);
    if (!wants_member) {
      report_unknown(word);
      return poison();
    }
    if (symbols_.is_broken(word.text)) return poison();
    const std::string owner = opposite->kind == Kind::picklist
                                  ? "picklist " + policy_.schema.picklists[opposite->index].name
                              : opposite->kind == Kind::grade ? "grade " + policy_.grades[opposite->index].name
                                                              : std::string("the lifecycle");
    Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_member>(word.span, "`" + word.text + "`", owner);
    if (const std::string near = did_you_mean(word.text, members_of(*opposite)); !near.empty()) {
      message.fix = "did you mean `" + near + "`?";
    }
    return poison();
  }
  return use_declaration(id, symbol);
}

Type Checker::use_declaration(ExprId id, const Symbol& symbol) {
  ExprInfo& own = info(id);
  own.meaning = symbol.meaning;
  own.index = symbol.index;
  const std::string text = source_text(id);
  switch (symbol.meaning) {
    case Meaning::field: {
      // A lead without its key, or without a required value, is rejected before any rule sees it.
      const FieldSchema& field = policy_.schema.fields[symbol.index];
      own.may_be_missing = !field.required && symbol.index != policy_.schema.key;
      return field.type;
    }
    case Meaning::setting:
    case Meaning::let:
    case Meaning::score:
    case Meaning::grade: {
      const auto type = policy_.declaration_types.find(symbol.index);
      if (type == policy_.declaration_types.end()) return poison();  // in a cycle, which has been reported
      if (const auto may = policy_.declaration_may_be_missing.find(symbol.index);
          may != policy_.declaration_may_be_missing.end()) {
        own.may_be_missing = may->second;
      }
      return type->second;
    }
    case Meaning::qualifier:
    case Meaning::disqualified: {
      const auto may = policy_.declaration_may_be_missing.find(symbol.index);
      own.may_be_missing = may == policy_.declaration_may_be_missing.end() || may->second;
      return boolean();
    }
    case Meaning::stage:
      return {.kind = Kind::stage};
    case Meaning::set:
      diagnostics_.emit<DiagnosticId::list_as_value>(span(id), text);
      return poison();
    case Meaning::picklist:
      diagnostics_.emit<DiagnosticId::list_as_value>(span(id), text).fix = "name one of its values";
      return poison();
    case Meaning::define:
      diagnostics_.emit<DiagnosticId::wrong_argument_count>(span(id), text, "values in parentheses", "none");
      return poison();
    case Meaning::none:
    case Meaning::member:
    case Meaning::parameter:
    case Meaning::broken:
      return poison();
  }
  return poison();
}

Type Checker::check_call(ExprId id, const Call& call) {
  bool may = false;
  std::vector<Type> types;
  const Symbol symbol = symbols_.find(call.function.text);
  const std::vector<Type>* wanted = nullptr;
  if (symbol.meaning == Meaning::define) {
    const auto known = policy_.parameter_types.find(symbol.index);
    if (known != policy_.parameter_types.end()) wanted = &known->second;
  }
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    // A parameter that is a picklist lets the argument be a bare member.
    const Type hint = wanted != nullptr && i < wanted->size() ? (*wanted)[i] : Type{};
    types.push_back(check(call.arguments[i], &hint));
    may = may || may_miss(call.arguments[i]);
  }
  info(id).may_be_missing = may;
  const auto counted = [](std::size_t count) { return fmt::format("{} value{}", count, count == 1 ? "" : "s"); };
  const auto count_matches = [&](std::size_t count) {
    if (types.size() == count) return true;
    diagnostics_.emit<DiagnosticId::wrong_argument_count>(span(id), call.function.text, counted(count), types.size());
    return false;
  };
  const auto accept = [&](std::size_t argument, bool fits, std::string_view expected) {
    if (fits || types[argument].kind == Kind::poison) return types[argument].kind != Kind::poison;
    diagnostics_.emit<DiagnosticId::wrong_type>(span(call.arguments[argument]), expected, words(types[argument]));
    return false;
  };

  if (symbol.meaning == Meaning::broken) return poison();
  if (symbol.meaning == Meaning::define) {
    info(id).meaning = Meaning::define;
    info(id).index = symbol.index;
    const auto result = policy_.declaration_types.find(symbol.index);
    if (result == policy_.declaration_types.end() || wanted == nullptr || !count_matches(wanted->size()))
      return poison();
    const auto body_may = policy_.declaration_may_be_missing.find(symbol.index);
    info(id).may_be_missing = body_may == policy_.declaration_may_be_missing.end() || body_may->second;
    for (std::size_t i = 0; i < types.size(); ++i) {
      const Type parameter = (*wanted)[i];
      const auto both = common(parameter, types[i]);
      if (!accept(i, parameter.kind == Kind::poison || (both && *both == parameter), words(parameter))) return poison();
    }
    return result->second;
  }
  const auto row = std::find_if(function_rows.begin(), function_rows.end(),
                                [&](const FunctionRow& f) { return f.name == call.function.text; });
  if (row == function_rows.end()) {
    Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_function>(call.function.span, call.function.text);
    if (!may_suggest()) return poison();
    std::vector<std::string> candidates = symbols_.names();
    for (const FunctionRow& function : function_rows) candidates.emplace_back(function.name);
    if (const std::string near = did_you_mean(call.function.text, candidates); !near.empty())
      message.fix = "did you mean `" + near + "`?";
    return poison();
  }
  info(id).index = static_cast<std::uint32_t>(row->id);
  const auto number = [](const Type& type) { return is_number(type.kind) || type.kind == Kind::money; };
  switch (row->shape) {
    case FunctionShape::text_to_text:
      if (!count_matches(1) || !accept(0, types[0].kind == Kind::text, "a text")) return poison();
      info(id).may_be_missing = true;
      return {.kind = Kind::text};
    case FunctionShape::text_with_text_to_text: {
      if (!count_matches(2) || !accept(0, types[0].kind == Kind::text, "a text") ||
          !accept(1, types[1].kind == Kind::text, "a text")) {
        return poison();
      }
      info(id).may_be_missing = true;
      return require_constant(call.arguments[1], "what to look for") ? Type{.kind = Kind::text} : poison();
    }
    case FunctionShape::text_to_int:
      if (!count_matches(1) || !accept(0, types[0].kind == Kind::text, "a text")) return poison();
      return {.kind = Kind::integer};
    case FunctionShape::date_to_int:
      if (!count_matches(1) || !accept(0, types[0].kind == Kind::date, "a date; `date_of` gives a moment's day"))
        return poison();
      return {.kind = Kind::integer};
    case FunctionShape::number_to_same:
      if (!count_matches(1) || !accept(0, number(types[0]), "a number")) return poison();
      return types[0];
    case FunctionShape::number_to_int:
      if (!count_matches(1) || !accept(0, number(types[0]), "a number")) return poison();
      return {.kind = Kind::integer};
    case FunctionShape::numbers_to_same: {
      if (!count_matches(2) || !accept(0, number(types[0]), "a number") || !accept(1, number(types[1]), "a number"))
        return poison();
      const auto both = common(types[0], types[1]);
      if (both) return *both;
      diagnostics_.emit<DiagnosticId::not_comparable>(span(id), words(types[0]), words(types[1]));
      return poison();
    }
    case FunctionShape::instant_to_date:
      if (!count_matches(1) || !accept(0, types[0].kind == Kind::datetime, "a moment")) return poison();
      return {.kind = Kind::date};
  }
  return poison();
}

// ---- comparisons

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
  const Symbol symbol = symbols_.find(name->path[0].text);
  return symbol.meaning == Meaning::none || symbols_.is_member_somewhere(name->path[0].text);
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
  if (either([&](ExprId id, const Type&, const Type& other) {
        return std::holds_alternative<TextLiteral>(tree_.expressions[id].node) && is_number(other.kind);
      })) {
    message.fix = "write the number without quotes";
  } else if (either([&](ExprId id, const Type&, const Type& other) {
               return std::holds_alternative<NumberLiteral>(tree_.expressions[id].node) && other.kind == Kind::text;
             })) {
    message.fix = "write the number in quotes, or make the field an `int` or a `decimal`";
  } else if (holds([&](const Type& a, const Type& b) { return a.kind == Kind::money && plain(b); })) {
    const Type& money = left.kind == Kind::money ? left : right;
    message.fix =
        fmt::format("write the currency behind the number, such as `50K {}`", currency_rows[money.currency].code);
  } else if (holds([&](const Type& a, const Type& b) { return a.kind == Kind::percent && plain(b); })) {
    message.fix = "write the number with a percent sign, such as `20%`";
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
  const auto [left, right] = check_opposite(comparison.left, comparison.right);
  info(id).may_be_missing = may_miss(comparison.left) || may_miss(comparison.right);
  if (left.kind == Kind::poison || right.kind == Kind::poison) return boolean();
  const bool ordering = comparison.op != CompareOp::equal && comparison.op != CompareOp::not_equal;
  if (left.kind == Kind::money && right.kind == Kind::money && left.currency != right.currency) {
    diagnostics_.emit<DiagnosticId::different_currencies>(span(id), currency_rows[left.currency].code,
                                                          currency_rows[right.currency].code);
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
  for (ExprId item : items) {
    if (is_empty_text(item)) {
      diagnostics_.emit<DiagnosticId::empty_text>(span(item)).fix = "leave it out, and ask `... is missing` besides";
      continue;
    }
    const Type found = check(item, &type);
    if (!comparable(type, found)) {
      report_not_comparable(span(item), item, type, item, found);
    } else if (found.kind != Kind::poison) {
      if (const auto value = require_constant(item, "a value of a list")) list.push_back(*value);
    }
  }
}

// A set that many conditions ask is read once for each type.
void Checker::check_named_set(ExprId test, std::uint32_t set, const Type& type) {
  const auto [first, is_new] = set_lists_.try_emplace(
      {set, static_cast<std::uint32_t>(type.kind), type.digits, type.currency, type.index}, test.index);
  if (is_new) {
    check_set_items(test, std::get<SetDecl>(tree_.declarations[set].node).items, type);
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
  const std::vector<ExprId>* items = nullptr;
  if (const auto* set = std::get_if<SetLiteral>(&collection)) items = &set->items;
  if (const auto* name = std::get_if<NameRef>(&collection); name != nullptr && name->path.size() == 1) {
    const Symbol symbol = symbols_.find(name->path[0].text);
    if (symbol.meaning == Meaning::broken) return boolean();
    if (symbol.meaning == Meaning::none) {
      report_unknown(name->path[0]);
      return boolean();
    }
    if (symbol.meaning == Meaning::set) {
      if (value.kind != Kind::poison) check_named_set(id, symbol.index, value);
      return boolean();
    }
  }
  if (items == nullptr) {
    const Type found = check(membership.collection, &value);
    if (found.kind != Kind::poison) {
      diagnostics_.emit<DiagnosticId::wrong_type>(
          span(membership.collection), "a list `{ ... }`, a range `1 to 9` or the name of a `set`", words(found));
    }
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
  const Type type = check(test.operand);
  info(id).may_be_missing = false;
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
