// Whether a number is one of a policy's numbers, in the same few steps however many those are: by a bitmap where they
// lie close together, else by a perfect hash.
// May include: the standard library. Called by: the engines, tests.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace muster::kernels {

// Prepared once and asked for every row. Immutable, so threads may share it. Keeps at most 36 bytes for each number;
// making it takes a few times as much, and time in proportion to the numbers, whoever has chosen them.
class NumberSet {
 public:
  // `numbers` are sorted and distinct.
  explicit NumberSet(std::span<const std::int64_t> numbers);

  // `sorted`, a binary search, is for numbers that somebody has chosen to spoil the hash.
  enum class Form : std::uint8_t { bitmap, hash, sorted };
  [[nodiscard]] Form form() const { return form_; }

  // Calls `use` with a function of a number that says whether it is in the set: the form is looked at once for all.
  template <class Use>
  void with_test(Use use) const {
    switch (form_) {
      case Form::bitmap:
        use([first = first_, width = width_, bits = bits_.data()](std::int64_t number) {
          const std::uint64_t place = static_cast<std::uint64_t>(number) - first;
          return place <= width && (bits[place / 64] >> (place % 64) & 1) != 0;
        });
        return;
      case Form::hash:
        use([hashing = hashing_, factors = factors_.data(), slots = slots_.data()](std::int64_t number) {
          const std::uint64_t hash = hash_of(number);
          return slots[hashing.slot_of(hash, factors[hashing.group_of(hash)])] == number;
        });
        return;
      case Form::sorted:
        use([this](std::int64_t number) { return is_in_sorted(number); });
        return;
    }
  }
  [[nodiscard]] bool contains(std::int64_t number) const {
    bool found = false;
    with_test([&](auto is_in) { found = is_in(number); });
    return found;
  }

 private:
  // Each step can be undone, so that distinct numbers have distinct hashes. Constants and shifts are those of the
  // finalizer of MurmurHash3 (Appleby, 2011).
  static std::uint64_t hash_of(std::int64_t number) {
    auto bits = static_cast<std::uint64_t>(number);
    bits = (bits ^ bits >> 33) * 0xff51afd7ed558ccdU;
    bits = (bits ^ bits >> 33) * 0xc4ceb9fe1a85ec53U;
    return bits ^ bits >> 33;
  }
  struct Hashing {
    std::uint64_t last_group = 0;
    unsigned shift = 63;

    [[nodiscard]] std::size_t group_of(std::uint64_t hash) const { return hash & last_group; }
    // The upper bits of a product with an odd factor (Knuth, The Art of Computer Programming 3, 6.4). The factor is
    // added first, so that a hash of 0, or of few bits, has another slot for each factor as well.
    [[nodiscard]] std::size_t slot_of(std::uint64_t hash, std::uint64_t factor) const {
      return static_cast<std::size_t>((hash + factor) * factor >> shift);
    }
  };
  bool find_factors(std::span<const std::int64_t> numbers);
  [[nodiscard]] bool is_in_sorted(std::int64_t number) const;

  Form form_ = Form::bitmap;
  std::uint64_t first_ = 0;
  std::uint64_t width_ = 0;  // from the first to the last
  std::vector<std::uint64_t> bits_;
  Hashing hashing_;
  std::vector<std::uint64_t> factors_;  // hash: by group; a power of two of them
  std::vector<std::int64_t> slots_;     // hash: a power of two of them; sorted: the numbers
};

}  // namespace muster::kernels
