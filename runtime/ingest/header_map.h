// Which column of the export feeds which field, by the header candidates of the schema. Only what the program reads,
// the key and `required` fields are looked for. May include: compiler/ir, lang/*. Called by: lead_reader, keys, tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/support/result.h"

namespace muster::runtime {

struct MappedField {
  std::uint32_t field = 0;                                   // of the schema
  std::uint32_t column = 0;                                  // of the export, from 0; or
  static constexpr std::uint32_t row_number = 0xffff'ffffU;  // the row's own number, for exports without any id
};

struct HeaderMap {
  std::vector<MappedField> columns;   // one for each of Program::columns, in its order
  std::vector<MappedField> required;  // `required` fields that are not among them
  MappedField key;
};

// Errors (ErrorKind::data): a header that is needed is missing (with the ones that exist and the nearest) or occurs
// twice. `name` is the file as the user knows it.
lang::Result<HeaderMap> map_headers(const std::string& name, const std::vector<std::string>& header,
                                    const compiler::Program& program);

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
