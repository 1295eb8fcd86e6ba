// Asks the memory for the columns of the next batch while the present one is evaluated: a few lines at a time, for it
// answers only so many requests at once. May include: runtime/data. Called by: runtime/interpret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/data/batch.h"
#include "runtime/data/cache_lines.h"

namespace muster::runtime::interpret {

class FetchAhead {
 public:
  void begin() {
    parts_.clear();
    lines_ = 0;
    at_ = 0;
  }
  // The next batch's part of a column, of which this batch has `rows`.
  void add(const ColumnView& column, std::size_t rows) {
    const std::size_t bytes = column.narrow != nullptr     ? rows * column.narrow_bytes
                              : column.integers != nullptr ? rows * sizeof(std::int64_t)
                                                           : rows * sizeof(std::uint32_t);
    const void* const values = column.narrow != nullptr     ? column.narrow
                               : column.integers != nullptr ? static_cast<const void*>(column.integers)
                                                            : column.codes;
    if (values == nullptr || bytes == 0) return;
    parts_.push_back({static_cast<const char*>(values) + bytes, (bytes + cache_line - 1) / cache_line});
    lines_ += parts_.back().lines;
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
    std::size_t lines;
  };
  std::vector<Part> parts_;
  std::size_t lines_ = 0;
  std::size_t at_ = 0;
};

}  // namespace muster::runtime::interpret
