// What the grammar builds: values that wait to be put together, the rule and the declaration that are being read,
// and the messages. The grammar calls one member function for each thing that it has recognised.
// May include: lang/*; knows nothing of PEGTL. Called by: the grammar headers of lang/parse and parse.cpp only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "lang/diagnostics/diagnostics.h"
#include "lang/parse/scan.h"
#include "lang/source/source.h"
#include "lang/spec/limits.h"
#include "lang/syntax/tree.h"

namespace muster::lang {

// Thrown once its message has been recorded; a recovery rule of the grammar catches it and goes on behind `at`.
struct SyntaxError {
  enum class Leaves : std::uint8_t { rule, declaration, file };
  std::size_t at;
  Leaves leaves = Leaves::rule;
};

// Operators of a flat expression, by falling tightness within `level_of` (fold.cpp).
enum class Op : std::uint8_t {
  implies,
  conjunction,
  disjunction,
  negation,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
  in_last,
  text_test,
  range,
  range_under,
  plus,
  minus,
  multiply,
  divide,
  remainder,
  negate
};

// One element of a flat expression: an operand, or an operator between or before operands.
struct Item {
  ExprId operand;  // none: an operator
  Span span;
  Op op = Op::plus;
  TextOp text = TextOp::contains;
  bool any = false;
};

// A rule inside a block while it is being read: a criterion, a score rule, a stage, a row.
struct Rule {
  std::size_t begin = 0;
  std::size_t errors = 0;  // messages when it began
  GroupKind group = GroupKind::all_of;
  std::uint32_t count = 0;
  Points points{};
  std::optional<Per> per{};
  std::optional<ExprId> condition{};
  std::optional<ExprId> except_when{};
  std::optional<ExprId> at_most{};
  std::optional<Name> name{};
  std::optional<Quoted> title{};
  std::optional<Needs> needs{};
  Explained explained{};
  std::vector<CriterionId> criteria{};
  std::vector<ScoreItemId> score_items{};
};

class Builder {
 public:
  Builder(const SourceMap& sources, FileId file, const Limits& limits, Tree& tree, Diagnostics& diagnostics);

  // ---- the text
  const std::string_view text;
  std::size_t last_end = 0;     // behind the last token
  bool newlines_blank = false;  // inside ( ) and the braces of a set
  std::uint64_t steps = 0;      // grammar rules tried and bytes looked ahead: what linear time is about

  // The token that ends at `end` has been read. Returns where the next one begins: behind blanks and comments, and
  // behind newlines where these end nothing (`wide`: behind an operator or comma).
  std::size_t after_token(std::size_t end, bool wide);
  void keep_comments(std::size_t begin, std::size_t end);
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const;
  [[nodiscard]] std::string_view text_of(Span span) const { return text.substr(span.begin, span.end - span.begin); }

  // ---- mistakes
  // Where a mistake at `at` is shown: at the end of the last token if the next one stands on another line.
  [[nodiscard]] std::size_t error_position(std::size_t at) const;
  [[nodiscard]] bool on_next_line(std::size_t at) const;
  [[nodiscard]] bool begins_anew(std::size_t at) const;  // the line before is cut off: another rule begins here
  [[noreturn]] void fail_expected(std::size_t at, std::string_view what, std::string_view fix);
  void report_expected(std::size_t at, std::string_view what, std::string_view fix);
  [[noreturn]] void fail_operand(std::size_t at);
  [[noreturn]] void fail_end_of_rule(std::size_t at, bool file_level);
  void report_later(std::size_t begin, std::size_t end);
  void report_foreign(std::size_t begin, std::size_t end, std::string_view fix);
  void report_reserved_name(std::size_t begin, std::size_t end);
  void report_unclosed_block(std::size_t at);
  [[noreturn]] void fail_unknown_declaration(std::size_t at);
  void check_limits(std::size_t at);
  void enter(std::size_t at);  // one level deeper
  void leave() { --depth_; }
  [[nodiscard]] std::size_t error_count() const { return diagnostics_.error_count(); }
  std::size_t open_parentheses = 0;  // of ( ) around values
  std::size_t open_set_braces = 0;
  std::size_t open_braces = 0;  // of blocks
  bool declaration_broken = false;
  PhrasePlace place = PhrasePlace::anywhere;

  // ---- tokens
  std::size_t read_text(std::size_t at);  // sets last_text
  std::size_t read_foreign_text(std::size_t at, std::string_view close);
  std::size_t read_number(std::size_t at);             // pushes a literal
  std::size_t read_date(std::size_t at);               // pushes a literal
  void read_name(std::size_t begin, std::size_t end);  // sets last_name
  Name last_name;
  Quoted last_text;

  // ---- expressions
  std::vector<Item> items;
  std::vector<Name> names;
  std::vector<Quoted> texts;
  std::vector<Band> bands;
  std::vector<MatchArm> arms;
  std::vector<BandPoints> band_points;
  bool range_allowed = false;   // `to` may follow: an `in` stands before it
  std::size_t frame_first = 0;  // where the flat expression begins in `items`
  [[nodiscard]] bool operator_binds_tighter_than_not() const;
  std::string_view last_operator;

  ExprId add(Span where, ExprNode node, std::size_t height = 1);
  void push(ExprId operand);
  void push_operator(Op op, std::size_t begin, std::size_t end);
  [[nodiscard]] ExprId pop();
  [[nodiscard]] std::size_t height(ExprId id) const;
  void fold(std::size_t first);  // makes one operand of all items from `first` on

  void push_text();
  void push_yes(Span where);
  void push_no(Span where);
  void push_as_of(Span where);
  void push_name(std::size_t first, Span where);
  void push_call(Name function, std::size_t first, Span where);
  void push_parenthesised(Span where);
  void push_set(std::size_t first, Span where);
  void push_if(Span where);
  void push_match(std::size_t first_arm, bool broken, Span where);
  void push_poison(Span where);
  void push_lowest(Span where);
  void push_highest(Span where);
  void make_default();
  void negate_fallback(Span where);
  void make_state(State state);
  void make_known();
  void make_missing();
  void make_undecided();
  RoundingMode rounding = RoundingMode::half_even;
  void round_half_even();
  void round_half_up();
  void round_up();
  void round_down();
  void make_round(std::size_t begin, std::size_t end);  // the number of digits
  void test_any();

  // ---- bands
  void band_under(Span where);
  void band_over(Span where);
  void band_range(Span where);
  void band_range_under(Span where);
  void band_and_over(Span where);
  void band_values(std::size_t first, Span where);
  void band_missing(Span where);
  void band_otherwise(Span where);
  void finish_arm();

  // ---- declarations: `begin_...` when their first word has been read, `finish_...` at their end
  std::size_t declaration_begin = 0;
  Span keyword;
  void mark_keyword();
  void finish_declaration(DeclarationNode node);
  Name name;
  std::optional<Quoted> title;
  void take_name();
  void take_title();
  void keep_name();
  void keep_text();

  void begin_header();
  PolicyHeader header;
  PolicyEntry entry;
  std::vector<std::int32_t> dates;
  void begin_entry(PolicyEntry::Key key);
  void take_entry_text();
  void take_entry_currency();
  void take_entry_number(std::size_t begin, std::size_t end);
  void take_date();
  void finish_entry(Span where);
  [[noreturn]] void unknown_entry(std::size_t begin, std::size_t end);
  void finish_header();
  void finish_import();

  void begin_object();
  ObjectDecl object;
  Field field;
  TypeRef type;
  void begin_field();
  void take_type_name();
  void take_type_digits(std::size_t begin, std::size_t end);
  void take_type_currency();
  void mark_optional();
  void mark_key();
  void mark_required();
  void mark_row_number();
  void take_headers();
  void take_missing_when();
  void take_formats();
  void finish_field(Span where);
  void finish_object_missing(Span where);
  void finish_object();

  PicklistDecl picklist;
  void begin_picklist();
  void mark_ordered();
  void finish_member();
  void finish_picklist();

  void begin_plain();  // set, setting, let, ignore
  void finish_set();
  void finish_setting();
  void finish_let();
  void begin_define();
  DefineDecl define;
  void finish_parameter();
  void take_result();
  void finish_define();

  // ---- rules inside blocks
  std::vector<Rule> rules;  // the last one is being read; the first one stands for the declaration
  Rule& rule() { return rules.back(); }
  void begin_rule(std::size_t at);
  void end_rule() { rules.pop_back(); }
  void once(bool present, Span where, std::string_view words);
  void take_because();
  void take_ask();
  void take_condition();
  void take_except_when();
  void take_at_most();
  void take_rule_title();
  void take_rule_name();
  void take_count(std::size_t begin, std::size_t end);
  void take_all_of();
  void take_any_of();
  void finish_require(Span where);
  void finish_exclude(Span where);
  void finish_criterion_group(Span where);
  void poison_criterion(Span where);

  void begin_icp();
  void begin_persona();
  void begin_demographic();
  void begin_situational();
  void begin_behavioural();
  QualifierKind qualifier = QualifierKind::icp;
  void finish_qualifier();
  void finish_ignore();

  void begin_score();
  std::optional<ExprId> score_from;
  std::optional<ExprId> score_to;
  void take_bounds();
  void take_plus();
  void take_minus();
  void take_amount();
  void begin_per();
  void take_full();
  void take_step();
  void take_quantity();
  void finish_band_points();
  void finish_point_rule(Span where);
  void finish_band_rule(std::size_t first, Span where);
  bool band_minus = false;
  void band_plus_sign();
  void band_minus_sign();
  void finish_score_group(Span where);
  void finish_score();

  void begin_grade();
  GradeDecl grade;
  std::vector<std::optional<ExprId>> cells;
  bool has_header = false;  // with `columns` empty it could not be read
  void add_axis();
  void take_cell();
  void take_otherwise_cell();
  void begin_grade_header();
  void begin_grade_row();
  void finish_grade_header(Span where);
  void finish_grade_row(Span where);
  void finish_grade();

  void begin_lifecycle();
  LifecycleDecl lifecycle;
  void take_needs(std::size_t first, Span where);
  void finish_stage(Span where);
  void finish_not_yet(Span where);
  void finish_disqualified(Span where);
  void finish_lifecycle();

  void begin_route();
  RouteDecl route;
  void finish_route_row(Span where);
  void finish_route();

  // ---- recovery: what a mistake undoes
  struct Marks {
    std::size_t items, names, texts, bands, arms, band_points, rules, open_parentheses, open_braces, open_set_braces,
        frame_first;
    bool newlines_blank, range_allowed;
  };
  [[nodiscard]] Marks marks() const;
  void undo_to(const Marks& marks);
  // Where reading goes on after a mistake at `at` in a rule or declaration that began at `begin`, when `marks` were
  // taken. The words in between become broken_words. `bars`: the rules may be separated by `|`.
  std::size_t skip_rule(std::size_t begin, std::size_t at, const Marks& marks, bool bars);
  std::size_t skip_declaration(std::size_t begin, std::size_t at, const Marks& marks);
  std::size_t skip_file(std::size_t begin);

 private:
  template <DiagnosticId id, class... Arguments>
  Diagnostic& emit(Span where, const Arguments&... arguments) {
    return diagnostics_.emit<id>(where, arguments...);
  }
  std::size_t keep_comment(std::size_t at);  // returns the end of its line
  bool next_line_continues(std::size_t next) const;
  Span token_span(std::size_t at) const;
  void add_broken_words(std::size_t begin, std::size_t end);
  CriterionId add_criterion(Criterion criterion);
  void keep_criterion(Span where, std::variant<Require, Exclude, CriterionGroup> node);
  ScoreItemId add_score_item(Span where, std::variant<PointRule, BandRule, ScoreGroup> node);
  void begin_qualifier(QualifierKind kind);
  void count_node(std::size_t at);
  void reduce(std::vector<ExprId>& operands, const Item& op);
  void report_mixed_logic(std::size_t first);
  void report_chain(std::size_t first, std::size_t earlier, std::size_t later);
  void push_duration(Decimal value, const NumberShape& shape, Span where);

  FileId file_;
  const Limits& limits_;
  Tree& tree_;
  Diagnostics& diagnostics_;
  std::vector<std::uint16_t> heights_;  // of the tree's expressions from first_expression_ on
  std::size_t first_expression_;
  std::size_t nodes_ = 0;        // besides those that the tree's tables count
  std::size_t errors_at_begin_;  // of the file
  std::size_t depth_ = 0;
  std::size_t comments_end_ = 0;
  std::size_t reported_unclosed_ = static_cast<std::size_t>(-1);
  std::size_t field_column_ = 0;
};

}  // namespace muster::lang
