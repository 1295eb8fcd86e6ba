#include "runtime/engine/engine.h"

#include <fmt/format.h>

#include <utility>

#include "runtime/engine/verify.h"

namespace muster::runtime {

Engine::Engine(const compiler::Program& program, AsOf as_of, const Wanted& wanted,
               std::shared_ptr<KernelSource> kernels)
    : kernels_(std::move(kernels)),
      interpreter_(program, as_of, wanted),
      instructions_(interpreter_.live_instructions_by_space()),
      answering_(&interpreter_) {}

Engine::Engine(const compiler::Program& program, AsOf as_of, const Wanted& wanted, const EngineOptions& options)
    : Engine(program, as_of, wanted, std::make_shared<KernelSource>(program, as_of, wanted, options)) {}

lang::Result<> Engine::evaluate(const BatchView& batch) {
  answering_ = &interpreter_;  // a kernel that answered before may be exchanged
  if (auto renewed = kernels_->renew(held_, batch); !renewed) return renewed;
  if (held_.kernel == nullptr || !jit::comes_as(batch, *held_.layouts)) {
    interpreter_.evaluate(batch);
    if (held_.kernel == nullptr) kernels_->add_work(KernelSource::work_of(instructions_, batch), batch);
    return lang::Done{};
  }
  const std::size_t unexpected = held_.kernel->unexpected_batches();
  held_.kernel->evaluate(batch);
  answering_ = held_.kernel.get();
  if (held_.kernel->unexpected_batches() != unexpected) {  // the interpreter's answers
    kernels_->add_unexpected(held_.edition);
    return lang::Done{};
  }
  ++compiled_batches_;
  return kernels_->add_compiled() ? verify(batch) : lang::Done{};
}

lang::Result<> Engine::verify(const BatchView& batch) {
  ++verified_batches_;
  interpreter_.evaluate(batch);
  const auto found = first_difference(*held_.kernel, interpreter_, kernels_->roots().values, kernels_->roots().bits,
                                      batch.spaces[compiler::root_space].rows);
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
