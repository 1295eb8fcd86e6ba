// What a policy says about the shape of the data: fields, their columns and spellings. Ingest reads it, nobody else
// needs to know objects. May include: compiler/ir/type.h, stdlib/kernels. Called by: check (makes it), ingest, init.
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
  bool required = false;                  // a lead without it is rejected
  bool row_number = false;                // no column: the row's number in the export, from 1; only the key
  std::vector<std::string> headers;       // candidates in order; compared trimmed and folded
  std::vector<std::string> missing_when;  // the object's and the field's own, as written; compared trimmed and folded
  kernels::NumberFormat number_format;
  std::vector<kernels::TimeFormat> time_formats;
  kernels::DurationFormat duration_format = kernels::DurationFormat::words;
};

struct LeadSchema {
  std::string object_name;
  std::vector<FieldSchema> fields;
  std::uint32_t key = 0;  // the field that identifies a lead
  std::vector<PicklistSchema> picklists;
};

}  // namespace muster::compiler
