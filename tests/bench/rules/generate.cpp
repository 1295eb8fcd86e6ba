// generate_rules rules N: the text of a policy of N rules.   generate_rules leads N: a CSV file of N leads for it.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/bench/rules/policy.h"

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[1] : "";
  if (what != "rules" && what != "leads") {
    std::fputs("usage: generate_rules rules N, or generate_rules leads N\n", stderr);
    return EXIT_FAILURE;
  }
  const std::size_t number = std::strtoull(argv[2], nullptr, 10);
  const std::string text =
      what == "rules" ? muster::bench::policy_of_rules(number) : muster::bench::leads_for_rules(number);
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? EXIT_SUCCESS : EXIT_FAILURE;
}
