// A year of handed-over leads and what was done about them: made at random, written, and read again.
// Shares no code with Muster. May include: the standard library, tests/oracle. Called by: tests/oracle/sla_data.cpp.
#pragma once

#include <array>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>

#include "wall_clock.h"

namespace oracle {

using Moment = std::optional<Seconds>;

// ---- the offices and owners of sla_policy.muster

struct Offices {
  Office new_york{
      "America/New_York",
      {work, work, work, work, work, {}, {}},
      {"2026-01-01", "2026-05-25", "2026-07-03", "2026-09-07", "2026-11-26", "2026-12-25"},
  };
  Office berlin{
      "Europe/Berlin",
      {lunch, lunch, lunch, lunch, {{9 * hour, 15 * hour}}, {}, {}},
      {"2025-12-25", "2025-12-26", "2025-12-27", "2025-12-28", "2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01",
       "2026-04-03", "2026-04-06", "2026-05-01", "2026-10-03", "2026-12-25"},
  };
  Office kolkata{
      "Asia/Kolkata",
      {late, late, late, late, late, late, {}},
      {"2026-01-26", "2026-08-15", "2026-10-02"},
  };
  // Nobody's calendar is known where nobody owns the lead.
  [[nodiscard]] const Office* of(const std::string& owner) const {
    if (owner.empty()) return nullptr;
    return owner[0] == 'b' ? &berlin : owner[0] == 'i' ? &kolkata : &new_york;
  }

 private:
  inline static const std::vector<Hours> work{{9 * hour, 17 * hour + 1800}};
  inline static const std::vector<Hours> lunch{{9 * hour, 12 * hour + 1800}, {13 * hour + 1800, 18 * hour}};
  inline static const std::vector<Hours> late{{10 * hour, 19 * hour}};
};

// ---- the data

enum class What : char { call, mail, page_view, put_on_hold, taken_up };
constexpr std::array what_names{"Call", "E-mail sent", "Page view", "Put on hold", "Taken up"};
struct Activity {
  Seconds at = 0;
  What what = What::page_view;
  std::optional<bool> automated;
};
struct Lead {
  std::string id, email, phone, company, title;
  std::optional<int> employees;
  std::optional<bool> wants_contact;
  std::string status, feedback, stage_before, owner;
  Moment status_at, feedback_at, mql_at, rejected_at;
  std::vector<Activity> rows;  // by time
};
inline constexpr const char* lead_header =
    "lead_id,Email,Phone,Company,Title,Employees,Wants contact,Status,Status changed,Feedback,Feedback at,Stage,MQL at,"
    "Rejected at,Rejection reason,Owner\n";
inline constexpr const char* row_header = "activity_id,lead_id,at,what,automated\n";

// Wednesday 18 November 2026 at three in New York, in winter time.
inline const Seconds as_of = date(2026, 11, 18) + 20 * hour;
inline constexpr const char* as_of_text = "2026-11-18T15:00:00";
inline const Seconds quarter_begins = date(2026, 10, 1) + 4 * hour;  // summer time

// ---- made at random

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  // False where a file could not be written.
  bool write(const std::string& folder, int leads) {
    std::ofstream lead_file(folder + "/leads.csv");
    std::ofstream row_file(folder + "/activities.csv");
    lead_file << lead_header;
    row_file << row_header;
    for (int i = 0; i < leads; ++i) {
      const Lead lead = any_lead(i);
      const auto flag = [](const std::optional<bool>& value) { return !value ? "" : *value ? "yes" : "no"; };
      lead_file << lead.id << ',' << lead.email << ',' << lead.phone << ',' << lead.company << ',' << lead.title << ','
                << (lead.employees ? std::to_string(*lead.employees) : "") << ',' << flag(lead.wants_contact) << ','
                << lead.status << ',' << written(lead.status_at) << ',' << lead.feedback << ','
                << written(lead.feedback_at) << ',' << lead.stage_before << ',' << written(lead.mql_at) << ','
                << written(lead.rejected_at) << ",no budget," << lead.owner << '\n';
      for (const Activity& row : lead.rows) {
        row_file << 'a' << ++rows_ << ',' << lead.id << ',' << written(row.at) << ','
                 << what_names[static_cast<std::size_t>(row.what)] << ',' << flag(row.automated) << '\n';
      }
    }
    return lead_file.flush() && row_file.flush();
  }

 private:
  std::int64_t any(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most - least + 1));
  }
  bool one_in(int n) { return any(1, n) == 1; }
  std::string any_text(int missing_in, const char* value) { return one_in(missing_in) ? "" : value; }

  // With its offset, or as the clocks of the policy's zone show it.
  std::string written(const Moment& at) {
    if (!at) return "";
    return one_in(2) ? text_of(*at) + "Z" : text_of(offices_.new_york.clock.shown(*at));
  }

  Seconds any_handoff(const Office& office) {
    constexpr int days = 355;
    const Seconds any_time = as_of - any(0, days * day);
    switch (any(0, 9)) {
      case 0:  // so short a time ago that deadlines are still to come
        return as_of - any(0, 4 * day);
      case 1:
      case 2:
        return office.opening(any_time);
      case 3:
      case 4: {  // around the hours' ends, to the second
        const Seconds number = office.clock.shown(any_time) / day;
        const auto hours = office.hours_of(number);
        if (hours.empty()) return any_time;
        const Hours& one = hours[static_cast<std::size_t>(any(0, static_cast<std::int64_t>(hours.size()) - 1))];
        return office.clock.instant(number * day + (one_in(2) ? one.from : one.to)) + any(-1, 1);
      }
      case 5: {  // on the days on which clocks change
        const std::array changes{date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)};
        return changes[static_cast<std::size_t>(any(0, 3))] + any(-day, day);
      }
      default:
        return any_time;
    }
  }

  // Early, exactly at the deadline, a second later, late, before the handoff, or after the report.
  Seconds any_answer(Seconds handoff, Seconds due) {
    switch (any(0, 9)) {
      case 0:
        return due;
      case 1:
        return due + 1;
      case 2:
        return due + any(0, 6 * day);
      case 3:
        return handoff + any(0, 1);
      case 4:
        return one_in(3) ? as_of + any(0, 1) : handoff - any(0, day);
      default:
        return handoff + any(1, std::max<Seconds>(1, due - handoff));
    }
  }

  Lead any_lead(int number) {
    Lead lead;
    lead.id = "L" + std::to_string(number);
    constexpr std::array teams{"ny", "be", "in"};
    if (!one_in(40)) {
      lead.owner = teams[static_cast<std::size_t>(any(0, 2))];
      lead.owner += std::to_string(any(0, 9));
    }
    const Office* const owners = offices_.of(lead.owner);
    const Office& office = owners != nullptr ? *owners : offices_.berlin;
    const Seconds handoff = any_handoff(office);
    lead.email = any_text(20, "ann@firm.example");
    lead.phone = any_text(10, "+1 212 555 0100");
    lead.company = any_text(30, "Firm");
    lead.title = any_text(15, "VP");
    if (!one_in(20)) lead.employees = static_cast<int>(one_in(10) ? any(1, 99) : any(100, 2000));
    lead.stage_before = one_in(10) ? "" : "MQL";
    if (!one_in(10)) lead.wants_contact = !one_in(5);
    if (!one_in(lead.stage_before.empty() ? 2 : 30)) lead.mql_at = one_in(30) ? as_of + any(0, 1) : handoff;
    const bool rejected = one_in(8);
    lead.status = rejected ? "Rejected" : any_text(8, "Contacted");
    if (!one_in(8)) lead.status_at = any_answer(handoff, office.add_days(handoff, 5));
    lead.feedback = any_text(5, "good");
    if (!one_in(8)) lead.feedback_at = any_answer(handoff, handoff + 14 * day);
    if (rejected && !one_in(8)) lead.rejected_at = any_answer(handoff, office.add_days(handoff, 2));
    add_rows(lead, office, handoff);
    return lead;
  }

  void add_rows(Lead& lead, const Office& office, Seconds handoff) {
    const auto add = [&](Seconds at) {
      const What what = one_in(3) ? What::page_view : one_in(2) ? What::mail : What::call;
      std::optional<bool> automated;
      if (what == What::mail && !one_in(6)) automated = one_in(3);
      lead.rows.push_back({at, what, automated});
    };
    const Seconds half_hour = office.add(handoff, 1800);
    if (!one_in(3)) add(any_answer(handoff, std::min(half_hour, handoff + day)));
    if (!one_in(3)) add(any_answer(handoff, office.add(handoff, 4 * hour)));
    const Seconds begins = one_in(2) ? handoff - 2 * day : half_hour;
    for (std::int64_t i = any(0, one_in(6) ? 0 : 19); i > 0; --i) add(begins + any(0, 16 * day));
    if (one_in(3)) add(handoff + 14 * day + any(0, 1));
    // On hold for hours or days, once or more often, some for good and some before the handoff already.
    Seconds at = handoff + (one_in(4) ? -any(0, day) : any(1, hour));
    for (std::int64_t i = any(-6, 3); i > 0; --i) {
      lead.rows.push_back({at, What::put_on_hold, {}});
      at += any(1, one_in(2) ? 5 * hour : 5 * day);
      if (!one_in(8)) lead.rows.push_back({at, What::taken_up, {}});
      at += any(1, 2 * day);
    }
  }

  std::mt19937_64 random_;
  Offices offices_;
  std::int64_t rows_ = 0;
};

// ---- read again

inline std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      result.emplace_back();
    } else if (c != '\r') {
      result.back() += c;
    }
  }
  return result;
}

inline Moment moment_of(const std::string& text, const Clock& clock) {
  if (text.empty()) return std::nullopt;
  int y = 0, m = 0, d = 0, h = 0, min = 0, s = 0;
  std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d", &y, &m, &d, &h, &min, &s);
  const Seconds shown = date(y, m, d) + h * hour + min * 60 + s;
  return text.back() == 'Z' ? shown : clock.instant(shown);
}

inline std::vector<Lead> read_leads(const std::string& folder, const Clock& clock) {
  const auto flag = [](const std::string& text) {
    return text.empty() ? std::optional<bool>() : std::optional<bool>(text == "yes");
  };
  std::vector<Lead> leads;
  std::string line;
  std::ifstream lead_file(folder + "/leads.csv");
  std::getline(lead_file, line);
  while (std::getline(lead_file, line)) {
    const auto cell = cells(line);
    Lead lead{.id = cell[0],
              .email = cell[1],
              .phone = cell[2],
              .company = cell[3],
              .title = cell[4],
              .employees = {},
              .wants_contact = flag(cell[6]),
              .status = cell[7],
              .feedback = cell[9],
              .stage_before = cell[11],
              .owner = cell[15],
              .status_at = moment_of(cell[8], clock),
              .feedback_at = moment_of(cell[10], clock),
              .mql_at = moment_of(cell[12], clock),
              .rejected_at = moment_of(cell[13], clock),
              .rows = {}};
    if (!cell[5].empty()) lead.employees = std::atoi(cell[5].c_str());
    leads.push_back(std::move(lead));
  }
  std::ifstream row_file(folder + "/activities.csv");
  std::getline(row_file, line);
  while (std::getline(row_file, line)) {
    const auto cell = cells(line);
    const auto what = static_cast<What>(std::ranges::find(what_names, cell[3]) - what_names.begin());
    const auto number = static_cast<std::size_t>(std::atoll(cell[1].c_str() + 1));  // leads are numbered in their order
    leads[number].rows.push_back({moment_of(cell[2], clock).value(), what, flag(cell[4])});
  }
  for (Lead& lead : leads) {
    std::ranges::sort(lead.rows, [](const Activity& a, const Activity& b) { return a.at < b.at; });
  }
  return leads;
}

}  // namespace oracle
