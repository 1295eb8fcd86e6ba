#include <algorithm>
#include <array>

#include "tests/differ/slow/evaluator.h"
#include "tests/differ/slow/text.h"

namespace muster::differ::slow {

// ---- frameworks

Value is_verified(const lang::Field& about, const Frame& frame) {
  return about.verified_by ? field(about.verified_by->text, frame) : truth(about.claim == lang::Claim::verified);
}

std::vector<Letter> letters(const lang::FrameworkDecl& framework, const Frame& around) {
  const Policy& policy = around.lead.policy;
  const Frame frame = around.by_itself(around.parameters);
  std::vector<Letter> all;
  if (framework.source) {
    const auto& pattern = policy.declared<lang::FrameworkDecl>(framework.source->name.text);
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
      const auto* test = policy.node<lang::Comparison>(letter.met);
      const auto* ref = policy.node<lang::NameRef>(test != nullptr ? test->left : letter.met);
      const Value verified = is_verified(policy.field(frame.object, ref->path.back().text), frame);
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
  std::uint8_t faults = 0;
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
                                        : frame.lead.policy.declared<lang::FrameworkDecl>(framework.source->name.text);
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
Value was(Lead& lead, Condition is_such) {
  const Policy& policy = lead.policy;
  const std::optional<lang::Name>& remembers = policy.all<lang::LifecycleDecl>()[0]->remembers;
  if (!remembers) return truth(false);
  const Value word = field(remembers->text, frame_of(lead));
  if (!word.known()) return truth(false);
  const std::string wanted = folded(word.text);
  for (const Policy::Stage& each : policy.stages) {
    if (folded(each.decl->name.text) == wanted) return truth(is_such(each));
  }
  return wanted == "disqualified" || wanted == "not yet" ? truth(false) : undecided();
}
Value was_from(std::int64_t rank, Lead& lead) {
  return was(lead, [&](const Policy::Stage& before) { return before.rank >= rank; });
}

// A stage of that rank or above.
Value held_from(std::int64_t rank, const std::vector<Value>& held, const Policy& policy) {
  Value made = truth(false);
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (policy.stages[i].rank >= rank) made = either(made, held[i]);
  }
  return made;
}

}  // namespace

const Lifecycle& lifecycle(Lead& lead) {
  if (lead.lifecycle) return *lead.lifecycle;
  const Policy& policy = lead.policy;
  const Frame frame = frame_of(lead);
  const auto holds = [&](const auto* item) { return item == nullptr ? truth(false) : value(item->condition, frame); };
  Lifecycle made{std::vector<Value>(policy.stages.size(), truth(false)), holds(policy.item<lang::Disqualified>()),
                 holds(policy.item<lang::NotYet>())};
  const Value recycled = holds(policy.item<lang::Recycled>());
  const auto* never_below = policy.item<lang::NeverBackBelow>();
  const std::int64_t floor = never_below == nullptr ? -1 : policy.stage(never_below->stage.text).rank;
  for (std::int64_t rank = 0; rank <= policy.top_rank; ++rank) {
    Value below = truth(rank == 0);
    for (std::size_t i = 0; i < policy.stages.size(); ++i) {
      if (policy.stages[i].rank == rank - 1) below = either(below, made.held[i]);
    }
    for (std::size_t i = 0; i < policy.stages.size(); ++i) {
      const Policy::Stage& stage = policy.stages[i];
      const lang::StageDecl& decl = *stage.decl;
      if (stage.rank != rank) continue;
      Value now = value(decl.condition, frame);
      if (decl.needs) {
        const auto is_known = [&](ExprId id) { return value(id, frame).known(); };
        now = both(now, truth(std::ranges::count_if(decl.needs->values, is_known) >= decl.needs->count));
      }
      // It was in that stage, or it surely came through it, which a stage beside the line does not say.
      Value kept = was(lead, [&](const Policy::Stage& before) {
        return &before == &stage || (!decl.beside && !before.decl->beside && before.rank > rank);
      });
      kept = both(kept, negation(recycled));
      if (decl.kept_while) kept = both(kept, value(*decl.kept_while, frame));
      // Never back: whatever else would take it away.
      if (!decl.beside && rank <= floor) kept = either(kept, was_from(floor, lead));
      const Value reached = both(either(now, kept), decl.beside ? truth(true) : below);
      made.held[i] = both(reached, negation(made.disqualified));
    }
  }
  return lead.lifecycle.emplace(made);
}

// Rows of the lead count only from the moment on at which it was sent back.
Value behaviour_counts(const Value& at, Lead& lead) {
  const auto* recycled = lead.policy.item<lang::Recycled>();
  if (recycled == nullptr || !recycled->at) return truth(true);
  const Value since = lead.policy.in_kind(field(recycled->at->text, frame_of(lead)), at.kind);
  return either(negation(value(recycled->condition, frame_of(lead))), compared(CompareOp::greater_equal, at, since));
}

Value stage_compared(CompareOp op, std::string_view name, Lead& lead) {
  const std::int64_t rank = lead.policy.stage(name).rank;
  const Value from = held_from(rank, lifecycle(lead).held, lead.policy);
  const Value above = held_from(rank + 1, lifecycle(lead).held, lead.policy);
  const Value equal = both(from, negation(above));
  const std::array<Value, 6> by_operator{equal, negation(equal), negation(from), negation(above), above, from};
  return by_operator[static_cast<std::size_t>(op)];
}

// The crossing from below; while the lead is sent back, what it was before does not count, unless it came in since.
Value becomes(std::string_view name, Lead& lead) {
  const Policy::Stage& stage = lead.policy.stage(name);
  const auto* floor = lead.policy.item<lang::NeverBackBelow>();
  const auto* recycled = lead.policy.item<lang::Recycled>();
  Value before = was_from(stage.rank, lead);
  const bool may_enter_again = floor == nullptr || stage.rank > lead.policy.stage(floor->stage.text).rank;
  if (recycled != nullptr && may_enter_again) {
    Value since = truth(false);
    if (recycled->at && stage.decl->entered_at) {
      since = compared(CompareOp::greater_equal, field(stage.decl->entered_at->text, frame_of(lead)),
                       field(recycled->at->text, frame_of(lead)));
    }
    before = both(before, either(negation(value(recycled->condition, frame_of(lead))), truth(since.is_yes())));
  }
  return both(held_from(stage.rank, lifecycle(lead).held, lead.policy), negation(before));
}

}  // namespace muster::differ::slow
