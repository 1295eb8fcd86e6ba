#include <fstream>
#include <sstream>

#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

namespace {

Value criterion(CriterionId id, const Frame& frame) {
  const Overloaded work_out{
      [&](const Require& require) { return value(require.condition, frame); },
      [&](const Exclude& exclude) {
        const Value out = negation(value(exclude.condition, frame));
        return exclude.except_when ? either(out, value(*exclude.except_when, frame)) : out;
      },
      [&](const CriterionGroup& group) {
        const bool is_any = group.kind == GroupKind::any_of;
        const auto all = group.kind == GroupKind::all_of ? group.items.size() : group.count;
        std::vector<std::pair<bool, Value>> holding{{false, known(Kind::number, 0)}};
        for (const CriterionId each : group.items) holding.emplace_back(false, criterion(each, frame));
        return compared(CompareOp::greater_equal, sum(holding), known(Kind::number, is_any ? 1 : all));
      },
  };
  return std::visit(work_out, frame.in.tree.criteria[id].node);
}

Answer answer_of(const Value& value) {
  if (!value.known()) return {.number = value.faults};
  if (value.kind == Kind::truth) return Answer::truth(value.is_yes());
  const bool is_word = value.kind == Kind::text || value.kind == Kind::member || value.kind == Kind::label;
  return is_word ? Answer::of(value.text) : Answer::of(value.number(), value.digits);
}

std::string_view reported(const Evaluator& in) {
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

Value qualifier(const QualifierDecl& decl, const Frame& frame) {
  return all_hold(decl.items, [&](CriterionId id) { return criterion(id, frame); });
}

Evaluator::Evaluator(const Tree& of, const Sample& about, const std::string& folder)
    : tree(of), sample(about), zone(date::locate_zone("UTC")) {
  for (std::uint32_t index = 0; index < tree.declarations.size(); ++index) {
    const auto add_name = [&](const auto& decl) {
      if constexpr (requires { std::string_view(decl.name.text); }) declarations[decl.name.text] = index;
    };
    std::visit(add_name, tree.declarations[index].node);
  }
  for (const auto* header : all<PolicyHeader>()) {
    for (const PolicyEntry& entry : header->entries) {
      if (entry.key == PolicyEntry::Key::zone) zone = date::locate_zone(entry.text);
      if (entry.key == PolicyEntry::Key::currency) currency = entry.text;
    }
  }
  const auto add_word = [&](Kind kind, std::string_view list, std::string_view word) {
    Value made = known(kind, static_cast<Wide>(lists[list].size()));
    made.list = list;
    made.text = word;
    if (words.emplace(word, made).second) lists[list].push_back(made);
  };
  for (const auto* picklist : all<PicklistDecl>()) {
    for (const PicklistMember& each : picklist->members) {
      add_word(Kind::member, picklist->name.text, each.name.text);
      const Value& member = spellings[{picklist->name.text, folded(each.name.text)}] = words[each.name.text];
      for (const Quoted& spelling : each.spellings) spellings[{member.list, folded(spelling.text)}] = member;
    }
  }
  for (const auto* grade : all<GradeDecl>()) {
    for (const GradeRow& row : grade->rows) {
      for (const Name& label : row.cells) add_word(Kind::label, grade->name.text, label.text);
    }
  }
  for (const auto* object : all<ObjectDecl>()) {
    for (const Field& each : object->fields) {
      for (const KindDecl& kind : each.kinds) add_word(Kind::member, object->name.text, kind.name.text);
    }
  }
  ignores = all<IgnoreDecl>();
  recycled = only<Recycled>();
  std::int64_t top = -1;
  for (const auto* decl : all<StageDecl>()) {
    stages.push_back({decl, decl->beside ? stage(decl->beside->text).rank : ++top});
  }
  for (const auto* decl : all<RatesDecl>()) {  // lines such as EUR,USD,2026-01-01,1.08 behind a header
    std::ifstream file(folder + "/" + decl->file.text);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::ranges::replace_if(line, [](char byte) { return byte == ',' || byte == '-'; }, ' ');
      std::string from, to, rate;
      int year = 0, month = 0, day = 0;
      std::istringstream(line) >> from >> to >> year >> month >> day >> rate;
      const auto digits = static_cast<unsigned>(rate.size() - 1 - std::min(rate.find('.'), rate.size() - 1));
      std::erase(rate, '.');
      const std::chrono::sys_days since{std::chrono::year{year} / month / day};
      rates[from + to][since.time_since_epoch().count()] = known(Kind::number, std::stoll(rate), digits);
    }
  }
  for (const DataRow& row : sample.companies) {
    const std::optional<FallbackMatch>& otherwise = reference().otherwise;
    by_key[trimmed(row.cells[0].text)] = &row;
    if (!otherwise) continue;
    const Value match = field(otherwise->field.text, {*this, &row, row.object});
    if (match.known()) by_fallback.emplace(folded(match.text), &row);
  }
  // A lead without anything has all the labels.
  evaluate({0, 0, std::vector<Cell>(sample.shapes[0].fields.size()), {}}, {});
}

const std::vector<Answer>& Evaluator::evaluate(const DataRow& of, const BoundsOfScores& of_scores) {
  answers.clear();
  lead = &of;
  bounds = of_scores;
  has_stages = false;
  worked_out.assign(tree.declarations.size(), std::nullopt);
  const Frame frame = of_lead();
  company = referred(*this);
  const auto say = [&](std::string_view what, std::string_view name, const Value& value) {
    if (answers.size() == labels.size()) labels.push_back(std::string(what).append(name));
    answers.push_back(answer_of(value));
  };
  const auto say_declared = [&](std::string_view what, const auto& decl) {
    if (!decl.about) say(what, decl.name.text, slow::declared(decl.name.text, frame));
  };
  const Overloaded answer{
      [&](const QualifierDecl& decl) { say_declared("qualifier ", decl); },
      [&](const ScoreDecl& decl) { say_declared("score ", decl); },
      [&](const GradeDecl& decl) { say_declared("grade ", decl); },
      [&](const OutputDecl& decl) { say("output ", decl.name.text, value(decl.value, frame)); },
      [&](const IgnoreDecl& decl) {
        if (!decl.object) say("ignored", "", value(decl.condition, frame));
      },
      [&](const FrameworkDecl& decl) {
        if (decl.has_parameters) return;
        const std::vector<Letter> all = letters(decl, frame);
        say("framework ", decl.name.text, qualified(decl, frame));
        say("met of ", decl.name.text, letters_met(all, false));
        for (const Letter& letter : all) {
          const std::string name = decl.name.text + "." + std::string(letter.name);
          say("letter ", name, letter.met.known() ? letter.met : undecided());  // nobody asks why it is open
          say("half ", name, letter.half.known() ? letter.half : undecided());
        }
      },
      [&](const LifecycleDecl&) {
        work_out_stages(*this);
        for (const Stage& stage : stages) say("stage ", stage.decl->name.text, stage.held);
        say("disqualified", "", disqualified);
        say("not yet", "", not_yet);
        say("reported", "", {.kind = Kind::text, .is_bounded = true, .text = reported(*this)});
      },
      [&](const RouteDecl& decl) {
        const auto taken = first_of(each_of(decl.rows, [&](const auto& row) { return holds(row.condition, frame); }));
        const auto* destination = taken.is_sure ? &decl.rows[taken.possible.back()].destination.text : nullptr;
        say("route", "", destination == nullptr ? of_kind(Kind::text) : text_value(*destination));
        say("provisional", "", truth(taken.is_open()));
      },
      [](const auto&) {},
  };
  for (const Declaration& each : tree.declarations) std::visit(answer, each.node);
  return answers;
}

}  // namespace muster::differ::slow
