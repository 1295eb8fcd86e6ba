// A policy as the author wrote it: declarations in source order, comments, and the expressions that they hold.
// One Tree holds the policy and every module that it imports, so that ids are unique across files.
// May include: lang/source, lang/spec, lang/support. Called by: parse, resolve, check, lower.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lang/syntax/expression.h"

namespace muster::lang {

// ---- policy "title" { version "1"  owner "..."  effective A to B  zone "..."  currency USD }
struct PolicyEntry {
  enum class Key : std::uint8_t { edition, version, owner, effective, zone, currency };
  Key key;
  Span span;
  std::string text;                  // version, owner, zone, currency code; the number's text for edition
  std::optional<std::int32_t> from;  // effective: days since 1970-01-01, both ends included
  std::optional<std::int32_t> to;
};
struct PolicyHeader {
  Quoted title;
  std::vector<PolicyEntry> entries;
};

struct Import {
  std::vector<Name> path;
};  // import std.email

// ---- data
struct TypeRef {
  Name name;                           // a scalar type or a picklist
  std::optional<std::uint8_t> digits;  // decimal(2)
  std::optional<Name> currency;        // money USD; absent: the policy's
};
struct Field {
  Span span;
  Name name;
  TypeRef type;
  bool optional = false;  // text?
  bool key = false;
  bool required = false;
  bool row_number = false;           // from row number: an export without any id
  std::vector<Quoted> headers;       // from "Prospect ID", "Lead ID"; empty: the field's own name
  std::vector<Quoted> missing_when;  // missing when "Select", "N/A"
  std::vector<Quoted> formats;       // format "DD/MM/YYYY", "YYYY-MM-DD"
};
struct ObjectDecl {
  Name name;
  std::optional<Quoted> title;
  std::vector<Field> fields;
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
};
struct SettingDecl {
  Name name;
  TypeRef type;
  ExprId value;
  std::optional<Quoted> title;
};
struct LetDecl {
  Name name;
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
  std::vector<CriterionId> items;
};

struct IgnoreDecl {
  ExprId condition;
  std::optional<Quoted> because;
};  // ignore leads when C because "..."

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
struct PointRule {
  Points points;
  std::optional<Per> per;
  std::optional<ExprId> when;  // a rule has `per`, `when` or both
  std::optional<ExprId> at_most;
};
struct BandPoints {
  Band band;
  Points points;
};
struct BandRule {  // points by x { under 250: 0 | 250 to 1000: 15 | missing: 0 }
  ExprId subject;
  std::vector<BandPoints> bands;
  std::optional<ExprId> when;
  std::optional<ExprId> at_most;
};
struct ScoreGroup {
  std::optional<Quoted> title;
  std::optional<ExprId> at_most;
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
  std::optional<ExprId> from;  // bounds; `from A to B`
  std::optional<ExprId> to;
  std::vector<ScoreItemId> items;
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
  ExprId condition;
  std::optional<Needs> needs;
};
struct NotYet {
  ExprId condition;
};
struct Disqualified {
  ExprId condition;
};
struct LifecycleItem {
  Span span;
  std::variant<StageDecl, NotYet, Disqualified> node;
  Explained explained;
};
struct LifecycleDecl {
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

using DeclarationNode =
    std::variant<PolicyHeader, Import, ObjectDecl, PicklistDecl, SetDecl, SettingDecl, LetDecl, DefineDecl,
                 QualifierDecl, IgnoreDecl, ScoreDecl, GradeDecl, LifecycleDecl, RouteDecl>;
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
  Table<CriterionId, Criterion> criteria;
  Table<ScoreItemId, ScoreItem> score_items;
  std::vector<Declaration> declarations;  // source order, module by module, imported ones first
  std::vector<Comment> comments;          // source order
  // Every word in text that could not be read. A name that is only declared there is not reported as unknown.
  std::vector<std::string> broken_words;
};

}  // namespace muster::lang
