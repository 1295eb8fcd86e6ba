// What a batch's registers say about one lead, in words: stage, grades, frameworks, route, reasons, what is undecided,
// and what was wrong. Texts are appended to the caller's buffer, so that a run reuses one; views point into the
// program. May include: runtime/interpret, compiler/ir, stdlib/kernels. Called by: writers, explain, tests.
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

// Something about a lead as a whole that was wrong with its data: a fault that left something undecided (section 4,
// number 8), or a stage that was entered although an earlier one was not.
struct FaultIssue {
  std::string_view label;
  bool rejects = false;   // an overflow: the lead is rejected; else an issue
  std::string_view what;  // in words: "division by zero"
};

class Verdict {
 public:
  // `program` and `engine` outlive the verdict, and `engine` was made for the same program and `wanted`.
  // Parts that were not wanted are answered as if the program had none.
  Verdict(const compiler::Program& program, const Values& engine, Wanted wanted);

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
  // The stages beside the reported one that are held as well: "PQL". Nothing is appended where there is none.
  void append_beside(std::size_t row, std::string& out) const;
  // Whether the policy says what was before, so that a crossing can be told at all.
  [[nodiscard]] bool tells_crossings() const { return !becomes_.empty(); }
  // The stages that this evaluation takes the lead to, lowest first: "MQL; SAL".
  void append_becomes(std::size_t row, std::string& out) const;
  // What people set by hand, and why: "SQL (set by Sales: asked by phone)".
  void append_override(std::size_t row, std::string& out) const;
  [[nodiscard]] RouteAnswer route(std::size_t row) const;

  // As Outputs::frameworks: "qualified", "not qualified" or "undecided"; empty where the framework does not say when.
  [[nodiscard]] std::string_view framework(std::size_t which, std::size_t row) const;
  [[nodiscard]] compiler::LetterState letter(std::size_t which, std::size_t letter, std::size_t row) const;
  // "Budget met; Authority half met; Need not met; Timeline unknown".
  void append_letters(std::size_t which, std::size_t row, std::string& out) const;
  // As Outputs::values, in the form in which an export holds it; nothing is appended where it is missing.
  void append_value(std::size_t which, std::size_t row, std::string& out) const;

  // "fit: +25 MidMarket; +20 Buyer; -5 at most 60 | engagement: +40 asked for a demo". Lines of 0 are left out; the
  // others add up to the score exactly. Nothing is appended for a score without lines.
  void append_reasons(std::size_t row, std::string& out) const;
  // "fit: revenue >= 50M USD; stage MQL; grade priority; BANT Need: What do you need?; route: row \"Enterprise team\"",
  // and before it "ignore leads: test data" where nobody knows whether the lead is one to answer. Of a framework those
  // letters that are the next to find out, with their questions.
  void append_undecided(std::size_t row, std::string& out) const;

  // False where the lead has no issue of these kinds.
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
  struct Letter {
    const compiler::LetterOutput* output;
    Vector met;
    Vector half;
    Vector reached;
  };
  struct Framework {
    const compiler::FrameworkOutput* output;
    std::vector<Letter> letters;
    std::optional<Named> qualified;
  };
  void make_stages(const compiler::LifecycleOutput& lifecycle);
  [[nodiscard]] static compiler::LetterState state_of(const Letter& letter, std::size_t row);
  void append_undecided_letters(std::size_t row, std::string& out, std::size_t begin) const;
  void append_undecided_stages(std::size_t row, std::string& out, std::size_t begin) const;
  void append_undecided_routes(std::size_t row, std::string& out, std::size_t begin) const;

  const compiler::Program& program_;
  const Values& engine_;
  std::vector<Named> ignores_;
  std::vector<Score> scores_;
  std::vector<Named> grades_;
  std::vector<Framework> frameworks_;
  std::vector<Named> values_;
  std::vector<Named> stages_;  // lowest rank first
  std::optional<Named> disqualified_;
  std::optional<Named> not_yet_;
  std::optional<Named> reported_;
  std::vector<std::size_t> first_open_stage_;              // by code of `reported_`: the first stage above it
  std::vector<std::optional<std::size_t>> stage_of_code_;  // by code of `reported_`: the stage, if it is one
  std::vector<Named> becomes_;                             // of stages where something says what was before
  struct Issue {
    Named where;
    std::string_view what;
  };
  std::vector<Issue> issues_;  // of the lifecycle, and of rows that cannot be told apart
  std::optional<Named> manual_;
  std::optional<Named> manual_reason_;
  std::vector<Named> routes_;
  std::vector<Named> faults_;
};

}  // namespace muster::runtime
