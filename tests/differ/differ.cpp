// Compares engines with the slow evaluator over random policies and leads.
//
//   differ PROGRAMS LEADS SEED [--keep FOLDER] [--jobs N] [--print]
//
// Exit code 1 where they differ: the policy is reduced to the declarations that the difference needs and printed with
// the lead. --keep writes each difference to a file. --print shows the policies instead of comparing.
// May include: compiler, runtime, tests/differ. Called by: ctest, and by hand.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "compiler/compile.h"
#include "lang/diagnostics/diagnostics.h"
#include "tests/differ/batches.h"
#include "tests/differ/engine.h"
#include "tests/differ/generator.h"
#include "tests/differ/slow/evaluator.h"

namespace muster::differ {
namespace {

struct Options {
  std::uint64_t programs = 0;
  std::size_t leads = 0;
  std::uint64_t seed = 0;
  unsigned jobs = 1;
  std::string keep;
  bool print = false;
};

// Where an engine and the slow evaluator say different things.
struct Difference {
  std::string engine, label;
  std::size_t lead = 0;
  std::string ours, expected;
};
struct Outcome {
  std::string failure;  // the policy does not compile, or names differ
  std::optional<Difference> difference;
  std::uint64_t answers = 0;
};

lang::Result<compiler::Compiled> compile(const Sample& sample) {
  compiler::CompileOptions options;
  options.as_of_day = sample.as_of.day;
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

Outcome compare(const Sample& sample) {
  Outcome outcome;
  const auto result = compile(sample);
  if (!result) return {result.error().message, {}, 0};
  const compiler::Compiled& compiled = *result;
  if (!compiled.program) return {errors_of(compiled), {}, 0};
  const compiler::Program& program = *compiled.program;
  slow::Evaluator evaluator(compiled.tree, sample);
  const Outputs outputs(program);

  std::map<std::string, std::size_t> expected_at;
  for (std::size_t i = 0; i < evaluator.labels().size(); ++i) expected_at[evaluator.labels()[i]] = i;
  std::vector<std::size_t> at;
  for (const std::string& label : outputs.labels()) {
    const auto found = expected_at.find(label);
    if (found == expected_at.end()) return {"nobody expects " + label, {}, 0};
    at.push_back(found->second);
    expected_at.erase(found);
  }
  if (!expected_at.empty()) return {"nothing answers " + expected_at.begin()->first, {}, 0};
  for (const Engine& engine : engines()) {
    const std::unique_ptr<Evaluation> evaluation = engine.start(program, sample.as_of);
    const auto roots = runtime::roots_of(program, wanted());
    std::vector<Answer> answers;
    for_batches(program, sample, roots, [&](const runtime::BatchView& batch, std::size_t first, std::size_t count) {
      if (outcome.difference) return;
      evaluation->evaluate(batch);
      for (std::size_t row = 0; row < count && !outcome.difference; ++row) {
        const std::vector<Answer>& right = evaluator.evaluate(sample.leads[first + row]);
        outputs.read(*evaluation, row, answers);
        outcome.answers += answers.size();
        for (std::size_t i = 0; i < answers.size() && !outcome.difference; ++i) {
          if (answers[i] == right[at[i]]) continue;
          outcome.difference = {engine.name, outputs.labels()[i], first + row, show(answers[i]), show(right[at[i]])};
        }
      }
    });
  }
  return outcome;
}

// ---- a smaller policy with the same difference

bool still_differs(const Sample& sample, const std::string& label) {
  const Outcome outcome = compare(sample);
  return outcome.difference && outcome.difference->label == label;
}

// Blocks of the text that stand between blank lines, and their lines.
std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = text.find(separator); end != std::string::npos; end = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}
std::string join(const std::vector<std::string>& parts, const std::string& separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : separator) + parts[i];
  return text;
}

void drop_parts(Sample& sample, const std::string& separator, const std::string& label) {
  std::vector<std::string> parts = split(sample.policy, separator);
  for (std::size_t i = parts.size(); i-- > 0;) {
    Sample smaller = sample;
    std::vector<std::string> left = parts;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
    smaller.policy = join(left, separator);
    if (!still_differs(smaller, label)) continue;
    parts = std::move(left);
    sample.policy = smaller.policy;
  }
}

void drop_data(Sample& sample, const std::string& label) {
  const auto try_it = [&](auto change) {
    Sample smaller = sample;
    change(smaller.leads[0]);
    if (still_differs(smaller, label)) sample = smaller;
  };
  for (std::size_t i = sample.leads[0].below.size(); i-- > 0;) {
    try_it([&](DataRow& lead) { lead.below.erase(lead.below.begin() + static_cast<std::ptrdiff_t>(i)); });
  }
  for (std::size_t i = 0; i < sample.leads[0].cells.size(); ++i) {
    try_it([&](DataRow& lead) { lead.cells[i] = {}; });
  }
  for (std::size_t k = 0; k < sample.leads[0].below.size(); ++k) {
    for (std::size_t i = 1; i < sample.leads[0].below[k].cells.size(); ++i) {
      try_it([&](DataRow& lead) { lead.below[k].cells[i] = {}; });
    }
  }
}

void minimise(Sample& sample, const Difference& difference) {
  sample.leads = {sample.leads[difference.lead]};
  if (!still_differs(sample, difference.label)) return;
  drop_parts(sample, "\n\n", difference.label);
  drop_parts(sample, "\n", difference.label);
  drop_data(sample, difference.label);
}

void print_row(const Sample& sample, const DataRow& row, const std::string& indent, std::ostream& out) {
  const ObjectShape& shape = sample.shapes[row.object];
  out << indent << shape.name << " {";
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!row.cells[i].known) continue;
    const FieldShape& field = shape.fields[i];
    out << ' ' << field.name << ": ";
    if (field.kind == compiler::Kind::text) {
      out << '"' << row.cells[i].text << '"';
    } else if (field.kind == compiler::Kind::picklist && field.picklist != "Activity") {
      out << members_of(field.picklist)[static_cast<std::size_t>(row.cells[i].number)];
    } else {
      out << row.cells[i].number;
      if (field.digits != 0) out << "e-" << static_cast<int>(field.digits);
    }
  }
  out << " }\n";
  for (const DataRow& each : row.below) print_row(sample, each, indent + "  ", out);
}

void report(Sample sample, const Difference& difference, std::uint64_t seed, const Options& options) {
  minimise(sample, difference);
  const Outcome again = compare(sample);
  const Difference& shown = again.difference ? *again.difference : difference;
  std::ofstream file;
  if (!options.keep.empty()) file.open(options.keep + "/" + std::to_string(seed) + ".txt");
  if (!options.keep.empty() && !file) std::cerr << "differ: cannot write into " << options.keep << '\n';
  std::ostream& out = options.keep.empty() || !file ? std::cout : file;
  out << "seed " << seed << ": " << shown.label << " is " << shown.ours << " by the " << shown.engine << ", "
      << shown.expected << " by the slow evaluator\nas of " << sample.as_of.instant << " (day " << sample.as_of.day
      << ")\n";
  for (std::size_t i = 0; i < sample.shapes.size(); ++i) {
    if (!sample.given[i]) out << "without the file of " << sample.shapes[i].name << '\n';
  }
  print_row(sample, sample.leads[0], "", out);
  out << sample.policy << "\n\n" << std::flush;
}

int run(const Options& options) {
  std::atomic<std::uint64_t> next = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::atomic<std::uint64_t> answers = 0;
  std::mutex printing;
  const auto work = [&] {
    for (std::uint64_t i = next++; i < options.programs; i = next++) {
      const std::uint64_t seed = options.seed + i;
      const Sample sample = generate(seed, options.leads);
      if (options.print) {
        const std::scoped_lock lock(printing);
        std::cout << sample.policy << '\n';
        continue;
      }
      const Outcome outcome = compare(sample);
      answers += outcome.answers;
      if (outcome.failure.empty() && !outcome.difference) continue;
      ++failed;
      const std::scoped_lock lock(printing);
      if (outcome.difference) {
        report(sample, *outcome.difference, seed, options);
      } else {
        std::cout << "seed " << seed << ": " << outcome.failure << '\n';
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < options.jobs; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  std::cout << options.programs << " policies, " << answers << " answers, " << failed << " of the policies differ\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace muster::differ

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() < 3) {
    std::cerr << "usage: differ PROGRAMS LEADS SEED [--keep FOLDER] [--jobs N] [--print]\n";
    return 2;
  }
  const auto number = [](const std::string& word) {
    char* end = nullptr;
    const std::uint64_t value = std::strtoull(word.c_str(), &end, 10);
    if (word.empty() || *end != '\0') {
      std::cerr << "differ: \"" << word << "\" is no number\n";
      std::exit(2);
    }
    return value;
  };
  muster::differ::Options options{number(words[0]), number(words[1]), number(words[2]), 1, "", false};
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (words[i] == "--print") options.print = true;
    if (words[i] == "--keep" && i + 1 < words.size()) options.keep = words[++i];
    if (words[i] == "--jobs" && i + 1 < words.size()) options.jobs = static_cast<unsigned>(number(words[++i]));
  }
  return muster::differ::run(options);
}
