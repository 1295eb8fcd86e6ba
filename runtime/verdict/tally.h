// Counts over a whole run, fed batch by batch: what a summary prints. One tally per thread; merge() adds another's.
// May include: runtime/interpret, compiler/ir. Called by: the bulk run, diff, tests.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "runtime/interpret/interpreter.h"

namespace muster::runtime {

struct QualifierTally {
  std::uint64_t yes = 0;
  std::uint64_t no = 0;
  std::uint64_t undecided = 0;
};
struct ScoreTally {
  std::uint64_t leads = 0;
  std::int64_t smallest = std::numeric_limits<std::int64_t>::max();  // of `leads`; 4 digits
  std::int64_t largest = std::numeric_limits<std::int64_t>::min();
  __int128 sum = 0;                        // exact: the mean is sum / leads
  std::uint64_t with_undecided_rules = 0;  // leads
};
struct GradeTally {
  std::vector<std::uint64_t> by_label;
  std::uint64_t undecided = 0;
};
struct LetterTally {
  std::uint64_t met = 0;
  std::uint64_t half_met = 0;
  std::uint64_t not_met = 0;
  std::uint64_t unknown = 0;
  std::uint64_t not_reached = 0;
};
struct FrameworkTally {
  std::vector<LetterTally> letters;
  QualifierTally qualified;  // all 0 where the framework does not say when
};
struct StageTally {
  std::vector<std::uint64_t> by_reported;  // as LifecycleOutput::reported_names
  std::uint64_t none = 0;
  std::uint64_t may_be_higher = 0;  // leads with an undecided stage above the reported one
};
struct RouteTally {
  std::vector<std::uint64_t> by_row;       // leads whose route is that row, provisional ones included
  std::vector<std::uint64_t> provisional;  // of these, where an earlier row was undecided
  std::uint64_t none = 0;
  std::uint64_t none_provisional = 0;
};

class Tally {
 public:
  Tally(const compiler::Program& program, Wanted wanted);

  // Counts the rows whose bit is set in `rows` (words_for(row_count) words), after evaluate() with the same `wanted`.
  // Rows that an `ignore` names are counted there (by the first that is yes) and nowhere else.
  void add(const Values& engine, const Word* rows, std::size_t row_count);
  // Precondition: made for the same program and `wanted`.
  void merge(const Tally& other);

  // Without ignored ones.
  [[nodiscard]] std::uint64_t leads() const { return leads_; }
  [[nodiscard]] const std::vector<std::uint64_t>& ignored() const { return ignored_; }  // as Outputs::ignores
  [[nodiscard]] const std::vector<QualifierTally>& qualifiers() const { return qualifiers_; }
  [[nodiscard]] const std::vector<ScoreTally>& scores() const { return scores_; }
  [[nodiscard]] const std::vector<GradeTally>& grades() const { return grades_; }
  [[nodiscard]] const std::vector<FrameworkTally>& frameworks() const { return frameworks_; }
  // As Outputs::row_ignores: child rows that were set aside, of leads that count.
  [[nodiscard]] const std::vector<std::uint64_t>& ignored_rows() const { return ignored_rows_; }
  [[nodiscard]] const StageTally& stages() const { return stages_; }
  [[nodiscard]] const RouteTally& routes() const { return routes_; }

 private:
  // The rows that count, by word; past the last row 0.
  using Mask = std::vector<Word>;
  void add_ignored(const Values& engine, Mask& mask);
  void add_scores(const Values& engine, const Mask& mask);
  void add_grades(const Values& engine, const Mask& mask);
  void add_frameworks(const Values& engine, const Mask& mask);
  void add_ignored_rows(const Values& engine, const Mask& mask);
  void add_stages(const Values& engine, const Mask& mask);
  void add_routes(const Values& engine, const Mask& mask);

  const compiler::Program& program_;
  Wanted wanted_;
  Mask mask_;
  std::uint64_t leads_ = 0;
  std::vector<std::uint64_t> ignored_;
  std::vector<QualifierTally> qualifiers_;
  std::vector<ScoreTally> scores_;
  std::vector<GradeTally> grades_;
  std::vector<FrameworkTally> frameworks_;
  std::vector<std::uint64_t> ignored_rows_;
  StageTally stages_;
  RouteTally routes_;
  std::vector<Vector> conditions_;  // of route rows or stages, while they are counted
};

}  // namespace muster::runtime
