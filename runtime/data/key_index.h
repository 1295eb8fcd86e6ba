// The distinct keys of one column, numbered in the order in which they come. Keys compare by their bytes (section 4,
// number 22), so nothing is folded. Hashing is seeded per process; numbers follow from the order of the calls only.
// May include: runtime/data. Called by: table_reader, links, duplicates.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace muster::runtime {

class KeyIndex {
 public:
  KeyIndex();
  // The number of `key`, which is not empty; appended where it is new.
  std::uint32_t intern(std::string_view key);
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view key) const;
  // Valid until the next intern().
  [[nodiscard]] std::string_view text(std::uint32_t number) const {
    const std::uint64_t begin = number == 0 ? 0 : ends_[number - 1];
    return {bytes_.data() + begin, static_cast<std::size_t>(ends_[number] - begin)};
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }
  // Of memory, for the limit of tables.
  [[nodiscard]] std::uint64_t memory_bytes() const;

 private:
  // The slot that holds `key`, or the free one where it belongs.
  [[nodiscard]] std::size_t slot_of(std::string_view key, std::uint32_t hash) const;
  [[nodiscard]] std::uint32_t hash_of(std::string_view key) const;
  void grow();

  std::uint64_t seed_;
  std::vector<char> bytes_;
  std::vector<std::uint64_t> ends_;  // of each key's bytes
  std::vector<std::uint32_t> hashes_;
  std::vector<std::uint32_t> slots_;  // open addressing, number + 1; 0 is free
};

}  // namespace muster::runtime
