// Asks a policy about made-up leads, many at a time. May include: runtime/*, compiler/ir.
// Called by: search.cpp, minimise.cpp, tests.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/as_of.h"
#include "runtime/scenario/scenario.h"
#include "runtime/search/sample.h"

namespace muster::runtime::search {

// What a lead comes to, by guarantee.
struct Outcome {
  std::vector<bool> premise;  // holds; of a guarantee without a premise: yes
  std::vector<bool> broken;
  bool counts = false;  // not ignored, not rejected
};

class Trial {
 public:
  // `program` outlives the trial.
  Trial(const compiler::Program& program, AsOf as_of);

  std::vector<Outcome> run(std::span<const Row> leads);
  [[nodiscard]] std::uint64_t evaluations() const { return evaluations_; }

 private:
  [[nodiscard]] Scenario scenario_of(const Row& lead) const;
  void add_rows(const Row& row, std::uint32_t number, Scenario& scenario) const;
  [[nodiscard]] std::vector<ScenarioCell> cells_of(const Row& row) const;
  [[nodiscard]] Outcome outcome(const ScenarioRun& run, std::size_t row) const;

  const compiler::Program& program_;
  AsOf as_of_;
  std::vector<compiler::ValueId> roots_;
  std::uint64_t evaluations_ = 0;
};

}  // namespace muster::runtime::search
