// Leads that the differ makes up, as plain rows: the slow evaluator reads them as they are, the engine gets columns.
// May include: compiler/ir/type.h, runtime/data/as_of.h. Called by: tests/differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/type.h"
#include "runtime/data/as_of.h"

namespace muster::differ {

// In the form of a column: a number's mantissa, days, microseconds, 0 or 1, the position of a picklist's member.
struct Cell {
  bool known = false;
  std::int64_t number = 0;
  std::string text;  // also what the file has there that is no value
};

struct FieldShape {
  std::string name;
  compiler::Kind kind = compiler::Kind::text;
  std::uint8_t digits = 0;
  std::string picklist;
  bool event = false;
  std::string currency;      // of money
  bool is_european = false;  // its file writes 1.234,56 and 31.12.2026
};
struct RelationShape {
  std::string name;
  std::uint32_t object = 0;
  bool many = false;
};
struct ObjectShape {
  std::string name;
  std::vector<FieldShape> fields;
  std::vector<RelationShape> relations;

  [[nodiscard]] int field(std::string_view wanted) const {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == wanted) return static_cast<int>(i);
    }
    return -1;
  }
};

struct DataRow {
  std::uint32_t object = 0;
  std::vector<Cell> cells;     // by field of its shape; the first one is the key where the object has any
  std::vector<DataRow> below;  // child rows
};

// From this day on an amount in one currency is worth so much in the other.
struct Rate {
  std::string from, to;
  std::int64_t day = 0;
  std::int64_t number = 0;  // mantissa
  unsigned digits = 0;
};

// A policy with what it is asked about. The first shape is the lead's.
struct Sample {
  std::uint64_t seed = 0;
  std::string policy;
  runtime::AsOf as_of;
  std::vector<ObjectShape> shapes;
  std::vector<bool> given;     // by shape: the run has its file
  bool has_overrides = false;  // leads may have stages that people set
  bool is_messy = false;       // keys that several rows have
  std::vector<Rate> rates;
  std::vector<DataRow> leads;
  std::vector<DataRow> companies;  // that leads refer to, with their contacts
  // By lead: it is the one before it after somebody filled in what was missing, so that no score may have left the
  // bounds that it had.
  std::vector<bool> is_completed;
};

}  // namespace muster::differ
