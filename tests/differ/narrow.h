// A batch whose columns are as narrow as their values allow, as callers of the library may give them.
// May include: runtime/data. Called by: differ.
#pragma once

#include <deque>
#include <vector>

#include "runtime/data/batch.h"

namespace muster::differ {

class NarrowBatch {
 public:
  // The same rows; valid until the next call, and as long as `batch` is.
  [[nodiscard]] const runtime::BatchView& of(const runtime::BatchView& batch);

 private:
  void narrow(runtime::ColumnView& column, std::size_t rows);

  runtime::BatchView view_;
  std::deque<std::vector<unsigned char>> columns_;
};

}  // namespace muster::differ
