// Compares engines with the slow evaluator over random policies and leads.
//
//   differ PROGRAMS LEADS SEED [--keep FOLDER] [--jobs N] [--print] [--whole] [--progress]
//
// Exit code 1 where they differ: the policy is reduced to the declarations that the difference needs and printed with
// the lead. --keep writes each difference to a file. --print shows the policies instead of comparing. --whole
// prints the policy and the leads as they were made, and reduces nothing. --progress says now and then how far it is.
// May include: tests/differ. Called by: ctest, scripts/nightly, and by hand.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/differ/compare.h"
#include "tests/differ/generator.h"
#include "tests/differ/minimise.h"

namespace muster::differ {
namespace {

struct Options {
  std::uint64_t programs = 0;
  std::size_t leads = 0;
  std::uint64_t seed = 0;
  unsigned jobs = 1;
  std::string keep;
  bool print = false;
  bool whole = false;
  bool progress = false;
};

void print_row(const Sample& sample, const DataRow& row, const std::string& indent, std::ostream& out) {
  const ObjectShape& shape = sample.shapes[row.object];
  out << indent << shape.name << " {";
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!row.cells[i].known) continue;
    const FieldShape& field = shape.fields[i];
    out << ' ' << field.name << ": ";
    if (field.kind == compiler::Kind::text) {
      out << '"' << row.cells[i].text << '"';
    } else if (field.kind == compiler::Kind::picklist) {
      out << members_of(field.picklist)[static_cast<std::size_t>(row.cells[i].number)];
    } else {
      out << row.cells[i].number;
      if (field.digits != 0) out << "e-" << static_cast<int>(field.digits);
    }
  }
  out << " }\n";
  for (const DataRow& each : row.below) print_row(sample, each, indent + "  ", out);
}

void report(Sample sample, const Difference& difference, const Options& options) {
  if (!options.whole) minimise(sample, difference);
  const Outcome again = options.whole ? Outcome() : compare(sample);
  const Difference& shown = again.difference ? *again.difference : difference;
  std::ofstream file;
  if (!options.keep.empty()) file.open(options.keep + "/" + std::to_string(sample.seed) + ".txt");
  if (!options.keep.empty() && !file) std::cerr << "differ: cannot write into " << options.keep << '\n';
  std::ostream& out = options.keep.empty() || !file ? std::cout : file;
  out << "seed " << sample.seed << ": " << shown.label << " is " << shown.ours << " by the " << shown.engine << ", not "
      << shown.expected << "\nas of " << sample.as_of.instant << " (day " << sample.as_of.day << ")\n";
  for (std::size_t i = 0; i < sample.shapes.size(); ++i) {
    if (!sample.given[i]) out << "without the file of " << sample.shapes[i].name << '\n';
  }
  const std::size_t first = again.difference ? 0 : difference.lead;
  for (std::size_t i = first; i < (again.difference ? sample.leads.size() : first + 1); ++i) {
    print_row(sample, sample.leads[i], "", out);
  }
  if (again.difference) {
    for (const DataRow& each : sample.companies) print_row(sample, each, "", out);
  }
  out << sample.policy << "\n\n" << std::flush;
}

// So many, and something is wrong in general: to reduce a policy takes as long as to compare hundreds.
constexpr std::uint64_t most_failures = 20;

class Run {
 public:
  explicit Run(const Options& options) : options_(options) {}

  int operator()() {
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < options_.jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    tell(looked_at_, std::cout);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void work() {
    for (std::uint64_t i = next_++; i < options_.programs; i = next_++) {
      const Sample sample = generate(options_.seed + i, options_.leads);
      if (options_.print) {
        const std::scoped_lock lock(printing_);
        std::cout << sample.policy << '\n';
        continue;
      }
      look_at(sample);
      const std::uint64_t done = ++looked_at_;
      if (options_.progress && done % 1000 == 0) {
        const std::scoped_lock lock(printing_);
        tell(done, std::cerr);
      }
    }
  }

  void look_at(const Sample& sample) {
    const Outcome outcome = compare(sample);
    answers_ += outcome.answers;
    kernels_ += outcome.kernel != Kernel::none ? 1 : 0;
    whole_kernels_ += outcome.kernel == Kernel::whole ? 1 : 0;
    if (outcome.failure.empty() && !outcome.difference) return;
    if (++failed_ == most_failures) next_ = options_.programs;
    const std::scoped_lock lock(printing_);
    if (outcome.difference) {
      report(sample, *outcome.difference, options_);
    } else {
      std::cout << "seed " << sample.seed << ": " << outcome.failure << '\n';
    }
  }

  void tell(std::uint64_t programs, std::ostream& out) const {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin_).count();
    out << programs << " policies, " << kernels_ << " of them compiled to kernels, " << whole_kernels_
        << " of these with all outputs, " << answers_ << " answers, " << failed_ << " of the policies differ, "
        << seconds << " s" << std::endl;
  }

  const Options& options_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> next_ = 0, looked_at_ = 0, failed_ = 0, answers_ = 0, kernels_ = 0, whole_kernels_ = 0;
  std::mutex printing_;
};

}  // namespace
}  // namespace muster::differ

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() < 3) {
    std::cerr << "usage: differ PROGRAMS LEADS SEED [--keep FOLDER] [--jobs N] [--print] [--whole] [--progress]\n";
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
  muster::differ::Options options;
  options.programs = number(words[0]);
  options.leads = number(words[1]);
  options.seed = number(words[2]);
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (words[i] == "--print") {
      options.print = true;
    } else if (words[i] == "--whole") {
      options.whole = true;
    } else if (words[i] == "--progress") {
      options.progress = true;
    } else if (words[i] == "--keep" && i + 1 < words.size()) {
      options.keep = words[++i];
    } else if (words[i] == "--jobs" && i + 1 < words.size()) {
      options.jobs = static_cast<unsigned>(number(words[++i]));
    } else {
      std::cerr << "differ: there is no option \"" << words[i] << "\", or nothing follows it\n";
      return 2;
    }
  }
  return muster::differ::Run(options)();
}
