// lead_scoring_threads POLICY CSV ROWS ROUNDS THREADS: the workload lead-scoring-30 through the C++ library, on each
// number of threads of a list such as 1,2, beside HAND on as many threads, each of which has its share of the rows
// (left out where the machine has no AVX-512). Everything runs in turn within a round, and must have the reference's
// checksums.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <muster/muster.hpp>
#include <span>
#include <thread>
#include <vector>

#include "tests/bench/measure.h"

// Last, for they leave macros behind.
#include "tests/bench/lead_scoring_30/answers.h"
#include "tests/bench/lead_scoring_30/columns.h"

using namespace muster;

namespace {

template <class Element>
std::span<const Element> span_of(const bench::LeadColumn& column, std::size_t rows) {
  return {static_cast<const Element*>(column.values), rows};
}

Dictionary dictionary_of(const bench::LeadColumn& column) {
  Dictionary dictionary;
  const auto add = [&](const std::string& text, std::size_t code) {
    const auto added = dictionary.intern(text);
    if (!added || *added != code) bench::fail(column.name + ": a text is twice or none");
  };
  add("(missing)", 0);  // HAND's code 0
  for (std::size_t code = 1; code < column.texts->size(); ++code) add(column.before + (*column.texts)[code], code);
  return dictionary;
}

Leads bind(const bench::Columns& columns, const Policy& policy) {
  const std::size_t rows = columns.rows();
  Leads leads(rows);
  for (const bench::LeadColumn& column : columns.all()) {
    const Column* wanted = policy.find_column(column.name);
    if (wanted == nullptr || !wanted->is_read) continue;
    Bits known;
    if (column.may_be_missing) known = Bits(std::span(column.known, rows / 64 + 1));
    switch (column.shape) {
      case bench::LeadColumnShape::flags:
        leads.flags(column.name, std::span(column.yes, rows / 64 + 1), known);
        break;
      case bench::LeadColumnShape::numbers:
        if (column.bytes == 8) leads.numbers(column.name, span_of<std::int64_t>(column, rows), known);
        if (column.bytes == 4) leads.numbers(column.name, span_of<std::int32_t>(column, rows), known);
        break;
      case bench::LeadColumnShape::texts:
        if (column.bytes == 4)
          leads.texts(column.name, span_of<std::uint32_t>(column, rows), dictionary_of(column), known);
        if (column.bytes == 2)
          leads.texts(column.name, span_of<std::uint16_t>(column, rows), dictionary_of(column), known);
        if (column.bytes == 1)
          leads.texts(column.name, span_of<std::uint8_t>(column, rows), dictionary_of(column), known);
        break;
    }
  }
  return leads;
}

// One way to answer all leads, on one number of threads.
struct Contender {
  std::string engine;
  unsigned threads = 1;
  std::unique_ptr<Evaluator> evaluator;  // null: HAND
  bench::Rounds rounds{};
};

void run_hand_on(unsigned threads, const Table& table, const Luts& luts, Out& out) {
  const std::size_t share = table.n / threads / 64 * 64;
  std::vector<std::thread> others;
  for (unsigned k = 1; k < threads; ++k) {
    const std::size_t last = k + 1 == threads ? table.n : (k + 1) * share;
    others.emplace_back([&, k, last] { bench::run_hand(table, luts, out, k * share, last); });
  }
  bench::run_hand(table, luts, out, 0, threads == 1 ? table.n : share);
  for (std::thread& other : others) other.join();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) bench::fail("usage: lead_scoring_threads POLICY CSV ROWS ROUNDS THREADS");
  const int rounds = std::max(1, std::atoi(argv[4]));

  Table table;
  bench::read_table(argv[2], std::strtoull(argv[3], nullptr, 10), table);
  const Luts luts(table);
  const bench::Columns columns(table);
  const std::size_t rows = table.n;
  Out hand;
  hand.alloc(rows + 64);
  bench::run_reference(table, luts, hand);
  if (!bench::has_hand) fmt::print(stderr, "HAND is left out: this machine has no AVX-512 with VBMI\n");
  const Sum expected = checksum(hand, rows);

  const auto policy = Policy::from_file(argv[1], {.as_of = "2026-01-01T00:00"});
  if (!policy) bench::fail(policy.error().message);
  const Leads leads = bind(columns, *policy);
  bench::Answers answers(rows);
  Verdicts verdicts;
  verdicts.numbers("fit", answers.fit).numbers("engagement", answers.engagement).numbers("total", answers.total);
  verdicts.codes("tier", answers.tier).codes("stage", answers.stage);

  std::vector<Contender> contenders;
  for (const std::size_t number : bench::numbers_of(argv[5])) {
    const auto threads = static_cast<unsigned>(std::clamp<std::size_t>(number, 1, 256));
    if (bench::has_hand) contenders.push_back({"HAND", threads, nullptr});
    const auto add = [&](const char* name, Engine engine) {
      contenders.push_back(
          {name, threads, std::make_unique<Evaluator>(*policy, Options{.engine = engine, .threads = threads})});
    };
    add("interpreter", Engine::interpreter);
    if (has_jit()) add("jit", Engine::jit);
  }
  const auto answer = [&](const Contender& contender) {
    if (contender.evaluator == nullptr) return run_hand_on(contender.threads, table, luts, hand);
    const auto report = contender.evaluator->evaluate(leads, verdicts);
    if (!report) bench::fail(report.error().message);
  };
  const auto check = [&](const Contender& contender) {
    if (contender.evaluator != nullptr) {
      bench::require_checksums(answers, rows, expected, contender.engine.c_str());
    } else if (!bench::same(checksum(hand, rows), expected)) {
      bench::fail("HAND on several threads: the checksums are others");
    }
  };
  // Once outside of the rounds: kernels are made, and what the policy makes of each text is worked out.
  for (const Contender& contender : contenders) answer(contender);
  for (int round = 0; round < rounds; ++round) {
    for (Contender& contender : contenders) {
      answers.clear();
      bench::clear(hand, rows);
      contender.rounds.measure([&] { answer(contender); });
      check(contender);
    }
  }

  fmt::print("| leads | engine | threads | M leads/s | ns/lead | fastest to slowest | x one thread | x HAND |\n");
  fmt::print("|---:|---|---:|---:|---:|---:|---:|---:|\n");
  std::map<std::string, const bench::Rounds*> first_of_engine;
  const bench::Rounds* hand_rounds = nullptr;
  for (const Contender& contender : contenders) {
    if (contender.evaluator == nullptr) hand_rounds = &contender.rounds;
    const bench::Rounds& first = *first_of_engine.emplace(contender.engine, &contender.rounds).first->second;
    const auto nanoseconds = [&](double seconds) { return seconds * 1e9 / static_cast<double>(rows); };
    fmt::print("| {} | {} | {} | {:.1f} | {:.2f} | {:.2f} to {:.2f} | {:.2f} | {} |\n", bench::grouped(rows),
               contender.engine, contender.threads, static_cast<double>(rows) / contender.rounds.median_seconds() / 1e6,
               nanoseconds(contender.rounds.median_seconds()), nanoseconds(contender.rounds.fastest_seconds()),
               nanoseconds(contender.rounds.slowest_seconds()), contender.rounds.speed_against(first),
               hand_rounds == nullptr ? "" : fmt::format("{:.2f}", contender.rounds.speed_against(*hand_rounds)));
  }
  return 0;
}
