// Visits the expressions of a declaration, so that passes which only look need not know every construct.
// May include: lang/syntax. Called by: order_definitions, check, lint.
#pragma once

#include <functional>

#include "lang/syntax/tree.h"

namespace muster::compiler {

// Calls `visit` with every direct child of an expression, in source order. What stands in its rows (the value, `where`,
// the window) counts as its own; the names of rows, frameworks and stages are no expressions.
void for_each_child(const lang::Tree& tree, const lang::ExprNode& node, const std::function<void(lang::ExprId)>& visit);
// Calls `visit` with the expressions that a band consists of.
void for_each_in_band(const lang::Band& band, const std::function<void(lang::ExprId)>& visit);
// Calls `visit` with the expressions of a window: a length of time, or one or two moments.
void for_each_in_window(const lang::Window& window, const std::function<void(lang::ExprId)>& visit);
// Calls `visit` with the condition of rows and the expressions of their window.
void for_each_in_rows(const lang::Tree& tree, lang::RowsId rows, const std::function<void(lang::ExprId)>& visit);
// Calls `visit` with the expressions of clauses behind a rule, a group or a score.
void for_each_in_clauses(const lang::Tree& tree, const lang::Clauses& clauses,
                         const std::function<void(lang::ExprId)>& visit);
// Calls `visit` with every outermost expression of a declaration, construct by construct.
void for_each_expression(const lang::Tree& tree, const lang::DeclarationNode& node,
                         const std::function<void(lang::ExprId)>& visit);

}  // namespace muster::compiler
