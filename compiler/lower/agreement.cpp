// Agreements: what an SLA clause asks of a lead as conditions and moments, from which runtime/agreement makes deadlines
// and verdicts. Only rows after the handoff count (section 4, number 21).
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "compiler/lower/lowerer.h"
#include "compiler/resolve/walk.h"
#include "lang/syntax/parentheses.h"

namespace muster::compiler {

using namespace lang;

namespace {

constexpr Type moment{.kind = Kind::datetime};
constexpr std::size_t longest_clause = 400;  // code points: clauses are told apart by all of their words

}  // namespace

std::uint32_t Lowerer::stage_position(std::string_view name) const {
  const auto found = std::find_if(policy_.stages.begin(), policy_.stages.end(),
                                  [&](const StageInfo& stage) { return stage.name == name; });
  return static_cast<std::uint32_t>(found - policy_.stages.begin());  // the checker has seen that it is there
}

const std::optional<Name>& Lowerer::entry_field(std::uint32_t position) const {
  return std::get<StageDecl>(lifecycle()->items[policy_.stages[position].item].node).entered_at;
}

// A lead came to a stage where its field says when, where it is there now, or where it was there before. The moment is
// the field's, else this evaluation where it crosses now, else unknown: the past is never guessed (number 16).
Lowerer::Crossing Lowerer::crossing_to(std::uint32_t position, const std::optional<Name>& field, Span place) {
  const std::uint32_t rank = policy_.stages[position].rank;
  std::vector<ValueId> ways{stage_at_least(rank, place)};
  const ValueId unknown = builder_.missing(moment, place);
  Crossing crossing{{}, unknown, builder_.boolean(false, place)};
  const bool remembers = lifecycle()->remembers.has_value();
  if (remembers) {
    const ValueId was_there = was_one_of(stages_from(rank), place);
    ways.push_back(both(was_there, negated(is_recycled(place), place), place));
    const ValueId now = builder_.add(Op::as_of_instant, moment, {}, 0, place);
    crossing.at = pick(surely(stage_becomes(position, place), place), now, unknown, moment, place);
  }
  if (field) {
    const std::uint32_t number = subject_field(*field);
    const ValueId written = column(number, place);
    const Type type = object().fields[number].type;
    // What was entered has happened, also where the lead was sent back to the start later; what lies ahead has not.
    const ValueId counts = both(is_known(written, place), surely(has_come(written, type, place), place), place);
    if (const std::optional<Recycling>& sent_back = recycling(); sent_back && !sent_back->since.is_none()) {
      const ValueId after = compare_times(CompareOp::greater_equal, exactly(written), type, exactly(sent_back->since),
                                          sent_back->since_type, place);
      crossing.came_again = both(counts, surely(after, place), place);
    }
    ways.push_back(counts);
    const ValueId at =
        type.kind == Kind::date ? builder_.add(Op::instant_of_date, moment, {written}, 0, place) : written;
    crossing.at = pick(counts, at, crossing.at, moment, place);
  }
  crossing.reached = builder_.add(Op::or_, truth(), ways, 0, place);
  return crossing;
}

ValueId Lowerer::has_come(ValueId at, const Type& type, Span place) {
  const ValueId now = builder_.add(Op::as_of_instant, moment, {}, 0, place);
  return compare_times(CompareOp::less_equal, exactly(at), type, exactly(now), moment, place);
}

Lowerer::Crossing Lowerer::lower_handoff(const SlaDecl& sla) {
  const Span place = span(*sla.handoff);
  if (const StageBecomes* becomes = crossing_in(tree_, *sla.handoff); becomes != nullptr) {
    const std::uint32_t position = stage_position(becomes->stage.text);
    return crossing_to(position, sla.handoff_at ? sla.handoff_at : entry_field(position), place);
  }
  const std::uint32_t field = subject_field(*sla.handoff_at);
  const ValueId at = column(field, place);
  const ValueId not_ahead =
      either(negated(is_known(at, place), place), has_come(at, object().fields[field].type, place), place);
  return {both(exact(*sla.handoff), surely(not_ahead, place), place), at, builder_.boolean(false, place)};
}

TimeAllowed Lowerer::time_allowed(const SlaDecl& sla, const Within& within, const Within* with_calendar) {
  TimeAllowed allowed;
  allowed.words = label(within.span);
  allowed.business_days = within.business_days;
  const Within& source = within.calendar || within.of_owner || with_calendar == nullptr ? within : *with_calendar;
  if (within.duration) {
    allowed.microseconds = policy_.fixed.at(within.duration->index).value;
    if (counts_whole_days(tree_, within)) return allowed;  // by the clock
  }
  if (!source.calendar && !source.of_owner) return allowed;
  allowed.in_open_hours = true;
  allowed.calendar = exact(source.of_owner ? *sla.owner_calendar : *source.calendar);
  return allowed;
}

// What was done for a lead has been done, also where the lead was sent back to the start later.
template <class F>
auto Lowerer::without_recycling(F&& f) {
  const bool before = std::exchange(in_recycling_, true);
  Known outside = std::exchange(known_, {});
  auto result = f();
  known_ = std::move(outside);
  in_recycling_ = before;
  return result;
}

// The rows of which `least` are asked for. `since`: the handoff.
TouchOutput Lowerer::lower_touches(RowsId rows, std::uint32_t least, ValueId since) {
  const Span place = tree_.rows[rows].span;
  const Mask mask = rows_of(rows);
  const ValueId time = time_of_rows(mask.space, place);
  const ValueId start = builder_.to_rows(since, mask.space, place);
  const ValueId later = compare_numbers(CompareOp::greater, time, 0, start, 0, place);
  const ValueId counts = both(mask.counts, later, place);
  const ValueId perhaps = possibly(counts, place);
  const auto count = [&](ValueId selected) {
    return builder_.fold(Op::count_rows, whole_number(), mask.space, {selected}, 0, place);
  };
  const auto enough = [&](ValueId selected) {
    return compare_numbers(CompareOp::greater_equal, count(selected), 0,
                           builder_.constant(whole_number(), least, place), 0, place);
  };
  // Rows stand in the order of time, so that the last one that is needed is the latest of the first `least`.
  const auto moment_of = [&](ValueId selected) {
    const ValueId first = builder_.add(Op::keep_first, truth(), {selected}, least, place);
    const ValueId timed = both(first, is_known(time, place), place);
    const ValueId last = builder_.fold(Op::largest_row, moment, mask.space, {time, timed}, 0, place);
    return pick(enough(selected), last, builder_.missing(moment, place), moment, place);
  };
  // Rows without a moment stand before the others: each may be there from the handoff on.
  const ValueId timeless = both(perhaps, negated(is_known(time, place), place), place);
  return {least == 1 ? label(place) : fmt::format("{} {}", least, label(place)), moment_of(surely(counts, place)),
          moment_of(perhaps), enough(timeless), surely(mask.seen, place)};
}

std::vector<ValueId> Lowerer::first_moments(const Mask& mask, ValueId counts, Span place) {
  const ValueId time = time_of_rows(mask.space, place);
  std::vector<ValueId> moments;
  for (std::uint32_t k = 1; k <= most_pauses; ++k) {
    const ValueId first = builder_.add(Op::keep_first, truth(), {counts}, k, place);
    const ValueId there = builder_.fold(Op::count_rows, whole_number(), mask.space, {first}, 0, place);
    const ValueId has_so_many =
        compare_numbers(CompareOp::greater_equal, there, 0, builder_.constant(whole_number(), k, place), 0, place);
    const ValueId last = builder_.fold(Op::largest_row, moment, mask.space, {time, first}, 0, place);
    moments.push_back(pick(has_so_many, last, builder_.missing(moment, place), moment, place));
  }
  return moments;
}

// A value of a file that was not given is not missing from the lead: nobody knows (section 4, number 4). Undecided
// where it is not known and a reference that it is made with leads to such a file.
ValueId Lowerer::where_given(ExprId id, ValueId known) {
  std::vector<ValueId> given;
  const std::function<void(ExprId)> look = [&](ExprId part) {
    if (const auto path = policy_.paths.find(part.index); path != policy_.paths.end()) {
      SpaceId reached = space();
      for (const std::uint32_t relation : path->second.references) {
        reached = one_space(reached, relation);
        given.push_back(builder_.add(Op::is_given, truth(), {}, reached.index, span(part)));
      }
    }
    if (policy_.info(part).meaning == Meaning::let) {
      const auto& declaration = tree_.declarations[policy_.info(part).index];
      if (const auto* let = std::get_if<LetDecl>(&declaration.node); let != nullptr && !let->about) look(let->value);
    }
    for_each_child(tree_, tree_.expressions[part].node, look);
  };
  look(id);
  if (given.empty()) return known;
  const ValueId no = builder_.boolean(false, span(id));
  const ValueId else_open = pick(all_of(given, span(id)), no, builder_.missing(truth(), span(id)), truth(), span(id));
  return either(known, else_open, span(id));
}

PauseOutput Lowerer::lower_pause(const Pause& pause, ValueId since) {
  PauseOutput output;
  std::vector<ValueId> settled;
  const auto lower_end = [&](RowsId rows, ValueId& how_many, std::vector<ValueId>& moments) {
    const Mask mask = rows_of(rows);
    const ValueId time = time_of_rows(mask.space, pause.span);
    const ValueId start = builder_.to_rows(since, mask.space, pause.span);
    const ValueId later = compare_numbers(CompareOp::greater, time, 0, start, 0, pause.span);
    const ValueId counts = both(mask.counts, later, pause.span);
    const ValueId sure = surely(counts, pause.span);
    how_many = builder_.fold(Op::count_rows, whole_number(), mask.space, {sure}, 0, pause.span);
    moments = first_moments(mask, sure, pause.span);
    const ValueId open = negated(is_known(counts, pause.span), pause.span);
    settled.push_back(negated(builder_.fold(Op::any_rows, truth(), mask.space, {open}, 0, pause.span), pause.span));
    settled.push_back(surely(mask.seen, pause.span));
  };
  lower_end(pause.from, output.count_from, output.from);
  lower_end(pause.to, output.count_to, output.to);
  output.settled = all_of(settled, pause.span);
  return output;
}

ClauseOutput Lowerer::lower_clause(const SlaDecl& sla, const Clause& clause, ValueId since) {
  ClauseOutput output{clause.party.text, label(clause.span, longest_clause), clause.span, PassesClause{}};
  const auto allowed = [&](const Within& within) { return time_allowed(sla, within, nullptr); };
  std::visit(Overloaded{[&](const Provides& provides) {
                          ProvidesClause made;
                          for (const ExprId value : provides.values)
                            made.values.push_back(
                                {label(span(value)), where_given(value, is_settled(lower(value), span(value)))});
                          output.node = std::move(made);
                        },
                        [&](const Passes& passes) { output.node = PassesClause{exact(passes.condition)}; },
                        [&](const Delivers& delivers) { output.node = lower_volume(delivers, clause.span); },
                        [&](const FollowsUp& follows) {
                          FollowsUpClause made{allowed(follows.within), {}, {}};
                          if (follows.at_the_latest)
                            made.at_the_latest = time_allowed(sla, *follows.at_the_latest, &follows.within);
                          for (const RowsId rows : sla.follow_up)
                            made.touches.push_back(without_recycling([&] { return lower_touches(rows, 1, since); }));
                          output.node = std::move(made);
                        },
                        [&](const Makes& makes) {
                          MakesClause made{allowed(makes.within), {}};
                          for (const Touches& touches : makes.touches)
                            made.touches.push_back(
                                without_recycling([&] { return lower_touches(touches.rows, touches.least, since); }));
                          output.node = std::move(made);
                        },
                        [&](const Updates& updates) {
                          output.node =
                              UpdatesClause{allowed(updates.within),
                                            where_given(updates.field, is_known(exact(updates.field), clause.span)),
                                            written_at(updates.field, clause.span)};
                        },
                        [&](const Rejects& rejects) { output.node = RejectsClause{allowed(rejects.within)}; }},
             clause.node);
  return output;
}

DeliversClause Lowerer::lower_volume(const Delivers& delivers, Span place) {
  const std::uint32_t position = stage_position(delivers.stage.text);
  const Crossing crossing = crossing_to(position, entry_field(position), place);
  DeliversClause made{.least = delivers.least,
                      .stage = delivers.stage.text,
                      .period = delivers.period,
                      .tracked = delivers.tracked,
                      .once_per_lead = delivers.once_per_lead,
                      .less_rejected = delivers.less_rejected,
                      .like_from = {},
                      .like_to = {},
                      .reached = crossing.reached,
                      .at = crossing.at,
                      .came_again = crossing.came_again};
  if (delivers.paced_like) {
    made.like_from = delivers.paced_like->from;
    made.like_to = delivers.paced_like->to;
  }
  return made;
}

ValueId Lowerer::written_at(ExprId field, Span place) {
  const ExprId operand = without_parentheses(tree_, field);
  const ExprInfo& own = policy_.info(operand);
  return at_path(operand,
                 [&] {
                   if (own.meaning != Meaning::field || !object().fields[own.index].dated_by)
                     return exactly(builder_.missing(moment, place));
                   return exactly(column(*object().fields[own.index].dated_by, place));
                 })
      .low;
}

void Lowerer::lower_sla(const SlaDecl& sla) {
  const Crossing handoff = lower_handoff(sla);
  SlaOutput output;
  output.title = sla.title.text;
  output.handed_over = handoff.reached;
  output.at = handoff.at;
  if (sla.owner) output.owner = exact(*sla.owner);
  if (sla.rejection) {
    RejectionOutput rejection{exact(sla.rejection->condition), {}, {}};
    if (sla.rejection->at) rejection.at = column(subject_field(*sla.rejection->at), sla.rejection->span);
    if (sla.rejection->reason)
      rejection.reason_known = is_settled(lower(*sla.rejection->reason), span(*sla.rejection->reason));
    output.rejection = rejection;
  }
  if (sla.pause) output.pause = without_recycling([&] { return lower_pause(*sla.pause, handoff.at); });
  const Within* clock = nullptr;  // of the follow-up, which escalations go by
  for (const Clause& clause : sla.clauses) {
    output.clauses.push_back(lower_clause(sla, clause, handoff.at));
    const auto* follows = std::get_if<FollowsUp>(&clause.node);
    if (follows != nullptr && clock == nullptr) clock = &follows->within;
  }
  for (const Escalation& step : sla.escalations)
    output.escalations.push_back({time_allowed(sla, step.after, clock), escalation_words(step)});
  program_.outputs.slas.push_back(std::move(output));
}

std::string Lowerer::escalation_words(const Escalation& step) {
  switch (step.act) {
    case EscalationAct::remind:
      return "remind " + step.whom;
    case EscalationAct::tell:
      return "tell " + step.whom;
    case EscalationAct::reassign:
      return "reassign to " + step.whom;
  }
  return {};
}

}  // namespace muster::compiler
