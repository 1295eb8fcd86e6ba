// A compiled policy: instructions in the order in which they may run (operands first), the constants that they use,
// and what the policy promises to tell about each lead. Immutable once built and verified.
// May include: compiler/ir, stdlib/kernels, lang/source. Called by: lower (makes it), verify, print, engines, writers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/schema.h"
#include "compiler/ir/type.h"
#include "lang/source/source.h"
#include "lang/support/id.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

using ValueId = lang::Id<struct ValueTag>;  // the result of instruction `index`

enum class Op : std::uint8_t {
#define MUSTER_INST(name, result, operands, doc) name,
#include "compiler/ir/inst.def"
#undef MUSTER_INST
};

enum class OnUndecided : std::uint8_t { agree = 0, smaller = 1, larger = 2 };  // `select`

struct Inst {
  Op op;
  Type type;
  bool may_fault = false;           // the value, or one that it is computed from, may overflow or divide by zero
  std::uint32_t first_operand = 0;  // in Program::operands
  std::uint32_t operand_count = 0;
  std::int64_t immediate = 0;
  lang::Span span;  // where the author wrote it
};

// ---- what comes out

struct QualifierOutput {
  std::string name;
  std::string title;
  std::string kind;
  ValueId condition;
};

// A rule of a score. `value` is missing where the rule is undecided (and that matters); `earned` is `value default 0`.
struct RuleOutput {
  std::string label;  // because ..., else the condition in the author's words
  std::string ask;    // may be empty
  lang::Span span;
  ValueId value;
  ValueId earned;
};
// A line of the ledger: what `after` has more than `before` (a rule: `before` is none). Lines add up to the score.
struct LedgerLine {
  std::string label;  // of the rule, or "at most 60", "never below 0"
  ValueId after;
  ValueId before;
};
struct ScoreOutput {
  std::string name;
  std::string title;
  ValueId value;   // always known, decimal of 4 digits
  ValueId lowest;  // saturated: the smallest and largest 64-bit number mean "no bound"
  ValueId highest;
  std::vector<RuleOutput> rules;
  std::vector<LedgerLine> ledger;
};
struct GradeOutput {
  std::string name;
  std::string title;
  std::vector<std::string> labels;
  ValueId value;
};
struct StageOutput {
  std::string name;
  std::string title;
  ValueId held;
};  // lowest rank first
struct LifecycleOutput {
  std::vector<StageOutput> stages;
  std::optional<ValueId> disqualified;
  std::string disqualified_because;
  std::optional<ValueId> not_yet;
  std::string not_yet_because;
  ValueId reported;  // first_yes of: disqualified (if any), stages from the highest, not yet (if any)
  std::vector<std::string> reported_names;  // by the code of `reported`
};
struct RouteRowOutput {
  std::string destination;
  std::string label;
  ValueId condition;
};
struct RouteOutput {
  std::vector<RouteRowOutput> rows;
  ValueId taken;
};  // first_yes of the rows
struct IgnoreOutput {
  std::string because;
  ValueId condition;
};

struct Outputs {
  std::vector<IgnoreOutput> ignores;
  std::vector<QualifierOutput> qualifiers;
  std::vector<ScoreOutput> scores;
  std::vector<GradeOutput> grades;
  std::optional<LifecycleOutput> lifecycle;
  std::optional<RouteOutput> route;
};

// A value whose fault matters (section 4, number 8): where it is missing because of a fault, division records an
// issue under `label` and overflow rejects the lead.
struct FaultRoot {
  ValueId value;
  std::string label;
};

struct Program {
  std::string title, version, owner;
  std::string source_hash;                                   // of the policy's text and its imports, 16 hex digits
  std::optional<std::int32_t> effective_from, effective_to;  // days since 1970-01-01, both included
  kernels::Zone zone = kernels::Zone::utc();
  bool reads_as_of = false;
  LeadSchema schema;
  std::vector<std::uint32_t> columns;  // column k of a batch holds field columns[k] of the schema

  lang::Table<ValueId, Inst> insts;
  std::vector<ValueId> operands;
  std::vector<std::int64_t> weights;
  std::vector<std::string> texts;                      // trimmed
  std::vector<std::vector<std::int64_t>> number_sets;  // sorted, distinct
  std::vector<std::vector<std::string>> text_sets;     // folded, sorted, distinct
  std::vector<kernels::TextPattern> patterns;

  Outputs outputs;
  std::vector<FaultRoot> fault_roots;

  [[nodiscard]] std::span<const ValueId> operands_of(const Inst& inst) const {
    return {operands.data() + inst.first_operand, inst.operand_count};
  }
};

// Every broken rule of the IR (operand after use, wrong kinds, indexes out of range), one line each; empty: sound.
[[nodiscard]] std::vector<std::string> verify(const Program& program);
// The printed form that golden tests hold.
[[nodiscard]] std::string print(const Program& program);

}  // namespace muster::compiler
