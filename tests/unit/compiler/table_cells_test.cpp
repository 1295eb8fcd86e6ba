// The geometry of tables against a walk over every combination.
#include "compiler/check/table_cells.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace muster::compiler;
using Outcome = TableCells::Outcome;

namespace {

constexpr std::uint64_t enough = std::uint64_t{1} << 24;

bool has(const std::vector<CellSegments>& row, const TableCells::Combination& combination) {
  for (std::size_t column = 0; column < row.size(); ++column) {
    bool inside = false;
    for (const auto& [begin, end] : row[column])
      inside = inside || (begin <= combination[column] && combination[column] < end);
    if (!inside) return false;
  }
  return true;
}

std::vector<TableCells::Combination> combinations(const std::vector<std::uint32_t>& sizes) {
  std::vector<TableCells::Combination> all{{}};
  for (std::uint32_t size : sizes) {
    std::vector<TableCells::Combination> longer;
    for (const auto& begun : all) {
      for (std::uint32_t segment = 0; segment < size; ++segment) {
        longer.push_back(begun);
        longer.back().push_back(segment);
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace

TEST_CASE("a number line is cut where bands begin and end") {
  NumberLine line(false);
  const Stretch under{.low = {}, .high = 10, .high_excluded = true};
  const Stretch middle{.low = 10, .high = 20};
  const Stretch over{.low = 20, .high = {}, .low_excluded = true};
  for (const Stretch& stretch : {under, middle, over}) line.cut(stretch);
  line.finish();
  CHECK(line.size() == 3);
  CHECK(line.segments_of(under) == SegmentRange{0, 1});
  CHECK(line.segments_of(middle) == SegmentRange{1, 2});
  CHECK(line.segments_of(over) == SegmentRange{2, 3});
  CHECK(line.segments_of({}) == SegmentRange{0, 3});
  CHECK(line.stretch_of(0) == under);
  CHECK(line.stretch_of(1) == middle);
  CHECK(line.stretch_of(2) == over);
}

TEST_CASE("numbers with digits have something between two neighbours, whole numbers have not") {
  const Stretch low{.low = {}, .high = 4};
  const Stretch high{.low = 5, .high = {}};
  for (const bool whole : {false, true}) {
    CAPTURE(whole);
    NumberLine line(whole);
    line.cut(low);
    line.cut(high);
    line.finish();
    CHECK(line.size() == (whole ? 2 : 3));
    CHECK(line.segments_of(low) == SegmentRange{0, 1});
    CHECK(line.segments_of(high) == SegmentRange{line.size() - 1, line.size()});
  }
  NumberLine single(true);
  single.cut({.low = 7, .high = 7});
  single.finish();
  CHECK(single.stretch_of(1) == Stretch{.low = 7, .high = 7});
  CHECK(single.stretch_of(0) == Stretch{.low = {}, .high = 6});
}

TEST_CASE("gaps, rows behind others and overlaps of small tables, by hand") {
  TableCells table({3, 2}, enough);
  table.add_row({{{0, 1}}, {{0, 2}}});
  table.add_row({{{1, 2}}, {{0, 1}}});
  table.add_row({{{0, 3}}, {{1, 2}}});
  const auto gap = table.find_uncovered(table.everything());
  REQUIRE(gap.outcome == Outcome::found);
  CHECK(gap.example == TableCells::Combination{2, 0});
  CHECK(table.find_uncovered({{{0, 2}}, {{0, 2}}}).outcome == Outcome::none);
  CHECK(table.find_reached(0, 2).outcome == Outcome::found);
  const auto overlaps = table.find_overlaps();
  REQUIRE(overlaps.size() == 1);
  CHECK(overlaps[0].earlier == 0);
  CHECK(overlaps[0].later == 2);
  CHECK(overlaps[0].example == TableCells::Combination{0, 1});
  table.add_row({{{0, 2}}, {{0, 1}}});  // lies behind the first two
  CHECK(table.find_reached(0, 3).outcome == Outcome::none);
  CHECK(table.find_reached(1, 3).outcome == Outcome::found);  // but not behind the second one alone
  table.add_row({{{2, 3}}, {{0, 1}}});
  CHECK(table.find_uncovered(table.everything()).outcome == Outcome::none);
}

TEST_CASE("a range that reaches over a hole of the asked row counts on its other side too") {
  TableCells table({10}, enough);
  table.add_row({{{0, 8}}});
  table.add_row({{{1, 2}}});
  table.add_row({{{0, 3}, {5, 7}}});
  CHECK(table.find_reached(0, 2).outcome == Outcome::none);
}

TEST_CASE("the effort is bounded, and says so") {
  TableCells table({1'000, 1'000, 1'000}, 10'000);
  for (std::uint32_t i = 0; i < 999; ++i) table.add_row({{{i, i + 1}}, {{0, i + 1}}, {{i, 1'000}}});
  table.add_row({{{0, 1'000}}, {{0, 1'000}}, {{0, 1'000}}});
  CHECK(table.find_uncovered(table.everything()).outcome == Outcome::too_much);
  CHECK(table.find_reached(0, 900).outcome == Outcome::too_much);  // nothing is left for other questions

  TableCells wide(std::vector<std::uint32_t>(100'000, 2), enough);
  CHECK(wide.find_uncovered(wide.everything()).outcome == Outcome::too_much);
}

TEST_CASE("ten thousand rows of a lookup are compared in the effort that a table has") {
  TableCells table({10'001}, enough);
  for (std::uint32_t i = 0; i < 10'000; ++i) table.add_row({{{i, i + 1}}});
  CHECK(table.find_overlaps().empty());
  const auto gap = table.find_uncovered(table.everything());
  REQUIRE(gap.outcome == Outcome::found);
  CHECK(gap.example == TableCells::Combination{10'000});
}

TEST_CASE("random tables: the same answers as a walk over every combination") {
  std::mt19937 random(20260222);
  const auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); };
  int gaps = 0;
  int hidden = 0;
  for (int round = 0; round < 2'000; ++round) {
    CAPTURE(round);
    std::vector<std::uint32_t> sizes;
    for (std::uint32_t columns = 1 + below(3); sizes.size() < columns;) sizes.push_back(1 + below(5));
    TableCells table(sizes, enough);
    std::vector<std::vector<CellSegments>> rows;
    for (std::uint32_t count = below(7); rows.size() < count;) {
      std::vector<CellSegments> row;
      for (std::uint32_t size : sizes) {
        CellSegments cell;
        for (std::uint32_t segment = 0; segment < size; ++segment) {
          if (below(3) == 0) continue;
          if (!cell.empty() && cell.back().second == segment) {
            cell.back().second = segment + 1;
          } else {
            cell.push_back({segment, segment + 1});
          }
        }
        if (cell.empty()) cell.push_back({0, 1});
        row.push_back(cell);
      }
      rows.push_back(row);
      table.add_row(row);
    }
    const auto all = combinations(sizes);
    const auto in_any = [&](const TableCells::Combination& combination, std::size_t first, std::size_t past) {
      for (std::size_t row = first; row < past; ++row) {
        if (has(rows[row], combination)) return true;
      }
      return false;
    };
    bool gap = false;
    for (const auto& combination : all) gap = gap || !in_any(combination, 0, rows.size());
    gaps += gap ? 1 : 0;
    const auto answer = table.find_uncovered(table.everything());
    REQUIRE((answer.outcome == Outcome::found) == gap);
    if (gap) CHECK(!in_any(answer.example, 0, rows.size()));
    std::set<std::size_t> with_overlap;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      bool reached = false;
      for (const auto& combination : all) {
        if (!has(rows[row], combination)) continue;
        reached = reached || !in_any(combination, 0, row);
        if (in_any(combination, 0, row)) with_overlap.insert(row);
      }
      hidden += reached ? 0 : 1;
      const auto found = table.find_reached(0, row);
      REQUIRE((found.outcome == Outcome::found) == reached);
      if (reached) CHECK((has(rows[row], found.example) && !in_any(found.example, 0, row)));
    }
    std::set<std::size_t> reported;
    for (const auto& overlap : table.find_overlaps()) {
      CHECK(reported.insert(overlap.later).second);
      CHECK((has(rows[overlap.earlier], overlap.example) && has(rows[overlap.later], overlap.example)));
    }
    CHECK(reported == with_overlap);
  }
  // The test has seen both answers to both questions.
  CHECK(gaps > 100);
  CHECK(gaps < 1'900);
  CHECK(hidden > 100);
}
