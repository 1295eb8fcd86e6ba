#include "runtime/agreement/clause_verdict.h"

#include <algorithm>
#include <variant>

#include "lang/syntax/expression.h"

namespace muster::runtime {

using namespace compiler;

std::string_view word_for(ClauseState state) {
  switch (state) {
    case ClauseState::met:
      return "met";
    case ClauseState::due:
      return "due";
    case ClauseState::breached:
      return "breached";
    case ClauseState::unknown:
      return "unknown";
    case ClauseState::not_applicable:
      return "not applicable";
  }
  return {};
}

std::string_view describe(Unknown why) {
  switch (why) {
    case Unknown::none:
      return "";
    case Unknown::handoff:
      return "nobody knows whether it was handed over";
    case Unknown::moment:
      return "nobody knows when it was handed over";
    case Unknown::rows:
      return "something may count, but its time or a value is missing";
    case Unknown::unseen:
      return "the file was not given, or nothing could be seen";
    case Unknown::calendar:
      return "nobody knows which calendar counts";
    case Unknown::pauses:
      return "nobody knows how long the clock stood still";
    case Unknown::value:
      return "a value is missing";
    case Unknown::undated:
      return "there is a value, and nobody knows since when";
    case Unknown::rewritten:
      return "written after the deadline, perhaps also before";
  }
  return {};
}

namespace {

ClauseVerdict unknown(Unknown why) {
  ClauseVerdict verdict;
  verdict.state = ClauseState::unknown;
  verdict.why = why;
  return verdict;
}

std::optional<std::int64_t> earlier(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

AgreementVerdict::AgreementVerdict(const SlaOutput& sla, const Values& engine, const Calendars& calendars, AsOf as_of)
    : sla_(sla), engine_(engine), calendars_(calendars), as_of_(as_of) {}

void AgreementVerdict::bind() {
  handed_ = value(sla_.handed_over);
  pauses_row_.reset();
}

std::optional<std::int64_t> AgreementVerdict::moment(ValueId id, std::size_t row) const {
  const Vector vector = value(id);
  return vector.is_known(row) ? std::optional(vector.integers[row]) : std::nullopt;
}

std::optional<std::int64_t> AgreementVerdict::handed_over_at(std::size_t row) const { return moment(sla_.at, row); }

std::string_view AgreementVerdict::owner(std::size_t row) const {
  if (!sla_.owner) return {};
  const Vector vector = value(*sla_.owner);
  return vector.is_known(row) ? vector.dictionary->text(vector.codes[row]) : std::string_view();
}

bool AgreementVerdict::is_rejection_open(std::size_t row) const {
  return sla_.rejection && !value(sla_.rejection->rejected).is_known(row);
}

bool AgreementVerdict::is_rejected(std::size_t row) const {
  return sla_.rejection && value(sla_.rejection->rejected).is_yes(row);
}

bool AgreementVerdict::read_pauses(std::size_t row) {
  if (pauses_row_ == row) return pauses_known_;
  pauses_row_ = row;
  pauses_known_ = true;
  pauses_.clear();
  if (!sla_.pause) return true;
  const PauseOutput& pause = *sla_.pause;
  const auto from_count = moment(pause.count_from, row);
  const auto to_count = moment(pause.count_to, row);
  pauses_known_ = value(pause.settled).is_yes(row) && from_count && to_count && *from_count <= most_pauses &&
                  *to_count <= most_pauses;
  if (!pauses_known_) return false;
  // A pause goes on until the first moment behind it at which the clock goes on; what begins meanwhile is one with it.
  std::size_t next = 0;
  for (std::int64_t k = 0; k < *from_count; ++k) {
    const auto from = moment(pause.from[static_cast<std::size_t>(k)], row);
    if (!from) return pauses_known_ = false;
    if (!pauses_.empty() && *from < pauses_.back().to) continue;
    std::int64_t to = kernels::endless;
    for (; next < static_cast<std::size_t>(*to_count); ++next) {
      const auto end = moment(pause.to[next], row);
      if (!end) return pauses_known_ = false;
      if (*end >= *from) {
        to = *end;
        ++next;  // it ends one pause only
        break;
      }
    }
    pauses_.push_back({*from, to});
  }
  return true;
}

Deadline AgreementVerdict::deadline(std::int64_t start, const TimeAllowed& allowed, std::size_t row) const {
  std::uint32_t calendar = 0;
  if (!allowed.calendar.is_none()) {
    const Vector code = value(allowed.calendar);
    if (!code.is_known(row)) return {};
    calendar = code.codes[row];
  }
  return calendars_.deadline(start, allowed, calendar, pauses_);
}

// Met is at or before due. What may have been done in time leaves it open, and what may still be done is due.
ClauseVerdict AgreementVerdict::judge(const Deadline& due, const Done& done) const {
  if (!due.is_known) return unknown(Unknown::calendar);
  const auto in_time = [&](std::int64_t moment) { return !due.at || moment <= *due.at; };
  ClauseVerdict verdict;
  verdict.due = due.at;
  if (done.sure && in_time(*done.sure)) {
    verdict.state = ClauseState::met;
    verdict.at = done.sure;
    return verdict;
  }
  const bool may_be_met = done.at_any_time || (done.earliest && in_time(*done.earliest));
  if (may_be_met || !done.is_seen) {
    verdict = unknown(may_be_met ? Unknown::rows : Unknown::unseen);
    verdict.due = due.at;
    return verdict;
  }
  verdict.at = done.sure;
  verdict.is_open = !done.sure;
  verdict.state = in_time(as_of_.instant) ? ClauseState::due : ClauseState::breached;
  if (verdict.state == ClauseState::breached) verdict.late = done.sure.value_or(as_of_.instant) - *due.at;
  return verdict;
}

AgreementVerdict::Done AgreementVerdict::done_of(const TouchOutput& touch, std::size_t row) const {
  return {moment(touch.surely, row), moment(touch.perhaps, row), value(touch.timeless).is_yes(row),
          value(touch.seen).is_yes(row)};
}

ClauseVerdict AgreementVerdict::clause(std::size_t which, std::size_t row) {
  const ClauseOutput& clause = sla_.clauses[which];
  if (std::holds_alternative<DeliversClause>(clause.node) || is_not_handed_over(row)) return {};
  if (!is_handed_over(row)) return unknown(Unknown::handoff);
  // A clause with a clock: its verdict from the handoff on.
  const auto timed = [&](const auto& made, auto judge_from) {
    const auto start = handed_over_at(row);
    if (!start) return unknown(Unknown::moment);
    if (!read_pauses(row)) return unknown(Unknown::pauses);
    return (this->*judge_from)(made, *start, row);
  };
  return std::visit(
      lang::Overloaded{[](const DeliversClause&) { return ClauseVerdict{}; },
                       [&](const ProvidesClause& made) { return provides(made, row); },
                       [&](const PassesClause& made) { return passes(made, row); },
                       [&](const FollowsUpClause& made) { return timed(made, &AgreementVerdict::follows_up); },
                       [&](const MakesClause& made) { return timed(made, &AgreementVerdict::makes); },
                       [&](const UpdatesClause& made) { return timed(made, &AgreementVerdict::updates); },
                       [&](const RejectsClause& made) {
                         // Of a lead that was not rejected nothing else needs to be known.
                         if (value(sla_.rejection->rejected).is_no(row)) return ClauseVerdict{};
                         return timed(made, &AgreementVerdict::rejects);
                       }},
      clause.node);
}

ClauseVerdict AgreementVerdict::passes(const PassesClause& clause, std::size_t row) const {
  const Vector condition = value(clause.condition);
  if (!condition.is_known(row)) return unknown(Unknown::value);
  ClauseVerdict verdict;
  verdict.state = condition.is_yes(row) ? ClauseState::met : ClauseState::breached;
  verdict.at = handed_over_at(row);
  return verdict;
}

ClauseVerdict AgreementVerdict::provides(const ProvidesClause& clause, std::size_t row) const {
  ClauseVerdict verdict;
  verdict.at = handed_over_at(row);
  bool is_seen = true;
  for (std::uint32_t k = 0; k < clause.values.size(); ++k) {
    const Vector known = value(clause.values[k].known);
    if (known.is_no(row)) verdict.lacking.push_back(k);
    is_seen = is_seen && known.is_known(row);
  }
  // What is surely missing is missing, whatever else cannot be seen.
  if (!is_seen && verdict.lacking.empty()) return unknown(Unknown::unseen);
  verdict.state = verdict.lacking.empty() ? ClauseState::met : ClauseState::breached;
  return verdict;
}

// The deadline is the earlier one of both: never later than `at the latest`.
ClauseVerdict AgreementVerdict::follows_up(const FollowsUpClause& clause, std::int64_t start, std::size_t row) const {
  Deadline due = deadline(start, clause.within, row);
  const Deadline limit = clause.at_the_latest ? deadline(start, *clause.at_the_latest, row) : Deadline{true, {}};
  const bool is_open_when = !due.is_known || !limit.is_known;
  if (!is_open_when) due.at = earlier(due.at, limit.at);
  Done done;
  for (const TouchOutput& touch : clause.touches) {
    const Done one = done_of(touch, row);
    done.sure = earlier(done.sure, one.sure);
    done.earliest = earlier(done.earliest, one.earliest);
    done.at_any_time = done.at_any_time || one.at_any_time;
    done.is_seen = done.is_seen && one.is_seen;
  }
  // Where one of both is not known, the other one can still have passed: then it was surely missed.
  ClauseVerdict verdict = judge(is_open_when ? (due.is_known ? due : limit) : due, done);
  if (is_open_when && verdict.state != ClauseState::breached) verdict = unknown(Unknown::calendar);
  if (verdict.state == ClauseState::breached)
    verdict.beyond_limit = limit.at && verdict.at.value_or(as_of_.instant) > *limit.at;
  if (verdict.is_open) add_steps(start, row, verdict);
  return verdict;
}

ClauseVerdict AgreementVerdict::makes(const MakesClause& clause, std::int64_t start, std::size_t row) const {
  Done all;
  bool is_first = true;
  bool can_be = true;  // in time or not
  for (const TouchOutput& touch : clause.touches) {
    const Done one = done_of(touch, row);
    const auto later = [&](std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
      if (is_first) return b;
      return a && b ? std::optional(std::max(*a, *b)) : std::nullopt;
    };
    all.sure = later(all.sure, one.sure);
    // Where rows without a moment may be enough, the moment is open from the handoff on.
    const auto soonest = one.at_any_time ? std::optional(start) : one.earliest;
    all.earliest = later(all.earliest, soonest);
    can_be = can_be && (soonest || !one.is_seen);
    all.is_seen = all.is_seen && one.is_seen;
    is_first = false;
  }
  // What can surely not be there is not there, whatever else cannot be seen.
  if (!can_be) all.is_seen = true;
  return judge(deadline(start, clause.within, row), all);
}

ClauseVerdict AgreementVerdict::updates(const UpdatesClause& clause, std::int64_t start, std::size_t row) const {
  const auto at = moment(clause.at, row);
  const auto due = deadline(start, clause.within, row);
  const Vector known = value(clause.known);
  if (!known.is_known(row)) return unknown(Unknown::unseen);
  if (known.is_no(row)) return judge(due, {});
  if (!at) return unknown(Unknown::undated);
  if (*at > as_of_.instant) return unknown(Unknown::undated);  // it says what has not happened yet
  if (*at <= start) return judge(due, {});                     // not since the handoff
  if (due.at && *at > *due.at) {
    ClauseVerdict verdict = unknown(Unknown::rewritten);
    verdict.due = due.at;
    return verdict;
  }
  return judge(due, {at, at, false, true});
}

// About leads that were rejected: in time, and with a reason where the policy says which field holds it.
ClauseVerdict AgreementVerdict::rejects(const RejectsClause& clause, std::int64_t start, std::size_t row) const {
  if (!value(sla_.rejection->rejected).is_yes(row)) return unknown(Unknown::value);
  const auto at = sla_.rejection->at ? moment(*sla_.rejection->at, row) : std::nullopt;
  if (!at || *at > as_of_.instant) return unknown(Unknown::undated);
  if (*at <= start) return {};  // before the handoff, so it is not about this one
  ClauseVerdict verdict = judge(deadline(start, clause.within, row), {at, at, false, true});
  const bool lacks_reason = sla_.rejection->reason_known && !value(*sla_.rejection->reason_known).is_yes(row);
  if (lacks_reason && (verdict.state == ClauseState::met || verdict.state == ClauseState::breached)) {
    verdict.state = ClauseState::breached;
    verdict.lacking = {0};
  }
  return verdict;
}

void AgreementVerdict::add_steps(std::int64_t start, std::size_t row, ClauseVerdict& verdict) const {
  std::optional<std::int64_t> last;
  for (std::uint32_t k = 0; k < sla_.escalations.size(); ++k) {
    const std::optional<std::int64_t> at = deadline(start, sla_.escalations[k].after, row).at;
    if (!at) continue;
    if (*at > as_of_.instant) {
      verdict.next_step = earlier(verdict.next_step, at);
    } else if (!last || *at >= *last) {
      last = at;
      verdict.last_step = k + 1;
    }
  }
}

AgreementVerdict::Delivered AgreementVerdict::delivered(std::size_t which, std::size_t row) const {
  const auto& clause = std::get<DeliversClause>(sla_.clauses[which].node);
  const Vector reached = value(clause.reached);
  Delivered delivered;
  delivered.reached = reached.is_yes(row);
  delivered.undecided = !reached.is_known(row);
  delivered.came_again = value(clause.came_again).is_yes(row);
  if (delivered.reached) delivered.at = moment(clause.at, row);
  return delivered;
}

}  // namespace muster::runtime
