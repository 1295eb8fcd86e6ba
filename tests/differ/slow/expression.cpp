#include <set>

#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

const Field& field_of(ExprId name, const Frame& frame) {
  const std::string_view word = frame.in.word(name);
  return *frame.in.field_that(frame.object, [&](const Field& each) { return each.name.text == word; });
}
Value holds(const std::optional<ExprId>& condition, const Frame& frame) {
  return condition ? value(*condition, frame) : truth(true);
}

namespace {

std::vector<Value> values(const std::vector<ExprId>& ids, const Frame& frame) {
  return each_of(ids, [&](ExprId id) { return value(id, frame); });
}

std::vector<ExprId> items_of(ExprId set, const Evaluator& in) {
  if (const auto* literal = in.node<SetLiteral>(set)) return literal->items;
  if (in.node<NameRef>(set) == nullptr) return {set};
  return in.decl<SetDecl>(in.word(set)).items;
}

// A text opposite a picklist's value is one of its spellings.
Value compare(CompareOp op, Value left, Value right, const Evaluator& in) {
  const auto spell = [&](const Value& member, Value& text) {
    const bool is_spelling = member.kind == Kind::member && text.kind == Kind::text;
    if (is_spelling) text = in.spellings.at({member.list, folded(text.text)});
  };
  spell(left, right);
  spell(right, left);
  return compared(op, left, right);
}

// An open count is one of them where every number that it may be is, and none of them where none is.
Value is_one_of(const Value& subject, const std::vector<ExprId>& items, const Frame& frame) {
  const bool is_count = subject.kind == Kind::number && subject.is_bounded && !subject.known();
  Value made = truth(false);
  std::set<Wide> inside;
  for (const Value& item : values(items, frame)) {
    const Value scaled = rescaled(item, subject.digits);
    if (is_count && !same(scaled, item)) continue;
    const Value is_it = compare(CompareOp::equal, subject, item, frame.in);
    made = either(made, is_it);
    if (!is_it.is_no()) inside.insert(scaled.least);
  }
  const bool are_all = is_count && static_cast<Wide>(inside.size()) == subject.most - subject.least + 1;
  return are_all ? truth(true) : made;
}

Value is_within(const Value& subject, const BandRange& range, const Frame& frame) {
  const auto low = range.low_excluded ? CompareOp::greater : CompareOp::greater_equal;
  const auto high = range.high_excluded ? CompareOp::less : CompareOp::less_equal;
  return both(range.low ? compare(low, subject, value(*range.low, frame), frame.in) : truth(true),
              range.high ? compare(high, subject, value(*range.high, frame), frame.in) : truth(true));
}

Value membership(const Membership& test, const Frame& frame) {
  const Value subject = value(test.value, frame);
  const auto* range = frame.in.node<RangeLiteral>(test.collection);
  return range == nullptr ? is_one_of(subject, items_of(test.collection, frame.in), frame)
                          : is_within(subject, {range->low, range->high, false, range->high_excluded}, frame);
}

Value text_test(const TextTest& test, const Frame& frame) {
  const Value subject = value(test.subject, frame);
  const std::vector<Value> patterns = values(items_of(test.pattern, frame.in), frame);
  const auto is_passed = [&](const Value& pattern) { return passes(test.op, subject.text, pattern.text); };
  return !subject.known() && !patterns.empty() ? undecided() : truth(std::ranges::any_of(patterns, is_passed));
}

Value product_of(const Product& of, const Frame& frame, unsigned digits, RoundingMode mode) {
  return product(of.op, value(of.left, frame), value(of.right, frame), digits, mode);
}

// ---- bands

bool is_missing(const Band& band) { return std::holds_alternative<BandMissing>(band.node); }

// `asks_missing`: another band of the same column says `missing`, so that this one does not match what is missing.
Value in_band(const Band& band, const Value& subject, bool asks_missing, const Frame& frame) {
  const auto* range = std::get_if<BandRange>(&band.node);
  const auto* listed = std::get_if<BandValues>(&band.node);
  if (is_missing(band)) return truth(!subject.known());
  if (range == nullptr && listed == nullptr) return truth(true);  // any, otherwise
  if (asks_missing && !subject.known()) return truth(false);
  return range != nullptr ? is_within(subject, *range, frame) : is_one_of(subject, listed->values, frame);
}

// What something missing may turn out to be, as far as the bands can tell it: every member, every value at an edge and
// beside it, and something that no band names.
std::vector<Value> possible_values(const Value& type, const std::vector<const Band*>& bands, const Frame& frame) {
  if (type.kind == Kind::truth) return {truth(true), truth(false)};
  if (type.kind == Kind::member) return frame.in.lists.at(type.list);
  std::vector<ExprId> named;
  for (const Band* band : bands) {
    const auto* listed = std::get_if<BandValues>(&band->node);
    const auto* range = std::get_if<BandRange>(&band->node);
    if (listed != nullptr) named.insert(named.end(), listed->values.begin(), listed->values.end());
    for (const auto edge : {&BandRange::low, &BandRange::high}) {
      if (range != nullptr && range->*edge) named.push_back(*(range->*edge));
    }
  }
  std::vector<Value> found{type.between(without_end, without_end)};
  found[0].text = "unlike any";
  for (Value edge : values(named, frame)) {
    const Wide scaled = floored(edge.least * ten_to(type.digits), ten_to(edge.digits));
    edge.digits = type.digits;
    for (const int step : {-1, 0, 1}) found.push_back(edge.between(scaled + step, scaled + step));
  }
  return found;
}

}  // namespace

Taken first_of(const std::vector<Value>& conditions) {
  Taken made;
  for (std::size_t i = 0; i < conditions.size() && !made.is_sure; ++i) {
    if (conditions[i].is_no()) continue;
    if (made.possible.empty()) made.faults = conditions[i].faults;
    made.possible.push_back(i);
    made.is_sure = conditions[i].is_yes();
  }
  return made;
}

Taken first_band(ExprId subject, const std::vector<const Band*>& bands, const Frame& frame) {
  const Value actual = value(subject, frame);
  const bool asks_missing = std::ranges::any_of(bands, [](const Band* band) { return is_missing(*band); });
  std::vector<Value> possible{actual};
  if (!actual.known() && !asks_missing) possible = possible_values(actual, bands, frame);
  std::set<std::size_t> arms;
  for (const Value& each : possible) {
    const auto takes = [&](const Band* band) { return in_band(*band, each, asks_missing, frame).is_yes(); };
    arms.insert(static_cast<std::size_t>(std::ranges::find_if(bands, takes) - bands.begin()));
  }
  const bool may_be_none = arms.erase(bands.size()) != 0;
  return {{arms.begin(), arms.end()}, !may_be_none, actual.faults};
}

// Known if all that is possible is known and the same.
Value chosen(const Taken& taken, const std::vector<Value>& results) {
  std::vector<Value> possible = each_of(taken.possible, [&](std::size_t each) { return results[each]; });
  if (!taken.is_sure) possible.push_back(results[0].missing());  // perhaps nothing is taken at all
  const Value& first = possible[0];
  const bool are_same = std::ranges::all_of(possible, [&](const Value& each) { return same(first, each); });
  // What only may be taken does not say why nobody knows which is.
  const unsigned faults = taken.faults | (possible.size() == 1 ? first.faults : 0);
  return rescaled(are_same ? first : first.missing(faults), std::ranges::max(results, {}, &Value::digits).digits);
}

Value table(const TableDecl& table, const std::vector<Value>& arguments, const Frame& frame) {
  const auto pointer_to = [](const TableRow& row) { return &row; };
  std::vector<const TableRow*> rows = each_of(table.rows, pointer_to);
  for (const auto* more : frame.in.all<ExtendDecl>()) {
    if (more->table.text != table.name.text) continue;
    const std::vector<const TableRow*> added = each_of(more->rows, pointer_to);
    rows.insert(rows.begin(), added.begin(), added.end());
  }
  std::vector<Value> matches;
  for (const TableRow* row : rows) {
    // Where all rows that match are added up, `otherwise` is for what none has matched.
    Value matched = truth(true);
    if (row->cells.empty() && table.policy == TablePolicy::sum) matched = all_hold(matches, negation);
    for (std::size_t column = 0; column < row->cells.size(); ++column) {
      const bool asks_missing = std::ranges::any_of(
          rows, [&](const TableRow* each) { return !each->cells.empty() && is_missing(each->cells[column]); });
      matched = both(matched, in_band(row->cells[column], arguments[column], asks_missing, frame));
    }
    matches.push_back(matched);
  }
  const auto results =
      each_of(rows, [&](const TableRow* row) { return as_declared(value(row->result, frame), table.result); });
  if (table.policy != TablePolicy::sum) return chosen(first_of(matches), results);
  std::vector<std::pair<bool, Value>> terms;  // a row that may match is open, unless it adds nothing
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Wide added = results[i].least;
    terms.emplace_back(false, results[i].between(added * matches[i].least, added * matches[i].most, matches[i].faults));
  }
  const Value total = sum(terms);
  return total.known() ? total : total.missing(total.faults);
}

Value grade(const GradeDecl& grade, const Frame& frame) {
  std::vector<Value> columns{truth(true)};
  if (!grade.columns.empty()) columns = each_of(grade.columns, [&](const auto& each) { return holds(each, frame); });
  const Taken of_columns = first_of(columns);
  const Taken of_rows = first_of(each_of(grade.rows, [&](const auto& row) { return holds(row.condition, frame); }));
  std::vector<Value> labels;
  Taken taken{{}, true, of_rows.is_open() ? of_rows.faults : of_columns.faults};
  for (const std::size_t row : of_rows.possible) {
    for (const std::size_t column : of_columns.possible) {
      taken.possible.push_back(labels.size());
      labels.push_back(frame.in.words.at(grade.rows[row].cells[column].text));
    }
  }
  return chosen(taken, labels);
}

// ---- windows

std::pair<Value, Value> edges(const Window& window, Kind kind, const Frame& frame) {
  const Evaluator& in = frame.in;
  const Value now = in.now(kind);
  const std::int64_t today = in.now(Kind::date).number();
  const auto first_of = [&](std::int64_t day) { return in.in_kind(known(Kind::date, day), kind); };
  const auto end_of = [&](const Value& edge) {
    const bool is_day = edge.kind == Kind::date && kind == Kind::moment && edge.known();
    return is_day ? now.with(first_of(edge.number() + 1).least - 1) : edge;
  };
  const Overloaded work_out{
      [&](const LastDuration& last) {
        const Value length = value(last.duration, frame);
        return std::pair(now.with(now.least - length.least / (kind == Kind::date ? microseconds_of_day : 1) + 1), now);
      },
      [&](const LastMonths& last) {  // the same local time of that day, itself left out
        const std::int64_t day = months_before(today, std::int64_t{last.count} * months_of(last.unit));
        const std::int64_t of_day = local_of(in.now(Kind::moment).number(), *in.zone) - today * microseconds_of_day;
        return std::pair(now.with((kind == Kind::date ? day : instant_of(day, of_day, *in.zone)) + 1), now);
      },
      [&](const LastCalendar& last) {
        return std::pair(first_of(first_of_unit(today, last.unit, std::int64_t{last.count} - 1)), now);
      },
      [&](const Since& since) { return std::pair(in.in_kind(value(since.from, frame), kind), now); },
      [&](const Between& between) {
        return std::pair(in.in_kind(value(between.from, frame), kind), end_of(value(between.to, frame)));
      },
  };
  return std::visit(work_out, window.node);
}

Value in_window(const Window& window, const Value& time, const Frame& frame) {
  const auto [from, to] = edges(window, time.kind, frame);
  return both(compared(CompareOp::greater_equal, time, from), compared(CompareOp::less_equal, time, to));
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
        if (!d.offset_minutes) return known(Kind::moment, instant_of(d.days, d.microsecond_of_day, *in.zone));
        const std::int64_t offset = *d.offset_minutes * std::int64_t{60'000'000};
        return known(Kind::moment, d.days * microseconds_of_day + d.microsecond_of_day - offset);
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
        std::vector<std::pair<bool, Value>> terms;
        for (const SumTerm& each : chain.terms) {
          const std::string_view currency = terms.empty() ? "" : terms[0].second.currency;
          terms.emplace_back(each.minus, in_currency(value(each.operand, frame), currency, frame));
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
        const auto is_no = [&](ExprId each) { return negation(value(each, frame)); };
        return logic.op == LogicOp::disjunction
                   ? negation(all_hold(logic.operands, is_no))
                   : all_hold(logic.operands, [&](ExprId each) { return value(each, frame); });
      },
      [&](const Implies& i) { return either(negation(value(i.left, frame)), value(i.right, frame)); },
      [&](const Comparison& test) {
        const auto* ref = in.node<NameRef>(test.left);
        const bool is_stage = ref != nullptr && ref->path.size() == 1 && ref->path[0].text == "stage";
        if (is_stage) return stage_compared(test.op, in.word(test.right), in);
        const Value left = value(test.left, frame);
        return compare(test.op, left, in_currency(value(test.right, frame), left.currency, frame), in);
      },
      [&](const Membership& test) {
        return test.negated ? negation(membership(test, frame)) : membership(test, frame);
      },
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
        const Taken taken =
            first_band(match.subject, each_of(match.arms, [](const auto& arm) { return &arm.band; }), frame);
        return chosen(taken, values(each_of(match.arms, &MatchArm::result), frame));
      },
      [&](const ScoreBound& bound) {
        const auto [lowest, highest] = in.bounds[bound.score.text];
        return known(Kind::number, bound.kind == BoundKind::lowest ? lowest : highest, 4);
      },
      [&](const Parenthesised& inner) { return value(inner.inner, frame); },
      [&](const auto&) { return undecided(); },
  };
  return std::visit(work_out, in.tree.expressions[id].node);
}

}  // namespace muster::differ::slow
