#include "runtime/run/issues.h"

#include <algorithm>
#include <utility>

#include "stdlib/kernels/parse_value.h"

namespace muster::runtime {

std::string_view describe_issue(std::uint8_t fault) {
  if (fault == CellIssue::blank) return "blank";
  if (fault == CellIssue::rounded) return "rounded: more digits than the field keeps";
  if (fault == CellIssue::not_yet) return "has not happened yet";
  if (fault == CellIssue::contradiction) return "several rows have this key, with different values";
  if (fault == CellIssue::many_matches) return "fits more than one row";
  return kernels::describe(static_cast<kernels::CellFault>(fault));
}

IssueCounts::IssueCounts(std::vector<std::string> headers) : headers_(std::move(headers)), cells_(headers_.size()) {}

void IssueCounts::add_cell(const CellIssue& issue, std::uint64_t line) {
  Count& count = cells_[issue.field][issue.fault];
  if (count.count++ == 0) count.first_line = line;
}

void IssueCounts::add_lead(std::string_view label, std::string_view what, std::uint64_t line) {
  for (IssueTally& known : of_leads_) {
    if (known.where == label && known.what == what) {
      ++known.count;
      return;
    }
  }
  of_leads_.push_back({std::string(label), std::string(what), 1, line});
}

std::vector<IssueTally> IssueCounts::tallies(
    const std::function<std::string(std::uint8_t fault, std::uint32_t field)>& fix_of) const {
  std::vector<IssueTally> all = of_leads_;
  for (std::uint32_t field = 0; field < cells_.size(); ++field) {
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      const Count& count = cells_[field][kind];
      if (count.count == 0) continue;
      const auto fault = static_cast<std::uint8_t>(kind);
      all.push_back(
          {headers_[field], std::string(describe_issue(fault)), count.count, count.first_line, fix_of(fault, field)});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const IssueTally& a, const IssueTally& b) { return a.count > b.count; });
  return all;
}

}  // namespace muster::runtime
