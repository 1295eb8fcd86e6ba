// What was wrong with the values of a run: counted by field and kind, told per lead, written to a file on request.
// May include: runtime/*, compiler/ir. Called by: runtime/run.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/batch.h"
#include "runtime/run/run.h"

namespace muster::runtime {

// In the words of a summary: "not a number", "blank".
[[nodiscard]] std::string_view describe_issue(std::uint8_t fault);

class IssueCounts {
 public:
  // `headers` by field of the schema: the columns of the export; empty for fields that nobody reads.
  explicit IssueCounts(std::vector<std::string> headers);

  void add_cell(const CellIssue& issue, std::uint64_t line);
  // Something about the lead as a whole: `label` is what it is about, `what` a fixed text.
  void add_lead(std::string_view label, std::string_view what, std::uint64_t line);
  [[nodiscard]] std::string_view header_of(std::uint32_t field) const { return headers_[field]; }
  // Most frequent first; `fix_of` says what to do about a fault of a field.
  [[nodiscard]] std::vector<IssueTally> tallies(
      const std::function<std::string(std::uint8_t fault, std::uint32_t field)>& fix_of) const;

 private:
  struct Count {
    std::uint64_t count = 0;
    std::uint64_t first_line = 0;
  };
  static constexpr std::size_t kinds = 256;  // of CellIssue::fault
  std::vector<std::string> headers_;
  std::vector<std::array<Count, kinds>> cells_;  // by field
  std::vector<IssueTally> of_leads_;             // by label and kind; a policy has few
};

}  // namespace muster::runtime
