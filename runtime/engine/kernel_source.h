// The kernels of a run: compiled once for all its engines, on a thread of its own or by the engine that insists on one.
// Any number of threads may ask. May include: runtime/interpret, runtime/jit, compiler/ir. Called by: engine, library.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

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
  // Of so many batches that kernels answer, the first is answered by the interpreter as well. 0: none.
  std::uint64_t verify_one_of = 0;
  // `automatic`: a kernel is compiled once interpreters have run so many instructions on rows (decision 24).
  std::uint64_t work_before_compiling = 1'000'000'000;
};

// What an engine has of its source: a kernel of its own, and of which edition it is.
struct HeldKernel {
  std::unique_ptr<jit::Kernel> kernel;  // null: the interpreter answers
  std::uint64_t edition = 0;
  std::shared_ptr<const jit::BatchLayout> layouts;  // that the kernel is compiled for
};

// What the kernels answer, as jit::KernelWants.
struct KernelRoots {
  std::vector<compiler::ValueId> values, bits;
  std::vector<AnswerLayout> answers;
};
[[nodiscard]] KernelRoots kernel_roots_of(const compiler::Program& program, const Wanted& wanted);

class KernelSource {
 public:
  using MakeKernel = decltype(&jit::make_kernel);

  // `program` is verified and outlives the source. `make_kernel`: another compiler, for tests.
  KernelSource(const compiler::Program& program, AsOf as_of, KernelRoots roots, const EngineOptions& options,
               MakeKernel make_kernel = &jit::make_kernel);
  KernelSource(const compiler::Program& program, AsOf as_of, const Wanted& wanted, const EngineOptions& options,
               MakeKernel make_kernel = &jit::make_kernel)
      : KernelSource(program, as_of, kernel_roots_of(program, wanted), options, make_kernel) {}
  // Stops the compiler, if it is at work, and waits until it has left the function at hand.
  ~KernelSource();

  [[nodiscard]] const KernelRoots& roots() const { return roots_; }

  // Exchanges what is held for the newest edition. Where a kernel is insisted on and there is none, it is compiled,
  // with the batch as the sample of what columns hold. Errors: usage (`jit` was chosen and there is no plug-in),
  // internal.
  lang::Result<> renew(HeldKernel& held, const BatchView& batch);
  // The interpreter has run so many instructions on rows: perhaps there is reason to compile, with the batch as the
  // sample.
  void add_work(std::uint64_t instructions, const BatchView& batch);
  // A kernel of this edition has met a batch that it did not expect. After some of them the next edition expects
  // nothing.
  void add_unexpected(std::uint64_t edition);
  // A kernel has answered a batch. Whether the interpreter is to answer it as well.
  bool add_compiled();

  // Instructions by space, as Interpreter::live_instructions_by_space(), times the rows that they are run over.
  [[nodiscard]] static std::uint64_t work_of(const std::vector<std::size_t>& instructions, const BatchView& batch);

 private:
  struct Edition {
    std::unique_ptr<jit::Kernel> kernel;  // evaluates nothing: engines have twins of it
    std::shared_ptr<const jit::BatchLayout> layouts;
  };
  using Made = std::optional<lang::Result<std::unique_ptr<jit::Kernel>>>;  // nothing: memory was short

  [[nodiscard]] std::shared_ptr<const jit::BatchLayout> layouts_of(const BatchView& batch) const;
  [[nodiscard]] Made make(const jit::BatchLayout& layouts) const noexcept;
  void publish(Edition edition);
  lang::Result<> insist(const BatchView& batch);
  void start_compiling(const BatchView& batch);

  const compiler::Program& program_;
  AsOf as_of_;
  EngineOptions options_;
  KernelRoots roots_;
  MakeKernel make_kernel_;
  std::atomic<std::uint64_t> work_ = 0;
  std::atomic<std::uint64_t> compiled_batches_ = 0;
  std::atomic<std::uint64_t> edition_number_ = 0;
  std::atomic<bool> is_compiling_ = false;  // or has given up
  std::atomic<bool> is_ending_ = false;

  std::mutex mutex_;  // of what follows
  Edition edition_;
  bool is_sampled_ = true;  // the next edition expects what a sample holds
  std::uint64_t unexpected_batches_ = 0;
  std::thread compiling_;
};

}  // namespace muster::runtime
