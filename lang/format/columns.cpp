#include "lang/format/columns.h"

#include <algorithm>
#include <limits>

#include "lang/format/cells.h"
#include "lang/format/spacing.h"
#include "lang/source/unicode.h"

namespace muster::lang {
namespace {

class Writer {
 public:
  Writer(std::string_view text, const std::vector<Token>& tokens, std::vector<Line> lines, std::size_t most_bytes)
      : text_(text), tokens_(tokens), lines_(std::move(lines)), most_bytes_(most_bytes), places_(tokens.size(), 0) {}

  std::optional<std::string> run() {
    for (std::size_t begin = 0; begin < lines_.size();) {
      const std::size_t end = end_of_section(begin);
      if (lines_[begin].below != Line::none) {
        lines_[begin].indent = std::max(lines_[begin].indent, places_[lines_[begin].below] + 1);
      }
      write_section(begin, end);
      if (out_.size() > most_bytes_) return std::nullopt;
      begin = end;
    }
    return std::move(out_);
  }

 private:
  struct Cell {
    std::uint32_t line;
    std::uint32_t first;  // tokens [first, last)
    std::uint32_t last;
    std::uint32_t column;
    std::uint8_t gap;
    std::uint8_t reach;
    std::uint32_t pad = 0;  // blanks before it
    std::string text;
  };

  // A section is a run of lines of one block and one depth without an empty line; comments of their own stand between.
  std::size_t end_of_section(std::size_t begin) const {
    const Line& head = lines_[begin];
    std::size_t end = begin + 1;
    while (end < lines_.size() && lines_[end].block == head.block && lines_[end].indent == head.indent &&
           !lines_[end].blank_above && lines_[end].below == Line::none && head.below == Line::none) {
      ++end;
    }
    return end;
  }

  void write_section(std::size_t begin, std::size_t end) {
    cells_.clear();
    for (std::size_t at = begin; at < end; ++at) add_cells(static_cast<std::uint32_t>(at));
    align(begin, end);
    std::size_t cell = 0;
    for (std::size_t at = begin; at < end; ++at) {
      if (lines_[at].blank_above) out_ += '\n';
      const std::size_t line_begin = out_.size();
      out_.append(lines_[at].indent, ' ');
      for (; cell < cells_.size() && cells_[cell].line == at; ++cell) {
        const Cell& each = cells_[cell];
        out_.append(each.pad, ' ');
        const auto shift = static_cast<std::uint32_t>(out_.size() - line_begin);
        for (std::uint32_t token = each.first; token < each.last; ++token) places_[token] += shift;
        out_ += each.text;
        if (out_.size() > most_bytes_) return;
      }
      out_ += '\n';
    }
  }

  void add_cells(std::uint32_t at) {
    const Line& line = lines_[at];
    if (line.is_comment()) {
      cells_.push_back({at, line.first, line.first + 1, Column::first, 0, 0, 0, std::string(word(line.first))});
      return;
    }
    const std::vector<Cut> cuts = cut_line(text_, tokens_, line);
    const std::uint32_t line_end = line.last + (line.comment ? 1U : 0U);
    Cell cell{at, line.first, line.first, Column::first, 0, 0, 0, {}};
    std::size_t next = 0;
    for (std::uint32_t token = line.first; token < line_end; ++token) {
      const bool cut = next < cuts.size() && cuts[next].token == token;
      if (cut) {
        cells_.push_back(std::move(cell));
        cell = {at, token, token, cuts[next].column, cuts[next].gap, cuts[next].reach, 0, {}};
        ++next;
      } else if (token != line.first && blank_before(text_, tokens_, token, line)) {
        cell.text += ' ';
      }
      places_[token] = static_cast<std::uint32_t>(cell.text.size());
      cell.text += word(token);
      cell.last = token + 1;
    }
    cells_.push_back(std::move(cell));
  }

  // Column by column from the left: each stands behind the longest cell before it that is not too long.
  void align(std::size_t begin, std::size_t end) {
    order_.resize(cells_.size());
    for (std::size_t at = 0; at < order_.size(); ++at) order_[at] = at;
    std::stable_sort(order_.begin(), order_.end(),
                     [this](std::size_t a, std::size_t b) { return cells_[a].column < cells_[b].column; });
    widths_.assign(end - begin, 0);
    for (std::size_t at = begin; at < end; ++at) widths_[at - begin] = lines_[at].indent;
    const auto width_of = [&](std::size_t cell) -> std::size_t& { return widths_[cells_[cell].line - begin]; };
    for (std::size_t from = 0; from < order_.size();) {
      std::size_t to = from;
      std::size_t shortest = std::numeric_limits<std::size_t>::max();
      std::uint8_t reach = 0;
      for (; to < order_.size() && cells_[order_[to]].column == cells_[order_[from]].column; ++to) {
        shortest = std::min(shortest, width_of(order_[to]));
        reach = std::max(reach, cells_[order_[to]].reach);
      }
      std::size_t column = 0;
      for (std::size_t at = from; at < to; ++at) {
        if (width_of(order_[at]) <= shortest + reach) column = std::max(column, width_of(order_[at]));
      }
      for (; from < to; ++from) {
        Cell& cell = cells_[order_[from]];
        std::size_t& width = width_of(order_[from]);
        const std::size_t pad = (width <= column ? column - width : 0) + cell.gap;
        cell.pad = static_cast<std::uint32_t>(pad);
        width += pad + display_width(cell.text);
      }
    }
  }

  std::string_view word(std::uint32_t token) const { return tokens_[token].in(text_); }

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::vector<Line> lines_;
  std::size_t most_bytes_;
  std::vector<std::uint32_t> places_;  // bytes between the beginning of the line and each token, once it is written
  std::vector<Cell> cells_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> widths_;
  std::string out_;
};

}  // namespace

std::optional<std::string> write_columns(std::string_view text, const std::vector<Token>& tokens,
                                         std::vector<Line> lines, std::size_t most_bytes) {
  return Writer(text, tokens, std::move(lines), most_bytes).run();
}

}  // namespace muster::lang
