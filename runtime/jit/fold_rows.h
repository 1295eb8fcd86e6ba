// Loops from child rows to their parents, over what a child's plan has written: there every row that does not count is
// out of the mask, adds 0, or loses to every other. The rows of parent p are offsets[p] to before offsets[p + 1], one
// parent's right behind the other's.
// May include: runtime/data, runtime/interpret, stdlib/kernels. Called by: runtime/jit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/data/bitmap.h"

namespace muster::runtime::jit {

// How many rows of each parent are in each mask. Precondition: eight bytes behind a mask's last word may be read.
struct CountedMask {
  const Word* mask = nullptr;
  std::uint32_t* counts = nullptr;
};
void count_rows(std::span<const CountedMask> masks, const std::uint32_t* offsets, std::size_t parents);

// The sums, modulo 2^64.
template <class Number>
void sum_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, std::int64_t* sums);
// The sums that fit 64 bits; the others have the bit.
void sum_rows_checked(const std::int64_t* values, const std::uint32_t* offsets, std::size_t parents, std::int64_t* sums,
                      Word* overflow);

// Of no rows: what every number is better than.
template <class Number>
void smallest_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, Number* best);
template <class Number>
void largest_rows(const Number* values, const std::uint32_t* offsets, std::size_t parents, Number* best);

}  // namespace muster::runtime::jit
