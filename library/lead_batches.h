// Batches of bound columns, one after the other, for one thread: views of the caller's memory, checked before an engine
// reads them. A bitmap is copied (at most 32 words) only where the batch ends within a word or something in it has not
// happened yet. May include: library, runtime/data. Called by: library/evaluator.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "library/resolve.h"
#include "runtime/data/batch.h"
#include "runtime/data/bitmap.h"

namespace muster {

// A row that holds what it cannot hold.
struct BadRow {
  std::size_t row = 0;  // of the leads
  std::string what;
};

class LeadBatches {
 public:
  // `columns` outlive the batches. `root_columns`: of the program's root space, and `spaces` those of the program.
  LeadBatches(const std::vector<ResolvedColumn>& columns, std::size_t root_columns, std::size_t spaces);

  // The rows from `first` (a multiple of 64) on become the batch; at most batch_rows. The first bad row of them, if
  // any: then the batch is not to be used.
  [[nodiscard]] std::optional<BadRow> read(std::size_t first, std::size_t rows);
  [[nodiscard]] const runtime::BatchView& view() const { return view_; }
  // Where columns lie does not matter, only how wide they are.
  [[nodiscard]] const runtime::SpaceView& shape() const { return view_.spaces.front(); }

 private:
  using Bitmap = std::array<runtime::Word, runtime::batch_words>;
  struct Own {
    Bitmap known{};
    Bitmap yes{};
  };

  const std::vector<ResolvedColumn>& columns_;
  std::vector<Own> own_;  // by column
  runtime::BatchView view_;
};

}  // namespace muster
