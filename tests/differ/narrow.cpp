#include "tests/differ/narrow.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

namespace muster::differ {

using compiler::Physical;

namespace {

// What stands in rows without a value: codes are 0 there, and numbers are what a caller happens to have left.
template <class Narrow>
Narrow left_behind(std::size_t row) {
  using Limits = std::numeric_limits<Narrow>;
  if (!Limits::is_signed) return 0;
  return std::array<Narrow, 3>{Limits::min(), Limits::max(), 7}[row % 3];
}

// The values in fewer bytes; false where one does not fit.
template <class Narrow, class Wide>
bool fit(std::span<const Wide> wide, const runtime::Word* known, std::vector<unsigned char>& narrow) {
  narrow.resize(wide.size() * sizeof(Narrow));
  for (std::size_t row = 0; row < wide.size(); ++row) {
    const bool is_known = runtime::test_bit(known, row);
    const auto value = is_known ? static_cast<Narrow>(wide[row]) : left_behind<Narrow>(row);
    if (is_known && Wide{value} != wide[row]) return false;
    std::memcpy(narrow.data() + row * sizeof(Narrow), &value, sizeof(Narrow));
  }
  return true;
}

std::uint8_t fewest_bytes(const runtime::ColumnView& column, std::size_t rows, std::vector<unsigned char>& narrow) {
  if (column.physical == Physical::integer) {
    const std::span wide(column.integers, rows);
    return fit<std::int8_t>(wide, column.known, narrow)    ? 1
           : fit<std::int16_t>(wide, column.known, narrow) ? 2
           : fit<std::int32_t>(wide, column.known, narrow) ? 4
                                                           : 0;
  }
  const std::span wide(column.codes, rows);
  return fit<std::uint8_t>(wide, column.known, narrow) ? 1 : fit<std::uint16_t>(wide, column.known, narrow) ? 2 : 0;
}

}  // namespace

void NarrowBatch::narrow(runtime::ColumnView& column, std::size_t rows) {
  if (column.physical == Physical::boolean || column.narrow != nullptr || rows == 0) return;
  std::vector<unsigned char>& values = columns_.emplace_back();
  const std::uint8_t bytes = fewest_bytes(column, rows, values);
  if (bytes == 0) return;
  column.narrow = values.data();
  column.narrow_bytes = bytes;
  column.integers = nullptr;
  column.codes = nullptr;
}

const runtime::BatchView& NarrowBatch::of(const runtime::BatchView& batch) {
  view_ = batch;
  columns_.clear();
  for (runtime::SpaceView& space : view_.spaces) {
    for (runtime::ColumnView& column : space.columns) narrow(column, space.rows);
  }
  return view_;
}

}  // namespace muster::differ
