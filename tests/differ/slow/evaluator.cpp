#include "tests/differ/slow/score.h"

namespace muster::differ::slow {

namespace {

// ---- what comes in and goes out

Value type_of(const FieldShape& field) {
  using compiler::Kind;
  static const std::map<Kind, slow::Kind> kinds{
      {Kind::boolean, slow::Kind::truth},   {Kind::date, slow::Kind::date}, {Kind::datetime, slow::Kind::moment},
      {Kind::duration, slow::Kind::length}, {Kind::text, slow::Kind::text}, {Kind::picklist, slow::Kind::member}};
  const slow::Kind kind = kinds.contains(field.kind) ? kinds.at(field.kind) : slow::Kind::number;
  return Value{.kind = kind, .digits = field.digits, .list = field.picklist, .currency = field.currency}.missing();
}

Answer answer_of(const Value& value) {
  if (!value.known()) return {.number = value.faults};
  if (value.kind == Kind::truth) return Answer::truth(value.is_yes());
  const bool is_word = value.kind == Kind::text || value.kind == Kind::member || value.kind == Kind::label;
  return is_word ? Answer::of(value.text) : Answer::of(value.number(), value.digits);
}

// ---- names

Value criterion(CriterionId id, const Frame& frame) {
  const Overloaded work_out{
      [&](const Require& require) { return value(require.condition, frame); },
      [&](const Exclude& exclude) {
        const Value out = negation(value(exclude.condition, frame));
        return exclude.except_when ? either(out, value(*exclude.except_when, frame)) : out;
      },
      [&](const CriterionGroup& group) {
        const bool is_any = group.kind == GroupKind::any_of;
        const auto all = group.kind == GroupKind::all_of ? group.items.size() : group.count;
        const Value holding = sum(each_of(group.items, [&](CriterionId each) { return criterion(each, frame); }));
        return compared(CompareOp::greater_equal, holding, known(Kind::number, is_any ? 1 : all));
      },
  };
  return std::visit(work_out, frame.in.tree.criteria[id].node);
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
      [&](const QualifierDecl& decl) {
        return of_row(all_hold(decl.items, [&](CriterionId each) { return criterion(each, frame); }));
      },
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

// By its key; else the only one that the fallback match fits.
const DataRow* referred(Evaluator& in) {
  if (!in.sample.given[company_object] || in.reference == nullptr) return nullptr;
  const auto named = in.rows.companies().find(field(in.reference->by.text, of_lead(in)).text);
  if (named != in.rows.companies().end()) return in.rows.is_open(named->second) ? nullptr : named->second;
  const std::optional<FallbackMatch>& otherwise = in.reference->otherwise;
  const Value match = otherwise ? value(otherwise->value, of_lead(in)) : of_kind(Kind::text);
  const std::wstring& wanted = folded(match.text);
  return match.known() && in.by_fallback.count(wanted) == 1 ? in.by_fallback.find(wanted)->second : nullptr;
}

// ---- functions

Value built_in(std::string_view function, const std::vector<Value>& arguments, Evaluator& in) {
  const Value& first = arguments.front();
  const Value& last = arguments.back();  // the same one where there is only one
  const bool is_same = function == "absolute" || function == "smaller_of" || function == "larger_of";
  const bool is_text = function == "lower" || function == "upper" || function.starts_with("text_");
  Value type = is_same ? first : of_kind(is_text ? Kind::text : function == "date_of" ? Kind::date : Kind::number);
  if (is_same) type.digits = std::max(first.digits, last.digits);
  if (!first.known() || !last.known()) return type.missing(first.faults | last.faults);
  if (function == "lower" || function == "upper") {
    return text_value(in.texts.emplace_back(in_case(first.text, function == "upper")));
  }
  if (is_text) {
    const std::size_t at = first.text.find(last.text);
    if (at == std::string_view::npos) return type;
    const std::string_view behind = first.text.substr(at + last.text.size());
    return text_value(function == "text_before" ? first.text.substr(0, at) : behind);
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
  const bool takes_first = is_surely_less(first, last) == (function == "smaller_of");
  return rescaled(takes_first ? first : last, type.digits);
}

Value call(const Call& call, const Frame& frame) {
  Evaluator& in = frame.in;
  const auto declaration = in.declarations.find(call.function.text);
  if (declaration == in.declarations.end()) return built_in(call.function.text, values(call.arguments, frame), in);
  const DeclarationNode& node = in.tree.declarations[declaration->second].node;
  const auto* rows = std::get_if<TableDecl>(&node);
  if (rows != nullptr) return table(*rows, given(rows->parameters, call.arguments, frame), frame);
  const auto& define = std::get<DefineDecl>(node);
  const Parameters parameters = given(define.parameters, call.arguments, frame);
  const Value made = value(define.body, frame.by_itself(&parameters));
  return define.result ? as_declared(made, *define.result) : made;
}

// At the rate of the lead's day, or the latest one before it.
Value in_currency(const Value& amount, std::string_view currency, const Frame& frame) {
  if (amount.currency.empty() || currency.empty() || amount.currency == currency) return amount;
  const Value type = Value{.kind = Kind::number, .digits = currency_digits, .currency = currency}.missing();
  const Value at = frame.in.in_kind(value(frame.in.only<RatesDecl>()->at, of_lead(frame.in)), Kind::date);
  const Rate* rate = nullptr;
  for (const Rate& each : frame.in.sample.rates) {  // by day
    if (each.from == amount.currency && each.to == currency && each.day <= at.least) rate = &each;
  }
  if (!amount.known() || !at.known() || rate == nullptr) return type.missing(amount.faults);
  return type.with(rounded(amount.least * rate->number, ten_to(amount.digits + rate->digits - currency_digits)));
}

// ---- expressions

Value membership(const Membership& test, const Frame& frame) {
  const Value subject = value(test.value, frame);
  const auto* range = frame.in.node<RangeLiteral>(test.collection);
  const Value made = range == nullptr
                         ? is_one_of(subject, items_of(test.collection, frame.in), frame)
                         : is_within(subject, {range->low, range->high, false, range->high_excluded}, frame);
  return test.negated ? negation(made) : made;
}

Value text_test(const TextTest& test, const Frame& frame) {
  const Value subject = value(test.subject, frame);
  const std::vector<Value> patterns = values(items_of(test.pattern, frame.in), frame);
  const auto is_passed = [&](const Value& pattern) { return passes(test.op, subject.text, pattern.text); };
  return !subject.known() && !patterns.empty() ? undecided() : truth(std::ranges::any_of(patterns, is_passed));
}

Value product_of(const Product& of, const Frame& frame, unsigned digits, RoundingMode mode) {
  const Value left = value(of.left, frame);
  return product(of.op, left, in_currency(value(of.right, frame), left.currency, frame), digits, mode);
}

}  // namespace

Value field(std::string_view wanted, const Frame& frame) {
  const auto& [at, type, is_event] = frame.in.objects[frame.object].fields.at(wanted);
  if (frame.row == nullptr || !frame.row->cells[at].known) return type;
  const Cell& cell = frame.row->cells[at];
  if (type.kind == Kind::text) return text_value(cell.text);
  if (type.kind == Kind::member) {
    const std::vector<Value>& members = frame.in.lists[type.list];  // what a row is may be none of them
    if (cell.number < std::ssize(members)) return members[static_cast<std::size_t>(cell.number)];
  }
  const bool is_to_come = is_event && cell.number > frame.in.now(type.kind).least;
  return is_to_come ? type : type.with(cell.number);
}

Value name(const NameRef& ref, const Frame& frame) {
  Evaluator& in = frame.in;
  const std::string_view root = ref.path[0].text;
  if (frame.parameters != nullptr && frame.parameters->contains(root)) return frame.parameters->at(root);
  const bool is_of_lead = ref.path.size() > 1 && root == "lead";
  const bool is_of_company = ref.path[is_of_lead ? 1 : 0].text == "company";  // the only row that another refers to
  const std::size_t at = (is_of_lead ? 1U : 0U) + (is_of_company ? 1U : 0U);
  if (at == ref.path.size()) return truth(in.company != nullptr);
  const Frame by_itself = is_of_lead ? of_lead(in) : frame.by_itself();
  const Frame place = is_of_company ? Frame{in, in.company, company_object} : by_itself;
  const std::string_view word = ref.path[at].text;
  if (in.objects[place.object].fields.contains(word)) return field(word, place);
  if (word == "disqualified") return in.disqualified;
  if (const auto found = in.words.find(word); found != in.words.end()) return found->second;
  if (at + 1 == ref.path.size()) return declared(word, place);
  const auto& framework = in.decl<FrameworkDecl>(word);
  const std::vector<Letter> all = letters(framework.has_parameters ? *in.made_from_pattern : framework, place);
  const std::string_view part = ref.path[at + 1].text;
  if (part == "met" || part == "share") return letters_met(all, part == "share");
  return std::ranges::find(all, part, &Letter::name)->met;
}

Value value(ExprId id, const Frame& frame) {
  Evaluator& in = frame.in;
  const Overloaded work_out{
      [&](const NumberLiteral& n) { return known(Kind::number, n.value.mantissa, n.value.digits); },
      [&](const PercentLiteral& p) { return known(Kind::number, p.value.mantissa, p.value.digits + 2U); },
      [&](const MoneyLiteral& m) {
        Value made = known(Kind::number, m.value.mantissa, m.value.digits);
        made.currency = m.currency;
        return rescaled(made, std::max(currency_digits, made.digits));
      },
      [&](const DurationLiteral& d) { return known(Kind::length, d.microseconds); },
      [&](const DateLiteral& d) { return known(Kind::date, d.days); },
      [&](const DateTimeLiteral& d) {
        const Wide in_utc = Wide{d.days} * microseconds_of_day + d.microsecond_of_day;
        return known(Kind::moment, d.offset_minutes ? in_utc - Wide{*d.offset_minutes} * 60'000'000
                                                    : instant_of(d.days, d.microsecond_of_day, *in.zone));
      },
      [&](const TextLiteral& t) { return text_value(t.value); },
      [&](const BoolLiteral& b) { return truth(b.value); },
      [&](const NameRef& ref) { return name(ref, frame); },
      [&](const Call& function) { return call(function, frame); },
      [&](const AsOf&) { return in.now(Kind::moment); },
      [&](const Negate& negate) {
        const Value made = value(negate.operand, frame);
        return made.known() ? made.with(-made.least) : made.missing(made.faults);
      },
      [&](const SumChain& chain) {
        std::vector<Value> terms;
        for (const SumTerm& each : chain.terms) {
          const std::string_view currency = terms.empty() ? "" : terms[0].currency;
          const Value term = in_currency(value(each.operand, frame), currency, frame);
          terms.push_back(each.minus ? minus(term) : term);
        }
        return sum(terms);
      },
      [&](const Product& of) { return product_of(of, frame, 4, RoundingMode::half_even); },
      [&](const Round& round) {  // a quotient is rounded once, from what it exactly is
        const auto* of = in.node<Product>(round.operand);
        if (of != nullptr && of->op == ProductOp::divide) return product_of(*of, frame, round.digits, round.mode);
        return rescaled(value(round.operand, frame), round.digits, round.mode);
      },
      [&](const DefaultTo& made) {
        const std::vector<Value> both_of = values({made.operand, made.fallback}, frame);
        return chosen({{both_of[0].known() ? 0U : 1U}, true}, both_of);
      },
      [&](const Not& inverse) { return negation(value(inverse.operand, frame)); },
      [&](const Logic& logic) {
        const bool is_or = logic.op == LogicOp::disjunction;
        const auto operand = [&](ExprId each) { return is_or ? negation(value(each, frame)) : value(each, frame); };
        const Value made = all_hold(logic.operands, operand);
        return is_or ? negation(made) : made;
      },
      [&](const Implies& i) { return either(negation(value(i.left, frame)), value(i.right, frame)); },
      [&](const Comparison& test) {
        const auto* ref = in.node<NameRef>(test.left);
        const bool is_stage = ref != nullptr && ref->path.size() == 1 && ref->path[0].text == "stage";
        if (is_stage) return stage_compared(test.op, in.word(test.right), in);
        const Value left = value(test.left, frame);
        return compare(test.op, left, in_currency(value(test.right, frame), left.currency, frame), in);
      },
      [&](const Membership& test) { return membership(test, frame); },
      [&](const InWindow& test) { return in_window(test.window, value(test.value, frame), frame); },
      [&](const TextTest& test) { return text_test(test, frame); },
      [&](const StateTest& test) { return truth(value(test.operand, frame).known() == (test.state == State::known)); },
      [&](const KnownWithin& test) {
        if (!value(test.operand, frame).known()) return truth(false);
        const Value learned = field(field_of(test.operand, frame).dated_by->text, frame);
        return in_window({{}, LastDuration{test.duration}}, learned, frame);
      },
      [&](const EvidenceTest& test) {
        if (!value(test.operand, frame).known()) return undecided();
        const Field& about = field_of(test.operand, frame);
        if (test.evidence == Evidence::verified) return is_verified(about, frame);
        if (test.evidence == Evidence::claimed) return negation(is_verified(about, frame));
        return truth((about.source == Source::explicit_) == (test.evidence == Evidence::explicit_));
      },
      [&](const RowsTest& test) { return rows_test(test, frame); },
      [&](const Aggregate& fold) { return aggregate(fold, frame); },
      [&](const DaysOf& days) { return days_of(days, frame); },
      [&](const FrameworkQualified& test) { return qualified(in.decl<FrameworkDecl>(in.word(test.framework)), frame); },
      [&](const StageBecomes& test) { return becomes(test.stage.text, in); },
      [&](const If& choice) {
        const Taken taken = first_of({value(choice.condition, frame), truth(true)});
        return chosen(taken, values({choice.then, choice.otherwise}, frame));
      },
      [&](const Match& match) {
        return chosen(first_band(match.subject, match.arms, frame),
                      values(each_of(match.arms, &MatchArm::result), frame));
      },
      [&](const ScoreBound& bound) {
        const auto [lowest, highest] = in.bounds[bound.score.text];
        const Value number = of_kind(Kind::number, 4);
        const bool is_low = bound.kind == BoundKind::lowest;
        if (is_low ? lowest > no_lowest : highest < no_highest) return number.with(is_low ? lowest : highest);
        const Wide far = ten_to(12);  // a hundred million points
        return is_low ? number.between(-without_end, std::min<Wide>(-far, highest))
                      : number.between(std::max<Wide>(far, lowest), without_end);
      },
      [&](const Parenthesised& inner) { return value(inner.inner, frame); },
      [&](const auto&) { return undecided(); },
  };
  return std::visit(work_out, in.tree.expressions[id].node);
}

// ---- the answers

Evaluator::Evaluator(const Tree& of, const Sample& about) : tree(of), sample(about), rows(of, about) {
  for (std::uint32_t index = 0; index < tree.declarations.size(); ++index) {
    const auto add_name = [&](const auto& decl) {
      if constexpr (requires { std::string_view(decl.name.text); }) declarations[decl.name.text] = index;
    };
    std::visit(add_name, tree.declarations[index].node);
  }
  for (const ObjectShape& shape : sample.shapes) {
    Object& object = objects.emplace_back();
    if (declarations.contains(shape.name)) object.decl = &decl<ObjectDecl>(shape.name);
    for (const FieldShape& each : shape.fields) {
      object.fields.emplace(each.name, FieldOf{object.fields.size(), type_of(each), each.event});
    }
  }
  for (const auto* header : all<PolicyHeader>()) {
    for (const PolicyEntry& entry : header->entries) {
      if (entry.key == PolicyEntry::Key::zone) zone = date::locate_zone(entry.text);
    }
  }
  const auto add_word = [&](Kind kind, std::string_view list, std::string_view word) {
    // Of a grade's labels the first is the best.
    const Wide position = std::ssize(lists[list]) * (kind == Kind::label ? -1 : 1);
    const Value made{.kind = kind, .least = position, .most = position, .text = word, .list = list};
    if (words.emplace(word, made).second) lists[list].push_back(made);
  };
  for (const auto* picklist : all<PicklistDecl>()) {
    for (const PicklistMember& each : picklist->members) {
      add_word(Kind::member, picklist->name.text, each.name.text);
      const Value& member = spellings[{picklist->name.text, folded(each.name.text)}] = words[each.name.text];
      for (const Quoted& spelling : each.spellings) spellings[{member.list, folded(spelling.text)}] = member;
    }
  }
  for (const auto* grade : all<GradeDecl>()) {
    for (const GradeRow& row : grade->rows) {
      for (const Name& label : row.cells) add_word(Kind::label, grade->name.text, label.text);
    }
  }
  for (const auto* object : all<ObjectDecl>()) {
    for (const Field& each : object->fields) {
      for (const KindDecl& kind : each.kinds) add_word(Kind::member, object->name.text, kind.name.text);
    }
  }
  std::int64_t top = -1;
  for (const auto* decl : all<StageDecl>()) {
    stages.push_back({decl, decl->beside ? stage(decl->beside->text).rank : ++top});
  }
  std::ranges::stable_sort(stages, {}, &Stage::rank);
  for (const Relation& each : decl<ObjectDecl>("Lead").relations) {
    if (!each.many) reference = &each;
  }
  for (const auto& [key, row] : rows.companies()) {
    if (reference == nullptr || !reference->otherwise || key != row->cells[0].text) continue;
    const Value match = field(reference->otherwise->field.text, {*this, row, row->object});
    for (int i = rows.is_open(row) ? 2 : 1; i > 0 && match.known(); --i) by_fallback.emplace(folded(match.text), row);
  }
  // A lead without anything has all the labels.
  evaluate({0, std::vector<Cell>(sample.shapes[0].fields.size()), {}}, {});
}

const std::vector<Answer>& Evaluator::evaluate(const DataRow& of, const BoundsOfScores& of_scores) {
  answers.clear();
  lead = &of;
  bounds = of_scores;
  worked_out.assign(tree.declarations.size(), std::nullopt);
  const Frame frame = of_lead(*this);
  company = referred(*this);
  work_out_stages(*this);
  const auto say = [&](std::string_view what, std::string_view name, const Value& value) {
    if (answers.size() == labels.size()) labels.push_back(std::string(what).append(name));
    answers.push_back(answer_of(value));
  };
  const auto say_declared = [&](std::string_view what, const auto& decl) {
    if (!decl.about) say(what, decl.name.text, declared(decl.name.text, frame));
  };
  const Overloaded answer{
      [&](const QualifierDecl& decl) { say_declared("qualifier ", decl); },
      [&](const ScoreDecl& decl) { say_declared("score ", decl); },
      [&](const GradeDecl& decl) { say_declared("grade ", decl); },
      [&](const OutputDecl& decl) { say("output ", decl.name.text, value(decl.value, frame)); },
      [&](const IgnoreDecl& decl) {
        if (!decl.object) say("ignored", "", value(decl.condition, frame));
      },
      [&](const FrameworkDecl& decl) {
        if (decl.has_parameters) return;
        const std::vector<Letter> all = letters(decl, frame);
        say("framework ", decl.name.text, qualified(decl, frame));
        say("met of ", decl.name.text, letters_met(all, false));
        for (const Letter& letter : all) {
          const std::string name = decl.name.text + "." + std::string(letter.name);
          say("letter ", name, letter.met.known() ? letter.met : undecided());  // nobody asks why it is open
          say("half ", name, letter.half.known() ? letter.half : undecided());
        }
      },
      [&](const LifecycleDecl&) {
        for (const Stage& stage : stages) say("stage ", stage.decl->name.text, stage.held);
        say("disqualified", "", disqualified);
        say("not yet", "", not_yet);
        say("reported", "", {.kind = Kind::text, .text = reported(*this)});
      },
      [&](const RouteDecl& decl) {
        const auto taken = first_of(each_of(decl.rows, [&](const auto& row) { return holds(row.condition, frame); }));
        const auto* destination = taken.is_sure ? &decl.rows[taken.possible.back()].destination.text : nullptr;
        say("route", "", destination == nullptr ? of_kind(Kind::text) : text_value(*destination));
        say("provisional", "", truth(taken.is_open()));
      },
      [](const auto&) {},
  };
  for (const Declaration& each : tree.declarations) std::visit(answer, each.node);
  return answers;
}

}  // namespace muster::differ::slow
