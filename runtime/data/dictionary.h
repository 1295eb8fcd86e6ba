// The distinct texts of one column: a text predicate is decided once per entry, not once per lead. Entries are only
// appended; when a dictionary has grown past its limits its owner clears it between batches and `epoch` moves on, so
// that whoever cached something by code knows. Hashing is seeded per process.
// May include: runtime/data, lang/spec, stdlib/kernels. Called by: ingest, engines.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace muster::runtime {

class Dictionary {
 public:
  Dictionary();
  // The code of `text`, which is trimmed and not empty; appended where it is new. Where memory is short nothing has
  // changed.
  std::uint32_t intern(std::string_view text);
  [[nodiscard]] std::string_view text(std::uint32_t code) const { return entries_[code].raw; }
  [[nodiscard]] std::string_view folded(std::uint32_t code) const { return entries_[code].folded; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  void clear();

 private:
  struct Entry {
    std::string_view raw;
    std::string_view folded;  // the same bytes as raw where folding changes nothing
  };
  char* place_for(std::size_t bytes);  // memory that lives until clear()
  void make_room(std::size_t slots);

  std::uint64_t seed_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> slots_;  // open addressing, code + 1; 0 is free
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_used_ = 0;
  std::size_t block_size_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t epoch_ = 1;
};

}  // namespace muster::runtime
