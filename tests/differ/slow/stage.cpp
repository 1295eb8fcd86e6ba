#include <algorithm>

#include "tests/differ/slow/evaluator.h"
#include "tests/differ/slow/text.h"

namespace muster::differ::slow {

using lang::CompareOp;

// ---- frameworks

// What `met when` reads may only be claimed: the field says so, or the one that verifies it says no.
Value Evaluator::is_claimed(ExprId condition, const Frame& frame) {
  const auto& node = tree_.expressions[bare(condition)].node;
  if (const auto* test = std::get_if<lang::Comparison>(&node)) return is_claimed(test->left, frame);
  const auto& ref = std::get<lang::NameRef>(node);
  const lang::ObjectDecl& object = *object_decls_.at(sample_.shapes[frame.object].name);
  for (const lang::Field& each : object.fields) {
    if (each.name.text != ref.path.back().text) continue;
    // Also of a value that is missing: once it is there, nobody has verified it.
    return each.verified_by ? negation(field(each.verified_by->text, {frame.row, frame.object}))
                            : truth(each.claim == lang::Claim::claimed);
  }
  return truth(false);
}

std::vector<Evaluator::Letter> Evaluator::letters(const lang::FrameworkDecl& framework, const Frame& frame) {
  const NoRestarts by_itself(*this);
  std::vector<Letter> all;
  Parameters parameters;
  if (framework.source) {
    const auto& pattern =
        std::get<lang::FrameworkDecl>(tree_.declarations[declarations_.at(framework.source->name.text)].node);
    for (std::size_t i = 0; i < pattern.parameters.size(); ++i) {
      parameters.emplace_back(pattern.parameters[i].name.text, value(framework.source->arguments[i], frame));
    }
    all = letters(pattern, Frame{frame.row, frame.object, frame.outer, &parameters});
  }
  for (const lang::LetterDecl& letter : framework.letters) {
    const Value met = value(letter.met, frame);
    Letter made{letter.name.text, met, met, truth(false)};
    if (letter.half_met) {
      const Value half = value(*letter.half_met, frame);
      made.met = either(met, half);
      made.half = both(negation(met), half);
    }
    if (letter.half_when_claimed) {
      const Value claimed = is_claimed(letter.met, frame);
      made.wholly = both(met, negation(claimed));
      made.half = both(met, claimed);
    }
    const auto old = std::find_if(all.begin(), all.end(), [&](const Letter& each) { return each.name == made.name; });
    if (old != all.end()) {
      *old = made;
    } else {
      all.push_back(made);
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
Value Evaluator::letters_met(const std::vector<Letter>& all, bool as_share) {
  std::int64_t least = 0;
  std::int64_t most = 0;
  for (const Letter& letter : all) {
    least += letter.wholly.is_yes() ? 10 : letter.met.is_yes() ? 5 : 0;
    most += !letter.wholly.is_no() ? 10 : !letter.met.is_no() ? 5 : 0;
  }
  std::uint8_t faults = 0;
  for (const Letter& letter : all) {
    if (!letter.met.known) faults = static_cast<std::uint8_t>(faults | letter.met.faults);
    if (!letter.wholly.known) faults = static_cast<std::uint8_t>(faults | letter.wholly.faults);
  }
  const auto share = [&](std::int64_t met) {
    return static_cast<std::int64_t>(rounded(met * 1000, static_cast<Wide>(all.size())));
  };
  Value made = as_share ? extent(share(least), share(most), 4) : extent(least, most, 1);
  made.faults = faults;
  return made;
}

Value Evaluator::qualified(const lang::FrameworkDecl& framework, const Frame& frame) {
  const lang::FrameworkDecl* says = &framework;
  if (!framework.qualified && framework.source) {
    says = &std::get<lang::FrameworkDecl>(tree_.declarations[declarations_.at(framework.source->name.text)].node);
  }
  if (!says->qualified) return undecided();
  const NoRestarts by_itself(*this);
  const std::vector<Letter> all = letters(framework, frame);
  if (const auto* count = std::get_if<lang::QualifiedAtLeast>(&says->qualified->node)) {
    return compared(CompareOp::greater_equal, letters_met(all, false), known(Kind::number, count->count));
  }
  if (const auto* condition = std::get_if<ExprId>(&says->qualified->node)) return value(*condition, frame);
  Value made = truth(true);
  for (const Letter& letter : all) made = both(made, letter.wholly);
  return made;
}

// ---- the lifecycle

const Evaluator::StageRef* Evaluator::stage_named(std::string_view wanted) const {
  const auto found = std::find_if(stages_.begin(), stages_.end(),
                                  [&](const StageRef& each) { return each.stage->name.text == wanted; });
  return found == stages_.end() ? nullptr : &*found;
}

// Rows of the lead count only from the moment on at which it was sent back.
Value Evaluator::behaviour_counts(const std::optional<std::int64_t>& at, bool of_days) {
  if (lifecycle_ == nullptr) return truth(true);
  for (const lang::LifecycleItem& item : lifecycle_->items) {
    const auto* recycled = std::get_if<lang::Recycled>(&item.node);
    if (recycled == nullptr || !recycled->at) continue;
    const Frame frame{lead_, 0, nullptr, nullptr};
    const Value since = field(recycled->at->text, {lead_, 0});
    Value later = undecided();
    if (since.known && at) {
      const std::int64_t from = !of_days                   ? since.number
                                : since.kind == Kind::date ? since.number * microseconds_of_day
                                                           : zone_.day_of(since.number) * microseconds_of_day;
      const bool is_day = since.kind == Kind::date && !of_days;
      later = truth(*at >= (is_day ? zone_.first_moment(since.number) : from));
    }
    return either(negation(value(recycled->condition, frame)), later);
  }
  return truth(true);
}

// What the field says that remembers: held before, that stage or one above; -1 asks for the stage `only` itself.
void Evaluator::lifecycle(const DataRow& lead) {
  if (has_lifecycle_ || lifecycle_ == nullptr) return;
  has_lifecycle_ = true;
  const Frame frame{&lead, 0, nullptr, nullptr};
  disqualified_ = truth(false);
  not_yet_ = truth(false);
  Value recycled = truth(false);
  const StageRef* floor = nullptr;
  for (const lang::LifecycleItem& item : lifecycle_->items) {
    if (const auto* fate = std::get_if<lang::Disqualified>(&item.node)) disqualified_ = value(fate->condition, frame);
    if (const auto* fate = std::get_if<lang::NotYet>(&item.node)) not_yet_ = value(fate->condition, frame);
    if (const auto* back = std::get_if<lang::Recycled>(&item.node)) recycled = value(back->condition, frame);
    if (const auto* never = std::get_if<lang::NeverBackBelow>(&item.node)) floor = stage_named(never->stage.text);
  }
  held_.assign(stages_.size(), truth(false));
  for (std::int64_t rank = 0; rank <= top_rank_; ++rank) {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      if (stages_[i].rank != rank) continue;
      const lang::StageDecl& stage = *stages_[i].stage;
      Value now = value(stage.condition, frame);
      if (stage.needs) {
        std::uint32_t known_values = 0;
        for (const ExprId each : stage.needs->values) known_values += value(each, frame).known ? 1 : 0;
        now = both(now, truth(known_values >= stage.needs->count));
      }
      Value before = stage.beside ? was_exactly(stages_[i]) : was_from(stages_[i].rank, &stages_[i]);
      before = both(before, negation(recycled));
      if (stage.kept_while) before = both(before, value(*stage.kept_while, frame));
      // Never back: whatever else would take it away.
      const bool has_floor = floor != nullptr && rank <= floor->rank && !stage.beside;
      if (has_floor) before = either(before, was_from(floor->rank, nullptr));
      Value made = either(now, before);
      if (rank > 0 && !stage.beside) {
        Value below = truth(false);
        for (std::size_t k = 0; k < stages_.size(); ++k) {
          if (stages_[k].rank == rank - 1) below = either(below, held_[k]);
        }
        made = both(made, below);
      }
      held_[i] = both(made, negation(disqualified_));
    }
  }
}

// Nothing for a blank and for words that an answer has where there is no stage; undecided for words that are no stage.
Evaluator::Before Evaluator::previous() const {
  if (!lifecycle_->remembers) return {};
  const Value word = field(lifecycle_->remembers->text, {lead_, 0});
  if (!word.known) return {};
  const std::string wanted = folded(word.text);
  for (const StageRef& each : stages_) {
    if (folded(each.stage->name.text) == wanted) return {&each, true};
  }
  return {nullptr, wanted == "disqualified" || wanted == "not yet"};
}

Value Evaluator::was_exactly(const StageRef& stage) const {
  const Before before = previous();
  return before.is_known ? truth(before.stage == &stage) : undecided();
}
// The lead was in that rank or above. With a stage of the main line: it surely came through that stage, which one
// beside the line does not say.
Value Evaluator::was_from(std::int64_t rank, const StageRef* main) const {
  const Before before = previous();
  if (!before.is_known) return undecided();
  if (before.stage == nullptr) return truth(false);
  if (main != nullptr && (before.stage->rank == rank || before.stage->stage->beside))
    return truth(before.stage == main);
  return truth(before.stage->rank >= rank);
}

Value Evaluator::held_from(std::int64_t rank) {
  lifecycle(*lead_);
  Value made = truth(false);
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].rank >= rank) made = either(made, held_[i]);
  }
  return made;
}

Value Evaluator::stage_compared(CompareOp op, std::string_view name) {
  const std::int64_t rank = stage_named(name)->rank;
  const Value from = held_from(rank);
  const Value above = held_from(rank + 1);
  switch (op) {
    case CompareOp::greater_equal:
      return from;
    case CompareOp::greater:
      return above;
    case CompareOp::less:
      return negation(from);
    case CompareOp::less_equal:
      return negation(above);
    case CompareOp::equal:
      return both(from, negation(above));
    case CompareOp::not_equal:
      return negation(both(from, negation(above)));
  }
  return undecided();
}

// The crossing from below; while the lead is sent back, what it was before does not count, unless it came in since.
Value Evaluator::becomes(std::string_view name, const Frame&) {
  const StageRef& stage = *stage_named(name);
  const Frame frame{lead_, 0, nullptr, nullptr};
  Value before = was_from(stage.rank, nullptr);
  for (const lang::LifecycleItem& item : lifecycle_->items) {  // what it never falls below, it never entered again
    const auto* floor = std::get_if<lang::NeverBackBelow>(&item.node);
    if (floor != nullptr && stage.rank <= stage_named(floor->stage.text)->rank) {
      return both(held_from(stage.rank), negation(before));
    }
  }
  for (const lang::LifecycleItem& item : lifecycle_->items) {
    const auto* recycled = std::get_if<lang::Recycled>(&item.node);
    if (recycled == nullptr) continue;
    Value since = truth(false);
    if (recycled->at && stage.stage->entered_at) {
      const Value sent_back = field(recycled->at->text, {lead_, 0});
      const Value entered = field(stage.stage->entered_at->text, {lead_, 0});
      since = truth(sent_back.known && entered.known && entered.number >= sent_back.number);
    }
    before = both(before, either(negation(value(recycled->condition, frame)), since));
  }
  return both(held_from(stage.rank), negation(before));
}

}  // namespace muster::differ::slow
