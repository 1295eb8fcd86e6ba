// call_list POLICY [THREADS]: judges six leads that lie in this program's memory, and prints whom to call. It shows all
// that a user of the library meets: a policy and its mistakes, columns of every shape, verdicts of every shape.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <muster/muster.hpp>
#include <string>
#include <vector>

namespace {

// A day of 2026-03 as a moment: microseconds since 1970, UTC.
constexpr std::int64_t march(int day) { return (20'512 + std::int64_t{day}) * 86'400'000'000; }

int fail(const muster::Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return EXIT_FAILURE;
}

bool is_set(const std::vector<std::uint64_t>& bits, std::size_t row) { return (bits[row / 64] >> (row % 64) & 1) != 0; }

void print_columns(const muster::Policy& policy) {
  std::printf("%s reads:\n", policy.title().c_str());
  for (const muster::Column& column : policy.columns()) {
    if (column.is_read) std::printf("  %-10s %s\n", column.name.c_str(), column.type.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: call_list POLICY [THREADS]\n");
    return EXIT_FAILURE;
  }
  const auto threads = static_cast<unsigned>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1);

  // A policy is compiled for one moment: the end of this day.
  const auto policy = muster::Policy::from_file(argv[1], {.as_of = "2026-03-31"});
  if (!policy) return fail(policy.error());
  print_columns(*policy);

  // The leads, column by column. A bitmap says which rows have a value, lowest bit first.
  constexpr std::size_t rows = 6;
  const std::vector<std::int32_t> employees{500, 0, 250, 9'000, 120, 0};
  const std::vector<std::uint64_t> employees_known{0b011101};

  muster::Dictionary titles;
  std::vector<std::uint16_t> title;
  for (const char* const text : {"VP Sales", "Director of Ops", "Accountant", "Head of IT", "Intern", "Accountant"}) {
    const auto code = titles.intern(text);
    if (!code) return fail(code.error());
    title.push_back(static_cast<std::uint16_t>(*code));
  }

  const std::vector<std::uint8_t> source{1, 0, 2, 1, 0, 2};  // Webinar, Referral, Ads
  const std::vector<std::uint64_t> demo{0b010011};
  const std::vector<std::uint64_t> demo_known{0b111011};
  const std::vector<std::int64_t> seen{march(20), march(30), march(1), march(2), march(29), march(3)};

  muster::Leads leads(rows);
  leads.numbers("employees", employees, employees_known)
      .texts("job_title", title, titles)
      .codes("source", source)
      .flags("demo", demo, demo_known)
      .numbers("seen", seen);

  // Where the verdicts go.
  std::vector<std::int32_t> fit(rows);
  std::vector<std::uint8_t> stage(rows), route(rows);
  std::vector<std::uint64_t> stage_known(1), sellable(1), sellable_known(1);
  muster::Verdicts verdicts;
  verdicts.numbers("fit", fit)
      .codes("stage", stage, stage_known)
      .codes("route", route)
      .truths("Sellable", sellable, sellable_known);

  muster::Evaluator evaluator(*policy, {.threads = threads});
  const auto report = evaluator.evaluate(leads, verdicts);
  if (!report) return fail(report.error());

  // A score has 4 digits behind the point, and codes have names.
  const std::vector<std::string>& stages = policy->find_answer("stage")->names;
  const std::vector<std::string>& routes = policy->find_answer("route")->names;
  std::printf("\n%-16s %4s  %-9s  %-5s  %s\n", "lead", "fit", "sellable", "stage", "route");
  for (std::size_t row = 0; row < rows; ++row) {
    const char* const truth = !is_set(sellable_known, row) ? "undecided" : is_set(sellable, row) ? "yes" : "no";
    std::printf("%-16s %4d  %-9s  %-5s  %s\n", std::string(titles.text(title[row])).c_str(), fit[row] / 10'000, truth,
                is_set(stage_known, row) ? stages[stage[row]].c_str() : "", routes[route[row]].c_str());
  }
  return EXIT_SUCCESS;
}
