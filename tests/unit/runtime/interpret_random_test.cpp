// Random programs against the plain engine (random_scenario.h), as they are built and after each pass and all of them.
#include <doctest/doctest.h>

#include "random_scenario.h"

namespace muster::runtime {
namespace {

TEST_CASE("random programs give what one lead at a time gives") {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    Scenario(seed, 1).check({1, 65, 63, 64, 7});
  }
}

TEST_CASE("full batches, and the same interpreter over many of them") {
  for (std::uint64_t seed = 10'001; seed <= 10'020; ++seed) {
    CAPTURE(seed);
    Scenario(seed, 1).check({batch_rows, 1, batch_rows, batch_rows - 1, 65});
  }
}

TEST_CASE("random programs over child rows and references give what one row at a time gives") {
  for (std::uint64_t seed = 20'001; seed <= 20'300; ++seed) {
    CAPTURE(seed);
    Scenario(seed, 6).check({1, 65, 7, 20});
  }
}

TEST_CASE("optimised programs give what they gave before") {
  for (std::uint64_t seed = 30'001; seed <= 33'000; ++seed) {
    CAPTURE(seed);
    Scenario scenario(seed, 1, seed / 8 % 6);
    scenario.optimise(passes_of(seed));
    scenario.check({1, 65, 7});
  }
}

TEST_CASE("optimised programs over child rows and references give what they gave before") {
  for (std::uint64_t seed = 40'001; seed <= 40'400; ++seed) {
    CAPTURE(seed);
    Scenario scenario(seed, 6, seed / 8 % 4);
    scenario.optimise(passes_of(seed));
    scenario.check({1, 30, 7});
  }
}

}  // namespace
}  // namespace muster::runtime
