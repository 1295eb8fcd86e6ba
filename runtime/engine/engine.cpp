#include "runtime/engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <system_error>

#include "runtime/engine/verify.h"
#include "runtime/interpret/roots.h"

namespace muster::runtime {

namespace {

bool same_layouts(const SpaceView& space, std::span<const jit::ColumnLayout> layouts) {
  return std::ranges::equal(space.columns, layouts, [](const ColumnView& column, const jit::ColumnLayout& layout) {
    return column.physical == layout.physical &&
           (column.narrow != nullptr ? column.narrow_bytes : 0) == layout.narrow_bytes;
  });
}

}  // namespace

Engine::Engine(const compiler::Program& program, AsOf as_of, const Wanted& wanted, const EngineOptions& options)
    : program_(program),
      as_of_(as_of),
      options_(options),
      values_(interpret::value_roots_of(program, wanted)),
      bits_(interpret::bit_roots_of(program, wanted)),
      interpreter_(program, as_of, wanted),
      work_of_row_(interpreter_.live_instructions()),
      answering_(&interpreter_) {}

Engine::~Engine() {
  if (compiling_.joinable()) compiling_.join();
}

lang::Result<> Engine::evaluate(const BatchView& batch) {
  const SpaceView& root = batch.spaces[compiler::root_space];
  if (auto taken = take_kernel(batch); !taken) return taken;
  if (kernel_ && same_layouts(root, layouts_)) {
    const std::size_t unexpected = kernel_->unexpected_batches();
    kernel_->evaluate(batch);
    answering_ = kernel_.get();
    if (kernel_->unexpected_batches() != unexpected) return lang::Done{};  // the interpreter's answers
    const bool is_of_sample = options_.verify_one_of != 0 && compiled_batches_ % options_.verify_one_of == 0;
    ++compiled_batches_;
    return is_of_sample ? verify(batch) : lang::Done{};
  }
  interpreter_.evaluate(batch);
  answering_ = &interpreter_;
  if (options_.choice != EngineChoice::automatic || kernel_ || compiling_.joinable()) return lang::Done{};
  work_ += work_of_row_ * root.rows;
  if (work_ >= options_.work_before_compiling && jit::is_available()) start_compiling(batch);
  return lang::Done{};
}

// The batch is the sample that says what the columns are like.
void Engine::choose_layouts(const BatchView& batch) {
  layouts_ = jit::layouts_of(batch.spaces[compiler::root_space]);
  if (is_sampled_) return;
  for (jit::ColumnLayout& layout : layouts_) layout.expected_bits = 0;
}

// Also where memory is short: the run goes on without a kernel.
void Engine::make_kernel() noexcept {
  try {
    made_ = jit::make_kernel(program_, as_of_, {.values = values_, .bits = bits_}, layouts_, {});
  } catch (const std::exception&) {
    made_.reset();
  }
  is_compiled_.store(true, std::memory_order_release);
}

void Engine::start_compiling(const BatchView& batch) {
  choose_layouts(batch);
  try {
    compiling_ = std::thread([this] { make_kernel(); });
  } catch (const std::system_error&) {  // the machine has no further thread
    options_.choice = EngineChoice::interpreter;
  }
}

// Its values are others than the sample's too often: the next one expects nothing.
void Engine::drop_kernel() {
  is_sampled_ = false;
  answering_ = &interpreter_;
  kernel_.reset();
  made_.reset();
  is_compiled_ = false;
}

lang::Result<> Engine::take_kernel(const BatchView& batch) {
  constexpr std::size_t most_unexpected = 8;
  if (kernel_ && is_sampled_ && kernel_->unexpected_batches() >= most_unexpected) drop_kernel();
  if (options_.choice == EngineChoice::interpreter || kernel_) return lang::Done{};
  if (options_.choice == EngineChoice::jit) {
    choose_layouts(batch);
    make_kernel();
  } else {
    if (!is_compiled_.load(std::memory_order_acquire) || !compiling_.joinable()) return lang::Done{};
    compiling_.join();
  }
  if (made_ && *made_) {
    kernel_ = std::move(**made_);
    return lang::Done{};
  }
  if (options_.choice == EngineChoice::jit) {
    return made_ ? made_->error()
                 : lang::Error{lang::ErrorKind::usage, {}, 0, "there is not enough memory to compile", {}};
  }
  options_.choice = EngineChoice::interpreter;  // does all, for nobody asked for more
  return lang::Done{};
}

lang::Result<> Engine::verify(const BatchView& batch) {
  ++verified_batches_;
  interpreter_.evaluate(batch);
  const auto found = first_difference(*kernel_, interpreter_, values_, bits_, batch.spaces[compiler::root_space].rows);
  if (!found) return lang::Done{};
  answering_ = &interpreter_;
  return lang::Error{
      lang::ErrorKind::internal,
      {},
      0,
      fmt::format("the compiled kernel and the interpreter differ: value %{} of row {} of kernel batch {}",
                  found->id.index, found->row + 1, compiled_batches_),
      "this is a mistake in Muster: please report it with the policy; --engine interpreter goes on"};
}

}  // namespace muster::runtime
