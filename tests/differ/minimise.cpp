#include "tests/differ/minimise.h"

#include <algorithm>
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

// Halves first, then smaller parts.
void drop_rows(Sample& sample, std::vector<DataRow> Sample::* rows, const std::string& label) {
  for (std::size_t size = (sample.*rows).size(); size > 0; size /= 2) {
    for (std::size_t i = 0; i < (sample.*rows).size();) {
      Sample smaller = sample;
      std::vector<DataRow>& left = smaller.*rows;
      const auto begin = left.begin() + static_cast<std::ptrdiff_t>(i);
      left.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(size, left.size() - i)));
      if (still_differs(smaller, label)) {
        sample = std::move(smaller);
      } else {
        i += size;
      }
    }
  }
}

// Rows of all leads alike; cells of the first one, so that a lead which completes it still has what was missing.
void drop_data(Sample& sample, const std::string& label) {
  drop_rows(sample, &Sample::companies, label);
  const auto try_it = [&](auto change) {
    Sample smaller = sample;
    change(smaller.leads);
    if (still_differs(smaller, label)) sample = smaller;
  };
  const DataRow& lead = sample.leads[0];
  for (std::size_t i = lead.below.size(); i-- > 0;) {
    try_it([&](std::vector<DataRow>& leads) {
      for (DataRow& each : leads) {
        if (i < each.below.size()) each.below.erase(each.below.begin() + static_cast<std::ptrdiff_t>(i));
      }
    });
  }
  for (std::size_t i = 1; i < lead.cells.size(); ++i) {
    try_it([&](std::vector<DataRow>& leads) { leads[0].cells[i] = {}; });
  }
  for (std::size_t k = 0; k < lead.below.size(); ++k) {
    for (std::size_t i = 1; i < lead.below[k].cells.size(); ++i) {
      if (lead.below[k].cells[i].text == lead.cells[0].text) continue;  // it says whose row it is
      try_it([&](std::vector<DataRow>& leads) { leads[0].below[k].cells[i] = {}; });
    }
  }
}

}  // namespace

void minimise(Sample& sample, const Difference& difference) {
  const Sample whole = sample;
  const bool is_completed = sample.is_completed[difference.lead];
  sample.leads = {whole.leads[difference.lead]};
  sample.is_completed = {false};
  if (is_completed && !still_differs(sample, difference.label)) {
    sample.leads = {whole.leads[difference.lead - 1], whole.leads[difference.lead]};
    sample.is_completed = {false, true};
  }
  if (!still_differs(sample, difference.label)) {  // other leads have a say in it
    sample = whole;
    sample.is_completed.assign(sample.leads.size(), false);
    if (still_differs(sample, difference.label)) drop_rows(sample, &Sample::leads, difference.label);
  }
  if (!still_differs(sample, difference.label)) {
    sample = whole;
    return;
  }
  drop_parts(sample, "\n\n", difference.label);
  drop_parts(sample, "\n", difference.label);
  drop_data(sample, difference.label);
}

}  // namespace muster::differ
