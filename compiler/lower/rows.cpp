// Child rows: which of them count, and whether all that would count can have been seen (section 4, number 4).
#include "compiler/lower/lowerer.h"

namespace muster::compiler {

using namespace lang;

Type Lowerer::time_type(SpaceId rows) const {
  const ObjectSchema& schema = program_.schema.objects[program_.spaces[rows].object];
  return schema.time ? schema.fields[*schema.time].type : Type{.kind = Kind::datetime};
}

ValueId Lowerer::time_of_rows(SpaceId rows, Span place) {
  return among(rows, [&] {
    return object().time ? column(*object().time, place) : builder_.missing({.kind = Kind::datetime}, place);
  });
}

ValueId Lowerer::day_of_rows(SpaceId rows, Span place) {
  const ValueId time = time_of_rows(rows, place);
  if (time_type(rows).kind == Kind::date) return time;
  return builder_.add(Op::date_of_instant, {.kind = Kind::date}, {time}, 0, place);
}

Lowerer::Mask Lowerer::rows_of(RowsId id, WhereIs where) {
  const Rows& rows = tree_.rows[id];
  const RowsInfo& info = policy_.rows[id.index];
  const Span place = rows.span;
  Mask mask;
  mask.space = many_space(space(), info.relation);
  mask.given = builder_.add(Op::is_given, truth(), {}, mask.space.index, place);
  mask.seen = seen(rows, info, mask.space, mask.given);
  std::vector<ValueId> terms;
  if (info.kind) {
    terms.push_back(among(mask.space, [&] {
      const std::uint32_t field = *object().kind_field;
      const Type& type = object().fields[field].type;
      return builder_.add(Op::compare_code, truth(), {column(field, place), builder_.constant(type, *info.kind, place)},
                          static_cast<std::int64_t>(CompareOp::equal), place);
    }));
  }
  if (rows.window) {
    terms.push_back(
        is_within(exactly(time_of_rows(mask.space, place)), time_type(mask.space), *rows.window, mask.space));
  }
  if (scope_.restart_at == scope_.spaces.size()) {
    const std::vector<RowsId> restarts = scope_.restart;
    for (const RowsId restart : restarts) terms.push_back(later_than_latest(restart, mask.space, place));
  }
  if (space() == root()) terms.push_back(since_recycled(mask.space, place));
  terms.push_back(not_ignored(mask.space));
  if (where == WhereIs::part_of_mask) terms.push_back(where_of(id, mask.space));
  mask.counts = all_of(terms, place);
  return mask;
}

ValueId Lowerer::where_of(RowsId id, SpaceId rows) {
  const std::optional<ExprId>& where = tree_.rows[id].where;
  if (!where) return builder_.boolean(true, tree_.rows[id].span);
  return among(rows, [&] { return exact(*where); });
}

ValueId Lowerer::not_ignored(SpaceId rows) {
  const std::string& name = program_.schema.objects[program_.spaces[rows].object].name;
  return in_space(rows, [&] {
    std::vector<ValueId> terms{builder_.boolean(true, {})};
    for (const Declaration& declaration : tree_.declarations) {
      const auto* ignore = std::get_if<IgnoreDecl>(&declaration.node);
      if (ignore == nullptr || !ignore->object || ignore->object->text != name) continue;
      terms.push_back(negated(exact(ignore->condition), declaration.keyword));
    }
    return all_of(terms, {});
  });
}

ValueId Lowerer::seen(const Rows& rows, const RowsInfo& info, SpaceId child, ValueId given) {
  std::vector<ValueId> terms{given};
  const Relation* relation = relation_declaration(program_.spaces[space()].object, info.relation);
  if (relation == nullptr) return terms.front();
  if (relation->tracked_since) {
    // What the window asks for must lie behind the day since which rows were written down.
    const ExprId since_id = *relation->tracked_since;
    const Type& since_type = type_of(since_id);
    const Extent since = in_space(space(), [&] { return lower(since_id); });
    const Type own = time_type(child);
    ValueId covered = builder_.boolean(false, rows.span);
    if (rows.window) {
      ValueId edge = window_edge(*rows.window, own.kind == Kind::date);
      Extent start = exactly(edge);
      Type start_type = own;
      const auto from = [&](ExprId bound) {
        start = lower(bound);
        start_type = type_of(bound);
      };
      if (const auto* open = std::get_if<Since>(&rows.window->node)) from(open->from);
      if (const auto* range = std::get_if<Between>(&rows.window->node)) from(range->from);
      covered = compare_times(CompareOp::greater_equal, start, start_type, since, since_type, rows.span);
    }
    terms.push_back(covered);
  }
  if (relation->tracked_only_when) {
    const ExprId condition = *relation->tracked_only_when;
    terms.push_back(in_space(space(), [&] { return exact(condition); }));
  }
  return all_of(terms, rows.span);
}

ValueId Lowerer::any_of(const Mask& mask, Span place) {
  const ValueId any = builder_.fold(Op::any_rows, truth(), mask.space, {mask.counts}, 0, place);
  const ValueId no = builder_.boolean(false, place);
  ValueId unseen = between(no, negated(mask.seen, place), place);
  if (mask.seen != mask.given) unseen = builder_.staying_open(unseen);  // what could not be seen, no data will show
  return either(any, unseen, place);
}

// Rows after the latest row of R; all rows where there is none of R. Where it is open which row of R is the latest,
// those between the candidates are undecided.
ValueId Lowerer::later_than_latest(RowsId restart, SpaceId rows, Span place) {
  const Mask mask = scoped([](Scope& scope) { scope.restart.clear(); }, [&] { return rows_of(restart); });
  const ValueId time = time_of_rows(rows, place);
  const ValueId restart_time = time_of_rows(mask.space, place);
  const Type restart_type = time_type(mask.space);
  const auto later = [&](ValueId counts) {
    const ValueId any = surely(builder_.fold(Op::any_rows, truth(), mask.space, {counts}, 0, place), place);
    const ValueId latest = builder_.fold(Op::largest_row, restart_type, mask.space, {restart_time, counts}, 0, place);
    return either(builder_.to_rows(negated(any, place), rows, place),
                  compare_times(CompareOp::greater, exactly(time), time_type(rows),
                                exactly(builder_.to_rows(latest, rows, place)), restart_type, place),
                  place);
  };
  const ValueId after_all = later(possibly(mask.counts, place));
  // A row of R without a time may be the latest, and takes nothing back from those that have one.
  const ValueId after_sure = later(both(mask.counts, is_known(restart_time, place), place));
  return between(both(after_all, builder_.to_rows(surely(mask.seen, place), rows, place), place), after_sure, place);
}

const std::optional<Lowerer::Recycling>& Lowerer::recycling() {
  static const std::optional<Recycling> never;
  if (in_recycling_) return never;
  std::optional<std::optional<Recycling>>& slot = recycling_[mode_index()];
  if (slot) return *slot;
  slot.emplace();
  const auto index = symbols_.lifecycle();
  if (!index) return *slot;
  for (const LifecycleItem& item : std::get<LifecycleDecl>(tree_.declarations[*index].node).items) {
    const auto* recycled = std::get_if<Recycled>(&item.node);
    if (recycled == nullptr) continue;
    in_recycling_ = true;
    Known outside = std::exchange(known_, {});
    *slot = in_space(root(), [&] {
      Recycling found{exact(recycled->condition), {}, {}};
      const std::vector<FieldSchema>& fields = object().fields;
      for (std::uint32_t field = 0; recycled->at && field < fields.size(); ++field) {
        if (fields[field].name != recycled->at->text) continue;
        found.since = column(field, item.span);
        found.since_type = fields[field].type;
      }
      return found;
    });
    known_ = std::move(outside);
    in_recycling_ = false;
  }
  return *slot;
}

ValueId Lowerer::since_recycled(SpaceId rows, Span place) {
  const ObjectSchema& schema = program_.schema.objects[program_.spaces[rows].object];
  const std::optional<Recycling>& recycled = recycling();
  if (!schema.time || !recycled || recycled->since.is_none()) return builder_.boolean(true, place);
  const auto here = [&](ValueId value) { return builder_.to_rows(value, rows, place); };
  return either(here(negated(recycled->condition, place)),
                compare_times(CompareOp::greater_equal, exactly(time_of_rows(rows, place)), time_type(rows),
                              exactly(here(recycled->since)), recycled->since_type, place),
                place);
}

}  // namespace muster::compiler
