// An evaluator of policies that is meant to be obviously right and not to be fast: one lead at a time, one row at a
// time, from the parsed tree, written from the language reference alone. It shares the parser with Muster and nothing
// of what decides an answer. names.cpp follows names, expression.cpp works out values and conditions, choice.cpp bands,
// tables and grades, rows.cpp child rows, score.cpp points, stage.cpp frameworks and the lifecycle, evaluator.cpp the
// rest. May include: lang/syntax, tests/differ. Called by: differ.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lang/syntax/tree.h"
#include "tests/differ/answer.h"
#include "tests/differ/slow/value.h"
#include "tests/differ/world.h"

namespace muster::differ::slow {

using lang::ExprId;
using lang::Overloaded;
using lang::RowsId;

// What a score can still become. The reference says what bounds mean, and leaves open how narrow they are, so they are
// given: the differ checks that they hold.
struct Bounds {
  std::int64_t lowest = 0, highest = 0;
};
using BoundsOfScores = std::unordered_map<std::string, Bounds>;

// What stands in a policy. The names of its declarations, members, labels and stages are all different.
struct Policy {
  struct Rate {
    std::string from, to;
    std::int64_t day;
    Value rate;
  };
  using Key = lang::PolicyEntry::Key;
  struct Stage {
    const lang::StageDecl* decl;
    std::int64_t rank;
  };

  Policy(const lang::Tree& tree, const Sample& sample, const std::string& folder);
  template <class Decl>
  [[nodiscard]] const Decl& declared(std::string_view name) const {
    return std::get<Decl>(tree.declarations[declarations.at(name)].node);
  }
  template <class Decl>
  [[nodiscard]] std::vector<const Decl*> all() const {
    std::vector<const Decl*> found;
    for (const lang::Declaration& each : tree.declarations) {
      if (const auto* decl = std::get_if<Decl>(&each.node)) found.push_back(decl);
    }
    return found;
  }
  // The item of the lifecycle, or null.
  template <class Item>
  [[nodiscard]] const Item* item() const {
    for (const lang::LifecycleDecl* decl : all<lang::LifecycleDecl>()) {
      for (const lang::LifecycleItem& each : decl->items) {
        if (const auto* found = std::get_if<Item>(&each.node)) return found;
      }
    }
    return nullptr;
  }
  // What an expression is behind its parentheses, or null.
  template <class Node>
  [[nodiscard]] const Node* node(ExprId id) const {
    const auto* inner = std::get_if<lang::Parenthesised>(&tree.expressions[id].node);
    return inner != nullptr ? node<Node>(inner->inner) : std::get_if<Node>(&tree.expressions[id].node);
  }
  [[nodiscard]] std::string_view word(ExprId name) const { return node<lang::NameRef>(name)->path.back().text; }
  [[nodiscard]] std::string_view header(Key key, std::string_view otherwise) const;
  [[nodiscard]] const lang::ObjectDecl& object(std::uint32_t shape) const;
  template <class Flag>
  [[nodiscard]] const lang::Field* field_that(std::uint32_t shape, Flag lang::Field::* is) const {
    const std::vector<lang::Field>& fields = object(shape).fields;
    const auto found = std::ranges::find_if(fields, [is](const lang::Field& each) { return bool(each.*is); });
    return found == fields.end() ? nullptr : &*found;
  }
  [[nodiscard]] const lang::Field& field(std::uint32_t shape, std::string_view name) const;
  [[nodiscard]] const Stage& stage(std::string_view name) const;
  [[nodiscard]] Value now(Kind kind) const;                         // of a date or a moment
  [[nodiscard]] Value in_kind(const Value& time, Kind kind) const;  // a day as its first moment, a moment as its day

  const lang::Tree& tree;
  const Sample& sample;
  Zone zone;
  std::string_view currency;
  std::unordered_map<std::string_view, std::uint32_t> declarations;
  std::vector<Rate> rates;                                              // as they stand in the file
  std::unordered_map<std::string_view, std::vector<Value>> lists;       // picklists, labels, kinds of rows
  std::unordered_map<std::string_view, Value> words;                    // of the lists
  std::map<std::pair<std::string_view, std::string>, Value> spellings;  // of a list's words, folded
  std::vector<Stage> stages;                                            // in the policy's order
  std::int64_t top_rank = -1;
};
inline constexpr unsigned currency_digits = 2;

struct Lifecycle {
  std::vector<Value> held;  // by stage
  Value disqualified, not_yet;
};
// A lead, and what has been worked out of it so far.
struct Lead {
  const Policy& policy;
  const DataRow& row;
  const BoundsOfScores& bounds;
  std::deque<std::string>& texts;           // that were made
  std::vector<std::optional<Value>> known;  // by declaration
  std::optional<Lifecycle> lifecycle;
};

struct Selected {
  const DataRow* row;
  Value counts, at;
};
struct Selection {
  std::uint32_t object = 0;
  bool is_given = true;        // false: nothing is known about such rows
  bool is_complete = true;     // false: there may be rows that nobody saw
  std::vector<Selected> rows;  // none that surely does not count; by time, those without one first, then by key
};
// While a rule is worked out: its `restart after` and those around it. Only what came after all such rows counts.
struct Restart {
  Selection rows;
  const Restart* around;
};
using Parameters = std::map<std::string_view, Value>;

// Where an expression stands: the row that bare names are about, and the rows around a `where`. A reference that leads
// nowhere has no row.
struct Frame {
  Lead& lead;
  const DataRow* row;
  std::uint32_t object = 0;
  const Frame* outer = nullptr;
  const Parameters* parameters = nullptr;
  const Restart* restart = nullptr;

  [[nodiscard]] Frame below(const DataRow* child, std::uint32_t object_of_child) const {
    return {lead, child, object_of_child, this, nullptr, restart};
  }
  // What has a name is the same wherever it is named: no rule around it takes rows from it.
  [[nodiscard]] Frame by_itself(const Parameters* own = nullptr) const { return {lead, row, object, outer, own}; }
};
inline Frame frame_of(Lead& lead) { return {lead, &lead.row}; }

// Of what is tried in turn, that which may be taken: up to the first one that surely is.
struct Taken {
  std::vector<std::size_t> possible;
  bool is_sure = false;
  std::uint8_t faults = 0;  // why the first one that is open is open
  [[nodiscard]] bool is_open() const { return possible.size() > (is_sure ? 1U : 0U); }
};
struct Letter {  // met at all, wholly met, half met
  std::string_view name;
  Value met, wholly, half;
};

// ---- names.cpp
Value name(const lang::NameRef& ref, const Frame& frame);
Value field(std::string_view wanted, const Frame& frame);
Value declared(std::string_view name, const Frame& frame);
Value call(const lang::Call& call, const Frame& frame);
Value as_declared(const Value& value, const lang::TypeRef& type);
Value in_currency(const Value& amount, std::string_view currency, const Frame& frame);
// ---- expression.cpp
Value value(ExprId id, const Frame& frame);
Value holds(const std::optional<ExprId>& condition, const Frame& frame);  // yes where there is none
Value is_one_of(const Value& subject, const std::vector<ExprId>& items, const Frame& frame);
Value compare(CompareOp op, const Value& left, ExprId right, const Frame& frame);
std::pair<Value, Value> edges(const lang::Window& window, Kind kind, const Frame& frame);  // both included
Value in_window(const lang::Window& window, const Value& time, const Frame& frame);
// ---- choice.cpp
Taken first_of(const std::vector<Value>& conditions);
Taken first_band(ExprId subject, const std::vector<lang::Band>& bands, const Frame& frame);
Value chosen(const Taken& taken, const std::vector<Value>& results);
Value table(const lang::TableDecl& table, const std::vector<Value>& arguments, const Frame& frame);
Value grade(const lang::GradeDecl& grade, const Frame& frame);
// ---- rows.cpp
Selection select(RowsId id, const Frame& frame, bool with_where = true);
Value rows_test(const lang::RowsTest& test, const Frame& frame);
Value aggregate(const lang::Aggregate& aggregate, const Frame& frame);
Value days_of(const lang::DaysOf& days, const Frame& frame);
bool add_different(const Value& value, std::vector<Value>& seen);  // whether it is known and none of them
// ---- score.cpp
Value score(const lang::ScoreDecl& score, const Frame& frame);
// ---- stage.cpp
Value is_verified(const lang::Field& about, const Frame& frame);
std::vector<Letter> letters(const lang::FrameworkDecl& framework, const Frame& frame);
Value letters_met(const std::vector<Letter>& letters, bool as_share);
Value qualified(const lang::FrameworkDecl& framework, const Frame& frame);
const Lifecycle& lifecycle(Lead& lead);
Value stage_compared(CompareOp op, std::string_view stage, Lead& lead);
Value becomes(std::string_view stage, Lead& lead);
Value behaviour_counts(const Value& at, Lead& lead);
// ---- evaluator.cpp
Value qualifier(const lang::QualifierDecl& qualifier, const Frame& frame);

class Evaluator {
 public:
  // Both outlive the evaluator.
  Evaluator(const lang::Tree& tree, const Sample& sample, const std::string& folder);
  [[nodiscard]] const std::vector<std::string>& labels() const { return labels_; }
  // By label; valid until the next call, its texts as long as the evaluator.
  const std::vector<Answer>& evaluate(const DataRow& lead, const BoundsOfScores& bounds);

 private:
  const Policy policy_;
  std::deque<std::string> texts_;
  std::vector<std::string> labels_;
  std::vector<Answer> answers_;
};

}  // namespace muster::differ::slow
