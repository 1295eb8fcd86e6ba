// An evaluator of policies that is meant to be obviously right and not to be fast: one lead at a time, one row at a
// time, from the parsed tree, written from the language reference alone. It shares the parser with Muster and nothing
// of what decides an answer. names.cpp follows names, rates.cpp converts amounts, expression.cpp values and conditions,
// choice.cpp bands, tables and grades, rows.cpp child rows, score.cpp points, stage.cpp frameworks and the lifecycle,
// evaluator.cpp the rest. May include: lang/syntax, tests/differ. Called by: differ.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lang/syntax/tree.h"
#include "tests/differ/answer.h"
#include "tests/differ/slow/calendar.h"
#include "tests/differ/slow/value.h"
#include "tests/differ/world.h"

namespace muster::differ::slow {

using lang::ExprId;
using lang::RowsId;

// What a score can still become. The reference says what bounds mean, and leaves open how narrow they are, so they are
// given: the differ checks that they hold.
struct Bounds {
  std::int64_t lowest = 0, highest = 0;
};
using BoundsOfScores = std::unordered_map<std::string, Bounds>;

class Evaluator {
 public:
  // Both outlive the evaluator. The names of the policy's declarations, members, labels and stages are all different.
  Evaluator(const lang::Tree& tree, const Sample& sample, const std::string& folder);
  [[nodiscard]] const std::vector<std::string>& labels() const { return labels_; }
  // By label; valid until the next call, its texts as long as the evaluator.
  const std::vector<Answer>& evaluate(const DataRow& lead, const BoundsOfScores& bounds);

 private:
  using Parameters = std::vector<std::pair<std::string_view, Value>>;
  // Where an expression stands: the row that bare names are about, and the rows around a `where`. A reference that
  // leads nowhere has no row.
  struct Frame {
    const DataRow* row = nullptr;
    std::uint32_t object = 0;
    const Frame* outer = nullptr;
    const Parameters* parameters = nullptr;
  };
  struct Place {
    const DataRow* row;
    std::uint32_t object;
  };
  struct StageRef {
    const lang::StageDecl* stage;
    std::int64_t rank;
  };
  struct Letter {  // met at all, wholly met, half met
    std::string_view name;
    Value met, wholly, half;
  };
  struct Selected {
    const DataRow* row;
    Value counts;
    std::optional<std::int64_t> at;  // a day or a moment, in microseconds
  };
  struct Selection {
    std::uint32_t object = 0;
    bool is_given = true;     // false: nothing is known about such rows
    bool is_complete = true;  // false: there may be rows that nobody saw
    bool of_days = false;
    std::vector<Selected> rows;  // none that surely does not count; by time, those without one first, then by key
  };
  struct Edges {
    std::optional<Value> from, to;
  };
  struct Restart {
    bool is_plain, is_open;
    std::optional<std::int64_t> sure, possible;
  };
  class RestartScope {
   public:
    RestartScope(Evaluator& evaluator, const lang::Clauses& clauses, const Frame& frame);
    ~RestartScope();

   private:
    Evaluator& evaluator_;
    bool has_restart_;
  };

  // While something that has a name is worked out: it is the same wherever it is named.
  class NoRestarts {
   public:
    explicit NoRestarts(Evaluator& evaluator)
        : evaluator_(evaluator), around_(std::exchange(evaluator.restarts_, {})) {}
    ~NoRestarts() { evaluator_.restarts_ = std::move(around_); }
    NoRestarts(const NoRestarts&) = delete;
    NoRestarts& operator=(const NoRestarts&) = delete;

   private:
    Evaluator& evaluator_;
    std::vector<Restart> around_;
  };

  // ---- evaluator.cpp
  void add_labels();
  Answer answer_of(const Value& value) const;
  Value qualifier(const lang::QualifierDecl& decl, const Frame& frame);
  Value criteria(const std::vector<lang::CriterionId>& items, const Frame& frame);
  Value criterion(const lang::Criterion& item, const Frame& frame);

  // ---- names.cpp
  Value name(const lang::NameRef& ref, const Frame& frame);
  Value field(std::string_view wanted, const Place& place) const;
  [[nodiscard]] Value field_at(std::size_t at, const Place& place) const;
  [[nodiscard]] Value cell_value(const FieldShape& shape, const Cell* cell) const;
  // The row that the first words of a path lead to, and how many words those are.
  std::pair<Place, std::size_t> walk(const lang::NameRef& ref, const Frame& frame) const;
  Value declared(std::string_view wanted, const lang::NameRef& ref, std::size_t at, const Frame& frame);
  Value evaluate_declaration(std::uint32_t index, const Frame& frame);
  Value call(const lang::Call& call, const Frame& frame);
  Value built_in(std::string_view function, const std::vector<Value>& arguments, unsigned digits);
  [[nodiscard]] Value as_declared(const Value& value, const lang::TypeRef& type) const;
  [[nodiscard]] unsigned digits_of(const lang::TypeRef& type) const;
  // Of the type of an expression: what branches of an `if` are brought to.
  unsigned digits_of(ExprId id, const Frame& frame);
  std::string_view keep(std::string text);

  // ---- rates.cpp
  void read_rates(const std::string& path);
  Value in_currency(const Value& amount, std::string_view currency);

  // ---- expression.cpp
  Value value(ExprId id, const Frame& frame);
  Value sum(const lang::SumChain& chain, const Frame& frame);
  static Value extent_of_sum(const lang::SumChain& chain, const std::vector<Value>& terms, unsigned digits,
                             const Value& nothing);
  Value product(const lang::Product& product, const Frame& frame, unsigned digits, lang::RoundingMode mode);
  Value comparison(lang::CompareOp op, ExprId left, ExprId right, const Frame& frame);
  Value compare(lang::CompareOp op, Value left, Value right) const;
  [[nodiscard]] Value is_one_of(const Value& subject, const std::vector<Value>& items) const;
  Value membership(const lang::Membership& test, const Frame& frame);
  std::vector<Value> items_of(ExprId set, const Frame& frame);
  Value text_test(const lang::TextTest& test, const Frame& frame);
  Value evidence(ExprId operand, lang::Evidence wanted, const Frame& frame);
  Value known_within(const lang::KnownWithin& test, const Frame& frame);
  [[nodiscard]] ExprId bare(ExprId id) const;  // without parentheses
  // ---- windows
  Edges edges(const lang::Window& window, bool of_days, const Frame& frame);
  Value in_window(const lang::Window& window, const Value& moment, const Frame& frame);
  Value moment_edge(ExprId id, bool of_days, bool is_end, const Frame& frame);

  // ---- choice.cpp
  Value in_band(const lang::Band& band, const Value& subject, bool asks_missing, const Frame& frame);
  std::vector<Value> possible_values(ExprId subject, const Value& actual, const std::vector<const lang::Band*>& bands,
                                     const Frame& frame);
  // The arms that may be taken, first match first; `bands.size()` stands for none.
  std::vector<std::size_t> possible_arms(ExprId subject, const std::vector<const lang::Band*>& bands,
                                         const Frame& frame);
  Value agreed(const std::vector<Value>& possible, std::uint8_t faults);
  Value match(const lang::Match& match, ExprId id, const Frame& frame);
  Value table(const lang::TableDecl& table, const std::vector<Value>& arguments);
  Value grade(const lang::GradeDecl& grade, const Frame& frame);

  // ---- rows.cpp
  Selection select(RowsId id, const Frame& frame, bool with_where = true);
  Value rows_test(const lang::RowsTest& test, const Frame& frame);
  Value aggregate(const lang::Aggregate& aggregate, const Frame& frame);
  Value at_end(const Selection& rows, const lang::NameRef& value, bool last, const Frame& frame);
  Value days_of(const lang::DaysOf& days, const Frame& frame);
  Value row_value(const Selected& row, std::uint32_t object, const lang::NameRef& ref, const Frame& frame);
  [[nodiscard]] bool was_seen(const lang::Relation& relation, const lang::Rows& rows, const Frame& frame);

  // ---- score.cpp
  Value score(const lang::ScoreDecl& score, const Frame& frame);
  // Points have 4 digits; what is not sure earns nothing.
  Wide item_points(const lang::ScoreItem& item, const lang::Clauses& outer, const Frame& frame);
  Wide rule_points(const lang::PointRule& rule, const lang::Clauses& outer, const Frame& frame);
  std::vector<Selected> counted_rows(RowsId id, const lang::PointRule& rule, const lang::Clauses& clauses,
                                     const Frame& frame, bool& of_days);
  std::optional<Wide> points_per_row(RowsId id, const lang::PointRule& rule, const lang::Clauses& clauses, Wide each,
                                     const Frame& frame);
  Wide scaled(Wide total, const std::vector<lang::ScoreItemId>& items, const lang::Clauses& clauses,
              const Frame& frame);
  Wide reach(const std::vector<lang::ScoreItemId>& items, const lang::Clauses& clauses, const Frame& frame);
  Wide band_points(const lang::BandRule& rule, const lang::Clauses& outer, const Frame& frame);
  Wide faded(Wide points, const lang::Fade& fade, std::int64_t age, const Frame& frame);
  Wide faded_by(Wide points, const lang::Fade& fade, ExprId moment, const Frame& frame);
  [[nodiscard]] std::int64_t age_of(std::int64_t at, bool of_days) const;
  Wide capped(Wide points, bool minus, const lang::Clauses& clauses, const Frame& frame);
  Wide points_of(ExprId id, const Frame& frame);
  std::optional<Wide> points_for_quantity(Wide each, const lang::Per& per, const Frame& frame);
  bool is_zero(const lang::Clauses& clauses, const Frame& frame);
  Value bounded(const lang::ScoreDecl& score, Wide total, const Frame& frame);
  [[nodiscard]] Value counts_after(const Restart& restart, const std::optional<std::int64_t>& at, bool of_days) const;

  // ---- stage.cpp
  std::vector<Letter> letters(const lang::FrameworkDecl& framework, const Frame& frame);
  Value letters_met(const std::vector<Letter>& letters, bool as_share);
  Value qualified(const lang::FrameworkDecl& framework, const Frame& frame);
  Value is_claimed(ExprId condition, const Frame& frame);
  void lifecycle(const DataRow& lead);
  struct Before {
    const StageRef* stage = nullptr;  // none: no stage
    bool is_known = true;
  };
  [[nodiscard]] Before previous() const;
  [[nodiscard]] Value was_exactly(const StageRef& stage) const;
  [[nodiscard]] Value was_from(std::int64_t rank, const StageRef* main) const;
  Value held_from(std::int64_t rank);  // a stage of that rank or above
  Value stage_compared(lang::CompareOp op, std::string_view stage);
  Value becomes(std::string_view stage, const Frame& frame);
  Value behaviour_counts(const std::optional<std::int64_t>& at, bool of_days);
  [[nodiscard]] const StageRef* stage_named(std::string_view wanted) const;

  const lang::Tree& tree_;
  const Sample& sample_;
  Zone zone_;
  std::int64_t as_of_;
  std::int64_t as_of_day_;
  unsigned currency_digits_ = 2;
  const DataRow* lead_ = nullptr;
  const BoundsOfScores* bounds_ = nullptr;  // of the lead
  std::vector<std::string> labels_;
  std::vector<Answer> answers_;
  std::deque<std::string> texts_;

  std::unordered_map<std::string_view, std::uint32_t> declarations_;
  std::vector<std::unordered_map<std::string_view, std::size_t>> fields_;  // by shape
  std::unordered_map<std::string_view, std::uint32_t> objects_;            // shapes
  std::unordered_map<std::string_view, const lang::ObjectDecl*> object_decls_;
  std::unordered_map<std::string_view, std::pair<std::int32_t, std::int64_t>> members_;        // picklist's, grade's
  std::unordered_map<std::string_view, std::pair<std::uint32_t, std::int64_t>> kinds_;         // object, position
  std::unordered_map<std::int32_t, std::unordered_map<std::string, std::int64_t>> spellings_;  // folded
  std::unordered_map<std::string_view, std::int32_t> lists_;                                   // picklists by name
  std::vector<std::vector<std::string_view>> names_;                              // by list: of its members
  std::unordered_map<std::string_view, std::vector<lang::TableRow>> table_rows_;  // with those that extend it, first
  std::vector<const lang::IgnoreDecl*> row_ignores_;
  struct Rate {
    std::string from, to;
    std::int64_t day = 0;
    Value rate;
  };
  std::vector<Rate> rates_;  // as they stand in the file
  std::optional<ExprId> rates_at_;
  std::string_view currency_;                                                // the policy's
  std::unordered_map<std::string_view, std::string_view> field_currencies_;  // where they are others
  const lang::LifecycleDecl* lifecycle_ = nullptr;
  std::vector<StageRef> stages_;  // in the policy's order
  std::int64_t top_rank_ = -1;
  std::vector<Restart> restarts_;           // of the rule that is worked out now, its groups and its score
  bool overflows_ = false;                  // a group of the score that is worked out now
  std::vector<std::optional<Value>> memo_;  // of the lead, by declaration
  // Of the lead: worked out when somebody asks.
  bool has_lifecycle_ = false;
  std::vector<Value> held_;
  Value disqualified_, not_yet_;
};

}  // namespace muster::differ::slow
