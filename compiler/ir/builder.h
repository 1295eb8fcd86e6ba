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
#include <tuple>
#include <unordered_map>
#include <vector>

#include "compiler/ir/facts.h"
#include "compiler/ir/program.h"
#include "lang/spec/limits.h"

namespace muster::compiler {

class ProgramBuilder {
 public:
  // `program` has no instructions yet and outlives the builder. It stays the caller's: title, schema, outputs, and
  // spaces, of which there is at least the root before the first instruction is added.
  ProgramBuilder(Program& program, const lang::Limits& limits) : program_(program), limits_(limits) {}
  ProgramBuilder(const ProgramBuilder&) = delete;
  ProgramBuilder& operator=(const ProgramBuilder&) = delete;

  // The value of an instruction: a new one, or one that is there already (which keeps its own span).
  // Past the limit of instructions it answers `missing` of the type, and too_large() says so.
  ValueId add(Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate, lang::Span span);
  ValueId add(Op op, Type type, std::initializer_list<ValueId> operands, std::int64_t immediate, lang::Span span) {
    return add(op, type, std::span<const ValueId>(operands.begin(), operands.size()), immediate, span);
  }
  // The space of instructions that follow, where their operands do not say it: columns, and what has only operands
  // that are the same for all rows. The root at first.
  void enter(SpaceId space) { space_ = space; }
  [[nodiscard]] SpaceId space() const { return space_; }
  // Instructions between spaces (inst.def): `from` is the child space of a fold, the parent of to_rows, the `one` space
  // of from_one and is_linked. The result's space follows from it (to_rows: `into`, a child of `from`).
  ValueId fold(Op op, Type type, SpaceId from, std::initializer_list<ValueId> operands, std::int64_t immediate,
               lang::Span span);
  ValueId to_rows(ValueId value, SpaceId into, lang::Span span);
  ValueId from_one(ValueId value, SpaceId from, lang::Span span);
  // An instruction whose Inst::space and Inst::from are known: passes make a program anew.
  ValueId add_again(SpaceId space, SpaceId from, Op op, Type type, std::span<const ValueId> operands,
                    std::int64_t immediate, lang::Span span);
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
  std::int64_t window(const WindowEdge& edge);
  std::int64_t fade_rule(const FadeRule& rule);

  // The immediate, where the value is a constant that is not missing.
  [[nodiscard]] std::optional<std::int64_t> constant_of(ValueId id) const;
  // True where no lead can make the value missing (a condition: undecided).
  [[nodiscard]] bool is_never_missing(ValueId id) const { return facts_[id.index].never_missing; }
  // compiler::may_stay_open (facts.h) of the value.
  [[nodiscard]] bool may_stay_open(ValueId id) const { return facts_[id.index].may_stay_open; }
  // The value, which may stay open for a reason that its instruction does not show, and so may what is made of it.
  ValueId staying_open(ValueId id) {
    if (!constant_of(id)) facts_[id.index].may_stay_open = true;
    return id;
  }
  [[nodiscard]] const Inst& inst(ValueId id) const { return program_.insts[id]; }
  [[nodiscard]] bool too_large() const { return too_large_; }

 private:
  // What holds for a value whatever the data are.
  struct Facts {
    bool never_missing = false;
    bool may_stay_open = false;
    Range range;  // integers: no lead gives less or more
  };

  // Where an instruction stands: Inst::space and Inst::from.
  struct Place {
    SpaceId space;
    SpaceId from;
  };

  [[nodiscard]] Place place_of(Op op, std::span<const ValueId> operands, std::int64_t immediate) const;
  ValueId add_at(Place place, Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate,
                 lang::Span span);
  std::optional<ValueId> simplify(Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate,
                                  lang::Span span);
  std::optional<ValueId> simplify_fold(Op op, Type type, std::span<const ValueId> operands, lang::Span span);
  ValueId simplify_junction(Op op, std::span<const ValueId> operands, lang::Span span);
  ValueId simplify_at_least(std::span<const ValueId> operands, std::int64_t least, lang::Span span);
  std::optional<ValueId> simplify_choice(Op op, std::span<const ValueId> operands);
  ValueId append(Place place, Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate,
                 lang::Span span);
  [[nodiscard]] Facts facts_of(Op op, Type type, std::span<const ValueId> operands, std::int64_t immediate,
                               bool& faults);

  Program& program_;
  lang::Limits limits_;
  SpaceId space_{root_space};
  bool too_large_ = false;
  std::vector<Facts> facts_;                                     // by instruction
  std::vector<Range> ranges_;                                    // of the operands of the one that is looked at
  std::unordered_multimap<std::uint64_t, ValueId> known_insts_;  // by hash
  std::unordered_map<std::string, std::int64_t> known_texts_;
  std::map<std::vector<std::int64_t>, std::int64_t> known_weights_;
  std::map<std::vector<std::int64_t>, std::int64_t> known_number_sets_;
  std::map<std::vector<std::string>, std::int64_t> known_text_sets_;
  std::unordered_map<std::string, std::int64_t> known_patterns_;
  std::map<std::tuple<EdgeKind, std::int64_t, lang::CalendarUnit, std::uint8_t, bool>, std::int64_t> known_windows_;
  std::map<FadeRule, std::int64_t> known_fades_;
};

}  // namespace muster::compiler
