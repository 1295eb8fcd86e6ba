// Currency rates: a small file beside the policy, `from,to,day,rate`, read when the policy is compiled. All mistakes in
// it are one message, each with its line.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <tuple>

#include "compiler/check/checker.h"
#include "compiler/resolve/walk.h"
#include "lang/source/beneath.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

namespace {

constexpr std::size_t most_mistakes_told = 20;
constexpr unsigned rate_digits = 9;  // of RateTable::Rate
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The cells of a line, trimmed, without the quotes around them.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char letter : line) {
    if (letter == '"') {
      quoted = !quoted;
    } else if (letter == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += letter;
    }
  }
  for (std::string& cell : cells) cell = std::string(trim(cell));
  return cells;
}

class RatesFile {
 public:
  void read(std::string_view text) {
    for (std::uint64_t line = 1; !text.empty(); ++line) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view row = trim(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (row.empty()) continue;
      if (columns_.empty()) {
        if (!read_header(row, line)) return;
      } else {
        read_row(row, line);
      }
    }
    if (columns_.empty()) mistakes_.emplace_back("it is empty");
  }

  // Sorted by currencies, each by day.
  [[nodiscard]] std::vector<RateTable> tables() {
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
      return std::tie(a.from, a.to, a.rate.day) < std::tie(b.from, b.to, b.rate.day);
    });
    std::vector<RateTable> tables;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const Row& row = rows_[i];
      const bool goes_on = i > 0 && rows_[i - 1].from == row.from && rows_[i - 1].to == row.to;
      if (!goes_on) tables.push_back({.from = row.from, .to = row.to, .rates = {}});
      if (goes_on && rows_[i - 1].rate.day == row.rate.day) {
        mistake(row.line, fmt::format("line {} has a rate for the same day", rows_[i - 1].line));
        continue;
      }
      tables.back().rates.push_back(row.rate);
    }
    return tables;
  }

  [[nodiscard]] std::string mistakes() const {
    std::string text;
    for (std::size_t i = 0; i < std::min(mistakes_.size(), most_mistakes_told); ++i)
      text += (text.empty() ? "" : "; ") + mistakes_[i];
    if (mistakes_.size() > most_mistakes_told)
      text += fmt::format("; and {} more", mistakes_.size() - most_mistakes_told);
    return text;
  }

 private:
  struct Row {
    std::uint16_t from, to;
    RateTable::Rate rate;
    std::uint64_t line;
  };
  enum Part : std::size_t { from, to, day, rate, part_count };
  static constexpr std::array<std::string_view, part_count> names{"from", "to", "day", "rate"};

  void mistake(std::uint64_t line, std::string_view what) {
    mistakes_.push_back(fmt::format("line {}: {}", line, what));
  }

  bool read_header(std::string_view row, std::uint64_t line) {
    const std::vector<std::string> header = cells_of(row);
    for (std::size_t part = 0; part < part_count; ++part) {
      const auto found = std::find_if(header.begin(), header.end(),
                                      [&](const std::string& cell) { return kernels::fold_text(cell) == names[part]; });
      if (found == header.end()) {
        mistake(line, "the columns must be from, to, day and rate");
        return false;
      }
      columns_.push_back(static_cast<std::size_t>(found - header.begin()));
    }
    cell_count_ = header.size();
    return true;
  }

  std::optional<std::uint16_t> currency(const std::string& cell, std::uint64_t line) {
    const CurrencyRow* row = find_currency(cell);
    if (row != nullptr) return static_cast<std::uint16_t>(row - currency_rows.data());
    mistake(line, fmt::format("`{}` is no currency code", cell));
    return std::nullopt;
  }

  void read_row(std::string_view row, std::uint64_t line) {
    const std::vector<std::string> cells = cells_of(row);
    if (cells.size() != cell_count_)
      return mistake(line, fmt::format("{} cells where the header has {}", cells.size(), cell_count_));
    const auto first = currency(cells[columns_[from]], line);
    const auto second = currency(cells[columns_[to]], line);
    const kernels::Cell when = kernels::parse_date(cells[columns_[day]], {});
    const kernels::Cell worth = kernels::parse_decimal(cells[columns_[rate]], rate_digits, {});
    if (when.fault != kernels::CellFault::none)
      mistake(line, fmt::format("`{}` is no day such as 2026-02-28", cells[columns_[day]]));
    if (worth.fault != kernels::CellFault::none || worth.value <= 0 || worth.rounded) {
      mistake(line, fmt::format("`{}` is no rate: a number above zero with at most {} digits after the point",
                                cells[columns_[rate]], rate_digits));
    }
    if (!first || !second) return;
    if (*first == *second) return mistake(line, "both currencies are the same");
    rows_.push_back({*first, *second, {static_cast<std::int32_t>(when.value), worth.value}, line});
  }

  std::vector<std::size_t> columns_;  // where each part stands
  std::size_t cell_count_ = 0;
  std::vector<Row> rows_;
  std::vector<std::string> mistakes_;
};

}  // namespace

Result<std::string> Checker::read_named(const Quoted& file) const {
  const std::string path = sources_[file.span.file].beside(file.text);
  if (options_.folder.empty())
    return Error{ErrorKind::file, path, 0, "this policy lies in no folder", "save it to a file, and check that"};
  auto text = read_beneath(options_.folder, path, limits_.source_bytes);
  if (!text) return text;
  if (find_invalid_utf8(*text) != std::string_view::npos)
    return Error{ErrorKind::data, path, 0, "it holds bytes that are not UTF-8", "save it in UTF-8"};
  if (text->starts_with(byte_order_mark)) text->erase(0, byte_order_mark.size());
  return text;
}

void Checker::read_rates() {
  const RatesDecl* rates = nullptr;
  for (const Declaration& declaration : tree_.declarations) {
    const auto* found = std::get_if<RatesDecl>(&declaration.node);
    if (found == nullptr) continue;
    if (rates != nullptr) diagnostics_.emit<DiagnosticId::one_only>(declaration.keyword, "file of rates");
    if (rates == nullptr) rates = found;
  }
  if (rates == nullptr) return;
  const std::string& name = rates->file.text;
  const auto text = read_named(rates->file);
  if (!text) {
    diagnostics_.emit<DiagnosticId::rates_mistake>(rates->file.span, name, text.error().message).fix = text.error().fix;
    return;
  }
  RatesFile file;
  file.read(*text);
  std::vector<RateTable> tables = file.tables();
  if (const std::string mistakes = file.mistakes(); !mistakes.empty())
    diagnostics_.emit<DiagnosticId::rates_mistake>(rates->file.span, name, mistakes);
  policy_.rates = std::move(tables);
}

void Checker::report_currencies(Span place, const Type& left, const Type& right) {
  // Without its file, which has been reported, nobody knows which rates there are.
  const bool has_rates = std::any_of(tree_.declarations.begin(), tree_.declarations.end(), [](const Declaration& each) {
    return std::holds_alternative<RatesDecl>(each.node);
  });
  if (has_rates && policy_.rates.empty() && diagnostics_.error_count() > 0) return;
  const std::string_view to = currency_rows[left.currency].code;
  const std::string_view from = currency_rows[right.currency].code;
  Diagnostic& message = diagnostics_.emit<DiagnosticId::different_currencies>(place, to, from);
  if (policy_.rates.empty()) return;
  if (converts(right.currency, left.currency)) {
    message.fix =
        "the rates are those of the lead's day, so only the lead's own rules convert amounts: write both in one "
        "currency";
    return;
  }
  message.fix = fmt::format("the second amount takes the currency of the first: add rates from {} to {}", from, to);
  if (converts(left.currency, right.currency)) message.fix += ", or write them the other way round";
}

// The day of the rates must not depend on an amount that needs a rate itself: fields only.
void Checker::check_rates(const RatesDecl& rates, std::uint32_t) {
  const Type type = check(rates.at);
  if (type.kind == Kind::poison) return;
  const std::string expected = "a field with a date or a moment, such as `created_at`,";
  if (type.kind != Kind::date && type.kind != Kind::datetime) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(rates.at), expected, words(type));
    return;
  }
  bool only_fields = true;
  const std::function<void(ExprId)> look = [&](ExprId id) {
    const ExprNode& node = tree_.expressions[id].node;
    const bool is_name = std::holds_alternative<NameRef>(node) || std::holds_alternative<Call>(node) ||
                         std::holds_alternative<RowsTest>(node) || std::holds_alternative<Aggregate>(node) ||
                         std::holds_alternative<DaysOf>(node);
    if (is_name && policy_.info(id).meaning != Meaning::field) only_fields = false;
    for_each_child(tree_, node, look);
  };
  look(rates.at);
  if (!only_fields)
    diagnostics_.emit<DiagnosticId::wrong_type>(span(rates.at), expected, "something that is worked out");
}

}  // namespace muster::compiler
