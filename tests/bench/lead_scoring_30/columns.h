// The leads of HAND's table as Muster takes them: the same memory, but for the four columns that HAND has as floating
// point or as seconds, and Muster as hundredths and as microseconds. As many bytes for each row, and as HAND's, columns
// begin with a cache line. May include: the standard library, runtime/data/cache_lines.h, reference.h. Called by: the
// benches of the workload.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/data/cache_lines.h"

// Last, for it leaves macros behind.
#include "tests/bench/lead_scoring_30/reference.h"

namespace muster::bench {

enum class LeadColumnShape : std::uint8_t {
  numbers,  // signed, of 4 or 8 bytes
  texts,    // codes without a sign, of 1, 2 or 4 bytes; 0 is "missing"
  flags,    // a bitmap
};

struct LeadColumn {
  std::string name;
  LeadColumnShape shape = LeadColumnShape::numbers;
  const void* values = nullptr;                     // flags: null
  std::uint8_t bytes = 0;                           // of an element
  const std::uint64_t* yes = nullptr;               // flags
  const std::uint64_t* known = nullptr;             // always there
  bool may_be_missing = false;                      // false: all of `known` is set, and HAND has no such bitmap
  const std::vector<std::string>* texts = nullptr;  // by code
  std::string before{};                             // what stands in front of each of them
};

class Columns {
 public:
  // The table outlives the columns.
  explicit Columns(const Table& table);
  Columns(const Columns&) = delete;
  Columns& operator=(const Columns&) = delete;

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] const std::vector<LeadColumn>& all() const { return columns_; }
  // Ends the program where there is no such column.
  [[nodiscard]] const LeadColumn& find(const std::string& name) const;

 private:
  std::size_t rows_;
  runtime::LineVector<std::int64_t> revenue_, budget_, last_activity_, created_at_;
  runtime::LineVector<std::uint64_t> all_rows_, known_industry_, known_title_, known_email_, is_maker_;
  std::vector<LeadColumn> columns_;
};

// What is read of each lead, on average.
[[nodiscard]] double bytes_of_row(const LeadColumn& column);

}  // namespace muster::bench
