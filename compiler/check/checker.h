// The type checker. One class, several files: checker.cpp walks declarations, header.cpp and object.cpp read headers
// and objects, data.cpp types and picklists, name.cpp follows names, expression.cpp types texts and calls,
// condition.cpp comparisons and tests, rows.cpp what is asked about rows, window.cpp windows in time and evidence,
// arithmetic.cpp sums and products, bands.cpp bands, choice.cpp match and if, score.cpp scores, constant.cpp works out
// what is fixed; tables, frameworks, the lifecycle, rates, settings, calendars, agreements, guarantees and tests have a
// file each. After a mistake a type is poison, so that one mistake speaks once. May include: compiler/resolve,
// compiler/ir, stdlib/kernels, lang/*. Called by: compile.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/field_uses.h"
#include "compiler/check/typed.h"
#include "compiler/resolve/scope.h"
#include "lang/diagnostics/diagnostics.h"
#include "lang/parse/foreign.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

class Checker {
 public:
  Checker(const lang::Tree& tree, const Symbols& symbols, const DefinitionOrder& order, const lang::SourceMap& sources,
          const lang::Limits& limits, const CompileOptions& options, lang::Diagnostics& diagnostics);
  // Checks everything. The result may be lowered only if there are no errors.
  TypedPolicy run();

 private:
  using ExprId = lang::ExprId;

  // ---- header.cpp
  void read_header(const lang::PolicyHeader& header);
  void read_edition(const lang::PolicyEntry& entry);
  void read_parties(const lang::PolicyEntry& entry);
  void read_review(const lang::PolicyEntry& entry);

  // ---- checker.cpp: declarations
  void check_declaration(std::uint32_t index);
  void check_qualifier(const std::vector<lang::CriterionId>& items, bool& may_be_missing);
  void check_grade(const lang::GradeDecl& grade, std::uint32_t index);
  void check_route(const lang::RouteDecl& route);
  void report_deciding_nothing(const lang::Declaration& declaration, std::string_view what);
  Type check_as(lang::ExprId value, const std::optional<lang::TypeRef>& written);
  void check_define(const lang::DefineDecl& define, std::uint32_t index);
  void check_output(const lang::OutputDecl& output, std::uint32_t index);
  // `from A to B` and such: the second must not be below the first where both are fixed.
  void require_order(ExprId low, ExprId high);

  // ---- guarantee.cpp
  void check_guarantee(const lang::GuaranteeDecl& guarantee);
  // `never use`: after everything else has been checked.
  void check_never_uses();
  static std::string way_in_words(const FieldUses& uses, const std::vector<FieldUses::Step>& way);
  [[nodiscard]] std::optional<std::uint32_t> conclusion(const lang::Name& name);  // its declaration; reports
  [[nodiscard]] std::optional<Use> never_used(const lang::NameRef& name);         // what must not be used; reports

  // ---- score.cpp
  void check_score(const lang::ScoreDecl& score);
  void check_score_items(const std::vector<lang::ScoreItemId>& items, const lang::Fade* fade);
  void check_point_rule(const lang::PointRule& rule, lang::Span place, const lang::Fade* fade);
  void check_per(const lang::Per& per);
  void check_band_rule(const lang::BandRule& rule, lang::ScoreItemId item, const lang::Fade* fade);
  void check_clauses(const lang::Clauses& clauses);
  void check_no_rule_clauses(const lang::Clauses& clauses, std::string_view what);
  void check_fade(const lang::Fade& fade);
  // `per_rows`, or the rows of a `when` that is one `any ROWS`: whose moments a rule's points fade by.
  void check_rule_time(const lang::Clauses& clauses, const std::optional<lang::RowsId>& rows, lang::Span place,
                       const lang::Fade* outer);
  [[nodiscard]] std::optional<lang::RowsId> rows_of_condition(const std::optional<ExprId>& when) const;
  void check_points(const lang::Points& points);
  void check_cap(const std::optional<ExprId>& at_most);
  void require_above_zero(ExprId id, std::string_view what);

  // ---- data.cpp: types, picklists and grades
  void read_picklists();
  std::uint32_t read_picklist(const lang::PicklistDecl& picklist);  // its number
  void read_grades();
  Type type_from(const lang::TypeRef& ref);
  void read_formats(const lang::Field& field, FieldSchema& schema);

  // ---- object.cpp
  void read_objects();
  void read_object(std::uint32_t number);
  FieldSchema read_field(const ObjectNames& object, const FieldNames& names);
  void read_field_options(std::uint32_t number, std::uint32_t field);
  void read_relations(std::uint32_t number);
  void read_duplicates(std::uint32_t number);
  void check_keys();
  // The number of another field of the object that an option names; reports what is not there.
  std::optional<std::uint32_t> find_field(std::uint32_t object, const lang::Name& name);
  void check_object(std::uint32_t index);  // the expressions of its relations
  void report_unknown_field(std::uint32_t object, const lang::Name& name);
  void report_unknown_object(const lang::Name& name);

  // ---- name.cpp
  Type check_name(ExprId id, const lang::NameRef& name, const Type* opposite);
  // Where a name leads from the present scope; records its path and reports what leads nowhere (nothing).
  std::optional<Reach> follow(ExprId id, const lang::NameRef& name);
  void report_reach(const Reach& reached, const lang::NameRef& name);
  void report_no_member(const lang::Name& word, const Type& opposite);
  Type use(ExprId id, const Reach& reached, const lang::NameRef& name);
  Type use_field(ExprId id, const Reach& reached);
  [[nodiscard]] std::string object_name(std::uint32_t object) const;
  // The rows that the expression now checked is about.
  [[nodiscard]] std::uint32_t inner_object() const { return scopes_.back().object; }
  [[nodiscard]] bool is_parameter(std::string_view name) const;
  // A definition that may be used where rows of other objects are meant: it reads none.
  [[nodiscard]] bool is_free(std::uint32_t declaration) const { return free_.contains(declaration); }

  // ---- rows.cpp
  // What the rows stand for, its `where` and window checked; nothing after a mistake. `needs_time`: the object must say
  // when its rows happened.
  std::optional<RowsInfo> check_rows(lang::RowsId id, bool needs_time);
  Type check_rows_test(ExprId id, const lang::RowsTest& test);
  Type check_aggregate(ExprId id, const lang::Aggregate& aggregate);
  Type check_days_of(ExprId id, const lang::DaysOf& days);
  // A name in the rows' own names, behind `.`.
  Type check_row_value(lang::RowsId id, ExprId value);
  void report_no_rows(const lang::Rows& rows, const RowsReach& reached);
  [[nodiscard]] bool is_rows_known(lang::RowsId id) const { return known_rows_.contains(id.index); }
  [[nodiscard]] const FieldSchema* time_of(std::uint32_t object) const;
  void require_time(std::uint32_t object, lang::Span place);

  // ---- window.cpp
  void check_window(const lang::Window& window, const Type& subject, bool& may_be_missing);
  void check_window_end(ExprId id, const Type& subject);
  // A fixed length of time above zero; whole days where it stands against a date.
  void check_length(ExprId duration, const Type& subject, std::string_view what);
  Type check_in_window(ExprId id, const lang::InWindow& window);
  Type check_known_within(ExprId id, const lang::KnownWithin& test);
  Type check_evidence(ExprId id, const lang::EvidenceTest& test);
  // The object and the number of the field that an expression is, parentheses aside.
  [[nodiscard]] std::optional<FieldPlace> field_in(ExprId id) const;

  // Whether amounts in one currency can be had in another one: the policy has rates for them.
  [[nodiscard]] bool converts(std::uint16_t from, std::uint16_t to) const {
    return std::any_of(policy_.rates.begin(), policy_.rates.end(),
                       [&](const RateTable& rates) { return rates.from == from && rates.to == to; });
  }
  // Amounts in two currencies of which the right one is converted into the left one's. The rates' day is the lead's.
  [[nodiscard]] bool mixes(const Type& left, const Type& right) const {
    return scopes_.size() == 1 && inner_object() == symbols_.subject() && left.kind == Kind::money &&
           right.kind == Kind::money && left.currency != right.currency && converts(right.currency, left.currency);
  }

  // ---- table.cpp, framework.cpp, lifecycle.cpp, rates.cpp, setting.cpp
  void check_setting(const lang::SettingDecl& setting, std::uint32_t index);
  void list_settings();
  // A fixed value as an author would write it.
  [[nodiscard]] std::string show_constant(const Constant& constant) const;
  void read_extensions();
  void check_table(const lang::TableDecl& table, std::uint32_t index);
  bool check_table_row(const lang::TableDecl& table, const lang::TableRow& row, const std::vector<Type>& types,
                       const Type& result);
  // Reports gaps, overlaps and rows behind others, and sets what is known of the table. The first `extending` rows come
  // from outside the table; `otherwise` is not among the rows, and null where there is none.
  void compare_rows(const lang::TableDecl& table, std::uint32_t index, const std::vector<Type>& types,
                    const std::vector<const lang::TableRow*>& rows, std::size_t extending,
                    const lang::TableRow* otherwise);
  void check_extend(const lang::ExtendDecl& extend, std::uint32_t index);
  // The arguments have been checked against the table's parameters; sets the call's meaning and what may be missing.
  Type check_table_call(ExprId id, const lang::Call& call, std::uint32_t table);
  // The text of a file of data that the policy or an import names, without a byte-order mark. Errors: what the author
  // is told, and what to do.
  [[nodiscard]] lang::Result<std::string> read_named(const lang::Quoted& file) const;
  // The path of a file of rows, which a run alone opens; one that leads out of the policy's folder is reported here.
  std::string path_of_rows(const lang::Quoted& file);
  void read_rates();  // the files, before anything is checked
  void check_rates(const lang::RatesDecl& rates, std::uint32_t index);
  // Amounts in two currencies of which the right one cannot be converted into the left one's.
  void report_currencies(lang::Span place, const Type& left, const Type& right);
  void check_framework(const lang::FrameworkDecl& framework, std::uint32_t index);
  // What `from` names and gives it; nothing after a mistake. Arguments are checked.
  std::optional<std::uint32_t> check_pattern(const lang::FrameworkDecl& framework, std::uint32_t index);
  std::vector<LetterInfo> merge_letters(const lang::FrameworkDecl& framework,
                                        const std::optional<std::uint32_t>& pattern);
  // Names of fields that may be claimed, in an expression and in what it names.
  void collect_claimed(ExprId id, const lang::FrameworkDecl& framework, std::vector<ExprId>& claimed);
  // BANT.Budget, BANT.met, BANT.share: `reached` says which; the path has been recorded.
  Type check_letter(ExprId id, const Reach& reached, const lang::NameRef& name);
  Type check_framework_qualified(ExprId id, const lang::FrameworkQualified& qualified);
  void read_stages();
  void check_lifecycle(const lang::LifecycleDecl& lifecycle, std::uint32_t index);
  void check_stage(const lang::StageDecl& stage, bool remembers);
  // A field of the subject that a lifecycle names; its type must be one of two. Nothing after a mistake.
  std::optional<std::uint32_t> check_lifecycle_field(const lang::Name& name, Kind one, Kind other,
                                                     std::string_view expected);
  void require_stage(const lang::Name& name);
  void check_floor(const lang::Name& name);
  void check_override(const lang::StageOverride& manual, lang::Span place);
  // The implicit object of an override's file, and the subject's relation to it.
  void read_remembered();
  void read_override();
  // Whether time alone may change a stage: stages whose conditions read a window, directly or through definitions.
  void warn_of_windows(const lang::LifecycleDecl& lifecycle);
  Type check_stage_becomes(ExprId id, const lang::StageBecomes& becomes);

  // ---- calendar.cpp
  void read_calendars();
  CalendarOutput read_calendar(const lang::CalendarDecl& calendar, const lang::Declaration& declaration);
  void read_closed_days(const lang::Quoted& file, kernels::BusinessHours& hours);
  void report_overlap(const lang::OpenHours& open, const std::vector<kernels::Hours>& day);
  bool may_add_hours(std::uint64_t count, lang::Span place);
  void check_calendar(ExprId id);

  // ---- agreement.cpp
  void check_sla(const lang::SlaDecl& sla, lang::Span keyword);
  void check_handoff(const lang::SlaDecl& sla, lang::Span keyword);
  [[nodiscard]] bool holds_crossing(ExprId id) const;
  void check_party(const lang::Name& party);
  void check_clause(const lang::SlaDecl& sla, const lang::Clause& clause);
  void check_volume(const lang::SlaDecl& sla, const lang::Clause& clause, const lang::Delivers& delivers);
  void check_within(const lang::SlaDecl& sla, const lang::Within& within);
  // Business days need a calendar, and days by the clock next to one are worth a word.
  void check_clock(const lang::Clause& clause, const lang::Within& within, bool has_calendar);
  // Rows, and fields of the subject, that say a moment and not only a day.
  void check_touch_rows(lang::RowsId rows);
  void check_moment_field(const lang::Name& name);
  void require_moment(const Type& type, lang::Span place, std::string_view what);
  void check_written_field(ExprId id);  // a field that is `dated by` a moment
  [[nodiscard]] const lang::StageDecl* find_stage(std::string_view name) const;

  // ---- test.cpp
  void check_test(const lang::TestDecl& test, std::uint32_t index);
  void check_scenario_as_of(const lang::ScenarioAsOf& as_of, TestCase& test);
  void check_scenario_row(const lang::ScenarioRow& row, TestMoment& moment);
  // What the name of a row stands for; nothing after a mistake.
  struct ScenarioPlace {
    std::uint32_t object = 0;
    bool is_lead = false;
    std::optional<std::uint32_t> relation;  // of leads
    std::optional<std::uint32_t> kind;
  };
  std::optional<ScenarioPlace> find_scenario_place(const lang::ScenarioRow& row);
  void report_no_scenario_row(const lang::Name& name);
  // The cells of the row that is meant: a new one, or one that stands there already.
  std::vector<TestCell>* scenario_cells(const lang::ScenarioRow& row, const ScenarioPlace& place, TestMoment& moment);
  std::optional<TestCell> check_scenario_value(const ScenarioPlace& place, const lang::ScenarioValue& value);
  std::optional<Expectation> check_expectation(const lang::TestItem& item);
  void check_share(const lang::ExpectShare& share, Expectation& expected, TestConditions& conditions);
  std::optional<std::int64_t> check_share_bound(ExprId id, bool is_share);
  void note_names(ExprId id, std::vector<std::string>& names) const;
  // The declaration of an output that a test may name; nothing elsewhere.
  [[nodiscard]] std::optional<std::uint32_t> tested_output(const std::vector<lang::Name>& path) const;

  // ---- expression.cpp
  // The type of an expression; `opposite` is the type that it stands against, whose members a bare name means first.
  Type check(ExprId id, const Type* opposite = nullptr);
  bool check_condition(ExprId id);  // reports what is no condition; returns whether it may be undecided
  [[nodiscard]] std::optional<lang::ForeignPhrase> bound_in_words(ExprId value) const;
  Type check_node(ExprId id, const Type* opposite);
  Type check_text(ExprId id, const std::string& text, const Type* opposite);
  Type check_call(ExprId id, const lang::Call& call);
  Type check_comparison(ExprId id, const lang::Comparison& comparison);
  Type check_membership(ExprId id, const lang::Membership& membership);
  void check_set_items(ExprId test, const std::vector<ExprId>& items, const Type& type);
  void check_named_set(ExprId test, std::uint32_t set, const Type& type);
  Type check_text_test(ExprId id, const lang::TextTest& test);
  Type check_state_test(ExprId id, const lang::StateTest& test);
  std::pair<Type, Type> check_opposite(ExprId left, ExprId right, const Type* opposite = nullptr);
  bool comparable(const Type& left, const Type& right) const;
  void report_not_comparable(lang::Span place, ExprId left_id, const Type& left, ExprId right_id, const Type& right);
  [[nodiscard]] bool is_empty_text(ExprId id) const;
  [[nodiscard]] bool waits_for_opposite(ExprId id) const;
  bool bind_member(ExprId id, std::string_view spelling, const Type& opposite);
  // `wants_text`: where a text is wanted, the word is most likely one without its quotes.
  void report_unknown(const lang::Name& name, bool wants_text = false);
  void report_wrong_type(ExprId id, const Type& wanted, const Type& found);
  // Whether a value of `found` may stand where `wanted` is declared; reports what may not.
  bool require_type(ExprId id, const Type& wanted, const Type& found);

  // ---- meant.cpp
  // The values that stand at `first` without braces, where only the first has been read into its test.
  [[nodiscard]] std::optional<lang::ForeignList> bare_list_at(ExprId first) const;
  // Whether more than one of them is a value of the type; then they are reported, and what stands for the others is not
  // checked. `words` stand before the braces.
  bool report_bare_list(lang::Span place, ExprId first, const Type& value, std::string_view words);
  [[nodiscard]] bool is_cut_off(ExprId condition) const;  // by a list that has been reported
  // Of the value at `word`, which stands behind `or` where a condition belongs: the test before it with all its values.
  // Empty where there is none.
  [[nodiscard]] std::string list_meant(lang::Span word) const;
  // The first of its values, and the words before them.
  [[nodiscard]] std::string test_of_list(ExprId operand, std::vector<ExprId>& values) const;
  // Whether the right side is a word for what is missing or known; then it is reported.
  bool report_state_as_value(ExprId id, const lang::Comparison& comparison);
  // A number with three digits behind its point where the other side has fewer: they may be thousands.
  void warn_of_thousands(ExprId number, const Type& opposite);
  // Both readings of such a number; empty of any other.
  [[nodiscard]] std::string both_readings(ExprId number) const;

  // ---- arithmetic.cpp
  Type check_sum(ExprId id, const lang::SumChain& sum);
  void check_whole_days(ExprId term);
  Type add(const Type& left, const Type& right, bool minus, ExprId left_id, ExprId right_id);
  Type check_product(ExprId id, const lang::Product& product);
  Type check_round(ExprId id, const lang::Round& round);
  // The type that holds both, or nothing. Numbers widen to the larger scale.
  [[nodiscard]] std::optional<Type> common(const Type& left, const Type& right) const;

  // ---- bands.cpp
  struct Interval;
  struct BandReading;
  struct Ends {  // a value is never less, and never more; none: no such end
    std::optional<Constant> least;
    std::optional<Constant> most;
    bool of_setting = false;
  };
  struct BandSubject {
    Type type;
    bool is_readable = true;  // there was no mistake about it
    bool may_be_missing = true;
    Ends ends{};
  };
  // Types the bands against the subject, reports overlaps, and says what is in none of them (empty: nothing).
  std::string check_bands(const std::vector<const lang::Band*>& bands, ExprId subject);
  std::string check_bands(const std::vector<const lang::Band*>& bands, const BandSubject& subject);
  void read_band(const lang::Band& band, const Type& type, BandReading& reading);
  void read_band_range(const lang::BandRange& range, lang::Span place, const Type& type, BandReading& reading);
  bool read_band_value(ExprId id, const Type& type, BandReading& reading);
  [[nodiscard]] std::string range_of_difference(ExprId id) const;
  [[nodiscard]] bool is_ordered_picklist(const Type& type) const;
  [[nodiscard]] bool is_whole(const Type& type, unsigned digits) const;
  std::optional<std::string> left_out_of(const BandReading& reading, const BandSubject& subject);
  std::optional<std::vector<Interval>> intervals_of(const BandReading& reading, const Type& type);
  void report_overlap(const Interval& lower, const Interval& upper, const Type& type, unsigned digits);
  [[nodiscard]] std::string name_of(kernels::Wide value, const Type& type, unsigned digits) const;
  [[nodiscard]] std::string gaps_between(const std::vector<Interval>& intervals, unsigned digits,
                                         const BandSubject& subject) const;
  [[nodiscard]] bool reads_setting(ExprId id) const;
  [[nodiscard]] bool reads_setting(const lang::Band& band) const;
  Ends ends_of(ExprId id, unsigned depth = 0);  // of what is counted, and of scores

  // ---- choice.cpp
  Type check_if(ExprId id, const lang::If& choice, const Type* opposite);
  Type check_match(ExprId id, const lang::Match& match, const Type* opposite);
  Type check_default(ExprId id, const lang::DefaultTo& fallback);

  // ---- constant.cpp
  // The fixed value of a checked expression; reports overflow and division by zero in constants.
  std::optional<Constant> constant(ExprId id);
  std::optional<Constant> fold(ExprId id);
  [[nodiscard]] const lang::Product* quotient_in(ExprId id) const;
  std::optional<kernels::Checked> divide(const lang::Product& quotient, const Type& type, lang::RoundingMode mode);
  // A fixed value of the type, or a message that `what` must be one.
  std::optional<Constant> require_constant(ExprId id, std::string_view what);

  // ---- small helpers
  [[nodiscard]] lang::Span span(ExprId id) const { return tree_.expressions[id].span; }
  [[nodiscard]] std::string words(const Type& type) const { return describe(type, policy_); }
  [[nodiscard]] std::string source_text(ExprId id) const { return std::string(sources_.text(span(id))); }
  ExprInfo& info(ExprId id) { return policy_.expressions[id.index]; }
  [[nodiscard]] bool may_miss(ExprId id) const { return policy_.expressions[id.index].may_be_missing; }
  // Looking for what somebody meant takes time for each name there is: not beyond the messages that are shown.
  [[nodiscard]] bool may_suggest() const { return diagnostics_.error_count() <= limits_.diagnostics; }
  Type poison() const { return {}; }
  Type boolean() const { return {.kind = Kind::boolean}; }
  [[nodiscard]] std::vector<std::string> members_of(const Type& type) const;

  const lang::Tree& tree_;
  const Symbols& symbols_;
  const DefinitionOrder& definitions_;
  const lang::SourceMap& sources_;
  const lang::Limits& limits_;
  const CompileOptions& options_;
  lang::Diagnostics& diagnostics_;
  TypedPolicy policy_;
  using Spellings = std::unordered_map<std::string, std::uint32_t>;  // folded spelling -> member
  std::vector<Spellings> spellings_;                                 // by picklist
  std::map<std::string, std::uint32_t> picklist_numbers_;            // by name
  std::map<std::uint32_t, std::uint32_t> grade_numbers_;             // by declaration
  std::map<std::array<std::uint32_t, 5>, std::uint32_t> set_lists_;  // by set and type: the test that has the list
  bool has_calendars_ = false;
  std::uint64_t calendar_hours_ = 0;                          // of all calendars
  bool is_currency_broken_ = false;                           // the header names one that does not exist
  const std::vector<lang::Parameter>* parameters_ = nullptr;  // of the define or pattern that is being checked
  std::vector<Type> parameter_types_;
  Scopes scopes_{{}};                             // the rows that the expression now checked is about, outermost first
  bool reads_rows_ = false;                       // the declaration now checked reads something about rows
  std::unordered_set<std::uint32_t> free_;        // declarations that read nothing about rows
  std::unordered_set<std::uint32_t> known_rows_;  // by RowsId: TypedPolicy::rows says what they are
  std::map<std::string, std::uint32_t> outputs_;  // by name: the declaration
  std::optional<lang::Span> bare_list_;           // the last one that has been reported
  const lang::Logic* joined_ = nullptr;           // whose operands are being checked
  bool may_be_reference_ = false;                 // the name now checked may be that of a reference
  std::unordered_map<std::uint32_t, std::vector<const lang::ExtendDecl*>> extensions_;  // by table
  // By table and column: a missing argument leaves the result open.
  std::unordered_map<std::uint32_t, std::vector<bool>> open_columns_;
  std::optional<std::uint32_t> framework_;              // that is being checked
  std::optional<std::uint32_t> band_begin_;             // of the band that is being checked, in its file
  bool in_test_ = false;                                // a test is being checked
  std::optional<std::int64_t> test_instant_;            // its `as of`, if it says one
  std::map<std::uint32_t, std::uint32_t> latest_rows_;  // of that test: by object, the last row
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t>
      referred_rows_;        // of that test: by parent and `one` relation
  bool in_letters_ = false;  // its letters, which cannot read one another
};

// A number of the type as an author would write it: 2026-02-28, 50000 USD. `digits`: of the value.
[[nodiscard]] std::string show(kernels::Wide value, const Type& type, unsigned digits, const kernels::Zone& zone);

}  // namespace muster::compiler
