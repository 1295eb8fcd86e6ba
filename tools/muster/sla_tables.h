// The report on agreements as tables, each fact in one place; the forms (text, Markdown, CSV, JSON) render the same
// tables. May include: runtime/run, compiler/ir. Called by: sla.cpp, tests.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/run/sla.h"

namespace muster::tools {

struct ReportCell {
  std::string shown;       // for people: 1,234   74.2%   2026-03-30 09:20
  std::string plain;       // for programs: 1234   0.7421; empty: missing
  bool is_number = false;  // `plain` is one
  bool is_whole = false;   // a whole one
};
struct ReportColumn {
  std::string name;   // for programs
  std::string title;  // for people
};
struct ReportTable {
  std::string name;   // for programs: "clauses"
  std::string title;  // for people
  std::vector<ReportColumn> columns;
  std::vector<std::vector<ReportCell>> rows;
};

// In the order of reading. Tables without rows are there, too.
[[nodiscard]] std::vector<ReportTable> sla_tables(const runtime::SlaSummary& summary, const compiler::Program& program);
// The names of all of them.
[[nodiscard]] const std::vector<std::string>& sla_table_names();

// Columns are aligned; everything is made safe for a terminal. Empty tables are left out.
[[nodiscard]] std::string render_text(const std::vector<ReportTable>& tables, bool color);
// Text that is no markup of Markdown, on one line.
[[nodiscard]] std::string markdown_text(const std::string& text);
[[nodiscard]] std::string render_markdown(const std::vector<ReportTable>& tables);
// An object with `head` and one array of objects for each table.
[[nodiscard]] std::string render_json(const std::vector<ReportTable>& tables, const std::vector<ReportCell>& head,
                                      const std::vector<std::string>& head_names);

}  // namespace muster::tools
