#include "runtime/engine/kernel_source.h"

#include <exception>
#include <utility>

#include "runtime/interpret/roots.h"

namespace muster::runtime {

using Lock = std::scoped_lock<std::mutex>;

KernelRoots kernel_roots_of(const compiler::Program& program, const Wanted& wanted) {
  return {interpret::value_roots_of(program, wanted), interpret::bit_roots_of(program, wanted), {}};
}

KernelSource::KernelSource(const compiler::Program& program, AsOf as_of, KernelRoots roots,
                           const EngineOptions& options, MakeKernel make_kernel)
    : program_(program), as_of_(as_of), options_(options), roots_(std::move(roots)), make_kernel_(make_kernel) {}

KernelSource::~KernelSource() {
  is_ending_ = true;
  if (compiling_.joinable()) compiling_.join();
}

std::shared_ptr<const jit::BatchLayout> KernelSource::layouts_of(const BatchView& batch) const {
  jit::BatchLayout layouts = jit::layouts_of(batch);
  if (!is_sampled_) {
    for (std::vector<jit::ColumnLayout>& space : layouts) {
      for (jit::ColumnLayout& layout : space) layout.expected_bits = 0;
    }
  }
  return std::make_shared<const jit::BatchLayout>(std::move(layouts));
}

// Also where memory is short: a run that does not insist goes on without a kernel.
KernelSource::Made KernelSource::make(const jit::BatchLayout& layouts) const noexcept {
  try {
    return make_kernel_(program_, as_of_, {.values = roots_.values, .bits = roots_.bits, .answers = roots_.answers},
                        layouts, {.stop = &is_ending_});
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

// Under the lock.
void KernelSource::publish(Edition edition) {
  edition_ = std::move(edition);
  unexpected_batches_ = 0;
  edition_number_.fetch_add(1, std::memory_order_release);
}

lang::Result<> KernelSource::renew(HeldKernel& held, const BatchView& batch) {
  const bool is_insisting = options_.choice == EngineChoice::jit;
  const bool is_newest = held.edition == edition_number_.load(std::memory_order_acquire);
  if (is_newest && (held.kernel != nullptr || !is_insisting)) return lang::Done{};
  const Lock lock(mutex_);
  if (is_insisting && edition_.kernel == nullptr) {
    if (auto made = insist(batch); !made) return made;
  }
  held.kernel = edition_.kernel == nullptr ? nullptr : edition_.kernel->twin();
  held.layouts = edition_.layouts;
  held.edition = edition_number_.load(std::memory_order_relaxed);
  return lang::Done{};
}

// Under the lock, so that the others wait for the same kernel.
lang::Result<> KernelSource::insist(const BatchView& batch) {
  auto layouts = layouts_of(batch);
  Made made = make(*layouts);
  if (!made) return lang::Error{lang::ErrorKind::usage, {}, 0, "there is not enough memory to compile", {}};
  if (!*made) return made->error();
  publish({std::move(**made), std::move(layouts)});
  return lang::Done{};
}

void KernelSource::add_work(std::uint64_t instructions, const BatchView& batch) {
  if (options_.choice != EngineChoice::automatic || is_compiling_.load(std::memory_order_relaxed)) return;
  const std::uint64_t work = work_.fetch_add(instructions, std::memory_order_relaxed) + instructions;
  if (work < options_.work_before_compiling || is_compiling_.exchange(true)) return;
  if (jit::is_available()) start_compiling(batch);
}

std::uint64_t KernelSource::work_of(const std::vector<std::size_t>& instructions, const BatchView& batch) {
  std::uint64_t work = 0;
  for (std::size_t space = 0; space < instructions.size(); ++space) {
    const SpaceView& view = batch.spaces[space];
    if (view.is_given) work += std::uint64_t{instructions[space]} * view.rows;
  }
  return work;
}

void KernelSource::start_compiling(const BatchView& batch) {
  const Lock lock(mutex_);
  if (compiling_.joinable()) compiling_.join();  // it has published what it made
  try {
    auto layouts = layouts_of(batch);
    compiling_ = std::thread([this, layouts = std::move(layouts)] {
      Made made = make(*layouts);
      const Lock publishing(mutex_);
      if (made && *made) publish({std::move(**made), layouts});
    });
  } catch (const std::exception&) {  // no further thread, or no memory: the interpreter does all
    is_compiling_ = true;
  }
}

void KernelSource::add_unexpected(std::uint64_t edition) {
  constexpr std::uint64_t most_unexpected = 8;
  const Lock lock(mutex_);
  if (!is_sampled_ || edition != edition_number_.load(std::memory_order_relaxed)) return;
  if (++unexpected_batches_ < most_unexpected) return;
  is_sampled_ = false;
  publish({});
  is_compiling_ = false;  // as soon as there is more work
}

bool KernelSource::add_compiled() {
  const std::uint64_t batch = compiled_batches_.fetch_add(1, std::memory_order_relaxed);
  return options_.verify_one_of != 0 && batch % options_.verify_one_of == 0;
}

}  // namespace muster::runtime
