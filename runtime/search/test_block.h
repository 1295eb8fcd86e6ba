// A counterexample as a test that somebody can paste into the policy.
// May include: compiler/ir, lang/source, runtime/search. Called by: search.cpp, tests.
#pragma once

#include <string>

#include "compiler/ir/program.h"
#include "lang/source/source.h"
#include "runtime/search/sample.h"

namespace muster::runtime::search {

// The test expects what the guarantee promises, so it fails until the policy keeps it. `day`: that of the evaluation.
[[nodiscard]] std::string test_block(const compiler::Program& program, const lang::SourceMap& sources,
                                     const compiler::GuaranteeOutput& guarantee, std::int32_t day, const Row& lead);

}  // namespace muster::runtime::search
