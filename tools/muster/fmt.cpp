// muster fmt: the one layout. A file is written only if its text changes, and only when the new text has been proven to
// mean the same.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "compiler/compile.h"
#include "lang/format/format.h"
#include "lang/format/line_diff.h"
#include "lang/source/load.h"
#include "lang/source/unicode.h"
#include "runtime/emit/output_file.h"
#include "tools/muster/commands.h"
#include "tools/muster/mixed_up.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

lang::Result<> rewrite(const std::string& path, std::string_view text) {
  if (runtime::is_written_directly(path)) {
    return lang::Error{lang::ErrorKind::file, path, 0, "this is no file that could be rewritten",
                       "use - to read the standard input and write the standard output"};
  }
  lang::Result<runtime::OutputFile> file = runtime::OutputFile::create(path);
  if (!file) return file.error();
  if (const lang::Result<> written = file->write(text); !written) return written;
  return file->commit();
}

// Each line of a diff made safe for a terminal; the line ends stay.
std::string escape_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    out += lang::escape_for_terminal(text.substr(0, length));
    out += '\n';
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return out;
}

// Whether anything of a policy can be read is asked only where its layout cannot be made.
std::optional<lang::Error> find_export(const std::string& path, const FmtCommand& command) {
  if (path == "-") return std::nullopt;
  return find_mixed_up(compiler::compile_file(path, command.limits), "fmt", path, "");
}

ExitCode refuse(const lang::Error& error, const std::string& path, const FmtCommand& command) {
  if (const auto mixed_up = find_export(path, command)) return fail(*mixed_up);
  print_error(error);
  return exit_code_of_policy(error.kind);
}

ExitCode format_one(const std::string& path, const FmtCommand& command) {
  const bool from_input = path == "-";
  lang::SourceMap sources;
  const auto file = from_input ? lang::load_standard_input(command.limits, sources)
                               : lang::load_source(path, command.limits, sources);
  if (!file) return refuse(file.error(), path, command);
  const auto formatted = lang::format(sources, *file, command.limits);
  if (!formatted) return refuse(formatted.error(), path, command);
  if (formatted->diagnostics.has_errors()) {
    if (const auto mixed_up = find_export(path, command)) return fail(*mixed_up);
    write(Stream::error,
          lang::render(formatted->diagnostics, sources, {wants_color(Stream::error), command.limits.diagnostics}));
    return ExitCode::policy_has_errors;
  }

  const std::string_view before = sources[*file].text();
  const bool same = formatted->text == before;
  const std::string name = lang::escape_for_terminal(sources[*file].name());
  if (command.diff) write(Stream::output, escape_lines(lang::diff_of_layout(name, before, formatted->text)));
  if (command.check) {
    if (!same) write(Stream::output, fmt::format("{}: not formatted\n", name));
    return same ? ExitCode::ok : ExitCode::policy_has_errors;
  }
  if (command.diff) return ExitCode::ok;
  if (from_input) {
    write(Stream::output, formatted->text);
    return ExitCode::ok;
  }
  if (same) return ExitCode::ok;
  if (const lang::Result<> written = rewrite(path, formatted->text); !written) return fail(written.error());
  write(Stream::output, fmt::format("{}: formatted\n", name));
  return ExitCode::ok;
}

}  // namespace

// A policy that cannot be formatted does not keep the others from it.
ExitCode format(const FmtCommand& command) {
  ExitCode worst = ExitCode::ok;
  for (const std::string& path : command.policies) worst = std::max(worst, format_one(path, command));
  return worst;
}

}  // namespace muster::tools
