#include "runtime/agreement/attainment.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <variant>

#include "stdlib/kernels/calendar.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime {

using compiler::ClauseOutput;
using compiler::DeliversClause;
using compiler::ProvidesClause;

namespace {

bool is_more_urgent(const OpenDeadline& a, const OpenDeadline& b) {
  return std::tie(a.due, a.key, a.clause) < std::tie(b.due, b.key, b.clause);
}

std::int64_t share_of(std::uint64_t part, std::uint64_t whole) {
  constexpr std::int64_t hundredths_of_percent = 10'000;
  return static_cast<std::int64_t>(kernels::divide_rounded(static_cast<kernels::Wide>(part) * hundredths_of_percent,
                                                           static_cast<kernels::Wide>(whole),
                                                           kernels::RoundingMode::half_even));
}

}  // namespace

void ClauseCounts::add(const ClauseVerdict& verdict) {
  ++by_state[static_cast<std::size_t>(verdict.state)];
  beyond_limit += verdict.beyond_limit ? 1 : 0;
  open += verdict.is_open ? 1 : 0;
}

std::optional<std::int64_t> ClauseCounts::share_met() const {
  const std::uint64_t decided = count(ClauseState::met) + count(ClauseState::breached);
  if (decided == 0) return std::nullopt;
  return share_of(count(ClauseState::met), decided);
}

Attainment::Attainment(const compiler::Program& program, const compiler::SlaOutput& sla, AsOf as_of,
                       std::size_t most_open, std::size_t most_owners)
    : sla_(sla), zone_(program.zone), as_of_(as_of), most_open_(most_open), most_owners_(most_owners) {
  totals_.title = sla.title;
  totals_.has_owners = sla.owner.has_value();
  for (std::size_t k = 0; k < sla.clauses.size(); ++k) {
    const ClauseOutput& clause = sla.clauses[k];
    if (std::holds_alternative<DeliversClause>(clause.node)) {
      delivered_[k];
      continue;
    }
    ClauseReport report{clause.party, clause.words, {}, {}, {}, 0};
    if (const auto* provides = std::get_if<ProvidesClause>(&clause.node)) {
      for (const auto& value : provides->values) report.values.push_back(value.label);
      report.lacking.resize(report.values.size());
    }
    totals_.clauses.push_back(std::move(report));
    clause_of_.push_back(k);
  }
  std::set<std::string_view> parties;
  for (const ClauseOutput& clause : sla.clauses) parties.insert(clause.party);
  party_count_ = parties.size();
  for (const auto& step : sla.escalations) totals_.steps.push_back("after " + step.after.words + ": " + step.words);
  totals_.at_step.resize(sla.escalations.size() + 1);
}

bool Attainment::add(AgreementVerdict& verdict, std::size_t row, std::string_view key,
                     const std::vector<ClauseVerdict>& verdicts) {
  add_delivered(verdict, row);
  const bool is_handed = verdict.is_handed_over(row);
  if (!is_handed) {
    ++(verdict.is_not_handed_over(row) ? totals_.not_handed_over : totals_.undecided);
    if (verdict.is_not_handed_over(row)) return true;
  }
  const auto at = is_handed ? verdict.handed_over_at(row) : std::nullopt;
  if (is_handed) {
    ++totals_.handed_over;
    totals_.without_moment += at ? 0 : 1;
  }
  const std::string_view written = verdict.owner(row);
  const std::string_view owner = totals_.has_owners && written.empty() ? "(no owner)" : written;
  ByParty* by_owner = nullptr;
  if (totals_.has_owners) {
    const std::string key_of_owner = written.empty() ? std::string() : kernels::fold_text(written);
    auto found = by_owner_.find(key_of_owner);
    if (found == by_owner_.end()) {
      if ((by_owner_.size() + 1) * party_count_ > most_owners_) return false;
      found = by_owner_.emplace(key_of_owner, Owner{std::string(owner), {}}).first;
    }
    // One name for all spellings, whichever comes first.
    if (owner < found->second.shown) found->second.shown = owner;
    by_owner = &found->second.parties;
  }
  ByParty* by_week = nullptr;
  if (at) {
    const std::int64_t week = kernels::calendar_number(zone_.local_day(*at), lang::CalendarUnit::week, 1);
    by_week = &by_week_[kernels::first_day_of(week, lang::CalendarUnit::week, 1)];
  }
  for (std::size_t k = 0; k < clause_of_.size(); ++k) {
    const ClauseVerdict& one = verdicts[clause_of_[k]];
    ClauseReport& report = totals_.clauses[k];
    report.counts.add(one);
    report.latest = std::max(report.latest, one.late);
    if (!report.values.empty()) {
      for (const std::uint32_t value : one.lacking) ++report.lacking[value];
    }
    by_party_[report.party].add(one);
    if (by_owner != nullptr) (*by_owner)[report.party].add(one);
    if (by_week != nullptr) (*by_week)[report.party].add(one);
    const bool follows_up = std::holds_alternative<compiler::FollowsUpClause>(sla_.clauses[clause_of_[k]].node);
    if (one.is_open && follows_up) ++totals_.at_step[one.last_step];
    if (one.is_open && one.due) add_open(one, static_cast<std::uint32_t>(k), key, owner);
  }
  return true;
}

void Attainment::add_open(const ClauseVerdict& verdict, std::uint32_t clause, std::string_view key,
                          std::string_view owner) {
  ++totals_.open_count;
  OpenDeadline made{
      *verdict.due,     std::string(key), std::string(owner), clause, verdict.state == ClauseState::breached,
      verdict.next_step};
  if (heap_.size() == most_open_) {
    if (heap_.empty() || !is_more_urgent(made, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), is_more_urgent);
    heap_.pop_back();
  }
  heap_.push_back(std::move(made));
  std::push_heap(heap_.begin(), heap_.end(), is_more_urgent);
}

void Attainment::add_delivered(AgreementVerdict& verdict, std::size_t row) {
  for (auto& [which, days] : delivered_) {
    const AgreementVerdict::Delivered lead = verdict.delivered(which, row);
    if (lead.undecided) ++days.undecided;
    if (!lead.reached) continue;
    if (lead.came_again && std::get<DeliversClause>(sla_.clauses[which].node).once_per_lead) {
      ++days.came_again;
    } else if (!lead.at) {
      ++days.undated;
    } else {
      Days::OneDay& day = days.by_day[zone_.local_day(*lead.at)];
      ++day.gross;
      day.rejected += verdict.is_rejected(row) ? 1 : 0;
      day.rejection_open += verdict.is_rejection_open(row) ? 1 : 0;
    }
  }
}

VolumeReport Attainment::volume(std::size_t which, const Days& days) const {
  const ClauseOutput& clause = sla_.clauses[which];
  const auto& promise = std::get<DeliversClause>(clause.node);
  VolumeReport report;
  report.party = clause.party;
  report.words = clause.words;
  report.stage = promise.stage;
  report.promised = promise.least;
  report.less_rejected = promise.less_rejected;
  report.came_again = days.came_again;
  report.undated = days.undated;
  report.undecided = days.undecided;
  const std::int64_t period = kernels::calendar_number(as_of_.day, promise.period, 1);
  report.first_day = kernels::first_day_of(period, promise.period, 1);
  report.last_day = kernels::first_day_of(period + 1, promise.period, 1) - 1;

  // Steps of the period, cut at its ends, up to the evaluation's day.
  for (std::int64_t day = report.first_day; day <= as_of_.day;) {
    const std::int64_t unit = kernels::calendar_number(day, promise.tracked.unit, promise.tracked.week_starts);
    const std::int64_t next = kernels::first_day_of(unit + 1, promise.tracked.unit, promise.tracked.week_starts);
    VolumeStep step{day, std::min(next - 1, report.last_day), 0, 0};
    for (auto it = days.by_day.lower_bound(step.first_day);
         it != days.by_day.end() && it->first <= std::min<std::int64_t>(step.last_day, as_of_.day); ++it) {
      step.gross += it->second.gross;
      step.rejected += it->second.rejected;
      report.rejection_open += it->second.rejection_open;
    }
    report.gross += step.gross;
    report.rejected += step.rejected;
    report.steps.push_back(step);
    day = step.last_day + 1;
  }

  // By the end of the evaluation's day so much of the period is over, in days.
  const std::int64_t over = as_of_.day - report.first_day + 1;
  const std::int64_t length = report.last_day - report.first_day + 1;
  constexpr std::int64_t points = 10'000;
  const auto expected = [&](std::uint64_t part, std::uint64_t whole) {
    return static_cast<std::int64_t>(
        kernels::divide_rounded(static_cast<kernels::Wide>(promise.least) * points * static_cast<kernels::Wide>(part),
                                static_cast<kernels::Wide>(whole), kernels::RoundingMode::half_even));
  };
  if (!promise.like_from) {
    report.expected = expected(static_cast<std::uint64_t>(over), static_cast<std::uint64_t>(length));
    return report;
  }
  // The same share of the earlier period, in whole days.
  report.like_first_day = *promise.like_from;
  report.like_last_day = *promise.like_to;
  const std::int64_t like_length = *promise.like_to - *promise.like_from + 1;
  const std::int64_t cut = *promise.like_from + over * like_length / length - 1;
  std::uint64_t until_cut = 0;
  for (auto it = days.by_day.lower_bound(*promise.like_from); it != days.by_day.end() && it->first <= *promise.like_to;
       ++it) {
    const std::uint64_t count = promise.less_rejected ? it->second.gross - it->second.rejected : it->second.gross;
    report.like_total += count;
    if (it->first <= cut) until_cut += count;
  }
  if (report.like_total > 0) report.expected = expected(until_cut, report.like_total);
  return report;
}

AgreementReport Attainment::report() const {
  AgreementReport made = totals_;
  const auto add_all = [](std::vector<AttainmentRow>& rows, const std::string& name, const ByParty& parties) {
    for (const auto& [party, counts] : parties) rows.push_back({name, party, counts});
  };
  for (const auto& [party, counts] : by_party_) made.parties.push_back({party, party, counts});
  for (const auto& [key, owner] : by_owner_) add_all(made.owners, owner.shown, owner.parties);
  for (const auto& [week, parties] : by_week_) add_all(made.weeks, kernels::format_date(week), parties);
  for (const auto& [which, days] : delivered_) made.volumes.push_back(volume(which, days));
  made.open = heap_;
  std::sort(made.open.begin(), made.open.end(), is_more_urgent);
  return made;
}

}  // namespace muster::runtime
