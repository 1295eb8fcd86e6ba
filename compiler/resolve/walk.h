// Visits the expressions of a declaration, so that passes which only look need not know every construct.
// May include: lang/syntax. Called by: order_definitions, lint.
#pragma once

#include <functional>

#include "lang/syntax/tree.h"

namespace muster::compiler {

// Calls `visit` with every direct child of an expression, in source order.
void for_each_child(const lang::ExprNode& node, const std::function<void(lang::ExprId)>& visit);
// Calls `visit` with the expressions that a band consists of.
void for_each_in_band(const lang::Band& band, const std::function<void(lang::ExprId)>& visit);
// Calls `visit` with every outermost expression of a declaration, in source order.
void for_each_expression(const lang::Tree& tree, const lang::DeclarationNode& node,
                         const std::function<void(lang::ExprId)>& visit);

}  // namespace muster::compiler
