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
        std::vector<std::pair<bool, Value>> holding{{false, known(Kind::number, 0)}};
        for (const lang::CriterionId each : group.items) holding.emplace_back(false, criterion(each, frame));
        return compared(CompareOp::greater_equal, sum(holding), known(Kind::number, least));
      },
  };
  return std::visit(work_out, frame.in.tree.criteria[id].node);
}

Answer answer_of(const Value& value) {
  if (!value.known())
    return Answer::missing((value.faults & overflow_fault) != 0, (value.faults & division_fault) != 0);
  const bool is_word = value.kind == Kind::text || value.kind == Kind::member || value.kind == Kind::label;
  if (is_word) return Answer::of(value.text);
  return value.kind == Kind::truth ? Answer::truth(value.is_yes()) : Answer::of(value.number(), value.digits);
}

std::string_view reported(const Context& in) {
  if (in.disqualified.is_yes()) return "disqualified";
  const Stage* best = nullptr;  // of one rank that of the main line
  for (const Stage& each : in.stages) {
    const bool is_higher = best == nullptr || each.rank > best->rank || (each.rank == best->rank && !each.decl->beside);
    if (each.held.is_yes() && is_higher) best = &each;
  }
  if (best != nullptr) return best->decl->name.text;
  return in.not_yet.is_yes() ? "not yet" : "";
}

}  // namespace

Value qualifier(const lang::QualifierDecl& decl, const Frame& frame) {
  return all_hold(decl.items, [&](lang::CriterionId id) { return criterion(id, frame); });
}

Evaluator::Evaluator(const lang::Tree& tree, const Sample& sample, const std::string& folder)
    : in_(tree, sample, folder) {
  // A lead without anything has all the labels.
  const DataRow blank{0, 0, std::vector<Cell>(sample.shapes[0].fields.size()), {}};
  evaluate(blank, {});
}

const std::vector<Answer>& Evaluator::evaluate(const DataRow& row, const BoundsOfScores& bounds) {
  answers_.clear();
  in_.lead = &row;
  in_.bounds = bounds;
  in_.has_stages = false;
  in_.worked_out.assign(in_.tree.declarations.size(), std::nullopt);
  const Frame frame = in_.of_lead();
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
        work_out_stages(in_);
        for (const Stage& stage : in_.stages) say("stage ", stage.decl->name.text, stage.held);
        say("disqualified", "", in_.disqualified);
        say("not yet", "", in_.not_yet);
        say("reported", "", {.kind = Kind::text, .is_bounded = true, .text = reported(in_)});
      },
      [&](const lang::RouteDecl& decl) {
        const Taken taken =
            first_of(each_of(decl.rows, [&](const auto& each) { return holds(each.condition, frame); }));
        say("route", "",
            text_value(taken.is_sure ? std::string_view(decl.rows[taken.possible.back()].destination.text) : ""));
        say("provisional", "", truth(taken.is_open()));
      },
      [](const auto&) {},
  };
  for (const lang::Declaration& each : in_.tree.declarations) std::visit(answer, each.node);
  return answers_;
}

}  // namespace muster::differ::slow
