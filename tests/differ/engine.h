// What is compared with the slow evaluator: every engine that evaluates a program over batches. A new engine is one
// more entry of engines(). May include: runtime/*, compiler/ir, tests/differ. Called by: differ.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/as_of.h"
#include "runtime/interpret/interpreter.h"
#include "tests/differ/answer.h"

namespace muster::differ {

// One engine at work on one program.
class Evaluation {
 public:
  virtual ~Evaluation() = default;
  virtual void evaluate(const runtime::BatchView& batch) = 0;
  // Of the last batch; of the values that `wanted()` asks for.
  [[nodiscard]] virtual runtime::Vector value(compiler::ValueId id) const = 0;
};
struct Engine {
  std::string name;
  // The program outlives what is made.
  std::function<std::unique_ptr<Evaluation>(const compiler::Program&, runtime::AsOf)> start;
};
[[nodiscard]] const std::vector<Engine>& engines();
[[nodiscard]] runtime::Wanted wanted();

// The outputs of a program by name, and what an evaluation says about them.
class Outputs {
 public:
  explicit Outputs(const compiler::Program& program);
  [[nodiscard]] const std::vector<std::string>& labels() const { return labels_; }
  // By label, of one row of the last batch.
  void read(const Evaluation& evaluation, std::size_t row, std::vector<Answer>& answers) const;

 private:
  using Reader = std::function<Answer(const Evaluation&, std::size_t)>;
  void add(std::string label, Reader reader);
  void add_value(std::string label, compiler::ValueId id);
  void add_lifecycle(const compiler::LifecycleOutput& lifecycle);

  const compiler::Program& program_;
  std::vector<std::string> labels_;
  std::vector<Reader> readers_;
};

}  // namespace muster::differ
