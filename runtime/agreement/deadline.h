// Until when somebody has: lengths of time in open hours, business days or by the clock, with a clock that may pause.
// May include: compiler/ir, stdlib/kernels. Called by: runtime/agreement.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compiler/ir/program.h"
#include "stdlib/kernels/business_time.h"

namespace muster::runtime {

// Until when somebody has.
struct Deadline {
  bool is_known = false;           // false: which calendar counts is not known, or it knows no such year
  std::optional<std::int64_t> at;  // known, and nothing: the clock stands still for ever
};

// The calendars of a program, ready to count with. Made once; may be shared by threads.
class Calendars {
 public:
  explicit Calendars(const compiler::Program& program);
  // The moment by which the allowed time has passed after `start` (microseconds since 1970-01-01T00:00:00Z), where the
  // clock stands still during the pauses (by their beginnings). `calendar` is the number that TimeAllowed::calendar
  // stands for, where it says one.
  [[nodiscard]] Deadline deadline(std::int64_t start, const compiler::TimeAllowed& allowed, std::uint32_t calendar,
                                  std::span<const kernels::Stretch> pauses) const;

 private:
  std::vector<kernels::BusinessCalendar> calendars_;
};

}  // namespace muster::runtime
