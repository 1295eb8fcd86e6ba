// What is compared: every engine that evaluates a program over batches. A new engine is one more entry of engines_of().
// May include: runtime/*, compiler/ir. Called by: differ.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/as_of.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/interpret/values.h"

namespace muster::differ {

// One engine at work on one program. Values: of the last batch, those that Engine::wanted asks for.
class Evaluation : public runtime::Values {
 public:
  // Returns why there is no answer; empty: there is one.
  [[nodiscard]] virtual std::string evaluate(const runtime::BatchView& batch) = 0;
  // Whether it works out this one of the values that are wanted. Precondition: a batch was evaluated.
  [[nodiscard]] virtual bool has(compiler::ValueId id) const = 0;
};
// `part`: only some of the outputs are compiled.
enum class Kernel : std::uint8_t { none, part, whole };
struct Engine {
  std::string name;
  bool is_of_raw = false;  // works on the program as it is before the passes
  Kernel kernel = Kernel::none;
  runtime::Wanted wanted;
  // The program outlives what is made.
  std::function<std::unique_ptr<Evaluation>(const compiler::Program&, runtime::AsOf)> start;
};

// Those that the sample with this seed is given to; the first one interprets the raw program, and the last one is the
// kernel, if there is one. The kernel of a whole policy costs more than all else together, so that most have one of a
// part of their outputs (README.md has what it costs).
[[nodiscard]] std::vector<Engine> engines_of(std::uint64_t seed);
// Of what is wanted of any engine.
[[nodiscard]] runtime::Wanted all_wanted();

}  // namespace muster::differ
