// The `duplicates` policy of an object (language section 4, number 23): which of the rows that mean the same is kept.
// Holds a few words and the key of every row, so its memory grows with the file; objects without a policy use keys.h.
// May include: runtime/data, runtime/ingest, compiler/ir. Called by: lead_reader, table_reader.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/schema.h"
#include "runtime/data/batch.h"
#include "runtime/data/hash.h"
#include "runtime/data/table.h"
#include "runtime/ingest/keys.h"

namespace muster::runtime {

class DuplicateFinder {
 public:
  // Columns of the batches that hold the two fields of `policy`.
  DuplicateFinder(const compiler::DuplicatesSchema& policy, std::size_t by_column, std::size_t dated_column);

  // A row that is not rejected, by its trimmed key (empty: the object has none) and its other values, read into row
  // `row` of the batch. Lines ascend.
  void add(std::uint64_t line, std::string_view key, std::span<const std::string_view> values, const Batch& batch,
           std::size_t row);
  // Rows that are not kept, by line. Rows with one key are decided first, then those with equal values of the field.
  // Rows with one key and different values between which the policy cannot decide are in conflict.
  std::vector<SharedKey> finish();
  // After finish(): for rows whose key differs from that of the row that is kept; sorted by `key`.
  [[nodiscard]] const std::vector<MergedKey>& merged_keys() const { return merged_keys_; }

 private:
  struct Entry {
    WideHash key;
    WideHash by;
    std::uint64_t values = 0;
    std::uint64_t line = 0;
    std::int64_t dated = 0;
    std::uint64_t key_begin = 0;  // in keys_
    std::uint32_t key_size = 0;
    bool has_date = false;
    bool has_by = false;
    bool is_gone = false;
    std::optional<std::uint32_t> kept;  // the entry that this one is merged into
  };
  [[nodiscard]] std::string_view key_of(const Entry& entry) const {
    return {keys_.data() + entry.key_begin, entry.key_size};
  }
  // Which of two is kept, by their dates: below 0 the left one.
  [[nodiscard]] int compare_dates(const Entry& left, const Entry& right) const;
  void decide_key(std::span<const std::uint32_t> group);
  void decide_by(std::span<const std::uint32_t> group);
  void lose(std::uint32_t entry, std::uint32_t other, Fate fate);

  compiler::DuplicatesSchema policy_;
  std::size_t by_column_;
  std::size_t dated_column_;
  std::uint64_t seed_;
  std::vector<Entry> entries_;
  std::vector<char> keys_;
  std::vector<SharedKey> shared_;
  std::vector<MergedKey> merged_keys_;
};

}  // namespace muster::runtime
