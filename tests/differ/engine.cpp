#include "tests/differ/engine.h"

#include <optional>
#include <set>

#include "runtime/interpret/roots.h"
#include "runtime/jit/plugin.h"
#include "tests/differ/narrow.h"
#include "tests/differ/part.h"

namespace muster::differ {

using compiler::Program;
using compiler::ValueId;
using runtime::jit::KernelOptions;

namespace {

enum class Width : std::uint8_t { as_given, narrow };

class Interpretation final : public Evaluation {
 public:
  Interpretation(const Program& program, runtime::AsOf as_of, const runtime::Wanted& what, Width width)
      : width_(width), interpreter_(program, as_of, what) {}
  [[nodiscard]] std::string evaluate(const runtime::BatchView& batch) override {
    interpreter_.evaluate(width_ == Width::narrow ? narrow_.of(batch) : batch);
    return {};
  }
  [[nodiscard]] runtime::Vector value(ValueId id) const override { return interpreter_.value(id); }
  [[nodiscard]] bool has(ValueId) const override { return true; }

 private:
  Width width_;
  NarrowBatch narrow_;
  runtime::Interpreter interpreter_;
};

constexpr std::size_t all_instructions = SIZE_MAX;
// That the first verdict of a part may need: most scores, and grades and routes of few scores.
constexpr std::size_t most_of_first = 150;

// Of a policy's kernel: how much of the outputs it has, and how it is compiled.
struct KernelChoice {
  std::size_t most_instructions = 0;  // that they may need together; a first verdict may need more
  runtime::jit::KernelOptions options;

  [[nodiscard]] bool is_whole() const { return most_instructions == all_instructions; }
};

// Made when the first batch says how its columns come, and what its values are like: the first leads are the sample.
class Compiled final : public Evaluation {
 public:
  Compiled(const Program& program, runtime::AsOf as_of, std::uint64_t seed, const KernelChoice& choice)
      : program_(program), as_of_(as_of), options_(choice.options) {
    if (choice.is_whole()) return;
    const auto of_part = part_of(program, Outputs(program), seed, most_of_first, choice.most_instructions);
    part_ = std::set<ValueId>(of_part.begin(), of_part.end());
  }
  [[nodiscard]] std::string evaluate(const runtime::BatchView& batch) override {
    if (!kernel_) {
      auto values = runtime::interpret::value_roots_of(program_, all_wanted());
      auto bits = runtime::interpret::bit_roots_of(program_, all_wanted());
      for (auto* roots : {&values, &bits}) std::erase_if(*roots, [&](ValueId id) { return !has(id); });
      auto made = runtime::jit::make_kernel(program_, as_of_, {.values = values, .bits = bits},
                                            runtime::jit::layouts_of(batch), options_);
      if (!made) return "no kernel: " + made.error().message;
      kernel_ = std::move(*made);
    }
    kernel_->evaluate(batch);
    return {};
  }
  [[nodiscard]] runtime::Vector value(ValueId id) const override { return kernel_->value(id); }
  [[nodiscard]] bool has(ValueId id) const override { return !part_ || part_->contains(id); }

 private:
  const Program& program_;
  runtime::AsOf as_of_;
  KernelOptions options_;
  std::optional<std::set<ValueId>> part_;
  std::unique_ptr<runtime::jit::Kernel> kernel_;
};

Engine interpreter(std::string name, bool is_of_raw, const runtime::Wanted& wanted, Width width = Width::as_given) {
  return {std::move(name), is_of_raw, Kernel::none, wanted,
          [wanted, width](const Program& program, runtime::AsOf as_of) {
            return std::make_unique<Interpretation>(program, as_of, wanted, width);
          }};
}

// Of 128 samples one has a kernel of all outputs for each level. The others have one of a few outputs: of 8 five at
// level 0, and one at each other. Each second 128 are cut into functions of 40 nodes, where they have more.
std::optional<KernelChoice> kernel_of(std::uint64_t seed) {
  // Without the plug-in there is nothing to compare.
  if (!runtime::jit::is_available()) return std::nullopt;
  KernelChoice choice;
  if (seed % 32 == 0) {
    choice.most_instructions = all_instructions;
    choice.options.level = static_cast<unsigned>(seed / 32 % 4);
  } else {
    choice.most_instructions = std::size_t{8} << seed / 8 % 4;
    const auto turn = static_cast<unsigned>(seed % 8);
    choice.options.level = turn < 4 ? turn : 0;
  }
  choice.options.nodes_per_function = seed / 128 % 2 == 0 ? 0 : 40;
  return choice;
}

}  // namespace

runtime::Wanted all_wanted() {
  runtime::Wanted all;
  all.bounds = true;
  return all;
}

std::vector<Engine> engines_of(std::uint64_t seed) {
  // Points that nobody asks for may stay masks, and what only explains is not computed.
  runtime::Wanted no_reasons = all_wanted();
  no_reasons.reasons = false;
  // Numbers that only few read may stay narrow all the way.
  runtime::Wanted answers = no_reasons;
  answers.bounds = false;
  // And more may where a score is all that is read.
  runtime::Wanted scores = runtime::Wanted::nothing();
  scores.scores = true;
  std::vector<Engine> list{interpreter("interpreter of the raw program", true, all_wanted()),
                           interpreter("interpreter", false, all_wanted()),
                           interpreter("interpreter, without reasons", false, no_reasons),
                           interpreter("interpreter, narrow columns", false, answers, Width::narrow),
                           interpreter("interpreter, narrow columns, scores alone", false, scores, Width::narrow)};
  if (const auto choice = kernel_of(seed)) {
    const Kernel kernel = choice->is_whole() ? Kernel::whole : Kernel::part;
    list.push_back({"kernel of level " + std::to_string(choice->options.level), false, kernel, all_wanted(),
                    [seed, choice = *choice](const Program& program, runtime::AsOf as_of) {
                      return std::make_unique<Compiled>(program, as_of, seed, choice);
                    }});
  }
  return list;
}

}  // namespace muster::differ
