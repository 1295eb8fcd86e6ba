// Batches for the interpreter of one region: rows of its root, their child rows, and the rows that they refer to.
// Memory is reused; nothing is allocated for a batch once there has been one as large. May include: runtime/*,
// compiler/ir. Called by: run, relations, tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/batch.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/run/relations.h"

namespace muster::runtime {

// Batches have fewer rows where their child rows would be more than this; the child rows of one row always fit.
inline constexpr std::size_t most_child_rows = 65'536;

class Feeder {
 public:
  // Everything outlives the feeder. The region's root is that of the program, or a space below whose rows are a
  // table's.
  Feeder(const compiler::Program& program, Relations& relations, const Region& region, AsOf as_of,
         std::size_t most_children = most_child_rows);

  // Takes rows of the batch from `begin` on; how many, at least one. Precondition: begin < batch.rows, the region's
  // root is the program's, and the batch has what LeadReader reads. `batch` must stay as it is while the view is used.
  std::size_t fill(const Batch& batch, std::size_t begin);
  // The same for rows of the root's table.
  std::size_t fill(std::size_t begin);

  [[nodiscard]] const BatchView& view() const { return view_; }
  // What was wrong with references of the rows that were taken: by row of the batch. Only of leads.
  [[nodiscard]] const std::vector<CellIssue>& issues() const { return issues_; }

 private:
  struct Buffer {
    std::vector<Column> columns;
    std::vector<std::uint32_t> rows;     // of the table, of each row in the batch
    std::vector<std::uint32_t> groups;   // many: of each parent
    std::vector<std::uint32_t> offsets;  // many
    std::vector<std::uint32_t> row_of;   // one
  };
  [[nodiscard]] bool is_root(compiler::SpaceId space) const { return space == region_.root; }
  std::size_t take(std::size_t available, const Batch* batch, std::size_t begin);
  [[nodiscard]] std::uint32_t group_of(compiler::SpaceId many, const Batch* batch, std::size_t row);
  [[nodiscard]] std::size_t weight(compiler::SpaceId many, std::uint32_t group);
  void fill_root(const Batch* batch, std::size_t begin, std::size_t count);
  void fill_many(compiler::SpaceId space);
  void fill_one(compiler::SpaceId space, const Batch* batch, std::size_t begin);
  void match(const Batch& batch, std::size_t begin);
  void view_columns(compiler::SpaceId space, const std::vector<Column>& sources, std::span<const std::uint32_t> rows);
  void add_issue(std::size_t row, compiler::SpaceId one, std::uint8_t fault);

  const compiler::Program& program_;
  Relations& relations_;
  Region region_;
  std::size_t most_children_;
  std::vector<compiler::SpaceId> many_;                            // of the region
  std::vector<std::vector<compiler::SpaceId>> many_below_;         // by space: those whose parent it is
  std::vector<compiler::SpaceId> matched_;                         // `one` spaces of leads that look for a text
  std::vector<std::uint32_t> references_;                          // fields of Batch::texts
  std::unique_ptr<Interpreter> matcher_;                           // works out those texts
  std::vector<std::pair<compiler::SpaceId, std::uint32_t>> open_;  // references that the key has not found: space, row
  std::vector<Buffer> buffers_;                                    // by space
  BatchView view_;
  std::vector<CellIssue> issues_;
};

}  // namespace muster::runtime
