// How well an agreement is kept, over all leads: clause by clause, by party, owner and week of the handoff; what was
// delivered against what was promised, with the pace; and what is due next. Memory grows with owners times parties,
// weeks and days, not with leads. May include: runtime/agreement, compiler/ir, stdlib/kernels. Called by:
// runtime/run/sla.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/agreement/clause_verdict.h"
#include "runtime/data/as_of.h"

namespace muster::runtime {

// How many leads answer in which way.
struct ClauseCounts {
  std::array<std::uint64_t, clause_state_count> by_state{};
  std::uint64_t beyond_limit = 0;
  std::uint64_t open = 0;  // due or breached, and still to be done

  void add(const ClauseVerdict& verdict);
  [[nodiscard]] std::uint64_t count(ClauseState state) const { return by_state[static_cast<std::size_t>(state)]; }
  // met / (met + breached) in hundredths of a percent, rounded half to even; nothing where neither happened.
  [[nodiscard]] std::optional<std::int64_t> share_met() const;
};

struct ClauseReport {
  std::string party;
  std::string words;
  ClauseCounts counts;
  std::vector<std::uint64_t> lacking;  // provides: by value, how many leads lack it
  std::vector<std::string> values;     // their names
  std::int64_t latest = 0;             // breached: the longest, microseconds
};
struct AttainmentRow {
  std::string name;  // of the party or owner, or the first day of the week
  std::string party;
  ClauseCounts counts;
};

// One stretch in which a promise of numbers is tracked.
struct VolumeStep {
  std::int64_t first_day = 0;
  std::int64_t last_day = 0;
  std::uint64_t gross = 0;
  std::uint64_t rejected = 0;
};
struct VolumeReport {
  std::string party;
  std::string words;
  std::string stage;
  std::uint64_t promised = 0;
  bool less_rejected = false;
  std::int64_t first_day = 0;  // of the period that holds the evaluation
  std::int64_t last_day = 0;
  std::uint64_t gross = 0;
  std::uint64_t rejected = 0;
  std::uint64_t came_again = 0;  // left out by `once per lead`
  std::uint64_t undated = 0;     // reached, and nobody knows when
  std::uint64_t undecided = 0;
  std::uint64_t rejection_open = 0;  // of those that count: nobody knows whether they were rejected
  // How many there should be by the end of the evaluation's day, 4 digits, rounded half to even; nothing where the
  // earlier period has none.
  std::optional<std::int64_t> expected;
  std::optional<std::int64_t> like_first_day, like_last_day;
  std::uint64_t like_total = 0;  // in the earlier period
  std::vector<VolumeStep> steps;

  [[nodiscard]] std::uint64_t delivered() const { return less_rejected ? gross - rejected : gross; }
};

// A lead whose time is running, or has run out. Of two that are due at once the one with the smaller key comes first.
struct OpenDeadline {
  std::int64_t due = 0;
  std::string key;
  std::string owner;
  std::uint32_t clause = 0;
  bool is_late = false;
  std::optional<std::int64_t> next_step;
};

struct AgreementReport {
  std::string title;
  std::uint64_t handed_over = 0;
  std::uint64_t not_handed_over = 0;
  std::uint64_t undecided = 0;
  std::uint64_t without_moment = 0;  // of those that were handed over
  bool has_owners = false;
  std::vector<ClauseReport> clauses;  // all but those about numbers
  std::vector<AttainmentRow> parties;
  std::vector<AttainmentRow> owners;
  std::vector<AttainmentRow> weeks;
  std::vector<VolumeReport> volumes;
  std::vector<std::string> steps;      // of the escalation
  std::vector<std::uint64_t> at_step;  // open follow-ups by the step that they have reached last, from 1; 0: none yet
  std::vector<OpenDeadline> open;      // the most urgent ones, first due first
  std::uint64_t open_count = 0;        // of all
};

class Attainment {
 public:
  // `most_open`: how many open deadlines are kept by name. `most_owners`: owners times parties.
  Attainment(const compiler::Program& program, const compiler::SlaOutput& sla, AsOf as_of, std::size_t most_open,
             std::size_t most_owners);
  // `verdicts`: by clause of the agreement. False: there are more owners than the limit.
  bool add(AgreementVerdict& verdict, std::size_t row, std::string_view key,
           const std::vector<ClauseVerdict>& verdicts);
  [[nodiscard]] AgreementReport report() const;

 private:
  struct Days {  // of a promise of numbers: leads by the day on which they came
    struct OneDay {
      std::uint64_t gross = 0, rejected = 0, rejection_open = 0;
    };
    std::map<std::int64_t, OneDay> by_day;
    std::uint64_t came_again = 0, undated = 0, undecided = 0;
  };
  using ByParty = std::map<std::string, ClauseCounts, std::less<>>;

  void add_open(const ClauseVerdict& verdict, std::uint32_t clause, std::string_view key, std::string_view owner);
  void add_delivered(AgreementVerdict& verdict, std::size_t row);
  [[nodiscard]] VolumeReport volume(std::size_t which, const Days& days) const;

  const compiler::SlaOutput& sla_;
  kernels::Zone zone_;
  AsOf as_of_;
  std::size_t most_open_;
  std::size_t most_owners_;
  AgreementReport totals_;
  std::vector<std::size_t> clause_of_;  // by entry of totals_.clauses: the clause of the agreement
  ByParty by_party_;
  struct Owner {
    std::string shown;  // of all spellings the first in order
    ByParty parties;
  };
  std::map<std::string, Owner, std::less<>> by_owner_;  // folded, as all texts are compared; empty: no owner
  std::size_t party_count_ = 0;
  std::map<std::int64_t, ByParty> by_week_;  // by the first day
  std::map<std::size_t, Days> delivered_;    // by clause
  std::vector<OpenDeadline> heap_;           // the least urgent on top
};

}  // namespace muster::runtime
