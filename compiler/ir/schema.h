// What a policy says about the shape of the data: objects, fields, their columns and spellings, and how rows find one
// another. Ingest reads it; the engine sees columns and links only. May include: compiler/ir/type.h, stdlib/kernels.
// Called by: check (makes it), ingest, init.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/type.h"
#include "lang/source/source.h"
#include "stdlib/kernels/parse_value.h"

namespace muster::compiler {

struct PicklistSchema {
  std::string name;
  bool ordered = false;
  struct Member {
    std::string name;
    std::vector<std::string> spellings;  // as written; the name itself is always one
  };
  std::vector<Member> members;         // member number = position
  std::optional<std::uint32_t> other;  // the member that takes every unknown spelling
};

struct FieldSchema {
  std::string name;
  lang::Span span;
  Type type;
  bool optional = false;                  // a blank is nothing to talk about; else it is counted
  bool required = false;                  // a row without it is rejected
  bool row_number = false;                // no column: the row's number in the export, from 1; only the key
  bool event = false;                     // a moment or day after the evaluation has not happened: missing, and counted
  bool known_after_outcome = false;       // a back-test must not look at it
  std::optional<std::uint32_t> dated_by;  // the field of the same object that says when the value was learned
  std::vector<std::uint32_t> kinds;       // members of the kind field whose rows have it; empty: every row has it
  std::vector<std::string> headers;       // candidates in order; compared trimmed and folded
  std::vector<std::string> missing_when;  // the object's and the field's own, as written; compared trimmed and folded
  kernels::NumberFormat number_format;
  std::vector<kernels::TimeFormat> time_formats;
  kernels::DurationFormat duration_format = kernels::DurationFormat::words;
};

// How rows of one object find rows of another. `many`: a row of `object` belongs to the row whose key stands in its
// field `by`. `one`: this object's field `by` holds the key of a row of `object`; where it is missing or names none,
// the row whose field `match_field` equals the value `match_value` of this row (worked out by the program) is taken, if
// there is exactly one.
struct RelationSchema {
  std::string name;
  lang::Span span;
  bool many = false;
  std::uint32_t object = 0;                  // of the schema
  std::uint32_t by = 0;                      // many: field of `object`; one: field of the object that has the relation
  std::optional<std::uint32_t> match_field;  // of `object`, text
};

struct DuplicatesSchema {
  lang::Span span;
  std::uint32_t by = 0;     // field: rows with equal values (texts: folded) are one
  bool newest = true;       // which one is kept: the newest or the oldest by `dated`, then the smallest key bytewise
  std::uint32_t dated = 0;  // field: a date or a moment; a row without it loses
  bool join_rows = false;   // the child rows of all go to the one that is kept
};

struct ObjectSchema {
  std::string name;
  lang::Span span;
  std::vector<FieldSchema> fields;
  std::optional<std::uint32_t> key;   // the field that identifies a row; the subject and what is referred to have one
  std::optional<std::uint32_t> time;  // when a row happened: a date or a moment. Rows after the evaluation never count
  std::optional<std::uint32_t> kind_field;  // the picklist field that says what a row is
  std::vector<RelationSchema> relations;
  std::optional<DuplicatesSchema> duplicates;
  std::string file;  // a path below the policy's folder; empty: a run names it
};

struct Schema {
  std::vector<ObjectSchema> objects;
  std::uint32_t subject = 0;  // the object whose rows get a verdict: Lead
  std::vector<PicklistSchema> picklists;

  [[nodiscard]] const ObjectSchema& subject_object() const { return objects[subject]; }
};

}  // namespace muster::compiler
