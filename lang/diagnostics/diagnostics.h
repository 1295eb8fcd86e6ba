// What the checker has to say to the author of a policy. Every message is a row of lang/spec/diagnostics.def;
// emitting one with the wrong number of arguments does not compile.
// May include: lang/source, lang/spec, fmt. Called by: every stage from parse to analyze.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lang/source/source.h"

namespace muster::lang {

enum class Severity : std::uint8_t { error, warning };

enum class DiagnosticId : std::uint16_t {
#define MUSTER_DIAGNOSTIC(id, code, severity, message, fix) id,
#include "lang/spec/diagnostics.def"
#undef MUSTER_DIAGNOSTIC
};

struct DiagnosticRow {
  std::string_view name;
  std::string_view code;  // stable, never reused
  Severity severity;
  std::string_view message;  // one lower-case sentence; {} are the arguments
  std::string_view fix;      // what to do; shown under the message
};

inline constexpr auto diagnostic_rows = std::to_array<DiagnosticRow>({
#define MUSTER_DIAGNOSTIC(id, code, severity, message, fix) {#id, code, Severity::severity, message, fix},
#include "lang/spec/diagnostics.def"
#undef MUSTER_DIAGNOSTIC
});

[[nodiscard]] constexpr const DiagnosticRow& row_of(DiagnosticId id) {
  return diagnostic_rows[static_cast<std::size_t>(id)];
}

[[nodiscard]] constexpr std::size_t count_placeholders(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '{' && text[i + 1] == '}') ++count;
  }
  return count;
}

struct Note {
  Span span;
  std::string text;
};

struct Diagnostic {
  DiagnosticId id;
  Span span;
  std::string message;
  std::string fix;            // the row's, or a better one for this place ("did you mean `industry`?")
  std::vector<Note> notes{};  // other places that matter

  [[nodiscard]] Severity severity() const { return row_of(id).severity; }
};

class Diagnostics {
 public:
  // Records a message. The returned reference may be used at once to set a better fix or to add notes.
  template <DiagnosticId id, class... Arguments>
  Diagnostic& emit(Span span, const Arguments&... arguments) {
    constexpr const DiagnosticRow& row = row_of(id);
    static_assert(count_placeholders(row.message) == sizeof...(Arguments),
                  "a diagnostic has as many arguments as its row has placeholders");
    static_assert(count_placeholders(row.fix) == 0, "a fix takes no arguments; set a better one where it is emitted");
    return add({id, span, fmt::format(fmt::runtime(row.message), arguments...), std::string(row.fix)});
  }

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  [[nodiscard]] std::size_t error_count() const { return errors_; }
  [[nodiscard]] std::size_t warning_count() const { return all_.size() - errors_; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }
  // Source order: file, begin, end; the same code at the same place once.
  void sort();

 private:
  Diagnostic& add(Diagnostic diagnostic);

  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
};

// The candidate closest to `written` if it is close enough to be a slip (at most a third of the letters,
// transpositions count one), else empty.
[[nodiscard]] std::string did_you_mean(std::string_view written, const std::vector<std::string>& candidates);

struct RenderOptions {
  bool color = false;
  std::size_t most = 200;  // messages printed; the rest is counted
  bool counts = true;      // a last line says how many errors and warnings there are
};

// The text form: file:line:column, the line, the span underlined, the fix.
[[nodiscard]] std::string render(const Diagnostics& diagnostics, const SourceMap& sources,
                                 const RenderOptions& options);

}  // namespace muster::lang
