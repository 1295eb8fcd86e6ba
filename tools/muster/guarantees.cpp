#include "tools/muster/guarantees.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "compiler/compile.h"
#include "lang/source/quote.h"
#include "lang/source/unicode.h"
#include "runtime/search/test_block.h"
#include "tools/muster/days.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

constexpr std::size_t most_days = 20;  // each is a policy of its own

bool has_conditions(const lang::Tree& tree) {
  return std::any_of(tree.declarations.begin(), tree.declarations.end(), [](const lang::Declaration& each) {
    const auto* guarantee = std::get_if<lang::GuaranteeDecl>(&each.node);
    return guarantee != nullptr && std::holds_alternative<lang::ExprId>(guarantee->claim);
  });
}

// Text of a policy, line by line: what a terminal obeys is shown instead.
std::string lines_for_terminal(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += lang::escape_for_terminal(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

ExitCode try_guarantees(const std::string& policy, const lang::Tree& tree,
                        const runtime::search::SearchOptions& options, const lang::Limits& limits) {
  if (!has_conditions(tree)) return ExitCode::ok;
  std::vector<runtime::search::PolicyOnDay> days;
  lang::SourceMap sources;
  for (const std::int32_t day : days_to_try(tree)) {
    if (days.size() == most_days) break;
    compiler::CompileOptions how;
    how.as_of_day = day;
    how.guarantees = true;
    // What leads are worth trying is read from the program as the policy says it: no pass may hide a value that it
    // compares with, and the same seed finds the same leads.
    how.passes = {.fold = false, .ranges = false, .reduce = false, .share = false, .order = false, .prune = true};
    auto compiled = compiler::compile_file(policy, limits, how);
    if (!compiled) {
      print_error(compiled.error());
      return exit_code_of_policy(compiled.error().kind);
    }
    if (!compiled->program) continue;  // `muster check` tells what is wrong with the settings of that day
    days.push_back({day, std::move(*compiled->program)});
    sources = std::move(compiled->sources);
  }
  const auto results = runtime::search::search_guarantees(days, sources, options);
  ExitCode code = ExitCode::ok;
  for (const runtime::search::GuaranteeResult& result : results) {
    write(Stream::output, fmt::format("guarantee {}: {}\n", lang::escape_for_terminal(lang::quote(result.title)),
                                      runtime::search::summary_of(result)));
    if (!result.counterexample) continue;
    code = ExitCode::policy_has_errors;
    write(Stream::output, "\n# This test fails until the policy keeps the guarantee.\n");
    write(Stream::output, lines_for_terminal(result.counterexample->test) + "\n");
  }
  return code;
}

}  // namespace muster::tools
