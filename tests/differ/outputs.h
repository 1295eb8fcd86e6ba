// The outputs of a program by name, and what an evaluation says about them. Two programs of one policy have the same
// outputs in the same order. May include: runtime/*, compiler/ir, tests/differ. Called by: differ.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/interpret/values.h"
#include "tests/differ/answer.h"

namespace muster::differ {

// What asks an engine for an output; null: it is always there.
using Part = bool runtime::Wanted::*;

class Outputs {
 public:
  // What one output says about a row of the last batch.
  using RowReader = std::function<Answer(std::size_t)>;
  // Where the parts of a score stand among the labels; a reason is the total behind it, then the total before it.
  struct ScoreLabels {
    std::string name;
    std::size_t value = 0, lowest = 0, highest = 0, first_reason = 0, past_reasons = 0;
  };

  explicit Outputs(const compiler::Program& program);
  [[nodiscard]] const std::vector<std::string>& labels() const { return labels_; }
  // Whether the slow evaluator answers it as well; about the rest engines are compared with one another.
  [[nodiscard]] bool is_verdict(std::size_t label) const;
  // The values that the label is read from; none where it is the same for all leads.
  [[nodiscard]] const std::vector<compiler::ValueId>& values(std::size_t label) const { return values_[label]; }
  [[nodiscard]] const std::vector<ScoreLabels>& scores() const { return scores_; }
  // By label; without a function where it is not wanted, or a value of it is not there. Until the next batch.
  [[nodiscard]] std::vector<RowReader> readers(const runtime::Values& values, const runtime::Wanted& wanted,
                                               const std::function<bool(compiler::ValueId)>& is_there) const;

 private:
  using Reader = std::function<RowReader(const runtime::Values&)>;
  void add(std::string label, Part part, Reader reader);
  void add_value(std::string label, Part part, compiler::ValueId id);
  void add_score(const compiler::ScoreOutput& score);
  void add_framework(const compiler::FrameworkOutput& framework);
  void add_lifecycle(const compiler::LifecycleOutput& lifecycle);
  void add_route(const compiler::RouteOutput& route);

  const compiler::Program& program_;
  std::vector<std::string> labels_;
  std::vector<Part> parts_;
  std::vector<Reader> readers_;
  std::vector<std::vector<compiler::ValueId>> values_;  // that the reader asks for
  std::vector<ScoreLabels> scores_;
};

}  // namespace muster::differ
