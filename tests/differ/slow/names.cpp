#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

Frame Evaluator::of_lead() { return {*this, lead}; }

Value field(std::string_view wanted, const Frame& frame) {
  using compiler::Kind;
  static const std::map<Kind, slow::Kind> kinds{
      {Kind::boolean, slow::Kind::truth},   {Kind::date, slow::Kind::date}, {Kind::datetime, slow::Kind::moment},
      {Kind::duration, slow::Kind::length}, {Kind::text, slow::Kind::text}, {Kind::picklist, slow::Kind::member}};
  const ObjectShape& shape = frame.in.sample.shapes[frame.object];
  const auto at = static_cast<std::size_t>(shape.field(wanted));
  const FieldShape& own = shape.fields[at];
  Value type = of_kind(kinds.contains(own.kind) ? kinds.at(own.kind) : slow::Kind::number, own.digits);
  type.list = own.picklist;
  if (own.kind == Kind::money) {
    const auto* decl = frame.in.field_that(frame.object, [&](const auto& each) { return each.name.text == wanted; });
    const bool is_other = decl != nullptr && decl->type.currency;  // than the policy's
    type.currency = is_other ? decl->type.currency->text : frame.in.currency;
  }
  if (frame.row == nullptr || !frame.row->cells[at].known) return type;
  const Cell& cell = frame.row->cells[at];
  if (type.kind == slow::Kind::text) return text_value(cell.text);
  if (type.kind == slow::Kind::member) return frame.in.lists.at(type.list)[static_cast<std::size_t>(cell.number)];
  const bool is_to_come = own.event && cell.number > frame.in.now(type.kind).least;
  return is_to_come ? type : type.with(cell.number);
}

// By its key; else the only one that the fallback match fits.
const DataRow* referred(Evaluator& in) {
  const Relation& reference = in.reference();
  const auto named = in.by_key.find(field(reference.by.text, in.of_lead()).text);
  if (!in.sample.given[3]) return nullptr;
  if (named != in.by_key.end()) return named->second;
  const Value match = reference.otherwise ? value(reference.otherwise->value, in.of_lead()) : of_kind(Kind::text);
  const std::wstring wanted = folded(match.text);
  return match.known() && in.by_fallback.count(wanted) == 1 ? in.by_fallback.find(wanted)->second : nullptr;
}

Value name(const NameRef& ref, const Frame& frame) {
  Evaluator& in = frame.in;
  const auto at_word = [&](std::size_t at) { return std::string_view(ref.path[at].text); };
  if (frame.parameters != nullptr && frame.parameters->contains(at_word(0))) return frame.parameters->at(at_word(0));
  const Frame* from = &frame;
  std::size_t at = 0;
  if (ref.path.size() > 1 && at_word(0) == "lead") {
    while (from->outer != nullptr) from = from->outer;
    at = 1;
  }
  const DataRow* row = from->row;
  std::uint32_t object = from->object;
  // Only leads refer to another row.
  const auto& relations = in.sample.shapes[object].relations;
  const auto reference = std::ranges::find(relations, at_word(at), &RelationShape::name);
  if (reference != relations.end() && !reference->many) {
    row = in.company;
    object = reference->object;
    ++at;
  }
  if (at == ref.path.size()) return truth(row != nullptr);
  const Frame place{in, row, object, at == 0 ? frame.outer : nullptr};
  if (in.sample.shapes[object].field(at_word(at)) >= 0) return field(at_word(at), place);
  if (at_word(at) == "disqualified") {
    work_out_stages(in);
    return in.disqualified;
  }
  if (const auto found = in.words.find(at_word(at)); found != in.words.end()) return found->second;
  if (at + 1 == ref.path.size()) return declared(at_word(at), place);
  const std::vector<Letter> all = letters(in.decl<FrameworkDecl>(at_word(at)), place);
  const std::string_view part = at_word(at + 1);
  if (part == "met" || part == "share") return letters_met(all, part == "share");
  return std::ranges::find(all, part, &Letter::name)->met;
}

Value declared(std::string_view name, const Frame& given) {
  Evaluator& in = given.in;
  const std::uint32_t index = in.declarations.at(name);
  const bool is_of_lead = given.outer == nullptr && given.row == in.lead;
  if (is_of_lead && in.worked_out[index]) return *in.worked_out[index];
  const Frame frame = given.by_itself();
  // What a company that is not there has is missing, also where it is the same for all companies.
  const auto of_row = [&](const Value& made) { return frame.row == nullptr ? made.missing(made.faults) : made; };
  const Overloaded work_out{
      [&](const LetDecl& decl) { return of_row(value(decl.value, frame)); },
      [&](const QualifierDecl& decl) { return of_row(qualifier(decl, frame)); },
      [&](const ScoreDecl& decl) { return of_row(score(decl, frame)); },
      [&](const GradeDecl& decl) { return of_row(grade(decl, frame)); },
      [&](const SettingDecl& decl) {
        ExprId in_force = decl.value;
        for (const DatedValue& later : decl.later) {
          if (later.from <= in.now(Kind::date).least) in_force = later.value;
        }
        return as_declared(value(in_force, frame), decl.type);
      },
      [](const auto&) { return undecided(); },
  };
  const Value made = std::visit(work_out, in.tree.declarations[index].node);
  if (is_of_lead) in.worked_out[index] = made;
  return made;
}

// ---- functions

namespace {

Value built_in(std::string_view function, const std::vector<Value>& arguments, Evaluator& in) {
  const Value& first = arguments[0];
  const bool is_same = function == "absolute" || function == "smaller_of" || function == "larger_of";
  const bool is_text = function == "lower" || function == "upper" || function.starts_with("text_");
  Value type = is_same ? first : of_kind(is_text ? Kind::text : function == "date_of" ? Kind::date : Kind::number);
  unsigned faults = 0;
  for (const Value& each : arguments) {
    if (is_same) type.digits = std::max(type.digits, each.digits);
    faults |= each.faults;
  }
  if (!std::ranges::all_of(arguments, &Value::known)) return type.missing(faults);
  const auto text = [&](std::string made) { return text_value(in.texts.emplace_back(std::move(made))); };
  if (function == "lower" || function == "upper") return text(in_case(first.text, function == "upper"));
  if (is_text) {
    const std::size_t at = first.text.find(arguments[1].text);
    if (at == std::string_view::npos) return type;
    const std::size_t behind = at + arguments[1].text.size();
    return text(std::string(function == "text_before" ? first.text.substr(0, at) : first.text.substr(behind)));
  }
  if (function == "length") return type.with(std::ssize(code_points(first.text)));
  if (function == "year") return type.with(static_cast<int>(civil(first.number()).year()));
  if (function == "month") return type.with(static_cast<unsigned>(civil(first.number()).month()));
  if (function == "day_of_month") return type.with(static_cast<unsigned>(civil(first.number()).day()));
  if (function == "day_of_week") return type.with(weekday(first.number()));
  if (function == "date_of") return in.in_kind(first, Kind::date);
  if (function == "absolute") return type.with(first.least < 0 ? -first.least : first.least);
  if (function == "floor") return type.with(floored(first.least, ten_to(first.digits)));
  if (function == "ceiling") return type.with(-floored(-first.least, ten_to(first.digits)));
  const bool takes_first = is_less(first, arguments[1]) == (function == "smaller_of");
  return rescaled(takes_first ? first : arguments[1], type.digits);
}

}  // namespace

Value as_declared(const Value& value, const TypeRef& type) {
  if (value.kind != Kind::number) return value;
  const bool has_digits = type.name.text == "decimal" || type.name.text == "percent";
  return rescaled(value, has_digits ? type.digits.value_or(4) : type.name.text == "money" ? currency_digits : 0);
}

Value call(const Call& call, const Frame& frame) {
  std::vector<Value> arguments = each_of(call.arguments, [&](ExprId id) { return value(id, frame); });
  if (!frame.in.declarations.contains(call.function.text)) return built_in(call.function.text, arguments, frame.in);
  Parameters parameters;
  const auto pass = [&](const auto& decl) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      arguments[i] = parameters[decl.parameters[i].name.text] = as_declared(arguments[i], decl.parameters[i].type);
    }
  };
  const Overloaded work_out{
      [&](const TableDecl& decl) {
        pass(decl);
        return table(decl, arguments, frame);
      },
      [&](const DefineDecl& decl) {
        pass(decl);
        const Value made = value(decl.body, frame.by_itself(&parameters));
        return decl.result ? as_declared(made, *decl.result) : made;
      },
      [](const auto&) { return undecided(); },
  };
  return std::visit(work_out, frame.in.tree.declarations[frame.in.declarations.at(call.function.text)].node);
}

// At the rate of the lead's day, or the latest one before it.
Value in_currency(const Value& amount, std::string_view currency, const Frame& frame) {
  if (amount.currency.empty() || currency.empty() || amount.currency == currency) return amount;
  Value type = of_kind(Kind::number, currency_digits);
  type.currency = currency;
  const Value at = frame.in.in_kind(value(frame.in.only<RatesDecl>()->at, frame.in.of_lead()), Kind::date);
  const auto& rates = frame.in.rates.at(std::string(amount.currency).append(currency));
  const auto after = rates.upper_bound(at.number());
  if (!amount.known() || !at.known() || after == rates.begin()) return type.missing(amount.faults);
  const Value& rate = std::prev(after)->second;
  const Wide exact = amount.least * rate.least;
  return type.with(rounded(exact, ten_to(amount.digits + rate.digits - currency_digits)));
}

}  // namespace muster::differ::slow
