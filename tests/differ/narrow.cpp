#include "tests/differ/narrow.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "tests/narrow_column.h"

namespace muster::differ {

using compiler::Physical;

void NarrowBatch::narrow(runtime::ColumnView& column, std::size_t rows) {
  if (column.physical == Physical::boolean || column.narrow != nullptr || rows == 0) return;
  const bool has_integers = column.physical == Physical::integer;
  std::vector<std::int64_t> integers(has_integers ? rows : 0);
  std::vector<std::uint32_t> codes(has_integers ? 0 : rows);
  for (std::size_t row = 0; row < rows; ++row) {
    if (!runtime::test_bit(column.known, row)) continue;
    if (has_integers) integers[row] = column.integers[row];
    if (!has_integers) codes[row] = column.codes[row];
  }
  std::vector<unsigned char>& values = columns_.emplace_back();
  const std::uint8_t bytes = runtime::narrow_as_possible(column.physical, integers, codes, values);
  if (bytes == 0) return;
  // In rows without a value codes are 0, and numbers are what a caller happens to have left.
  for (std::size_t row = 0; row < integers.size(); ++row) {
    // The smallest, the largest, and any: all bytes but the last one, which has the sign.
    static constexpr std::array<std::pair<int, unsigned char>, 3> left_behind{
        {{0x00, 0x80}, {0xFF, 0x7F}, {0x07, 0x07}}};
    if (runtime::test_bit(column.known, row)) continue;
    std::memset(&values[row * bytes], left_behind[row % 3].first, bytes);
    values[row * bytes + bytes - 1] = left_behind[row % 3].second;
  }
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
