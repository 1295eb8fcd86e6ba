// An oracle for agreements: a year of leads made at random (sla_world.h), every clause of sla_policy.muster worked out
// for each of them (sla_judge.h) by walking over its rows and over painted hours (wall_clock.h), and the result held
// against what `muster sla` wrote, cell by cell. Shares no code with Muster.
//
//   sla_oracle generate FOLDER SEED LEADS   writes leads.csv and activities.csv
//   sla_oracle compare FOLDER               reads them, the tables (handoffs.csv, clauses.csv, ...) and, where it is
//                                           there, verdicts.csv
//
// May include: the standard library, tests/oracle. Called by: tests/oracle/sla.sh, tests/bench/run_sla_bench.sh.
#include <map>

#include "sla_judge.h"

namespace {

using namespace oracle;

// ---- the tables

using Tally = std::array<std::int64_t, kinds.size()>;
struct Totals {
  std::map<std::string, std::int64_t> handoffs, volume;
  std::map<std::string, std::array<std::int64_t, 2>> pace;  // by Monday: all, and those rejected
  std::array<Seconds, clause_count> latest_by{};
  std::int64_t beyond_limit = 0;
  std::map<std::string, Tally> clauses, parties, owners, weeks;  // by what stands in front of the numbers, joined by |
};

std::string monday_of(Seconds shown) { return text_of((shown / day - weekday(shown)) * day).substr(0, 10); }
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
    ++totals.weeks[monday_of(clock.shown(*judged.moment)) + '|' + party][kind];
  }
  const Verdict& first = judged.verdicts[half_hour];
  if (first.kind == Kind::breached && first.done.value_or(as_of) > judged.limit) ++totals.beyond_limit;
  if (handed == Judged::Handed::undecided) {
    ++totals.volume["undecided"];
  } else if (!judged.moment) {
    ++totals.volume["undated"];
  } else if (*judged.moment >= quarter_begins) {
    ++totals.volume["gross"];
    const bool rejected = lead.status == "Rejected";
    ++totals.volume[rejected ? "rejected" : "delivered"];
    auto& week = totals.pace[monday_of(clock.shown(*judged.moment))];
    ++week[0];
    if (rejected) ++week[1];
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
    if (ours.due) comparison.cell(where + "due_at", ours.due == never ? "" : shown(ours.due), row["due_at"]);
  }
  for (std::size_t number = 0; number < leads.size(); ++number) {
    const bool expected = judged[number].handed != Judged::Handed::no;
    for (std::size_t i = 0; i < clause_count; ++i) {
      comparison.cell(leads[number].id + ' ' + clauses[i], expected ? "a row" : "no row",
                      seen[number][i] ? "a row" : "no row");
    }
  }
}

int compare(const std::string& folder, bool paused) {
  const Offices offices;
  const Clock& clock = offices.new_york.clock;
  const std::vector<Lead> leads = read_leads(folder, clock);
  std::vector<Judged> judged;
  judged.reserve(leads.size());
  Totals totals;
  for (const Lead& lead : leads) {
    judged.push_back(judge(lead, offices, paused));
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
  std::int64_t so_far = 0;
  for (auto& row : Comparison::table(folder + "/pace.csv")) {
    const std::string from = row["first_day"];
    const Seconds first = moment_of(from + " 00:00:00Z", clock).value();
    const auto& week = totals.pace[monday_of(first)];
    so_far += week[0] - week[1];
    comparison.cell("pace " + from + " gross", std::to_string(week[0]), row["gross"]);
    comparison.cell("pace " + from + " rejected", std::to_string(week[1]), row["rejected"]);
    comparison.cell("pace " + from + " delivered", std::to_string(week[0] - week[1]), row["delivered"]);
    comparison.cell("pace " + from + " total", std::to_string(so_far), row["total"]);
  }
  comparison.cell("pace in total", std::to_string(totals.volume["delivered"]), std::to_string(so_far));
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
  if (mode == "compare" && count == 3) return compare(arguments[2], false);
  if (mode == "compare-paused" && count == 3) return compare(arguments[2], true);
  std::cerr << "usage: sla_oracle generate FOLDER SEED LEADS | compare FOLDER | compare-paused FOLDER\n";
  return 2;
}
