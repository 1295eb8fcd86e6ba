// muster explain-code: the page of a diagnostic, which docs/diagnostics holds too, and the list of all.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "lang/diagnostics/explanation.h"
#include "lang/source/unicode.h"
#include "tools/muster/commands.h"
#include "tools/muster/diagnostic_examples.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

// The message without what differs from policy to policy.
std::string general(std::string_view message) {
  std::string text;
  for (std::size_t at = 0; at < message.size(); ++at) {
    if (message.substr(at, 2) == "{}") {
      text += "...";
      ++at;
    } else {
      text += message[at];
    }
  }
  return text;
}

// A block of Markdown that shows text as it stands.
std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) out += fmt::format("    {}", text.substr(0, end));
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// A golden case as people read it: its files, what is typed, what comes out.
std::string show_example(std::string_view golden) {
  std::string out;
  std::string_view rest = golden;
  constexpr std::string_view opening = "-- ";
  constexpr std::string_view closing = " --";
  std::string name;
  std::string body;
  const auto finish_section = [&] {
    if (name.starts_with("file ")) out += fmt::format("\n`{}`\n\n{}", name.substr(5), indented(body));
    if (name == "command") out += fmt::format("\nWhat is typed:\n\n{}", indented(body));
    if (name == "expected") out += fmt::format("\nWhat Muster says:\n\n{}", indented(body));
    body.clear();
  };
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with(opening) && line.ends_with(closing)) {
      finish_section();
      name = line.substr(opening.size(), line.size() - opening.size() - closing.size());
    } else if (!(name == "expected" && rest.empty() && line.starts_with("exit code "))) {
      if (line.starts_with("\\-- ")) line.remove_prefix(1);
      body += fmt::format("{}\n", line);
    }
  }
  finish_section();
  return out;
}

std::string_view word_of(lang::Severity severity) { return severity == lang::Severity::error ? "error" : "warning"; }

std::string page_of(lang::DiagnosticId id) {
  const lang::DiagnosticRow& row = lang::row_of(id);
  std::string page = fmt::format("# {} ({}): {}\n\n{}\n", row.code, word_of(row.severity), general(row.message),
                                 lang::explanation_of(id));
  if (!row.fix.empty()) page += fmt::format("\nWhat to do: {}.\n", row.fix);
  const auto examples = diagnostic_examples();
  const auto example = std::ranges::find(examples, row.code, &DiagnosticExample::code);
  if (example != examples.end()) page += fmt::format("\n## An example\n{}", show_example(example->golden));
  return page;
}

std::string list_of_codes() {
  std::string list;
  for (const lang::DiagnosticRow& row : lang::diagnostic_rows)
    list += fmt::format("{}  {:<7}  {}\n", row.code, word_of(row.severity), general(row.message));
  return list + "\nmuster explain-code CODE says more about one of them.\n";
}

// M2001, m2001 and 2001 are the same.
std::string normal(std::string_view code) {
  std::string text(lang::trim(code));
  if (!text.empty() && text.front() == 'm') text.front() = 'M';
  if (!text.empty() && text.front() >= '0' && text.front() <= '9') text.insert(0, 1, 'M');
  return text;
}

}  // namespace

ExitCode explain_code(const ExplainCodeCommand& command) {
  if (command.code.empty()) {
    write(Stream::output, list_of_codes());
    return ExitCode::ok;
  }
  const std::string code = normal(command.code);
  const auto row = std::ranges::find(lang::diagnostic_rows, code, &lang::DiagnosticRow::code);
  if (row != lang::diagnostic_rows.end()) {
    const auto number = static_cast<std::uint16_t>(row - lang::diagnostic_rows.begin());
    write(Stream::output, page_of(lang::DiagnosticId{number}));
    return ExitCode::ok;
  }
  std::vector<std::string> codes;
  for (const lang::DiagnosticRow& known : lang::diagnostic_rows) codes.emplace_back(known.code);
  const std::string near = lang::did_you_mean(code, codes);
  return fail(usage(fmt::format("there is no message with the code \"{}\"", command.code),
                    near.empty() ? std::string("`muster explain-code` lists all of them")
                                 : fmt::format("did you mean {}? `muster explain-code` lists all of them", near)));
}

}  // namespace muster::tools
