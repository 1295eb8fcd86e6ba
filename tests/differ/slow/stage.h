// Frameworks, stages and the fates beside them, of the lead.
// May include: tests/differ/slow. Called by: tests/differ/slow.
#pragma once

#include <set>

#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

// ---- frameworks

struct Letter {  // met at all, wholly met, half met
  std::string_view name;
  Value met, wholly, half;
};

inline Value is_verified(const Field& about, const Frame& frame) {
  return about.verified_by ? field(about.verified_by->text, frame) : truth(about.claim == Claim::verified);
}

inline const FrameworkDecl* pattern_of(const FrameworkDecl& framework, const Evaluator& in) {
  return framework.source ? &in.decl<FrameworkDecl>(framework.source->name.text) : nullptr;
}

inline std::vector<Letter> letters(const FrameworkDecl& framework, const Frame& around) {
  const Frame frame = around.by_itself(around.parameters);
  std::vector<Letter> all;
  if (const FrameworkDecl* pattern = pattern_of(framework, frame.in)) {
    const Parameters parameters = given(pattern->parameters, framework.source->arguments, frame);
    all = letters(*pattern, frame.by_itself(&parameters));
  }
  for (const LetterDecl& letter : framework.letters) {
    const Value met = value(letter.met, frame);
    Letter made{letter.name.text, met, met, truth(false)};
    if (letter.half_met) {
      const Value half = value(*letter.half_met, frame);
      made.met = either(met, half);
      made.half = both(negation(met), half);
    }
    if (letter.half_when_claimed) {  // also of a value that is missing: once it is there, nobody has verified it
      const Value verified = is_verified(field_of(frame.in.node<Comparison>(letter.met)->left, frame), frame);
      made.wholly = both(met, verified);
      made.half = both(met, negation(verified));
    }
    const auto old = std::ranges::find(all, made.name, &Letter::name);
    (old == all.end() ? all.emplace_back() : *old) = made;
  }
  Value reached = truth(true);
  for (Letter& letter : all) {
    for (Value* each : {&letter.met, &letter.wholly, &letter.half}) *each = both(reached, *each);
    if (framework.in_order) reached = letter.met;
  }
  return all;
}

// A letter counts 1, or a half where it is half met.
inline Value letters_met(const std::vector<Letter>& all, bool as_share) {
  std::vector<Value> halves;
  for (const Letter& letter : all) halves.insert(halves.end(), {letter.met, letter.wholly});
  if (all.empty()) return known(Kind::number, 0);
  const Value count = sum(halves);
  const auto share = [&](Wide of) { return as_share ? rounded(of * 5000, static_cast<Wide>(all.size())) : of * 5; };
  return of_kind(Kind::number, as_share ? 4 : 1).between(share(count.least), share(count.most), count.faults);
}

inline Value qualified(const FrameworkDecl& framework, const Frame& frame) {
  const FrameworkDecl* pattern = framework.qualified ? nullptr : pattern_of(framework, frame.in);
  const FrameworkDecl& says = pattern == nullptr ? framework : *pattern;
  const std::vector<Letter> all = letters(framework, frame);
  const Overloaded work_out{
      [&](ExprId condition) {
        Parameters parameters;
        if (pattern != nullptr) parameters = given(pattern->parameters, framework.source->arguments, frame);
        const auto* outer = std::exchange(frame.in.made_from_pattern, &framework);
        const Value made = value(condition, frame.by_itself(&parameters));
        frame.in.made_from_pattern = outer;
        return made;
      },
      [&](const QualifiedAll&) { return all_hold(all, [](const Letter& each) { return each.wholly; }); },
      [&](const QualifiedAtLeast& least) {
        return compared(CompareOp::greater_equal, letters_met(all, false), known(Kind::number, least.count));
      },
  };
  return says.qualified ? std::visit(work_out, says.qualified->node) : undecided();
}

// ---- the lifecycle

// Whether the stage until now is such a one: no for a blank and for words that an answer has where there is no stage;
// undecided for words that are no stage.
Value was(Evaluator& in, auto is_such) {
  const std::optional<Name>& remembers = in.only<LifecycleDecl>()->remembers;
  const std::wstring word = remembers ? folded(field(remembers->text, of_lead(in)).text) : L"";
  for (const Stage& each : in.stages) {
    if (folded(each.decl->name.text) == word) return truth(is_such(each));
  }
  return word.empty() || word == L"disqualified" || word == L"not yet" ? truth(false) : undecided();
}
inline Value was_from(std::int64_t rank, Evaluator& in) {
  return was(in, [&](const Stage& before) { return before.rank >= rank; });
}

// Of the lead: a stage of that rank or above, up to another one.
inline Value is_held(std::int64_t from, std::int64_t to, Evaluator& in) {
  return negation(all_hold(in.stages, [&](const Stage& each) {
    return each.rank >= from && each.rank <= to ? negation(each.held) : truth(true);
  }));
}
inline Value held_from(std::int64_t rank, Evaluator& in) { return is_held(rank, std::ssize(in.stages), in); }

// Whether the condition of such an item holds.
Value is_now(const auto* item, Evaluator& in) {
  return item == nullptr ? truth(false) : value(item->condition, of_lead(in));
}

// Never back: what a lead has been once it stays, up to the rank that the policy names.
inline Value stays(const Stage& stage, Evaluator& in) {
  const auto* never_below = in.only<NeverBackBelow>();
  const std::int64_t floor = never_below == nullptr ? -1 : in.stage(never_below->stage.text).rank;
  return stage.rank <= floor ? was_from(floor, in) : truth(false);
}

inline Value holds_now(const Stage& stage, Evaluator& in) {
  const StageDecl& decl = *stage.decl;
  const Frame frame = of_lead(in);
  Value now = value(decl.condition, frame);
  if (decl.needs) {
    const auto is_known = [&](ExprId id) { return value(id, frame).known(); };
    now = both(now, truth(std::ranges::count_if(decl.needs->values, is_known) >= decl.needs->count));
  }
  // It was in that stage, or it surely came through it, which a stage beside the line does not say.
  Value before = was(in, [&](const Stage& each) {
    return &each == &stage || (!decl.beside && !each.decl->beside && each.rank > stage.rank);
  });
  before = both(both(before, negation(in.sent_back)), holds(decl.kept_while, frame));
  if (!decl.beside) before = either(before, stays(stage, in));  // whatever else would take it away
  return either(now, before);
}

// What people set: the stages in the latest rows that are in force. Several leave it open which is meant.
inline std::set<const Stage*> set_by_hand(Evaluator& in) {
  const auto* by_hand = in.only<StageOverride>();
  std::map<Wide, std::set<const Stage*>> by_moment;
  for (const DataRow& row : in.lead->below) {
    const Frame frame{in, &row, row.object};
    if (by_hand == nullptr || in.sample.shapes[row.object].name != "Override") continue;
    const Value at = field("at", frame);
    const Wide age = in.now(Kind::moment).least - at.least;
    const bool is_over = by_hand->expires_after && age >= value(*by_hand->expires_after, frame).least;
    const bool has_reason = !by_hand->needs_reason || field("reason", frame).known();
    if (!at.known() || age < 0 || is_over || !has_reason) continue;
    for (const Stage& each : in.stages) {
      if (folded(field("stage", frame).text) == folded(each.decl->name.text)) by_moment[at.least].insert(&each);
    }
  }
  return by_moment.empty() ? std::set<const Stage*>() : by_moment.rbegin()->second;
}

inline void work_out_stages(Evaluator& in) {
  in.sent_back = is_now(in.recycled, in);
  const std::set<const Stage*> set = set_by_hand(in);
  in.disqualified = set.empty() ? is_now(in.only<Disqualified>(), in) : truth(false);
  in.not_yet = is_now(in.only<NotYet>(), in);
  for (Stage& stage : in.stages) {
    const bool is_asked = stage.rank > 0 && !stage.decl->beside;  // for one of the rank below
    const Value below = is_asked ? is_held(stage.rank - 1, stage.rank - 1, in) : truth(true);
    stage.held = both(both(holds_now(stage, in), below), negation(in.disqualified));
  }
  if (set.empty()) return;
  // The main line up to the stage that was set, and nothing above it; beside the line up there nothing changes.
  const Stage* top = *set.begin();
  for (Stage& stage : in.stages) {
    const bool is_passed = &stage == top || (!stage.decl->beside && stage.rank < top->rank);
    if (set.size() > 1) stage.held = undecided();
    if (set.size() == 1 && (is_passed || !stage.decl->beside || stage.rank > top->rank)) stage.held = truth(is_passed);
  }
}

inline std::string_view reported(const Evaluator& in) {
  if (in.disqualified.is_yes()) return "disqualified";
  std::map<std::pair<std::int64_t, bool>, std::string_view> held;  // of one rank that of the main line is the highest
  for (const Stage& each : in.stages) {
    if (each.held.is_yes()) held[{each.rank, !each.decl->beside}] = each.decl->name.text;
  }
  return !held.empty() ? held.rbegin()->second : in.not_yet.is_yes() ? "not yet" : "";
}

// Rows of the lead count only from the moment on at which it was sent back.
inline Value behaviour_counts(const Value& at, Evaluator& in) {
  if (in.recycled == nullptr || !in.recycled->at) return truth(true);
  const Value since = in.in_kind(field(in.recycled->at->text, of_lead(in)), at.kind);
  return either(negation(in.sent_back), compared(CompareOp::greater_equal, at, since));
}

inline Value stage_compared(CompareOp op, std::string_view name, Evaluator& in) {
  const std::int64_t rank = in.stage(name).rank;
  return by_operator(op, negation(held_from(rank, in)), held_from(rank + 1, in));
}

// The crossing from below; while the lead is sent back, what it was before does not count, unless it came in since.
inline Value becomes(std::string_view name, Evaluator& in) {
  const Stage& stage = in.stage(name);
  Value before = was_from(stage.rank, in);
  if (in.recycled != nullptr) {
    const auto moment = [&](const auto& at) { return at ? field(at->text, of_lead(in)) : of_kind(Kind::moment); };
    const Value since = compared(CompareOp::greater_equal, moment(stage.decl->entered_at), moment(in.recycled->at));
    before = both(before, either(stays(stage, in), either(negation(in.sent_back), truth(since.is_yes()))));
  }
  return both(held_from(stage.rank, in), negation(before));
}

}  // namespace muster::differ::slow
