// From a column's profile to the type that its field should have. Nothing is guessed between two readings that the
// data allow equally: then the field is text and `doubt` says what to decide.
// May include: runtime/init, compiler/ir/type.h, lang/*. Called by: runtime/init/starter, tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/type.h"
#include "runtime/init/column_profile.h"
#include "runtime/init/number_style.h"

namespace muster::runtime {

struct InferredType {
  compiler::Kind kind = compiler::Kind::text;
  unsigned digits = 0;   // decimal
  std::string currency;  // money
  // Money: the other currencies of the column, most frequent first. No field reads two, so each needs one of its own.
  std::vector<CurrencyCount> other_currencies;
  std::vector<std::string> formats;  // date, datetime and numbers that need one; the first that fits is taken
  std::size_t number_style = 0;      // of number_styles, where it is a number
  std::uint64_t misfits = 0;         // present values that this type does not read; they become data issues
  std::string note;                  // for the reader, a few words; may be empty
  std::string doubt;                 // what the author has to decide, a sentence; may be empty
  // Formats of which nothing shows which ones are meant; then `formats` is empty.
  std::optional<std::pair<std::vector<std::string>, std::vector<std::string>>> day_first_or_month_first;
};

// `"DD/MM/YYYY", "iso"`, as a policy writes them behind `format`.
[[nodiscard]] std::string quoted_list(const std::vector<std::string>& formats);

// `file` is what the rest of the export shows.
[[nodiscard]] InferredType infer_type(const ColumnProfile& column, const std::string& header,
                                      const FileStyle& file = {});

// Whether the values are few and repeat: a picklist.
[[nodiscard]] bool is_picklist(const ColumnProfile& column);

}  // namespace muster::runtime
