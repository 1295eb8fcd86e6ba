// Comparisons turned round. May include: lang/syntax. Called by: lower, analyze, passes, the interpreter.
#pragma once

#include "lang/syntax/expression.h"

namespace muster::lang {

// a op b is b mirrored(op) a.
[[nodiscard]] constexpr CompareOp mirrored(CompareOp op) {
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
[[nodiscard]] constexpr CompareOp negated(CompareOp op) {
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

}  // namespace muster::lang
