// Appends instructions to a program. What was computed before is not computed twice, and what is known without data
// (`not not x`, `x and yes`, `x default 0` where x is never missing) is not computed at all. Every rewriting here is
// exact: value, missing and fault stay the same (section 4, numbers 1, 2 and 8). Folding of constants is a pass.
// May include: compiler/ir, lang/spec. Called by: lower, passes, tests.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/ir/facts.h"
#include "compiler/ir/program.h"
#include "lang/spec/limits.h"

namespace muster::compiler {

class ProgramBuilder {
 public:
  // `program` has no instructions yet and outlives the builder. It stays the caller's: title, schema, outputs.
  ProgramBuilder(Program& program, const lang::Limits& limits) : program_(program), limits_(limits) {}
  ProgramBuilder(const ProgramBuilder&) = delete;
  ProgramBuilder& operator=(const ProgramBuilder&) = delete;

  // The value of an instruction: a new one, or one that is there already (which keeps its own span).
  // Past the limit of instructions it answers `missing` of the type, and too_large() says so.
  ValueId add(Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate, lang::Span span);
  ValueId add(Op op, Type type, std::initializer_list<ValueId> operands, std::int64_t immediate, lang::Span span) {
    return add(op, type, std::span<const ValueId>(operands.begin(), operands.size()), immediate, span);
  }
  ValueId constant(Type type, std::int64_t value, lang::Span span) { return add(Op::constant, type, {}, value, span); }
  ValueId boolean(bool value, lang::Span span) { return constant({.kind = Kind::boolean}, value ? 1 : 0, span); }
  ValueId missing(Type type, lang::Span span) { return add(Op::missing, type, {}, 0, span); }
  // sum and saturating_sum with their weights. Precondition: as many weights as operands.
  ValueId sum(Type type, std::span<const ValueId> operands, std::vector<std::int64_t> weights, lang::Span span) {
    return add(Op::sum, type, operands, this->weights(std::move(weights)), span);
  }

  // Indexes for immediates; what is there already is used again.
  std::int64_t text(std::string text);
  std::int64_t weights(std::vector<std::int64_t> weights);       // of the first one
  std::int64_t number_set(std::vector<std::int64_t> numbers);    // in any order
  std::int64_t text_set(std::vector<std::string> folded_texts);  // in any order
  [[nodiscard]] std::optional<std::int64_t> find_pattern(const std::string& key) const;
  std::int64_t pattern(const std::string& key, kernels::TextPattern pattern);  // `key` says all that it was made from

  // The immediate, where the value is a constant that is not missing.
  [[nodiscard]] std::optional<std::int64_t> constant_of(ValueId id) const;
  // True where no lead can make the value missing (a condition: undecided).
  [[nodiscard]] bool is_never_missing(ValueId id) const { return facts_[id.index].never_missing; }
  [[nodiscard]] const Inst& inst(ValueId id) const { return program_.insts[id]; }
  [[nodiscard]] bool too_large() const { return too_large_; }

 private:
  // What holds for a value whatever the data are.
  struct Facts {
    bool never_missing = false;
    Range range;  // integers: no lead gives less or more
  };

  std::optional<ValueId> simplify(Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate,
                                  lang::Span span);
  ValueId simplify_junction(Op op, std::span<const ValueId> operands, lang::Span span);
  ValueId simplify_at_least(std::span<const ValueId> operands, std::int64_t least, lang::Span span);
  std::optional<ValueId> simplify_choice(Op op, std::span<const ValueId> operands);
  ValueId append(Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate, lang::Span span);
  [[nodiscard]] Facts facts_of(Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate,
                               bool& faults) const;

  Program& program_;
  lang::Limits limits_;
  bool too_large_ = false;
  std::vector<Facts> facts_;                                     // by instruction
  std::unordered_multimap<std::uint64_t, ValueId> known_insts_;  // by hash
  std::unordered_map<std::string, std::int64_t> known_texts_;
  std::map<std::vector<std::int64_t>, std::int64_t> known_weights_;
  std::map<std::vector<std::int64_t>, std::int64_t> known_number_sets_;
  std::map<std::vector<std::string>, std::int64_t> known_text_sets_;
  std::unordered_map<std::string, std::int64_t> known_patterns_;
};

}  // namespace muster::compiler
