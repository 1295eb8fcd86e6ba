// Tables: cells and results are typed, then the rows are compared as boxes (table_cells.h): what no row matches, rows
// that lie behind others, and in a `unique` table rows that share something.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/check/checker.h"
#include "compiler/check/table_cells.h"
#include "lang/support/count.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;
using kernels::Wide;

namespace {

// Comparisons of a row with a segment, for all questions about one table. A table that takes more (some thousand rows
// with several columns of ranges) is not searched for gaps and rows behind others.
constexpr std::uint64_t table_effort = std::uint64_t{1} << 24;

bool has_line(Kind kind) {
  return is_number(kind) || kind == Kind::money || kind == Kind::date || kind == Kind::datetime ||
         kind == Kind::duration;
}

// A parameter, cut into the segments that its cells tell apart. Past `known` comes one for a missing value, where some
// cell asks for it: then missing is a value like another.
struct Column {
  Type type;
  std::string name;
  unsigned digits = 0;    // of the numbers on the line
  bool is_whole = false;  // a value on it has a next one
  NumberLine line{false};
  std::map<std::string, std::uint32_t> texts;  // folded, in the order in which they are listed
  std::vector<std::string> written;            // the same texts as the policy writes them
  std::uint32_t known = 0;
  bool asks_for_missing = false;
  bool looks = false;  // some cell is not `any`

  [[nodiscard]] std::uint32_t size() const { return known + (asks_for_missing ? 1 : 0); }
};

class TableGeometry {
 public:
  // Precondition: the rows were checked and are sound; those without cells (`otherwise`) are left out.
  TableGeometry(const TypedPolicy& policy, const std::vector<Parameter>& parameters, const std::vector<Type>& types,
                const std::vector<const TableRow*>& rows)
      : policy_(policy) {
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      Column& column = columns_.emplace_back();
      column.type = types[k];
      column.name = parameters[k].name.text;
      column.digits = types[k].digits;
      for (const TableRow* row : rows) find_digits(column, row->cells[k]);
      column.is_whole = (types[k].kind == Kind::integer && column.digits == 0) || types[k].kind == Kind::date;
      column.line = NumberLine(column.is_whole);
      for (const TableRow* row : rows) note(column, row->cells[k]);
      finish(column);
    }
  }

  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  [[nodiscard]] std::vector<std::uint32_t> sizes() const {
    std::vector<std::uint32_t> sizes;
    for (const Column& column : columns_) sizes.push_back(column.size());
    return sizes;
  }
  [[nodiscard]] std::vector<CellSegments> cells(const TableRow& row) const {
    std::vector<CellSegments> cells;
    for (std::size_t k = 0; k < columns_.size(); ++k) cells.push_back(cell(columns_[k], row.cells[k]));
    return cells;
  }
  // Without texts that nobody lists: there is no end of them, so a lookup need not speak of them.
  [[nodiscard]] std::vector<CellSegments> without_other_texts(std::vector<CellSegments> box) const {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const Column& column = columns_[k];
      if (column.type.kind != Kind::text || !column.looks) continue;
      box[k].clear();
      if (column.known > 1) box[k].push_back({0, column.known - 1});
      if (column.asks_for_missing) box[k].push_back({column.known, column.known + 1});
      if (box[k].empty()) return {};
    }
    return box;
  }
  // In an author's words: "employees under 10, country US".
  [[nodiscard]] std::string describe(const TableCells::Combination& combination) const {
    std::string text;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      // A column that no cell looks at says nothing.
      if (!columns_[k].looks && columns_.size() > 1) continue;
      text += (text.empty() ? "" : ", ") + columns_[k].name + " " + describe(columns_[k], combination[k]);
    }
    return text;
  }

 private:
  [[nodiscard]] const Constant& value(ExprId id) const { return policy_.fixed.at(id.index); }
  [[nodiscard]] Wide scaled(const Column& column, ExprId id) const {
    const Constant& constant = value(id);
    return static_cast<Wide>(constant.value) * kernels::wide_power_of_ten(column.digits - constant.type.digits);
  }
  [[nodiscard]] Stretch stretch(const Column& column, const BandRange& range) const {
    Stretch made{.low = {}, .high = {}, .low_excluded = range.low_excluded, .high_excluded = range.high_excluded};
    if (range.low) made.low = scaled(column, *range.low);
    if (range.high) made.high = scaled(column, *range.high);
    return made;
  }
  [[nodiscard]] Stretch point(const Column& column, ExprId id) const {
    const Wide at = scaled(column, id);
    return {.low = at, .high = at};
  }

  void find_digits(Column& column, const Band& band) const {
    const auto look = [&](ExprId id) { column.digits = std::max<unsigned>(column.digits, value(id).type.digits); };
    if (const auto* range = std::get_if<BandRange>(&band.node)) {
      if (range->low) look(*range->low);
      if (range->high) look(*range->high);
    }
    if (const auto* values = std::get_if<BandValues>(&band.node)) {
      for (ExprId id : values->values) look(id);
    }
  }

  void note(Column& column, const Band& band) const {
    column.looks = column.looks || !std::holds_alternative<BandAny>(band.node);
    std::visit(Overloaded{[&](const BandRange& range) {
                            if (has_line(column.type.kind)) column.line.cut(stretch(column, range));
                          },
                          [&](const BandValues& values) {
                            for (ExprId id : values.values) {
                              if (has_line(column.type.kind)) {
                                column.line.cut(point(column, id));
                              } else if (column.type.kind == Kind::text) {
                                const auto number = static_cast<std::uint32_t>(column.texts.size());
                                const bool is_new =
                                    column.texts.emplace(kernels::fold_text(value(id).text), number).second;
                                if (is_new) column.written.push_back(value(id).text);
                              }
                            }
                          },
                          [&](const BandMissing&) { column.asks_for_missing = true; }, [](const BandOtherwise&) {},
                          [](const BandAny&) {}},
               band.node);
  }

  void finish(Column& column) const {
    column.line.finish();
    if (has_line(column.type.kind)) {
      column.known = column.line.size();
    } else if (column.type.kind == Kind::text) {
      column.known = static_cast<std::uint32_t>(column.texts.size()) + 1;
    } else if (column.type.kind == Kind::picklist) {
      column.known = static_cast<std::uint32_t>(policy_.schema.picklists[column.type.index].members.size());
    } else {
      column.known = 2;  // no, yes
    }
  }

  [[nodiscard]] CellSegments cell(const Column& column, const Band& band) const {
    CellSegments segments;
    std::visit(
        Overloaded{[&](const BandRange& range) {
                     if (has_line(column.type.kind)) {
                       segments.push_back(column.line.segments_of(stretch(column, range)));
                     } else {  // members of an ordered picklist
                       const std::uint32_t low =
                           range.low ? static_cast<std::uint32_t>(value(*range.low).value) + range.low_excluded : 0;
                       const std::uint32_t high =
                           range.high ? static_cast<std::uint32_t>(value(*range.high).value) + !range.high_excluded
                                      : column.known;
                       if (low < high) segments.push_back({low, high});
                     }
                   },
                   [&](const BandValues& values) {
                     for (ExprId id : values.values) {
                       if (has_line(column.type.kind)) {
                         segments.push_back(column.line.segments_of(point(column, id)));
                       } else {
                         const std::uint32_t number = column.type.kind == Kind::text
                                                          ? column.texts.at(kernels::fold_text(value(id).text))
                                                          : static_cast<std::uint32_t>(value(id).value);
                         segments.push_back({number, number + 1});
                       }
                     }
                     std::sort(segments.begin(), segments.end());
                   },
                   [&](const BandMissing&) { segments.push_back({column.known, column.known + 1}); },
                   [](const BandOtherwise&) {}, [&](const BandAny&) { segments.push_back({0, column.size()}); }},
        band.node);
    return segments;
  }

  [[nodiscard]] std::string describe(const Column& column, std::uint32_t segment) const {
    if (segment >= column.known) return "missing";
    if (has_line(column.type.kind)) return describe(column, column.line.stretch_of(segment));
    if (column.type.kind == Kind::picklist) return policy_.schema.picklists[column.type.index].members[segment].name;
    if (column.type.kind == Kind::text)
      return segment < column.written.size() ? "\"" + column.written[segment] + "\"" : std::string("any other text");
    return segment == 0 ? "no" : "yes";
  }
  [[nodiscard]] std::string describe(const Column& column, const Stretch& stretch) const {
    const auto number = [&](Wide value) { return show(value, column.type, column.digits, policy_.zone); };
    if (stretch.low && stretch.low == stretch.high) return number(*stretch.low);
    if (!stretch.low && !stretch.high) return "any";
    // As a band is written, so that it can be copied; no band is open below and has its upper end.
    if (!stretch.low && column.is_whole) return "under " + number(*stretch.high + (stretch.high_excluded ? 0 : 1));
    if (!stretch.low) return (stretch.high_excluded ? "under " : "up to ") + number(*stretch.high);
    if (!stretch.high)
      return stretch.low_excluded ? "over " + number(*stretch.low) : number(*stretch.low) + " and over";
    return (stretch.low_excluded ? "over " : "") + number(*stretch.low) +
           (stretch.high_excluded ? " to under " : " to ") + number(*stretch.high);
  }

  const TypedPolicy& policy_;
  std::vector<Column> columns_;
};

// Whether all that a cell compares with has a value. What has none was reported, perhaps when the text was read.
bool has_values(const TypedPolicy& policy, const Band& cell) {
  const auto has_value = [&](ExprId id) { return policy.fixed.contains(id.index); };
  if (const auto* range = std::get_if<BandRange>(&cell.node))
    return (!range->low || has_value(*range->low)) && (!range->high || has_value(*range->high));
  const auto* values = std::get_if<BandValues>(&cell.node);
  return values == nullptr || std::ranges::all_of(values->values, has_value);
}

}  // namespace

void Checker::read_extensions() {
  for (const Declaration& declaration : tree_.declarations) {
    const auto* extend = std::get_if<ExtendDecl>(&declaration.node);
    if (extend == nullptr) continue;
    const Symbol symbol = symbols_.find(extend->table.text);
    if (symbol.meaning == Meaning::table) extensions_[symbol.index].push_back(extend);
  }
}

// The rows were checked with the table that they belong to.
void Checker::check_extend(const ExtendDecl& extend, std::uint32_t) {
  const Symbol symbol = symbols_.find(extend.table.text);
  if (symbol.meaning == Meaning::none) {
    // An object or a picklist has what was added to it; only tables wait for their rows.
    if (symbols_.find_object(extend.table.text) == no_object) report_unknown(extend.table);
  } else if (symbol.meaning == Meaning::picklist) {
    return;
  } else if (symbol.meaning != Meaning::table && symbol.meaning != Meaning::broken) {
    diagnostics_.emit<DiagnosticId::not_of_kind>(extend.table.span, extend.table.text, "table").fix =
        "`extend` adds to an `object`, a `table` or a `picklist`";
  }
}

bool Checker::check_table_row(const TableDecl& table, const TableRow& row, const std::vector<Type>& types,
                              const Type& result) {
  const std::size_t errors = diagnostics_.error_count();
  bool has_all = true;
  if (!row.cells.empty() && row.cells.size() != types.size()) {
    diagnostics_.emit<DiagnosticId::table_cells>(row.span, table.name.text, count_of(types.size(), "cell"),
                                                 count_of(row.cells.size(), "cell"));
  }
  for (std::size_t k = 0; k < row.cells.size() && k < types.size(); ++k) {
    const Band& cell = row.cells[k];
    if (std::holds_alternative<BandOtherwise>(cell.node)) {
      diagnostics_.emit<DiagnosticId::wrong_band>(cell.span, words(types[k])).fix =
          "write `any` in a cell that does not matter; `otherwise` stands alone in the last row";
    } else if (!std::holds_alternative<BandAny>(cell.node)) {
      check_bands({&cell}, {.type = types[k]});
      has_all = has_all && has_values(policy_, cell);
    }
  }
  const Type found = check(row.result, &result);
  if (found.kind != Kind::poison && result.kind != Kind::poison) {
    if (require_type(row.result, result, found)) require_constant(row.result, "the result of a table");
  }
  return has_all && diagnostics_.error_count() == errors && found.kind != Kind::poison;
}

void Checker::check_table(const TableDecl& table, std::uint32_t index) {
  std::vector<Type> types;
  bool sound = true;
  for (const Parameter& parameter : table.parameters) types.push_back(type_from(parameter.type));
  for (const Type& type : types) sound = sound && type.kind != Kind::poison;
  const Type result = type_from(table.result);
  policy_.parameter_types[index] = types;
  policy_.declaration_types[index] = result;
  if (table.policy == TablePolicy::sum && result.kind != Kind::poison && !is_number(result.kind) &&
      result.kind != Kind::money && result.kind != Kind::duration) {
    diagnostics_.emit<DiagnosticId::wrong_type>(table.result.name.span, "a number in a table that sums", words(result));
    sound = false;
  }

  // What extends the table is tried before its own rows, and so may say something else than they do.
  std::vector<const TableRow*> rows;
  const TableRow* otherwise = nullptr;
  const auto take = [&](const std::vector<TableRow>& all, bool extends) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const TableRow& row = all[i];
      sound = check_table_row(table, row, types, result) && sound;
      if (!row.cells.empty()) {
        rows.push_back(&row);
      } else if (extends) {
        diagnostics_.emit<DiagnosticId::type_option>(row.span, "`otherwise`", "`extend " + table.name.text + "`").fix =
            "the table's own rows come after these; leave it out";
        sound = false;
      } else if (i + 1 < all.size()) {
        diagnostics_.emit<DiagnosticId::after_otherwise>(all[i + 1].span);
        sound = false;
      } else {
        otherwise = &row;
      }
    }
  };
  if (const auto extensions = extensions_.find(index); extensions != extensions_.end()) {
    for (const ExtendDecl* extend : extensions->second) take(extend->rows, true);
  }
  const std::size_t extending = rows.size();
  take(table.rows, false);

  policy_.declaration_may_be_missing[index] = true;
  if (sound) compare_rows(table, index, types, rows, extending, otherwise);
}

void Checker::compare_rows(const TableDecl& table, std::uint32_t index, const std::vector<Type>& types,
                           const std::vector<const TableRow*>& rows, std::size_t extending, const TableRow* otherwise) {
  const TableGeometry geometry(policy_, table.parameters, types, rows);
  TableCells cells(geometry.sizes(), table_effort);
  for (const TableRow* row : rows) cells.add_row(geometry.cells(*row));
  TableInfo& known = policy_.tables[index];
  // A missing argument leaves every cell of its column open, unless the column says what becomes of it.
  std::vector<bool>& open = open_columns_[index];
  for (const Column& column : geometry.columns()) {
    open.push_back(column.looks && !column.asks_for_missing);
    known.asks_for_missing.push_back(column.asks_for_missing);
  }

  if (table.policy == TablePolicy::unique) {
    for (const TableCells::Overlap& overlap : cells.find_overlaps()) {
      diagnostics_
          .emit<DiagnosticId::rows_overlap>(rows[overlap.later]->span, table.name.text,
                                            geometry.describe(overlap.example))
          .notes.push_back({rows[overlap.earlier]->span, "the other row"});
    }
  }
  // Asked first, since the results of the table hang on it: the questions share one effort.
  auto gap = cells.find_uncovered(cells.everything());
  const bool is_whole = gap.outcome == TableCells::Outcome::none;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto is_behind = [&](std::size_t first) {
      return table.policy == TablePolicy::first && cells.find_reached(first, row).outcome == TableCells::Outcome::none;
    };
    const bool is_unreached = is_behind(0);
    if (!is_unreached) known.rows.push_back(rows[row]);
    // To replace rows is what an extension is for.
    if (is_unreached && (row < extending || is_behind(extending)))
      diagnostics_.emit<DiagnosticId::row_never_reached>(rows[row]->span);
  }
  const bool is_sum = table.policy == TablePolicy::sum;  // no row adds nothing
  policy_.declaration_may_be_missing[index] = !is_sum && !is_whole && otherwise == nullptr;
  if (otherwise != nullptr) {
    if (!is_whole) known.rows.push_back(otherwise);
    const auto reads = [&](const Band& cell) { return reads_setting(cell); };
    const auto may_change = [&](const TableRow* row) { return std::ranges::any_of(row->cells, reads); };
    // To leave nothing out is what an extension may be for.
    if (is_whole && extending == 0 && std::ranges::none_of(rows, may_change)) {
      Diagnostic& message = diagnostics_.emit<DiagnosticId::otherwise_never_reached>(otherwise->span);
      if (std::ranges::find(open, true) != open.end())
        message.fix = "leave it out; if it is meant for leads without a value, write a row with `missing` in its cell";
    }
  } else if (!is_sum && gap.outcome == TableCells::Outcome::found && !rows.empty()) {
    const auto box = geometry.without_other_texts(cells.everything());
    if (!box.empty()) gap = cells.find_uncovered(box);
    if (!box.empty() && gap.outcome == TableCells::Outcome::found)
      diagnostics_.emit<DiagnosticId::table_gap>(table.name.span, table.name.text, geometry.describe(gap.example));
  }
}

Type Checker::check_table_call(ExprId id, const Call& call, std::uint32_t table) {
  ExprInfo& own = info(id);
  own.meaning = Meaning::table;
  own.index = table;
  const auto result = policy_.declaration_types.find(table);
  if (result == policy_.declaration_types.end()) return poison();  // in a cycle, which has been reported
  const auto may = policy_.declaration_may_be_missing.find(table);
  const auto open = open_columns_.find(table);
  own.may_be_missing = may == policy_.declaration_may_be_missing.end() || may->second || open == open_columns_.end();
  for (std::size_t k = 0; k < call.arguments.size() && !own.may_be_missing; ++k)
    own.may_be_missing = open->second[k] && may_miss(call.arguments[k]);
  return result->second;
}

}  // namespace muster::compiler
