// The geometry of a table: each row is a box, one range of segments for every column. Which combinations are in no
// row, which rows lie behind others, which two rows share a combination. Exact, because a column is cut only where
// some cell begins or ends, so that a segment is in a cell as a whole or not at all. Knows nothing of types and names.
// May include: stdlib/kernels. Called by: check/table.cpp.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "stdlib/kernels/number.h"

namespace muster::compiler {

// Part of the number line; an absent end is open for ever.
struct Stretch {
  std::optional<kernels::Wide> low, high;
  bool low_excluded = false;
  bool high_excluded = false;

  bool operator==(const Stretch&) const = default;
};

// Half-open: from the first segment to before the second one. Sorted and disjoint where there are several.
using SegmentRange = std::pair<std::uint32_t, std::uint32_t>;
using CellSegments = std::vector<SegmentRange>;

// The number line, cut at the ends of all stretches that cells name.
class NumberLine {
 public:
  // `whole`: a value has a next one (whole numbers, days), so that `under 5` and `up to 4` are one thing.
  explicit NumberLine(bool whole) : whole_(whole) {}

  // First cut for every stretch, then finish once; the others are for afterwards.
  void cut(const Stretch& stretch);
  void finish();
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(cuts_.size()) + 1; }
  // Precondition: the stretch was cut, and is not empty.
  [[nodiscard]] SegmentRange segments_of(const Stretch& stretch) const;
  // Precondition: segment < size(). On a whole line both ends are included.
  [[nodiscard]] Stretch stretch_of(std::uint32_t segment) const;

 private:
  // A place between values: just before `value`, or just after it.
  struct Cut {
    kernels::Wide value = 0;
    bool after = false;

    auto operator<=>(const Cut&) const = default;
  };
  [[nodiscard]] Cut cut_at(kernels::Wide value, bool after) const;
  [[nodiscard]] Cut low_cut(const Stretch& stretch) const { return cut_at(*stretch.low, stretch.low_excluded); }
  [[nodiscard]] Cut high_cut(const Stretch& stretch) const { return cut_at(*stretch.high, !stretch.high_excluded); }
  [[nodiscard]] std::uint32_t position(const Cut& cut) const;

  bool whole_;
  std::vector<Cut> cuts_;
};

class TableCells {
 public:
  using Combination = std::vector<std::uint32_t>;  // one segment for every column

  // `sizes`: how many segments each column has, at least one. `effort`: how many comparisons of a row with a segment
  // all questions together may take.
  TableCells(std::vector<std::uint32_t> sizes, std::uint64_t effort);
  // Precondition: one cell for every column, none of them empty.
  void add_row(std::vector<CellSegments> cells);

  enum class Outcome : std::uint8_t { none, found, too_much };
  struct Answer {
    Outcome outcome = Outcome::none;
    Combination example;  // found
  };
  // All combinations.
  [[nodiscard]] std::vector<CellSegments> everything() const;
  // A combination of the box, one cell for every column, that no row has.
  Answer find_uncovered(const std::vector<CellSegments>& box);
  // A combination of `row` that none of the rows from `first` to before `row` has; none: the row is never reached.
  Answer find_reached(std::size_t first, std::size_t row);

  struct Overlap {
    std::size_t earlier = 0;
    std::size_t later = 0;
    Combination example;
  };
  // Pairs of rows with a combination in common, at most one for each later row, by later row. Stops without a word
  // where the effort is used up.
  std::vector<Overlap> find_overlaps();

 private:
  [[nodiscard]] bool spend(std::uint64_t steps);
  // A combination of the box, from `column` on, that none of the rows has. `example` holds the columns before.
  Outcome search(std::size_t column, const std::vector<std::size_t>& rows, const std::vector<CellSegments>& box,
                 Combination& example);
  Outcome search_last(std::size_t column, const std::vector<std::size_t>& rows, const CellSegments& box,
                      Combination& example);
  [[nodiscard]] std::optional<Combination> common(std::size_t a, std::size_t b) const;

  std::vector<std::uint32_t> sizes_;
  std::uint64_t effort_;
  std::vector<std::vector<CellSegments>> rows_;
};

}  // namespace muster::compiler
