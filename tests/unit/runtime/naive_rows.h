// What the instructions between spaces mean, one parent at a time and in the plainest words; the second half of
// naive_engine.h.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "naive_engine.h"

namespace muster::runtime::naive {

// The result of a call for every row of its space.
struct Value {
  bool is_scalar = false;
  std::vector<Cell> rows;  // one, of a scalar

  const Cell& at(std::size_t row) const { return rows[is_scalar ? 0 : row]; }
};

// What tells known values apart.
inline std::pair<std::int64_t, std::string> identity(const Cell& cell) {
  return {cell.number, kernels::fold_text(cell.text)};
}

inline Cell sum_rows(const std::vector<const Cell*>& selected) {
  kernels::Wide total = 0;
  for (const Cell* cell : selected) {
    if (!cell->known) return missing_for(selected);
    total += cell->number;
  }
  return from_checked(kernels::narrow(total));
}

inline Cell extreme_row(bool largest, const std::vector<const Cell*>& selected) {
  std::optional<std::int64_t> best;
  for (const Cell* cell : selected) {
    if (!cell->known) return missing_for(selected);
    const bool is_better = !best || (largest ? cell->number > *best : cell->number < *best);
    if (is_better) best = cell->number;
  }
  return best ? number(*best) : Cell{};
}

inline Cell first_row(bool last, bool has_keys, const std::vector<const Cell*>& values,
                      const std::vector<const Cell*>& moments) {
  Cell best = extreme_row(last, moments);
  if (!best.known) return best;
  std::vector<const Cell*> tied;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (moments[k]->number == best.number) tied.push_back(values[k]);
  }
  if (has_keys) tied.resize(1);
  for (const Cell* cell : tied) {
    const bool agrees = cell->known && cell->number == tied[0]->number && cell->text == tied[0]->text;
    if (!agrees) return missing_for(tied);
  }
  return *tied[0];
}

inline Cell most_days(std::int64_t span, const std::vector<const Cell*>& days, const std::vector<const Cell*>& groups) {
  std::map<std::int64_t, std::set<std::int64_t>> by_group;
  for (std::size_t k = 0; k < days.size(); ++k) {
    if (days[k]->known && groups[k]->known) by_group[groups[k]->number].insert(days[k]->number);
  }
  std::int64_t most = 0;
  for (const auto& [group, found] : by_group) {
    for (auto first = found.begin(); first != found.end(); ++first) {
      std::int64_t together = 0;
      for (auto day = first; day != found.end(); ++day) {
        const kernels::Wide apart = static_cast<kernels::Wide>(*day) - *first;
        if (span == 0 || apart < span) ++together;
      }
      most = std::max(most, together);
    }
  }
  return number(most);
}

// A fold for one parent: `operands` by operand, then child row.
inline Cell fold(const Call& call, const std::vector<std::vector<const Cell*>>& operands) {
  using compiler::Op;
  const std::vector<const Cell*>& mask = operands.back();
  const auto selected = [&](std::size_t which) {
    std::vector<const Cell*> found;
    for (std::size_t k = 0; k < mask.size(); ++k) {
      if (mask[k]->is_yes()) found.push_back(operands[which][k]);
    }
    return found;
  };
  switch (call.op) {
    case Op::any_rows:
      if (!selected(0).empty()) return number(1);
      if (std::all_of(mask.begin(), mask.end(), [](const Cell* cell) { return cell->is_no(); })) return number(0);
      return missing_for(mask);
    case Op::count_rows:
      return number(static_cast<std::int64_t>(selected(0).size()));
    case Op::sum_rows:
      return sum_rows(selected(0));
    case Op::smallest_row:
      return extreme_row(false, selected(0));
    case Op::largest_row:
      return extreme_row(true, selected(0));
    case Op::first_row:
    case Op::last_row:
      return first_row(call.op == Op::last_row, call.immediate == 0, selected(0), selected(1));
    case Op::count_distinct: {
      std::set<std::pair<std::int64_t, std::string>> found;
      for (const Cell* cell : selected(0)) {
        if (cell->known) found.insert(identity(*cell));
      }
      return number(static_cast<std::int64_t>(found.size()));
    }
    case Op::most_days:
      return most_days(call.immediate, selected(0), selected(1));
    default:
      return {};
  }
}

// The masks of one parent's rows.
inline std::vector<Cell> keep(const Call& call, const std::vector<std::vector<const Cell*>>& operands) {
  using compiler::Op;
  const std::vector<const Cell*>& mask = operands.back();
  std::vector<Cell> kept(mask.size());
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> counts;
  for (std::size_t step = 0; step < mask.size(); ++step) {
    const std::size_t k = call.op == Op::keep_first ? step : mask.size() - 1 - step;
    if (!mask[k]->is_yes()) {
      kept[k] = *mask[k];
      continue;
    }
    if (call.op != Op::keep_first && !operands[0][k]->known) {
      kept[k] = missing_for({operands[0][k]});
      continue;
    }
    std::int64_t& count =
        counts[call.op == Op::keep_first ? std::pair<std::int64_t, std::string>{} : identity(*operands[0][k])];
    kept[k] = number(count < (call.op == Op::keep_distinct ? 1 : call.immediate) ? 1 : 0);
    ++count;
  }
  return kept;
}

}  // namespace muster::runtime::naive
