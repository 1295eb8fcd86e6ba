// A lead that somebody made up, with the rows that belong to it: a tree along the program's spaces.
// May include: compiler/ir, stdlib/kernels. Called by: runtime/search, tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/program.h"

namespace muster::runtime::search {

// By the field's type: a number in the form of compiler::Type, 0 or 1, the number of a picklist's member, or a text.
struct Value {
  std::int64_t number = 0;
  std::string text;

  bool operator==(const Value&) const = default;
};

struct Row {
  compiler::SpaceId space;
  std::vector<std::optional<Value>> values;  // by field of the space's object; missing where there is none
  std::vector<Row> below;                    // rows of spaces whose parent is this row's space

  bool operator==(const Row&) const = default;
};

// A value as a policy and an export write it alike; texts as they are, amounts without their currency.
[[nodiscard]] std::string written(const compiler::Program& program, const compiler::Type& type, const Value& value);
// Blanks the fields that rows of such a kind do not have, of the row and of those below it: no policy can write them.
void keep_to_kinds(const compiler::Program& program, Row& row);
// The field itself, or the first one of its name: some fields are read in two ways.
[[nodiscard]] std::uint32_t first_of_name(const compiler::ObjectSchema& object, std::uint32_t field);
// A field that says which rows belong together, rather than what a row is like: the tree says it.
[[nodiscard]] bool is_link(const compiler::Program& program, std::uint32_t object, std::uint32_t field);
[[nodiscard]] std::size_t count_rows(const Row& row);

}  // namespace muster::runtime::search
