// What stands inside parentheses, however many.
// May include: lang/syntax/tree.h. Called by: compiler/check, compiler/analyze, compiler/lower.
#pragma once

#include <variant>

#include "lang/syntax/tree.h"

namespace muster::lang {

[[nodiscard]] inline ExprId without_parentheses(const Tree& tree, ExprId id) {
  while (const auto* group = std::get_if<Parenthesised>(&tree.expressions[id].node)) id = group->inner;
  return id;
}

}  // namespace muster::lang
