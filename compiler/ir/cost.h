// What a program costs at most: how many instructions run for each lead, for each of its child rows, and once for each
// row of a table that leads refer to. An instruction does a bounded amount of work per row, so that time grows with
// these numbers times the rows and with nothing else. May include: compiler/ir. Called by: `muster check --cost`,
// tests.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/ir/program.h"

namespace muster::compiler {

struct SpaceCost {
  std::string rows;       // "Lead", "Activity", "company.Contact"
  bool once = false;      // worked out once for the whole table, not for each lead
  std::size_t steps = 0;  // for each row, all outputs wanted; a fold counts for the rows that it reads
};
// By SpaceId. Instructions that are the same for all rows cost nothing per row and are not counted.
[[nodiscard]] std::vector<SpaceCost> cost_of(const Program& program);

// The rows of a space in an author's words: the names of relations from the subject on; "?" in a program that is not
// sound.
[[nodiscard]] std::string space_name(const Program& program, SpaceId space);

}  // namespace muster::compiler
