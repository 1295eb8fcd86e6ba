#include "runtime/data/batch.h"

#include <algorithm>

namespace muster::runtime {

Column::Column(compiler::Physical kind, std::size_t rows) : physical(kind) { resize(rows); }

void Column::resize(std::size_t rows) {
  known.resize(words_for(rows), 0);
  switch (physical) {
    case compiler::Physical::integer:
      integers.resize(rows, 0);
      break;
    case compiler::Physical::boolean:
      yes.resize(words_for(rows), 0);
      break;
    case compiler::Physical::code:
    case compiler::Physical::text:
      codes.resize(rows, 0);
      break;
  }
}

void Column::clear_rows() {
  std::fill(integers.begin(), integers.end(), 0);
  std::fill(codes.begin(), codes.end(), 0);
  std::fill(yes.begin(), yes.end(), 0);
  std::fill(known.begin(), known.end(), 0);
}

ColumnView Column::view() const {
  ColumnView view;
  view.physical = physical;
  view.known = known.data();
  switch (physical) {
    case compiler::Physical::integer:
      view.integers = integers.data();
      break;
    case compiler::Physical::boolean:
      view.yes = yes.data();
      break;
    case compiler::Physical::code:
      view.codes = codes.data();
      break;
    case compiler::Physical::text:
      view.codes = codes.data();
      view.dictionary = &dictionary;
      break;
  }
  return view;
}

BatchView Batch::view() const {
  BatchView view;
  SpaceView& root = view.spaces.emplace_back();
  root.rows = rows;
  root.columns.reserve(columns.size());
  for (const Column& column : columns) root.columns.push_back(column.view());
  return view;
}

}  // namespace muster::runtime
