// What a name means where it stands: in the rows of a `where`, along references, in a framework. Purely about names;
// the checker turns failures into messages. May include: compiler/resolve/symbols.h. Called by: order_definitions,
// check.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/resolve/symbols.h"

namespace muster::compiler {

// The rows that an expression is about.
struct Scope {
  std::uint32_t object = no_object;   // no_object: not known, which has been reported
  std::optional<std::uint32_t> kind;  // only rows of this kind
};
using Scopes = std::vector<Scope>;  // outermost first; never empty

enum class Failure : std::uint8_t {
  none,
  unknown,       // no such name at all: path[at]
  no_field,      // `object` has nothing of the name path[at]
  no_reference,  // path[at] of `object` is no reference, so nothing can stand behind it
  outside,       // a name of the enclosing rows of `object`, which need its prefix
  wrong_object,  // a definition about `object`, where rows of another one are meant
  other_kind,    // a field of rows of other kinds
};

// Where a name leads. After a failure the meaning may still be known, for the order of definitions.
struct Reach {
  Meaning meaning = Meaning::none;
  std::uint32_t index = 0;        // see Meaning; letters: position of the letter's name in the path
  std::uint32_t declaration = 0;  // letters: the framework's
  std::uint32_t up = 0;           // out of so many enclosing `where`s
  std::vector<std::uint32_t> references;
  std::uint32_t object = no_object;  // whose field, reference or definition it is
  Failure failure = Failure::none;
  std::size_t at = 0;                                              // position in the path of what failed
  std::string instead;                                             // how to write it, where that is known
  std::vector<std::pair<std::uint32_t, std::uint32_t>> relations;  // (object, relation) that were used
};
[[nodiscard]] Reach reach(const Symbols& symbols, const Scopes& scopes, const std::vector<lang::Name>& path);

// What the source of Rows stands for, seen from an object.
struct RowsReach {
  enum class Outcome : std::uint8_t { found, unknown, several, one_row } outcome = Outcome::unknown;
  std::uint32_t relation = 0;
  std::uint32_t object = no_object;
  std::optional<std::uint32_t> kind;
  std::vector<std::string> candidates;  // several: relations that have such rows
};
[[nodiscard]] RowsReach reach_rows(const Symbols& symbols, std::uint32_t object, const std::string& name);

// How expressions call the rows of an object: its name with a small first letter.
[[nodiscard]] std::string prefix_of(const ObjectNames& object);

}  // namespace muster::compiler
