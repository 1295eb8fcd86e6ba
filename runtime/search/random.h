// Random numbers that are the same on every machine: SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom
// number generators"). May include: the standard library. Called by: runtime/search.
#pragma once

#include <cstdint>
#include <vector>

namespace muster::runtime::search {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31U);
  }
  // 0 to before `limit`, which is above 0. The tiny bias of the remainder does not matter here.
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  // Both ends included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(unsigned percent) { return below(100) < percent; }
  // Precondition: there is one.
  template <class T>
  const T& one_of(const std::vector<T>& items) {
    return items[below(items.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace muster::runtime::search
