// What a policy says about calendars and about the agreement between Marketing and Sales: conditions and moments that
// the program works out for each lead. Deadlines and verdicts are made of them in runtime/agreement.
// May include: lang/syntax, stdlib/kernels. Called by: compiler/ir/program.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lang/support/id.h"
#include "lang/syntax/tree.h"
#include "stdlib/kernels/business_time.h"

namespace muster::compiler {

using ValueId = lang::Id<struct ValueTag>;  // the result of instruction `index` of the program

struct CalendarOutput {
  std::string name;
  std::string title;
  kernels::BusinessHours hours;
};

// How long somebody has. Hours and minutes count while the calendar is open, days and weeks by the clock; business days
// are days on which it is open.
struct TimeAllowed {
  std::int64_t microseconds = 0;
  std::uint32_t business_days = 0;  // instead of microseconds, where above 0
  bool in_open_hours = false;       // the calendar decides
  ValueId calendar;                 // its number, a code; none: `in_open_hours` is no
  std::string words;                // as written: "30 minutes in Office"
};

// Rows of which so many are asked for after the handoff. Moments are those of the last one that it takes.
struct TouchOutput {
  std::string label;  // "3 CallMade"
  ValueId surely;     // the moment by which they are surely there; missing: they are not all there, or not surely
  ValueId perhaps;    // the moment by which they may be there, if rows without a moment count; missing: they cannot
  ValueId timeless;   // condition: yes where they may all be rows without a moment; then `perhaps` is missing
  ValueId seen;       // condition: yes where all such rows can have been seen
};
struct ProvidedOutput {
  std::string label;
  ValueId known;  // condition
};
struct ProvidesClause {
  std::vector<ProvidedOutput> values;
};
struct PassesClause {
  ValueId condition;
};
struct DeliversClause {
  std::uint32_t least = 0;
  std::string stage;
  lang::CalendarUnit period = lang::CalendarUnit::quarter;
  lang::Calendar tracked{};
  bool once_per_lead = false;
  bool less_rejected = false;
  std::optional<std::int32_t> like_from, like_to;  // the period whose course is the pace, days; both or none
  ValueId reached;                                 // condition: the lead came to the stage
  ValueId at;                                      // when; missing: nobody knows
  ValueId came_again;                              // condition: it had been sent back to the start before
};
struct FollowsUpClause {
  TimeAllowed within;
  std::optional<TimeAllowed> at_the_latest;
  std::vector<TouchOutput> touches;  // one of them is enough
};
struct MakesClause {
  TimeAllowed within;
  std::vector<TouchOutput> touches;  // all of them are needed
};
struct UpdatesClause {
  TimeAllowed within;
  ValueId known;  // condition: the field has a value
  ValueId at;     // when it was last written
};
struct RejectsClause {
  TimeAllowed within;
};
struct ClauseOutput {
  std::string party;
  std::string words;  // as written
  lang::Span span;
  std::variant<ProvidesClause, PassesClause, DeliversClause, FollowsUpClause, MakesClause, UpdatesClause, RejectsClause>
      node;
};
struct EscalationOutput {
  TimeAllowed after;
  std::string words;  // "tell manager"
};
// Moments at which the clock stands still and goes on, in the order of time. There may be more: `count` says so.
struct PauseOutput {
  ValueId count_from, count_to;   // numbers of rows after the handoff
  std::vector<ValueId> from, to;  // moments of the first ones; missing where there are fewer
  ValueId settled;                // condition: no row is open, or without a moment, or unseen
};
struct RejectionOutput {
  ValueId rejected;                     // condition
  std::optional<ValueId> at;            // moment
  std::optional<ValueId> reason_known;  // condition
};
struct SlaOutput {
  std::string title;
  ValueId handed_over;           // condition
  ValueId at;                    // the moment; missing: nobody knows
  std::optional<ValueId> owner;  // text
  std::optional<RejectionOutput> rejection;
  std::optional<PauseOutput> pause;
  std::vector<ClauseOutput> clauses;
  std::vector<EscalationOutput> escalations;
};

// A lead whose clock stops more often has no deadline that anybody could check by hand; it is unknown, and counted.
inline constexpr std::uint32_t most_pauses = 16;

}  // namespace muster::compiler
