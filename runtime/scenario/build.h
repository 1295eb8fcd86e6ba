// Scenarios to tables and batches of leads: keys and links are made up, columns filled.
// May include: runtime/*, compiler/ir. Called by: scenario.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/data/table.h"
#include "runtime/ingest/header_map.h"
#include "runtime/scenario/scenario.h"

namespace muster::runtime {

class ScenarioRows {
 public:
  // Everything outlives it. `as_of`: nothing where no moment matters.
  ScenarioRows(const compiler::Program& program, std::span<const Scenario> scenarios, std::optional<AsOf> as_of);

  // All rows of one object.
  [[nodiscard]] Table table(std::uint32_t object, const RecordFields& fields) const;
  // Leads from `begin` on, at most batch_rows.
  void fill(std::size_t begin, Batch& batch) const;

 private:
  struct Row {
    std::uint32_t object = 0;
    std::vector<ScenarioCell> cells;  // with keys and references
    std::string key;                  // unlike that of any row of another scenario; empty: the object has none
    std::vector<std::pair<std::uint32_t, std::string>> references;  // by field: the key of the other row
  };
  void add(const Scenario& scenario, std::size_t number);
  void make_keys(std::span<Row> rows, std::size_t number) const;
  void link(const Scenario& scenario, std::span<Row> rows, std::size_t number) const;
  [[nodiscard]] bool is_later(const Row& row) const;
  void fill_column(std::span<const Row* const> rows, std::uint32_t field, Column& column) const;

  const compiler::Program& program_;
  std::optional<AsOf> as_of_;
  std::vector<Row> rows_;           // a lead, then its rows
  std::vector<std::size_t> leads_;  // in rows_, by scenario
};

}  // namespace muster::runtime
