// Vectors whose memory begins with a cache line: a wide load or store of what begins elsewhere touches two lines.
// May include: the standard library. Called by: whatever owns columns.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace muster::runtime {

inline constexpr std::size_t cache_line = 64;  // bytes

template <class T>
struct CacheLines {
  using value_type = T;
  CacheLines() = default;
  template <class Other>
  explicit(false) CacheLines(const CacheLines<Other>& /*other*/) {}
  static T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t{cache_line}));
  }
  static void deallocate(T* memory, std::size_t /*count*/) { ::operator delete(memory, std::align_val_t{cache_line}); }
  bool operator==(const CacheLines&) const = default;
};

template <class T>
using LineVector = std::vector<T, CacheLines<T>>;

}  // namespace muster::runtime
