#include "stdlib/kernels/number_set.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

namespace muster::kernels {

namespace {

constexpr std::uint64_t bits_for_each = 64;  // of a bitmap; the hash takes 18 to 36 bytes for each number
constexpr std::size_t numbers_in_a_group = 4;
// Numbers can be chosen so that their groups take very long to place. What nobody has chosen takes a few looks at a
// slot for each number, and some ten thousands in all where the set is small.
constexpr std::size_t looks_for_a_set = std::size_t{1} << 17;
constexpr std::size_t looks_for_each = 64;

// The slots of a set while its groups are placed.
struct Slots {
  std::vector<bool> is_taken;
  std::size_t most_looks = 0;
  std::size_t looks = 0;
  std::vector<std::size_t> own{};  // of the group at hand

  [[nodiscard]] bool is_spent() const { return looks >= most_looks; }
  // Takes a free slot for each hash. False: one was taken, or no look is left; then none is.
  template <class SlotOf>
  bool take(std::span<const std::uint64_t> hashes, SlotOf slot_of) {
    own.clear();
    for (const std::uint64_t hash : hashes) {
      const std::size_t slot = slot_of(hash);
      ++looks;
      if (is_spent() || is_taken[slot]) {
        for (const std::size_t taken : own) is_taken[taken] = false;
        return false;
      }
      is_taken[slot] = true;
      own.push_back(slot);
    }
    return true;
  }
};

}  // namespace

NumberSet::NumberSet(std::span<const std::int64_t> numbers) {
  if (!numbers.empty()) {
    first_ = static_cast<std::uint64_t>(numbers.front());
    width_ = static_cast<std::uint64_t>(numbers.back()) - first_;
  }
  if (width_ / bits_for_each <= numbers.size()) {
    bits_.resize(width_ / 64 + 1);
    for (const std::int64_t number : numbers) {
      const std::uint64_t place = static_cast<std::uint64_t>(number) - first_;
      bits_[place / 64] |= std::uint64_t{1} << (place % 64);
    }
    return;
  }
  if (find_factors(numbers)) {
    form_ = Form::hash;
    return;
  }
  form_ = Form::sorted;
  factors_ = {};
  slots_.assign(numbers.begin(), numbers.end());
}

// Hash and displace (Belazzougui, Botelho and Dietzfelbinger, "Hash, displace, and compress", 2009): numbers are put in
// small groups, and each group, the largest first, gets the first factor that leads all its numbers to slots of their
// own.
bool NumberSet::find_factors(std::span<const std::int64_t> numbers) {
  const std::size_t group_count = std::bit_ceil(numbers.size() / numbers_in_a_group + 1);
  const std::size_t slot_count = std::bit_ceil(numbers.size() * 2);
  hashing_ = {group_count - 1, 64 - static_cast<unsigned>(std::countr_zero(slot_count))};
  factors_.resize(group_count);

  std::vector<std::vector<std::uint64_t>> groups(group_count);
  for (const std::int64_t number : numbers) {
    const std::uint64_t hash = hash_of(number);
    groups[hashing_.group_of(hash)].push_back(hash);
  }
  std::vector<std::size_t> order(group_count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t group) { return groups[group].size(); });
  Slots slots{std::vector<bool>(slot_count), looks_for_a_set + looks_for_each * numbers.size()};
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;  // 2^64 divided by the golden ratio
  for (const std::size_t group : order) {
    std::uint64_t& factor = factors_[group];
    factor = golden;
    while (!slots.take(groups[group], [&](std::uint64_t hash) { return hashing_.slot_of(hash, factor); })) {
      if (slots.is_spent()) return false;
      factor += 2 * golden;
    }
  }
  // A slot that no number has for its own holds one of them as well, so that whatever is found is among them.
  slots_.assign(slot_count, numbers.front());
  for (const std::int64_t number : numbers) {
    const std::uint64_t hash = hash_of(number);
    slots_[hashing_.slot_of(hash, factors_[hashing_.group_of(hash)])] = number;
  }
  return true;
}

bool NumberSet::is_in_sorted(std::int64_t number) const { return std::ranges::binary_search(slots_, number); }

}  // namespace muster::kernels
