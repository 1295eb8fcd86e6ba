#include "tests/differ/compare.h"

#include <deque>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "compiler/compile.h"
#include "lang/diagnostics/diagnostics.h"
#include "tests/differ/batches.h"
#include "tests/differ/engine.h"
#include "tests/differ/outputs.h"
#include "tests/differ/slow/evaluator.h"

namespace muster::differ {
namespace {

lang::Result<compiler::Compiled> compile(const Sample& sample, const compiler::PassOptions& passes) {
  compiler::CompileOptions options;
  options.as_of_day = sample.as_of.day;
  options.passes = passes;
  options.folder = MUSTER_DIFFER_FOLDER;  // of rates.csv
  return compiler::compile_text("policy.muster", sample.policy, lang::Limits{}, options);
}

std::string errors_of(const compiler::Compiled& compiled) {
  std::string all;
  for (const lang::Diagnostic& each : compiled.diagnostics.all()) {
    if (each.severity() == lang::Severity::error) {
      const std::uint32_t line = compiled.sources[each.span.file].position(each.span.begin).line;
      all += std::to_string(line) + ": " + each.message + "\n    " +
             std::string(compiled.sources[each.span.file].line_text(line)) + "\n";
    }
  }
  return all;
}

class Comparison {
 public:
  Comparison(const Sample& sample, const lang::Tree& tree, const compiler::Program& raw,
             const compiler::Program& optimised)
      : sample_(sample),
        raw_(raw),
        optimised_(optimised),
        raw_outputs_(raw),
        outputs_(optimised),
        slow_(tree, sample),
        files_(sample),
        expected_(sample.leads.size()) {}

  Outcome run() {
    outcome_.failure = match_labels();
    if (!outcome_.failure.empty()) return std::move(outcome_);
    const std::vector<Engine> engines = engines_of(sample_.seed);
    outcome_.kernel = engines.back().kernel;
    for (const bool is_of_raw : {true, false}) evaluate(engines, is_of_raw);
    if (outcome_.failure.empty() && !outcome_.difference) outcome_.failure = match_leads();
    return std::move(outcome_);
  }

 private:
  // What is wrong with the names of the answers, if anything.
  std::string match_labels() {
    if (raw_outputs_.labels() != outputs_.labels()) return "the passes change what is answered";
    std::map<std::string, std::size_t> slow_labels;
    for (std::size_t i = 0; i < slow_.labels.size(); ++i) slow_labels[slow_.labels[i]] = i;
    slow_at_.resize(outputs_.labels().size());
    for (std::size_t label = 0; label < slow_at_.size(); ++label) {
      if (!outputs_.is_verdict(label)) continue;
      const auto found = slow_labels.find(outputs_.labels()[label]);
      if (found == slow_labels.end()) return "nobody expects " + outputs_.labels()[label];
      slow_at_[label] = found->second;
      slow_labels.erase(found);
    }
    return slow_labels.empty() ? std::string() : "nothing answers " + slow_labels.begin()->first;
  }

  std::string_view key_of(std::size_t lead) const { return sample_.leads[lead].cells[0].text; }
  // Which leads were answered: all but those that another one stands for, or that contradict another one.
  std::string match_leads() const {
    for (std::size_t lead = 0; lead < expected_.size(); ++lead) {
      const DataRow* stands = slow_.rows.leads().at(key_of(lead));
      if (!files_.is_first(lead)) continue;
      const bool is_kept = stands->cells[0].text == key_of(lead) && !slow_.rows.is_open(stands);
      if (expected_[lead].empty() == is_kept) return "another lead is kept than " + std::string(key_of(lead));
    }
    return {};
  }

  // Engines of one program share its batches.
  void evaluate(const std::vector<Engine>& engines, bool is_of_raw) {
    const compiler::Program& program = is_of_raw ? raw_ : optimised_;
    std::vector<std::pair<const Engine*, std::unique_ptr<Evaluation>>> evaluations;
    for (const Engine& engine : engines) {
      if (engine.is_of_raw == is_of_raw) evaluations.emplace_back(&engine, engine.start(program, sample_.as_of));
    }
    const Outputs& outputs = is_of_raw ? raw_outputs_ : outputs_;
    const auto roots = runtime::roots_of(program, all_wanted());
    const auto body = [&](const runtime::BatchView& batch, std::span<const std::size_t> leads) {
      for (const auto& [engine, evaluation] : evaluations) {
        if (outcome_.difference || !outcome_.failure.empty()) return;
        outcome_.failure = evaluation->evaluate(batch);
        if (!outcome_.failure.empty()) return;
        const auto is_there = [&](compiler::ValueId id) { return evaluation->has(id); };
        compare_rows(*engine, leads, outputs.readers(*evaluation, engine->wanted, is_there));
      }
    };
    const std::string unread = files_.for_batches(program, roots, body);
    if (outcome_.failure.empty()) outcome_.failure = unread;
  }

  void compare_rows(const Engine& engine, std::span<const std::size_t> leads,
                    const std::vector<Outputs::RowReader>& readers) {
    for (std::size_t row = 0; row < leads.size() && !outcome_.difference; ++row) {
      const bool is_new = expected_[leads[row]].empty();
      if (is_new) expect(leads[row], readers, row);
      compare(engine, leads[row], readers, row);
      if (is_new) check_scores(leads[row]);
    }
  }

  // Of the lead: what the slow evaluator says, and what the first engine says about the rest.
  void expect(std::size_t lead, const std::vector<Outputs::RowReader>& readers, std::size_t row) {
    slow::BoundsOfScores bounds;
    for (const Outputs::ScoreLabels& score : outputs_.scores()) {
      bounds[score.name] = {readers[score.lowest](row).number, readers[score.highest](row).number};
    }
    const std::vector<Answer>& slow = slow_.evaluate(*slow_.rows.leads().at(key_of(lead)), bounds);
    std::vector<Answer>& answers = expected_[lead];
    answers.resize(readers.size());
    for (std::size_t label = 0; label < readers.size(); ++label) {
      answers[label] = outputs_.is_verdict(label) ? slow[slow_at_[label]] : readers[label](row);
    }
  }

  void compare(const Engine& engine, std::size_t lead, const std::vector<Outputs::RowReader>& readers,
               std::size_t row) {
    for (std::size_t label = 0; label < readers.size() && !outcome_.difference; ++label) {
      if (!readers[label]) continue;
      ++outcome_.answers;
      const Answer answer = readers[label](row);
      if (answer == expected_[lead][label]) continue;
      outcome_.difference = {engine.name, outputs_.labels()[label], lead, show(answer), show(expected_[lead][label])};
    }
  }

  void check_scores(std::size_t lead) {
    for (const Outputs::ScoreLabels& score : outputs_.scores()) check_score(score, lead);
  }
  // Reasons add up to the score. That of a completed lead lies within the bounds that it had.
  void check_score(const Outputs::ScoreLabels& score, std::size_t lead) {
    const std::vector<Answer>& answers = expected_[lead];
    const Answer& value = answers[score.value];
    if (value.kind != Answer::Kind::number) return;  // it overflows
    const auto broken = [&](const std::string& law, const Answer& ours, const std::string& expected) {
      if (!outcome_.difference) outcome_.difference = {law, outputs_.labels()[score.value], lead, show(ours), expected};
    };
    __int128 sum = 0;
    for (std::size_t label = score.first_reason; label < score.past_reasons; ++label) {
      const bool is_before = (label - score.first_reason) % 2 != 0;
      const Answer& total = answers[label];
      if (total == Answer::missing(true, false)) return;  // it overflows: the lead is rejected
      if (total.kind != Answer::Kind::number) continue;
      __int128 points = total.number;
      for (unsigned digits = total.digits; digits < value.digits; ++digits) points *= 10;
      sum += is_before ? -points : points;
    }
    if (sum != value.number) broken("slow evaluator", value, "what its reasons add up to");
    const Answer& lowest = answers[score.lowest];
    const Answer& highest = answers[score.highest];
    if (lowest.number > highest.number) broken("raw program", lowest, "below its highest, " + show(highest));
    if (!sample_.is_completed[lead]) return;
    const Answer& least = expected_[lead - 1][score.lowest];
    const Answer& most = expected_[lead - 1][score.highest];
    if (value.number >= least.number && value.number <= most.number) return;
    broken("slow evaluator", value, show(least) + " to " + show(most) + ", its bounds before data came in");
  }

  const Sample& sample_;
  const compiler::Program& raw_;
  const compiler::Program& optimised_;
  const Outputs raw_outputs_, outputs_;
  slow::Evaluator slow_;
  const Files files_;
  std::vector<std::size_t> slow_at_;  // by label
  std::vector<std::vector<Answer>> expected_;
  Outcome outcome_;
};

}  // namespace

Outcome compare(const Sample& sample) {
  Outcome outcome;
  const auto raw = compile(sample, compiler::PassOptions::none());
  const auto optimised = compile(sample, compiler::PassOptions{});
  for (const auto* compiled : {&raw, &optimised}) {
    if (!*compiled) {
      outcome.failure = compiled->error().message;
    } else if (!(*compiled)->program) {
      outcome.failure = errors_of(**compiled);
    }
  }
  if (!outcome.failure.empty()) return outcome;
  return Comparison(sample, raw->tree, *raw->program, *optimised->program).run();
}

}  // namespace muster::differ
