// muster test: the tests of policies.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "lang/source/unicode.h"
#include "lang/support/count.h"
#include "runtime/scenario/tests.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"
#include "tools/muster/commands.h"
#include "tools/muster/file_names.h"
#include "tools/muster/guarantees.h"
#include "tools/muster/interrupt.h"
#include "tools/muster/junit.h"
#include "tools/muster/mixed_up.h"
#include "tools/muster/paths.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

using lang::count_of;
using lang::escape_for_terminal;

// "policy.muster:12", as a name; whoever prints it makes it safe.
std::string place_of(const lang::SourceMap& sources, lang::Span span) {
  return fmt::format("{}:{}", sources[span.file].name(), sources.position(span).line);
}

struct Totals {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t seen = 0;      // answers
  std::size_t possible = 0;  // answers
};

class TestRunner {
 public:
  explicit TestRunner(const TestCommand& command) : command_(command) {}

  ExitCode run() {
    ExitCode worst = ExitCode::ok;
    for (const std::string& policy : command_.policies) worst = std::max(worst, run_policy(policy));
    if (worst != ExitCode::ok) return worst;
    if (!command_.junit.empty()) {
      if (auto written = write_junit(command_.junit, suites_); !written) return fail(written.error());
    }
    return conclude();
  }

  // Files whose change is a reason to run again.
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

 private:
  ExitCode run_policy(const std::string& policy) {
    compiler::CompileOptions options;
    options.passes = command_.passes;
    options.with_tests = true;
    auto compiled = compiler::compile_file(policy, command_.limits, options);
    if (const auto mixed_up = find_mixed_up(compiled, "test", policy, "")) {
      files_.push_back(policy);
      return fail(*mixed_up);
    }
    if (!compiled) {
      files_.push_back(policy);
      print_error(compiled.error());
      return exit_code_of_policy(compiled.error().kind);
    }
    if (auto named = note_files(policy, *compiled); !named) return fail(named.error());
    if (!compiled->diagnostics.all().empty()) {
      write(Stream::error, lang::render(compiled->diagnostics, compiled->sources,
                                        {wants_color(Stream::error), command_.limits.diagnostics}));
    }
    if (!compiled->program) return ExitCode::policy_has_errors;
    const std::vector<compiler::TestCase>& cases = compiled->program->tests.cases;
    std::vector<std::size_t> chosen;
    const std::string part = kernels::fold_text(command_.filter);
    for (std::size_t at = 0; at < cases.size(); ++at) {
      if (kernels::fold_text(cases[at].title).find(part) != std::string::npos) chosen.push_back(at);
    }
    const auto answers = run_by_day(policy, *compiled, chosen);
    if (!answers) return fail(answers.error());
    tell(policy, *compiled, *answers);
    if (!command_.filter.empty()) return ExitCode::ok;  // somebody looks at a few tests
    has_guarantees_ = has_guarantees_ || has_guarantees(compiled->tree);
    const ExitCode guaranteed = try_guarantees(policy, compiled->tree, command_.search, command_.limits);
    if (guaranteed == ExitCode::policy_has_errors) is_broken_ = true;
    return guaranteed == ExitCode::policy_has_errors ? ExitCode::ok : guaranteed;
  }

  static bool has_guarantees(const lang::Tree& tree) {
    return std::any_of(tree.declarations.begin(), tree.declarations.end(), [](const lang::Declaration& each) {
      return std::holds_alternative<lang::GuaranteeDecl>(each.node);
    });
  }

  // Settings with dates have another value on another day, so that tests of different days need different programs.
  lang::Result<runtime::TestRun> run_by_day(const std::string& policy, const compiler::Compiled& compiled,
                                            const std::vector<std::size_t>& chosen) const {
    runtime::TestOptions options{chosen, folder_of(policy)};
    std::map<std::int32_t, bool> days;
    for (const std::size_t at : chosen) {
      for (const compiler::TestMoment& moment : compiled.program->tests.cases[at].moments) days[moment.day] = true;
    }
    const bool is_dated = std::any_of(compiled.tree.declarations.begin(), compiled.tree.declarations.end(),
                                      [](const lang::Declaration& each) {
                                        const auto* setting = std::get_if<lang::SettingDecl>(&each.node);
                                        return setting != nullptr && !setting->later.empty();
                                      });
    if (!is_dated) return runtime::run_tests(*compiled.program, options, command_.limits);
    std::optional<runtime::TestRun> all;
    for (const auto& [day, used] : days) {
      compiler::CompileOptions on_day;
      on_day.passes = command_.passes;
      on_day.with_tests = true;
      on_day.as_of_day = day;
      auto again = compiler::compile_file(policy, command_.limits, on_day);
      if (!again) return again.error();
      if (!again->program) {
        return lang::Error{lang::ErrorKind::data, policy, 0, "the policy has errors with the settings of a test's day",
                           "see: muster check"};
      }
      for (compiler::TestCase& test : again->program->tests.cases) {
        for (compiler::TestMoment& moment : test.moments) {
          if (moment.day != day) moment.expectations.clear();
        }
      }
      auto part = runtime::run_tests(*again->program, options, command_.limits);
      if (!part) return part.error();
      all = all ? merged(std::move(*all), std::move(*part)) : std::move(*part);
    }
    return all ? std::move(*all) : runtime::TestRun{};
  }

  static runtime::TestRun merged(runtime::TestRun all, runtime::TestRun part) {
    for (std::size_t at = 0; at < part.tests.size(); ++at) {
      all.tests[at].expectations += part.tests[at].expectations;
      for (runtime::Failure& failure : part.tests[at].failures) all.tests[at].failures.push_back(std::move(failure));
      std::sort(all.tests[at].failures.begin(), all.tests[at].failures.end(),
                [](const runtime::Failure& left, const runtime::Failure& right) { return left.span < right.span; });
    }
    for (std::size_t at = 0; at < part.rules.size() && at < all.rules.size(); ++at) {
      all.rules[at].yes += part.rules[at].yes;
      all.rules[at].no += part.rules[at].no;
      all.rules[at].undecided += part.rules[at].undecided;
    }
    return all;
  }

  // Errors (usage): the report would take the place of one of them.
  lang::Result<> note_files(const std::string& policy, const compiler::Compiled& compiled) {
    std::vector<NamedFile> names = policy_files(policy, compiled);
    for (const NamedFile& file : names) files_.push_back(file.path);
    names.push_back({command_.junit, "the report of the tests", false});
    return check_file_names(names);
  }

  void tell(const std::string& policy, const compiler::Compiled& compiled, const runtime::TestRun& answers) {
    const compiler::Program& program = *compiled.program;
    JunitSuite suite{policy, {}};
    std::string text;
    for (const runtime::TestAnswer& answer : answers.tests) {
      const compiler::TestCase& test = program.tests.cases[answer.test];
      const std::string place = place_of(compiled.sources, test.span);
      std::string failures;
      for (const runtime::Failure& failure : answer.failures) {
        failures += fmt::format("  {}: expected {}\n", place_of(compiled.sources, failure.span), failure.expected);
        if (test.moments.size() > 1) failures += fmt::format("    as of {}\n", moment_text(program, failure.instant));
        for (const std::string& line : failure.found) failures += "    " + line + "\n";
      }
      (answer.failures.empty() ? totals_.passed : totals_.failed) += 1;
      text += fmt::format("{}  {}  ({})\n", answer.failures.empty() ? "pass" : "FAIL", escape_for_terminal(test.title),
                          escape_for_terminal(place));
      text += safe_lines(failures);
      suite.cases.push_back({test.title, place, failures});
    }
    for (const runtime::RuleCoverage& rule : answers.rules) {
      totals_.possible += 2;
      totals_.seen += (rule.yes > 0 ? 1U : 0U) + (rule.no > 0 ? 1U : 0U);
    }
    if (command_.coverage) text += coverage_text(answers);
    write(Stream::output, text);
    suites_.push_back(std::move(suite));
  }

  // To the second, in the policy's zone.
  static std::string moment_text(const compiler::Program& program, std::int64_t instant) {
    constexpr std::int64_t second = 1'000'000;
    const std::int64_t past = ((instant % second) + second) % second;  // also before 1970
    return program.zone.format_local(instant - past);
  }

  // Line by line, so that nothing in a line can look like another one.
  static std::string safe_lines(const std::string& text) {
    std::string safe;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      safe += escape_for_terminal(std::string_view(text).substr(begin, end - begin)) + "\n";
      begin = end + 1;
    }
    return safe;
  }

  static std::string coverage_text(const runtime::TestRun& answers) {
    std::string text = "\n     yes       no  undecided  rule\n";
    for (const runtime::RuleCoverage& rule : answers.rules) {
      text += fmt::format("{:8} {:8} {:10}  {}: {}\n", rule.yes, rule.no, rule.undecided,
                          escape_for_terminal(rule.owner), escape_for_terminal(rule.label));
    }
    return text;
  }

  ExitCode conclude() const {
    const std::size_t tests = totals_.passed + totals_.failed;
    const ExitCode guaranteed = is_broken_ ? ExitCode::policy_has_errors : ExitCode::ok;
    if (tests == 0 && has_guarantees_ && command_.least_covered == 0) return guaranteed;
    if (tests == 0) {
      write(Stream::output, command_.filter.empty() ? "no tests: write one with `test \"...\" { ... }`\n"
                                                    : fmt::format("no test has \"{}\" in its title\n",
                                                                  escape_for_terminal(command_.filter)));
      return ExitCode::tests_failed;
    }
    std::string text =
        fmt::format("{}, {} passed, {} failed\n", count_of(tests, "test"), totals_.passed, totals_.failed);
    bool is_covered = true;
    if (command_.coverage || command_.least_covered > 0) {
      const std::size_t whole = 10'000;
      const std::size_t share = totals_.possible == 0 ? whole : totals_.seen * whole / totals_.possible;
      is_covered = share >= command_.least_covered;
      text += fmt::format("coverage {}%: {} of {} answers were seen\n",
                          kernels::format_decimal(static_cast<std::int64_t>(share), 2), totals_.seen, totals_.possible);
      if (!is_covered) {
        text += fmt::format("that is less than the {}% that --min-coverage asks for\n",
                            kernels::format_decimal(static_cast<std::int64_t>(command_.least_covered), 2));
      }
    }
    write(Stream::output, text);
    return totals_.failed == 0 && is_covered ? guaranteed : ExitCode::tests_failed;
  }

  const TestCommand& command_;
  Totals totals_;
  bool has_guarantees_ = false;
  bool is_broken_ = false;  // a guarantee
  std::vector<JunitSuite> suites_;
  std::vector<std::string> files_;
};

// What would differ if somebody had saved one of the files.
std::string state_of(const std::vector<std::string>& files) {
  std::string state;
  for (const std::string& file : files) {
    struct stat found{};
    if (::stat(file.c_str(), &found) != 0) {
      state += "none;";
      continue;
    }
    state += fmt::format("{}.{} {} {};", found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_size, found.st_ino);
  }
  return state;
}

}  // namespace

ExitCode test(const TestCommand& command) {
  constexpr useconds_t interval_microseconds = 100'000;
  if (command.watch) defer_interrupts();
  for (;;) {
    TestRunner runner(command);
    // Files that change while their tests run are seen afterwards.
    const ExitCode code = runner.run();
    if (!command.watch) return code;
    const std::string before = state_of(runner.files());
    write(Stream::output, "waiting for a change; Ctrl-C ends\n");
    while (!was_interrupted() && state_of(runner.files()) == before) ::usleep(interval_microseconds);
    if (was_interrupted()) return code;  // main ends by the signal
  }
}

}  // namespace muster::tools
