// What a run says of what it has read and counted. May include: runtime/*, compiler/ir. Called by: run, sla.
#pragma once

#include "compiler/ir/program.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/run/relations.h"
#include "runtime/run/run.h"
#include "runtime/verdict/tally.h"

namespace muster::runtime {

[[nodiscard]] ObjectSummary summary_of(const compiler::Program& program, const TableReport& report);
[[nodiscard]] RelationSummary summary_of(const compiler::Program& program, const RelationReport& report);
// What the leads' answers were.
void add_tallies(const compiler::Program& program, const Wanted& wanted, const Tally& tally, RunSummary& summary);

}  // namespace muster::runtime
