// Every clause of sla_policy.muster, worked out for one lead from what the language says of it.
// Shares no code with Muster. May include: the standard library, tests/oracle. Called by: tests/oracle/sla_data.cpp.
#pragma once

#include <functional>
#include <limits>

#include "sla_world.h"

namespace oracle {

// ---- one clause of one lead

enum class Kind : char { met, due, breached, unknown, not_applicable };
inline constexpr std::array kinds{"met", "due", "breached", "unknown", "not applicable"};
inline constexpr std::array columns{"met", "due", "breached", "unknown", "not_applicable"};

struct Verdict {
  Kind kind = Kind::unknown;
  Moment done, due;
  bool exact = true;  // false: a row that may or may not count leaves open which moment it was
};

// How much later than due, so far; 0 where it is not late.
inline Seconds lateness(const Verdict& verdict) {
  return verdict.kind == Kind::breached && verdict.due ? verdict.done.value_or(as_of) - *verdict.due : 0;
}
inline std::string in_words(Seconds length) {
  std::string text;
  constexpr std::array<std::pair<Seconds, const char*>, 4> units{
      {{day, "day"}, {hour, "hour"}, {60, "minute"}, {1, "second"}}};
  for (const auto& [size, name] : units) {
    const Seconds n = length / size;
    length %= size;
    if (n > 0) text += (text.empty() ? "" : " ") + std::to_string(n) + ' ' + name + (n == 1 ? "" : "s");
  }
  return text;
}

enum Clause : std::size_t { provides, passes, half_hour, four_hours, makes, updates, feedback, rejects, clause_count };
inline constexpr std::array<const char*, clause_count> clauses{
    "Marketing provides",
    "Marketing passes",
    "Sales follows up within 30 minutes",
    "Sales follows up within 4 hours",
    "Sales makes",
    "Sales updates",
    "Sales gives feedback",
    "Sales rejects",
};
inline constexpr std::array parties{"Marketing", "Sales"};
inline constexpr std::size_t party_of(std::size_t clause) { return clause <= passes ? 0 : 1; }

struct Judged {
  enum class Handed : char { yes, no, undecided } handed = Handed::no;
  Moment moment;
  Seconds limit = 0;  // of the first clause about follow-ups
  std::array<Verdict, clause_count> verdicts;
};

// Done at `surely` at the latest, and perhaps at `perhaps` already.
inline Verdict by(const Moment& surely, const Moment& perhaps, Seconds due) {
  const bool exact = surely == perhaps;
  if (surely && *surely <= due) return {Kind::met, surely, due, exact};
  if (perhaps && *perhaps <= due) return {Kind::unknown, {}, due, false};
  return {surely || as_of > due ? Kind::breached : Kind::due, surely, due, exact};
}

// The moment of the Nth row that counts.
template <class Counts>
Moment nth(const Lead& lead, Seconds handoff, int n, Counts counts) {
  for (const Activity& row : lead.rows) {
    if (row.at > handoff && row.at <= as_of && counts(row) && --n == 0) return row.at;
  }
  return std::nullopt;
}

inline Verdict follows_up(const Lead& lead, Seconds handoff, const Moment& due, const Moment& limit) {
  const Moment surely = nth(lead, handoff, 1, [](const Activity& row) {
    return row.what == What::call || (row.what == What::mail && row.automated == false);
  });
  const Moment perhaps = nth(lead, handoff, 1, [](const Activity& row) {
    return row.what == What::call || (row.what == What::mail && row.automated != true);
  });
  if (due) return by(surely, perhaps, limit ? std::min(*due, *limit) : *due);
  // Nobody knows the office, but past the hard limit it is late in each of them.
  if (limit && by(surely, perhaps, *limit).kind == Kind::breached) return by(surely, perhaps, *limit);
  return {};
}

inline Verdict makes_contact(const Lead& lead, Seconds handoff, Seconds due) {
  const Moment calls = nth(lead, handoff, 3, [](const Activity& row) { return row.what == What::call; });
  const Moment mails = nth(lead, handoff, 3, [](const Activity& row) { return row.what == What::mail; });
  const Moment done = calls && mails ? Moment(std::max(*calls, *mails)) : Moment();
  return by(done, done, due);
}

// A field that is known, with the moment of its last change. Nobody knows of changes before that one: where it came
// too late, or is still to come, or has no moment, another may have come in time.
inline Verdict written_down(const std::string& value, const Moment& at, Seconds handoff, const Moment& due) {
  if (!due) return {};
  if (value.empty()) return by({}, {}, *due);
  if (!at || *at > as_of || *at > *due) return {};
  const Moment done = *at > handoff ? at : Moment();
  return by(done, done, *due);
}

// About a lead that was not rejected, or before this handoff, there is nothing to say, whatever else is unknown.
inline Verdict gives_back(const Lead& lead, const Moment& handoff, const Moment& due) {
  const Verdict nothing{Kind::not_applicable, {}, {}, true};
  if (lead.status.empty()) return {};
  if (lead.status != "Rejected") return nothing;
  if (!handoff || !lead.rejected_at || *lead.rejected_at > as_of) return {};
  if (*lead.rejected_at <= *handoff) return nothing;
  if (!due) return {};
  return by(lead.rejected_at, lead.rejected_at, *due);
}

// ---- a clock that pauses

struct Pause {
  Seconds from;
  Moment to;  // none: it lasts
};

inline std::vector<Pause> pauses_of(const Lead& lead, Seconds handoff) {
  std::vector<Pause> pauses;
  for (const Activity& row : lead.rows) {
    if (row.at <= handoff || row.at > as_of) continue;
    const bool on_hold = !pauses.empty() && !pauses.back().to;
    if (row.what == What::put_on_hold && !on_hold) pauses.push_back({row.at, {}});
    if (row.what == What::taken_up && on_hold) pauses.back().to = row.at;
  }
  return pauses;
}

// So much time later on a clock that stands still in the pauses; never where one lasts.
inline constexpr Seconds never = std::numeric_limits<Seconds>::max();
template <class Add, class Between>
Seconds advance(Seconds at, Seconds length, const std::vector<Pause>& pauses, Add add, Between between) {
  for (const Pause& pause : pauses) {
    if (add(at, length) <= pause.from) break;
    if (!pause.to) return never;
    length -= between(at, pause.from);
    at = *pause.to;
  }
  return add(at, length);
}

inline Judged judge(const Lead& lead, const Offices& offices, bool paused) {
  Judged result;
  // Whoever wrote down the moment says that it came; where nobody did, the stage of today and that of the run before
  // say whether it came between them.
  const bool before = lead.stage_before == "MQL";
  if (lead.mql_at && *lead.mql_at <= as_of) {
    result.moment = lead.mql_at;
  } else if (!before) {
    result.handed = lead.wants_contact ? Judged::Handed::no : Judged::Handed::undecided;
    if (lead.wants_contact != true) return result;  // what is undecided has only verdicts that are unknown
    result.moment = as_of;
  }
  result.handed = Judged::Handed::yes;
  auto& all = result.verdicts;
  const bool complete = !lead.email.empty() && !lead.phone.empty() && !lead.company.empty() && !lead.title.empty();
  all[provides] = {complete ? Kind::met : Kind::breached, result.moment, {}, true};
  if (lead.employees) all[passes] = {*lead.employees >= 100 ? Kind::met : Kind::breached, result.moment, {}, true};
  all[rejects] = gives_back(lead, result.moment, {});
  if (!result.moment) return result;
  const Seconds at = *result.moment;
  const Office* const office = offices.of(lead.owner);
  const std::vector<Pause> pauses = paused ? pauses_of(lead, at) : std::vector<Pause>();
  const auto within = [&](Seconds open) {
    if (office == nullptr) return Moment();
    return Moment(advance(
        at, open, pauses, [&](Seconds from, Seconds length) { return office->add(from, length); },
        [&](Seconds from, Seconds to) { return office->between(from, to); }));
  };
  const auto by_the_clock = [&](Seconds length) {
    return advance(at, length, pauses, std::plus<>(), [](Seconds from, Seconds to) { return to - from; });
  };
  // What a pause does to business days is nowhere said, so the variant with pauses gives 8 hours for each.
  const auto days = [&](int n) {
    if (paused || office == nullptr) return within(8 * n * hour);
    return Moment(office->add_days(at, n));
  };
  result.limit = by_the_clock(day);
  all[half_hour] = follows_up(lead, at, within(1800), result.limit);
  all[four_hours] = follows_up(lead, at, within(4 * hour), {});
  all[makes] = makes_contact(lead, at, by_the_clock(14 * day));
  all[updates] = written_down(lead.status, lead.status_at, at, days(5));
  all[feedback] = written_down(lead.feedback, lead.feedback_at, at, by_the_clock(14 * day));
  all[rejects] = gives_back(lead, at, days(2));
  return result;
}

}  // namespace oracle
