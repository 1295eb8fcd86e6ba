#include "tests/differ/slow/evaluator.h"

#include <algorithm>

#include "tests/differ/slow/text.h"

namespace muster::differ::slow {

using lang::Overloaded;

namespace {

// Lists of grades are numbered from here, so that a label is never mistaken for a picklist's member.
constexpr std::int32_t first_grade = 1000;

std::string_view entry_of(const lang::Tree& tree, lang::PolicyEntry::Key key, std::string_view otherwise) {
  for (const lang::Declaration& declaration : tree.declarations) {
    const auto* header = std::get_if<lang::PolicyHeader>(&declaration.node);
    if (header == nullptr) continue;
    for (const lang::PolicyEntry& entry : header->entries) {
      if (entry.key == key) return entry.text;
    }
  }
  return otherwise;
}

}  // namespace

Evaluator::Evaluator(const lang::Tree& tree, const Sample& sample, const std::string& folder)
    : tree_(tree),
      sample_(sample),
      zone_(std::string(entry_of(tree, lang::PolicyEntry::Key::zone, "UTC"))),
      as_of_(sample.as_of.instant),
      as_of_day_(zone_.day_of(as_of_)),
      currency_(entry_of(tree, lang::PolicyEntry::Key::currency, "")) {
  fields_.resize(sample.shapes.size());
  for (std::uint32_t i = 0; i < sample.shapes.size(); ++i) {
    objects_[sample.shapes[i].name] = i;
    for (std::size_t k = 0; k < sample.shapes[i].fields.size(); ++k) fields_[i][sample.shapes[i].fields[k].name] = k;
  }
  names_.resize(first_grade);
  std::int32_t picklists = 0;
  for (std::uint32_t index = 0; index < tree.declarations.size(); ++index) {
    std::visit(Overloaded{
                   [&](const lang::ObjectDecl& object) {
                     object_decls_[object.name.text] = &object;
                     for (const lang::Field& each : object.fields) {
                       if (each.type.currency) field_currencies_[each.name.text] = each.type.currency->text;
                       for (std::size_t i = 0; i < each.kinds.size(); ++i) {
                         kinds_[each.kinds[i].name.text] = {objects_.at(object.name.text),
                                                            static_cast<std::int64_t>(i)};
                       }
                     }
                   },
                   [&](const lang::PicklistDecl& picklist) {
                     lists_[picklist.name.text] = picklists;
                     for (std::size_t i = 0; i < picklist.members.size(); ++i) {
                       const lang::PicklistMember& member = picklist.members[i];
                       members_[member.name.text] = {picklists, static_cast<std::int64_t>(i)};
                       spellings_[picklists][folded(member.name.text)] = static_cast<std::int64_t>(i);
                       for (const lang::Quoted& spelling : member.spellings) {
                         spellings_[picklists][folded(spelling.text)] = static_cast<std::int64_t>(i);
                       }
                       names_[static_cast<std::size_t>(picklists)].push_back(member.name.text);
                     }
                     ++picklists;
                   },
                   [&](const lang::GradeDecl& grade) {
                     const auto list = static_cast<std::int32_t>(names_.size());
                     names_.emplace_back();
                     for (const lang::GradeRow& row : grade.rows) {
                       for (const lang::Name& label : row.cells) {
                         if (members_.contains(label.text)) continue;
                         members_[label.text] = {list, static_cast<std::int64_t>(names_.back().size())};
                         names_.back().push_back(label.text);
                       }
                     }
                   },
                   [&](const lang::LifecycleDecl& lifecycle) {
                     lifecycle_ = &lifecycle;
                     for (const lang::LifecycleItem& item : lifecycle.items) {
                       const auto* stage = std::get_if<lang::StageDecl>(&item.node);
                       if (stage == nullptr) continue;
                       stages_.push_back({stage, stage->beside ? stage_named(stage->beside->text)->rank : ++top_rank_});
                     }
                   },
                   [&](const lang::RatesDecl& rates) {
                     read_rates(folder + "/" + rates.file.text);
                     rates_at_ = rates.at;
                   },
                   [&](const lang::TableDecl& table) {
                     auto& rows = table_rows_[table.name.text];
                     rows.insert(rows.end(), table.rows.begin(), table.rows.end());
                   },
                   [&](const lang::ExtendDecl& more) {
                     auto& rows = table_rows_[more.table.text];
                     rows.insert(rows.begin(), more.rows.begin(), more.rows.end());
                   },
                   [&](const lang::IgnoreDecl& ignore) {
                     if (ignore.object) row_ignores_.push_back(&ignore);
                   },
                   [](const auto&) {},
               },
               tree.declarations[index].node);
    std::visit(
        [&](const auto& decl) {
          if constexpr (requires { std::string_view(decl.name.text); }) declarations_[decl.name.text] = index;
        },
        tree.declarations[index].node);
  }
  memo_.resize(tree.declarations.size());
  add_labels();
}

void Evaluator::add_labels() {
  for (const lang::Declaration& declaration : tree_.declarations) {
    std::visit(Overloaded{
                   [&](const lang::QualifierDecl& decl) {
                     if (!decl.about) labels_.push_back("qualifier " + decl.name.text);
                   },
                   [&](const lang::ScoreDecl& decl) {
                     if (!decl.about) labels_.push_back("score " + decl.name.text);
                   },
                   [&](const lang::GradeDecl& decl) {
                     if (!decl.about) labels_.push_back("grade " + decl.name.text);
                   },
                   [&](const lang::FrameworkDecl& decl) {
                     if (decl.has_parameters) return;
                     labels_.push_back("framework " + decl.name.text);
                     labels_.push_back("met of " + decl.name.text);
                     const auto add_letters = [&](const lang::FrameworkDecl& from) {
                       for (const lang::LetterDecl& letter : from.letters) {
                         if (letter.overrides) continue;
                         labels_.push_back("letter " + decl.name.text + "." + letter.name.text);
                         labels_.push_back("half " + decl.name.text + "." + letter.name.text);
                       }
                     };
                     if (decl.source) {
                       const std::uint32_t pattern = declarations_.at(decl.source->name.text);
                       add_letters(std::get<lang::FrameworkDecl>(tree_.declarations[pattern].node));
                     }
                     add_letters(decl);
                   },
                   [&](const lang::OutputDecl& decl) { labels_.push_back("output " + decl.name.text); },
                   [&](const lang::LifecycleDecl&) {
                     for (const StageRef& stage : stages_) labels_.push_back("stage " + stage.stage->name.text);
                     labels_.insert(labels_.end(), {"disqualified", "not yet", "reported"});
                   },
                   [&](const lang::RouteDecl&) { labels_.insert(labels_.end(), {"route", "provisional"}); },
                   [&](const lang::IgnoreDecl& decl) {
                     if (!decl.object) labels_.push_back("ignored " + std::to_string(labels_.size()));
                   },
                   [](const auto&) {},
               },
               declaration.node);
  }
}

Answer Evaluator::answer_of(const Value& value) const {
  if (!value.known) {
    return Answer::missing((value.faults & overflow_fault) != 0, (value.faults & division_fault) != 0);
  }
  switch (value.kind) {
    case Kind::truth:
      return Answer::truth(value.is_yes());
    case Kind::text:
      return Answer::of(value.text);
    case Kind::member:
      return Answer::of(names_[static_cast<std::size_t>(value.list)][static_cast<std::size_t>(value.number)]);
    default:
      return Answer::of(value.number, value.digits);
  }
}

const std::vector<Answer>& Evaluator::evaluate(const DataRow& lead, const BoundsOfScores& bounds) {
  lead_ = &lead;
  bounds_ = &bounds;
  answers_.clear();
  has_lifecycle_ = false;
  std::fill(memo_.begin(), memo_.end(), std::nullopt);
  const Frame frame{&lead, 0, nullptr, nullptr};
  const auto add = [&](const Value& value) { answers_.push_back(answer_of(value)); };
  for (std::uint32_t index = 0; index < tree_.declarations.size(); ++index) {
    std::visit(Overloaded{
                   [&](const lang::FrameworkDecl& decl) {
                     if (decl.has_parameters) return;
                     const auto add_plain = [&](Value made) {  // nobody asks why a letter is open
                       made.faults = 0;
                       add(made);
                     };
                     add(qualified(decl, frame));
                     const std::vector<Letter> all = letters(decl, frame);
                     add(letters_met(all, false));
                     for (const Letter& letter : all) {
                       add_plain(letter.met);
                       add_plain(letter.half);
                     }
                   },
                   [&](const lang::LifecycleDecl&) {
                     lifecycle(lead);
                     for (const Value& held : held_) add(held);
                     add(disqualified_);
                     add(not_yet_);
                     std::string_view reported = not_yet_.is_yes() ? "not yet" : "";
                     std::int64_t best = -1;
                     for (std::size_t i = 0; i < stages_.size(); ++i) {
                       const bool is_higher =
                           stages_[i].rank > best || (stages_[i].rank == best && !stages_[i].stage->beside);
                       if (!held_[i].is_yes() || !is_higher) continue;
                       best = stages_[i].rank;
                       reported = stages_[i].stage->name.text;
                     }
                     if (disqualified_.is_yes()) reported = "disqualified";
                     answers_.push_back(Answer::of(reported));
                   },
                   [&](const lang::RouteDecl& route) {
                     Answer destination;
                     bool is_provisional = false;
                     for (const lang::RouteRow& row : route.rows) {
                       const Value taken = row.condition ? value(*row.condition, frame) : truth(true);
                       if (!taken.known) is_provisional = true;
                       if (!taken.is_yes()) continue;
                       destination = Answer::of(row.destination.text);
                       break;
                     }
                     answers_.push_back(destination);
                     answers_.push_back(Answer::truth(is_provisional));
                   },
                   [&](const lang::IgnoreDecl& ignore) {
                     if (!ignore.object) add(value(ignore.condition, frame));
                   },
                   [&](const auto& decl) {
                     using Decl = std::decay_t<decltype(decl)>;
                     if constexpr (std::is_same_v<Decl, lang::OutputDecl>) add(evaluate_declaration(index, frame));
                     if constexpr (std::is_same_v<Decl, lang::QualifierDecl> || std::is_same_v<Decl, lang::ScoreDecl> ||
                                   std::is_same_v<Decl, lang::GradeDecl>) {
                       if (!decl.about) add(evaluate_declaration(index, frame));
                     }
                   },
               },
               tree_.declarations[index].node);
  }
  return answers_;
}

// ---- qualifiers

Value Evaluator::qualifier(const lang::QualifierDecl& decl, const Frame& frame) { return criteria(decl.items, frame); }

Value Evaluator::criteria(const std::vector<lang::CriterionId>& items, const Frame& frame) {
  Value made = truth(true);
  for (const lang::CriterionId id : items) made = both(made, criterion(tree_.criteria[id], frame));
  return made;
}

Value Evaluator::criterion(const lang::Criterion& item, const Frame& frame) {
  if (const auto* require = std::get_if<lang::Require>(&item.node)) return value(require->condition, frame);
  if (const auto* exclude = std::get_if<lang::Exclude>(&item.node)) {
    const Value out = negation(value(exclude->condition, frame));
    return exclude->except_when ? either(out, value(*exclude->except_when, frame)) : out;
  }
  const auto& group = std::get<lang::CriterionGroup>(item.node);
  std::vector<Value> values;
  for (const lang::CriterionId id : group.items) values.push_back(criterion(tree_.criteria[id], frame));
  const auto all = static_cast<std::uint32_t>(values.size());
  return at_least(group.kind == lang::GroupKind::all_of   ? all
                  : group.kind == lang::GroupKind::any_of ? 1
                                                          : group.count,
                  values);
}

}  // namespace muster::differ::slow
