// A sample's leads as batches for an engine: through the tables, links and the feeder that a run has.
// May include: runtime/*, compiler/ir, tests/differ. Called by: differ.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/batch.h"
#include "runtime/scenario/scenario.h"
#include "tests/differ/world.h"

namespace muster::differ {

// The leads with their rows, for every program of the sample's policy.
[[nodiscard]] std::vector<runtime::Scenario> scenarios_of(const compiler::Program& program, const Sample& sample);

// Calls body(batch, the lead that it begins with, leads in it). `roots`: the values that are wanted.
void for_batches(const compiler::Program& program, const Sample& sample,
                 const std::vector<runtime::Scenario>& scenarios, std::span<const compiler::ValueId> roots,
                 const std::function<void(const runtime::BatchView&, std::size_t, std::size_t)>& body);

}  // namespace muster::differ
