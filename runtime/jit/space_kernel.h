// The part of a kernel that is one space's: binds columns, tables, folds of child rows and results to the machine code,
// and runs it. May include: runtime/jit, runtime/data, runtime/interpret. Called by: runtime/jit/kernel.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "runtime/data/batch.h"
#include "runtime/data/cache_lines.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/interpret/text_table.h"
#include "runtime/jit/code.h"
#include "runtime/jit/fold_rows.h"
#include "runtime/jit/lower.h"
#include "stdlib/kernels/fade.h"

namespace muster::runtime::jit {

// Memory in whole cache lines, and one more, so that a word may be read from wherever a row's bit lies.
class Buffer {
 public:
  explicit Buffer(std::size_t bytes) : lines_(bytes / sizeof(Line) + 2) {}
  template <class T>
  [[nodiscard]] T* as() {
    return reinterpret_cast<T*>(lines_.data());
  }
  template <class T>
  [[nodiscard]] const T* as() const {
    return reinterpret_cast<const T*>(lines_.data());
  }

 private:
  struct alignas(cache_line) Line {
    std::array<std::uint8_t, cache_line> bytes;
  };
  std::vector<Line> lines_;
};

class SpaceKernel {
 public:
  // `lowered` outlives the object. `code` is null where the plan has no outputs.
  SpaceKernel(const compiler::Program& program, AsOf as_of, const Lowered& lowered, std::shared_ptr<const Code> code);

  struct Source {
    const BatchView& batch;
    const Interpreter* interpreter;                           // of what is foreign, evaluated; null: nothing is
    std::span<const std::unique_ptr<SpaceKernel>> kernels{};  // by space; those below this one are evaluated
  };
  // `answers`: where each of Lowered::answers goes.
  void evaluate(const Source& source, std::span<void* const> answers);
  // Whether a column was not as expected in the last batch: then no result is of any use.
  [[nodiscard]] bool is_unexpected() const;

  // Of the last batch.
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] const SpaceView& view() const { return *view_; }
  [[nodiscard]] const Buffer& slot(std::size_t index) const { return slots_[index]; }

 private:
  struct Curve {
    kernels::FadeCurve curve;
    std::int64_t scale;  // of the points' lanes
    std::int64_t unit;   // of the results'
    bool of_days;
  };
  struct Folded {
    Buffer values, overflow;
  };

  void reserve(std::size_t rows);
  void fold(const Source& source);
  void run_fold(const RowFold& fold, const SpaceKernel& child, Folded& result) const;
  [[nodiscard]] const void* pointer_to(const Source& source, const InputSource& input) const;
  void point_outputs(std::size_t step, std::span<void* const> answers);
  void evaluate_apart(Frame frame, std::size_t step, std::size_t rows, std::span<void* const> answers);
  [[nodiscard]] bool can_write(std::span<void* const> answers) const;
  [[nodiscard]] std::uint8_t bytes_of(const Target& target) const {
    return target.is_answer ? lowered_.answers[target.index].bytes : lowered_.slots[target.index].bytes;
  }
  static void fade_exactly(void* context, std::uint32_t fade, std::uint64_t mask, const std::int64_t* points,
                           const std::int64_t* events, std::int64_t* results);

  AsOf as_of_;
  const Lowered& lowered_;
  std::shared_ptr<const Code> code_;
  Buffer scratch_;
  bool streams_;
  std::size_t room_ = 0;  // steps
  std::vector<interpret::TextTable> tables_;
  std::vector<Curve> curves_;
  std::vector<Buffer> tails_;  // by input
  std::vector<Buffer> slots_;
  std::vector<Folded> folds_;
  std::vector<CountedMask> counted_;  // of one child, for a moment
  std::vector<Buffer> answer_tails_;
  std::vector<Word> none_, all_;  // as many as there is room for
  std::vector<const void*> table_pointers_, input_pointers_, tail_pointers_;
  std::vector<void*> output_pointers_;
  std::size_t rows_ = 0;
  const SpaceView* view_ = nullptr;
};

}  // namespace muster::runtime::jit
