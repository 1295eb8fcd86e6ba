// lead_scoring_rules CSV ROWS ROUNDS RULES: what a lead costs as the rules grow, for each number of a list such as
// 10,100,1000: the interpreter and a compiled kernel in turn, over policies that rules/policy.h makes, and the leads of
// lead-scoring-30. Both must give the same sums of every score in every round.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "tests/bench/measure.h"
#include "tests/bench/rules/policy.h"

// Last, for it leaves macros behind.
#include "tests/bench/lead_scoring_30/engines.h"

using namespace muster;

namespace {

constexpr std::size_t scores = bench::rule_scores.size();

struct Points {
  explicit Points(std::size_t rows) { columns.fill(std::vector<std::int64_t>(rows + 64)); }
  [[nodiscard]] std::array<void*, scores> places(std::size_t first) {
    std::array<void*, scores> places{};
    for (std::size_t k = 0; k < scores; ++k) places[k] = columns[k].data() + first;
    return places;
  }
  // So that no round passes with the points of another one.
  void clear() {
    for (auto& column : columns) std::fill(column.begin(), column.end(), 0);
  }
  [[nodiscard]] std::array<std::int64_t, scores> sums() const {
    std::array<std::int64_t, scores> sums{};
    for (std::size_t k = 0; k < scores; ++k)
      sums[k] = std::accumulate(columns[k].begin(), columns[k].end(), std::int64_t{0});
    return sums;
  }

  std::array<std::vector<std::int64_t>, scores> columns;
};

// What the row before had, to say how the cost of a lead has grown since.
struct Before {
  std::size_t rules = 0;
  double seconds = 0;
};

void tell(std::size_t rules, const char* engine, const bench::Rounds& rounds, std::size_t rows, double made_seconds,
          Before& before) {
  const double leads = static_cast<double>(rows);
  const double seconds = rounds.median_seconds();
  fmt::print("| {} | {} | {:.1f} | {:.2f} | {:.1f} to {:.1f} | {:.1f} | ", bench::grouped(rules), engine,
             seconds * 1e9 / leads, seconds * 1e9 / leads / static_cast<double>(rules),
             rounds.fastest_seconds() * 1e9 / leads, rounds.slowest_seconds() * 1e9 / leads, made_seconds * 1e3);
  if (before.rules == 0) {
    fmt::print("|\n");
  } else {
    fmt::print("x {:.1f} for x {:.1f} rules |\n", seconds / before.seconds,
               static_cast<double>(rules) / static_cast<double>(before.rules));
  }
  std::fflush(stdout);
  before = {rules, seconds};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) bench::fail("usage: lead_scoring_rules CSV ROWS ROUNDS RULES");
  const int rounds = std::max(1, std::atoi(argv[3]));
  Table table;
  bench::read_table(argv[1], std::strtoull(argv[2], nullptr, 10), table);
  const bench::Columns columns(table);
  const std::size_t rows = table.n;
  Points interpreter_points(rows);
  Points jit_points(rows);

  fmt::print("| rules | engine | ns/lead | ns/lead and rule | fastest to slowest | made in ms | cost of a lead |\n");
  fmt::print("|---:|---|---:|---:|---:|---:|---:|\n");
  Before interpreter_before;
  Before jit_before;
  for (const std::size_t rules : bench::numbers_of(argv[4])) {
    const double begun = bench::now_seconds();
    auto compiled = compiler::compile_text("rules", bench::policy_of_rules(rules), lang::Limits{});
    if (!compiled || !compiled->program) bench::fail("the policy does not compile");
    const double policy_seconds = bench::now_seconds() - begun;
    const compiler::Program& program = *compiled->program;
    std::vector<runtime::AnswerLayout> wanted;
    for (const std::string_view name : bench::rule_scores)
      wanted.push_back({bench::value_named(program, std::string(name)), 8});
    bench::Batches batches(program, columns);

    double start = bench::now_seconds();
    bench::Interpreted interpreted(program, bench::workload_as_of, wanted);
    const double interpreter_seconds = policy_seconds + bench::now_seconds() - start;
    start = bench::now_seconds();
    const auto kernel = bench::make_kernel(program, bench::workload_as_of, wanted, batches, rows);
    const double jit_seconds = policy_seconds + bench::now_seconds() - start;

    const auto run_over = [&](auto& engine, Points& points) {
      bench::run(batches, engine, rows, [&](std::size_t first) { return points.places(first); });
    };
    // Once outside of the rounds, where what the policy makes of each text is worked out.
    run_over(interpreted, interpreter_points);
    const auto expected = interpreter_points.sums();
    if (kernel != nullptr) run_over(*kernel, jit_points);
    bench::Rounds interpreter_rounds;
    bench::Rounds jit_rounds;
    for (int round = 0; round < rounds; ++round) {
      interpreter_points.clear();
      jit_points.clear();
      interpreter_rounds.measure([&] { run_over(interpreted, interpreter_points); });
      if (kernel != nullptr) jit_rounds.measure([&] { run_over(*kernel, jit_points); });
      if (interpreter_points.sums() != expected) bench::fail("the interpreter's sums of points have changed");
      if (kernel != nullptr && jit_points.sums() != expected) bench::fail("the engines have different sums of points");
    }
    tell(rules, "interpreter", interpreter_rounds, rows, interpreter_seconds, interpreter_before);
    if (kernel != nullptr) tell(rules, "jit", jit_rounds, rows, jit_seconds, jit_before);
  }
  return 0;
}
