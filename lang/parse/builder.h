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
#include "lang/parse/foreign.h"
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
  in_window,
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
  std::size_t window = 0;  // of `in_window`: its place in `windows`
};

// A rule inside a block while it is being read: a criterion, a score rule, a letter, a stage, a row. The first one of a
// declaration stands for the declaration itself.
struct Rule {
  std::size_t begin = 0;
  std::size_t errors = 0;  // messages when it began
  GroupKind group = GroupKind::all_of;
  std::uint32_t count = 0;
  Points points{};
  std::optional<Per> per{};
  std::optional<PerRows> per_rows{};
  Clauses clauses{};
  std::optional<ExprId> condition{};
  std::optional<ExprId> except_when{};
  std::optional<ExprId> half_met{};
  std::optional<ExprId> kept_while{};
  bool half_when_claimed = false;
  bool overrides = false;
  std::optional<Name> beside{};
  std::optional<Name> entered_at{};
  std::optional<Name> name{};
  std::optional<Quoted> title{};
  std::optional<Needs> needs{};
  Explained explained{};
  std::vector<CriterionId> criteria{};
  std::vector<ScoreItemId> score_items{};
};

// What is missing where a rule goes on behind its end.
inline constexpr std::string_view end_of_line = "the end of the line";

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
  [[nodiscard]] std::string_view bare_words_around(std::size_t at) const;
  void report_foreign(std::size_t begin, std::size_t end, std::string_view fix);
  void report_reserved_name(std::size_t begin, std::size_t end);
  void report_unclosed_block(std::size_t at);
  [[noreturn]] void fail_unknown_declaration(std::size_t at);
  // What people write out of habit, at a place that cannot be read (habits*.cpp). Each reports what it has found, says
  // what to write instead, and gives the rule up.
  void look_for_habit(std::size_t at, std::string_view what);
  void look_for_comment(std::size_t at);
  void look_for_pattern(std::size_t at);
  void look_for_list(std::size_t at);
  void look_for_bare_list(std::size_t at, std::size_t open);
  void look_for_decimal_comma(std::size_t at);
  void look_for_band(std::size_t at, std::string_view what);
  void look_for_colon(std::size_t at, std::string_view what);
  void look_for_entry(std::size_t at);
  void look_for_points(std::size_t begin);
  void look_for_state(std::size_t is_begin, std::size_t at);
  void look_for_word(std::size_t at);
  void look_for_misspelt_rule(std::size_t at);
  // A sign between the head of a declaration and its braces is reported and left out.
  bool report_sign_in_head(std::size_t at);
  // What stands behind a phrase and before it, put into the fix of its row.
  [[nodiscard]] std::string fill(std::string_view fix, std::size_t end) const;
  // A value that a comma has cut off: what it lacks is reported once, by the parser.
  void spoil(std::size_t begin, std::size_t end);
  [[noreturn]] void fail_habit(std::size_t begin, std::size_t end, std::string_view fix, std::size_t go_on_at);
  // The word that may stand at `at`, where `what` is expected, and that the one there is a slip of; else empty.
  [[nodiscard]] std::string near_word(std::size_t at, std::string_view what) const;
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
  void report_foreign_day(std::size_t at, const Foreign& day, std::string_view more = "");
  std::size_t read_foreign_day(std::size_t at, Foreign day);
  std::size_t read_foreign_amount(std::size_t at, std::size_t digits, std::string_view currency);  // EUR 50
  std::size_t read_foreign_amount(std::size_t at, Foreign amount);  // 50 million USD, by its number
  // Pushes a literal. `is_step`: a value follows that is counted in such steps, which no word is a unit of.
  std::size_t read_number(std::size_t at, bool is_step = false);
  std::size_t read_date(std::size_t at);  // pushes a literal
  // YYYY-MM-DD as days since 1970-01-01; reports one that is none.
  std::optional<std::int32_t> read_day(std::string_view written, Span where);
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
  void make_ago();
  void negate_fallback(Span where);
  void make_state(State state);
  void make_known();
  void make_poison();  // of an operand whose test is reported
  void make_missing();
  void make_undecided();
  RoundingMode rounding = RoundingMode::half_even;
  void round_half_even();
  void round_half_up();
  void round_up();
  void round_down();
  void make_round(std::size_t begin, std::size_t end);  // the number of digits
  void test_any();

  std::size_t read_path(std::size_t end);  // `.name` behind the name that ends at `end`; returns the path's end
  void make_qualified();
  void make_share();
  void make_known_within();
  void make_evidence(Evidence evidence);
  void make_claimed();
  void make_verified();
  void make_explicit();
  void make_implicit();
  void push_stage_becomes(Span where);

  // ---- rows and windows
  Calendar calendar;
  void week_from_monday();
  void week_from_sunday();
  Window last_window;
  std::vector<Window> windows;  // those of the operators in `items`
  std::uint32_t window_count = 0;
  void take_window_count(std::size_t begin, std::size_t end);
  void finish_last_duration();
  void finish_last_months();
  void finish_last_calendar();
  void finish_since();
  void finish_between();
  void finish_window_operator();
  RowsId last_rows;
  std::optional<ExprId> last_value;
  void keep_rows(Rows rows, std::optional<ExprId> value);
  void push_any_rows(Span where);
  void push_all_rows(Span where);
  void push_none_of_rows(Span where);
  AggregateOp counting = AggregateOp::count;
  void count_different();
  void count_all();
  void push_count(Span where);
  void push_aggregate(AggregateOp op, Span where);
  std::uint32_t least_days = 0;
  std::optional<std::variant<ApartAtMost, InOneCalendar>> days_together;
  void take_least_days(std::size_t begin, std::size_t end);
  void take_within();
  void take_apart();
  void take_in_one();
  void push_days_of(std::uint32_t least, RowsId rows, Span where);

  // ---- bands
  void band_under(Span where);
  void band_over(Span where);
  void band_range(Span where);
  void band_range_under(Span where);
  void band_and_over(Span where);
  void band_values(std::size_t first, Span where);
  void band_missing(Span where);
  void band_otherwise(Span where);
  void band_any(Span where);
  void finish_arm();

  // ---- declarations: `begin_...` when their first word has been read, `finish_...` at their end
  std::size_t declaration_begin = 0;
  Span keyword;
  void mark_keyword();
  void finish_declaration(DeclarationNode node);
  Name name;
  std::optional<Quoted> title;
  std::optional<Name> about;
  std::optional<Quoted> named_file;
  std::vector<Parameter> parameters;
  void take_name();
  void take_title();
  void take_about();
  void take_file();
  void keep_name();
  void keep_text();

  void begin_header();
  PolicyHeader header;
  PolicyEntry entry;
  std::vector<std::int32_t> dates;
  void begin_entry(PolicyEntry::Key key, std::size_t begin, std::size_t end);
  void take_entry_text();
  void take_entry_currency();
  void take_entry_number(std::size_t begin, std::size_t end);
  void take_entry_party();
  void take_review_count(std::size_t begin, std::size_t end);
  void take_review_unit();
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
  void mark_time();
  void mark_event();
  void mark_known_after();
  void mark_claimed();
  void mark_verified();
  void mark_explicit();
  void mark_implicit();
  void take_verified_by();
  void take_dated_by();
  Field outer_field;  // while the fields of its kinds are read
  KindDecl row_kind;
  void begin_kinds();
  void begin_kind();
  void take_spellings();
  void finish_kind_field(Span where);
  void finish_kind();
  void end_kinds();
  Relation relation;
  bool is_relation = false;
  void begin_many();
  void begin_one();
  void take_relation_object();
  void take_relation_by();
  void take_otherwise_match();
  void take_tracked_since();
  void take_tracked_only();
  void finish_relation(Span where);
  Duplicates duplicates;
  void begin_duplicates();
  void take_duplicates_by();
  void keep_oldest();
  void take_duplicates_date();
  void join_rows();
  void finish_duplicates(Span where);
  void begin_object_item();
  void finish_object_item(Span where);  // a field, or a relation with a name of its own
  void finish_object_missing(Span where);
  void finish_object();

  PicklistDecl picklist;
  void begin_picklist();
  void mark_ordered();
  void finish_member();
  void finish_picklist();

  void begin_plain();  // set, setting, let, define, ignore, output, rates
  void finish_set();
  std::vector<DatedValue> dated_values;
  void begin_dated_value();
  void finish_dated_value(Span where);
  void finish_setting();
  void finish_let();
  void finish_parameter();
  std::optional<TypeRef> result_type;
  void take_result();
  void finish_define();
  void finish_output();
  void finish_rates();

  void begin_table();
  void begin_extend();
  TableDecl table;  // also the rows of `extend`
  bool extends = false;
  void mark_first();
  void mark_unique();
  void mark_sum();
  void finish_table_row(std::size_t first, Span where);
  void finish_table();
  [[nodiscard]] std::optional<PicklistMember> as_member(const TableRow& row) const;
  void finish_extend();  // decides by what stands in the braces: fields, rows or values

  // ---- rules inside blocks
  std::vector<Rule> rules;  // the last one is being read; the first one stands for the declaration
  Rule& rule() { return rules.back(); }
  void begin_rule(std::size_t at);
  void end_rule() { rules.pop_back(); }
  void once(bool present, Span where, std::string_view words, std::string_view fix = {});
  void one_of_a_sort(bool present, Span where, std::string_view what);  // clauses of which a rule has one
  void take_because();
  void take_ask();
  void take_condition();
  void take_except_when();
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
  std::optional<Name> ignored;
  void take_ignored_object();
  void finish_ignore();

  void begin_score();
  std::optional<ExprId> score_from;
  std::optional<ExprId> score_to;
  std::optional<ExprId> score_value;
  void take_bounds();
  void take_score_value();
  void take_at_most();
  void take_at_least();
  Fade fade;
  void begin_fade(FadeKind kind);
  void begin_halving();
  void begin_to_zero();
  void begin_losing();
  void begin_never();
  void take_fade_percent();
  void take_fade_interval();
  void take_fade_since();
  void finish_fade(Span where);
  void take_whole_days(Span where);
  std::uint8_t fade_digits = 0;
  void take_fade_digits(std::size_t begin, std::size_t end);
  void take_fade_rounding(Span where);
  void take_aged_by();
  std::uint32_t latest_count = 1;
  void take_latest_count(std::size_t begin, std::size_t end);
  void finish_latest_per(Span where);
  void finish_first_only(Span where);
  void take_restart();
  void take_zero_while();
  void take_scaled_to();
  void take_plus();
  void take_minus();
  void take_amount();
  void begin_per();
  void take_full();
  void take_step();
  void take_quantity();
  void take_per_different();
  void take_per_rows();
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

  void begin_framework();
  FrameworkDecl framework;
  void mark_parameters();
  void take_framework_source(std::size_t first, Span where);
  void mark_in_order();
  void mark_overriding();
  void take_half_met();
  void take_half_claimed();
  void finish_letter(Span where);
  std::optional<std::variant<QualifiedAtLeast, QualifiedAll, ExprId>> qualified_when;
  void take_qualified_count();
  void take_qualified_all();
  void take_qualified_condition();
  void finish_qualified(Span where);
  void finish_framework();

  void begin_lifecycle();
  LifecycleDecl lifecycle;
  void take_remembered();
  void take_beside();
  void take_entered_at();
  void take_kept_while();
  void finish_recycled(Span where);
  void finish_never_back(Span where);
  StageOverride stage_override;
  void begin_override();
  void take_override_file();
  void take_override_by();
  void mark_needs_reason();
  void take_expires();
  void finish_override(Span where);
  void take_needs(std::size_t first, Span where);
  void finish_stage(Span where);
  void finish_not_yet(Span where);
  void finish_disqualified(Span where);
  void finish_lifecycle();

  GuaranteeDecl guarantee;
  void begin_guarantee();
  void take_guaranteed();
  void begin_never_use();
  void add_never_subject();
  void add_never_field(std::size_t first, Span where);
  void finish_guarantee();

  void begin_route();
  RouteDecl route;
  void finish_route_row(Span where);
  void finish_route();

  // ---- calendars
  void begin_calendar();
  CalendarDecl calendar_decl;
  OpenHours open_hours;
  ClosedDays closed_days;
  std::vector<std::size_t> last_weekdays;  // by number, Monday 0
  std::vector<DayRange> day_ranges;
  std::vector<std::int32_t> clock_minutes;
  void take_weekday(std::size_t day);
  void make_weekday_range();
  void take_plain_day(std::size_t begin, std::size_t end);
  void take_foreign_day(std::size_t begin, const Foreign& day);
  void make_day_range();
  void take_clock(std::string_view written, Span where);
  void finish_hours(Span where);
  void begin_open_hours();
  void finish_open_hours(Span where);
  void begin_closed_days();
  void begin_days();
  void take_closed_file();
  void finish_closed_days(Span where);
  void take_calendar_zone();
  void finish_calendar();

  // ---- agreements
  void begin_sla();
  SlaDecl sla;
  Within allowed_time;
  std::uint32_t counted(std::size_t begin, std::size_t end);
  void begin_within();
  void take_business_days(std::size_t begin, std::size_t end);
  void take_length();
  void take_calendar();
  void take_owner_calendar();
  void finish_within(Span where);
  // The clause that is being read.
  std::optional<std::variant<Provides, Passes, Delivers, FollowsUp, Makes, Updates, Rejects>> promise;
  Delivers delivers;
  Makes makes;
  std::uint32_t touches_count = 0;
  void begin_provides();
  void take_provided();
  void take_passes();
  void begin_delivers();
  void take_volume(std::size_t begin, std::size_t end);
  void take_volume_stage();
  void take_period();
  void track_weekly();
  void track_daily();
  void track_monthly();
  void mark_once_per_lead();
  void mark_less_rejected();
  void take_paced_like();
  void take_follows_up();
  void take_at_the_latest();
  void begin_makes();
  void take_touches_count(std::size_t begin, std::size_t end);
  void take_touches();
  void take_makes();
  void take_updates();
  void take_rejects();
  void finish_clause(Span where);
  void finish_handoff(Span where);
  void finish_owner();
  void finish_owner_calendar();
  void begin_follow_up();
  void take_follow_up();
  std::optional<ExprId> rejection_reason;
  void begin_rejection();
  void take_rejection_reason();
  void finish_rejection(Span where);
  RowsId pause_from;
  void take_pause_from();
  void finish_pause(Span where);
  Escalation escalation;
  void remind_owner();
  void tell_manager();
  void tell_somebody();
  void reassign();
  void finish_escalation(Span where);
  void finish_sla();

  // ---- tests
  void begin_test();
  TestDecl test;
  ScenarioRow scenario_row;
  void finish_scenario_as_of(Span where);
  void begin_scenario_row();
  void take_scenario_kind();
  void finish_scenario_value(Span where);
  void finish_scenario_row(Span where);
  void finish_expect_condition(Span where);
  void finish_expect_reason(Span where);
  void finish_expect_route(Span where);
  void finish_expect_share(Span where);
  void finish_test();

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
  Span token_span(std::size_t at) const;
  void add_broken_words(std::size_t begin, std::size_t end);
  CriterionId add_criterion(Criterion criterion);
  void keep_criterion(Span where, std::variant<Require, Exclude, CriterionGroup> node);
  ScoreItemId add_score_item(Span where, std::variant<PointRule, BandRule, ScoreGroup> node);
  void begin_qualifier(QualifierKind kind);
  void keep_lifecycle_item(Span where,
                           std::variant<StageDecl, NotYet, Disqualified, Recycled, NeverBackBelow, StageOverride> node);
  void keep_test_item(
      Span where,
      std::variant<ScenarioAsOf, ScenarioRow, ExpectCondition, ExpectReason, ExpectRoute, ExpectShare> node);
  std::size_t height_of(const Window& window) const;
  std::size_t height_of(RowsId rows) const;
  void keep_frequency(Frequency frequency);
  void set_field_column();
  void report_cell_count(Span row, char label_end, std::size_t found, std::string_view head, std::size_t expected);
  void count_node(std::size_t at);
  void reduce(std::vector<ExprId>& operands, const Item& op);
  void report_mixed_logic(std::size_t first);
  void report_chain(std::size_t first, std::size_t earlier, std::size_t later);
  // A clause that a rule has once: the value and where it stands in `rule()`.
  void take_once(std::optional<ExprId>& clause, std::string_view words);
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
