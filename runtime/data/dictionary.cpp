#include "runtime/data/dictionary.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

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

Dictionary::Dictionary() : seed_(random_seed()) { make_room(first_slots); }

// What can fail comes first, so that a failure leaves everything as it was.
std::uint32_t Dictionary::intern(std::string_view text) {
  const std::uint64_t hash = hash_bytes(text, seed_);
  std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(hash) & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const std::uint32_t code = slots_[slot] - 1;
    if (hashes_[code] == hash && entries_[code].raw == text) return code;
  }
  assert(entries_.size() < UINT32_MAX - 1);
  if ((entries_.size() + 1) * 2 > slots_.size()) {
    make_room(slots_.size() * 2);
    mask = slots_.size() - 1;
    slot = static_cast<std::size_t>(hash) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
  }
  std::string folded;
  if (!folds_to_itself(text)) folded = kernels::fold_text(text);
  if (folded == text) folded.clear();
  char* const place = place_for(text.size() + folded.size());

  std::copy(text.begin(), text.end(), place);
  std::copy(folded.begin(), folded.end(), place + text.size());
  const std::string_view raw(place, text.size());
  const auto code = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({raw, folded.empty() ? raw : std::string_view(place + text.size(), folded.size())});
  hashes_.push_back(hash);
  slots_[slot] = code + 1;
  return code;
}

char* Dictionary::place_for(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  if (bytes > block_size_ - block_used_) {
    const std::size_t wanted = std::clamp(block_size_ * 2, least_block_bytes, most_block_bytes);
    if (bytes > wanted / 2) {  // a block of its own, below the one that is being filled
      auto block = std::make_unique_for_overwrite<char[]>(bytes);
      char* const place = block.get();
      blocks_.insert(blocks_.empty() ? blocks_.end() : blocks_.end() - 1, std::move(block));
      bytes_ += bytes;
      return place;
    }
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(wanted));
    block_size_ = wanted;
    block_used_ = 0;
  }
  char* const place = blocks_.back().get() + block_used_;
  block_used_ += bytes;
  bytes_ += bytes;
  return place;
}

// Half of the slots stay free, and there is room for as many entries as may come before there are more slots.
void Dictionary::make_room(std::size_t slots) {
  entries_.reserve(slots / 2);
  hashes_.reserve(slots / 2);
  std::vector<std::uint32_t> wider(slots, 0);
  const std::size_t mask = slots - 1;
  for (std::size_t code = 0; code < hashes_.size(); ++code) {
    std::size_t slot = static_cast<std::size_t>(hashes_[code]) & mask;
    while (wider[slot] != 0) slot = (slot + 1) & mask;
    wider[slot] = static_cast<std::uint32_t>(code) + 1;
  }
  slots_ = std::move(wider);
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
