// A sample's rows as the files of a run, and those as batches for an engine: through the readers, tables, links and the
// feeder that a run has. May include: runtime/*, compiler/ir, tests/differ. Called by: differ.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/batch.h"
#include "tests/differ/world.h"

namespace muster::differ {

class Files {
 public:
  // `sample` outlives the files. They are for every program of its policy.
  explicit Files(const Sample& sample);

  // Calls body(batch, by row of it the position of the lead in the sample). `roots`: the values that are wanted.
  // Returns why a file cannot be read; empty: it can.
  using Body = std::function<void(const runtime::BatchView&, std::span<const std::size_t>)>;
  [[nodiscard]] std::string for_batches(const compiler::Program& program, std::span<const compiler::ValueId> roots,
                                        const Body& body) const;

  [[nodiscard]] bool is_first(std::size_t lead) const {  // of the leads with its key
    return leads_.at(sample_.leads[lead].cells[0].text) == lead;
  }

 private:
  void add(const DataRow& row);

  const Sample& sample_;
  std::vector<std::string> texts_;                 // by shape
  std::map<std::string_view, std::size_t> leads_;  // by key
};

}  // namespace muster::differ
