// child_rows_bench POLICY BATCHES ROUNDS [ROWS]: the interpreter and a compiled kernel in turn, batch by batch, over
// leads that have 0 to ROWS (20) child rows each. Every answer is compared in every round. Prints what a lead costs,
// and how many times as fast as the interpreter the kernel is; decides nothing.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "compiler/compile.h"
#include "runtime/engine/verify.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/interpret/roots.h"
#include "runtime/jit/plugin.h"
#include "tests/bench/child_rows/batches.h"
#include "tests/bench/measure.h"

using namespace muster;

namespace {

constexpr runtime::AsOf as_of{.instant = 1'782'604'800'000'000, .day = 20'632};  // 2026-06-28

void compare(const char* name, const compiler::Program& program, const runtime::Wanted& wanted,
             const bench::ChildRows& leads, int rounds) {
  const auto values = runtime::interpret::value_roots_of(program, wanted);
  const auto bits = runtime::interpret::bit_roots_of(program, wanted);
  runtime::Interpreter interpreter(program, as_of, wanted);
  const double begun = bench::now_seconds();
  auto kernel = runtime::jit::make_kernel(program, as_of, {.values = values, .bits = bits},
                                          runtime::jit::layouts_of(leads.batches().front()), {});
  const double made_seconds = bench::now_seconds() - begun;
  if (!kernel) bench::fail(kernel.error().message);

  bench::Rounds of_interpreter;
  bench::Rounds of_kernel;
  for (int round = 0; round < rounds; ++round) {
    double interpreter_seconds = 0;
    double kernel_seconds = 0;
    for (const runtime::BatchView& batch : leads.batches()) {
      const double first = bench::now_seconds();
      interpreter.evaluate(batch);
      const double middle = bench::now_seconds();
      (*kernel)->evaluate(batch);
      kernel_seconds += bench::now_seconds() - middle;
      interpreter_seconds += middle - first;
      if (runtime::first_difference(**kernel, interpreter, values, bits, runtime::batch_rows)) {
        bench::fail("the kernel and the interpreter differ");
      }
    }
    of_interpreter.add(interpreter_seconds);
    of_kernel.add(kernel_seconds);
  }
  const auto nanoseconds = [&](const bench::Rounds& of) {
    return of.median_seconds() * 1e9 / static_cast<double>(leads.leads());
  };
  fmt::print("| {} | {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.2f} |\n", name, (*kernel)->instructions(),
             (*kernel)->foreign_instructions(), made_seconds * 1e3, nanoseconds(of_interpreter), nanoseconds(of_kernel),
             of_kernel.speed_against(of_interpreter));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) bench::fail("usage: child_rows_bench POLICY BATCHES ROUNDS [ROWS]");
  if (!runtime::jit::is_available()) {
    fmt::print("skipped: this build has no compiler of kernels\n");
    return 0;
  }
  auto compiled = compiler::compile_file(argv[1], {});
  if (!compiled || !compiled->program) bench::fail("the policy does not compile");
  const compiler::Program& program = *compiled->program;
  const std::size_t batches = std::max<std::size_t>(1, std::strtoull(argv[2], nullptr, 10));
  const int rounds = std::max(1, std::atoi(argv[3]));
  const bench::ChildRows leads(program, as_of, batches, argc == 5 ? std::strtoull(argv[4], nullptr, 10) : 20);
  fmt::print("{} leads, {} child rows\n", bench::grouped(leads.leads()), bench::grouped(leads.rows()));
  fmt::print("| wanted | instructions | foreign | made in ms | interpreter ns/lead | kernel ns/lead | times |\n");
  fmt::print("|---|---:|---:|---:|---:|---:|---:|\n");
  compare("scores", program, {.undecided = false, .reasons = false}, leads, rounds);
  compare("all, with reasons and bounds", program, {.bounds = true}, leads, rounds);
  return 0;
}
