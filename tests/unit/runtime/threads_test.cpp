// Holds that the files and the counts of a run are the same for any number of threads, also where rows are rejected,
// repeated and refer to others, where memory waits, and where the run ends before its time.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "runtime/jit/plugin.h"
#include "runtime/run/policy.h"
#include "runtime/run/run.h"

namespace muster::runtime {
namespace {

constexpr const char* policy_text = R"(policy "Threads" { version "1", zone "America/New_York", currency USD }
import std.email
object Lead {
  lead_id:    text key
  email:      text?
  employees:  int required
  revenue:    money USD?
  industry:   Industry?
  asked:      bool?
  company_id: text?
  seen:       datetime?
  company:    one Company by company_id, otherwise domain = domain(email)
  many Activity by lead_id
}
object Company { company_id: text key, domain: text?, size: int? }
object Activity {
  lead_id: text
  at:      datetime time
  what:    kind { Visit { page: text? }, Demo }
}
picklist Industry { Software, Retail }
icp MidMarket { require employees in 100 to 5000  ask "How many people work for you?" }
ignore leads when domain(email) = "acme.example"  because "our own"
score fit from 0 to 1000 {
  +40 when MidMarket
  +2 per full 10M USD revenue, at most 30
  +20 when industry = Software
  +15 when company.size >= 50  because "a large company"
  +5 when email contains "a" and asked
}
score engagement from 0 to 100 {
  +3 per Visit where page = "/pricing" in last 30 days, halving every 10 days
  +20 when any Demo
}
grade tier from fit { fit >= 60 | A, fit >= 30 | B, otherwise | C }
route {
  to "Sales"   when tier = A and engagement >= 10
  to "Ask"     when MidMarket is undecided
  to "Nurture" otherwise
}
output mail = email
output last_seen = seen
)";

constexpr std::size_t lead_count = 30'000;  // more than seven batches of 4,096 rows, for seven threads

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "muster_threads_XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
    write_exports();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream stream(file(name), std::ios::binary);
    return stream ? std::string(std::istreambuf_iterator<char>(stream), {}) : "(no file)";
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  void write_exports() {
    std::ofstream leads(file("leads.csv"));
    leads << "lead_id,email,employees,revenue,industry,asked,company_id,seen\n";
    for (std::size_t i = 0; i < lead_count; ++i) leads << lead(i);
    leads << "L7,again\n" << lead(11) << lead(12'000) << "L30,other@firm.example,9,,,,,\n";  // repeats, and a conflict
    std::ofstream companies(file("companies.csv"));
    companies << "company_id,domain,size\n";
    for (int i = 0; i < 400; ++i) companies << fmt::format("C{0},d{1}.example,{2}\n", i, i % 350, i % 120);
    companies << "C9,d9.example,77\n";  // contradicts
    std::ofstream activities(file("activities.csv"));
    activities << "lead_id,at,what,page\n";
    for (int i = 0; i < 30'000; ++i) {
      activities << fmt::format("L{},2026-01-{:02}T10:00:00Z,{},{}\n", number(lead_count + 500), 1 + number(30),
                                number(9) == 0 ? "Demo" : "Visit", number(3) == 0 ? "/pricing" : "/");
    }
  }
  std::string lead(std::size_t i) {
    random_.seed(static_cast<unsigned>(i));  // the same lead again is the same row
    if (i % 97 == 5) return fmt::format("L{},\"open\"x,1\n", i);
    const std::string employees = number(40) == 0 ? "" : fmt::format("{}", number(8000));
    const char* const industries[] = {"Software", "Retail", "Mining", ""};
    return fmt::format("{},=u{}@{},{},{},{},{},{},2025-0{}-0{}T12:00:00Z\n", i % 501 == 0 ? "" : fmt::format("L{}", i),
                       number(5000), number(30) == 0 ? "acme.example" : fmt::format("d{}.example", number(500)),
                       employees, number(4) == 0 ? "n/k" : fmt::format("\"{},000,000\"", number(900)),
                       industries[number(4)], number(3) == 0 ? "yes" : "",
                       number(2) == 0 ? fmt::format("C{}", number(450)) : "", number(2) == 0 ? 1 : 7, number(9) + 1);
  }
  std::size_t number(std::size_t below) { return random_() % below; }

  std::filesystem::path path_;
  std::mt19937 random_{7};
};

struct Outcome {
  std::string verdicts, rejects, issues, counts;
  bool operator==(const Outcome&) const = default;
};

// What a summary tells, but for batches: which engine answered them is no part of the answer.
std::string told(const RunSummary& summary) {
  std::string text = fmt::format("{} {} {} {} {} {} {} {} {}\n", summary.rows, summary.answered, summary.repeated,
                                 summary.rejected, summary.rejected_formulas, summary.ignored, summary.undecided_leads,
                                 summary.provisional_routes, summary.formula_cells);
  for (const std::uint64_t count : summary.rejected_by_kind) text += fmt::format("{} ", count);
  for (const QualifierCount& each : summary.qualifiers)
    text += fmt::format("{} {} {}\n", each.yes, each.no, each.undecided);
  for (const ScoreSpread& each : summary.scores)
    text += fmt::format("{} {} {} {}\n", each.leads, each.smallest, each.mean, each.largest);
  for (const NamedCount& each : summary.routes) text += fmt::format("{} {}\n", each.name, each.count);
  for (const IssueTally& each : summary.issues)
    text += fmt::format("{} {} {} {}\n", each.where, each.what, each.count, each.first_line);
  for (const RelationSummary& each : summary.relations) {
    text += fmt::format("{} {} {} {}\n", each.name, each.without_key, each.without_row, each.ambiguous);
  }
  return text;
}

class Runs {
 public:
  Runs() {
    auto compiled = compile_policy(PolicyText{"policy.muster", policy_text}, {}, {});
    REQUIRE(compiled.has_value());
    REQUIRE(compiled->program.has_value());
    program_ = std::move(*compiled->program);
    options.leads = folder.file("leads.csv");
    options.files = {{"Company", folder.file("companies.csv")}, {"Activity", folder.file("activities.csv")}};
    options.output = folder.file("scored.csv");
    options.rejects = folder.file("rejects.csv");
    options.issues = folder.file("issues.csv");
    options.as_of = *parse_as_of("2026-01-31", program_.zone);
    options.columns.bounds = options.columns.qualifiers = true;
  }
  [[nodiscard]] lang::Result<RunSummary> run(unsigned threads) {
    options.threads = threads;
    return run_leads(program_, options, {});
  }
  Outcome outcome(unsigned threads) {
    const auto summary = run(threads);
    REQUIRE(summary.has_value());
    return {folder.text("scored.csv"), folder.text("rejects.csv"), folder.text("issues.csv"), told(*summary)};
  }

  Folder folder;
  RunOptions options;

 private:
  compiler::Program program_;
};

void check_same(const Outcome& outcome, const Outcome& expected) {  // whole files are too long to be shown
  CHECK((outcome.verdicts == expected.verdicts));
  CHECK((outcome.rejects == expected.rejects));
  CHECK((outcome.issues == expected.issues));
  CHECK(outcome.counts == expected.counts);
}

TEST_CASE("all that a run writes and counts is the same for any number of threads and any engine") {
  Runs runs;
  runs.options.engine.choice = EngineChoice::interpreter;
  const auto one = runs.run(1);
  REQUIRE(one.has_value());
  CHECK(one->rejected > 300);
  CHECK(one->repeated == 2);
  CHECK(one->ignored > 100);
  CHECK(one->issues.size() >= 3);
  CHECK(one->relations.front().without_row > 0);
  const Outcome expected = runs.outcome(1);
  for (const auto& engine : engine_choice_rows) {
    if (engine.choice == EngineChoice::jit && !jit::is_available()) continue;
    for (const unsigned threads : {1U, 2U, 3U, 7U}) {
      CAPTURE(engine.name);
      CAPTURE(threads);
      runs.options.engine = {.choice = engine.choice, .work_before_compiling = 1'000'000};
      check_same(runs.outcome(threads), expected);
      if (engine.choice == EngineChoice::interpreter) continue;
      runs.options.engine.verify_one_of = 2;
      check_same(runs.outcome(threads), expected);
    }
  }
}

TEST_CASE("rows that are rejected for their formulas are the same for any number of threads") {
  Runs runs;
  runs.options.formulas = FormulaPolicy::reject;
  const Outcome expected = runs.outcome(1);
  CHECK(expected.rejects.find("as a formula") != std::string::npos);
  check_same(runs.outcome(3), expected);
}

TEST_CASE("a run that is stopped leaves nothing, for any number of threads") {
  for (const unsigned threads : {1U, 2U, 7U}) {
    Runs runs;
    const std::size_t files = runs.folder.files();
    int asked = 0;
    runs.options.should_stop = [&] { return ++asked > 8; };  // some of it while files are opened
    const auto summary = runs.run(threads);
    REQUIRE(summary.has_value());
    CHECK(summary->stopped);
    CHECK(asked == 9);
    CHECK(runs.folder.files() == files);
  }
}

TEST_CASE("the first error is the same for any number of threads") {
  for (const unsigned threads : {1U, 2U, 7U}) {
    Runs runs;
    // The export grows while it is read, and that is told when its end has been reached.
    int told = 0;
    runs.options.progress = [&](const ReadProgress& /*read*/) {
      if (++told == 4) std::ofstream(runs.folder.file("leads.csv"), std::ios::app) << "L999999,,5,,,,\n";
    };
    const auto changed = runs.run(threads);
    REQUIRE_FALSE(changed.has_value());
    CHECK(changed.error().kind == lang::ErrorKind::file);
    CHECK(changed.error().message.find("changed") != std::string::npos);
    CHECK(runs.folder.text("scored.csv") == "(no file)");

    runs.options.progress = {};
    runs.options.output = "/dev/full";
    const auto full = runs.run(threads);
    REQUIRE_FALSE(full.has_value());
    CHECK(full.error().kind == lang::ErrorKind::file);
    CHECK(full.error().file == "/dev/full");
    CHECK(runs.folder.text("rejects.csv") == "(no file)");
  }
}

TEST_CASE("an exception of the caller's own comes back to it") {
  for (const unsigned threads : {1U, 2U, 7U}) {
    Runs runs;
    int told = 0;
    runs.options.progress = [&](const ReadProgress& /*read*/) {
      if (++told == 6) throw std::runtime_error("enough");
    };
    CHECK_THROWS_WITH_AS((void)runs.run(threads), "enough", std::runtime_error);
  }
}

}  // namespace
}  // namespace muster::runtime
