#include "compiler/check/table_cells.h"

#include <algorithm>
#include <set>

namespace muster::compiler {

using kernels::Wide;

namespace {

constexpr std::size_t most_columns = 64;  // the search goes as deep

}  // namespace

NumberLine::Cut NumberLine::cut_at(Wide value, bool after) const {
  return whole_ && after ? Cut{value + 1, false} : Cut{value, after};
}

void NumberLine::cut(const Stretch& stretch) {
  if (stretch.low) cuts_.push_back(low_cut(stretch));
  if (stretch.high) cuts_.push_back(high_cut(stretch));
}

void NumberLine::finish() {
  std::sort(cuts_.begin(), cuts_.end());
  cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());
}

// How many cuts lie before it: the number of the segment that begins there is one more.
std::uint32_t NumberLine::position(const Cut& cut) const {
  return static_cast<std::uint32_t>(std::lower_bound(cuts_.begin(), cuts_.end(), cut) - cuts_.begin());
}

SegmentRange NumberLine::segments_of(const Stretch& stretch) const {
  return {stretch.low ? position(low_cut(stretch)) + 1 : 0, stretch.high ? position(high_cut(stretch)) + 1 : size()};
}

Stretch NumberLine::stretch_of(std::uint32_t segment) const {
  Stretch stretch;
  if (segment > 0) {
    const Cut& low = cuts_[segment - 1];
    stretch.low = low.value;
    stretch.low_excluded = low.after;
  }
  if (segment < cuts_.size()) {
    const Cut& high = cuts_[segment];
    stretch.high = whole_ ? high.value - 1 : high.value;
    stretch.high_excluded = !whole_ && !high.after;
  }
  return stretch;
}

TableCells::TableCells(std::vector<std::uint32_t> sizes, std::uint64_t effort)
    : sizes_(std::move(sizes)), effort_(effort) {}

void TableCells::add_row(std::vector<CellSegments> cells) { rows_.push_back(std::move(cells)); }

bool TableCells::spend(std::uint64_t steps) {
  if (steps > effort_) {
    effort_ = 0;
    return false;
  }
  effort_ -= steps;
  return true;
}

namespace {

bool contains(const CellSegments& cell, std::uint32_t segment) {
  const auto after =
      std::upper_bound(cell.begin(), cell.end(), segment,
                       [](std::uint32_t wanted, const SegmentRange& range) { return wanted < range.first; });
  return after != cell.begin() && segment < std::prev(after)->second;
}

// The first segment that both have.
std::optional<std::uint32_t> first_common(const CellSegments& left, const CellSegments& right) {
  auto l = left.begin();
  auto r = right.begin();
  while (l != left.end() && r != right.end()) {
    const std::uint32_t begin = std::max(l->first, r->first);
    if (begin < std::min(l->second, r->second)) return begin;
    if (l->second < r->second) {
      ++l;
    } else {
      ++r;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<TableCells::Combination> TableCells::common(std::size_t a, std::size_t b) const {
  Combination example;
  for (std::size_t column = 0; column < sizes_.size(); ++column) {
    const auto segment = first_common(rows_[a][column], rows_[b][column]);
    if (!segment) return std::nullopt;
    example.push_back(*segment);
  }
  return example;
}

TableCells::Outcome TableCells::search_last(std::size_t column, const std::vector<std::size_t>& rows,
                                            const CellSegments& box, Combination& example) {
  CellSegments covered;
  for (std::size_t row : rows) {
    const CellSegments& cell = rows_[row][column];
    covered.insert(covered.end(), cell.begin(), cell.end());
  }
  if (!spend(covered.size() + box.size())) return Outcome::too_much;
  std::sort(covered.begin(), covered.end());
  auto next = covered.begin();
  std::uint32_t reached = 0;  // everything from the start of the present range to before it is covered
  for (const auto& [begin, end] : box) {
    reached = std::max(reached, begin);
    for (; next != covered.end() && next->first <= reached; ++next) reached = std::max(reached, next->second);
    if (reached < end) {
      example.push_back(reached);
      return Outcome::found;
    }
  }
  return Outcome::none;
}

TableCells::Outcome TableCells::search(std::size_t column, const std::vector<std::size_t>& rows,
                                       const std::vector<CellSegments>& box, Combination& example) {
  if (sizes_.size() > most_columns) return Outcome::too_much;
  if (rows.empty()) {
    for (; column < sizes_.size(); ++column) example.push_back(box[column].front().first);
    return Outcome::found;
  }
  if (column == sizes_.size()) return Outcome::none;
  if (column + 1 == sizes_.size()) return search_last(column, rows, box[column], example);
  // Between two neighbouring ends the same rows remain; what they leave over is looked for once.
  std::vector<std::uint32_t> begins;
  for (std::size_t row : rows) {
    for (const auto& [begin, end] : rows_[row][column]) {
      begins.push_back(begin);
      begins.push_back(end);
    }
  }
  for (const auto& range : box[column]) begins.push_back(range.first);
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  std::set<std::vector<std::size_t>> seen;
  for (std::uint32_t begin : begins) {
    if (!contains(box[column], begin)) continue;
    if (!spend(rows.size())) return Outcome::too_much;
    std::vector<std::size_t> remaining;
    for (std::size_t row : rows) {
      if (contains(rows_[row][column], begin)) remaining.push_back(row);
    }
    if (!seen.insert(remaining).second) continue;
    example.push_back(begin);
    const Outcome outcome = search(column + 1, remaining, box, example);
    if (outcome != Outcome::none) return outcome;
    example.pop_back();
  }
  return Outcome::none;
}

std::vector<CellSegments> TableCells::everything() const {
  std::vector<CellSegments> box;
  for (std::uint32_t size : sizes_) box.push_back({{0, size}});
  return box;
}

TableCells::Answer TableCells::find_uncovered(const std::vector<CellSegments>& box) {
  std::vector<std::size_t> rows(rows_.size());
  for (std::size_t row = 0; row < rows.size(); ++row) rows[row] = row;
  Answer answer;
  answer.outcome = search(0, rows, box, answer.example);
  return answer;
}

TableCells::Answer TableCells::find_reached(std::size_t first, std::size_t row) {
  Answer answer;
  if (!spend(row - first)) {
    answer.outcome = Outcome::too_much;
    return answer;
  }
  std::vector<std::size_t> earlier;
  for (std::size_t other = first; other < row; ++other) {
    if (common(other, row)) earlier.push_back(other);
  }
  answer.outcome = search(0, earlier, rows_[row], answer.example);
  return answer;
}

std::vector<TableCells::Overlap> TableCells::find_overlaps() {
  std::vector<Overlap> overlaps;
  if (sizes_.empty()) return overlaps;
  // Along the column with the most segments the fewest pairs meet.
  const auto column = static_cast<std::size_t>(std::max_element(sizes_.begin(), sizes_.end()) - sizes_.begin());
  struct Piece {
    SegmentRange range;
    std::size_t row;
  };
  std::vector<Piece> pieces;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (const SegmentRange& range : rows_[row][column]) pieces.push_back({range, row});
  }
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.range.first < b.range.first; });
  std::vector<bool> reported(rows_.size(), false);
  std::vector<Piece> open;
  for (const Piece& piece : pieces) {
    std::erase_if(open, [&](const Piece& other) { return other.range.second <= piece.range.first; });
    if (!spend(open.size() + 1)) break;
    for (const Piece& other : open) {
      const std::size_t later = std::max(piece.row, other.row);
      if (piece.row == other.row || reported[later]) continue;
      if (auto example = common(piece.row, other.row)) {
        reported[later] = true;
        overlaps.push_back({std::min(piece.row, other.row), later, std::move(*example)});
      }
    }
    open.push_back(piece);
  }
  std::sort(overlaps.begin(), overlaps.end(), [](const Overlap& a, const Overlap& b) { return a.later < b.later; });
  return overlaps;
}

}  // namespace muster::compiler
