// Holds the verdicts that Muster wrote against answers worked out here, cell by cell.
// May include: the standard library, tests/oracle. Called by: tests/oracle.
#pragma once

#include <functional>
#include <iostream>

#include "log.h"

namespace oracle {

inline std::string points(std::int64_t mantissa) {  // 4 digits, as few as needed
  std::string text = (mantissa < 0 ? "-" : "") + std::to_string(std::abs(mantissa) / 10000);
  std::string rest = std::to_string(10000 + std::abs(mantissa) % 10000).substr(1);
  while (!rest.empty() && rest.back() == '0') rest.pop_back();
  return rest.empty() ? text : text + "." + rest;
}

// The text of a cell by column; a missing value is empty.
using Answers = std::map<std::string, std::function<std::string(const Lead&)>>;

inline int compare(const std::string& folder, const Answers& all) {
  const std::vector<Lead> leads = read(folder);
  std::map<std::string, const Lead*> by_id;
  for (const Lead& lead : leads) by_id[lead.id] = &lead;
  std::ifstream file(folder + "/leads.scored.csv");
  std::string line;
  if (!std::getline(file, line)) {
    std::cerr << "behaviour_oracle: " << folder << "/leads.scored.csv cannot be read\n";
    return 2;
  }
  const auto header = cells(line);
  for (const auto& [name, answer] : all) {
    if (std::ranges::find(header, name) == header.end()) {
      std::cerr << "behaviour_oracle: the verdicts have no column " << name << '\n';
      return 2;
    }
  }
  std::size_t cases = 0;
  std::size_t wrong = 0;
  std::size_t rows = 0;
  while (std::getline(file, line)) {
    const auto row = cells(line);
    const Lead& lead = *by_id.at(row[0]);
    ++rows;
    for (std::size_t column = 1; column < header.size(); ++column) {
      const auto answer = all.find(header[column]);
      if (answer == all.end()) continue;
      ++cases;
      const std::string expected = answer->second(lead);
      if (lower(trimmed(row[column])) == expected) continue;
      if (++wrong <= 20) {
        std::cerr << lead.id << ' ' << header[column] << ": Muster says \"" << row[column] << "\", by hand it is \""
                  << expected << "\"\n";
      }
    }
  }
  std::cout << cases << " cases over " << rows << " leads, " << wrong << " differ\n";
  return wrong == 0 && rows == leads.size() && rows > 0 ? 0 : 1;
}

}  // namespace oracle
