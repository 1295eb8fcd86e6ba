// Batches of leads with child rows, of a program's own shape: 0 to `most` rows of each `many` space for each parent.
// May include: compiler/ir, runtime/data. Called by: bench.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"

namespace muster::bench {

class ChildRows {
 public:
  // The program outlives the batches. Spaces behind `one` are not given.
  ChildRows(const compiler::Program& program, runtime::AsOf as_of, std::size_t batches, std::size_t most);

  [[nodiscard]] const std::vector<runtime::BatchView>& batches() const { return views_; }
  [[nodiscard]] std::size_t leads() const { return views_.size() * runtime::batch_rows; }
  [[nodiscard]] std::size_t rows() const { return rows_; }  // child rows, of all batches

 private:
  void add(std::size_t most);
  void fill(runtime::Column& column, const compiler::FieldSchema& field, std::size_t rows);
  std::uint64_t below(std::uint64_t limit);

  const compiler::Program& program_;
  runtime::AsOf as_of_;
  std::uint64_t state_ = 7;
  std::vector<std::unique_ptr<runtime::Dictionary>> dictionaries_;
  std::vector<std::unique_ptr<runtime::Column>> columns_;
  std::vector<std::unique_ptr<std::vector<std::uint32_t>>> offsets_;
  std::vector<runtime::BatchView> views_;
  std::size_t rows_ = 0;
};

}  // namespace muster::bench
