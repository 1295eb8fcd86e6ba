// Makes a lead that breaks a guarantee as plain as it can be and still break it.
// May include: runtime/search. Called by: search.cpp, tests.
#pragma once

#include <cstddef>

#include "runtime/search/trial.h"

namespace muster::runtime::search {

// No more leads than this are asked about for one counterexample.
inline constexpr std::size_t most_minimising_trials = 4000;

// `lead` breaks the guarantee of this number.
Row minimise(Trial& trial, const compiler::Program& program, AsOf as_of, Row lead, std::size_t guarantee);

}  // namespace muster::runtime::search
