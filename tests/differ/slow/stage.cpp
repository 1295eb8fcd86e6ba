#include <algorithm>
#include <array>

#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

// ---- frameworks

Value is_verified(const lang::Field& about, const Frame& frame) {
  return about.verified_by ? field(about.verified_by->text, frame) : truth(about.claim == lang::Claim::verified);
}

std::vector<Letter> letters(const lang::FrameworkDecl& framework, const Frame& around) {
  const Frame frame = around.by_itself(around.parameters);
  std::vector<Letter> all;
  if (framework.source) {
    const auto& pattern = frame.in.declared<lang::FrameworkDecl>(framework.source->name.text);
    Parameters parameters;
    for (std::size_t i = 0; i < pattern.parameters.size(); ++i) {
      parameters[pattern.parameters[i].name.text] = value(framework.source->arguments[i], frame);
    }
    all = letters(pattern, frame.by_itself(&parameters));
  }
  for (const lang::LetterDecl& letter : framework.letters) {
    const Value met = value(letter.met, frame);
    Letter made{letter.name.text, met, met, truth(false)};
    if (letter.half_met) {
      const Value half = value(*letter.half_met, frame);
      made.met = either(met, half);
      made.half = both(negation(met), half);
    }
    if (letter.half_when_claimed) {  // also of a value that is missing: once it is there, nobody has verified it
      const auto* test = frame.in.node<lang::Comparison>(letter.met);
      const Value verified = is_verified(field_of(test != nullptr ? test->left : letter.met, frame), frame);
      made.wholly = both(met, verified);
      made.half = both(met, negation(verified));
    }
    const auto old = std::ranges::find(all, made.name, &Letter::name);
    if (old == all.end()) {
      all.push_back(made);
    } else {
      *old = made;
    }
  }
  Value reached = truth(true);
  for (Letter& letter : all) {
    if (!framework.in_order) break;
    for (Value* each : {&letter.met, &letter.wholly, &letter.half}) *each = both(reached, *each);
    reached = letter.met;
  }
  return all;
}

// A letter counts 1, or a half where it is half met.
Value letters_met(const std::vector<Letter>& all, bool as_share) {
  Wide least = 0;
  Wide most = 0;
  unsigned faults = 0;
  for (const Letter& letter : all) {
    least += 5 * (letter.met.least + letter.wholly.least);
    most += 5 * (letter.met.most + letter.wholly.most);
    faults |= letter.met.faults | letter.wholly.faults;
  }
  const auto count = static_cast<Wide>(all.size());
  if (!as_share) return of_kind(Kind::number, 1).between(least, most, faults);
  return of_kind(Kind::number, 4).between(rounded(least * 1000, count), rounded(most * 1000, count), faults);
}

Value qualified(const lang::FrameworkDecl& framework, const Frame& frame) {
  const lang::FrameworkDecl& says = framework.qualified || !framework.source
                                        ? framework
                                        : frame.in.declared<lang::FrameworkDecl>(framework.source->name.text);
  if (!says.qualified) return undecided();
  if (const auto* condition = std::get_if<ExprId>(&says.qualified->node)) return value(*condition, frame.by_itself());
  const std::vector<Letter> all = letters(framework, frame);
  if (const auto* count = std::get_if<lang::QualifiedAtLeast>(&says.qualified->node)) {
    return compared(CompareOp::greater_equal, letters_met(all, false), known(Kind::number, count->count));
  }
  Value made = truth(true);
  for (const Letter& letter : all) made = both(made, letter.wholly);
  return made;
}

// ---- the lifecycle

namespace {

// Whether the stage until now is such a one: no for a blank and for words that an answer has where there is no stage;
// undecided for words that are no stage.
template <class Condition>
Value was(Context& in, Condition is_such) {
  const std::optional<lang::Name>& remembers = in.only<lang::LifecycleDecl>()->remembers;
  const std::string word = remembers ? folded(field(remembers->text, in.of_lead()).text) : "";
  for (const Stage& each : in.stages) {
    if (folded(each.decl->name.text) == word) return truth(is_such(each));
  }
  return word.empty() || word == "disqualified" || word == "not yet" ? truth(false) : undecided();
}
Value was_from(std::int64_t rank, Context& in) {
  return was(in, [&](const Stage& before) { return before.rank >= rank; });
}

// Of the lead: a stage of that rank or above, up to another one.
Value is_held(std::int64_t from, std::int64_t to, Context& in) {
  return negation(all_hold(in.stages, [&](const Stage& each) {
    return each.rank >= from && each.rank <= to ? negation(each.held) : truth(true);
  }));
}
Value held_from(std::int64_t rank, Context& in) {
  work_out_stages(in);
  return is_held(rank, std::ssize(in.stages), in);
}

// Whether the condition of such an item holds.
template <class Item>
Value is_now(Context& in) {
  const auto* item = in.only<Item>();
  return item == nullptr ? truth(false) : value(item->condition, in.of_lead());
}

// What a lead has been once it stays, up to this rank.
std::int64_t floor_of(const Context& in) {
  const auto* never_below = in.only<lang::NeverBackBelow>();
  return never_below == nullptr ? -1 : in.stage(never_below->stage.text).rank;
}

Value holds_now(const Stage& stage, Context& in) {
  const lang::StageDecl& decl = *stage.decl;
  const Frame frame = in.of_lead();
  Value now = value(decl.condition, frame);
  if (decl.needs) {
    const auto is_known = [&](ExprId id) { return value(id, frame).known(); };
    now = both(now, truth(std::ranges::count_if(decl.needs->values, is_known) >= decl.needs->count));
  }
  // It was in that stage, or it surely came through it, which a stage beside the line does not say.
  Value before = was(in, [&](const Stage& each) {
    return &each == &stage || (!decl.beside && !each.decl->beside && each.rank > stage.rank);
  });
  before = both(both(before, negation(is_now<lang::Recycled>(in))), holds(decl.kept_while, frame));
  // Never back: whatever else would take it away.
  const std::int64_t floor = floor_of(in);
  if (!decl.beside && stage.rank <= floor) before = either(before, was_from(floor, in));
  return either(now, before);
}

}  // namespace

void work_out_stages(Context& in) {
  if (std::exchange(in.has_stages, true)) return;
  in.disqualified = is_now<lang::Disqualified>(in);
  in.not_yet = is_now<lang::NotYet>(in);
  for (std::int64_t rank = 0; rank < std::ssize(in.stages); ++rank) {
    const Value below = is_held(rank - 1, rank - 1, in);
    for (Stage& stage : in.stages) {
      if (stage.rank != rank) continue;
      const bool is_asked = rank > 0 && !stage.decl->beside;  // for one of the rank below
      const Value reached = is_asked ? both(holds_now(stage, in), below) : holds_now(stage, in);
      stage.held = both(reached, negation(in.disqualified));
    }
  }
}

// Rows of the lead count only from the moment on at which it was sent back.
Value behaviour_counts(const Value& at, Context& in) {
  const auto* recycled = in.only<lang::Recycled>();
  if (recycled == nullptr || !recycled->at) return truth(true);
  const Value since = in.in_kind(field(recycled->at->text, in.of_lead()), at.kind);
  return either(negation(is_now<lang::Recycled>(in)), compared(CompareOp::greater_equal, at, since));
}

Value stage_compared(CompareOp op, std::string_view name, Context& in) {
  const std::int64_t rank = in.stage(name).rank;
  const Value from = held_from(rank, in);
  const Value above = held_from(rank + 1, in);
  const Value equal = both(from, negation(above));
  const std::array<Value, 6> by_operator{equal, negation(equal), negation(from), negation(above), above, from};
  return by_operator[static_cast<std::size_t>(op)];
}

// The crossing from below; while the lead is sent back, what it was before does not count, unless it came in since.
Value becomes(std::string_view name, Context& in) {
  const Stage& stage = in.stage(name);
  const auto* recycled = in.only<lang::Recycled>();
  Value before = was_from(stage.rank, in);
  if (recycled != nullptr && stage.rank > floor_of(in)) {
    Value since = truth(false);
    if (recycled->at && stage.decl->entered_at) {
      since = compared(CompareOp::greater_equal, field(stage.decl->entered_at->text, in.of_lead()),
                       field(recycled->at->text, in.of_lead()));
    }
    before = both(before, either(negation(is_now<lang::Recycled>(in)), truth(since.is_yes())));
  }
  return both(held_from(stage.rank, in), negation(before));
}

}  // namespace muster::differ::slow
