#include "tests/differ/minimise.h"

#include <string>
#include <utility>
#include <vector>

namespace muster::differ {
namespace {

bool still_differs(const Sample& sample, const std::string& label) {
  const Outcome outcome = compare(sample);
  return outcome.difference && outcome.difference->label == label;
}

// Blocks of the text that stand between blank lines, and their lines.
std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = text.find(separator); end != std::string::npos; end = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}
std::string join(const std::vector<std::string>& parts, const std::string& separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : separator) + parts[i];
  return text;
}

void drop_parts(Sample& sample, const std::string& separator, const std::string& label) {
  std::vector<std::string> parts = split(sample.policy, separator);
  for (std::size_t i = parts.size(); i-- > 0;) {
    Sample smaller = sample;
    std::vector<std::string> left = parts;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
    smaller.policy = join(left, separator);
    if (!still_differs(smaller, label)) continue;
    parts = std::move(left);
    sample.policy = smaller.policy;
  }
}

// Of all leads alike: one that completes another keeps what that one has.
void drop_data(Sample& sample, const std::string& label) {
  const auto try_it = [&](auto change) {
    Sample smaller = sample;
    for (DataRow& lead : smaller.leads) change(lead);
    if (still_differs(smaller, label)) sample = smaller;
  };
  const std::vector<DataRow>& rows = sample.leads[0].below;
  for (std::size_t i = rows.size(); i-- > 0;) {
    try_it([&](DataRow& lead) { lead.below.erase(lead.below.begin() + static_cast<std::ptrdiff_t>(i)); });
  }
  for (std::size_t i = 0; i < sample.leads[0].cells.size(); ++i) {
    try_it([&](DataRow& lead) { lead.cells[i] = {}; });
  }
  for (std::size_t k = 0; k < rows.size(); ++k) {
    for (std::size_t i = 1; i < rows[k].cells.size(); ++i) {
      try_it([&](DataRow& lead) { lead.below[k].cells[i] = {}; });
    }
  }
}

}  // namespace

void minimise(Sample& sample, const Difference& difference) {
  const std::vector<DataRow> leads = sample.leads;
  const bool is_completed = sample.is_completed[difference.lead];
  sample.leads = {leads[difference.lead]};
  sample.is_completed = {false};
  if (is_completed && !still_differs(sample, difference.label)) {
    sample.leads = {leads[difference.lead - 1], leads[difference.lead]};
    sample.is_completed = {false, true};
  }
  if (!still_differs(sample, difference.label)) return;
  drop_parts(sample, "\n\n", difference.label);
  drop_parts(sample, "\n", difference.label);
  drop_data(sample, difference.label);
}

}  // namespace muster::differ
