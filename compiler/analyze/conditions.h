// What a condition says about single fields and scores, as far as that can be told: the parts of an `and`, each as the
// values for which it is yes. May include: compiler/analyze, compiler/check/typed.h. Called by: compiler/analyze.
#pragma once

#include <string>
#include <vector>

#include "compiler/analyze/allowed.h"
#include "compiler/check/typed.h"

namespace muster::compiler {

struct Part {
  std::string subject;  // the same text for the same field or score
  Allowed allowed;
  lang::ExprId test;      // where it stands
  bool is_own = false;    // it stands in the condition itself, not in a qualifier that the condition names
  bool is_score = false;  // `subject` is a score: its declaration
  std::uint32_t score = 0;
};

class Conditions {
 public:
  Conditions(const lang::Tree& tree, const TypedPolicy& policy) : tree_(tree), policy_(policy) {}

  // What must hold for `condition` to be yes. Parts that say nothing about one field alone are left out.
  [[nodiscard]] std::vector<Part> parts_of(lang::ExprId condition) const;
  // The criteria of a qualifier that must all hold.
  [[nodiscard]] std::vector<Part> parts_of(const std::vector<lang::CriterionId>& criteria) const;
  // The fixed value of an expression: a literal, a setting, or what the checker worked out.
  [[nodiscard]] std::optional<Constant> fixed(lang::ExprId id) const;

 private:
  void collect(lang::ExprId id, bool positive, bool own, std::vector<Part>& parts) const;
  void collect(const std::vector<lang::CriterionId>& criteria, bool own, std::vector<Part>& parts) const;
  // A field or score by name; nothing for other values.
  [[nodiscard]] std::optional<Part> subject_of(lang::ExprId id) const;
  [[nodiscard]] std::optional<Allowed> allowed_by(lang::CompareOp op, const Constant& constant) const;

  const lang::Tree& tree_;
  const TypedPolicy& policy_;
};

}  // namespace muster::compiler
