#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

namespace {

Value criterion(lang::CriterionId id, const Frame& frame) {
  const Overloaded work_out{
      [&](const lang::Require& require) { return value(require.condition, frame); },
      [&](const lang::Exclude& exclude) {
        const Value out = negation(value(exclude.condition, frame));
        return exclude.except_when ? either(out, value(*exclude.except_when, frame)) : out;
      },
      [&](const lang::CriterionGroup& group) {
        const auto all = static_cast<std::uint32_t>(group.items.size());
        const std::uint32_t least = group.kind == lang::GroupKind::all_of   ? all
                                    : group.kind == lang::GroupKind::any_of ? 1
                                                                            : group.count;
        Value count = known(Kind::number, 0);
        for (const lang::CriterionId each : group.items) {
          const Value holds = criterion(each, frame);
          count = count.between(count.least + holds.least, count.most + holds.most, count.faults | holds.faults);
        }
        return compared(lang::CompareOp::greater_equal, count, known(Kind::number, least));
      },
  };
  return std::visit(work_out, frame.lead.policy.tree.criteria[id].node);
}

Answer answer_of(const Value& value) {
  if (!value.known()) {
    return Answer::missing((value.faults & overflow_fault) != 0, (value.faults & division_fault) != 0);
  }
  if (value.kind == Kind::truth) return Answer::truth(value.is_yes());
  if (value.kind == Kind::text || value.kind == Kind::member || value.kind == Kind::label)
    return Answer::of(value.text);
  return Answer::of(static_cast<std::int64_t>(value.least), value.digits);
}

Value word(std::string_view text) {
  Value made = known(Kind::text, 0);
  made.text = text;
  return made;
}

std::string_view reported(const Lifecycle& lifecycle, const std::vector<Policy::Stage>& stages) {
  if (lifecycle.disqualified.is_yes()) return "disqualified";
  const Policy::Stage* best = nullptr;  // of one rank that of the main line
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const bool is_higher = best == nullptr || stages[i].rank > best->rank ||
                           (stages[i].rank == best->rank && !stages[i].decl->beside);
    if (lifecycle.held[i].is_yes() && is_higher) best = &stages[i];
  }
  if (best != nullptr) return best->decl->name.text;
  return lifecycle.not_yet.is_yes() ? "not yet" : "";
}

}  // namespace

Value qualifier(const lang::QualifierDecl& decl, const Frame& frame) {
  Value made = truth(true);
  for (const lang::CriterionId id : decl.items) made = both(made, criterion(id, frame));
  return made;
}

Evaluator::Evaluator(const lang::Tree& tree, const Sample& sample, const std::string& folder)
    : policy_(tree, sample, folder) {
  // A lead without anything has all the labels.
  const DataRow blank{0, 0, std::vector<Cell>(sample.shapes[0].fields.size()), {}};
  evaluate(blank, {});
}

const std::vector<Answer>& Evaluator::evaluate(const DataRow& row, const BoundsOfScores& bounds) {
  answers_.clear();
  Lead lead{policy_, row, bounds, texts_, std::vector<std::optional<Value>>(policy_.tree.declarations.size()), {}};
  const Frame frame = frame_of(lead);
  const auto say = [&](std::string_view what, std::string_view name, const Value& value) {
    if (answers_.size() == labels_.size()) labels_.push_back(std::string(what).append(name));
    answers_.push_back(answer_of(value));
  };
  const auto say_declared = [&](std::string_view what, const auto& decl) {
    if (!decl.about) say(what, decl.name.text, declared(decl.name.text, frame));
  };
  const Overloaded answer{
      [&](const lang::QualifierDecl& decl) { say_declared("qualifier ", decl); },
      [&](const lang::ScoreDecl& decl) { say_declared("score ", decl); },
      [&](const lang::GradeDecl& decl) { say_declared("grade ", decl); },
      [&](const lang::OutputDecl& decl) { say("output ", decl.name.text, value(decl.value, frame)); },
      [&](const lang::IgnoreDecl& decl) {
        if (!decl.object) say("ignored", "", value(decl.condition, frame));
      },
      [&](const lang::FrameworkDecl& decl) {
        if (decl.has_parameters) return;
        const std::vector<Letter> all = letters(decl, frame);
        say("framework ", decl.name.text, qualified(decl, frame));
        say("met of ", decl.name.text, letters_met(all, false));
        for (Letter letter : all) {
          letter.met.faults = letter.half.faults = 0;  // nobody asks why a letter is open
          say("letter ", decl.name.text + "." + std::string(letter.name), letter.met);
          say("half ", decl.name.text + "." + std::string(letter.name), letter.half);
        }
      },
      [&](const lang::LifecycleDecl&) {
        const Lifecycle& found = lifecycle(lead);
        for (std::size_t i = 0; i < found.held.size(); ++i) {
          say("stage ", policy_.stages[i].decl->name.text, found.held[i]);
        }
        say("disqualified", "", found.disqualified);
        say("not yet", "", found.not_yet);
        say("reported", "", word(reported(found, policy_.stages)));
      },
      [&](const lang::RouteDecl& decl) {
        std::vector<Value> conditions;
        for (const lang::RouteRow& each : decl.rows) conditions.push_back(holds(each.condition, frame));
        const Taken taken = first_of(conditions);
        say("route", "", taken.is_sure ? word(decl.rows[taken.possible.back()].destination.text) : of_kind(Kind::text));
        say("provisional", "", truth(taken.is_open()));
      },
      [](const auto&) {},
  };
  for (const lang::Declaration& each : policy_.tree.declarations) std::visit(answer, each.node);
  return answers_;
}

}  // namespace muster::differ::slow
