// One engine for a run: the interpreter begins at once; where the work is worth it a kernel is compiled on another
// thread meanwhile, and takes over at a batch's end. Both give the same answers, bit for bit, so nobody can see from
// them which it was. May include: runtime/interpret, runtime/jit, compiler/ir. Called by: runtime/run, tests.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>

#include "compiler/ir/program.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/jit/plugin.h"

namespace muster::runtime {

enum class EngineChoice : std::uint8_t { automatic, interpreter, jit };
struct EngineChoiceRow {
  std::string_view name;
  EngineChoice choice;
};
inline constexpr auto engine_choice_rows = std::to_array<EngineChoiceRow>({
    {"auto", EngineChoice::automatic},
    {"interpreter", EngineChoice::interpreter},
    {"jit", EngineChoice::jit},
});

struct EngineOptions {
  EngineChoice choice = EngineChoice::automatic;
  // Of so many batches that a kernel answers, the first is answered by the interpreter as well. 0: none.
  std::uint64_t verify_one_of = 0;
  // `automatic`: a kernel is compiled once the interpreter has run so many instructions on rows.
  std::uint64_t work_before_compiling = 100'000'000;
};

class Engine final : public Values {
 public:
  // `program` is verified and outlives the engine. One engine serves one thread.
  Engine(const compiler::Program& program, AsOf as_of, const Wanted& wanted, const EngineOptions& options);
  // Waits for the compiler, if it is at work.
  ~Engine() override;

  // As Interpreter::evaluate. Errors: usage (`jit` was chosen and there is no plug-in), internal (a kernel's answer is
  // not the interpreter's, which is our mistake; value() then has the interpreter's).
  lang::Result<> evaluate(const BatchView& batch);
  [[nodiscard]] Vector value(compiler::ValueId id) const override { return answering_->value(id); }

  // Batches that a kernel answered (not those whose values it did not expect), and of them those that the interpreter
  // answered as well.
  [[nodiscard]] std::uint64_t compiled_batches() const { return compiled_batches_; }
  [[nodiscard]] std::uint64_t verified_batches() const { return verified_batches_; }

 private:
  void choose_layouts(const BatchView& batch);
  void make_kernel() noexcept;
  void start_compiling(const BatchView& batch);
  void drop_kernel();
  lang::Result<> take_kernel(const BatchView& batch);
  lang::Result<> verify(const BatchView& batch);

  const compiler::Program& program_;
  AsOf as_of_;
  EngineOptions options_;
  std::vector<compiler::ValueId> values_, bits_;
  Interpreter interpreter_;
  std::uint64_t work_of_row_;
  std::uint64_t work_ = 0;
  std::uint64_t compiled_batches_ = 0;
  std::uint64_t verified_batches_ = 0;
  const Values* answering_;
  std::unique_ptr<jit::Kernel> kernel_;
  bool is_sampled_ = true;                  // kernels expect what a sample holds
  std::vector<jit::ColumnLayout> layouts_;  // that the kernel is compiled for
  // What the compiling thread makes; read when is_compiled_ says so.
  std::optional<lang::Result<std::unique_ptr<jit::Kernel>>> made_;
  std::atomic<bool> is_compiled_ = false;
  std::thread compiling_;
};

}  // namespace muster::runtime
