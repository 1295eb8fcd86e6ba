// An oracle for agreements: a year of leads made at random (sla_world.h), every clause of sla_policy.muster worked out
// for each of them by walking over its rows and over painted hours (wall_clock.h), and the result held against what
// `muster sla` wrote, cell by cell. Shares no code with Muster.
//
//   sla_oracle generate FOLDER SEED LEADS   writes leads.csv and activities.csv
//   sla_oracle compare FOLDER               reads them, the tables (handoffs.csv, clauses.csv, ...) and, where it is
//                                           there, verdicts.csv
//
// May include: the standard library, tests/oracle. Called by: tests/oracle/sla.sh, tests/bench/run_sla_bench.sh.
#include <map>

#include "sla_world.h"

namespace {

using namespace oracle;

// ---- one clause of one lead

enum class Kind : char { met, due, breached, unknown, not_applicable };
constexpr std::array kinds{"met", "due", "breached", "unknown", "not applicable"};
constexpr std::array columns{"met", "due", "breached", "unknown", "not_applicable"};

struct Verdict {
  Kind kind = Kind::unknown;
  Moment done, due;
  bool exact = true;  // false: a row that may or may not count leaves open which moment it was
};

// How much later than due, so far; 0 where it is not late.
Seconds lateness(const Verdict& verdict) {
  return verdict.kind == Kind::breached && verdict.due ? verdict.done.value_or(as_of) - *verdict.due : 0;
}
std::string in_words(Seconds length) {
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
constexpr std::array<const char*, clause_count> clauses{
    "Marketing provides",
    "Marketing passes",
    "Sales follows up within 30 minutes",
    "Sales follows up within 4 hours",
    "Sales makes",
    "Sales updates",
    "Sales gives feedback",
    "Sales rejects",
};
constexpr std::array parties{"Marketing", "Sales"};
constexpr std::size_t party_of(std::size_t clause) { return clause <= passes ? 0 : 1; }

struct Judged {
  enum class Handed : char { yes, no, undecided } handed = Handed::no;
  Moment moment;
  std::array<Verdict, clause_count> verdicts;
};

// Done at `surely` at the latest, and perhaps at `perhaps` already.
Verdict by(const Moment& surely, const Moment& perhaps, Seconds due) {
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

Verdict follows_up(const Lead& lead, Seconds handoff, const Moment& due, const Moment& limit) {
  const Moment surely = nth(lead, handoff, 1, [](const Activity& row) {
    return row.what == What::call || (row.what == What::mail && row.automated == false);
  });
  const Moment perhaps = nth(lead, handoff, 1, [](const Activity& row) {
    return row.what == What::call || (row.what == What::mail && row.automated != true);
  });
  if (!due) return {};  // nobody knows the office, so nobody knows which of the two comes earlier
  return by(surely, perhaps, limit ? std::min(*due, *limit) : *due);
}

Verdict makes_contact(const Lead& lead, Seconds handoff) {
  const Moment calls = nth(lead, handoff, 3, [](const Activity& row) { return row.what == What::call; });
  const Moment mails = nth(lead, handoff, 3, [](const Activity& row) { return row.what == What::mail; });
  const Moment done = calls && mails ? Moment(std::max(*calls, *mails)) : Moment();
  return by(done, done, handoff + 14 * day);
}

// A field that is known, with the moment of its last change. Nobody knows of changes before that one: where it came
// too late, or is still to come, or has no moment, another may have come in time.
Verdict written_down(const std::string& value, const Moment& at, Seconds handoff, const Moment& due) {
  if (!due) return {};
  if (value.empty()) return by({}, {}, *due);
  if (!at || *at > as_of || *at > *due) return {};
  const Moment done = *at > handoff ? at : Moment();
  return by(done, done, *due);
}

Verdict gives_back(const Lead& lead, const Moment& due) {
  if (lead.status.empty()) return {};
  if (lead.status != "Rejected") return {Kind::not_applicable, {}, {}, true};
  if (!due || !lead.rejected_at || *lead.rejected_at > as_of) return {};
  return by(lead.rejected_at, lead.rejected_at, *due);
}

Judged judge(const Lead& lead, const Offices& offices) {
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
  if (!result.moment) return result;
  const Seconds at = *result.moment;
  const Office* const office = offices.of(lead.owner);
  const auto within = [&](Seconds open) { return office == nullptr ? Moment() : Moment(office->add(at, open)); };
  const auto days = [&](int n) { return office == nullptr ? Moment() : Moment(office->add_days(at, n)); };
  all[half_hour] = follows_up(lead, at, within(1800), at + day);
  all[four_hours] = follows_up(lead, at, within(4 * hour), {});
  all[makes] = makes_contact(lead, at);
  all[updates] = written_down(lead.status, lead.status_at, at, days(5));
  all[feedback] = written_down(lead.feedback, lead.feedback_at, at, at + 14 * day);
  all[rejects] = gives_back(lead, days(2));
  return result;
}

// ---- the tables

using Tally = std::array<std::int64_t, kinds.size()>;
struct Totals {
  std::map<std::string, std::int64_t> handoffs, volume;
  std::array<Seconds, clause_count> latest_by{};
  std::int64_t beyond_limit = 0;
  std::map<std::string, Tally> clauses, parties, owners, weeks;  // by what stands in front of the numbers, joined by |
};

std::string owner_of(const Lead& lead) { return lead.owner.empty() ? "(no owner)" : lead.owner; }

void count(const Lead& lead, const Judged& judged, const Clock& clock, Totals& totals) {
  const auto handed = judged.handed;
  ++totals.handoffs[handed == Judged::Handed::yes  ? "handed_over"
                    : handed == Judged::Handed::no ? "not_handed_over"
                                                   : "undecided"];
  if (handed == Judged::Handed::no) return;
  if (handed == Judged::Handed::yes && !judged.moment) ++totals.handoffs["without_moment"];
  for (std::size_t i = 0; i < clause_count; ++i) {
    const auto kind = static_cast<std::size_t>(judged.verdicts[i].kind);
    const std::string party = parties[party_of(i)];
    totals.latest_by[i] = std::max(totals.latest_by[i], lateness(judged.verdicts[i]));
    ++totals.clauses[clauses[i]][kind];
    ++totals.parties[party][kind];
    ++totals.owners[owner_of(lead) + '|' + party][kind];
    if (!judged.moment) continue;
    const Seconds midnight = clock.shown(*judged.moment) / day * day;
    ++totals.weeks[text_of(midnight - weekday(midnight) * day).substr(0, 10) + '|' + party][kind];
  }
  const Verdict& first = judged.verdicts[half_hour];
  if (first.kind == Kind::breached && first.done.value_or(as_of) > *judged.moment + day) ++totals.beyond_limit;
  if (handed == Judged::Handed::undecided) {
    ++totals.volume["undecided"];
  } else if (!judged.moment) {
    ++totals.volume["undated"];
  } else if (*judged.moment >= quarter_begins) {
    ++totals.volume["gross"];
    if (lead.status == "Rejected") ++totals.volume["rejected"];
    if (lead.status != "Rejected") ++totals.volume["delivered"];
  }
}

// ---- held against Muster's

class Comparison {
 public:
  void cell(const std::string& where, const std::string& expected, const std::string& answer) {
    ++cells_;
    if (expected == answer) return;
    if (++differ_ <= most_shown) {
      std::cerr << where << ": Muster says \"" << answer << "\", by hand it is \"" << expected << "\"\n";
    }
  }
  // The rows of a table by the names of their columns.
  using Row = std::map<std::string, std::string>;
  static std::vector<Row> table(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    const auto header = oracle::cells(line);
    std::vector<Row> rows;
    while (std::getline(file, line)) {
      const auto cell = oracle::cells(line);
      Row row;
      for (std::size_t i = 0; i < header.size() && i < cell.size(); ++i) row[header[i]] = cell[i];
      rows.push_back(std::move(row));
    }
    return rows;
  }
  // Each row of ours is one of Muster's and the other way round; `key` names a row of Muster's.
  template <class Key>
  void tallies(const std::string& path, std::map<std::string, Tally> ours, Key key) {
    for (Row& row : table(path)) {
      const std::string name = key(row);
      const auto found = ours.find(name);
      if (found == ours.end()) {
        cell(path + ' ' + name, "no such row", "a row");
        continue;
      }
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        cell(path + ' ' + name + ' ' + columns[i], std::to_string(found->second[i]), row[columns[i]]);
      }
      const auto met = static_cast<double>(found->second[0]);
      const auto decided = met + static_cast<double>(found->second[2]);
      const bool close = decided == 0 ? row["met_share"].empty()
                                      : std::abs(std::atof(row["met_share"].c_str()) - met / decided) <= 0.000051;
      cell(path + ' ' + name + " met_share", close ? row["met_share"] : std::to_string(met / decided),
           row["met_share"]);
      ours.erase(found);
    }
    for (const auto& [name, tally] : ours) cell(path + ' ' + name, "a row", "no such row");
  }
  [[nodiscard]] int finish(std::size_t leads) const {
    std::cout << cells_ << " cells compared over " << leads << " leads, " << differ_ << " differ\n";
    return cells_ > 1000 && differ_ == 0 ? 0 : 1;
  }

 private:
  static constexpr std::int64_t most_shown = 40;
  std::int64_t cells_ = 0;
  std::int64_t differ_ = 0;
};

std::size_t clause_of(const std::string& text) {
  std::size_t i = 0;
  while (i < clause_count && !text.starts_with(clauses[i])) ++i;
  return i;
}

void compare_verdicts(const std::string& path, const std::vector<Lead>& leads, const std::vector<Judged>& judged,
                      const Clock& clock, Comparison& comparison) {
  const auto shown = [&](const Moment& at) { return at ? text_of(clock.shown(*at)) : ""; };
  std::vector<std::array<bool, clause_count>> seen(leads.size());
  for (auto& row : Comparison::table(path)) {
    const auto number = static_cast<std::size_t>(std::atoll(row["lead"].c_str() + 1));
    const std::size_t clause = clause_of(row["clause"]);
    const std::string where = row["lead"] + ' ' + row["clause"] + ' ';
    if (number >= leads.size() || clause == clause_count || seen[number][clause]) {
      comparison.cell(where, "no such row", "a row");
      continue;
    }
    seen[number][clause] = true;
    const Verdict& ours = judged[number].verdicts[clause];
    comparison.cell(where + "verdict", kinds[static_cast<std::size_t>(ours.kind)], row["verdict"]);
    comparison.cell(where + "owner", owner_of(leads[number]), row["owner"]);
    comparison.cell(where + "handed_over_at", shown(judged[number].moment), row["handed_over_at"]);
    comparison.cell(where + "late", in_words(lateness(ours)), row["late"]);
    if (ours.exact) comparison.cell(where + "done_at", shown(ours.done), row["done_at"]);
    if (ours.due) comparison.cell(where + "due_at", shown(ours.due), row["due_at"]);
  }
  for (std::size_t number = 0; number < leads.size(); ++number) {
    const bool expected = judged[number].handed != Judged::Handed::no;
    for (std::size_t i = 0; i < clause_count; ++i) {
      comparison.cell(leads[number].id + ' ' + clauses[i], expected ? "a row" : "no row",
                      seen[number][i] ? "a row" : "no row");
    }
  }
}

int compare(const std::string& folder) {
  const Offices offices;
  const Clock& clock = offices.new_york.clock;
  const std::vector<Lead> leads = read_leads(folder, clock);
  std::vector<Judged> judged;
  judged.reserve(leads.size());
  Totals totals;
  for (const Lead& lead : leads) {
    judged.push_back(judge(lead, offices));
    count(lead, judged.back(), clock, totals);
  }
  Comparison comparison;
  for (auto& row : Comparison::table(folder + "/handoffs.csv")) {
    for (const char* name : {"handed_over", "not_handed_over", "undecided", "without_moment"}) {
      comparison.cell(name, std::to_string(totals.handoffs[name]), row[name]);
    }
  }
  for (auto& row : Comparison::table(folder + "/volume.csv")) {
    for (const char* name : {"gross", "rejected", "delivered", "undated", "undecided"}) {
      comparison.cell(std::string("volume ") + name, std::to_string(totals.volume[name]), row[name]);
    }
    comparison.cell("volume from", "2026-10-01", row["first_day"]);
    comparison.cell("volume to", "2026-12-31", row["last_day"]);
  }
  for (auto& row : Comparison::table(folder + "/clauses.csv")) {
    const std::size_t clause = clause_of(row["clause"]);
    if (clause == clause_count) continue;  // the tallies say so
    const std::int64_t beyond = clause == half_hour ? totals.beyond_limit : 0;
    comparison.cell(row["clause"] + " beyond_limit", std::to_string(beyond), row["beyond_limit"]);
    comparison.cell(row["clause"] + " latest_by", in_words(totals.latest_by[clause]), row["latest_by"]);
  }
  using Row = Comparison::Row;
  comparison.tallies(folder + "/clauses.csv", totals.clauses, [](Row& row) {
    const std::size_t clause = clause_of(row["clause"]);
    return clause == clause_count ? row["clause"] : clauses[clause];
  });
  comparison.tallies(folder + "/parties.csv", totals.parties, [](Row& row) { return row["party"]; });
  comparison.tallies(folder + "/owners.csv", totals.owners, [](Row& row) { return row["owner"] + '|' + row["party"]; });
  comparison.tallies(folder + "/weeks.csv", totals.weeks, [](Row& row) { return row["week"] + '|' + row["party"]; });
  const std::string verdicts = folder + "/verdicts.csv";
  if (std::ifstream(verdicts)) compare_verdicts(verdicts, leads, judged, clock, comparison);
  return comparison.finish(leads.size());
}

}  // namespace

int main(int count, char** arguments) {
  const std::string mode = count > 1 ? arguments[1] : "";
  if (mode == "generate" && count == 5) {
    const auto seed = static_cast<unsigned>(std::atoi(arguments[3]));
    return Generator(seed).write(arguments[2], std::atoi(arguments[4])) ? 0 : 4;
  }
  if (mode == "compare" && count == 3) return compare(arguments[2]);
  std::cerr << "usage: sla_oracle generate FOLDER SEED LEADS | compare FOLDER\n";
  return 2;
}
