#include "runtime/data/dictionary.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "runtime/data/hash.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime {

namespace {

constexpr std::size_t first_slots = 256;
constexpr std::size_t least_block_bytes = std::size_t{16} << 10;
constexpr std::size_t most_block_bytes = std::size_t{1} << 20;

// Most texts of an export are ASCII; without capitals they fold to themselves, and asking costs next to nothing.
bool folds_to_itself(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return byte < 0x80 && (byte < 'A' || byte > 'Z');
  });
}

}  // namespace

Dictionary::Dictionary() : seed_(random_seed()), slots_(first_slots, 0) {}

std::uint32_t Dictionary::intern(std::string_view text) {
  const std::uint64_t hash = hash_bytes(text, seed_);
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(hash) & mask;
  while (slots_[slot] != 0) {
    const std::uint32_t code = slots_[slot] - 1;
    if (hashes_[code] == hash && entries_[code].raw == text) return code;
    slot = (slot + 1) & mask;
  }
  assert(entries_.size() < UINT32_MAX - 1);
  const auto code = static_cast<std::uint32_t>(entries_.size());
  const std::string_view raw = store(text);
  std::string_view folded = raw;
  if (!folds_to_itself(raw)) {
    const std::string made = kernels::fold_text(raw);
    if (made != raw) folded = store(made);
  }
  entries_.push_back({raw, folded});
  hashes_.push_back(hash);
  slots_[slot] = code + 1;
  if (entries_.size() * 2 > slots_.size()) grow();
  return code;
}

std::string_view Dictionary::store(std::string_view text) {
  if (text.empty()) return {};
  bytes_ += text.size();
  if (text.size() > block_size_ - block_used_) {
    const std::size_t wanted = std::clamp(block_size_ * 2, least_block_bytes, most_block_bytes);
    if (text.size() > wanted / 2) {  // a block of its own, below the one that is being filled
      auto block = std::make_unique_for_overwrite<char[]>(text.size());
      std::memcpy(block.get(), text.data(), text.size());
      const std::string_view stored(block.get(), text.size());
      blocks_.insert(blocks_.empty() ? blocks_.end() : blocks_.end() - 1, std::move(block));
      return stored;
    }
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(wanted));
    block_size_ = wanted;
    block_used_ = 0;
  }
  char* const to = blocks_.back().get() + block_used_;
  std::memcpy(to, text.data(), text.size());
  block_used_ += text.size();
  return {to, text.size()};
}

void Dictionary::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t code = 0; code < hashes_.size(); ++code) {
    std::size_t slot = static_cast<std::size_t>(hashes_[code]) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(code) + 1;
  }
}

void Dictionary::clear() {
  entries_.clear();
  hashes_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
  blocks_.clear();
  block_used_ = 0;
  block_size_ = 0;
  bytes_ = 0;
  ++epoch_;
}

}  // namespace muster::runtime
