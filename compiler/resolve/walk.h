// Visits the expressions of a declaration, so that passes which only look need not know every construct.
// May include: lang/syntax. Called by: order_definitions, check, lint.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "lang/syntax/tree.h"

namespace muster::compiler {

using ExprVisit = std::function<void(lang::ExprId)>;
// Called with rows and the value that is read of each of them (an aggregate's, that of `per different`), which like
// their `where` stands in the rows' own names.
using RowsVisit = std::function<void(lang::RowsId, const std::optional<lang::ExprId>& value)>;

// Calls `visit` with every direct child of an expression, in source order, and `rows` with its rows. The names of rows,
// frameworks and stages are no expressions.
void for_each_child(const lang::ExprNode& node, const ExprVisit& visit, const RowsVisit& rows);
// The same for passes to which it is all one where a name stands: what rows hold counts as a child.
void for_each_child(const lang::Tree& tree, const lang::ExprNode& node, const ExprVisit& visit);
// Calls `visit` with the expressions of a window: a length of time, or one or two moments.
void for_each_in_window(const lang::Window& window, const ExprVisit& visit);
// Calls `visit` with every outermost expression of a declaration, construct by construct, and `rows` with rows that
// stand in no expression: those of score rules and of `restart after`.
void for_each_expression(const lang::Tree& tree, const lang::DeclarationNode& node, const ExprVisit& visit,
                         const RowsVisit& rows);
void for_each_expression(const lang::Tree& tree, const lang::DeclarationNode& node, const ExprVisit& visit);
// How messages call a declaration: its name, or what it is.
[[nodiscard]] std::string name_of(const lang::DeclarationNode& node);

}  // namespace muster::compiler
