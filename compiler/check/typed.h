// A policy whose names are bound and whose expressions have types: what `check` gives to `lower`.
// May include: compiler/ir, compiler/resolve, lang/*. Called by: lower, lint.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/ir/schema.h"
#include "compiler/resolve/symbols.h"
#include "lang/syntax/tree.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

struct ExprInfo {
  Type type;                        // poison until checked, and where there was a mistake
  Meaning meaning = Meaning::none;  // of a NameRef or Call, and `member` for a text that is a picklist's spelling
  std::uint32_t index = 0;          // see Meaning
  std::uint32_t declaration = 0;    // Meaning::letter: the framework's
  bool may_be_missing = true;
};

// A value that is the same for every lead.
struct Constant {
  Type type;
  std::int64_t value = 0;  // mantissa, code, days, microseconds, 0/1
  std::string text;        // Kind::text: trimmed
};

// From the rows that an expression is about to those that a name is about: out of `up` enclosing `where`s, then along
// references.
struct Path {
  std::uint32_t up = 0;
  std::vector<std::uint32_t> references;  // relations (`one`) of the object that has been reached
};

// A field of an object, both by their numbers in the schema.
struct FieldPlace {
  std::uint32_t object = 0;
  std::uint32_t field = 0;

  bool operator==(const FieldPlace&) const = default;
};

// What a Rows stands for, seen from the object that its expression is about.
struct RowsInfo {
  std::uint32_t relation = 0;         // `many`, of that object
  std::uint32_t object = 0;           // of the child rows
  std::optional<std::uint32_t> kind;  // only rows whose kind field has this member
};

// A letter of a framework, its own or its pattern's.
struct LetterInfo {
  const lang::LetterDecl* letter = nullptr;
  bool of_pattern = false;            // its expressions read the pattern's parameters
  std::vector<lang::ExprId> claimed;  // names of fields in its `met when` whose values may be claimed
};
struct FrameworkInfo {
  std::vector<LetterInfo> letters;
  bool in_order = false;
  const lang::Qualified* qualified = nullptr;
  bool qualified_of_pattern = false;
  std::optional<std::uint32_t> pattern;  // its declaration
};

struct StageInfo {
  std::string name;
  std::uint32_t rank = 0;  // from 0
  bool beside = false;
  std::uint32_t item = 0;  // of LifecycleDecl::items
};

// A table's rows in the order in which they are tried: what extends it comes first. Of a table that takes the first
// row, those that nothing reaches are left out, `otherwise` too: behind the others no value is left for them.
struct TableInfo {
  std::vector<const lang::TableRow*> rows;
  std::vector<bool> asks_for_missing;  // by parameter: some row has `missing` in its column
};

// The labels of a grade: by code, best first for a grade on one axis.
struct GradeInfo {
  std::string name;
  std::vector<std::string> labels;
  bool ordered = false;
};

// The expressions of an expectation.
struct TestConditions {
  lang::ExprId condition;                   // none: `stage` says what is asked
  std::optional<std::uint32_t> stage;       // share of MQL: this stage or above
  std::optional<lang::ExprId> left, right;  // of a comparison, to be shown
};

struct TypedPolicy {
  std::string title, version, owner;
  kernels::Zone zone = kernels::Zone::utc();
  std::optional<std::uint16_t> currency;  // row of lang::currency_rows
  std::uint16_t edition = lang::default_edition;
  std::vector<std::string> parties;
  std::optional<std::int32_t> effective_from, effective_to;  // days since 1970-01-01, both included
  std::optional<std::int32_t> review_day;                    // of `review on`, or counted from `effective_from`
  bool with_guarantees = false;                              // CompileOptions::guarantees
  Schema schema;
  std::vector<GradeInfo> grades;
  std::vector<StageInfo> stages;  // lowest rank first, the main line before what stands beside it; code: position
  std::optional<std::uint32_t>
      override_relation;  // of the subject: its object has lead, stage, reason, at in this order
  std::vector<RateTable> rates;
  bool with_agreements = false;           // CompileOptions::agreements
  std::vector<CalendarOutput> calendars;  // by member of the picklist `calendar`
  std::vector<SettingValue> settings;     // in the order of the policy

  std::vector<ExprInfo> expressions;                           // by ExprId
  std::unordered_map<std::uint32_t, Path> paths;               // names that are not about the expression's own rows
  std::unordered_map<std::uint32_t, FieldPlace> field_places;  // names of fields, by ExprId
  std::vector<RowsInfo> rows;                                  // by RowsId
  std::unordered_map<std::uint32_t, std::uint32_t>
      about;  // qualifier, score, let, grade, framework: the object, by declaration
  std::unordered_map<std::uint32_t, FrameworkInfo> frameworks;  // by declaration
  std::unordered_map<std::uint32_t, TableInfo> tables;          // by declaration
  std::unordered_map<std::uint32_t, Type> declaration_types;    // setting, let, define, score, grade: by declaration
  std::unordered_map<std::uint32_t, bool> declaration_may_be_missing;
  std::unordered_map<std::uint32_t, std::vector<Type>> parameter_types;  // defines, by declaration
  std::unordered_map<std::uint32_t, Constant> constants;                 // settings and constant lets, by declaration
  std::unordered_map<std::uint32_t, Constant> fixed;  // expressions that are the same for every lead, by ExprId
  // What stands behind `in` and the text tests, by the ExprId of the whole test: one set may serve several types.
  std::unordered_map<std::uint32_t, std::vector<Constant>> lists;
  std::unordered_map<std::uint32_t, std::uint32_t> same_list;  // a test to the first one with the same set and type
  std::unordered_set<std::uint32_t> gapless;                   // score items whose bands cover everything
  std::set<lang::Span> never_reached;                          // bands: each `otherwise` for which nothing is left
  // The tests, if they are asked for, and the conditions in them that are still to be lowered.
  std::vector<TestCase> tests;
  std::unordered_map<std::uint32_t, TestConditions> test_conditions;  // by where an expectation begins
  std::vector<std::uint32_t> order;                                   // declarations, each after what it uses

  [[nodiscard]] const ExprInfo& info(lang::ExprId id) const { return expressions[id.index]; }
  [[nodiscard]] const Type& type_of(lang::ExprId id) const { return expressions[id.index].type; }
};

// `stage becomes MQL`, parentheses aside; nullptr: it is something else.
[[nodiscard]] const lang::StageBecomes* crossing_in(const lang::Tree& tree, lang::ExprId id);
// Whether a length of time is written in days or weeks, here or in the setting that it names: a calendar does not
// change those.
[[nodiscard]] bool counts_whole_days(const lang::Tree& tree, const lang::Within& within);

// In an author's words: "a text", "an amount in USD", "a value of Industry".
[[nodiscard]] std::string describe(const Type& type, const TypedPolicy& policy);

}  // namespace muster::compiler
