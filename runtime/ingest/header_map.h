// Which column of a file feeds which field of its object, by the header candidates of the schema. Only what is asked
// for, the key and `required` fields are looked for. May include: compiler/ir, lang/*. Called by: record_reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/schema.h"
#include "lang/support/result.h"

namespace muster::runtime {

struct MappedField {
  std::uint32_t field = 0;                                   // of the object
  std::uint32_t column = 0;                                  // of the file, from 0; or
  static constexpr std::uint32_t row_number = 0xffff'ffffU;  // the row's own number, for exports without any id
};

// What is read of the rows of an object.
struct RecordFields {
  std::vector<std::uint32_t> columns;  // fields that become columns, in this order
  std::vector<std::uint32_t> texts;    // fields whose cells are wanted as they are: keys of other rows
};

struct HeaderMap {
  std::vector<MappedField> columns;   // one for each of RecordFields::columns
  std::vector<MappedField> texts;     // one for each of RecordFields::texts
  std::vector<MappedField> required;  // `required` fields that are not among the columns
  // The columns of all other fields, also where two have one name: which rows of one key are the same must not depend
  // on what is asked of them.
  std::vector<MappedField> compared;
  std::optional<MappedField> key;  // where the object has one
};

// Errors (ErrorKind::data): a header that is needed is missing (with the ones that exist and the nearest) or occurs
// twice. `name` is the file as the user knows it.
lang::Result<HeaderMap> map_headers(const std::string& name, const std::vector<std::string>& header,
                                    const compiler::ObjectSchema& object, const RecordFields& fields);

// The field's `missing when` texts, ready to compare with cells. Empty text is missing everywhere.
class MissingTexts {
 public:
  explicit MissingTexts(const std::vector<std::string>& texts);
  // `trimmed` is not empty. Cheap for texts that cannot be one of them.
  [[nodiscard]] bool contains(std::string_view trimmed) const;

 private:
  std::vector<std::string> folded_;
  bool first_bytes_[256] = {};  // of cells that may be one of the texts
};

// lang::trim with a shortcut for the cells that need no trimming.
[[nodiscard]] std::string_view trim_cell(std::string_view text);

}  // namespace muster::runtime
