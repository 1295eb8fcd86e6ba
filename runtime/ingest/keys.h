// Finds rows that share their key (language section 4, number 23) with bounded memory: a row is remembered by hashes
// only, and rows past the memory are spilled to an unlinked temporary file, partitioned by hash and sorted afterwards.
// May include: lang/*, runtime/data, runtime/emit/output_file.h. Called by: lead_reader, table_reader, duplicates.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/emit/output_file.h"

namespace muster::runtime {

// What becomes of a row that is not the only one of its kind.
enum class Fate : std::uint8_t {
  repeat,      // the other row has the same key and values, and stands for both
  conflict,    // the other row has the same key and other values
  merged,      // the policy keeps the other row, which stands for both
  superseded,  // the same, but that other row is itself in conflict with one as new
};
struct SharedKey {
  std::uint64_t line = 0;        // the row's
  std::uint64_t other_line = 0;  // the other row's; the first one where there are several
  Fate fate = Fate::repeat;
};
// The hash of a row's values, the same for rows whose cells are the same.
[[nodiscard]] std::uint64_t hash_values(std::span<const std::string_view> values, std::uint64_t seed);

class KeyCollector {
 public:
  // `memory_bytes` are used before anything is spilled to `folder` (at least one row is kept).
  KeyCollector(std::string folder, std::uint64_t memory_bytes, WriteFunction write = {});
  ~KeyCollector();
  KeyCollector(const KeyCollector&) = delete;
  KeyCollector& operator=(const KeyCollector&) = delete;

  // A row by its trimmed key and its other values. Lines ascend. Error (ErrorKind::file): no space for spilling.
  lang::Result<> add(std::uint64_t line, std::string_view key, std::span<const std::string_view> values);

  // The rows that share their key, by line. Among identical rows the first is not listed: it answers. Among rows in
  // conflict all are listed. Errors: more than `most` such rows (ErrorKind::data, without a file name: the caller
  // knows it), or the temporary file cannot be read.
  lang::Result<std::vector<SharedKey>> finish(std::uint64_t most);
  [[nodiscard]] std::uint64_t spilled_rows() const { return spilled_rows_; }

 private:
  struct Entry {
    std::uint64_t key_low;
    std::uint64_t key_high;
    std::uint64_t values;
    std::uint64_t line;
  };
  struct Segment {
    std::uint64_t first = 0;  // position in the temporary file, in entries
    std::uint64_t count = 0;
  };
  lang::Result<> spill();
  lang::Result<> load(const Segment& segment, std::vector<Entry>& entries) const;
  // Sorts the entries and appends what they share. False: more than `most`.
  static bool collect(std::vector<Entry>& entries, std::uint64_t most, std::vector<SharedKey>& found);

  std::string folder_;
  WriteFunction write_;
  std::uint64_t seed_;
  std::size_t most_entries_;
  std::vector<Entry> entries_;
  std::vector<std::vector<Segment>> partitions_;
  std::uint64_t spilled_rows_ = 0;
  int descriptor_ = -1;
};

}  // namespace muster::runtime
