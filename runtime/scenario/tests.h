// The tests of a policy: each scenario is worked out, each expectation compared, and what was otherwise is told.
// May include: runtime/*, compiler/ir. Called by: `muster test`, tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"

namespace muster::runtime {

// An expectation that did not come true. All texts hold what policies and data say, as it is: whoever prints them
// makes them safe.
struct Failure {
  lang::Span span;
  std::string expected;            // in the author's words
  std::int64_t instant = 0;        // the evaluation's
  std::vector<std::string> found;  // what is so instead, line by line
};
struct TestAnswer {
  std::size_t test = 0;  // of Tests::cases
  std::size_t expectations = 0;
  std::vector<Failure> failures;
};

// How often a rule was yes, no and undecided, over all moments of all tests. A score's rule is yes where it earns (or
// takes) points.
struct RuleCoverage {
  std::string owner;  // "icp MidMarket", "score fit"
  std::string label;
  std::uint64_t yes = 0;
  std::uint64_t no = 0;
  std::uint64_t undecided = 0;
};

struct TestRun {
  std::vector<TestAnswer> tests;  // those that were chosen, in the order of the policy
  std::vector<RuleCoverage> rules;
};
struct TestOptions {
  std::vector<std::size_t> chosen;  // of Tests::cases
  std::string policy_folder = ".";  // where files of `expect over` lie
};
// Precondition: the program was compiled with its tests. Errors: a file of `expect over` cannot be read.
lang::Result<TestRun> run_tests(const compiler::Program& program, const TestOptions& options,
                                const lang::Limits& limits);

}  // namespace muster::runtime
