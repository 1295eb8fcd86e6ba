// Whether two texts mean the same: their trees node by node, without the places in the text.
// May include: lang/syntax. Called by: lang/format.
#pragma once

#include "lang/syntax/tree.h"

namespace muster::lang {

// Compares all tables of nodes and all declarations, the ids in them as well: the parser gives out ids in the order in
// which it reads, so that one text read twice has the same. Spans and comments are left out. Takes linear time and does
// not recurse into expressions.
[[nodiscard]] bool same_but_for_places(const Tree& left, const Tree& right);

}  // namespace muster::lang
