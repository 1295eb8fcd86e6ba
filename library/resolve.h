// What was bound, held against the policy: either everything fits, or the first thing that does not is an error.
// May include: library, runtime. Called by: library/evaluator.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "library/bindings_impl.h"
#include "library/policy_impl.h"
#include "runtime/data/batch.h"
#include "runtime/interpret/answer.h"

namespace muster {

// The rows to evaluate: `first` is a multiple of 64.
struct RowRange {
  std::size_t first = 0;
  std::size_t count = 0;
};
[[nodiscard]] Result<RowRange> resolve_rows(const Leads::Impl& leads, const Rows& rows);

// A wanted answer and its place; element 0 and bit 0 are those of row 0.
struct ResolvedAnswer {
  const AnswerSource* source = nullptr;
  std::uint8_t bytes = 0;  // of an element; truths: 0
  void* data = nullptr;    // null: truths
  std::uint64_t* yes = nullptr;
  std::uint64_t* known = nullptr;  // null: nobody asks
  bool is_streamed = false;        // as in runtime::AnswerLayout
};
[[nodiscard]] Result<std::vector<ResolvedAnswer>> resolve_verdicts(const Policy::Impl& policy,
                                                                   const Verdicts::Impl& verdicts,
                                                                   const RowRange& rows);

// A column that an answer reads.
struct ResolvedColumn {
  std::size_t at = 0;  // of the root's columns
  const Column* column = nullptr;
  runtime::ColumnView view;  // row 0 of all rows; `known` is null where every row has a value
  std::uint64_t codes = 0;   // texts, codes: how many there are
  bool has_range = false;    // dates, moments: known values lie from `low` to `high`
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::optional<std::int64_t> last_event;  // what is later has not happened yet, and is missing
  std::shared_ptr<const Dictionary::Impl> dictionary;
};
[[nodiscard]] Result<std::vector<ResolvedColumn>> resolve_leads(const Policy::Impl& policy, const Leads::Impl& leads,
                                                                const std::vector<ResolvedAnswer>& wanted,
                                                                const RowRange& rows);

}  // namespace muster
