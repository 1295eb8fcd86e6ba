// What a batch's registers say about one lead, in words: stage, grades, route, reasons, what is undecided, and what
// was wrong. Texts are appended to the caller's buffer, so that a run reuses one; views point into the program.
// May include: runtime/interpret, compiler/ir, stdlib/kernels. Called by: writers, explain, tests.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/interpret/interpreter.h"

namespace muster::runtime {

struct RouteAnswer {
  std::optional<std::size_t> row;  // of RouteOutput::rows; none where no row is yes
  std::string_view destination;    // empty where no row is yes
  bool is_provisional = false;     // an earlier row (without a taken one: any) was undecided (section 4, number 5)
};

// A fault that left something undecided (section 4, number 8).
struct FaultIssue {
  std::string_view label;
  bool rejects = false;  // an overflow: the lead is rejected; else a division by zero, an issue
};

class Verdict {
 public:
  // `program` and `interpreter` outlive the verdict, and `interpreter` was made for the same program and `wanted`.
  // Parts that were not wanted are answered as if the program had none.
  Verdict(const compiler::Program& program, const Interpreter& interpreter, Wanted wanted);

  // Looks up the registers; after each evaluate() and before the questions below.
  void bind();

  // The first `ignore` that is yes, by position.
  [[nodiscard]] std::optional<std::size_t> ignored(std::size_t row) const;
  // As Outputs::scores; 4 digits.
  [[nodiscard]] std::int64_t score(std::size_t which, std::size_t row) const;
  // Empty where the grade is undecided.
  [[nodiscard]] std::string_view grade(std::size_t which, std::size_t row) const;
  // The reported stage, "disqualified" and "not yet" as the program names them; empty for none.
  [[nodiscard]] std::string_view stage(std::size_t row) const;
  [[nodiscard]] RouteAnswer route(std::size_t row) const;

  // "fit: +25 MidMarket; +20 Buyer; -5 at most 60 | engagement: +40 asked for a demo". Lines of 0 are left out; the
  // others add up to the score exactly. Nothing is appended for a score without lines.
  void append_reasons(std::size_t row, std::string& out) const;
  // "fit: revenue >= 50M USD; stage MQL; grade priority; route: row \"Enterprise team\"".
  void append_undecided(std::size_t row, std::string& out) const;

  // False where no lead of the batch has a fault that matters.
  [[nodiscard]] bool has_faults(std::size_t row) const;
  // Replaces `issues` by the row's, in the program's order.
  void fault_issues(std::size_t row, std::vector<FaultIssue>& issues) const;

 private:
  struct Line {
    std::string_view label;
    unsigned digits = 0;
    compiler::ValueId after_id;
    compiler::ValueId before_id;
    Vector after;
    Vector before;  // without values where the line has none
  };
  struct Named {
    std::string_view label;
    compiler::ValueId id;
    Vector value;
  };
  struct Score {
    std::string_view name;
    Named value;
    std::vector<Line> lines;
    std::vector<Named> rules;
  };
  void append_undecided_stages(std::size_t row, std::string& out, std::size_t begin) const;
  void append_undecided_routes(std::size_t row, std::string& out, std::size_t begin) const;

  const compiler::Program& program_;
  const Interpreter& interpreter_;
  std::vector<Named> ignores_;
  std::vector<Score> scores_;
  std::vector<Named> grades_;
  std::vector<Named> stages_;  // lowest rank first
  std::optional<Named> disqualified_;
  std::optional<Named> not_yet_;
  std::optional<Named> reported_;
  std::vector<std::size_t> first_open_stage_;  // by code of `reported_`: the first stage above it
  std::vector<Named> routes_;
  std::vector<Named> faults_;
};

}  // namespace muster::runtime
