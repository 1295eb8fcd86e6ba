// Scenarios: leads that are told of in a test, or thought up for a guarantee, instead of read from files. Tables and
// batches are built from them, and the same feeder and interpreter that a run has work them out.
// May include: runtime/*, compiler/ir. Called by: scenario/tests, the search for counterexamples, tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"
#include "runtime/interpret/interpreter.h"

namespace muster::runtime {

struct PicklistCode {
  std::uint32_t member = 0;
  bool operator==(const PicklistCode&) const = default;
};
// A value as a column of its field holds it: integers hold numbers, money, dates (days) and moments (microseconds).
using CellValue = std::variant<std::int64_t, PicklistCode, bool, std::string>;

struct ScenarioCell {
  std::uint32_t field = 0;  // of the row's object
  CellValue value;
};
// How a row hangs on another one of its scenario: through a relation of that row's object, in either direction.
struct ScenarioLink {
  static constexpr std::uint32_t lead = 0xffff'ffffU;
  std::uint32_t parent = lead;  // of Scenario::rows, before this one; or the lead
  std::uint32_t relation = 0;   // of the parent's object
};
struct ScenarioRow {
  std::uint32_t object = 0;  // of the schema
  ScenarioLink link;
  std::vector<ScenarioCell> cells;  // each field at most once; others are missing
};
// Keys, and the fields that links go by, are made up where they are not given. A reference that finds no row of the
// scenario finds none at all: a fallback match is not tried, since it would look at the rows of other scenarios.
struct Scenario {
  std::vector<ScenarioCell> lead;
  std::vector<ScenarioRow> rows;
};

// The relation through which rows of `object` hang on rows of `parent`; nothing where there is none. The first one
// where there are several.
[[nodiscard]] std::optional<std::uint32_t> relation_between(const compiler::Schema& schema, std::uint32_t parent,
                                                            std::uint32_t object);

// Works out values of many scenarios with one moment of evaluation, a batch at a time:
//   for (ScenarioRun run(...); run.next();) for (row < run.rows()) ... run.interpreter().value(id) at `row` is scenario
//   run.first() + row.
// Every relation is bound (section 4, number 26): an object without rows has none, it is not missing. Child rows later
// than the moment are left out, and events later than it are missing, as in a run.
class ScenarioRun {
 public:
  // The program and the scenarios outlive the run. `values`: of leads, or the same for all rows.
  ScenarioRun(const compiler::Program& program, std::span<const Scenario> scenarios, AsOf as_of,
              std::vector<compiler::ValueId> values);
  ~ScenarioRun();
  ScenarioRun(const ScenarioRun&) = delete;
  ScenarioRun& operator=(const ScenarioRun&) = delete;

  bool next();
  [[nodiscard]] std::size_t first() const;
  [[nodiscard]] std::size_t rows() const;
  [[nodiscard]] const Interpreter& interpreter() const;
  // Of scenario first() + row.
  [[nodiscard]] Vector value(compiler::ValueId id) const { return interpreter().value(id); }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace muster::runtime
