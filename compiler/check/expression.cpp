// Types of literals, texts and calls; every other expression is handed on to its own file.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"
#include "compiler/check/suggest.h"
#include "compiler/resolve/walk.h"
#include "lang/parse/scan.h"
#include "lang/source/unicode.h"
#include "lang/spec/habits.h"
#include "lang/support/count.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

Type Checker::check(ExprId id, const Type* opposite) {
  const Type type = check_node(id, opposite);
  info(id).type = type;
  const ExprNode& node = tree_.expressions[id].node;
  const bool computes = std::holds_alternative<SumChain>(node) || std::holds_alternative<Product>(node) ||
                        std::holds_alternative<Negate>(node) || std::holds_alternative<Round>(node);
  if (computes && type.kind != Kind::poison) {
    // A fixed result that overflows is an error here, not for each lead (number 8).
    const std::size_t errors = diagnostics_.error_count();
    constant(id);
    if (diagnostics_.error_count() != errors) info(id).type = poison();
  }
  return info(id).type;
}

// employees at least 50: read as a clause of the rule.
std::optional<ForeignPhrase> Checker::bound_in_words(ExprId value) const {
  const std::string_view text = sources_[span(value).file].text();
  const std::size_t behind = skip_blanks(text, span(value).end);
  return word_at(text, behind, "at") ? foreign_phrase(HabitPlace::behind, text, behind) : std::nullopt;
}

bool Checker::check_condition(ExprId id) {
  if (is_cut_off(id)) return may_miss(id);
  const Type type = check(id);
  if (type.kind == Kind::stage) {
    diagnostics_.emit<DiagnosticId::stage_alone>(span(id));
  } else if (type.kind != Kind::boolean && type.kind != Kind::poison) {
    if (report_decimal_comma(sources_, span(id), diagnostics_)) return may_miss(id);
    Diagnostic& message = diagnostics_.emit<DiagnosticId::not_a_condition>(span(id), words(type));
    const std::string text = source_text(id);
    const bool is_value = std::holds_alternative<TextLiteral>(tree_.expressions[id].node) ||
                          std::holds_alternative<NumberLiteral>(tree_.expressions[id].node);
    if (const std::string meant = list_meant(span(id)); !meant.empty()) {  // country = "US" or "CA"
      message.fix = fmt::format("write `{}`", meant);
    } else if (is_value) {
      message.fix =
          "write the comparison again for each value, such as `country = \"US\" or country = \"CA\"`; "
          "neither of two is `country not in { \"US\", \"CA\" }`";
    } else if (const auto bound = bound_in_words(id); is_number(type.kind) && bound) {
      const Span words{span(id).file, span(id).end, static_cast<std::uint32_t>(bound->end)};
      message.fix = fmt::format("{} in place of `{}`", bound->fix, trim(sources_.text(words)));
    } else if (text.size() <= 40 && text.find('\n') == std::string::npos) {
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
                     Diagnostic& message = diagnostics_.emit<DiagnosticId::money_digits>(
                         span(id), row->code, row->digits, money.value.digits);
                     if (const std::string readings = both_readings(id); !readings.empty()) message.fix = readings;
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
                 [&](const Ago& ago) {
                   const Type type = check(ago.duration);
                   require_type(ago.duration, {.kind = Kind::duration}, type);
                   if (!test_instant_) {
                     if (in_test_) {
                       diagnostics_.emit<DiagnosticId::test_without_as_of>(span(id));
                     } else {
                       diagnostics_.emit<DiagnosticId::ago_outside_test>(span(id));
                     }
                     return poison();
                   }
                   return fixed({.kind = Kind::datetime});
                 },
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
                 [&](const Logic& logic) {
                   const Logic* const outer = std::exchange(joined_, &logic);
                   const Type type = condition_of(logic.operands);
                   joined_ = outer;
                   return type;
                 },
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
                 [&](const InWindow& window) { return check_in_window(id, window); },
                 [&](const TextTest& test) { return check_text_test(id, test); },
                 [&](const StateTest& test) { return check_state_test(id, test); },
                 [&](const KnownWithin& test) { return check_known_within(id, test); },
                 [&](const EvidenceTest& test) { return check_evidence(id, test); },
                 [&](const RowsTest& test) { return check_rows_test(id, test); },
                 [&](const Aggregate& aggregate) { return check_aggregate(id, aggregate); },
                 [&](const DaysOf& days) { return check_days_of(id, days); },
                 [&](const FrameworkQualified& qualified) { return check_framework_qualified(id, qualified); },
                 [&](const StageBecomes& becomes) {
                   reads_rows_ = true;
                   return check_stage_becomes(id, becomes);
                 },
                 [&](const If& choice) { return check_if(id, choice, opposite); },
                 [&](const Match& match) { return check_match(id, match, opposite); },
                 [&](const ScoreBound& bound) {
                   const Reach reached = reach(symbols_, scopes_, {bound.score});
                   reads_rows_ = true;
                   if (reached.failure == Failure::unknown) {
                     report_unknown(bound.score);
                   } else if (reached.meaning != Meaning::score && reached.meaning != Meaning::broken) {
                     diagnostics_.emit<DiagnosticId::not_a_score>(bound.score.span, bound.score.text);
                   } else if (reached.failure != Failure::none) {
                     report_reach(reached, {{bound.score}});
                   } else if (reached.meaning == Meaning::score) {
                     info(id).meaning = Meaning::score;
                     info(id).index = reached.index;
                     return fixed({.kind = Kind::decimal, .digits = points_digits});
                   }
                   return poison();
                 },
                 [&](const Parenthesised& group) {
                   const Type type = check(group.inner, opposite);
                   ExprInfo& own = info(id);
                   own = info(group.inner);
                   if (const auto path = policy_.paths.find(group.inner.index); path != policy_.paths.end())
                     policy_.paths[id.index] = Path(path->second);
                   return type;
                 },
                 [&](const Poison&) { return poison(); }},
      tree_.expressions[id].node);
}

void Checker::report_wrong_type(ExprId id, const Type& wanted, const Type& found) {
  // Numbers of one kind differ in their digits only.
  const bool too_fine = comparable(wanted, found) && found.digits > wanted.digits;
  const auto exactly = [&](const Type& type) {
    const int digits = type.kind == Kind::percent ? type.digits - 2 : type.digits;
    return fmt::format("{} with {} after the point", words(type), count_of(static_cast<unsigned>(digits), "digit"));
  };
  if (!too_fine) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(id), words(wanted), words(found));
    return;
  }
  const std::string readings = both_readings(id);
  diagnostics_
      .emit<DiagnosticId::wrong_type>(span(id), wanted.kind == Kind::integer ? "a whole number" : exactly(wanted),
                                      exactly(found))
      .fix = readings.empty() ? fmt::format("round it: `(...) rounded to {} digits`", wanted.digits) : readings;
}

bool Checker::require_type(ExprId id, const Type& wanted, const Type& found) {
  const auto both = common(wanted, found);
  if (both && (*both == wanted || wanted.kind == Kind::poison || found.kind == Kind::poison)) return true;
  report_wrong_type(id, wanted, found);
  return false;
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

Type Checker::check_call(ExprId id, const Call& call) {
  bool may = false;
  std::vector<Type> types;
  const Symbol symbol = symbols_.find(call.function.text);
  const std::vector<Type>* wanted = nullptr;
  const bool is_defined = symbol.meaning == Meaning::define || symbol.meaning == Meaning::table;
  if (is_defined) {
    const auto known = policy_.parameter_types.find(symbol.index);
    if (known != policy_.parameter_types.end()) wanted = &known->second;
  }
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    // A parameter that is a picklist lets the argument be a bare member.
    const Type* const hint = wanted != nullptr && i < wanted->size() ? &(*wanted)[i] : nullptr;
    types.push_back(check(call.arguments[i], hint));
    may = may || may_miss(call.arguments[i]);
  }
  info(id).may_be_missing = may;
  const auto count_matches = [&](std::size_t count) {
    if (types.size() == count) return true;
    diagnostics_.emit<DiagnosticId::wrong_argument_count>(span(id), call.function.text, count_of(count, "value"),
                                                          types.size());
    return false;
  };
  const auto accept = [&](std::size_t argument, bool fits, std::string_view expected) {
    if (fits || types[argument].kind == Kind::poison) return types[argument].kind != Kind::poison;
    diagnostics_.emit<DiagnosticId::wrong_type>(span(call.arguments[argument]), expected, words(types[argument]));
    return false;
  };

  if (symbol.meaning == Meaning::broken) return poison();
  if (is_defined) {
    info(id).meaning = symbol.meaning;
    info(id).index = symbol.index;
    const auto result = policy_.declaration_types.find(symbol.index);
    if (result == policy_.declaration_types.end() || wanted == nullptr || !count_matches(wanted->size()))
      return poison();
    const auto body_may = policy_.declaration_may_be_missing.find(symbol.index);
    info(id).may_be_missing = body_may == policy_.declaration_may_be_missing.end() || body_may->second;
    for (std::size_t i = 0; i < types.size(); ++i) {
      const Type parameter = (*wanted)[i];
      const auto both = common(parameter, types[i]);
      if (types[i].kind == Kind::poison) return poison();
      if (parameter.kind == Kind::poison || (both && *both == parameter)) continue;
      report_wrong_type(call.arguments[i], parameter, types[i]);
      return poison();
    }
    if (!is_free(symbol.index)) {
      // What it reads besides its parameters it reads about leads.
      reads_rows_ = true;
      if (inner_object() != symbols_.subject() && inner_object() != no_object) {
        diagnostics_
            .emit<DiagnosticId::wrong_object>(call.function.span, call.function.text, object_name(symbols_.subject()),
                                              object_name(inner_object()))
            .fix = "give it all that it reads as values in parentheses";
        return poison();
      }
    }
    if (symbol.meaning == Meaning::table) return check_table_call(id, call, symbol.index);
    return result->second;
  }
  const auto row = std::find_if(function_rows.begin(), function_rows.end(),
                                [&](const FunctionRow& f) { return f.name == call.function.text; });
  if (row == function_rows.end()) {
    Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_function>(call.function.span, call.function.text);
    if (!may_suggest()) return poison();
    if (const std::string_view module = module_of_function(call.function.text); !module.empty()) {
      message.fix = fmt::format("add `import {}` at the top of the policy", module);
      return poison();
    }
    const std::string_view habit = habit_fix(HabitPlace::function, to_lower(call.function.text));
    if (!habit.empty()) {
      message.fix = habit;
      return poison();
    }
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

}  // namespace muster::compiler
