// A kernel at run time: a part for each space, children first, and the interpreter for what is foreign.
#include <algorithm>
#include <bit>
#include <cassert>
#include <functional>
#include <optional>

#include "runtime/interpret/simd.h"
#include "runtime/jit/code.h"
#include "runtime/jit/load.h"
#include "runtime/jit/lower.h"
#include "runtime/jit/plugin.h"
#include "runtime/jit/space_kernel.h"

namespace muster::runtime::jit {
namespace {

using compiler::Physical;
using compiler::Program;
using compiler::ValueId;

// What the kernels of all threads share.
struct Compiled {
  std::vector<Lowered> spaces;
  std::vector<std::shared_ptr<const Code>> codes;  // by space; null where no code runs
  BatchLayout layout;
  std::string assembly;
};

class CompiledKernel final : public Kernel {
 public:
  CompiledKernel(const Program& program, AsOf as_of, std::shared_ptr<const Compiled> compiled)
      : program_(program), as_of_(as_of), compiled_(std::move(compiled)), root_(compiled_->spaces.front()) {
    std::vector<ValueId> foreign;
    for (std::size_t at = 0; at < compiled_->spaces.size(); ++at) {
      const Lowered& lowered = compiled_->spaces[at];
      foreign.insert(foreign.end(), lowered.foreign.begin(), lowered.foreign.end());
      const bool is_run = at == compiler::root_space || !lowered.slots.empty();
      kernels_.push_back(is_run ? std::make_unique<SpaceKernel>(program, as_of, lowered, compiled_->codes[at])
                                : nullptr);
    }
    if (!foreign.empty()) {
      interpreter_.emplace(program, as_of, compiler::SpaceId{compiler::root_space}, std::move(foreign));
    }
    for (const std::string& text : root_.texts) constants_.intern(text);
  }

  void evaluate(const BatchView& batch, std::span<void* const> answers) override {
    assert(batch.spaces[compiler::root_space].rows >= 1 && batch.spaces[compiler::root_space].rows <= batch_rows);
    assert(comes_as(batch, compiled_->layout));
    is_unexpected_ = false;
    if (interpreter_) interpreter_->evaluate(batch);
    const SpaceKernel::Source source{batch, interpreter_ ? &*interpreter_ : nullptr, kernels_};
    for (std::size_t at = kernels_.size(); at-- > 0 && !is_unexpected_;) {
      if (kernels_[at] == nullptr) continue;
      const bool is_root = at == compiler::root_space;
      kernels_[at]->evaluate(source, is_root ? answers : std::span<void* const>());
      is_unexpected_ = kernels_[at]->is_unexpected() || kernels_[at]->rows() > most_child_rows;
    }
    if (is_unexpected_) return evaluate_unexpected(batch, answers);
    for (const std::size_t at : root_.foreign_answers) {
      const AnswerLayout& answer = root_.answers[at];
      interpreter_->write_answer(answer.id, answer.bytes, answers[at]);
    }
  }

  [[nodiscard]] Vector value(ValueId id) const override {
    const auto place = std::ranges::lower_bound(root_.wanted, id, std::less<>(), &WantedValue::id);
    assert(place != root_.wanted.end() && place->id == id);
    const WantedValue& wanted = *place;
    if (is_unexpected_) return whole_->value(id);
    if (wanted.is_foreign) return interpreter_->value(id);
    const SpaceKernel& kernel = *kernels_.front();
    Vector vector;
    vector.physical = wanted.physical;
    const auto words = [&](std::size_t slot) {
      return slot == WantedValue::no_slot ? nullptr : kernel.slot(slot).as<Word>();
    };
    vector.yes = words(wanted.yes);
    vector.no = words(wanted.no);
    vector.known = words(wanted.known);
    vector.overflow = words(wanted.overflow);
    vector.division_by_zero = words(wanted.division_by_zero);
    if (wanted.physical == Physical::text) {
      vector.dictionary = wanted.column ? kernel.view().columns[*wanted.column].dictionary : &constants_;
    }
    if (wanted.values == WantedValue::no_slot) return vector;
    if (wanted.physical == Physical::integer) {
      vector.integers = kernel.slot(wanted.values).as<std::int64_t>();
    } else {
      vector.codes = kernel.slot(wanted.values).as<std::uint32_t>();
    }
    return vector;
  }

  [[nodiscard]] std::size_t foreign_instructions() const override {
    return interpreter_ ? interpreter_->live_instructions() : 0;
  }
  [[nodiscard]] std::size_t instructions() const override {
    std::size_t count = 0;
    for (const Lowered& lowered : compiled_->spaces) count += lowered.instructions;
    return count;
  }
  [[nodiscard]] std::size_t unexpected_batches() const override { return unexpected_batches_; }
  [[nodiscard]] const std::string& assembly() const override { return compiled_->assembly; }
  [[nodiscard]] std::unique_ptr<Kernel> twin() const override {
    return std::make_unique<CompiledKernel>(program_, as_of_, compiled_);
  }

 private:
  void evaluate_unexpected(const BatchView& batch, std::span<void* const> answers) {
    ++unexpected_batches_;
    if (!whole_) {
      std::vector<ValueId> ids;
      for (const WantedValue& wanted : root_.wanted) ids.push_back(wanted.id);
      for (const AnswerLayout& answer : root_.answers) ids.push_back(answer.id);
      std::ranges::sort(ids);
      ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
      whole_.emplace(program_, as_of_, compiler::SpaceId{compiler::root_space}, std::move(ids));
    }
    whole_->evaluate(batch);
    for (std::size_t at = 0; at < answers.size(); ++at) {
      const AnswerLayout& answer = root_.answers[at];
      whole_->write_answer(answer.id, answer.bytes, answers[at]);
    }
  }

  const Program& program_;
  AsOf as_of_;
  std::shared_ptr<const Compiled> compiled_;
  const Lowered& root_;
  std::vector<std::unique_ptr<SpaceKernel>> kernels_;  // by space; null where nothing is computed
  std::optional<Interpreter> interpreter_;             // of what is foreign
  std::optional<Interpreter> whole_;                   // of all that is wanted, once a batch was not as expected
  bool is_unexpected_ = false;                         // the last batch
  std::size_t unexpected_batches_ = 0;
  Dictionary constants_;
};

// No rows say nothing, nor does a column that nobody reads.
std::uint8_t expected_bits_of(const ColumnView& column, std::size_t rows) {
  if (rows == 0 || (column.integers == nullptr && column.narrow == nullptr)) return 0;
  constexpr int spare = 2;
  constexpr int most = 40;  // of more nothing is gained
  const bool is_narrow = column.narrow != nullptr;
  const interpret::simd::Lanes values{is_narrow ? column.narrow : column.integers,
                                      is_narrow ? column.narrow_bytes : std::uint8_t{8}};
  std::int64_t bits = 0;
  interpret::simd::with_lanes(values, [&](const auto* numbers) {
    for (std::size_t row = 0; row < rows; ++row) bits |= numbers[row];
  });
  if (bits < 0) return 0;
  const int expected = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(bits))) + spare;
  const int lane = 8 * values.bytes;
  return expected > most || expected >= lane ? std::uint8_t{0} : static_cast<std::uint8_t>(expected);
}

}  // namespace

std::vector<ColumnLayout> layouts_of(const SpaceView& space) {
  std::vector<ColumnLayout> layouts;
  for (const ColumnView& column : space.columns) {
    ColumnLayout& layout = layouts.emplace_back();
    layout.physical = column.physical;
    layout.narrow_bytes = column.narrow != nullptr ? column.narrow_bytes : std::uint8_t{0};
    if (column.physical == Physical::integer) layout.expected_bits = expected_bits_of(column, space.rows);
  }
  return layouts;
}

BatchLayout layouts_of(const BatchView& batch) {
  BatchLayout layout;
  for (const SpaceView& space : batch.spaces) layout.push_back(layouts_of(space));
  return layout;
}

bool comes_as(const BatchView& batch, const BatchLayout& layout) {
  for (std::size_t space = 0; space < batch.spaces.size(); ++space) {
    const SpaceView& view = batch.spaces[space];
    if (space != compiler::root_space && (!view.is_given || view.rows == 0)) continue;
    for (std::size_t at = 0; at < view.columns.size(); ++at) {
      const bool is_laid_out = space < layout.size() && at < layout[space].size();
      const std::uint8_t bytes = is_laid_out ? layout[space][at].narrow_bytes : std::uint8_t{0};
      if ((view.columns[at].narrow == nullptr ? 0 : view.columns[at].narrow_bytes) != bytes) return false;
    }
  }
  return true;
}

bool is_available() { return plugin().make_code != nullptr; }

lang::Result<> require_plugin() {
  if (is_available()) return lang::Done{};
  return lang::Error{
      lang::ErrorKind::usage,
      {},
      0,
      plugin().error,
      "install a build of Muster that was made with LLVM 19 (scripts/setup jit), or take another engine: "
      "the answers are the same"};
}

lang::Result<std::unique_ptr<Kernel>> make_kernel(const Program& program, AsOf as_of, const KernelWants& wants,
                                                  BatchLayout layout, const KernelOptions& options) {
  if (auto there = require_plugin(); !there) return there.error();
  const Plugin& door = plugin();
  auto compiled = std::make_shared<Compiled>();
  compiled->spaces = lower(program, as_of, wants, layout);
  compiled->layout = std::move(layout);
  const CodeOptions code_options{options.level, options.nodes_per_function, options.features, options.cpu,
                                 options.stop};
  for (const Lowered& lowered : compiled->spaces) {
    std::shared_ptr<const Code>& code = compiled->codes.emplace_back();
    if (lowered.plan.outputs.empty()) continue;
    std::string assembly;
    std::string error;
    code.reset(door.make_code(lowered.plan, code_options, options.keep_assembly ? &assembly : nullptr, &error));
    if (code == nullptr) return lang::Error{lang::ErrorKind::internal, {}, 0, error, {}};
    compiled->assembly += assembly;
  }
  return std::unique_ptr<Kernel>(std::make_unique<CompiledKernel>(program, as_of, std::move(compiled)));
}

}  // namespace muster::runtime::jit
