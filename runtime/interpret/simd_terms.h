// The terms of a wide sum, sorted by what is done with them.
// May include: runtime/data, runtime/interpret/simd.h. Called by: runtime/interpret/simd_sum.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>

#include "runtime/data/bitmap.h"
#include "runtime/interpret/simd.h"

namespace muster::runtime::interpret::simd {

// A term of bits alone.
inline bool is_count(const Term& term) { return term.lanes.values == nullptr; }

// The terms by kind, the bits in multiples of a unit where these add up to less than 2^15.
class SortedTerms {
 public:
  explicit SortedTerms(std::span<const Term> terms) {  // NOLINT(*-member-init): the rest is never read
    if (terms.size() > most_terms) return;
    unit_ = unit_of_bits(terms);
    if (unit_ == 0) return;
    int group = 0;  // what the bits since the last group began add up to at most, in size
    for (const Term& term : terms) {
      if (!is_count(term)) {
        numbers_[number_count_++] = term;
        continue;
      }
      const auto units = static_cast<std::int16_t>(term.weight / unit_);
      group += std::abs(units);
      const bool begins = group > most_in_byte;
      if (begins) group = std::abs(units);
      fits_bytes_ = fits_bytes_ && group <= most_in_byte;
      bits_[bit_count_++] = {term.bits, units, begins};
    }
  }

  struct Bits {
    const Word* bits;
    std::int16_t units;
    bool begins_group;  // a group's bits add up to what a byte holds
  };
  [[nodiscard]] bool fits() const { return unit_ != 0; }
  [[nodiscard]] bool fits_bytes() const { return fits_bytes_; }
  [[nodiscard]] std::int64_t unit() const { return unit_; }
  [[nodiscard]] std::span<const Bits> bits() const { return std::span(bits_).first(bit_count_); }
  [[nodiscard]] std::span<const Term> numbers() const { return std::span(numbers_).first(number_count_); }

 private:
  static constexpr std::size_t most_terms = 64;
  static constexpr int most_in_byte = 127;

  static std::int64_t unit_of_bits(std::span<const Term> terms) {
    constexpr std::int64_t most = (std::int64_t{1} << 31) - 1;
    std::int64_t unit = 0;
    std::int64_t size = 0;
    for (const Term& term : terms) {
      if (!is_count(term)) continue;
      if (term.weight > most || term.weight < -most) return 0;
      if (unit == 0 || term.weight % unit != 0) unit = std::gcd(unit, term.weight);
      size += std::abs(term.weight);
    }
    return unit != 0 && size / unit < (1 << 15) ? unit : 0;
  }

  std::int64_t unit_ = 0;
  bool fits_bytes_ = true;
  std::size_t bit_count_ = 0;
  std::size_t number_count_ = 0;
  std::array<Bits, most_terms> bits_;
  std::array<Term, most_terms> numbers_;
};

}  // namespace muster::runtime::interpret::simd
