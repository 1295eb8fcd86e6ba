// The file of verdicts: which columns it has, and one row for a lead. Allocates nothing per lead.
// May include: runtime/*, compiler/ir. Called by: runtime/run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/emit/csv_writer.h"
#include "runtime/run/run.h"
#include "runtime/verdict/verdict.h"

namespace muster::runtime {

// The parts of the answer that these columns need.
[[nodiscard]] Wanted wanted_for(const RunColumns& columns);

class VerdictTable {
 public:
  // Everything outlives the table. `engine` and `verdict` were made with wanted_for(columns).
  VerdictTable(const compiler::Program& program, const Values& engine, const Verdict& verdict,
               const RunColumns& columns);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }  // of its columns
  // A name that two columns would have; nullptr: none.
  [[nodiscard]] const std::string* repeated_name() const;
  // After each Verdict::bind().
  void bind();
  // The cells of a lead; the caller ends the row. `ignored`: why it does not count, then the verdict stays blank.
  // `issues` is the text of its data issues. True: something about the lead is undecided.
  bool cells(CsvText& writer, std::size_t row, std::string_view key, const std::string* ignored,
             std::string_view issues);

 private:
  // A cell whose text `append` adds to an empty buffer.
  template <class Append>
  void text_cell(CsvText& writer, Append&& append);
  void stage_cells(CsvText& writer, std::size_t row);
  void blank_cells(CsvText& writer, std::size_t count) const;
  std::string_view provisional_text(std::size_t row, const RouteAnswer& answer);

  const compiler::Program& program_;
  const Values& engine_;
  const Verdict& verdict_;
  RunColumns columns_;
  bool has_beside_ = false;         // a stage stands beside another
  std::vector<std::string> names_;  // of the columns
  std::vector<Vector> bounds_;      // lowest, highest of each score
  std::vector<Vector> qualifiers_;
  std::vector<Vector> route_rows_;
  std::string text_;  // reused
};

}  // namespace muster::runtime
