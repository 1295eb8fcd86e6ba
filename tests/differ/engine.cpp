#include "tests/differ/engine.h"

#include <optional>

#include "runtime/interpret/roots.h"
#include "runtime/jit/plugin.h"
#include "tests/differ/narrow.h"

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

 private:
  Width width_;
  NarrowBatch narrow_;
  runtime::Interpreter interpreter_;
};

// Made when the first batch says how its columns come, and what its values are like: the first leads are the sample.
class Compiled final : public Evaluation {
 public:
  Compiled(const Program& program, runtime::AsOf as_of, const KernelOptions& options)
      : program_(program), as_of_(as_of), options_(options) {}
  [[nodiscard]] std::string evaluate(const runtime::BatchView& batch) override {
    if (!kernel_) {
      const auto values = runtime::interpret::value_roots_of(program_, all_wanted());
      const auto bits = runtime::interpret::bit_roots_of(program_, all_wanted());
      auto made = runtime::jit::make_kernel(program_, as_of_, {.values = values, .bits = bits},
                                            runtime::jit::layouts_of(batch), options_);
      if (!made) return "no kernel: " + made.error().message;
      kernel_ = std::move(*made);
    }
    kernel_->evaluate(batch);
    return {};
  }
  [[nodiscard]] runtime::Vector value(ValueId id) const override { return kernel_->value(id); }

 private:
  const Program& program_;
  runtime::AsOf as_of_;
  KernelOptions options_;
  std::unique_ptr<runtime::jit::Kernel> kernel_;
};

Engine interpreter(std::string name, bool is_of_raw, const runtime::Wanted& wanted, Width width = Width::as_given) {
  return {std::move(name), is_of_raw, false, wanted, [wanted, width](const Program& program, runtime::AsOf as_of) {
            return std::make_unique<Interpretation>(program, as_of, wanted, width);
          }};
}

// Of 128 samples 8 have a kernel of level 0, and one each a kernel of level 1, 2 and 3; every other kernel is cut into
// small functions.
std::optional<KernelOptions> kernel_of(std::uint64_t seed) {
  // Without the plug-in there is nothing to compare.
  if (!runtime::jit::is_available()) return std::nullopt;
  const std::uint64_t turn = seed % 128;
  KernelOptions options;
  options.nodes_per_function = seed / 128 % 2 == 0 ? 0 : 40;
  if (turn % 16 == 1) {
    options.level = 0;
  } else if (turn == 2 || turn == 42 || turn == 82) {
    options.level = 1 + static_cast<unsigned>(turn / 40);
  } else {
    return std::nullopt;
  }
  return options;
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
  if (const auto options = kernel_of(seed)) {
    list.push_back({"kernel of level " + std::to_string(options->level), false, true, all_wanted(),
                    [options = *options](const Program& program, runtime::AsOf as_of) {
                      return std::make_unique<Compiled>(program, as_of, options);
                    }});
  }
  return list;
}

}  // namespace muster::differ
