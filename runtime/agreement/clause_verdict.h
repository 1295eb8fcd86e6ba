// What an agreement says of one lead, clause by clause (language section 4, number 21): met and when, due until when,
// breached and by how much, not applicable, or unknown and why. May include: runtime/interpret, runtime/agreement,
// compiler/ir. Called by: attainment, the writer of verdicts, tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/agreement/deadline.h"
#include "runtime/data/as_of.h"
#include "runtime/interpret/interpreter.h"

namespace muster::runtime {

enum class ClauseState : std::uint8_t { met, due, breached, unknown, not_applicable };
inline constexpr std::size_t clause_state_count = 5;
// The word for people and files: "met", "not applicable".
[[nodiscard]] std::string_view word_for(ClauseState state);

// Why nobody can say.
enum class Unknown : std::uint8_t {
  none,
  handoff,   // whether the lead was handed over
  moment,    // when
  rows,      // whether something counts, or when it happened
  unseen,    // the file was not given, or what happened could not be seen
  calendar,  // which calendar counts, or it has no such moment
  pauses,    // when the clock stood still
  value,     // a condition of the clause is undecided
  undated,   // a field has a value, and nothing says since when
  rewritten  // the field was written again after the deadline: nobody knows whether also before
};
[[nodiscard]] std::string_view describe(Unknown why);

struct ClauseVerdict {
  ClauseState state = ClauseState::not_applicable;
  Unknown why = Unknown::none;
  std::optional<std::int64_t> at;      // when it was done, also too late
  std::optional<std::int64_t> due;     // until when it had to be
  std::int64_t late = 0;               // breached: microseconds from due until it was done, or until the evaluation
  bool is_open = false;                // due or breached, and still to be done
  bool beyond_limit = false;           // breached, and past the time that `at the latest` gives as well
  std::vector<std::uint32_t> lacking;  // provides: numbers of the values that are missing
  // Follow-ups that are open: the escalation step that was reached last, from 1 (0: none), and when the next one is.
  std::uint32_t last_step = 0;
  std::optional<std::int64_t> next_step;
};

// One agreement over a batch. `sla`, `engine` and `calendars` outlive it.
class AgreementVerdict {
 public:
  AgreementVerdict(const compiler::SlaOutput& sla, const Values& engine, const Calendars& calendars, AsOf as_of);
  // After each evaluate(), before the questions below.
  void bind();

  // The lead's handoff: yes, no or undecided, and when.
  [[nodiscard]] bool is_handed_over(std::size_t row) const { return handed_.is_yes(row); }
  [[nodiscard]] bool is_not_handed_over(std::size_t row) const { return handed_.is_no(row); }
  [[nodiscard]] std::optional<std::int64_t> handed_over_at(std::size_t row) const;
  // Empty where the policy names no owner, or the lead has none.
  [[nodiscard]] std::string_view owner(std::size_t row) const;
  [[nodiscard]] bool is_rejected(std::size_t row) const;
  [[nodiscard]] bool is_rejection_open(std::size_t row) const;  // nobody knows
  // Delivery clauses, which are about all leads together, are not applicable.
  [[nodiscard]] ClauseVerdict clause(std::size_t which, std::size_t row);

  // A delivery clause: the lead came to the stage.
  struct Delivered {
    bool reached = false;
    bool undecided = false;
    bool came_again = false;
    std::optional<std::int64_t> at;
  };
  [[nodiscard]] Delivered delivered(std::size_t which, std::size_t row) const;

 private:
  // What is known of something that has to be done: surely done by `sure`; perhaps by `earliest`, or at any time.
  struct Done {
    std::optional<std::int64_t> sure;
    std::optional<std::int64_t> earliest;
    bool at_any_time = false;
    bool is_seen = true;
  };
  [[nodiscard]] Vector value(compiler::ValueId id) const { return engine_.value(id); }
  [[nodiscard]] std::optional<std::int64_t> moment(compiler::ValueId id, std::size_t row) const;
  // False: the pauses are not known.
  bool read_pauses(std::size_t row);
  [[nodiscard]] Deadline deadline(std::int64_t start, const compiler::TimeAllowed& allowed, std::size_t row) const;
  [[nodiscard]] Done done_of(const compiler::TouchOutput& touch, std::size_t row) const;
  [[nodiscard]] ClauseVerdict judge(const Deadline& due, const Done& done) const;
  ClauseVerdict passes(const compiler::PassesClause& clause, std::size_t row) const;
  ClauseVerdict provides(const compiler::ProvidesClause& clause, std::size_t row) const;
  ClauseVerdict follows_up(const compiler::FollowsUpClause& clause, std::int64_t start, std::size_t row) const;
  ClauseVerdict makes(const compiler::MakesClause& clause, std::int64_t start, std::size_t row) const;
  ClauseVerdict updates(const compiler::UpdatesClause& clause, std::int64_t start, std::size_t row) const;
  ClauseVerdict rejects(const compiler::RejectsClause& clause, std::int64_t start, std::size_t row) const;
  void add_steps(std::int64_t start, std::size_t row, ClauseVerdict& verdict) const;

  const compiler::SlaOutput& sla_;
  const Values& engine_;
  const Calendars& calendars_;
  AsOf as_of_;
  Vector handed_;
  std::vector<kernels::Stretch> pauses_;  // of the row that is looked at
  std::optional<std::size_t> pauses_row_;
  bool pauses_known_ = true;
};

}  // namespace muster::runtime
