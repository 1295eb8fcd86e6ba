// How many leads of a file fulfil a condition: the same way through ingest and engine that a run takes, without
// verdicts. May include: runtime/*, compiler/ir. Called by: scenario/tests.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/ir/program.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"

namespace muster::runtime {

struct LeadCount {
  std::uint64_t leads = 0;     // without ignored, repeated and rejected ones
  std::uint64_t yes = 0;       // of these
  std::uint64_t rejected = 0;  // rows
};
// `name` is a file in `policy_folder`, as are those of other objects that the policy names. Errors: it is not there,
// leads out of the folder, or cannot be used.
lang::Result<LeadCount> count_leads(const compiler::Program& program, compiler::ValueId condition,
                                    const std::string& name, const std::string& policy_folder, AsOf as_of,
                                    const lang::Limits& limits);

}  // namespace muster::runtime
