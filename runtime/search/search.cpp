#include "runtime/search/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/search/generator.h"
#include "runtime/search/minimise.h"
#include "runtime/search/test_block.h"
#include "runtime/search/trial.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime::search {

namespace {

constexpr std::uint64_t leads_at_a_time = 1000;
constexpr std::size_t most_kept = 64;  // leads that others are made like

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

// One day of the policy.
class SearchOnDay {
 public:
  SearchOnDay(const PolicyOnDay& policy, const lang::SourceMap& sources, std::uint64_t seed)
      : day_(policy.day),
        program_(policy.program),
        sources_(sources),
        as_of_{kernels::last_moment_of_day(policy.day, policy.program.zone), policy.day},
        generator_(program_, as_of_, seed),
        random_(~seed),
        trial_(program_, as_of_) {}

  void run(std::uint64_t leads, std::vector<GuaranteeResult>& results) {
    while (leads > 0) {
      const std::uint64_t count = std::min(leads, leads_at_a_time);
      std::vector<Row> batch;
      for (std::uint64_t i = 0; i < count; ++i) {
        // Half of them like leads that a guarantee is about: most random ones are far from it.
        const bool is_variant = !kept_.empty() && random_.chance(50);
        batch.push_back(is_variant ? generator_.variant_of(random_.one_of(kept_)) : generator_.lead());
      }
      const std::vector<Outcome> outcomes = trial_.run(batch);
      for (std::size_t i = 0; i < batch.size(); ++i) look_at(batch[i], outcomes[i], results);
      leads -= count;
    }
  }

 private:
  void look_at(const Row& lead, const Outcome& outcome, std::vector<GuaranteeResult>& results) {
    if (!outcome.counts) return;
    bool is_about = false;
    for (std::size_t i = 0; i < results.size(); ++i) {
      GuaranteeResult& result = results[i];
      ++result.leads;
      if (outcome.premise[i]) ++result.applied;
      is_about = is_about || (result.has_premise && outcome.premise[i]);
      if (!outcome.broken[i] || result.counterexample) continue;
      const Row least = minimise(trial_, program_, as_of_, lead, i);
      result.counterexample = {day_, test_block(program_, sources_, program_.outputs.guarantees[i], day_, least)};
    }
    if (!is_about) return;
    if (kept_.size() < most_kept) {
      kept_.push_back(lead);
    } else {
      kept_[random_.below(most_kept)] = lead;
    }
  }

  std::int32_t day_;
  const compiler::Program& program_;
  const lang::SourceMap& sources_;
  AsOf as_of_;
  Generator generator_;
  Random random_;
  Trial trial_;
  std::vector<Row> kept_;
};

}  // namespace

std::vector<GuaranteeResult> search_guarantees(const std::vector<PolicyOnDay>& days, const lang::SourceMap& sources,
                                               const SearchOptions& options) {
  std::vector<GuaranteeResult> results;
  if (days.empty()) return results;
  for (const compiler::GuaranteeOutput& guarantee : days.front().program.outputs.guarantees)
    results.push_back({guarantee.title, guarantee.span, guarantee.premise.has_value(), 0, 0, std::nullopt});
  if (results.empty()) return results;
  for (std::size_t i = 0; i < days.size(); ++i) {
    // Every day gets its share, the first ones what is left over.
    const std::uint64_t share = options.leads / days.size() + (i < options.leads % days.size() ? 1 : 0);
    SearchOnDay(days[i], sources, options.seed + i).run(share, results);
  }
  return results;
}

std::string summary_of(const GuaranteeResult& result) {
  if (result.counterexample) {
    return fmt::format("broken by a lead on {}", kernels::format_date(result.counterexample->day));
  }
  std::string text = fmt::format("no counterexample among {} random leads", with_commas(result.leads));
  if (!result.has_premise) return text;
  if (result.applied == 0) return text + ", but it was about none of them: nothing has been tried";
  return text + fmt::format(", {} of which it was about", with_commas(result.applied));
}

}  // namespace muster::runtime::search
