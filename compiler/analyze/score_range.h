// Between what a score can lie, from its rules, caps and bounds alone.
// May include: compiler/analyze, compiler/check/typed.h. Called by: compiler/analyze.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "compiler/analyze/conditions.h"

namespace muster::compiler {

// Points of 4 digits; an absent end has no bound.
struct PointRange {
  std::optional<std::int64_t> low = 0;
  std::optional<std::int64_t> high = 0;
};

class ScoreRanges {
 public:
  ScoreRanges(const lang::Tree& tree, const TypedPolicy& policy)
      : tree_(tree), policy_(policy), values_(tree, policy) {}
  // Of the score that is declaration `index`.
  [[nodiscard]] const PointRange& of(std::uint32_t index);

 private:
  [[nodiscard]] std::optional<std::int64_t> points(lang::ExprId id) const;
  PointRange of_items(const std::vector<lang::ScoreItemId>& items);
  PointRange of_rule(const lang::PointRule& rule) const;
  PointRange of_bands(const lang::BandRule& rule) const;
  void apply(const lang::Clauses& clauses, bool minus, PointRange& range) const;
  PointRange of_value(lang::ExprId id);

  const lang::Tree& tree_;
  const TypedPolicy& policy_;
  Conditions values_;
  std::map<std::uint32_t, PointRange> known_;
};

}  // namespace muster::compiler
