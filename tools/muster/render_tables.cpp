// Tables for people and programs. The only file that includes the JSON library.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/unicode.h"
#include "tools/muster/sla_tables.h"

namespace muster::tools {

namespace {

constexpr std::size_t widest_text = 60;  // columns of a terminal that one cell takes

// Cells of one text repeated in every row say nothing: the name of the only agreement.
bool is_worth_showing(const ReportTable& table, std::size_t column) {
  if (table.columns[column].name != "agreement") return true;
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const std::vector<ReportCell>& row) {
    return row[column].shown != table.rows.front()[column].shown;
  });
}

std::string shortened(const std::string& text) {
  std::string safe = lang::escape_for_terminal(text);
  if (lang::display_width(safe) <= widest_text) return safe;
  std::string cut;
  for (std::size_t at = 0; at < safe.size();) {
    const std::size_t bytes = lang::decode(std::string_view(safe).substr(at)).bytes;
    if (lang::display_width(cut) + 4 > widest_text) break;
    cut.append(safe, at, bytes);
    at += bytes;
  }
  return cut + "...";
}

}  // namespace

// Nothing in it is markup: neither signs nor what forges turn into links.
std::string markdown_text(const std::string& text) {
  constexpr std::string_view marks = "|\\`*_[]<>#@";
  const std::string safe = lang::escape_for_terminal(text);
  std::string out;
  for (std::size_t at = 0; at < safe.size(); ++at) {
    const bool begins_link = safe.compare(at, 3, "://") == 0;
    if (begins_link || marks.find(safe[at]) != std::string_view::npos) out += '\\';
    out += safe[at];
  }
  return out;
}

std::string render_text(const std::vector<ReportTable>& tables, bool color) {
  std::string out;
  for (const ReportTable& table : tables) {
    if (table.rows.empty()) continue;
    out += "\n" + (color ? "\x1b[1m" + table.title + "\x1b[0m" : table.title) + "\n";
    std::vector<std::size_t> columns;
    std::vector<std::size_t> widths;
    for (std::size_t k = 0; k < table.columns.size(); ++k) {
      if (!is_worth_showing(table, k)) continue;
      columns.push_back(k);
      std::size_t width = table.columns[k].title.size();
      for (const auto& row : table.rows) width = std::max(width, lang::display_width(shortened(row[k].shown)));
      widths.push_back(width);
    }
    const auto line = [&](const auto& cell_of, const auto& is_right) {
      std::string made;
      for (std::size_t k = 0; k < columns.size(); ++k) {
        const std::string cell = cell_of(columns[k]);
        const std::string pad(widths[k] - std::min(widths[k], lang::display_width(cell)), ' ');
        made += "  " + (is_right(columns[k]) ? pad + cell : cell + pad);
      }
      out += made.substr(0, made.find_last_not_of(' ') + 1) + "\n";
    };
    std::vector<bool> numbers(table.columns.size());
    for (const auto& row : table.rows) {
      for (std::size_t k = 0; k < row.size(); ++k) numbers[k] = numbers[k] || row[k].is_number;
    }
    const auto is_number = [&](std::size_t column) { return numbers[column]; };
    line([&](std::size_t column) { return table.columns[column].title; }, is_number);
    for (const auto& row : table.rows)
      line([&](std::size_t column) { return shortened(row[column].shown); }, is_number);
  }
  return out;
}

std::string render_markdown(const std::vector<ReportTable>& tables) {
  std::string out;
  for (const ReportTable& table : tables) {
    if (table.rows.empty()) continue;
    out += fmt::format("\n## {}\n\n|", table.title);
    std::string rule = "|";
    std::vector<std::size_t> columns;
    for (std::size_t k = 0; k < table.columns.size(); ++k) {
      if (!is_worth_showing(table, k)) continue;
      columns.push_back(k);
      out += " " + markdown_text(table.columns[k].title) + " |";
      rule += table.rows.front()[k].is_number ? "---:|" : "---|";
    }
    out += "\n" + rule + "\n";
    for (const auto& row : table.rows) {
      out += "|";
      for (const std::size_t column : columns) out += " " + markdown_text(row[column].shown) + " |";
      out += "\n";
    }
  }
  return out;
}

std::string render_json(const std::vector<ReportTable>& tables, const std::vector<ReportCell>& head,
                        const std::vector<std::string>& head_names) {
  using Json = nlohmann::ordered_json;
  const auto value = [](const ReportCell& cell) {
    if (cell.plain.empty()) return Json(nullptr);
    // A share such as 0.7421 is a text: as a number it may lose digits on the way.
    if (cell.is_whole) return Json(std::stoll(cell.plain));
    return Json(cell.plain);
  };
  Json made = Json::object();
  for (std::size_t k = 0; k < head.size(); ++k) made["head"][head_names[k]] = value(head[k]);
  for (const ReportTable& table : tables) {
    Json& rows = made[table.name] = Json::array();
    for (const auto& row : table.rows) {
      Json object = Json::object();
      for (std::size_t k = 0; k < row.size(); ++k) object[table.columns[k].name] = value(row[k]);
      rows.push_back(std::move(object));
    }
  }
  return made.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace muster::tools
