// A policy as the author wrote it: declarations in source order, comments, and the expressions that they hold.
// One Tree holds the policy and every module that it imports, so that ids are unique across files.
// May include: lang/source, lang/spec, lang/support. Called by: parse, resolve, check, lower.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lang/syntax/expression.h"

namespace muster::lang {

// ---- policy "title" { version "1"  owner "..."  effective A to B  zone "..."  currency USD  parties Marketing, Sales
// }
struct PolicyEntry {
  enum class Key : std::uint8_t { edition, version, owner, effective, review, parties, zone, currency };
  Key key;
  Span span;
  std::string text;                  // version, owner, zone, currency code; the number's text for edition
  std::optional<std::int32_t> from;  // effective: days since 1970-01-01, both ends included; review on A: that day
  std::optional<std::int32_t> to;
  std::uint32_t review_every = 0;  // review every 3 months: how many, every quarter: 1; 0: it names a day
  CalendarUnit review_unit = CalendarUnit::month;
  std::vector<Name> parties;
};
struct PolicyHeader {
  Quoted title;
  std::vector<PolicyEntry> entries;
};

struct Import {
  std::vector<Name> path;      // import std.email
  std::optional<Quoted> file;  // import "shared/picklists.muster": in the policy's folder; then there is no path
};

// ---- data
struct TypeRef {
  Name name;                           // a scalar type or a picklist
  std::optional<std::uint8_t> digits;  // decimal(2)
  std::optional<Name> currency;        // money USD; absent: the policy's
};
struct Field;
// A kind of child rows: a value of the column that says what a row is, with the fields that only such rows use.
struct KindDecl {
  Span span;
  Name name;
  std::vector<Quoted> spellings;
  std::vector<Field> fields;
};
enum class Claim : std::uint8_t { none, claimed, verified };      // told by the lead, or checked
enum class Source : std::uint8_t { none, explicit_, implicit_ };  // stated in a form, or concluded from behaviour
struct Field {
  Span span;
  Name name;
  TypeRef type;
  bool optional = false;  // text?
  bool key = false;
  bool required = false;
  bool row_number = false;           // from row number: an export without any id
  bool time = false;                 // time: when a child row happened
  bool event = false;                // event: a moment that later than `as of` has not happened
  bool known_after_outcome = false;  // known after outcome
  Claim claim = Claim::none;
  Source source = Source::none;
  std::optional<Name> verified_by;  // verified by budget_checked: a bool field that is yes for a verified value
  std::optional<Name> dated_by;     // dated by budget_at: the field that says when it was learned
  std::optional<Span> kinds_span;   // what: kind { ... }; then `type` is poison and `kinds` say the values
  std::vector<KindDecl> kinds;
  std::vector<Quoted> headers;       // from "Prospect ID", "Lead ID"; empty: the field's own name
  std::vector<Quoted> missing_when;  // missing when "Select", "N/A"
  std::vector<Quoted> formats;       // format "DD/MM/YYYY", "YYYY-MM-DD"
};
struct FallbackMatch {
  Name field;    // of the other object
  ExprId value;  // over the object that refers
};
// many Activity by lead_id   company: one Company by company_id, otherwise domain = domain(email)
struct Relation {
  Span span;
  Name name;  // written, or the object's name, for `one` with a small first letter
  bool many = false;
  Name object;
  Name by;  // many: the child's field that holds this object's key; one: this object's field with the other's key
  std::optional<FallbackMatch> otherwise;   // one
  std::optional<ExprId> tracked_since;      // many: a date, a moment or a field; before it nothing could be seen
  std::optional<ExprId> tracked_only_when;  // many
};
// duplicates by email: keep newest by updated_at, join activities
struct Duplicates {
  Span span;
  Name by;
  bool newest = true;         // else the oldest
  std::optional<Name> dated;  // absent: the object's `time`
  bool join_rows = false;     // the child rows of all go to the one that is kept
};
struct ObjectDecl {
  Name name;
  std::optional<Quoted> title;
  std::optional<Quoted> file;  // from "activities.csv": in the policy's folder; a run may name another
  std::vector<Field> fields;
  std::vector<Relation> relations;
  std::optional<Duplicates> duplicates;
  std::vector<Quoted> missing_when;
};

struct PicklistMember {
  Name name;
  std::vector<Quoted> spellings;
};
struct PicklistDecl {
  Name name;
  std::optional<Quoted> title;
  bool ordered = false;
  std::vector<PicklistMember> members;
  std::optional<Name> other;  // the member named `other`, which takes every unknown spelling
};

struct SetDecl {
  Name name;
  std::vector<ExprId> items;
  std::optional<Quoted> file;  // set competitors from "competitors.txt": one value a line; then there are no items
};
struct DatedValue {
  ExprId value;
  std::int32_t from;  // days since 1970-01-01
  Span span;
};
struct SettingDecl {
  Name name;
  TypeRef type;
  ExprId value;
  std::vector<DatedValue> later;  // = 100, 150 from 2026-04-01; dates rise
  std::optional<Quoted> title;
};
struct LetDecl {
  Name name;
  std::optional<Name> about;  // for Company; here and below: absent means the lead
  std::optional<TypeRef> type;
  ExprId value;
};
struct Parameter {
  Name name;
  TypeRef type;
};
struct DefineDecl {
  Name name;
  std::vector<Parameter> parameters;
  std::optional<TypeRef> result;
  ExprId body;
};

// table tier(employees: int, country: Country): text first { over 1000 | any = "Enterprise"  otherwise = "Other" }
struct TableRow {
  Span span;
  std::vector<Band> cells;  // as many as parameters; empty: otherwise
  ExprId result;
};
enum class TablePolicy : std::uint8_t { first, unique, sum };
struct TableDecl {
  Name name;
  std::optional<Quoted> title;
  std::vector<Parameter> parameters;
  TypeRef result;
  TablePolicy policy = TablePolicy::first;
  std::vector<TableRow> rows;
};
// extend seniority { "Head of RevOps" = Director }   extend Industry { Robotics = "Robotics", "Robots" }
struct ExtendDecl {
  Name table;                  // or a picklist: only who knows all names can tell
  std::vector<TableRow> rows;  // they come before the table's own; none if some lines can only be values of a picklist
  std::vector<PicklistMember> members;  // the same lines as values of a picklist; none if some line is no such thing
};
// extend Lead { budget: money USD? from "Budget__c" }: fields and relations added to a library's object
struct ExtendObjectDecl {
  Name object;
  std::vector<Field> fields;
  std::vector<Relation> relations;
  std::vector<Quoted> missing_when;
};

// rates "rates.csv" at created_at: columns from, to, day, rate
struct RatesDecl {
  Quoted file;
  ExprId at;
};

// output entry_score "Score when it became hot" = if stage becomes Hot then engagement else score_at_entry
struct OutputDecl {
  Name name;
  std::optional<TypeRef> type;
  std::optional<Quoted> title;
  ExprId value;
};

// ---- conditions with names
struct Explained {  // what may stand behind a rule
  std::optional<Quoted> because;
  std::optional<Quoted> ask;
};
using CriterionId = Id<struct CriterionTag>;
struct Require {
  ExprId condition;
};  // also a bare condition
struct Exclude {
  ExprId condition;
  std::optional<ExprId> except_when;
};
enum class GroupKind : std::uint8_t { all_of, any_of, at_least };
struct CriterionGroup {
  GroupKind kind;
  std::uint32_t count = 0;
  std::vector<CriterionId> items;
};
struct Criterion {
  Span span;
  std::variant<Require, Exclude, CriterionGroup> node;
  Explained explained;
};
enum class QualifierKind : std::uint8_t { icp, persona, demographic, situational, behavioural };
struct QualifierDecl {
  QualifierKind kind;
  Name name;
  std::optional<Quoted> title;
  std::optional<Name> about;
  std::vector<CriterionId> items;
};

struct IgnoreDecl {
  std::optional<Name> object;  // absent: leads
  ExprId condition;
  std::optional<Quoted> because;
};  // ignore leads when C because "..."   ignore Activity when is_bot

// ---- scores
using ScoreItemId = Id<struct ScoreItemTag>;
struct Points {
  bool minus = false;
  ExprId amount;
};  // +25, -10, +demo_points; the amount is a constant
struct Per {
  bool full = false;
  std::optional<ExprId> step;
  ExprId quantity;
};  // per full 100 employees

// How points lose their worth with age.
enum class FadeKind : std::uint8_t { halving, to_zero, percent, never };
struct FadeRounding {
  Span span;
  RoundingMode mode = RoundingMode::half_even;
  std::uint8_t digits = 0;
};
struct Fade {
  Span span;
  FadeKind kind = FadeKind::never;
  std::optional<ExprId> percent;        // minus 10% every 30 days, of what is left after each full interval
  std::optional<ExprId> interval;       // halving every 14 days, fading to zero over 90 days; all but `never`
  std::optional<ExprId> since;          // the whole score or group fades by this moment instead of row by row
  bool whole_days = false;              // by whole days
  std::optional<FadeRounding> rounded;  // rounded half up to 2 digits; else half to even, to 4 digits
};
// Which rows count where there are too many: the latest ones of each unit, or the first one of all.
struct FirstOnly {};
struct LatestPer {
  std::uint32_t count = 1;
  Calendar unit;
};
struct Frequency {
  Span span;
  std::variant<FirstOnly, LatestPer> node;
};  // counting latest 1 per week from monday; first only
// What may stand behind a rule, a group and a score alike. Section 4, number 11 says in which order they work.
struct Clauses {
  std::optional<ExprId> at_most;
  std::optional<ExprId> at_least;
  std::optional<Fade> fade;
  std::optional<ExprId> aged_by;        // rules without rows: the moment that their points age by
  std::optional<Frequency> frequency;   // rules that count rows
  std::optional<RowsId> restart_after;  // restart after latest Unsubscribed: only later rows count
  std::optional<ExprId> zero_while;
  std::optional<ExprId> scaled_to;  // groups and scores: the most that can be reached becomes this
};
struct PerRows {
  RowsId rows;
  std::optional<ExprId> different;  // per different Download.asset: a NameRef in the rows' own names
};
struct PointRule {
  Points points;
  std::optional<Per> per;
  std::optional<PerRows> per_rows;
  std::optional<ExprId> when;  // a rule has `per`, `per rows`, `when`, or `when` and one of them
  Clauses clauses;
};
struct BandPoints {
  Band band;
  Points points;
};
struct BandRule {  // points by x { under 250: 0 | 250 to 1000: 15 | missing: 0 }
  ExprId subject;
  std::vector<BandPoints> bands;
  std::optional<ExprId> when;
  Clauses clauses;
};
struct ScoreGroup {
  std::optional<Quoted> title;
  Clauses clauses;
  std::vector<ScoreItemId> items;
};
struct ScoreItem {
  Span span;
  std::variant<PointRule, BandRule, ScoreGroup> node;
  Explained explained;
};
struct ScoreDecl {
  Name name;
  std::optional<Quoted> title;
  std::optional<Name> about;
  std::optional<ExprId> from;  // bounds; `from A to B`
  std::optional<ExprId> to;
  Clauses clauses;  // of its head, and lines such as `restart after` in its body
  std::vector<ScoreItemId> items;
  std::optional<ExprId> value;  // score total = fit + 70% of engagement; then there are no items
};

// ---- frameworks
struct LetterDecl {
  Span span;
  Name name;
  std::optional<Quoted> title;
  ExprId met;
  std::optional<ExprId> half_met;  // half met when C
  bool half_when_claimed = false;  // half met when claimed
  bool overrides = false;          // override Need met when ...
  Explained explained;
};
struct QualifiedAtLeast {
  std::uint32_t count;
};  // qualified when at least 3 met
struct QualifiedAll {};  // qualified when all met
struct Qualified {
  Span span;
  std::variant<QualifiedAtLeast, QualifiedAll, ExprId> node;
};
struct FrameworkSource {
  Name name;
  std::vector<ExprId> arguments;
};  // from BANT(budget >= 10K USD, is_decision_maker, ...)
struct FrameworkDecl {
  Name name;
  std::optional<Quoted> title;
  std::optional<Name> about;
  std::vector<Parameter> parameters;  // a framework with parameters is a pattern for others and answers nothing itself
  bool has_parameters = false;
  std::optional<FrameworkSource> source;
  bool in_order = false;  // in order, stop at first not met
  std::vector<LetterDecl> letters;
  std::optional<Qualified> qualified;
};

// ---- grades: rows are tried from the top, columns from the left
struct GradeRow {
  Span span;
  std::optional<ExprId> condition;
  std::vector<Name> cells;
};  // no condition: otherwise
struct GradeDecl {
  Name name;
  std::optional<Quoted> title;
  std::optional<Name> about;
  std::vector<Name> axes;                      // from fit, engagement
  std::vector<std::optional<ExprId>> columns;  // empty: one cell a row
  std::vector<GradeRow> rows;
};

// ---- stages
struct Needs {
  Span span;
  std::uint32_t count;
  std::vector<ExprId> values;
};  // needs 3 known of email, phone
struct StageDecl {
  Name name;
  std::optional<Quoted> title;
  std::optional<Name> beside;      // beside SQL: the same rank, and nothing below is asked for
  std::optional<Name> entered_at;  // the field that says when it was entered
  ExprId condition;
  std::optional<ExprId> kept_while;
  std::optional<Needs> needs;
};
struct NotYet {
  ExprId condition;
};
struct Disqualified {
  ExprId condition;
};
struct Recycled {
  std::optional<Name> at;  // the field that says since when; only later behaviour counts
  ExprId condition;
};
struct NeverBackBelow {
  Name stage;
};
// override stage from "overrides.csv" by Sales, needs reason, expires after 30 days
struct StageOverride {
  Quoted file;
  std::optional<Name> by;
  bool needs_reason = false;
  std::optional<ExprId> expires_after;
};
struct LifecycleItem {
  Span span;
  std::variant<StageDecl, NotYet, Disqualified, Recycled, NeverBackBelow, StageOverride> node;
  Explained explained;
};
struct LifecycleDecl {
  std::optional<Name> remembers;  // remembers stage from lifecycle_stage: the field with the stage until now
  std::vector<LifecycleItem> items;
};

struct RouteRow {
  Span span;
  Quoted destination;
  std::optional<ExprId> condition;
  Explained explained;
};  // no condition: otherwise
struct RouteDecl {
  std::vector<RouteRow> rows;
};

// ---- calendars: when somebody is there to answer
struct DayRange {  // both ends included
  std::int32_t from;
  std::int32_t to;  // days since 1970-01-01
  Span span;
};
struct OpenHours {  // open monday to friday 09:00 to 12:30, 13:30 to 17:30   open 2026-12-24 09:00 to 12:00
  struct Hours {
    std::int32_t from_minute;  // of the local day
    std::int32_t to_minute;    // up to 1,440; the moment itself is closed
    Span span;
  };
  Span span;
  std::array<bool, 7> weekdays{};  // Monday first
  std::vector<DayRange> days;      // single days, which have these hours instead of their weekday's
  std::vector<Hours> hours;
};
struct ClosedDays {  // closed 2026-01-01, 2026-12-24 to 2026-12-31   closed from "holidays.txt"
  Span span;
  std::vector<DayRange> days;
  std::optional<Quoted> file;  // one day a line; then there are no days
};
struct CalendarDecl {
  Name name;
  std::optional<Quoted> title;
  std::optional<Quoted> zone;  // in "America/New_York"; absent: the policy's
  std::vector<OpenHours> open;
  std::vector<ClosedDays> closed;
};

// ---- what Marketing and Sales owe each other about a lead that was handed over
struct Within {  // within 30 minutes in Office   within 5 business days in Office   in 1 day
  Span span;
  std::optional<ExprId> duration;   // a fixed length of time
  std::uint32_t business_days = 0;  // where there is no duration
  std::optional<ExprId> calendar;   // a value of the type `calendar`; absent: the clock
  bool of_owner = false;            // in calendar of owner
};
struct Touches {  // 3 CallMade where answered
  std::uint32_t least;
  RowsId rows;
};
struct Provides {
  std::vector<ExprId> values;
};  // Marketing provides email, company.name
struct Passes {
  ExprId condition;
};  // Marketing passes only MidMarket
struct Delivers {  // Marketing delivers at least 300 MQL per quarter, tracked weekly, once per lead, less rejected
  std::uint32_t least;
  Name stage;
  CalendarUnit period = CalendarUnit::quarter;
  Calendar tracked{CalendarUnit::week, 1};
  bool once_per_lead = false;
  bool less_rejected = false;
  std::optional<DayRange> paced_like;  // an earlier period whose course is the pace; absent: the same every day
};
struct FollowsUp {
  Within within;
  std::optional<Within> at_the_latest;
};  // Sales follows up within 30 minutes in Office, at the latest in 1 day
struct Makes {
  std::vector<Touches> touches;
  Within within;
};  // Sales makes at least 3 CallMade and 3 EmailSent within 2 weeks
struct Updates {
  ExprId field;  // a field that is `dated by` another one
  Within within;
};  // Sales updates status within 5 business days in Office; Sales gives feedback in remarks within 2 weeks
struct Rejects {
  Within within;
};  // Sales rejects within 2 business days in Office
struct Clause {
  Span span;
  Name party;
  std::variant<Provides, Passes, Delivers, FollowsUp, Makes, Updates, Rejects> node;
  Explained explained;
};
enum class EscalationAct : std::uint8_t { remind, tell, reassign };
struct Escalation {  // after 30 minutes remind owner, after 2 hours tell manager, after 1 day reassign to "Pool"
  Span span;
  Within after;
  EscalationAct act = EscalationAct::remind;
  std::string whom;  // owner, manager or what stands in quotes
};
struct Rejection {  // rejected at rejected_at when status = "Rejected", reason rejection_reason
  Span span;
  std::optional<Name> at;
  ExprId condition;
  std::optional<ExprId> reason;
};
struct Pause {  // clock pauses from OnHold to Resumed
  Span span;
  RowsId from;
  RowsId to;
};
struct SlaDecl {
  Quoted title;
  std::optional<ExprId> handoff;         // handoff when stage becomes MQL
  std::optional<Name> handoff_at;        // handoff at handed_over_at when ...; absent: the stage's `entered at`
  std::optional<ExprId> owner;           // owner is owner_id
  std::optional<ExprId> owner_calendar;  // calendar of owner is office_of(owner_id)
  std::vector<RowsId> follow_up;         // follow up is the first CallMade or EmailSent where automated = no
  std::optional<Rejection> rejection;
  std::optional<Pause> pause;
  std::vector<Clause> clauses;
  std::vector<Escalation> escalations;
};

// ---- guarantees: what holds for every lead that may ever be
struct NeverUse {
  std::vector<Name> subjects;  // fit, stage
  std::vector<ExprId> fields;  // NameRefs
};  // guarantee "...": fit, stage never use home_country
struct GuaranteeDecl {
  Quoted title;
  std::variant<ExprId, NeverUse> claim;
};

// ---- tests: scenarios with what is expected of them
struct ScenarioValue {
  Name field;
  ExprId value;
};
struct ScenarioRow {  // lead { email: "ann@firm.example" }   company { ... }   activity DemoRequested { at: 2 days ago
                      // }
  Span span;
  Name object;  // an object or relation, in whatever case; or a kind alone
  std::optional<Name> kind;
  std::vector<ScenarioValue> values;
};
struct ScenarioAsOf {
  ExprId moment;  // a date or a moment; what stands behind it is true then, and what was said before stays
};
struct ExpectCondition {
  ExprId condition;
};  // expect fit = 80   expect not Buyer   expect MidMarket is undecided
struct ExpectReason {
  Name score;
  Quoted part;
  bool negated = false;
};  // expect reasons of fit contain "MidMarket"
struct ExpectRoute {
  Quoted destination;
};  // expect route "Inside sales"
struct ExpectShare {  // expect over "leads.csv": share of MQL in 2% to 8%   expect over "leads.csv": count of MQL >= 20
  Quoted file;
  bool is_share = true;  // else a count of leads
  ExprId condition;
  std::optional<CompareOp> op;  // absent: a range
  ExprId low;                   // what is compared with; of a range its lower end
  std::optional<ExprId> high;
};
struct TestItem {
  Span span;
  std::variant<ScenarioAsOf, ScenarioRow, ExpectCondition, ExpectReason, ExpectRoute, ExpectShare> node;
};
struct TestDecl {
  Quoted title;
  std::vector<TestItem> items;
};

using DeclarationNode =
    std::variant<PolicyHeader, Import, ObjectDecl, PicklistDecl, SetDecl, SettingDecl, LetDecl, DefineDecl, TableDecl,
                 ExtendDecl, ExtendObjectDecl, RatesDecl, QualifierDecl, IgnoreDecl, ScoreDecl, FrameworkDecl,
                 GradeDecl, LifecycleDecl, RouteDecl, OutputDecl, CalendarDecl, SlaDecl, GuaranteeDecl, TestDecl>;
struct Declaration {
  Span span;     // all of it
  Span keyword;  // its first words, for messages about the declaration as a whole
  DeclarationNode node;
};

struct Comment {
  Span span;
};  // from # to the end of its line

struct Tree {
  Table<ExprId, Expr> expressions;
  Table<RowsId, Rows> rows;
  Table<CriterionId, Criterion> criteria;
  Table<ScoreItemId, ScoreItem> score_items;
  std::vector<Declaration> declarations;  // source order, module by module, imported ones first
  std::vector<Comment> comments;          // source order
  // Every word in text that could not be read. A name that is only declared there is not reported as unknown.
  std::vector<std::string> broken_words;
};

}  // namespace muster::lang
