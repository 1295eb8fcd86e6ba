#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/unicode.h"
#include "lang/support/count.h"

namespace muster::lang {
namespace {

constexpr std::size_t widest_line_columns = 120;
constexpr std::size_t context_columns = 40;  // kept before the span when a long line is cut
constexpr std::string_view cut_mark = "...";

struct Colors {
  std::string_view error, warning, quiet, strong, end;
};
constexpr Colors plain{"", "", "", "", ""};
constexpr Colors colored{"\x1b[1;31m", "\x1b[1;33m", "\x1b[34m", "\x1b[1m", "\x1b[0m"};

// A line of the policy as the terminal shows it, and the underline that fits it column by column.
struct ShownLine {
  std::string text;
  std::string underline;
};

// `begin` and `end` are bytes of `line`. Tabs become one blank, so that the underline fits whatever the tab width is.
ShownLine show_line(std::string_view line, std::size_t begin, std::size_t end) {
  begin = std::min(begin, line.size());
  end = std::clamp(end, begin, line.size());
  // A long line is cut around the beginning of the span.
  std::size_t from = 0;
  std::size_t columns_before = 0;
  if (line.size() > widest_line_columns) {
    from = begin;
    while (from > 0 && columns_before < context_columns) {
      --from;
      while (from > 0 && (static_cast<unsigned char>(line[from]) & 0xC0U) == 0x80U) --from;
      ++columns_before;
    }
    if (begin < widest_line_columns - context_columns) from = 0;
  }
  ShownLine shown;
  if (from > 0) {
    shown.text = cut_mark;
    shown.underline.assign(cut_mark.size(), ' ');
  }
  std::size_t underlined = 0;
  std::size_t columns = shown.text.size();
  std::size_t at = from;
  for (; at < line.size() && columns < widest_line_columns; at += decode(line.substr(at)).bytes) {
    const std::string_view letter = line.substr(at, decode(line.substr(at)).bytes);
    const std::string visible = letter == "\t" ? " " : escape_for_terminal(letter);
    const std::size_t width = display_width(visible);
    shown.text += visible;
    columns += width;
    if (at < begin) {
      shown.underline.append(width, ' ');
    } else if (at < end) {
      shown.underline.append(width, '^');
      underlined += width;
    }
  }
  if (at < line.size()) shown.text += cut_mark;
  if (underlined == 0) shown.underline += '^';
  return shown;
}

void render_place(std::string& out, const SourceMap& sources, Span span, const Colors& colors, std::string_view color) {
  const SourceFile& file = sources[span.file];
  const Position place = file.position(span.begin);
  const std::uint32_t start = file.line_start(place.line);
  const std::string_view line = file.line_text(place.line);
  const std::size_t begin = span.begin - start;
  const std::size_t end = std::max<std::size_t>(span.end, span.begin) - start;
  const ShownLine shown = show_line(line, begin, end);
  out += fmt::format("{}{:>5} |{} {}\n", colors.quiet, place.line, colors.end, shown.text);
  out += fmt::format("{}      |{} {}{}{}\n", colors.quiet, colors.end, color, shown.underline, colors.end);
}

}  // namespace

std::string render(const Diagnostics& diagnostics, const SourceMap& sources, const RenderOptions& options) {
  const Colors& colors = options.color ? colored : plain;
  std::string out;
  std::size_t shown = 0;
  for (const Diagnostic& each : diagnostics.all()) {
    // That the rest of a file was not read is told however many messages there are.
    if (shown >= options.most && each.id != DiagnosticId::too_many_mistakes) continue;
    ++shown;
    const bool is_error = each.severity() == Severity::error;
    const std::string_view color = is_error ? colors.error : colors.warning;
    const Position place = sources.position(each.span);
    out +=
        fmt::format("{}{}:{}:{}:{} {}{} {}:{} {}\n", colors.strong, escape_for_terminal(sources[each.span.file].name()),
                    place.line, place.column, colors.end, color, is_error ? "error" : "warning", row_of(each.id).code,
                    colors.end, escape_for_terminal(each.message));
    render_place(out, sources, each.span, colors, color);
    for (const Note& note : each.notes) {
      const Position where = sources.position(note.span);
      out +=
          fmt::format("      {}= {}:{}:{}:{} {}\n", colors.quiet, escape_for_terminal(sources[note.span.file].name()),
                      where.line, where.column, colors.end, escape_for_terminal(note.text));
      render_place(out, sources, note.span, colors, colors.quiet);
    }
    if (!each.fix.empty())
      out += fmt::format("      {}={} {}\n", colors.quiet, colors.end, escape_for_terminal(each.fix));
  }
  if (diagnostics.all().size() > shown) {
    out += fmt::format("{} more not shown\n", count_of(diagnostics.all().size() - shown, "message"));
  }
  if (!options.counts) return out;
  if (diagnostics.error_count() > 0) out += count_of(diagnostics.error_count(), "error");
  if (diagnostics.warning_count() > 0) {
    if (diagnostics.error_count() > 0) out += ", ";
    out += count_of(diagnostics.warning_count(), "warning");
  }
  if (diagnostics.all().empty()) out += "no errors";
  out += '\n';
  return out;
}

}  // namespace muster::lang
