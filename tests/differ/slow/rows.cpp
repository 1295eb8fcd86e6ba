#include <algorithm>
#include <set>

#include "tests/differ/slow/evaluator.h"
#include "tests/differ/slow/text.h"

namespace muster::differ::slow {

using lang::AggregateOp;
using lang::Quantifier;

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

}  // namespace

// `tracked since` and `only when` say where rows could be seen: the consent is there, and the window does not begin
// before the first day.
bool Evaluator::was_seen(const lang::Relation& relation, const lang::Rows& rows, const Frame& frame) {
  if (relation.tracked_only_when && !value(*relation.tracked_only_when, frame).is_yes()) return false;
  if (!relation.tracked_since) return true;
  const Value since = value(*relation.tracked_since, frame);
  if (!since.known || !rows.window) return false;
  const Value seen_from = since.kind == Kind::date ? known(Kind::moment, zone_.first_moment(since.number)) : since;
  const Edges window = edges(*rows.window, false, frame);
  return window.from && window.from->known && window.from->number >= seen_from.number;
}

// Rows that count, or may count: of the kind, not ignored, after the lead was sent back, in the window, `where` holds.
Evaluator::Selection Evaluator::select(RowsId id, const Frame& frame, bool with_where) {
  const lang::Rows& rows = tree_.rows[id];
  const ObjectShape& parent = sample_.shapes[frame.object];
  const auto kind = kinds_.find(rows.source.text);
  std::size_t relation = none;
  for (std::size_t i = 0; i < parent.relations.size(); ++i) {
    const RelationShape& each = parent.relations[i];
    const bool is_named = kind == kinds_.end()
                              ? each.name == rows.source.text || sample_.shapes[each.object].name == rows.source.text
                              : each.object == kind->second.first;
    if (each.many && is_named) relation = i;
  }
  Selection found;
  found.object = parent.relations[relation].object;
  const ObjectShape& shape = sample_.shapes[found.object];
  const lang::ObjectDecl& decl = *object_decls_.at(shape.name);
  const lang::Field* time = nullptr;
  const lang::Field* key = nullptr;
  const lang::Field* kind_field = nullptr;
  for (const lang::Field& each : decl.fields) {
    if (each.time) time = &each;
    if (each.key) key = &each;
    if (each.kinds_span) kind_field = &each;
  }
  for (const lang::Relation& each : object_decls_.at(parent.name)->relations) {
    if (each.many && each.name.text == parent.relations[relation].name) found.is_complete = was_seen(each, rows, frame);
  }
  if (!sample_.given[found.object] || frame.row == nullptr) {
    found.is_complete = found.is_given = false;
    return found;
  }
  for (const DataRow& row : frame.row->below) {
    if (row.relation != relation) continue;
    const Frame inside{&row, found.object, &frame, nullptr};
    const Value at = time == nullptr ? missing(Kind::moment) : field(time->name.text, {&row, found.object});
    found.of_days = at.kind == Kind::date;
    const Value now = known(at.kind, found.of_days ? as_of_day_ : as_of_);
    if (at.known && at.number > now.number) continue;  // it has not happened
    std::optional<std::int64_t> moment;
    if (at.known) moment = found.of_days ? at.number * microseconds_of_day : at.number;
    Value counts = truth(true);
    if (kind != kinds_.end()) {
      const Value own = field(kind_field->name.text, {&row, found.object});
      counts = own.known ? truth(own.number == kind->second.second) : undecided();
    }
    for (const lang::IgnoreDecl* ignore : row_ignores_) {
      if (ignore->object->text == shape.name) counts = both(counts, negation(value(ignore->condition, inside)));
    }
    for (const Restart& each : restarts_) {
      if (time != nullptr) counts = both(counts, counts_after(each, moment, found.of_days));
    }
    if (frame.object == 0 && time != nullptr) counts = both(counts, behaviour_counts(moment, found.of_days));
    if (rows.window) counts = both(counts, in_window(*rows.window, at, frame));
    if (rows.where && with_where) counts = both(counts, value(*rows.where, inside));
    if (!counts.is_no()) found.rows.push_back({&row, counts, moment});
  }
  const int key_at = key == nullptr ? -1 : shape.field(key->name.text);
  std::stable_sort(found.rows.begin(), found.rows.end(), [&](const Selected& left, const Selected& right) {
    if (left.at != right.at) return left.at < right.at;
    if (key_at < 0) return false;
    const auto at = static_cast<std::size_t>(key_at);
    return left.row->cells[at].text < right.row->cells[at].text;
  });
  return found;
}

Value Evaluator::rows_test(const lang::RowsTest& test, const Frame& frame) {
  if (test.quantifier == Quantifier::all) {
    // Whatever is in the window must pass `where`.
    const lang::Rows& rows = tree_.rows[test.rows];
    const Selection found = select(test.rows, frame, false);
    Value made = truth(true);
    for (const Selected& row : found.rows) {
      const Frame inside{row.row, found.object, &frame, nullptr};
      const Value passes = rows.where ? value(*rows.where, inside) : truth(true);
      made = both(made, either(negation(row.counts), passes));
    }
    return found.is_complete ? made : both(made, undecided());
  }
  const Selection found = select(test.rows, frame);
  Value made = truth(false);
  for (const Selected& row : found.rows) made = either(made, row.counts);
  if (!found.is_complete) made = either(made, undecided());
  return test.quantifier == Quantifier::any ? made : negation(made);
}

Value Evaluator::row_value(const Selected& row, std::uint32_t object, const lang::NameRef& ref, const Frame& frame) {
  return name(ref, Frame{row.row, object, &frame, nullptr});
}

Value Evaluator::aggregate(const lang::Aggregate& fold, const Frame& frame) {
  const Selection found = select(fold.rows, frame);
  std::int64_t sure = 0;
  for (const Selected& row : found.rows) sure += row.counts.is_yes() ? 1 : 0;
  const auto all = static_cast<std::int64_t>(found.rows.size());
  const bool is_settled = found.is_complete && sure == all;
  if (fold.op == AggregateOp::count && !found.is_given) return missing(Kind::number);
  if (fold.op == AggregateOp::count) return extent(sure, found.is_complete ? all : without_end);

  const auto& ref = std::get<lang::NameRef>(tree_.expressions[*fold.value].node);
  if (fold.op == AggregateOp::first || fold.op == AggregateOp::last) {
    return at_end(found, ref, fold.op == AggregateOp::last, frame);
  }
  std::vector<Value> values;
  std::uint8_t faults = 0;
  bool are_known = true;
  for (const Selected& row : found.rows) {
    const Value& each = values.emplace_back(row_value(row, found.object, ref, frame));
    are_known = are_known && each.known;
    if (!each.known) faults = static_cast<std::uint8_t>(faults | each.faults);
  }
  if (fold.op == AggregateOp::count_different) {
    // A blank may be one more value, one of those that are there, or none.
    const auto different = [&](bool with_possible) {
      std::vector<Value> seen;
      std::int64_t blank = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!with_possible && !found.rows[i].counts.is_yes()) continue;
        const bool is_new =
            std::none_of(seen.begin(), seen.end(), [&](const Value& other) { return same(values[i], other); });
        if (!values[i].known) ++blank;
        if (values[i].known && is_new) seen.push_back(values[i]);
      }
      return static_cast<std::int64_t>(seen.size()) + (with_possible ? blank : 0);
    };
    if (!found.is_given) return missing(Kind::number);
    return extent(different(false), found.is_complete ? different(true) : without_end);
  }
  // The type of the result is known although there may be no row.
  const Value type = name(ref, Frame{nullptr, found.object, &frame, nullptr});
  Value nothing = missing(type.kind, faults);
  nothing.list = type.list;
  nothing.digits = fold.op == AggregateOp::average ? std::uint8_t{4} : type.digits;
  if (!is_settled || !are_known) return nothing;
  if (fold.op == AggregateOp::min || fold.op == AggregateOp::max) {
    const auto less = [](const Value& left, const Value& right) { return order(left, right) < 0; };
    if (values.empty()) return nothing;
    return fold.op == AggregateOp::min ? *std::min_element(values.begin(), values.end(), less)
                                       : *std::max_element(values.begin(), values.end(), less);
  }
  Wide total = 0;
  for (const Value& each : values) total += each.number;
  if (fold.op == AggregateOp::sum) return checked(type.kind, total, type.digits);
  if (values.empty()) return nothing;
  const Wide count = static_cast<Wide>(values.size());
  if (type.kind == Kind::length) return checked(Kind::length, rounded(total, count));
  return checked(Kind::number, rounded(total * ten_to(4), count * ten_to(type.digits)), 4);
}

// Of the first or last moment the row with the smallest key; without keys all of that moment must say the same.
Value Evaluator::at_end(const Selection& rows, const lang::NameRef& ref, bool last, const Frame& frame) {
  const Value type = name(ref, Frame{nullptr, rows.object, &frame, nullptr});
  Value nothing = missing(type.kind);
  nothing.list = type.list;
  nothing.digits = type.digits;
  if (!rows.is_complete || rows.rows.empty()) return nothing;
  for (const Selected& row : rows.rows) {
    if (!row.counts.is_yes() || !row.at) return nothing;
  }
  const std::int64_t moment = *(last ? rows.rows.back() : rows.rows.front()).at;
  const lang::ObjectDecl& decl = *object_decls_.at(sample_.shapes[rows.object].name);
  const bool has_key = std::any_of(decl.fields.begin(), decl.fields.end(), [](const auto& each) { return each.key; });
  std::vector<Value> values;
  for (const Selected& row : rows.rows) {
    if (*row.at == moment) values.push_back(row_value(row, rows.object, ref, frame));
  }
  if (has_key || values.size() == 1) return values.front();
  for (const Value& each : values) {
    if (!same(values.front(), each) || values.front().text != each.text) return nothing;
  }
  return values.front();
}

Value Evaluator::days_of(const lang::DaysOf& days, const Frame& frame) {
  const Selection found = select(days.rows, frame);
  const auto most = [&](bool with_possible) {
    std::set<std::int64_t> when;
    std::uint32_t untimed = 0;
    for (const Selected& row : found.rows) {
      if (!with_possible && !row.counts.is_yes()) continue;
      if (!row.at) {
        untimed += with_possible ? 1 : 0;
        continue;
      }
      when.insert(found.of_days ? *row.at / microseconds_of_day : zone_.day_of(*row.at));
    }
    std::uint32_t best = 0;
    for (const std::int64_t first : when) {
      std::uint32_t together = 0;
      for (const std::int64_t other : when) {
        bool is_near = other >= first;
        if (days.together) {
          if (const auto* apart = std::get_if<lang::ApartAtMost>(&*days.together)) {
            const std::int64_t span = value(apart->duration, frame).number / microseconds_of_day;
            is_near = is_near && (apart->included ? other - first <= span : other - first < span);
          } else {
            const lang::Calendar unit = std::get<lang::InOneCalendar>(*days.together).unit;
            is_near = is_near && first_of_unit(first, unit) == first_of_unit(other, unit);
          }
        }
        together += is_near ? 1 : 0;
      }
      best = std::max(best, together);
    }
    return best + untimed;
  };
  if (most(false) >= days.least) return truth(true);
  return !found.is_complete || most(true) >= days.least ? undecided() : truth(false);
}

}  // namespace muster::differ::slow
