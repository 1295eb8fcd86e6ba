// Comparisons turned round. May include: lang/syntax. Called by: lower, analyze.
#pragma once

#include "lang/syntax/expression.h"

namespace muster::compiler {

// a op b is b mirrored(op) a.
constexpr lang::CompareOp mirrored(lang::CompareOp op) {
  using lang::CompareOp;
  switch (op) {
    case CompareOp::less:
      return CompareOp::greater;
    case CompareOp::less_equal:
      return CompareOp::greater_equal;
    case CompareOp::greater:
      return CompareOp::less;
    case CompareOp::greater_equal:
      return CompareOp::less_equal;
    case CompareOp::equal:
    case CompareOp::not_equal:
      return op;
  }
  return op;
}

// not (a op b) is a negated(op) b.
constexpr lang::CompareOp negated(lang::CompareOp op) {
  using lang::CompareOp;
  switch (op) {
    case CompareOp::less:
      return CompareOp::greater_equal;
    case CompareOp::less_equal:
      return CompareOp::greater;
    case CompareOp::greater:
      return CompareOp::less_equal;
    case CompareOp::greater_equal:
      return CompareOp::less;
    case CompareOp::equal:
      return CompareOp::not_equal;
    case CompareOp::not_equal:
      return CompareOp::equal;
  }
  return op;
}

}  // namespace muster::compiler
