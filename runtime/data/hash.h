// Hashes of bytes, with a seed that nobody outside the process knows, so that an export cannot be made to collide in
// our tables. Results never depend on it. The only place, with hash.cpp, that knows xxhash.
// May include: the standard library. Called by: dictionary, keys.
#pragma once

#include <cstdint>
#include <string_view>

namespace muster::runtime {

struct WideHash {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

[[nodiscard]] std::uint64_t random_seed();
[[nodiscard]] std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed);
// Wide enough to stand for the bytes themselves: two different keys of an export share it never in practice.
[[nodiscard]] WideHash hash_bytes_wide(std::string_view bytes, std::uint64_t seed);

}  // namespace muster::runtime
