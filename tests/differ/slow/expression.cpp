#include <set>

#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

namespace {

std::vector<Value> values(const std::vector<ExprId>& ids, const Frame& frame) {
  std::vector<Value> made;
  for (const ExprId id : ids) made.push_back(value(id, frame));
  return made;
}

std::vector<ExprId> items_of(ExprId set, const Policy& policy) {
  if (const auto* literal = policy.node<lang::SetLiteral>(set)) return literal->items;
  if (policy.node<lang::NameRef>(set) == nullptr) return {set};
  return policy.declared<lang::SetDecl>(policy.word(set)).items;
}

Value membership(const lang::Membership& test, const Frame& frame) {
  const Value subject = value(test.value, frame);
  const auto* range = frame.lead.policy.node<lang::RangeLiteral>(test.collection);
  if (range == nullptr) return is_one_of(subject, items_of(test.collection, frame.lead.policy), frame);
  const auto below = range->high_excluded ? CompareOp::less : CompareOp::less_equal;
  return both(compare(CompareOp::greater_equal, subject, range->low, frame),
              compare(below, subject, range->high, frame));
}

Value text_test(const lang::TextTest& test, const Frame& frame) {
  const Value subject = value(test.subject, frame);
  const std::vector<Value> patterns = values(items_of(test.pattern, frame.lead.policy), frame);
  if (!subject.known() && !patterns.empty()) return undecided();
  return truth(
      std::ranges::any_of(patterns, [&](const Value& pattern) { return passes(test.op, subject.text, pattern.text); }));
}

Value product_of(const lang::Product& of, const Frame& frame, unsigned digits, RoundingMode mode) {
  return product(of.op, value(of.left, frame), value(of.right, frame), digits, mode);
}

}  // namespace

Value holds(const std::optional<ExprId>& condition, const Frame& frame) {
  return condition ? value(*condition, frame) : truth(true);
}

// A text opposite a picklist's value is one of its spellings.
Value compare(CompareOp op, Value left, Value right, const Policy& policy) {
  const auto spell = [&](const Value& member, Value& text) {
    if (member.kind != Kind::member || text.kind != Kind::text) return;
    text = policy.spellings.at({member.list, folded(text.text)});
  };
  spell(left, right);
  spell(right, left);
  return compared(op, left, right);
}
Value compare(CompareOp op, const Value& left, ExprId right, const Frame& frame) {
  return compare(op, left, in_currency(value(right, frame), left.currency, frame), frame.lead.policy);
}

// An open count is one of them where every number that it may be is, and none of them where none is.
Value is_one_of(const Value& subject, const std::vector<ExprId>& items, const Frame& frame) {
  const bool is_count = subject.kind == Kind::number && subject.is_bounded && !subject.known();
  Value made = truth(false);
  std::set<Wide> inside;
  for (const Value& item : values(items, frame)) {
    const Value scaled = rescaled(item, subject.digits);
    if (is_count && !same(scaled, item)) continue;
    const Value is_it = compare(CompareOp::equal, subject, item, frame.lead.policy);
    made = either(made, is_it);
    if (!is_it.is_no()) inside.insert(scaled.least);
  }
  const bool are_all = is_count && static_cast<Wide>(inside.size()) == subject.most - subject.least + 1;
  return are_all ? truth(true) : made;
}

// ---- windows

std::pair<Value, Value> edges(const lang::Window& window, Kind kind, const Frame& frame) {
  const Policy& policy = frame.lead.policy;
  const Value now = policy.now(kind);
  const auto today = static_cast<std::int64_t>(policy.now(Kind::date).least);
  const auto edge = [&](ExprId id, bool is_end) {
    const Value made = value(id, frame);
    if (made.kind == kind || !made.known()) return made;
    const auto day = static_cast<std::int64_t>(made.least);
    return now.with(is_end ? policy.zone.instant(day + 1) - 1 : policy.zone.instant(day));
  };
  return std::visit(
      Overloaded{
          [&](const lang::LastDuration& last) {
            const Wide length = value(last.duration, frame).least;
            return std::pair(now.with(now.least - (kind == Kind::date ? length / microseconds_of_day : length) + 1),
                             now);
          },
          [&](const lang::LastMonths& last) {  // the same local time of that day, itself left out
            const std::int64_t day = months_before(today, std::int64_t{last.count} * months_of(last.unit));
            if (kind == Kind::date) return std::pair(now.with(day + 1), now);
            const std::int64_t of_day = policy.zone.local(policy.sample.as_of.instant) - today * microseconds_of_day;
            return std::pair(now.with(policy.zone.instant(day, of_day) + 1), now);
          },
          [&](const lang::LastCalendar& last) {
            const std::int64_t day = first_of_unit(today, last.unit, std::int64_t{last.count} - 1);
            return std::pair(policy.in_kind(known(Kind::date, day), kind), now);
          },
          [&](const lang::Since& since) { return std::pair(edge(since.from, false), now); },
          [&](const lang::Between& between) { return std::pair(edge(between.from, false), edge(between.to, true)); },
      },
      window.node);
}

Value in_window(const lang::Window& window, const Value& time, const Frame& frame) {
  const auto [from, to] = edges(window, time.kind, frame);
  return both(compared(CompareOp::greater_equal, time, from), compared(CompareOp::less_equal, time, to));
}

Value value(ExprId id, const Frame& frame) {
  const Policy& policy = frame.lead.policy;
  const auto fold = [&](const std::vector<ExprId>& operands, auto how) {
    Value made = value(operands[0], frame);
    for (std::size_t i = 1; i < operands.size(); ++i) made = how(made, value(operands[i], frame));
    return made;
  };
  const Overloaded work_out{
      [&](const lang::NumberLiteral& n) { return known(Kind::number, n.value.mantissa, n.value.digits); },
      [&](const lang::PercentLiteral& p) { return known(Kind::number, p.value.mantissa, p.value.digits + 2U); },
      [&](const lang::MoneyLiteral& m) {
        Value made = known(Kind::number, m.value.mantissa, m.value.digits);
        made.currency = m.currency;
        return rescaled(made, std::max<unsigned>(currency_digits, m.value.digits));
      },
      [&](const lang::DurationLiteral& d) { return known(Kind::length, d.microseconds); },
      [&](const lang::DateLiteral& d) { return known(Kind::date, d.days); },
      [&](const lang::DateTimeLiteral& d) {
        if (!d.offset_minutes) return known(Kind::moment, policy.zone.instant(d.days, d.microsecond_of_day));
        const std::int64_t offset = *d.offset_minutes * std::int64_t{60'000'000};
        return known(Kind::moment, d.days * microseconds_of_day + d.microsecond_of_day - offset);
      },
      [&](const lang::TextLiteral& t) { return text_value(t.value); },
      [&](const lang::BoolLiteral& b) { return truth(b.value); },
      [&](const lang::NameRef& ref) { return name(ref, frame); },
      [&](const lang::Call& function) { return call(function, frame); },
      [&](const lang::AsOf&) { return policy.now(Kind::moment); },
      [&](const lang::Negate& negate) {
        const Value made = value(negate.operand, frame);
        return made.known() ? made.with(-made.least) : made.missing(made.faults);
      },
      [&](const lang::SumChain& chain) {
        std::vector<std::pair<bool, Value>> terms;
        for (const lang::SumTerm& each : chain.terms) {
          const std::string_view currency = terms.empty() ? "" : terms[0].second.currency;
          terms.emplace_back(each.minus, in_currency(value(each.operand, frame), currency, frame));
        }
        return sum(terms);
      },
      [&](const lang::Product& of) { return product_of(of, frame, 4, RoundingMode::half_even); },
      [&](const lang::Round& round) {  // a quotient is rounded once, from what it exactly is
        const auto* of = policy.node<lang::Product>(round.operand);
        if (of != nullptr && of->op == lang::ProductOp::divide) return product_of(*of, frame, round.digits, round.mode);
        return rescaled(value(round.operand, frame), round.digits, round.mode);
      },
      [&](const lang::DefaultTo& either_of) {
        const Value first = value(either_of.operand, frame);
        return chosen({{first.known() ? 0U : 1U}, true}, {first, value(either_of.fallback, frame)});
      },
      [&](const lang::Not& inverse) { return negation(value(inverse.operand, frame)); },
      [&](const lang::Logic& logic) {
        return fold(logic.operands, logic.op == lang::LogicOp::conjunction ? both : either);
      },
      [&](const lang::Implies& i) { return either(negation(value(i.left, frame)), value(i.right, frame)); },
      [&](const lang::Comparison& test) {
        const auto* ref = policy.node<lang::NameRef>(test.left);
        const bool is_stage = ref != nullptr && ref->path.size() == 1 && ref->path[0].text == "stage";
        if (is_stage) return stage_compared(test.op, policy.word(test.right), frame.lead);
        return compare(test.op, value(test.left, frame), test.right, frame);
      },
      [&](const lang::Membership& test) {
        return test.negated ? negation(membership(test, frame)) : membership(test, frame);
      },
      [&](const lang::InWindow& test) { return in_window(test.window, value(test.value, frame), frame); },
      [&](const lang::TextTest& test) { return text_test(test, frame); },
      [&](const lang::StateTest& test) {
        return truth(value(test.operand, frame).known() == (test.state == lang::State::known));
      },
      [&](const lang::KnownWithin& test) {
        if (!value(test.operand, frame).known()) return truth(false);
        const lang::Name& learned = *policy.field(frame.object, policy.word(test.operand)).dated_by;
        return in_window({{}, lang::LastDuration{test.duration}}, field(learned.text, frame), frame);
      },
      [&](const lang::EvidenceTest& test) {
        if (!value(test.operand, frame).known()) return undecided();
        const lang::Field& about = policy.field(frame.object, policy.word(test.operand));
        if (test.evidence == lang::Evidence::verified) return is_verified(about, frame);
        if (test.evidence == lang::Evidence::claimed) return negation(is_verified(about, frame));
        return truth((about.source == lang::Source::explicit_) == (test.evidence == lang::Evidence::explicit_));
      },
      [&](const lang::RowsTest& test) { return rows_test(test, frame); },
      [&](const lang::Aggregate& aggregate_of) { return aggregate(aggregate_of, frame); },
      [&](const lang::DaysOf& days) { return days_of(days, frame); },
      [&](const lang::FrameworkQualified& test) {
        return qualified(policy.declared<lang::FrameworkDecl>(policy.word(test.framework)), frame);
      },
      [&](const lang::StageBecomes& test) { return becomes(test.stage.text, frame.lead); },
      [&](const lang::If& choice) {
        const Value condition = value(choice.condition, frame);
        return chosen(first_of({condition, truth(true)}), values({choice.then, choice.otherwise}, frame));
      },
      [&](const lang::Match& match) {
        std::vector<lang::Band> bands;
        std::vector<Value> results;
        for (const lang::MatchArm& arm : match.arms) {
          bands.push_back(arm.band);
          results.push_back(value(arm.result, frame));
        }
        return chosen(first_band(match.subject, bands, frame), results);
      },
      [&](const lang::ScoreBound& bound) {
        const auto found = frame.lead.bounds.find(bound.score.text);
        if (found == frame.lead.bounds.end()) return of_kind(Kind::number, 4);
        const auto [lowest, highest] = found->second;
        return known(Kind::number, bound.kind == lang::BoundKind::lowest ? lowest : highest, 4);
      },
      [&](const lang::Parenthesised& inner) { return value(inner.inner, frame); },
      [&](const auto&) { return undecided(); },
  };
  return std::visit(work_out, policy.tree.expressions[id].node);
}

}  // namespace muster::differ::slow
