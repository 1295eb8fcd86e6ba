// Folds: what a parent's child rows are together. A mask says which of them count; a parent has 0, about 10 or a
// million of them. Sums are 128 bits wide and checked once (section 4, number 8).
#include <bit>
#include <cassert>

#include "runtime/interpret/folds.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime::interpret {
namespace {

using compiler::Op;
using compiler::Physical;
using kernels::Wide;

void run_any(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  const Register& mask = frame.operand(step, 0);
  const std::uint32_t* const offsets = frame.child(step).offsets;
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    Word yes = 0;
    Word undecided = 0;
    Word overflow = 0;
    Word division = 0;
    for (std::size_t k = 0; k < rows; ++k) {
      bool any = false;
      Folded folded;
      for_pieces(offsets[first + k], offsets[first + k + 1], [&](std::size_t at, std::size_t count) {
        const Word is_yes = bits_at(mask.yes, at, count);
        const Word open = ~(is_yes | bits_at(mask.no, at, count)) & row_mask(count, 0);
        any |= is_yes != 0;
        if (open != 0) folded.miss(mask, at, count, open);
      });
      const bool is_open = !any && !folded.known;
      yes |= static_cast<Word>(any) << k;
      undecided |= static_cast<Word>(is_open) << k;
      overflow |= static_cast<Word>(is_open && folded.overflow) << k;
      division |= static_cast<Word>(is_open && folded.division_by_zero) << k;
    }
    result.out.yes[word] = yes;
    result.out.no[word] = ~(yes | undecided);
    if (result.out.overflow == nullptr) return;
    result.out.overflow[word] = overflow;
    result.out.division_by_zero[word] = division;
  });
}

std::size_t count_selected(const Word* mask, std::size_t begin, std::size_t end) {
  std::size_t selected = 0;
  for_pieces(begin, end, [&](std::size_t at, std::size_t count) {
    selected += static_cast<std::size_t>(std::popcount(bits_at(mask, at, count)));
  });
  return selected;
}

void run_count(const Frame& frame, const Step& step) {
  std::int64_t* const out = frame.result(step).out.integers;
  const Word* const mask = frame.operand(step, 0).yes;
  for_parents(frame, step, [&](std::size_t parent, std::size_t begin, std::size_t end) {
    out[parent] = static_cast<std::int64_t>(count_selected(mask, begin, end));
    return Folded{};
  });
}

void run_sum(const Frame& frame, const Step& step) {
  std::int64_t* const out = frame.result(step).out.integers;
  const Register& value = frame.operand(step, 0);
  const Word* const mask = frame.operand(step, 1).yes;
  const auto finish = [out](std::size_t parent, Wide total, Folded folded) {
    const kernels::Checked checked = kernels::narrow(total);
    out[parent] = checked.value;
    if (folded.known && checked.fault != kernels::Fault::none) folded = {.known = false, .overflow = true};
    return folded;
  };
  if (value.is_scalar) {  // the same points for every row, which is what most rules give
    for_parents(frame, step, [&](std::size_t parent, std::size_t begin, std::size_t end) {
      const std::size_t rows = count_selected(mask, begin, end);
      Folded folded;
      folded.known = rows == 0 || value.scalar_known;
      return finish(parent, static_cast<Wide>(value.number) * static_cast<Wide>(rows), folded);
    });
    return;
  }
  for_parents(frame, step, [&](std::size_t parent, std::size_t begin, std::size_t end) {
    Wide total = 0;
    Folded folded;
    for_pieces(begin, end, [&](std::size_t at, std::size_t count) {
      const Word selected = bits_at(mask, at, count);
      if (selected == 0) return;
      const Word missing = selected & ~bits_at(value.known, at, count);
      if (missing != 0) folded.miss(value, at, count, missing);
      for_bits(selected, at, [&](std::size_t row) { total += value.integers[row]; });
    });
    return finish(parent, total, folded);
  });
}

template <class Better>
void run_extreme(const Frame& frame, const Step& step, Better better) {
  std::int64_t* const out = frame.result(step).out.integers;
  const Register& value = frame.operand(step, 0);
  const Word* const mask = frame.operand(step, 1).yes;
  with_integers(value, [&](auto get) {
    for_parents(frame, step, [&](std::size_t parent, std::size_t begin, std::size_t end) {
      Folded folded;
      bool found = false;
      std::int64_t best = 0;
      for_pieces(begin, end, [&](std::size_t at, std::size_t count) {
        const Word selected = bits_at(mask, at, count);
        if (selected == 0) return;
        const Word missing = selected & ~bits_at(value.known, at, count);
        if (missing != 0) folded.miss(value, at, count, missing);
        for_bits(selected, at, [&](std::size_t row) {
          if (!found || better(get(row), best)) best = get(row);
          found = true;
        });
      });
      out[parent] = best;
      folded.known = folded.known && found;
      return folded;
    });
  });
}

void run_count_distinct(const Frame& frame, const Step& step) {
  std::int64_t* const out = frame.result(step).out.integers;
  const Register& value = frame.operand(step, 0);
  const Word* const mask = frame.operand(step, 1).yes;
  const bool is_boolean = value.physical == Physical::boolean;
  DistinctSet& seen = frame.scratch->seen;
  with_identities(step, value, [&](auto identity) {
    for_parents(frame, step, [&](std::size_t parent, std::size_t begin, std::size_t end) {
      seen.clear();
      for_pieces(begin, end, [&](std::size_t at, std::size_t count) {
        Word selected = bits_at(mask, at, count);
        if (selected == 0) return;
        selected &=
            is_boolean ? bits_at(value.yes, at, count) | bits_at(value.no, at, count) : bits_at(value.known, at, count);
        for_bits(selected, at, [&](std::size_t row) { seen.insert(identity(row)); });
      });
      out[parent] = static_cast<std::int64_t>(seen.size());
      return Folded{};
    });
  });
}

// Days in ascending order, each once: the most that lie in one group and less than `span` apart (0: any).
std::size_t most_together(const std::vector<GroupedDay>& days, std::uint64_t span) {
  std::size_t most = 0;
  std::size_t left = 0;
  for (std::size_t right = 0; right < days.size(); ++right) {
    const auto is_apart = [&] {
      // Ascending, so that the difference fits without a sign, however far the days lie apart.
      const auto distance = static_cast<std::uint64_t>(days[right].day) - static_cast<std::uint64_t>(days[left].day);
      return days[left].group != days[right].group || (span != 0 && distance >= span);
    };
    while (is_apart()) ++left;
    most = std::max(most, right - left + 1);
  }
  return most;
}

void run_most_days(const Frame& frame, const Step& step) {
  std::int64_t* const out = frame.result(step).out.integers;
  const Register& day = frame.operand(step, 0);
  const Register& group = frame.operand(step, 1);
  const Word* const mask = frame.operand(step, 2).yes;
  std::vector<GroupedDay>& days = frame.scratch->days;
  with_integers(day, [&](auto day_of) {
    with_integers(group, [&](auto group_of) {
      for_parents(frame, step, [&](std::size_t parent, std::size_t begin, std::size_t end) {
        days.clear();
        bool is_sorted = true;  // as rows by time are
        for_pieces(begin, end, [&](std::size_t at, std::size_t count) {
          Word selected = bits_at(mask, at, count);
          if (selected == 0) return;
          selected &= bits_at(day.known, at, count) & bits_at(group.known, at, count);
          for_bits(selected, at, [&](std::size_t row) {
            const GroupedDay one{group_of(row), day_of(row)};
            if (!days.empty() && days.back() == one) return;
            is_sorted = is_sorted && (days.empty() || days.back() < one);
            days.push_back(one);
          });
        });
        if (!is_sorted) {
          std::sort(days.begin(), days.end());
          days.erase(std::unique(days.begin(), days.end()), days.end());
        }
        out[parent] = static_cast<std::int64_t>(most_together(days, static_cast<std::uint64_t>(step.immediate)));
        return Folded{};
      });
    });
  });
}

}  // namespace

void run_fold(const Frame& frame, const Step& step) {
  switch (step.op) {
    case Op::any_rows:
      run_any(frame, step);
      break;
    case Op::count_rows:
      run_count(frame, step);
      break;
    case Op::sum_rows:
      run_sum(frame, step);
      break;
    case Op::smallest_row:
      run_extreme(frame, step, [](std::int64_t left, std::int64_t right) { return left < right; });
      break;
    case Op::largest_row:
      run_extreme(frame, step, [](std::int64_t left, std::int64_t right) { return left > right; });
      break;
    case Op::count_distinct:
      run_count_distinct(frame, step);
      break;
    case Op::most_days:
      run_most_days(frame, step);
      break;
    default:
      assert(false && "not a fold");
  }
}

}  // namespace muster::runtime::interpret
