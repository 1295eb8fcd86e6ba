// Which values have been seen among the rows of one parent. Few are looked through one by one, many are hashed; the
// memory is kept from parent to parent, so that a parent costs what its rows cost.
// May include: runtime/data. Called by: runtime/interpret.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "runtime/data/hash.h"

namespace muster::runtime::interpret {

class DistinctSet {
 public:
  DistinctSet() : factor_(random_seed() | 1U) {}

  void clear() {
    few_count_ = 0;
    many_count_ = 0;
    is_many_ = false;
  }
  [[nodiscard]] std::size_t size() const { return is_many_ ? many_count_ : few_count_; }
  // False where it was there already.
  bool insert(std::int64_t value) {
    if (is_many_) return insert_many(value);
    for (std::size_t k = 0; k < few_count_; ++k) {
      if (few_[k] == value) return false;
    }
    if (few_count_ < few_.size()) {
      few_[few_count_++] = value;
      return true;
    }
    is_many_ = true;
    begin_round();
    for (const std::int64_t one : few_) insert_many(one);
    return insert_many(value);
  }

 private:
  struct Slot {
    std::int64_t value = 0;
    std::uint32_t round = 0;  // the slot is free where this is not the present round
  };
  static constexpr std::size_t first_slots = 256;

  // Slots of earlier parents are free without being touched.
  void begin_round() {
    many_count_ = 0;
    if (slots_.empty()) resize(first_slots);
    if (++round_ == 0) {
      for (Slot& slot : slots_) slot.round = 0;
      round_ = 1;
    }
  }
  void resize(std::size_t size) {
    slots_.assign(size, {});
    shift_ = static_cast<unsigned>(64 - std::countr_zero(size));
  }
  // The factor is random for each process, so that an export cannot be made to collide.
  [[nodiscard]] Slot& find(std::int64_t value) {
    std::uint64_t hash = static_cast<std::uint64_t>(value);
    hash = (hash ^ (hash >> 32U)) * factor_;
    std::size_t at = static_cast<std::size_t>((hash ^ (hash >> 29U)) * 0x9e37'79b9'7f4a'7c15ULL >> shift_);
    while (slots_[at].round == round_ && slots_[at].value != value) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  bool insert_many(std::int64_t value) {
    Slot& slot = find(value);
    if (slot.round == round_) return false;
    slot = {value, round_};
    if (++many_count_ * 2 > slots_.size()) grow();
    return true;
  }
  void grow() {
    const std::vector<Slot> old = std::move(slots_);
    resize(old.size() * 2);
    for (const Slot& slot : old) {
      if (slot.round == round_) find(slot.value) = slot;
    }
  }

  std::uint64_t factor_;
  std::array<std::int64_t, 12> few_{};
  std::size_t few_count_ = 0;
  bool is_many_ = false;
  std::vector<Slot> slots_;
  std::size_t many_count_ = 0;
  std::uint32_t round_ = 0;
  unsigned shift_ = 0;
};

// most_days: a day within its group.
struct GroupedDay {
  std::int64_t group;
  std::int64_t day;
  auto operator<=>(const GroupedDay&) const = default;
};

}  // namespace muster::runtime::interpret
