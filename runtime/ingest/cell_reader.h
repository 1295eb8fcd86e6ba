// One field's cells to one column's values: missing texts, spellings, numbers and moments. What is decided by the text
// alone is decided once per distinct text. May include: runtime/data, runtime/ingest, compiler/ir, stdlib/kernels.
// Called by: record_reader only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/ir/schema.h"
#include "lang/spec/limits.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"
#include "runtime/data/dictionary.h"
#include "runtime/ingest/header_map.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime {

struct CellResult {
  enum class State : std::uint8_t { value, blank, malformed, not_yet };  // not_yet: an event after `as of`
  State state = State::value;
  kernels::CellFault fault = kernels::CellFault::none;  // malformed
  bool rounded = false;                                 // value
};

// Some of the cells of a field of numbers, dates or moments, so that somebody can say how they are written.
struct CellExamples {
  std::vector<std::string> read;
  std::vector<std::string> unread;
};

class CellReader {
 public:
  // `field` belongs to `schema`, which outlives the reader. Without `as_of` every event has happened.
  CellReader(const compiler::Schema& schema, const compiler::FieldSchema& field, kernels::Zone zone,
             const std::optional<AsOf>& as_of, const lang::Limits& limits);

  // Before the first row of a batch: empties the column, and dictionaries that have grown past their limits.
  void begin_batch(Column& column);
  // Puts the value of `cell` (not trimmed) into the row, which is not set yet. Unless there is a value, the row stays
  // as it is.
  CellResult read(std::string_view cell, std::size_t row, Column& column);
  [[nodiscard]] const CellExamples& examples() const { return examples_; }
  // Whether the cell says that there is no value. `trimmed` may be empty.
  [[nodiscard]] bool is_blank(std::string_view trimmed) const { return trimmed.empty() || missing_.contains(trimmed); }

 private:
  struct Decision {
    CellResult result;
    std::uint32_t value = 0;
  };
  CellResult read_text(std::string_view text, std::size_t row, Column& column);
  CellResult read_spelling(std::string_view text, std::size_t row, Column& column);
  CellResult read_number(std::string_view text, std::size_t row, Column& column) const;
  void keep_example(std::string_view text, CellResult::State state);
  [[nodiscard]] Decision decide(std::string_view text, std::string_view folded) const;
  [[nodiscard]] bool is_full(const Dictionary& dictionary) const;

  const compiler::FieldSchema* field_;
  const compiler::PicklistSchema* picklist_ = nullptr;
  std::string_view currency_;
  kernels::Zone zone_;
  std::int64_t last_event_;  // the largest value that has happened
  std::uint64_t most_entries_;
  std::uint64_t most_bytes_;
  MissingTexts missing_;
  std::vector<std::pair<std::string, std::uint32_t>> members_;  // folded spelling, member; sorted
  Dictionary spellings_;  // booleans and picklists: the distinct texts, and what each says
  std::vector<Decision> decisions_;
  CellExamples examples_;
};

}  // namespace muster::runtime
