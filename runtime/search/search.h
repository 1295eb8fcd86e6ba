// Looks for leads that break a guarantee, among random ones. Finding none proves nothing.
// May include: runtime/search, compiler/ir, lang/source. Called by: muster test, tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/source/source.h"

namespace muster::runtime::search {

struct SearchOptions {
  std::uint64_t leads = 10'000;  // in all, for every guarantee and day together
  std::uint64_t seed = 1;
};

// The policy on one day: a setting may change from day to day.
struct PolicyOnDay {
  std::int32_t day = 0;       // since 1970-01-01
  compiler::Program program;  // compiled for that day, with guarantees
};

struct Counterexample {
  std::int32_t day = 0;
  std::string test;  // in Muster, for the policy to take
};
struct GuaranteeResult {
  std::string title;
  lang::Span span;
  bool has_premise = false;   // `A implies B`
  std::uint64_t leads = 0;    // asked about; ignored ones do not count
  std::uint64_t applied = 0;  // those of which the premise is true
  std::optional<Counterexample> counterexample;
};

// By guarantee, in the order of the policy. All programs come from one policy. The same seed gives the same result
// everywhere. What it takes is bounded by the number of leads.
std::vector<GuaranteeResult> search_guarantees(const std::vector<PolicyOnDay>& days, const lang::SourceMap& sources,
                                               const SearchOptions& options);

// "no counterexample among 10,000 random leads", with what a reader must know besides.
[[nodiscard]] std::string summary_of(const GuaranteeResult& result);

}  // namespace muster::runtime::search
