// The instructions by number, and what inst.def says about each. May include: compiler/ir. Called by: whoever reads or
// makes programs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster::compiler {

enum class Op : std::uint8_t {
#define MUSTER_INST(name, reach, missing, cost, result, operands, doc) name,
#include "compiler/ir/inst.def"
#undef MUSTER_INST
};

// Which rows an instruction reads and gives.
enum class InstReach : std::uint8_t {
  scalar,    // reads nothing, gives the same for all rows
  rows,      // reads and gives rows of one space
  fold,      // reads child rows, gives rows of their parent space
  to_rows,   // reads rows of the parent space, gives child rows
  from_one,  // reads rows of a `one` space, or how they are linked, gives rows of its parent space
};

// When a result is missing. strict: exactly where an operand is, or the instruction itself is a fault; own: it has a
// rule of its own, or depends on data.
enum class Missing : std::uint8_t { strict, own };

struct InstRow {
  std::string_view name;
  InstReach reach;
  Missing missing;
  std::uint16_t cost;  // of a row, in rough units of a comparison
  std::string_view result;
  std::string_view operands;
};
inline constexpr auto inst_rows = std::to_array<InstRow>({
#define MUSTER_INST(name, reach, missing, cost, result, operands, doc) \
  {#name, InstReach::reach, Missing::missing, cost, #result, operands},
#include "compiler/ir/inst.def"
#undef MUSTER_INST
});

[[nodiscard]] constexpr const InstRow& row_of(Op op) { return inst_rows[static_cast<std::size_t>(op)]; }
[[nodiscard]] constexpr InstReach reach_of(Op op) { return row_of(op).reach; }
[[nodiscard]] constexpr bool is_strict(Op op) { return row_of(op).missing == Missing::strict; }

}  // namespace muster::compiler
