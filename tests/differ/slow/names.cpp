#include <algorithm>

#include "tests/differ/slow/evaluator.h"
#include "tests/differ/slow/text.h"

namespace muster::differ::slow {

using lang::NameRef;

namespace {

Kind kind_of(compiler::Kind kind) {
  switch (kind) {
    case compiler::Kind::boolean:
      return Kind::truth;
    case compiler::Kind::date:
      return Kind::date;
    case compiler::Kind::datetime:
      return Kind::moment;
    case compiler::Kind::duration:
      return Kind::length;
    case compiler::Kind::text:
      return Kind::text;
    case compiler::Kind::picklist:
      return Kind::member;
    default:
      return Kind::number;
  }
}

}  // namespace

std::string_view Evaluator::keep(std::string text) { return texts_.emplace_back(std::move(text)); }

Value Evaluator::cell_value(const FieldShape& shape, const Cell* cell) const {
  Value made = missing(kind_of(shape.kind));
  made.digits = shape.digits;
  if (shape.kind == compiler::Kind::money) {
    const auto found = field_currencies_.find(shape.name);
    made.currency = found == field_currencies_.end() ? currency_ : found->second;
  }
  if (const auto list = lists_.find(shape.picklist); list != lists_.end()) made.list = list->second;
  if (cell == nullptr || !cell->known) return made;
  made.number = cell->number;
  made.text = trimmed(cell->text);
  const std::int64_t last = made.kind == Kind::date ? as_of_day_ : as_of_;
  made.known = made.kind == Kind::text ? !made.text.empty() : !shape.event || made.number <= last;
  return made;
}

Value Evaluator::field(std::string_view wanted, const Place& place) const {
  return field_at(fields_[place.object].at(wanted), place);
}

Value Evaluator::field_at(std::size_t at, const Place& place) const {
  const ObjectShape& shape = sample_.shapes[place.object];
  return cell_value(shape.fields[at], place.row == nullptr ? nullptr : &place.row->cells[at]);
}

std::pair<Evaluator::Place, std::size_t> Evaluator::walk(const NameRef& ref, const Frame& frame) const {
  const Frame* from = &frame;
  std::size_t at = 0;
  if (ref.path.size() > 1 && ref.path[0].text == "lead") {
    while (from->outer != nullptr) from = from->outer;
    at = 1;
  }
  Place place{from->row, from->object};
  for (; at < ref.path.size(); ++at) {
    const ObjectShape& shape = sample_.shapes[place.object];
    const int relation = shape.relation(ref.path[at].text);
    if (relation < 0 || shape.relations[static_cast<std::size_t>(relation)].many) break;
    const DataRow* found = nullptr;
    const std::uint32_t object = shape.relations[static_cast<std::size_t>(relation)].object;
    if (place.row != nullptr && sample_.given[object]) {
      for (const DataRow& row : place.row->below) {
        if (row.relation == static_cast<std::uint32_t>(relation)) found = &row;
      }
    }
    place = {found, object};
  }
  return {place, at};
}

Value Evaluator::name(const NameRef& ref, const Frame& frame) {
  const std::string_view first = ref.path[0].text;
  if (frame.parameters != nullptr && ref.path.size() == 1) {
    for (const auto& [parameter, value] : *frame.parameters) {
      if (parameter == first) return value;
    }
  }
  const auto [place, at] = walk(ref, frame);
  if (at == ref.path.size()) return place.row != nullptr ? truth(true) : undecided();
  const std::string_view word = ref.path[at].text;
  const auto& fields = fields_[place.object];
  if (const auto found = fields.find(word); found != fields.end()) return field_at(found->second, place);
  const Frame* around = frame.outer;
  // A definition that reads no row may be named anywhere; it is the same for every frame.
  const Frame there{place.row, place.object, at == 0 ? around : nullptr, nullptr};
  return declared(word, ref, at, there);
}

Value Evaluator::declared(std::string_view wanted, const NameRef& ref, std::size_t at, const Frame& frame) {
  if (wanted == "disqualified") {
    lifecycle(*lead_);
    return disqualified_;
  }
  if (const auto member = members_.find(wanted); member != members_.end()) {
    Value made = known(Kind::member, member->second.second);
    made.list = member->second.first;
    return made;
  }
  const std::uint32_t index = declarations_.at(wanted);
  if (const auto* framework = std::get_if<lang::FrameworkDecl>(&tree_.declarations[index].node)) {
    const std::vector<Letter> all = letters(*framework, frame);
    const std::string_view part = ref.path[at + 1].text;
    if (part == "met" || part == "share") return letters_met(all, part == "share");
    return std::find_if(all.begin(), all.end(), [&](const Letter& letter) { return letter.name == part; })->met;
  }
  return evaluate_declaration(index, frame);
}

Value Evaluator::evaluate_declaration(std::uint32_t index, const Frame& given) {
  const bool is_of_lead = given.outer == nullptr && given.row == lead_;
  if (is_of_lead && memo_[index]) return *memo_[index];
  const Frame frame{given.row, given.object, given.outer, nullptr};
  const NoRestarts by_itself(*this);
  const bool overflows = overflows_;
  const auto of_row = [&](auto decl, auto work) {
    // What a company that is not there has is missing.
    if (frame.row == nullptr) return missing(work());
    return decl();
  };
  const Value made = std::visit(lang::Overloaded{
                                    [&](const lang::LetDecl& let) {
                                      Value found = value(let.value, frame);
                                      if (let.about && frame.row == nullptr) found.known = found.is_extent = false;
                                      return found;
                                    },
                                    [&](const lang::SettingDecl& setting) {
                                      ExprId in_force = setting.value;
                                      for (const lang::DatedValue& later : setting.later) {
                                        if (later.from <= as_of_day_) in_force = later.value;
                                      }
                                      return as_declared(value(in_force, frame), setting.type);
                                    },
                                    [&](const lang::QualifierDecl& decl) {
                                      return of_row([&] { return qualifier(decl, frame); }, [] { return Kind::truth; });
                                    },
                                    [&](const lang::ScoreDecl& decl) {
                                      Value found =
                                          of_row([&] { return score(decl, frame); }, [] { return Kind::number; });
                                      found.digits = 4;
                                      return found;
                                    },
                                    [&](const lang::GradeDecl& decl) {
                                      return of_row([&] { return grade(decl, frame); }, [] { return Kind::member; });
                                    },
                                    [&](const lang::OutputDecl& output) { return value(output.value, frame); },
                                    [&](const auto&) { return undecided(); },
                                },
                                tree_.declarations[index].node);
  overflows_ = overflows;
  if (is_of_lead) memo_[index] = made;
  return made;
}

unsigned Evaluator::digits_of(const lang::TypeRef& type) const {
  if (type.name.text == "decimal" || type.name.text == "percent") return type.digits.value_or(4);
  return type.name.text == "money" ? currency_digits_ : 0;
}

Value Evaluator::as_declared(const Value& value, const lang::TypeRef& type) const {
  return value.kind == Kind::number ? rescaled(value, digits_of(type), lang::RoundingMode::half_even) : value;
}

Value Evaluator::call(const lang::Call& call, const Frame& frame) {
  std::vector<Value> arguments;
  for (const ExprId argument : call.arguments) arguments.push_back(value(argument, frame));
  const auto found = declarations_.find(call.function.text);
  if (found == declarations_.end()) {
    unsigned digits = 0;
    for (const ExprId argument : call.arguments) digits = std::max(digits, digits_of(argument, frame));
    return built_in(call.function.text, arguments, digits);
  }
  const auto& node = tree_.declarations[found->second].node;
  const auto pass = [&](const std::vector<lang::Parameter>& parameters) {
    for (std::size_t i = 0; i < parameters.size(); ++i) arguments[i] = as_declared(arguments[i], parameters[i].type);
  };
  if (const auto* table_decl = std::get_if<lang::TableDecl>(&node)) {
    pass(table_decl->parameters);
    return table(*table_decl, arguments);
  }
  const auto& define = std::get<lang::DefineDecl>(node);
  pass(define.parameters);
  Parameters parameters;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    parameters.emplace_back(define.parameters[i].name.text, arguments[i]);
  }
  const Frame inside{frame.row, frame.object, frame.outer, &parameters};
  const NoRestarts by_itself(*this);
  const Value made = value(define.body, inside);
  return define.result ? as_declared(made, *define.result) : made;
}

Value Evaluator::built_in(std::string_view function, const std::vector<Value>& arguments, unsigned digits) {
  const Value& first = arguments[0];
  const bool is_text = function == "lower" || function == "upper" || function.starts_with("text_");
  const Kind kind = is_text ? Kind::text : function == "date_of" ? Kind::date : Kind::number;
  for (const Value& argument : arguments) {
    if (!argument.known) {
      Value made = missing(kind, argument.faults);
      const bool is_same = function == "absolute" || function == "smaller_of" || function == "larger_of";
      if (is_same) made.digits = static_cast<std::uint8_t>(digits);
      if (arguments.size() > 1 && !arguments[1].known) {
        made.faults = static_cast<std::uint8_t>(made.faults | arguments[1].faults);
      }
      return made;
    }
  }
  const auto text = [&](std::string made) {
    Value result = missing(Kind::text);
    result.text = trimmed(keep(std::move(made)));
    result.known = !result.text.empty();
    return result;
  };
  if (function == "lower" || function == "upper") return text(in_case(first.text, function == "upper"));
  if (function == "text_before" || function == "text_after") {
    const std::size_t at = first.text.find(arguments[1].text);
    if (at == std::string_view::npos) return missing(Kind::text);
    if (function == "text_before") return text(std::string(first.text.substr(0, at)));
    return text(std::string(first.text.substr(at + arguments[1].text.size())));
  }
  if (function == "length") return known(Kind::number, code_points(first.text));
  if (function == "year") return known(Kind::number, civil(first.number).year);
  if (function == "month") return known(Kind::number, civil(first.number).month);
  if (function == "day_of_month") return known(Kind::number, civil(first.number).day);
  if (function == "day_of_week") return known(Kind::number, weekday(first.number));
  if (function == "date_of") return known(Kind::date, zone_.day_of(first.number));
  if (function == "absolute") {
    return checked(first.kind, first.number < 0 ? -static_cast<Wide>(first.number) : first.number, first.digits);
  }
  if (function == "floor") return checked(Kind::number, floored(first.number, ten_to(first.digits)));
  if (function == "ceiling")
    return checked(Kind::number, -floored(-static_cast<Wide>(first.number), ten_to(first.digits)));
  const bool left_is_less = order(first, arguments[1]) < 0;
  const Value& taken = left_is_less == (function == "smaller_of") ? first : arguments[1];
  return taken.kind == Kind::number ? rescaled(taken, digits, lang::RoundingMode::half_even) : taken;
}

unsigned Evaluator::digits_of(ExprId id, const Frame& frame) {
  const auto most = [&](auto... ids) { return std::max({digits_of(ids, frame)...}); };
  return std::visit(lang::Overloaded{
                        [&](const lang::Parenthesised& inner) { return digits_of(inner.inner, frame); },
                        [&](const lang::Negate& negate) { return digits_of(negate.operand, frame); },
                        [&](const lang::DefaultTo& made) { return most(made.operand, made.fallback); },
                        [&](const lang::If& choice) { return most(choice.then, choice.otherwise); },
                        [&](const lang::SumChain& chain) {
                          unsigned digits = 0;
                          for (const lang::SumTerm& term : chain.terms)
                            digits = std::max(digits, digits_of(term.operand, frame));
                          return digits;
                        },
                        [&](const lang::Match& choice) {
                          unsigned digits = 0;
                          for (const lang::MatchArm& arm : choice.arms)
                            digits = std::max(digits, digits_of(arm.result, frame));
                          return digits;
                        },
                        [&](const auto&) { return static_cast<unsigned>(value(id, frame).digits); },
                    },
                    tree_.expressions[id].node);
}

}  // namespace muster::differ::slow
