// Asks the memory for columns before they are read: a quarter of a batch ahead, in the order in which they will be, and
// a few lines at a time, for it answers only so many requests at once. What would be asked for earlier would push out
// of the second-level cache what is still to be read. May include: runtime/data. Called by: runtime/interpret.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/data/batch.h"
#include "runtime/data/cache_lines.h"

namespace muster::runtime::interpret {

class FetchAhead {
 public:
  // A batch that the next one follows in memory. `order`: its columns, the one that is read first first.
  void begin(const SpaceView& leads, std::span<const std::uint32_t> order) {
    parts_.clear();
    at_ = 0;
    lines_ = 0;
    for (const std::uint32_t column : order) add(leads.columns[column], leads.rows);
    // Those of the first quarter were asked for with the batch before. They are asked for where the next batch lies.
    std::size_t first = 0;
    for (std::size_t lines = 0; lines < lines_ / 4; ++first) lines += parts_[first].lines;
    for (std::size_t at = 0; at < first; ++at) parts_[at].begin += parts_[at].bytes;
    std::rotate(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(first), parts_.end());
  }
  void stop() {
    parts_.clear();
    at_ = 0;
    lines_ = 0;
  }
  [[nodiscard]] std::size_t lines() const { return lines_; }
  void fetch(std::size_t lines) {
    for (; lines != 0 && at_ < parts_.size(); --lines) {
      Part& part = parts_[at_];
      // Into the second-level cache. An address that is nobody's does no harm.
      __builtin_prefetch(part.begin, 0, 2);
      part.begin += cache_line;
      if (--part.lines == 0) ++at_;
    }
  }

 private:
  struct Part {
    const char* begin;
    std::size_t bytes;
    std::size_t lines;
  };

  void add(const ColumnView& column, std::size_t rows) {
    const std::size_t bytes = column.narrow != nullptr     ? rows * column.narrow_bytes
                              : column.integers != nullptr ? rows * sizeof(std::int64_t)
                                                           : rows * sizeof(std::uint32_t);
    const void* const values = column.narrow != nullptr     ? column.narrow
                               : column.integers != nullptr ? static_cast<const void*>(column.integers)
                                                            : column.codes;
    if (values == nullptr || bytes == 0) return;
    parts_.push_back({static_cast<const char*>(values), bytes, (bytes + cache_line - 1) / cache_line});
    lines_ += parts_.back().lines;
  }

  std::vector<Part> parts_;
  std::size_t lines_ = 0;
  std::size_t at_ = 0;
};

}  // namespace muster::runtime::interpret
