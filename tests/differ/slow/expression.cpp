#include <algorithm>
#include <set>

#include "tests/differ/slow/evaluator.h"
#include "tests/differ/slow/text.h"

namespace muster::differ::slow {

using lang::Overloaded;
using lang::RoundingMode;

ExprId Evaluator::bare(ExprId id) const {
  while (const auto* inner = std::get_if<lang::Parenthesised>(&tree_.expressions[id].node)) id = inner->inner;
  return id;
}

Value Evaluator::value(ExprId id, const Frame& frame) {
  const auto aligned = [&](const Value& made) {
    return made.kind == Kind::number ? rescaled(made, digits_of(id, frame), RoundingMode::half_even) : made;
  };
  return std::visit(
      Overloaded{
          [&](const lang::NumberLiteral& n) { return known(Kind::number, n.value.mantissa, n.value.digits); },
          [&](const lang::PercentLiteral& p) { return known(Kind::number, p.value.mantissa, p.value.digits + 2U); },
          [&](const lang::MoneyLiteral& m) {
            Value made = known(Kind::number, m.value.mantissa, m.value.digits);
            made.currency = m.currency;
            return rescaled(made, std::max<unsigned>(currency_digits_, m.value.digits), RoundingMode::half_even);
          },
          [&](const lang::DurationLiteral& d) { return known(Kind::length, d.microseconds); },
          [&](const lang::DateLiteral& d) { return known(Kind::date, d.days); },
          [&](const lang::DateTimeLiteral& d) {
            if (!d.offset_minutes) return known(Kind::moment, zone_.instant(d.days, d.microsecond_of_day));
            return known(Kind::moment, d.days * microseconds_of_day + d.microsecond_of_day -
                                           *d.offset_minutes * std::int64_t{60'000'000});
          },
          [&](const lang::TextLiteral& t) {
            Value made = missing(Kind::text);
            made.text = trimmed(t.value);
            made.known = !made.text.empty();
            return made;
          },
          [&](const lang::BoolLiteral& b) { return truth(b.value); },
          [&](const lang::NameRef& ref) { return name(ref, frame); },
          [&](const lang::Call& function) { return call(function, frame); },
          [&](const lang::AsOf&) { return known(Kind::moment, as_of_); },
          [&](const lang::Negate& negate) {
            const Value made = value(negate.operand, frame);
            if (made.known) return checked(made.kind, -static_cast<Wide>(made.number), made.digits);
            Value nothing = missing(made.kind, made.faults);
            nothing.digits = made.digits;
            return nothing;
          },
          [&](const lang::SumChain& chain) { return sum(chain, frame); },
          [&](const lang::Product& made) { return product(made, frame, 4, RoundingMode::half_even); },
          [&](const lang::Round& round) {
            // A quotient is rounded once, from what it exactly is.
            const auto* quotient = std::get_if<lang::Product>(&tree_.expressions[bare(round.operand)].node);
            if (quotient != nullptr && quotient->op == lang::ProductOp::divide) {
              return product(*quotient, frame, round.digits, round.mode);
            }
            return rescaled(value(round.operand, frame), round.digits, round.mode);
          },
          [&](const lang::DefaultTo& made) {
            const Value first = value(made.operand, frame);
            return aligned(first.known ? first : value(made.fallback, frame));
          },
          [&](const lang::Not& inverse) { return negation(value(inverse.operand, frame)); },
          [&](const lang::Logic& logic) {
            const bool all = logic.op == lang::LogicOp::conjunction;
            Value made = truth(all);
            for (const ExprId each : logic.operands) {
              const Value next = value(each, frame);
              made = all ? both(made, next) : either(made, next);
            }
            return made;
          },
          [&](const lang::Implies& i) { return either(negation(value(i.left, frame)), value(i.right, frame)); },
          [&](const lang::Comparison& c) { return comparison(c.op, c.left, c.right, frame); },
          [&](const lang::Membership& test) { return membership(test, frame); },
          [&](const lang::InWindow& test) { return in_window(test.window, value(test.value, frame), frame); },
          [&](const lang::TextTest& test) { return text_test(test, frame); },
          [&](const lang::StateTest& test) {
            return truth(value(test.operand, frame).known == (test.state == lang::State::known));
          },
          [&](const lang::KnownWithin& test) { return known_within(test, frame); },
          [&](const lang::EvidenceTest& test) { return evidence(test.operand, test.evidence, frame); },
          [&](const lang::RowsTest& test) { return rows_test(test, frame); },
          [&](const lang::Aggregate& fold) { return aggregate(fold, frame); },
          [&](const lang::DaysOf& days) { return days_of(days, frame); },
          [&](const lang::FrameworkQualified& test) {
            const auto& ref = std::get<lang::NameRef>(tree_.expressions[test.framework].node);
            const std::uint32_t index = declarations_.at(ref.path.back().text);
            return qualified(std::get<lang::FrameworkDecl>(tree_.declarations[index].node), frame);
          },
          [&](const lang::StageBecomes& test) { return becomes(test.stage.text, frame); },
          [&](const lang::If& choice) {
            const Value condition = value(choice.condition, frame);
            if (condition.known) return aligned(value(condition.is_yes() ? choice.then : choice.otherwise, frame));
            return aligned(agreed({value(choice.then, frame), value(choice.otherwise, frame)}, condition.faults));
          },
          [&](const lang::Match& choice) { return aligned(match(choice, id, frame)); },
          [&](const lang::ScoreBound& bound) {
            const Bounds& found = bounds_->at(bound.score.text);
            return known(Kind::number, bound.kind == lang::BoundKind::lowest ? found.lowest : found.highest, 4);
          },
          [&](const lang::Parenthesised& inner) { return value(inner.inner, frame); },
          [&](const auto&) { return undecided(); },
      },
      tree_.expressions[id].node);
}

// What a sum may be where a count in it is open, as long as all else is known.
Value Evaluator::extent_of_sum(const lang::SumChain& chain, const std::vector<Value>& terms, unsigned digits,
                               const Value& nothing) {
  Wide least = 0;
  Wide most = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const Value& each = terms[i];
    if (!each.known && !each.is_extent) return nothing;
    const Wide scale = ten_to(digits - each.digits);
    const Wide low = (each.known ? each.number : each.least) * scale;
    const Wide high = each.known ? low : each.most == without_end ? without_end * ten_to(digits) : each.most * scale;
    least += chain.terms[i].minus ? -high : low;
    most += chain.terms[i].minus ? -low : high;
  }
  const auto limited = [](Wide value) {
    return static_cast<std::int64_t>(std::clamp<Wide>(value, -without_end, without_end));
  };
  Value made = extent(limited(least), limited(most), digits);
  made.faults = nothing.faults;
  return made;
}

// Of numbers; or of dates, moments and lengths, in which a day is 24 hours.
Value Evaluator::sum(const lang::SumChain& chain, const Frame& frame) {
  std::vector<Value> terms;
  unsigned digits = 0;
  std::uint8_t faults = 0;
  bool is_known = true;
  int moments = 0;
  int dates = 0;
  for (const lang::SumTerm& term : chain.terms) {
    const Value next = in_currency(value(term.operand, frame), terms.empty() ? "" : terms[0].currency);
    terms.push_back(next);
    digits = std::max<unsigned>(digits, next.digits);
    const int sign = term.minus ? -1 : 1;
    if (next.kind == Kind::moment) moments += sign;
    if (next.kind == Kind::date) dates += sign;
    is_known = is_known && next.known;
    if (!next.known) faults = static_cast<std::uint8_t>(faults | next.faults);
  }
  const Kind kind = terms[0].kind == Kind::number ? Kind::number
                    : moments != 0                ? Kind::moment
                    : dates != 0                  ? Kind::date
                                                  : Kind::length;
  Value nothing = missing(kind, faults);
  nothing.digits = static_cast<std::uint8_t>(digits);
  nothing.currency = terms[0].currency;
  if (!is_known && kind == Kind::number) return extent_of_sum(chain, terms, digits, nothing);
  if (!is_known) return nothing;
  Wide total = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    Wide next = terms[i].number * ten_to(digits - terms[i].digits);
    if (terms[i].kind == Kind::date) next *= microseconds_of_day;
    total += chain.terms[i].minus ? -next : next;
  }
  Value made = checked(kind, kind == Kind::date ? floored(total, microseconds_of_day) : total, digits);
  made.currency = terms[0].currency;
  return made;
}

Value Evaluator::product(const lang::Product& made, const Frame& frame, unsigned digits, RoundingMode mode) {
  const Value left = value(made.left, frame);
  const Value right = value(made.right, frame);
  switch (made.op) {
    case lang::ProductOp::multiply:
    case lang::ProductOp::share_of:
      return multiplied(left, right);
    case lang::ProductOp::divide:
      return divided(left, right, digits, mode);
    case lang::ProductOp::remainder:
      return remainder(left, right);
  }
  return undecided();
}

// A text opposite a picklist's value is one of its spellings.
Value Evaluator::compare(lang::CompareOp op, Value left, Value right) const {
  const auto spell = [&](const Value& member, Value& text) {
    if (member.kind != Kind::member || text.kind != Kind::text) return;
    text = known(Kind::member, spellings_.at(member.list).at(folded(text.text)));
  };
  spell(left, right);
  spell(right, left);
  return compared(op, left, right);
}

Value Evaluator::comparison(lang::CompareOp op, ExprId left, ExprId right, const Frame& frame) {
  const auto* ref = std::get_if<lang::NameRef>(&tree_.expressions[bare(left)].node);
  if (ref != nullptr && ref->path.size() == 1 && ref->path[0].text == "stage") {
    return stage_compared(op, std::get<lang::NameRef>(tree_.expressions[bare(right)].node).path[0].text);
  }
  const Value one = value(left, frame);
  const Value other = in_currency(value(right, frame), one.currency);
  // Of the labels of a grade the first is the best.
  const bool is_grade = one.kind == Kind::member && std::max(one.list, other.list) >= 1000;
  return is_grade ? compare(op, other, one) : compare(op, one, other);
}

std::vector<Value> Evaluator::items_of(ExprId set, const Frame& frame) {
  const std::vector<ExprId>* items = nullptr;
  if (const auto* literal = std::get_if<lang::SetLiteral>(&tree_.expressions[bare(set)].node)) items = &literal->items;
  if (const auto* ref = std::get_if<lang::NameRef>(&tree_.expressions[bare(set)].node)) {
    const std::uint32_t index = declarations_.at(ref->path.back().text);
    items = &std::get<lang::SetDecl>(tree_.declarations[index].node).items;
  }
  std::vector<Value> made;
  if (items == nullptr) return {value(set, frame)};
  for (const ExprId item : *items) made.push_back(value(item, frame));
  return made;
}

// An open count is one of them where every number that it may be is, and none of them where none is.
Value Evaluator::is_one_of(const Value& subject, const std::vector<Value>& items) const {
  Value made = truth(false);
  if (subject.known || !subject.is_extent) {
    for (const Value& item : items) made = either(made, compare(lang::CompareOp::equal, subject, item));
    return made;
  }
  std::set<Wide> inside;
  for (const Value& item : items) {
    const Value same_scale = rescaled(item, subject.digits, RoundingMode::half_even);
    if (!same(same_scale, item) || same_scale.number < subject.least || same_scale.number > subject.most) continue;
    inside.insert(same_scale.number);
  }
  if (inside.empty()) return made;
  const bool are_all = static_cast<Wide>(inside.size()) == static_cast<Wide>(subject.most) - subject.least + 1;
  return are_all ? truth(true) : undecided(subject.faults);
}

Value Evaluator::membership(const lang::Membership& test, const Frame& frame) {
  const Value subject = value(test.value, frame);
  Value made = truth(false);
  if (const auto* range = std::get_if<lang::RangeLiteral>(&tree_.expressions[bare(test.collection)].node)) {
    const auto below = range->high_excluded ? lang::CompareOp::less : lang::CompareOp::less_equal;
    made = both(compare(lang::CompareOp::greater_equal, subject, value(range->low, frame)),
                compare(below, subject, value(range->high, frame)));
  } else {
    made = is_one_of(subject, items_of(test.collection, frame));
  }
  return test.negated ? negation(made) : made;
}

Value Evaluator::text_test(const lang::TextTest& test, const Frame& frame) {
  const Value subject = value(test.subject, frame);
  const std::vector<Value> patterns = items_of(test.pattern, frame);
  if (patterns.empty()) return truth(false);
  if (!subject.known) return undecided();
  return truth(std::any_of(patterns.begin(), patterns.end(),
                           [&](const Value& pattern) { return passes(test.op, subject.text, pattern.text); }));
}

Value Evaluator::known_within(const lang::KnownWithin& test, const Frame& frame) {
  if (!value(test.operand, frame).known) return truth(false);
  const auto& ref = std::get<lang::NameRef>(tree_.expressions[bare(test.operand)].node);
  const lang::ObjectDecl& object = *object_decls_.at(sample_.shapes[frame.object].name);
  const auto found = std::find_if(object.fields.begin(), object.fields.end(),
                                  [&](const lang::Field& each) { return each.name.text == ref.path.back().text; });
  const lang::Window window{{}, lang::LastDuration{test.duration}};
  const Value learned = field(found->dated_by->text, {frame.row, frame.object});
  if (!learned.known) return undecided();
  const Edges last = edges(window, learned.kind == Kind::date, frame);
  return both(compared(lang::CompareOp::greater_equal, learned, *last.from),
              compared(lang::CompareOp::less_equal, learned, *last.to));
}

Value Evaluator::evidence(ExprId operand, lang::Evidence wanted, const Frame& frame) {
  const auto& ref = std::get<lang::NameRef>(tree_.expressions[bare(operand)].node);
  const lang::ObjectDecl& object = *object_decls_.at(sample_.shapes[frame.object].name);
  for (const lang::Field& each : object.fields) {
    if (each.name.text != ref.path.back().text) continue;
    if (!field(each.name.text, {frame.row, frame.object}).known) return undecided();
    const Value checked_by = each.verified_by ? field(each.verified_by->text, {frame.row, frame.object})
                                              : truth(each.claim == lang::Claim::verified);
    if (wanted == lang::Evidence::verified) return checked_by;
    if (wanted == lang::Evidence::claimed) return negation(checked_by);
    return truth((each.source == lang::Source::explicit_) == (wanted == lang::Evidence::explicit_));
  }
  return undecided();
}

// ---- windows: what belongs to them lies between two edges, both included; without an edge nothing is asked

Value Evaluator::moment_edge(ExprId id, bool of_days, bool is_end, const Frame& frame) {
  const Value made = value(id, frame);
  if (of_days || made.kind == Kind::moment || !made.known) return made;
  return known(Kind::moment, is_end ? zone_.last_moment(made.number) : zone_.first_moment(made.number));
}

Evaluator::Edges Evaluator::edges(const lang::Window& window, bool of_days, const Frame& frame) {
  const Kind kind = of_days ? Kind::date : Kind::moment;
  const Value now = known(kind, of_days ? as_of_day_ : as_of_);
  const auto back_to = [&](std::int64_t day) {  // the same local time of that day, itself left out
    if (of_days) return known(kind, day + 1);
    const std::int64_t of_day = zone_.local(as_of_) - as_of_day_ * microseconds_of_day;
    return known(kind, zone_.instant(day, of_day) + 1);
  };
  return std::visit(
      Overloaded{
          [&](const lang::LastDuration& last) {
            const std::int64_t length = value(last.duration, frame).number;
            return Edges{known(kind, of_days ? as_of_day_ - length / microseconds_of_day + 1 : as_of_ - length + 1),
                         now};
          },
          [&](const lang::LastMonths& last) {
            const std::int64_t together = last.unit == lang::CalendarUnit::year      ? 12
                                          : last.unit == lang::CalendarUnit::quarter ? 3
                                                                                     : 1;
            return Edges{back_to(months_before(as_of_day_, together * last.count)), now};
          },
          [&](const lang::LastCalendar& last) {
            const std::int64_t day = first_of_unit(as_of_day_, last.unit, std::int64_t{last.count} - 1);
            return Edges{known(kind, of_days ? day : zone_.first_moment(day)), now};
          },
          [&](const lang::Since& since) { return Edges{moment_edge(since.from, of_days, false, frame), now}; },
          [&](const lang::Between& between) {
            return Edges{moment_edge(between.from, of_days, false, frame),
                         moment_edge(between.to, of_days, true, frame)};
          },
      },
      window.node);
}

Value Evaluator::in_window(const lang::Window& window, const Value& moment, const Frame& frame) {
  const Edges found = edges(window, moment.kind == Kind::date, frame);
  return both(compared(lang::CompareOp::greater_equal, moment, *found.from),
              compared(lang::CompareOp::less_equal, moment, *found.to));
}

}  // namespace muster::differ::slow
