// A policy whose names are bound and whose expressions have types: what `check` gives to `lower`.
// May include: compiler/ir, compiler/resolve, lang/*. Called by: lower, lint.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/ir/schema.h"
#include "compiler/resolve/symbols.h"
#include "lang/syntax/tree.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

struct ExprInfo {
  Type type;                        // poison until checked, and where there was a mistake
  Meaning meaning = Meaning::none;  // of a NameRef or Call, and `member` for a text that is a picklist's spelling
  std::uint32_t index = 0;          // see Meaning
  bool may_be_missing = true;
};

// A value that is the same for every lead.
struct Constant {
  Type type;
  std::int64_t value = 0;  // mantissa, code, days, microseconds, 0/1
  std::string text;        // Kind::text: trimmed
};

// The labels of a grade: by code, best first for a grade on one axis.
struct GradeInfo {
  std::string name;
  std::vector<std::string> labels;
  bool ordered = false;
};

struct TypedPolicy {
  std::string title, version, owner;
  kernels::Zone zone = kernels::Zone::utc();
  std::optional<std::uint16_t> currency;                     // row of lang::currency_rows
  std::optional<std::int32_t> effective_from, effective_to;  // days since 1970-01-01, both included
  LeadSchema schema;
  std::vector<GradeInfo> grades;
  std::vector<std::string> stages;  // lowest rank first

  std::vector<ExprInfo> expressions;                          // by ExprId
  std::unordered_map<std::uint32_t, Type> declaration_types;  // setting, let, define, score, grade: by declaration
  std::unordered_map<std::uint32_t, bool> declaration_may_be_missing;
  std::unordered_map<std::uint32_t, std::vector<Type>> parameter_types;  // defines, by declaration
  std::unordered_map<std::uint32_t, Constant> constants;                 // settings and constant lets, by declaration
  std::unordered_map<std::uint32_t, Constant> fixed;  // expressions that are the same for every lead, by ExprId
  // What stands behind `in` and the text tests, by the ExprId of the whole test: one set may serve several types.
  std::unordered_map<std::uint32_t, std::vector<Constant>> lists;
  std::unordered_map<std::uint32_t, std::uint32_t> same_list;  // a test to the first one with the same set and type
  std::unordered_set<std::uint32_t> gapless;                   // score items whose bands cover everything
  std::vector<std::uint32_t> order;                            // declarations, each after what it uses

  [[nodiscard]] const ExprInfo& info(lang::ExprId id) const { return expressions[id.index]; }
  [[nodiscard]] const Type& type_of(lang::ExprId id) const { return expressions[id.index].type; }
};

// In an author's words: "a text", "an amount in USD", "a value of Industry".
[[nodiscard]] std::string describe(const Type& type, const TypedPolicy& policy);

}  // namespace muster::compiler
