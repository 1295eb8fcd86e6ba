// A row of the export that gets no answer, and why. Rows in = rows answered + rows repeated + rows rejected.
// May include: the standard library. Called by: ingest and the bulk run (make them), emit/rejects (writes them).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster::runtime {

enum class RejectKind : std::uint8_t {
  text_after_quote,  // "ab"c
  unclosed_quote,    // "ab and no closing quote in the rest of the file, or within Limits::record_bytes
  too_few_cells,
  too_many_cells,
  cell_too_long,    // Limits::field_bytes
  record_too_long,  // Limits::record_bytes; only the beginning of the row is kept
  key_missing,
  key_conflict,      // another row has the same key and other values (language section 4, number 23)
  required_missing,  // a `required` field has no value
  overflow,          // a number grew past what Muster can count; the bulk run finds this, not ingest
};
inline constexpr std::size_t reject_kind_count = 10;

// In the words of a summary, after a count: "rows without a key".
[[nodiscard]] std::string_view describe(RejectKind kind);

struct RejectedRow {
  RejectKind kind = RejectKind::text_after_quote;
  std::uint64_t line = 0;   // of the row's first line in the file, from 1
  std::string_view column;  // the header's name; empty where the row as a whole is meant
  std::string_view reason;  // one lower-case sentence
  std::string_view raw;     // as in the file, without its line end
};

using RejectCounts = std::array<std::uint64_t, reject_kind_count>;

}  // namespace muster::runtime
