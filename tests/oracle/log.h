// Leads with a log of what they did: made at random, written, and read again.
// May include: the standard library, tests/oracle. Called by: tests/oracle.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "calendar.h"

namespace oracle {

// ---- the data

struct Activity {
  std::string kind;
  std::optional<Micros> at;
  std::optional<std::string> page;  // in small letters, as Muster compares texts
  std::string written;              // the same as it stands in the file
  std::optional<int> seconds;
};
struct Lead {
  std::string id;
  std::optional<bool> opted_out;
  std::vector<Activity> rows;  // by time, those without one first
};

inline std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

inline std::string padded(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

inline void generate(const std::string& folder, unsigned seed, int leads) {
  std::mt19937_64 random(seed);
  const auto up_to = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::ofstream lead_file(folder + "/leads.csv");
  std::ofstream row_file(folder + "/activities.csv");
  lead_file << "Lead ID,Opted Out\n";
  row_file << "Lead ID,At,What,Page,Seconds\n";
  const std::array<const char*, 4> kinds{"PageView", "Download", "HardBounce", "Unsubscribed"};
  const std::array<const char*, 5> pages{"/pricing", "/Pricing", "/careers", "/docs", "/docs "};
  // Moments at which something changes: the evaluation, the edges of windows, both changes of the clocks, a leap day.
  const std::vector<Micros> edges{as_of,
                                  as_of - 30 * day,
                                  as_of - 14 * day,
                                  as_of - 90 * day,
                                  instant_of(number_of({2026, 2, 28}), 12 * hour),
                                  instant_of(number_of({2026, 3, 1}), 0),
                                  instant_of(number_of({2026, 1, 1}), 0),
                                  instant_of(number_of({2026, 3, 23}), 0),
                                  instant_of(number_of({2026, 3, 22}), 0),
                                  instant_of(number_of({2025, 12, 31}), 12 * hour),
                                  instant_of(number_of({2026, 3, 8}), 2 * hour),
                                  instant_of(number_of({2025, 11, 2}), 1 * hour),
                                  instant_of(number_of({2025, 11, 2}), 1 * hour) + hour,
                                  instant_of(number_of({2024, 2, 29}), 12 * hour)};
  std::vector<std::string> rows;
  for (int lead = 0; lead < leads; ++lead) {
    const std::string id = "L" + std::to_string(lead);
    const int opted_out = up_to(20);
    lead_file << id << ',' << (opted_out < 2 ? "" : opted_out < 4 ? "yes" : "no") << '\n';
    const int count = up_to(4) == 0 ? up_to(3) : up_to(40) == 0 ? 200 : up_to(14);
    for (int row = 0; row < count; ++row) {
      Micros at = 0;
      switch (up_to(4)) {
        case 0:
          at = edges[static_cast<std::size_t>(up_to(static_cast<int>(edges.size())))];
          at += (up_to(3) - 1) * second;
          break;
        case 1:
          at = as_of - up_to(12 * 24 * 3600) * second;
          break;
        default:
          at = as_of + 2 * day - up_to(130 * 24 * 3600) * second;
      }
      std::string text;
      if (up_to(30) != 0) {
        const Date date = date_of(at / day);
        const Micros of_day = at % day / second;
        text = std::to_string(date.year) + '-' + padded(date.month) + '-' + padded(date.day) + 'T' +
               padded(of_day / 3600) + ':' + padded(of_day / 60 % 60) + ':' + padded(of_day % 60) + 'Z';
      }
      // One draw a statement: the order of operands is the compiler's to choose.
      const int which = up_to(12);
      const std::string kind = which < 8 ? "PageView" : kinds[static_cast<std::size_t>(which - 8)];
      const int page = up_to(6);
      const int length = up_to(64);
      rows.push_back(id + ',' + text + ',' + kind + ',' + (page == 5 ? "" : pages[static_cast<std::size_t>(page)]) +
                     ',' + (length >= 60 ? "" : std::to_string(length)));
    }
  }
  std::ranges::shuffle(rows, random);
  for (const std::string& row : rows) row_file << row << '\n';
}

inline std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result(1);
  for (const char c : line) {
    if (c == ',') {
      result.emplace_back();
    } else if (c != '\r') {
      result.back() += c;
    }
  }
  return result;
}

inline std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

inline std::vector<Lead> read(const std::string& folder) {
  std::vector<Lead> leads;
  std::map<std::string, std::size_t> by_id;
  std::string line;
  std::ifstream lead_file(folder + "/leads.csv");
  std::getline(lead_file, line);
  while (std::getline(lead_file, line)) {
    const auto cell = cells(line);
    by_id[cell[0]] = leads.size();
    leads.push_back({cell[0], {}, {}});
    if (!cell[1].empty()) leads.back().opted_out = cell[1] == "yes";
  }
  std::ifstream row_file(folder + "/activities.csv");
  std::getline(row_file, line);
  while (std::getline(row_file, line)) {
    const auto cell = cells(line);
    Activity row{.kind = cell[2], .at = {}, .page = {}, .written = trimmed(cell[3]), .seconds = {}};
    if (!cell[1].empty()) {
      int year = 0, month = 0, d = 0, h = 0, m = 0, s = 0;
      std::sscanf(cell[1].c_str(), "%d-%d-%dT%d:%d:%dZ", &year, &month, &d, &h, &m, &s);
      row.at = number_of({year, month, d}) * day + h * hour + m * 60 * second + s * second;
      if (*row.at > as_of) continue;  // it has not happened
    }
    if (!cell[3].empty()) row.page = trimmed(lower(cell[3]));
    if (!cell[4].empty()) row.seconds = std::atoi(cell[4].c_str());
    leads[by_id.at(cell[0])].rows.push_back(row);
  }
  for (Lead& lead : leads) {
    std::ranges::sort(lead.rows, [](const Activity& a, const Activity& b) { return a.at < b.at; });
  }
  return leads;
}

}  // namespace oracle
