// Sets of numbers against a binary search.
#include "stdlib/kernels/number_set.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace muster::kernels {
namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::vector<std::int64_t> sorted(std::vector<std::int64_t> numbers) {
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

// Every number of the set, those beside it, the ends of 64 bits, and some others.
void check(const std::vector<std::int64_t>& numbers, NumberSet::Form form) {
  const NumberSet set(numbers);
  CHECK(set.form() == form);
  std::mt19937_64 random(numbers.size());
  std::vector<std::int64_t> asked = {least, least + 1, -1, 0, 1, 63, 64, most - 1, most};
  for (const std::int64_t number : numbers) {
    asked.push_back(number);
    if (number != most) asked.push_back(number + 1);
    if (number != least) asked.push_back(number - 1);
    asked.push_back(static_cast<std::int64_t>(random()));
  }
  std::size_t wrong = 0;
  for (const std::int64_t number : asked) {
    if (set.contains(number) != std::ranges::binary_search(numbers, number)) ++wrong;
  }
  CHECK(wrong == 0);
}

std::vector<std::int64_t> some(std::size_t count, std::uint64_t width, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::int64_t> numbers(count);
  for (std::int64_t& number : numbers) number = static_cast<std::int64_t>(random() % width);
  return sorted(std::move(numbers));
}

// What gives 1 when it is multiplied with an odd number.
std::uint64_t inverse(std::uint64_t odd) {
  std::uint64_t result = odd;  // right in 3 bits, and in twice as many after each step
  for (int step = 0; step < 5; ++step) result *= 2 - odd * result;
  return result;
}

// The number that has a hash: MurmurHash3's finalizer the other way round.
std::int64_t number_of_hash(std::uint64_t hash) {
  hash ^= hash >> 33;
  hash *= inverse(0xc4ceb9fe1a85ec53U);
  hash ^= hash >> 33;
  hash *= inverse(0xff51afd7ed558ccdU);
  hash ^= hash >> 33;
  return static_cast<std::int64_t>(hash);
}

TEST_CASE("numbers that lie close together are a bitmap") {
  check({}, NumberSet::Form::bitmap);
  check({0}, NumberSet::Form::bitmap);
  check({least}, NumberSet::Form::bitmap);
  check({most}, NumberSet::Form::bitmap);
  check({least, least + 63, least + 64}, NumberSet::Form::bitmap);
  check({most - 128, most - 1, most}, NumberSet::Form::bitmap);
  check({-65, -64, -1, 0, 1, 63, 64}, NumberSet::Form::bitmap);
  check(some(50'000, 3'000'000, 1), NumberSet::Form::bitmap);
}

TEST_CASE("numbers that lie far apart have a perfect hash") {
  check({least, most}, NumberSet::Form::hash);
  check({least, -1, 0, most}, NumberSet::Form::hash);
  check({0, 1'000}, NumberSet::Form::hash);
  std::mt19937_64 random(7);
  for (std::size_t count = 2; count < 300; ++count) {
    check(some(count, std::uint64_t{1} << (20 + random() % 43), random()), NumberSet::Form::hash);
  }
  for (const std::size_t count : {1'000U, 9'973U, 100'000U, 300'000U}) {
    check(some(count, std::uint64_t{1} << 62, count), NumberSet::Form::hash);
  }
}

TEST_CASE("numbers in even steps, as codes of postcodes or moments are") {
  for (const std::int64_t step : {100'000, 1 << 20, 86'400'000, 1'000'000'007}) {
    std::vector<std::int64_t> numbers;
    for (std::int64_t at = 0; at < 5'000; ++at) numbers.push_back((at - 2'500) * step);
    check(numbers, NumberSet::Form::hash);
  }
}

// 64 of one group in 128 slots: one factor in hundreds of millions leads each to a slot of its own.
TEST_CASE("numbers of a group that no factor parts are searched") {
  std::mt19937_64 random(1);
  std::vector<std::int64_t> numbers;
  for (std::uint64_t at = 0; at < 64; ++at) numbers.push_back(number_of_hash(random() << 20));
  check(sorted(std::move(numbers)), NumberSet::Form::sorted);
}

// Each group is five hashes whose distance, times the k-th factor, is 2 k + 1 times a small number: no factor parts
// them until k is in the tens of thousands. To place them all would take a thousand times as long as other numbers.
TEST_CASE("numbers whose groups all take long are given up soon") {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;
  constexpr std::size_t groups = 20'000;
  constexpr std::uint64_t low_bits = std::uint64_t{1} << 15;  // tell the groups
  constexpr std::uint64_t slots = 262'144;
  const std::uint64_t distance = (~std::uint64_t{0} / slots / 120'000 & ~(low_bits - 1)) * inverse(golden);
  std::mt19937_64 random(3);
  std::vector<std::int64_t> numbers;
  for (std::uint64_t group = 0; group < groups; ++group) {
    const std::uint64_t first = (random() & ~(low_bits - 1)) | group;
    for (std::uint64_t at = 0; at < 5; ++at) numbers.push_back(number_of_hash(first + at * distance));
  }
  check(sorted(std::move(numbers)), NumberSet::Form::sorted);
}

}  // namespace
}  // namespace muster::kernels
