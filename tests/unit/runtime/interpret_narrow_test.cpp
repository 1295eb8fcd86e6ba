// Random programs over narrow columns (random_narrow.h) against the plain engine, with and without passes, and with and
// without ranges: only they let most registers be narrow.
#include <doctest/doctest.h>

#include "random_narrow.h"

namespace muster::runtime {
namespace {

void check_narrow(std::uint64_t seed, std::size_t most_spaces, const std::vector<std::size_t>& batches) {
  CAPTURE(seed);
  NarrowScenario scenario(seed, most_spaces);
  if (seed % 3 != 0) scenario.optimise(passes_of(seed / 3));
  if (seed % 5 != 0) scenario.know_columns();
  scenario.check(batches);
}

TEST_CASE("programs over narrow columns give what one lead at a time gives") {
  for (std::uint64_t seed = 50'001; seed <= 52'000; ++seed) check_narrow(seed, 1, {65, 7, 300, 1});
}

TEST_CASE("full batches of narrow columns") {
  for (std::uint64_t seed = 60'001; seed <= 60'010; ++seed) check_narrow(seed, 1, {batch_rows, 65, batch_rows - 1});
}

TEST_CASE("programs over narrow columns of child rows give what one row at a time gives") {
  for (std::uint64_t seed = 70'001; seed <= 70'100; ++seed) check_narrow(seed, 4, {1, 30, 7});
}

}  // namespace
}  // namespace muster::runtime
