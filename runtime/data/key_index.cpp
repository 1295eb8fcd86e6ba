#include "runtime/data/key_index.h"

#include <cassert>

#include "runtime/data/hash.h"

namespace muster::runtime {

namespace {

constexpr std::size_t first_slots = 256;

}  // namespace

KeyIndex::KeyIndex() : seed_(random_seed()), slots_(first_slots, 0) {}

std::uint32_t KeyIndex::hash_of(std::string_view key) const {
  return static_cast<std::uint32_t>(hash_bytes(key, seed_) >> 32U);
}

std::size_t KeyIndex::slot_of(std::string_view key, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    const std::uint32_t number = slots_[slot] - 1;
    if (hashes_[number] == hash && text(number) == key) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

std::optional<std::uint32_t> KeyIndex::find(std::string_view key) const {
  const std::uint32_t entry = slots_[slot_of(key, hash_of(key))];
  if (entry == 0) return std::nullopt;
  return entry - 1;
}

std::uint32_t KeyIndex::intern(std::string_view key) {
  const std::uint32_t hash = hash_of(key);
  const std::size_t slot = slot_of(key, hash);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  assert(ends_.size() < UINT32_MAX - 1);
  const std::uint32_t number = size();
  bytes_.insert(bytes_.end(), key.begin(), key.end());
  ends_.push_back(bytes_.size());
  hashes_.push_back(hash);
  slots_[slot] = number + 1;
  if (ends_.size() * 2 > slots_.size()) grow();
  return number;
}

void KeyIndex::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t number = 0; number < size(); ++number) {
    std::size_t slot = hashes_[number] & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = number + 1;
  }
}

std::uint64_t KeyIndex::memory_bytes() const {
  return bytes_.capacity() + ends_.capacity() * sizeof(std::uint64_t) +
         (hashes_.capacity() + slots_.capacity()) * sizeof(std::uint32_t);
}

}  // namespace muster::runtime
