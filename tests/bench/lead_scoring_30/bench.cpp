// lead_scoring_bench POLICY CSV [ROWS] [ROUNDS]: the workload lead-scoring-30 in memory, by the hand-written AVX-512
// kernel of its reference ("HAND", left out where the machine has no AVX-512), by the interpreter and by a compiled
// kernel ("jit"), one after the other in every round. Each must have the reference's checksums in every round: no speed
// that costs an answer. README.md beside this file says how to run it and what is compared.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "tests/bench/measure.h"

// Last, for they leave macros behind.
#include "tests/bench/lead_scoring_30/answers.h"
#include "tests/bench/lead_scoring_30/engines.h"

using namespace muster;

namespace {

// In the order of bench::Answers. What is more than the caches hold is written past them.
std::vector<runtime::AnswerLayout> wanted_of(const compiler::Program& program, std::size_t rows) {
  constexpr std::size_t most_cached_rows = 500'000;
  const auto named = [&](const char* name) { return bench::value_named(program, name); };
  const bool is_large = rows > most_cached_rows;
  const std::vector<runtime::AnswerLayout> wanted = {{named("fit"), 4, is_large},
                                                     {named("engagement"), 4, is_large},
                                                     {named("total"), 4, is_large},
                                                     {named("tier"), 1, is_large},
                                                     {named("stage"), 1, is_large}};
  for (const auto& answer : wanted) {
    if (answer.bytes < runtime::bytes_of_answer(program, answer.id)) bench::fail("an answer is wider than that");
  }
  return wanted;
}

// How an engine did, apart from how fast.
struct Making {
  double milliseconds = 0;  // from the text of the policy to the first batch
  std::size_t bytes = 0;    // that the process grew by until the first leads were answered
};

class Report {
 public:
  Report(std::size_t rows, double bytes_of_row, const bench::Rounds& hand)
      : rows_(static_cast<double>(rows)), name_(bench::grouped(rows)), bytes_of_row_(bytes_of_row), hand_(hand) {
    fmt::print(
        "| leads | engine | M leads/s | ns/lead | fastest to slowest | GB/s | x HAND | made in ms | own MiB |\n");
    fmt::print("|---:|---|---:|---:|---:|---:|---:|---:|---:|\n");
  }

  void tell(const char* engine, const bench::Rounds& rounds, const Making* making) const {
    const auto nanoseconds = [&](double seconds) { return seconds * 1e9 / rows_; };
    fmt::print("| {} | {} | {:.1f} | {:.2f} | {:.2f} to {:.2f} | {:.1f} | {} | ", name_, engine,
               rows_ / rounds.median_seconds() / 1e6, nanoseconds(rounds.median_seconds()),
               nanoseconds(rounds.fastest_seconds()), nanoseconds(rounds.slowest_seconds()),
               bytes_of_row_ * rows_ / rounds.median_seconds() / 1e9,
               bench::has_hand ? fmt::format("{:.2f}", rounds.speed_against(hand_)) : "");
    if (making == nullptr) {
      fmt::print("| |\n");
    } else {
      fmt::print("{:.1f} | {:.1f} |\n", making->milliseconds, bench::mebibytes(making->bytes));
    }
  }

 private:
  double rows_;
  std::string name_;
  double bytes_of_row_;
  const bench::Rounds& hand_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) bench::fail("usage: lead_scoring_bench POLICY CSV [ROWS] [ROUNDS]");
  const std::size_t most = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : ~std::size_t{0};
  const int rounds = argc > 4 ? std::max(1, std::atoi(argv[4])) : 5;

  Table table;
  bench::read_table(argv[2], most, table);
  const Luts luts(table);
  const bench::Columns columns(table);
  const std::size_t rows = table.n;
  Out hand;
  hand.alloc(rows + 64);
  bench::run_reference(table, luts, hand);
  const Sum expected = checksum(hand, rows);
  expected.print("expected");
  if (!bench::has_hand) fmt::print(stderr, "HAND is left out: this machine has no AVX-512 with VBMI\n");

  const double begun = bench::now_seconds();
  auto compiled = compiler::compile_file(argv[1], lang::Limits{});
  if (!compiled || !compiled->program) bench::fail("the policy does not compile");
  const double policy_seconds = bench::now_seconds() - begun;
  const compiler::Program& program = *compiled->program;
  const auto wanted = wanted_of(program, rows);
  bench::Batches batches(program, columns);

  const auto run_over = [&](auto& engine, bench::Answers& answers) {
    bench::run(batches, engine, rows, [&](std::size_t first) {
      return std::array<void*, 5>{answers.fit.data() + first, answers.engagement.data() + first,
                                  answers.total.data() + first, answers.tier.data() + first,
                                  answers.stage.data() + first};
    });
  };
  // Answers of its own, so that no engine passes with those of another one. Once outside of the rounds: pages are
  // touched, and what the policy makes of each text is worked out, as it was for HAND.
  const auto prepare = [&](const char* name, auto make, bench::Answers& answers, Making& making) {
    const std::size_t before = bench::resident_bytes();
    const double start = bench::now_seconds();
    auto engine = make();
    making.milliseconds = (policy_seconds + bench::now_seconds() - start) * 1e3;
    if (engine != nullptr) {
      run_over(*engine, answers);
      making.bytes = std::max(bench::resident_bytes(), before) - before;
      bench::require_checksums(answers, rows, expected, name);
    }
    return engine;
  };
  bench::Answers interpreter_answers(rows);
  Making interpreter_making;
  const auto interpreter = prepare(
      "interpreter", [&] { return std::make_unique<bench::Interpreted>(program, bench::workload_as_of, wanted); },
      interpreter_answers, interpreter_making);
  bench::Answers jit_answers(rows);
  Making jit_making;
  const auto kernel = prepare(
      "jit", [&] { return bench::make_kernel(program, bench::workload_as_of, wanted, batches, rows); }, jit_answers,
      jit_making);
  fmt::print("interpreter: {} instructions for each batch of {} leads\n", interpreter->instructions(),
             runtime::batch_rows);
  if (kernel != nullptr) {
    fmt::print("jit: {} of {} instructions left to the interpreter, {} batches not as expected\n",
               kernel->foreign_instructions(), kernel->instructions(), kernel->unexpected_batches());
  }

  bench::Rounds hand_rounds;
  bench::Rounds interpreter_rounds;
  bench::Rounds jit_rounds;
  for (int round = 0; round < rounds; ++round) {
    if (bench::has_hand) {
      bench::clear(hand, rows);
      hand_rounds.measure([&] { bench::run_hand(table, luts, hand, 0, rows); });
      if (!bench::same(checksum(hand, rows), expected)) bench::fail("HAND: the checksums are others");
    }
    interpreter_answers.clear();
    interpreter_rounds.measure([&] { run_over(*interpreter, interpreter_answers); });
    bench::require_checksums(interpreter_answers, rows, expected, "interpreter");
    if (kernel == nullptr) continue;
    jit_answers.clear();
    jit_rounds.measure([&] { run_over(*kernel, jit_answers); });
    bench::require_checksums(jit_answers, rows, expected, "jit");
  }

  fmt::print("memory: {:.0f} MiB at most; the columns are there twice where HAND has them as floating point\n\n",
             bench::mebibytes(bench::peak_bytes()));
  const Report report(rows, batches.bytes_of_row(), hand_rounds);
  if (bench::has_hand) report.tell("HAND", hand_rounds, nullptr);
  report.tell("interpreter", interpreter_rounds, &interpreter_making);
  if (kernel != nullptr) report.tell("jit", jit_rounds, &jit_making);
  return 0;
}
