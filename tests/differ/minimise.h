// A smaller policy, and less data, with the same difference. May include: tests/differ. Called by: differ.
#pragma once

#include "tests/differ/compare.h"
#include "tests/differ/world.h"

namespace muster::differ {

// Takes away what the difference does not need: first all other leads, then declarations, lines, rows and cells.
void minimise(Sample& sample, const Difference& difference);

}  // namespace muster::differ
