// An evaluator of policies that is meant to be obviously right and not to be fast: one lead at a time, one row at a
// time, from the parsed tree, written from the language reference alone. It shares the parser with Muster and nothing
// of what decides an answer. stage.h works out frameworks and the lifecycle, rows.h child rows, choice.h sets, bands
// and tables, score.h points; evaluator.cpp follows names and works out values and conditions, and with them the
// answers. May include: lang/syntax, tests/differ. Called by: differ.
#pragma once

#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "lang/syntax/tree.h"
#include "tests/differ/answer.h"
#include "tests/differ/generator.h"
#include "tests/differ/read_rows.h"
#include "tests/differ/slow/value.h"
#include "tests/differ/world.h"

namespace muster::differ::slow {

// What a score can still become. The reference says what bounds mean, and leaves open how narrow they are, so they are
// given: the differ checks that they hold.
using BoundsOfScores = std::unordered_map<std::string, std::pair<std::int64_t, std::int64_t>>;  // lowest and highest
inline constexpr std::int64_t no_lowest = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t no_highest = std::numeric_limits<std::int64_t>::max();

struct FieldOf {
  std::size_t at;  // among the cells
  Value type;
  bool is_event;
};
struct Object {
  const ObjectDecl* decl = nullptr;  // none: stages that people set
  std::unordered_map<std::string_view, FieldOf> fields;
};

struct Stage {
  const StageDecl* decl;
  std::int64_t rank;
  Value held{};  // by the lead
};

// A policy, and the lead that is looked at. The names of declarations, members, labels and stages are all different.
// The differ evaluates; the rest is for the functions below.
struct Evaluator {
  // Both outlive the evaluator.
  Evaluator(const lang::Tree& tree, const Sample& sample);
  // By label; valid until the next call, its texts as long as the evaluator.
  const std::vector<Answer>& evaluate(const DataRow& lead, const BoundsOfScores& bounds);

  template <class Decl>
  [[nodiscard]] const Decl& decl(std::string_view name) const {
    return std::get<Decl>(tree.declarations[declarations.at(name)].node);
  }
  // Declarations, and items of the lifecycle.
  template <class Decl>
  [[nodiscard]] std::vector<const Decl*> all() const {
    std::vector<const Decl*> found;
    const Overloaded add{[&](const Decl& each) { found.push_back(&each); }, [](const auto&) {}};
    for (const Declaration& each : tree.declarations) {
      std::visit(add, each.node);
      const auto* lifecycle = std::get_if<LifecycleDecl>(&each.node);
      if (lifecycle == nullptr) continue;
      for (const LifecycleItem& item : lifecycle->items) std::visit(add, item.node);
    }
    return found;
  }
  template <class Decl>
  [[nodiscard]] const Decl* only() const {
    const std::vector<const Decl*> found = all<Decl>();
    return found.empty() ? nullptr : found[0];
  }
  // What an expression is behind its parentheses, or null.
  template <class Node>
  [[nodiscard]] const Node* node(ExprId id) const {
    const auto* inner = std::get_if<Parenthesised>(&tree.expressions[id].node);
    return inner != nullptr ? node<Node>(inner->inner) : std::get_if<Node>(&tree.expressions[id].node);
  }
  [[nodiscard]] std::string_view word(ExprId name) const { return node<NameRef>(name)->path.back().text; }
  [[nodiscard]] const Field* field_that(std::uint32_t object, auto test) const {
    for (const Field& each : objects[object].decl->fields) {
      if (std::invoke(test, each)) return &each;
    }
    return nullptr;
  }
  [[nodiscard]] const Stage& stage(std::string_view name) const {
    return *std::ranges::find_if(stages, [&](const Stage& each) { return each.decl->name.text == name; });
  }
  // A day as its first moment, a moment as its day.
  [[nodiscard]] Value in_kind(const Value& time, Kind kind) const {
    if (time.kind == kind || !time.known()) return time;
    if (kind == Kind::moment) return known(kind, instant_of(time.number(), 0, *zone));
    return known(kind, floored(local_of(time.number(), *zone), microseconds_of_day));
  }
  [[nodiscard]] Value now(Kind kind) const {
    return known(kind, kind == Kind::date ? sample.as_of.day : sample.as_of.instant);
  }

  const lang::Tree& tree;
  const Sample& sample;
  const ReadRows rows;
  const date::time_zone* zone = date::locate_zone("UTC");
  std::unordered_map<std::string_view, std::uint32_t> declarations;
  std::vector<Object> objects;
  std::unordered_map<std::string_view, std::vector<Value>> lists;        // picklists, labels, kinds of rows
  std::unordered_map<std::string_view, Value> words;                     // of the lists
  std::map<std::pair<std::string_view, std::wstring>, Value> spellings;  // of a list's words, folded
  const std::vector<const IgnoreDecl*> ignores = all<IgnoreDecl>();
  const Recycled* recycled = only<Recycled>();
  const Relation* reference = nullptr;                      // of a lead to its company
  std::multimap<std::wstring, const DataRow*> by_fallback;  // companies by what the fallback match compares
  std::vector<Stage> stages;                                // by rank, then in the policy's order
  std::deque<std::string> texts;                            // that functions made
  // The rows of a table that some arguments come to first, and one past the last where some come to none.
  std::map<const TableDecl*, std::set<std::size_t>> rows_reached;
  // Of the lead: what was worked out of it so far, by declaration.
  const DataRow* lead = nullptr;
  const DataRow* company = nullptr;  // that it refers to
  BoundsOfScores bounds;
  std::vector<std::optional<Value>> worked_out;
  const FrameworkDecl* made_from_pattern = nullptr;  // which a pattern means that names itself
  Value sent_back, disqualified, not_yet;
  std::vector<std::string> labels;
  std::vector<Answer> answers;
};
inline constexpr unsigned currency_digits = 2;

struct Restart;
using Parameters = std::map<std::string_view, Value>;

// Where an expression stands: the row that bare names are about, and the rows around a `where`. A reference that leads
// nowhere has no row.
struct Frame {
  Evaluator& in;
  const DataRow* row;
  std::uint32_t object = 0;
  const Frame* outer = nullptr;
  const Parameters* parameters = nullptr;
  const Restart* restart = nullptr;

  [[nodiscard]] Frame below(const DataRow& child) const { return {in, &child, child.object, this, nullptr, restart}; }
  // What has a name is the same wherever it is named: no rule around it takes rows from it.
  [[nodiscard]] Frame by_itself(const Parameters* own = nullptr) const { return {in, row, object, outer, own}; }
};

inline Frame of_lead(Evaluator& in) { return {in, in.lead}; }

auto each_of(const auto& items, auto work) {
  std::vector<std::decay_t<decltype(std::invoke(work, *items.begin()))>> made;
  for (const auto& item : items) made.push_back(std::invoke(work, item));
  return made;
}
// Whether all conditions hold.
Value all_hold(const auto& items, auto condition) {
  Value made = truth(true);
  for (const auto& item : items) {
    if (!made.is_no()) made = both(made, condition(item));
  }
  return made;
}

// Of evaluator.cpp.
Value value(ExprId id, const Frame& frame);
Value name(const NameRef& ref, const Frame& frame);
Value field(std::string_view wanted, const Frame& frame);

inline std::vector<Value> values(const std::vector<ExprId>& ids, const Frame& frame) {
  return each_of(ids, [&](ExprId id) { return value(id, frame); });
}
inline Value holds(const std::optional<ExprId>& condition, const Frame& frame) {
  return condition ? value(*condition, frame) : truth(true);
}
inline const Field& field_of(ExprId name, const Frame& frame) {
  const std::string_view word = frame.in.word(name);
  return *frame.in.field_that(frame.object, [&](const Field& each) { return each.name.text == word; });
}
inline Value as_declared(const Value& value, const TypeRef& type) {
  if (value.kind != Kind::number) return value;
  const bool has_digits = type.name.text == "decimal" || type.name.text == "percent";
  return rescaled(value, has_digits ? type.digits.value_or(4) : type.name.text == "money" ? currency_digits : 0);
}
// What a call, or the use of a pattern, gives to what has parameters.
inline Parameters given(const std::vector<Parameter>& parameters, const std::vector<ExprId>& arguments,
                        const Frame& frame) {
  Parameters made;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    made[parameters[i].name.text] = as_declared(value(arguments[i], frame), parameters[i].type);
  }
  return made;
}

}  // namespace muster::differ::slow
