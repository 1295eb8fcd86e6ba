#include <fstream>
#include <sstream>

#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

namespace {

// Lines such as EUR,USD,2026-01-01,1.08 behind a header.
std::vector<Policy::Rate> rates_in(const std::string& path) {
  std::vector<Policy::Rate> made;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::ranges::replace_if(line, [](char byte) { return byte == ',' || byte == '-'; }, ' ');
    Policy::Rate rate;
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    std::string number;
    std::istringstream(line) >> rate.from >> rate.to >> year >> month >> day >> number;
    rate.day = std::chrono::sys_days{std::chrono::year{year} / month / day}.time_since_epoch().count();
    const std::size_t whole = std::min(number.find('.'), number.size());
    std::erase(number, '.');
    rate.rate = known(Kind::number, std::stoll(number), static_cast<unsigned>(number.size() - whole));
    made.push_back(rate);
  }
  return made;
}

}  // namespace

Policy::Policy(const lang::Tree& of, const Sample& about, const std::string& folder)
    : tree(of), sample(about), zone(std::string(header(Key::zone, "UTC"))), currency(header(Key::currency, "")) {
  const auto add_word = [&](Kind kind, std::string_view list, std::string_view word) {
    Value made = known(kind, static_cast<Wide>(lists[list].size()));
    made.list = list;
    made.text = word;
    if (words.emplace(word, made).second) lists[list].push_back(made);
  };
  const Overloaded add{
      [&](const lang::PicklistDecl& decl) {
        for (const lang::PicklistMember& member : decl.members) {
          add_word(Kind::member, decl.name.text, member.name.text);
          std::vector<lang::Quoted> spelled = member.spellings;
          spelled.push_back({member.name.text, {}});
          for (const auto& each : spelled) spellings[{decl.name.text, folded(each.text)}] = words[member.name.text];
        }
      },
      [&](const lang::GradeDecl& decl) {
        for (const lang::GradeRow& row : decl.rows) {
          for (const lang::Name& label : row.cells) add_word(Kind::label, decl.name.text, label.text);
        }
      },
      [&](const lang::ObjectDecl& decl) {
        for (const lang::Field& field : decl.fields) {
          for (const lang::KindDecl& kind : field.kinds) add_word(Kind::member, decl.name.text, kind.name.text);
        }
      },
      [&](const lang::StageDecl& decl) {
        stages.push_back({&decl, decl.beside ? stage(decl.beside->text).rank : ++top_rank});
      },
      [&](const lang::RatesDecl& decl) { rates = rates_in(folder + "/" + decl.file.text); },
      [](const auto&) {},
  };
  for (std::uint32_t index = 0; index < tree.declarations.size(); ++index) {
    std::visit(add, tree.declarations[index].node);
    const auto add_name = [&](const auto& decl) {
      if constexpr (requires { std::string_view(decl.name.text); }) declarations[decl.name.text] = index;
    };
    std::visit(add_name, tree.declarations[index].node);
  }
  for (const lang::LifecycleDecl* decl : all<lang::LifecycleDecl>()) {
    for (const lang::LifecycleItem& item : decl->items) std::visit(add, item.node);
  }
}

std::string_view Policy::header(Key key, std::string_view otherwise) const {
  for (const lang::PolicyHeader* each : all<lang::PolicyHeader>()) {
    for (const lang::PolicyEntry& entry : each->entries) {
      if (entry.key == key) return entry.text;
    }
  }
  return otherwise;
}

const lang::ObjectDecl& Policy::object(std::uint32_t shape) const {
  return declared<lang::ObjectDecl>(sample.shapes[shape].name);
}
const lang::Field& Policy::field(std::uint32_t shape, std::string_view name) const {
  return *std::ranges::find(object(shape).fields, name,
                            [](const lang::Field& each) { return std::string_view(each.name.text); });
}
const Policy::Stage& Policy::stage(std::string_view name) const {
  return *std::ranges::find(stages, name, [](const Stage& each) { return std::string_view(each.decl->name.text); });
}

Value Policy::now(Kind kind) const { return in_kind(known(Kind::moment, sample.as_of.instant), kind); }
Value Policy::in_kind(const Value& time, Kind kind) const {
  if (time.kind == kind || !time.known()) return time;
  const auto number = static_cast<std::int64_t>(time.least);
  return known(kind, kind == Kind::date ? zone.day_of(number) : zone.instant(number));
}

// ---- names

Value field(std::string_view wanted, const Frame& frame) {
  using compiler::Kind;
  static const std::map<Kind, slow::Kind> kinds{
      {Kind::boolean, slow::Kind::truth},   {Kind::date, slow::Kind::date}, {Kind::datetime, slow::Kind::moment},
      {Kind::duration, slow::Kind::length}, {Kind::text, slow::Kind::text}, {Kind::picklist, slow::Kind::member}};
  const Policy& policy = frame.lead.policy;
  const ObjectShape& shape = policy.sample.shapes[frame.object];
  const auto at = static_cast<std::size_t>(shape.field(wanted));
  const FieldShape& own = shape.fields[at];
  Value type = of_kind(kinds.contains(own.kind) ? kinds.at(own.kind) : slow::Kind::number, own.digits);
  type.list = own.picklist;
  if (own.kind == Kind::money) {
    type.currency = policy.currency;
    for (const lang::Field& each : policy.object(frame.object).fields) {
      if (each.name.text == wanted && each.type.currency) type.currency = each.type.currency->text;
    }
  }
  if (frame.row == nullptr || !frame.row->cells[at].known) return type;
  const Cell& cell = frame.row->cells[at];
  if (type.kind == slow::Kind::text) return text_value(cell.text);
  if (own.kind == Kind::picklist) return policy.lists.at(own.picklist)[static_cast<std::size_t>(cell.number)];
  const bool is_to_come = own.event && cell.number > policy.now(type.kind).least;
  return is_to_come ? type : type.with(cell.number);
}

Value name(const lang::NameRef& ref, const Frame& frame) {
  const Policy& policy = frame.lead.policy;
  if (frame.parameters != nullptr && frame.parameters->contains(ref.path[0].text)) {
    return frame.parameters->at(ref.path[0].text);
  }
  const Frame* from = &frame;
  std::size_t at = 0;
  if (ref.path.size() > 1 && ref.path[0].text == "lead") {
    while (from->outer != nullptr) from = from->outer;
    at = 1;
  }
  const DataRow* row = from->row;
  std::uint32_t object = from->object;
  for (; at < ref.path.size(); ++at) {  // through references, to the row that the last word is about
    const std::vector<RelationShape>& relations = policy.sample.shapes[object].relations;
    const auto found = std::ranges::find(relations, ref.path[at].text, &RelationShape::name);
    if (found == relations.end() || found->many) break;
    object = found->object;
    const DataRow* next = nullptr;
    if (row != nullptr && policy.sample.given[object]) {
      for (const DataRow& each : row->below) {
        if (&relations[each.relation] == &*found) next = &each;
      }
    }
    row = next;
  }
  const Frame place{frame.lead, row, object, at == 0 ? frame.outer : nullptr};
  if (at == ref.path.size()) return truth(row != nullptr);
  const std::string_view word = ref.path[at].text;
  if (policy.sample.shapes[object].field(word) >= 0) return field(word, place);
  if (word == "disqualified") return lifecycle(frame.lead).disqualified;
  if (const auto found = policy.words.find(word); found != policy.words.end()) return found->second;
  if (at + 1 == ref.path.size()) return declared(word, place);
  const std::vector<Letter> all = letters(policy.declared<lang::FrameworkDecl>(word), place);
  const std::string_view part = ref.path[at + 1].text;
  if (part == "met" || part == "share") return letters_met(all, part == "share");
  return std::ranges::find(all, part, &Letter::name)->met;
}

Value declared(std::string_view name, const Frame& given) {
  Lead& lead = given.lead;
  const std::uint32_t index = lead.policy.declarations.at(name);
  const bool is_of_lead = given.outer == nullptr && given.row == &lead.row;
  if (is_of_lead && lead.known[index]) return *lead.known[index];
  const Frame frame = given.by_itself();
  // What a company that is not there has is missing, also where it is the same for all companies.
  const auto of_row = [&](const Value& made) { return frame.row == nullptr ? made.missing(made.faults) : made; };
  const Overloaded work_out{
      [&](const lang::LetDecl& decl) { return of_row(value(decl.value, frame)); },
      [&](const lang::QualifierDecl& decl) { return of_row(qualifier(decl, frame)); },
      [&](const lang::ScoreDecl& decl) { return of_row(score(decl, frame)); },
      [&](const lang::GradeDecl& decl) { return of_row(grade(decl, frame)); },
      [&](const lang::OutputDecl& decl) { return value(decl.value, frame); },
      [&](const lang::SettingDecl& decl) {
        ExprId in_force = decl.value;
        for (const lang::DatedValue& later : decl.later) {
          if (later.from <= lead.policy.now(Kind::date).least) in_force = later.value;
        }
        return as_declared(value(in_force, frame), decl.type);
      },
      [](const auto&) { return undecided(); },
  };
  const Value made = std::visit(work_out, lead.policy.tree.declarations[index].node);
  if (is_of_lead) lead.known[index] = made;
  return made;
}

// ---- functions

namespace {

Value built_in(std::string_view function, const std::vector<Value>& arguments, Lead& lead) {
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
  const auto text = [&](std::string made) { return text_value(lead.texts.emplace_back(std::move(made))); };
  if (function == "lower" || function == "upper") return text(in_case(first.text, function == "upper"));
  if (is_text) {
    const std::size_t at = first.text.find(arguments[1].text);
    if (at == std::string_view::npos) return type;
    const std::size_t behind = at + arguments[1].text.size();
    return text(std::string(function == "text_before" ? first.text.substr(0, at) : first.text.substr(behind)));
  }
  const auto number = static_cast<std::int64_t>(first.least);
  if (function == "length") return type.with(code_points(first.text));
  if (function == "year") return type.with(static_cast<int>(civil(number).year()));
  if (function == "month") return type.with(static_cast<unsigned>(civil(number).month()));
  if (function == "day_of_month") return type.with(static_cast<unsigned>(civil(number).day()));
  if (function == "day_of_week") return type.with(weekday(number));
  if (function == "date_of") return lead.policy.in_kind(first, Kind::date);
  if (function == "absolute") return type.with(first.least < 0 ? -first.least : first.least);
  if (function == "floor") return type.with(floored(first.least, ten_to(first.digits)));
  if (function == "ceiling") return type.with(-floored(-first.least, ten_to(first.digits)));
  const bool takes_first = is_less(first, arguments[1]) == (function == "smaller_of");
  return rescaled(takes_first ? first : arguments[1], type.digits);
}

}  // namespace

Value as_declared(const Value& value, const lang::TypeRef& type) {
  if (value.kind != Kind::number) return value;
  const bool has_digits = type.name.text == "decimal" || type.name.text == "percent";
  return rescaled(value, has_digits ? type.digits.value_or(4) : type.name.text == "money" ? currency_digits : 0);
}

Value call(const lang::Call& call, const Frame& frame) {
  const Policy& policy = frame.lead.policy;
  std::vector<Value> arguments;
  for (const ExprId argument : call.arguments) arguments.push_back(value(argument, frame));
  const auto found = policy.declarations.find(call.function.text);
  if (found == policy.declarations.end()) return built_in(call.function.text, arguments, frame.lead);
  Parameters parameters;
  const auto pass = [&](const auto& decl) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      arguments[i] = parameters[decl.parameters[i].name.text] = as_declared(arguments[i], decl.parameters[i].type);
    }
  };
  const auto& node = policy.tree.declarations[found->second].node;
  if (const auto* of_table = std::get_if<lang::TableDecl>(&node)) {
    pass(*of_table);
    return table(*of_table, arguments, frame);
  }
  const auto& define = std::get<lang::DefineDecl>(node);
  pass(define);
  const Value made = value(define.body, frame.by_itself(&parameters));
  return define.result ? as_declared(made, *define.result) : made;
}

// At the rate of the lead's day, or the latest one before it.
Value in_currency(const Value& amount, std::string_view currency, const Frame& frame) {
  if (amount.currency.empty() || currency.empty() || amount.currency == currency) return amount;
  const Policy& policy = frame.lead.policy;
  const Value at = value(policy.all<lang::RatesDecl>()[0]->at, frame_of(frame.lead));
  const Wide today = at.known() ? policy.in_kind(at, Kind::date).least : -without_end;
  const Policy::Rate* latest = nullptr;
  for (const Policy::Rate& each : policy.rates) {
    const bool is_one = each.from == amount.currency && each.to == currency && each.day <= today;
    if (is_one && (latest == nullptr || each.day > latest->day)) latest = &each;
  }
  Value type = of_kind(Kind::number, currency_digits);
  type.currency = currency;
  if (!amount.known() || latest == nullptr) return type.missing(amount.faults);
  const unsigned digits = amount.digits + latest->rate.digits;
  return type.with(rounded(amount.least * latest->rate.least, ten_to(digits - currency_digits)));
}

}  // namespace muster::differ::slow
