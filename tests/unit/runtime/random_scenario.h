// A random program, built by ProgramBuilder and run by the interpreter, against the plain engine of naive_engine.h run
// over what the builder was asked for: so neither a rewriting of the builder, nor the reuse of registers, nor a short
// cut of a kernel may change a value, a missing one or a fault (language section 4, numbers 1, 2, 4, 7, 8, 9 and 13).
// The same after the passes have been run over the program.
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/ir/cost.h"
#include "compiler/ir/outputs.h"
#include "compiler/ir/ranges.h"
#include "compiler/passes/passes.h"
#include "random_columns.h"
#include "random_program.h"

namespace muster::runtime {

using naive::Cell;
using naive::Value;

class Scenario : protected RandomProgram {
 public:
  using RandomProgram::RandomProgram;
  virtual ~Scenario() = default;

  // `outputs_` as the passes leave them. The plain engine goes on with what the program held before.
  void optimise(const compiler::PassOptions& options) {
    keep_pools();
    const auto values = [this] {
      std::vector<ValueId> ids;
      compiler::for_each_output(program_, [&](ValueId id, const auto&...) { ids.push_back(id); });
      return ids;
    };
    INFO(compiler::print(program_));
    const std::vector<ValueId> before = values();
    // Bounds of the cost are held against what is left without any other pass.
    if (options.prune) compiler::prune(program_);
    const auto costs = compiler::cost_of(program_);
    for (const std::string& problem : compiler::optimise(program_, options, nullptr)) FAIL_CHECK(problem);
    const std::vector<ValueId> after = values();
    REQUIRE(before.size() == after.size());
    for (const std::size_t at : outputs_) {
      const auto found = std::find(before.begin(), before.end(), ids_[at]);
      REQUIRE(found != before.end());
      renamed_[at] = after[static_cast<std::size_t>(found - before.begin())];
    }
    for (const auto& [at, id] : renamed_) ids_[at] = id;
    if (!options.prune) return;  // what was replaced may still stand there
    const auto cheaper = compiler::cost_of(program_);
    for (std::size_t space = 0; space < costs.size(); ++space) CHECK(cheaper[space].steps <= costs[space].steps);
  }

  void check(const std::vector<std::size_t>& batches) {
    keep_pools();
    const auto problems = compiler::verify(program_);
    INFO(compiler::print(program_));
    for (const std::string& problem : problems) FAIL_CHECK(problem);
    REQUIRE(problems.empty());
    const auto roots = roots_of(program_, wanted);
    const std::vector<Region> regions = regions_of(program_, roots);
    std::deque<Interpreter> interpreters;
    for (const Region& region : regions) {
      if (&region == &regions.back()) {
        interpreters.emplace_back(program_, as_of, wanted);
      } else {
        interpreters.emplace_back(program_, as_of, region.root, region.exports);
      }
    }
    REQUIRE(regions.back().root.index == compiler::root_space);
    for (const auto& types : column_types_) {
      auto& columns = columns_.emplace_back();
      for (const Type type : types) columns.emplace_back(compiler::physical_of(type.kind));
    }
    const std::vector<bool> needed = looked_at();
    for (const std::size_t rows : batches) {
      make_rows(rows);
      evaluate_naively(needed);
      if (renamed_.empty()) check_facts();
      for (std::size_t at = 0; at + 1 < regions.size(); ++at) evaluate_table(regions[at], interpreters[at]);
      const BatchView batch = view(regions.back(), 0, rows);
      interpreters.back().evaluate(batch);
      for (const std::size_t at : outputs_) {
        REQUIRE(interpreters.back().has(ids_[at]));
        const Vector found = interpreters.back().value(ids_[at]);
        for (std::size_t row = 0; row < rows; ++row) check_cell(found, at, values_[at].at(row), row);
      }
    }
  }

 protected:
  virtual Cell random_cell(SpaceId space, std::size_t column) {
    switch (compiler::physical_of(column_types_[space.index][column].kind)) {
      case Physical::boolean:
        return naive::number(static_cast<std::int64_t>(below(2)));
      case Physical::integer:
        if (column == time_column && program_.spaces[space].link == Link::many) return naive::number(random_moment());
        return naive::number(random_number());
      case Physical::code:
        return naive::number(static_cast<std::int64_t>(below(5)));
      case Physical::text:
        break;
    }
    Cell cell = naive::number(0);
    cell.text = random_text();
    return cell;
  }
  // A column without values before it is filled: what is left behind shows in the rows that get none.
  virtual void prepare(Columns& /*columns*/, SpaceId /*space*/, std::size_t /*column*/) {}

 private:
  static constexpr Wanted wanted{.bounds = true};

  void keep_pools() {
    if (has_pools_) return;
    has_pools_ = true;
    pools_.zone = program_.zone;
    pools_.weights = program_.weights;
    pools_.texts = program_.texts;
    pools_.number_sets = program_.number_sets;
    pools_.text_sets = program_.text_sets;
    pools_.windows = program_.windows;
    pools_.fades = program_.fades;
    for (const kernels::TextPattern& pattern : program_.patterns) {
      auto again = kernels::TextPattern::make(pattern.op(), pattern.patterns(), lang::Limits{});
      REQUIRE(again.has_value());
      pools_.patterns.push_back(std::move(*again));
    }
  }

  // ---- data

  std::size_t random_row_count() {
    switch (below(12)) {
      case 0:
        return 60 + below(10);
      case 1:
        return 120 + below(30);
      case 2:
      case 3:
      case 4:
      case 5:
        return 0;
      default:
        return below(8);
    }
  }

  void make_rows(std::size_t leads) {
    rows_ = std::vector<Rows>(program_.spaces.size());
    // One parent in a few scenarios has very many rows.
    bool may_be_large = below(10) == 0;
    for (std::uint32_t at = 0; at < rows_.size(); ++at) {
      const compiler::Space& space = program_.spaces[SpaceId{at}];
      Rows& rows = rows_[at];
      const std::size_t parents = rows_[space.parent.index].count;
      rows.is_given = space.link == Link::root || below(8) != 0;
      if (space.link == Link::root) {
        rows.count = leads;
      } else if (space.link == Link::many) {
        rows.offsets.push_back(0);
        for (std::size_t parent = 0; parent < parents; ++parent) {
          if (rows.is_given) rows.count += rows.count > 3000 ? below(2) : random_row_count();
          if (rows.is_given && may_be_large && parent == parents / 2) rows.count += 5000;
          rows.offsets.push_back(static_cast<std::uint32_t>(rows.count));
        }
        may_be_large = false;
      } else {
        rows.count = rows.is_given ? below(100) : 0;
        for (std::size_t parent = 0; parent < parents; ++parent) {
          rows.row_of.push_back(static_cast<std::uint32_t>(below(rows.count + 1)));
        }
      }
      fill(at);
    }
  }
  void fill(std::uint32_t space) {
    Rows& rows = rows_[space];
    const bool has_time = program_.spaces[SpaceId{space}].link == Link::many;
    const auto& types = column_types_[space];
    rows.cells.assign(rows.count, std::vector<Cell>(types.size()));
    for (std::size_t which = 0; which < types.size(); ++which) {
      const std::uint64_t missing_of_ten = one_of<std::uint64_t>({0, 1, 5, 10});
      for (std::size_t row = 0; row < rows.count; ++row) {
        if (below(10) < missing_of_ten) continue;
        rows.cells[row][which] = random_cell(SpaceId{space}, which);
      }
      if (!has_time || which != time_column) continue;
      for (std::size_t parent = 0; parent + 1 < rows.offsets.size(); ++parent) {
        const auto moment = [](const std::vector<Cell>& cells) {
          return std::pair(cells[time_column].known, cells[time_column].number);
        };
        std::sort(rows.cells.begin() + rows.offsets[parent], rows.cells.begin() + rows.offsets[parent + 1],
                  [&](const auto& left, const auto& right) { return moment(left) < moment(right); });
      }
    }
  }

  // ---- the plain engine

  const Cell& operand(const Call& call, std::size_t which, std::size_t row) const {
    return values_[call.operands[which]].at(row);
  }
  // Good until the next call; its memory is used again, for this is asked for every parent of every call.
  const std::vector<std::vector<const Cell*>>& child_operands(const Call& call, const Rows& children,
                                                              std::size_t parent) {
    child_operands_.resize(call.operands.size());
    for (std::size_t which = 0; which < call.operands.size(); ++which) {
      const Value& value = values_[call.operands[which]];
      child_operands_[which].clear();
      for (std::size_t row = children.offsets[parent]; row < children.offsets[parent + 1]; ++row) {
        child_operands_[which].push_back(&value.at(row));
      }
    }
    return child_operands_;
  }
  // All calls, or, of an optimised program, those that its outputs are made of: nobody looks at the others.
  std::vector<bool> looked_at() const {
    std::vector<bool> needed(calls_.size(), renamed_.empty());
    for (const std::size_t at : outputs_) needed[at] = true;
    for (std::size_t at = calls_.size(); at-- > 0;) {
      if (!needed[at]) continue;
      for (const std::size_t operand : calls_[at].operands) needed[operand] = true;
    }
    return needed;
  }
  void evaluate_naively(const std::vector<bool>& needed) {
    values_.resize(calls_.size());
    for (std::size_t at = 0; at < calls_.size(); ++at) {
      if (!needed[at]) continue;
      const Call& call = calls_[at];
      Value& value = values_[at];
      value.is_scalar = call.space.is_none();
      value.rows.assign(value.is_scalar ? 1 : rows_[call.space.index].count, Cell());
      evaluate_call(call, value);
    }
  }
  void evaluate_call(const Call& call, Value& value) {
    switch (call.op) {
      case Op::is_given:
        value.rows[0] = naive::number(rows_[static_cast<std::size_t>(call.immediate)].is_given ? 1 : 0);
        return;
      case Op::window_edge:
        value.rows[0] = naive::number(naive::window_edge(pools_, call, as_of));
        return;
      case Op::is_linked: {
        const Rows& table = rows_[call.from.index];
        for (std::size_t row = 0; table.is_given && row < value.rows.size(); ++row) {
          value.rows[row] = naive::number(table.row_of[row] != 0 ? 1 : 0);
        }
        return;
      }
      case Op::from_one: {
        const Rows& table = rows_[call.from.index];
        for (std::size_t row = 0; row < value.rows.size(); ++row) {
          if (table.row_of[row] != 0) value.rows[row] = operand(call, 0, table.row_of[row] - 1);
        }
        return;
      }
      case Op::to_rows: {
        const Rows& children = rows_[call.space.index];
        for (std::size_t parent = 0; parent + 1 < children.offsets.size(); ++parent) {
          for (std::size_t row = children.offsets[parent]; row < children.offsets[parent + 1]; ++row) {
            value.rows[row] = operand(call, 0, parent);
          }
        }
        return;
      }
      case Op::keep_distinct:
      case Op::keep_latest:
      case Op::keep_first: {
        const Rows& children = rows_[call.space.index];
        for (std::size_t parent = 0; parent + 1 < children.offsets.size(); ++parent) {
          const std::vector<Cell> kept = naive::keep(call, child_operands(call, children, parent));
          std::copy(kept.begin(), kept.end(), value.rows.begin() + children.offsets[parent]);
        }
        return;
      }
      default:
        break;
    }
    static const std::vector<Cell> no_columns;
    std::vector<const Cell*> operands(call.operands.size());
    for (std::size_t row = 0; row < value.rows.size(); ++row) {
      if (!call.from.is_none()) {
        value.rows[row] = naive::fold(call, child_operands(call, rows_[call.from.index], row));
        continue;
      }
      for (std::size_t which = 0; which < operands.size(); ++which) operands[which] = &operand(call, which, row);
      const auto& columns = value.is_scalar ? no_columns : rows_[call.space.index].cells[row];
      value.rows[row] = naive::evaluate(pools_, call, operands, columns, as_of);
    }
  }

  // ---- the engine

  // The rows `first` to before `past` of the region's root with all that belongs to them, in columns_ and offsets_.
  BatchView view(const Region& region, std::size_t first, std::size_t past) {
    BatchView batch;
    batch.spaces.resize(rows_.size());
    offsets_.assign(rows_.size(), {});
    row_of_.assign(rows_.size(), {});
    stored_.assign(rows_.size(), {});
    for (std::size_t space = 0; space < rows_.size(); ++space) batch.spaces[space].is_given = rows_[space].is_given;
    std::vector<std::pair<std::size_t, std::size_t>> ranges(rows_.size());
    for (const SpaceId id : region.spaces) {
      const std::size_t space = id.index;
      const Rows& rows = rows_[space];
      const auto [begin, end] = ranges[program_.spaces[id].parent.index];
      auto& range = ranges[space];
      range = {first, past};
      SpaceView& part = batch.spaces[space];
      if (id != region.root) {
        range = {rows.offsets[begin], rows.offsets[end]};
        for (std::size_t parent = begin; parent <= end; ++parent) {
          offsets_[space].push_back(rows.offsets[parent] - static_cast<std::uint32_t>(range.first));
        }
        // An absent relation comes without anything.
        if (!rows.is_given) continue;
        part.offsets = offsets_[space].data();
      }
      part.rows = range.second - range.first;
      const bool new_dictionary = below(3) == 0;
      for (std::size_t which = 0; which < columns_[space].size(); ++which) {
        Columns& column = columns_[space][which];
        if (new_dictionary) column.dictionary.clear();
        column.resize(part.rows);
        prepare(column, id, which);
        for (std::size_t row = 0; row < part.rows; ++row) column.set(row, rows.cells[range.first + row][which]);
      }
      for (const std::uint32_t field : program_.spaces[id].columns) {
        part.columns.push_back(columns_[space][field].view());
      }
    }
    for (const SpaceId id : region.reads) {
      const Rows& table = rows_[id.index];
      if (!table.is_given) continue;
      const auto [begin, end] = ranges[program_.spaces[id].parent.index];
      row_of_[id.index].assign(table.row_of.begin() + static_cast<std::ptrdiff_t>(begin),
                               table.row_of.begin() + static_cast<std::ptrdiff_t>(end));
      batch.spaces[id.index].row_of = row_of_[id.index].data();
      for (const auto& [value, stored] : exported_[id.index]) {
        stored_[id.index].push_back(stored.view(ValueId{value}));
      }
      batch.spaces[id.index].stored = stored_[id.index];
    }
    return batch;
  }

  void evaluate_table(const Region& region, Interpreter& interpreter) {
    const Rows& table = rows_[region.root.index];
    for (const ValueId id : region.exports) {
      Stored& stored = exported_[region.root.index][id.index];
      stored.values.dictionary.clear();
      stored.values.physical = compiler::physical_of(program_.insts[id].type.kind);
      stored.values.resize(table.count);
      for (auto* bits : {&stored.no, &stored.overflow, &stored.division_by_zero})
        bits->assign(words_for(table.count), 0);
    }
    constexpr std::size_t part = 37;
    for (std::size_t first = 0; first < table.count; first += part) {
      const std::size_t rows = std::min(part, table.count - first);
      interpreter.evaluate(view(region, first, first + rows));
      for (const ValueId id : region.exports) {
        Stored& stored = exported_[region.root.index][id.index];
        const Vector found = interpreter.value(id);
        for (std::size_t row = 0; row < rows; ++row) store(stored, found, row, first);
      }
    }
  }
  static Cell found_cell(const Vector& value, std::size_t row) {
    Cell cell;
    cell.known = value.is_known(row);
    if (!cell.known) return cell;
    if (value.physical == Physical::boolean) cell.number = value.is_yes(row) ? 1 : 0;
    if (value.integers != nullptr) cell.number = value.integers[row];
    if (value.codes != nullptr && value.physical == Physical::code) cell.number = value.codes[row];
    if (value.codes != nullptr && value.physical == Physical::text) {
      cell.text = value.dictionary->text(value.codes[row]);
    }
    return cell;
  }
  static void store(Stored& stored, const Vector& value, std::size_t row, std::size_t first) {
    const Cell cell = found_cell(value, row);
    stored.values.set(first + row, cell);
    if (value.physical == Physical::boolean && value.is_no(row)) set_bit(stored.no.data(), first + row);
    if (value.overflow == nullptr) return;
    if (test_bit(value.overflow, row)) set_bit(stored.overflow.data(), first + row);
    if (test_bit(value.division_by_zero, row)) set_bit(stored.division_by_zero.data(), first + row);
  }

  static std::string shown(const Cell& cell) {
    std::string shown = cell.known ? std::to_string(cell.number) + " '" + cell.text + "'" : "missing";
    if (cell.overflow) shown += ", overflow";
    if (cell.division_by_zero) shown += ", division by zero";
    return shown;
  }
  // The operands of a call, and theirs, with what the plain engine says of the row.
  std::string explain(std::size_t at, std::size_t row) const {
    std::set<std::size_t> needed{at};
    std::string lines;
    for (std::size_t call = at + 1; call-- > 0;) {
      if (needed.count(call) == 0) continue;
      const Call& one = calls_[call];
      lines += "call " + std::to_string(call) + " = " + std::string(compiler::row_of(one.op).name) + " " +
               std::to_string(one.immediate) + " (";
      for (const std::size_t operand : one.operands) lines += " " + std::to_string(operand);
      lines += " ) space " + std::to_string(one.space.index);
      if (one.space.is_none() || one.space == calls_[at].space) lines += ": " + shown(values_[call].at(row));
      lines += "\n";
      needed.insert(one.operands.begin(), one.operands.end());
    }
    return lines;
  }

  // What is said of values without data holds for all of them, also of what was not optimised.
  void check_facts() {
    compiler::ColumnRanges seen(rows_.size());
    for (std::size_t space = 0; space < rows_.size(); ++space) {
      seen[space].resize(column_types_[space].size());
      for (std::size_t which = 0; which < seen[space].size(); ++which) {
        for (const auto& cells : rows_[space].cells) {
          if (!cells[which].known) continue;
          auto& range = seen[space][which];
          if (!range) range = compiler::ValueRange{cells[which].number, cells[which].number};
          range = compiler::ValueRange{std::min(range->low, cells[which].number),
                                       std::max(range->high, cells[which].number)};
        }
      }
    }
    for (const bool knows_columns : {false, true}) {
      const auto facts = compiler::facts_of(program_, knows_columns ? seen : compiler::ColumnRanges{});
      for (std::size_t at = 0; at < calls_.size(); ++at) {
        for (const Cell& cell : values_[at].rows) check_fact(facts[ids_[at].index], at, cell);
      }
    }
  }
  void check_fact(const compiler::ValueFacts& facts, std::size_t at, const Cell& cell) {
    const bool has_range = cell.known && compiler::physical_of(calls_[at].type.kind) != Physical::text;
    const bool is_inside = !has_range || (facts.range.low <= cell.number && cell.number <= facts.range.high);
    const bool is_sound = is_inside && (cell.known || !facts.never_missing) &&
                          (facts.may_fault || (!cell.overflow && !cell.division_by_zero));
    if (is_sound) return;
    INFO("value %", ids_[at].index, " of call ", at, ": ", shown(cell), " is not in ", facts.range.low, " to ",
         facts.range.high, facts.never_missing ? ", never missing" : "", facts.may_fault ? "" : ", never a fault");
    REQUIRE(is_sound);
  }

  void check_cell(const Vector& found, std::size_t at, const Cell& wanted_cell, std::size_t row) {
    bool same = found.is_known(row) == wanted_cell.known;
    if (same && wanted_cell.known) {
      if (found.physical == Physical::boolean) same = found.is_yes(row) == wanted_cell.is_yes();
      if (found.integers != nullptr) same = found.integers[row] == wanted_cell.number;
      if (found.physical == Physical::text) {
        same = found.dictionary->text(found.codes[row]) == wanted_cell.text;
      } else if (found.codes != nullptr) {
        same = found.codes[row] == wanted_cell.number;
      }
    }
    const bool overflow = found.overflow != nullptr && test_bit(found.overflow, row);
    const bool division = found.division_by_zero != nullptr && test_bit(found.division_by_zero, row);
    if (same && wanted_cell.known && !program_.ranges.empty() && found.physical != Physical::text) {
      const compiler::ValueRange range = program_.ranges[ids_[at].index];
      same = range.low <= wanted_cell.number && wanted_cell.number <= range.high;
    }
    same = same && overflow == wanted_cell.overflow && division == wanted_cell.division_by_zero;
    if (same) return;
    INFO("value %", ids_[at].index, " of call ", at, " in row ", row);
    INFO("wanted ", shown(wanted_cell));
    Cell cell = found_cell(found, row);
    cell.overflow = overflow;
    cell.division_by_zero = division;
    INFO("found ", shown(cell));
    INFO(explain(at, row));
    REQUIRE(same);
  }

  bool has_pools_ = false;
  compiler::Program pools_;                 // of the program as it was built
  std::map<std::size_t, ValueId> renamed_;  // outputs, by call
  std::vector<Rows> rows_;                  // by space
  std::vector<Value> values_;               // by call
  std::vector<std::vector<const Cell*>> child_operands_;
  std::vector<std::vector<Columns>> columns_;                          // by space; what a batch shows
  std::map<std::uint32_t, std::map<std::uint32_t, Stored>> exported_;  // by `one` space, then value
  std::vector<std::vector<std::uint32_t>> offsets_;
  std::vector<std::vector<std::uint32_t>> row_of_;
  std::vector<std::vector<StoredValue>> stored_;
};

// One pass alone (and prune, so that what it replaced is gone), or all of them.
inline compiler::PassOptions passes_of(std::uint64_t seed) {
  const std::size_t which = seed % (compiler::pass_names.size() + 1);
  if (which == compiler::pass_names.size()) return {};
  compiler::PassOptions one = compiler::PassOptions::none();
  one.prune = true;
  one.*compiler::pass_names[which].member = true;
  return one;
}

}  // namespace muster::runtime
