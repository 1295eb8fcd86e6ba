// Muster's two engines over the columns, batch after batch, without the library in between: what they cost and nothing
// else. May include: runtime, columns.h. Called by: bench.cpp, rules_bench.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"
#include "runtime/data/dictionary.h"
#include "runtime/interpret/answer.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/jit/plugin.h"

// Last, for it leaves macros behind.
#include "tests/bench/lead_scoring_30/columns.h"

namespace muster::bench {

// The moment for which the workload's leads are judged.
inline constexpr runtime::AsOf workload_as_of{.instant = AS_OF * 1'000'000,
                                              .day = static_cast<std::int32_t>(AS_OF / 86400)};

// Batches of the columns that a program reads, one after the other.
class Batches {
 public:
  // Both outlive the batches.
  Batches(const compiler::Program& program, const Columns& columns);

  // `first` is a multiple of 64. What it gives is valid until the next call.
  const runtime::BatchView& at(std::size_t first, std::size_t rows);
  [[nodiscard]] double bytes_of_row() const { return bytes_of_row_; }

 private:
  std::vector<std::unique_ptr<runtime::Dictionary>> dictionaries_;
  std::vector<runtime::ColumnView> whole_;
  runtime::BatchView batch_;
  double bytes_of_row_ = 0;
};

// Of a score or an output of the program. Ends the bench where there is none.
[[nodiscard]] compiler::ValueId value_named(const compiler::Program& program, const std::string& name);

// The interpreter behind the same door as a kernel.
class Interpreted {
 public:
  Interpreted(const compiler::Program& program, runtime::AsOf as_of, const std::vector<runtime::AnswerLayout>& wanted);
  void evaluate(const runtime::BatchView& batch, std::span<void* const> answers);
  [[nodiscard]] std::size_t instructions() const { return interpreter_.live_instructions(); }

 private:
  std::vector<runtime::AnswerLayout> wanted_;
  runtime::Interpreter interpreter_;
};

// A kernel at the default level, for rows like those of the first batch. Null where the plug-in was not built. Ends the
// bench where it cannot be made.
[[nodiscard]] std::unique_ptr<runtime::jit::Kernel> make_kernel(const compiler::Program& program, runtime::AsOf as_of,
                                                                const std::vector<runtime::AnswerLayout>& wanted,
                                                                Batches& batches, std::size_t rows);

// The first `rows` leads. `places_at(first)`: where the answers go, in the order of what is wanted.
template <class Engine, class Places>
void run(Batches& batches, Engine& engine, std::size_t rows, Places places_at) {
  for (std::size_t first = 0; first < rows; first += runtime::batch_rows)
    engine.evaluate(batches.at(first, std::min(rows - first, runtime::batch_rows)), places_at(first));
}

}  // namespace muster::bench
