// A kernel at run time: binds columns, tables and results to the machine code, and asks the interpreter for what is
// foreign.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <cstring>
#include <functional>
#include <optional>

#include "runtime/data/cache_lines.h"
#include "runtime/jit/code.h"
#include "runtime/jit/load.h"
#include "runtime/jit/lower.h"
#include "runtime/jit/plugin.h"
#include "stdlib/kernels/fade.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime::jit {
namespace {

using compiler::Physical;
using compiler::Program;
using compiler::ValueId;

// Memory in whole cache lines.
class Buffer {
 public:
  explicit Buffer(std::size_t bytes) : lines_((bytes + sizeof(Line) - 1) / sizeof(Line)) {}
  template <class T>
  [[nodiscard]] T* as() {
    return reinterpret_cast<T*>(lines_.data());
  }
  template <class T>
  [[nodiscard]] const T* as() const {
    return reinterpret_cast<const T*>(lines_.data());
  }

 private:
  struct alignas(cache_line) Line {
    std::array<std::uint8_t, cache_line> bytes;
  };
  std::vector<Line> lines_;
};

// `bytes` of a row as in Output.
std::size_t bytes_of_step(std::uint8_t bytes) { return bytes == 0 ? sizeof(Word) : step_rows * bytes; }

class CompiledKernel final : public Kernel {
 public:
  CompiledKernel(const Program& program, AsOf as_of, Lowered lowered, std::vector<ColumnLayout> columns,
                 std::shared_ptr<const Code> code, std::string assembly)
      : program_(program),
        as_of_(as_of),
        lowered_(std::move(lowered)),
        columns_(std::move(columns)),
        code_(std::move(code)),
        assembly_(std::move(assembly)),
        scratch_(code_->scratch_bytes() + cache_line),
        streams_(std::ranges::any_of(lowered_.answers, &AnswerLayout::is_streamed)) {
    if (!lowered_.foreign.empty()) {
      interpreter_.emplace(program, as_of, compiler::SpaceId{compiler::root_space}, lowered_.foreign);
    }
    for (const PlanTable& table : lowered_.tables) tables_.emplace_back(program, table.spec);
    table_pointers_.resize(tables_.size());
    input_pointers_.resize(lowered_.sources.size());
    tail_pointers_.resize(lowered_.sources.size());
    for (const InputSource& source : lowered_.sources) tails_.emplace_back(source.bytes);
    for (const Slot& slot : lowered_.slots) {
      Buffer& buffer = slots_.emplace_back(bytes_of_step(slot.bytes) * batch_words);
      if (slot.constant) fill(buffer, slot);
    }
    output_pointers_.resize(lowered_.targets.size());
    for (const AnswerLayout& answer : lowered_.answers) answer_tails_.emplace_back(bytes_of_step(answer.bytes));
    for (const std::string& text : lowered_.texts) constants_.intern(text);
    for (const auto& [index, scale] : lowered_.fades) {
      const compiler::FadeRule& rule = program.fades[static_cast<std::size_t>(index)];
      curves_.push_back(
          {kernels::FadeCurve(rule.kind, rule.interval, rule.left_mantissa, rule.whole_days, rule.digits, rule.mode),
           scale, kernels::power_of_ten(4U - rule.digits), rule.of_days});
    }
  }

  void evaluate(const BatchView& batch, std::span<void* const> answers) override {
    assert(answers.size() == lowered_.answers.size());
    const SpaceView& root = batch.spaces[compiler::root_space];
    assert(root.rows >= 1 && root.rows <= batch_rows);
    root_ = &root;
    if (interpreter_) interpreter_->evaluate(batch);
    for (std::size_t at = 0; at < lowered_.sources.size(); ++at) input_pointers_[at] = pointer_to(lowered_.sources[at]);
    for (std::size_t at = 0; at < tables_.size(); ++at) {
      table_pointers_[at] = tables_[at].entries(*dictionary_of(lowered_.tables[at]));
    }
    Frame frame;
    frame.tables = table_pointers_.data();
    frame.scratch = scratch_.as<std::uint8_t>();
    frame.context = this;
    frame.fade = fade_exactly;
    frame.outputs = output_pointers_.data();
    const std::size_t steps = root.rows / step_rows;
    if (!can_write(answers)) {
      for (std::size_t step = 0; step < steps; ++step) evaluate_apart(frame, step, step_rows, answers);
    } else if (steps != 0) {
      frame.inputs = input_pointers_.data();
      point_outputs(0, answers);
      code_->entry()(&frame, steps);
    }
    const std::size_t rest = root.rows % step_rows;
    if (rest != 0) evaluate_apart(frame, steps, rest, answers);
    // Other threads see what was written past the caches no later than what they are told after this.
    if (streams_) std::atomic_thread_fence(std::memory_order_seq_cst);
    is_unexpected_ = is_unexpected(steps + (rest != 0 ? 1 : 0));
    if (is_unexpected_) return evaluate_unexpected(batch, answers);
    for (const std::size_t at : lowered_.foreign_answers) {
      const AnswerLayout& answer = lowered_.answers[at];
      interpreter_->write_answer(answer.id, answer.bytes, answers[at]);
    }
  }

  [[nodiscard]] Vector value(ValueId id) const override {
    const auto place = std::ranges::lower_bound(lowered_.wanted, id, std::less<>(), &WantedValue::id);
    assert(place != lowered_.wanted.end() && place->id == id);
    const WantedValue& wanted = *place;
    if (is_unexpected_) return whole_->value(id);
    if (wanted.is_foreign) return interpreter_->value(id);
    Vector vector;
    vector.physical = wanted.physical;
    const auto words = [&](std::size_t slot) {
      return slot == WantedValue::no_slot ? nullptr : slots_[slot].as<Word>();
    };
    vector.yes = words(wanted.yes);
    vector.no = words(wanted.no);
    vector.known = words(wanted.known);
    vector.overflow = words(wanted.overflow);
    vector.division_by_zero = words(wanted.division_by_zero);
    if (wanted.physical == Physical::text) {
      vector.dictionary = wanted.column ? root_->columns[*wanted.column].dictionary : &constants_;
    }
    if (wanted.values == WantedValue::no_slot) return vector;
    if (wanted.physical == Physical::integer) {
      vector.integers = slots_[wanted.values].as<std::int64_t>();
    } else {
      vector.codes = slots_[wanted.values].as<std::uint32_t>();
    }
    return vector;
  }

  [[nodiscard]] std::size_t foreign_instructions() const override {
    return interpreter_ ? interpreter_->live_instructions() : 0;
  }
  [[nodiscard]] std::size_t instructions() const override { return lowered_.instructions; }
  [[nodiscard]] std::size_t unexpected_batches() const override { return unexpected_batches_; }
  [[nodiscard]] const std::string& assembly() const override { return assembly_; }
  [[nodiscard]] std::unique_ptr<Kernel> twin() const override {
    return std::make_unique<CompiledKernel>(program_, as_of_, lowered_, columns_, code_, assembly_);
  }

 private:
  struct Curve {
    kernels::FadeCurve curve;
    std::int64_t scale;  // of the points' lanes
    std::int64_t unit;   // of the results'
    bool of_days;
  };

  // Streamed answers need memory that begins with a cache line.
  [[nodiscard]] bool can_write(std::span<void* const> answers) const {
    for (std::size_t at = 0; at < answers.size(); ++at) {
      if (lowered_.answers[at].is_streamed && reinterpret_cast<std::uintptr_t>(answers[at]) % cache_line != 0)
        return false;
    }
    return true;
  }

  // The first `rows` rows of a step by themselves, in memory that is as long as a whole step.
  void evaluate_apart(Frame frame, std::size_t step, std::size_t rows, std::span<void* const> answers) {
    for (std::size_t at = 0; at < tails_.size(); ++at) {
      const std::size_t bytes = lowered_.sources[at].bytes;
      auto* const tail = tails_[at].as<std::uint8_t>();
      const auto* const from = static_cast<const std::uint8_t*>(input_pointers_[at]) + step * bytes;
      const std::size_t used = is_mask(lowered_.sources[at]) ? bytes : bytes / step_rows * rows;
      std::memcpy(tail, from, used);
      std::memset(tail + used, 0, bytes - used);
      tail_pointers_[at] = tail;
    }
    frame.inputs = tail_pointers_.data();
    point_outputs(step, answers);
    for (std::size_t at = 0; at < output_pointers_.size(); ++at) {
      const Target& target = lowered_.targets[at];
      if (target.is_answer) output_pointers_[at] = answer_tails_[target.index].as<std::uint8_t>();
    }
    code_->entry()(&frame, 1);
    for (const Target& target : lowered_.targets) {
      if (!target.is_answer) continue;
      const std::size_t bytes = lowered_.answers[target.index].bytes;
      std::memcpy(static_cast<std::uint8_t*>(answers[target.index]) + step * step_rows * bytes,
                  answer_tails_[target.index].as<std::uint8_t>(), rows * bytes);
    }
  }

  [[nodiscard]] bool is_unexpected(std::size_t steps) const {
    if (!lowered_.unexpected) return false;
    const std::span<const Word> words(slots_[*lowered_.unexpected].as<Word>(), steps);
    return std::ranges::any_of(words, [](Word word) { return word != 0; });
  }

  void evaluate_unexpected(const BatchView& batch, std::span<void* const> answers) {
    ++unexpected_batches_;
    if (!whole_) {
      std::vector<ValueId> ids;
      for (const WantedValue& wanted : lowered_.wanted) ids.push_back(wanted.id);
      for (const AnswerLayout& answer : lowered_.answers) ids.push_back(answer.id);
      std::ranges::sort(ids);
      ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
      whole_.emplace(program_, as_of_, compiler::SpaceId{compiler::root_space}, std::move(ids));
    }
    whole_->evaluate(batch);
    for (std::size_t at = 0; at < answers.size(); ++at) {
      const AnswerLayout& answer = lowered_.answers[at];
      whole_->write_answer(answer.id, answer.bytes, answers[at]);
    }
  }

  static void fill(Buffer& buffer, const Slot& slot) {
    switch (slot.bytes) {
      case 0:
        std::fill_n(buffer.as<Word>(), batch_words, *slot.constant != 0 ? ~Word{0} : Word{0});
        break;
      case 8:
        std::fill_n(buffer.as<std::int64_t>(), batch_rows, *slot.constant);
        break;
      default:
        std::fill_n(buffer.as<std::uint32_t>(), batch_rows, static_cast<std::uint32_t>(*slot.constant));
        break;
    }
  }

  static bool is_mask(const InputSource& source) {
    return source.part != InputSource::Part::numbers && source.part != InputSource::Part::codes;
  }

  static void fade_exactly(void* context, std::uint32_t fade, std::uint64_t mask, const std::int64_t* points,
                           const std::int64_t* events, std::int64_t* results) {
    const auto& kernel = *static_cast<const CompiledKernel*>(context);
    const Curve& curve = kernel.curves_[fade];
    for (; mask != 0; mask &= mask - 1) {
      const auto row = static_cast<std::size_t>(__builtin_ctzll(mask));
      const std::int64_t age = curve.of_days ? kernels::age_of_day(kernel.as_of_.day, events[row])
                                             : kernels::age_at(kernel.as_of_.instant, events[row]);
      // Points may be anything in a batch that is not as expected, and then nobody reads the result.
      std::int64_t scaled = 0;
      const bool overflows = __builtin_mul_overflow(points[row], curve.scale, &scaled);
      results[row] = overflows ? 0 : curve.curve.at(scaled, age) / curve.unit;
    }
  }

  [[nodiscard]] const void* pointer_to(const InputSource& source) const {
    using Part = InputSource::Part;
    if (source.is_foreign) {
      const Vector value = interpreter_->value(ValueId{source.index});
      switch (source.part) {
        case Part::numbers:
          return value.integers;
        case Part::codes:
          return value.codes;
        case Part::yes:
          return value.yes;
        case Part::no:
          return value.no;
        case Part::known:
          return value.known;
        case Part::overflow:
          return value.overflow;
        case Part::division_by_zero:
          return value.division_by_zero;
      }
      return nullptr;
    }
    const ColumnView& column = root_->columns[source.index];
    assert(column.narrow_bytes == columns_[source.index].narrow_bytes);
    if (source.part == Part::known) return column.known;
    if (source.part == Part::yes) return column.yes;
    if (column.narrow != nullptr) return column.narrow;
    if (source.part == Part::numbers) return column.integers;
    return column.codes;
  }

  [[nodiscard]] const Dictionary* dictionary_of(const PlanTable& table) const {
    return table.is_foreign ? interpreter_->value(ValueId{table.index}).dictionary
                            : root_->columns[table.index].dictionary;
  }

  void point_outputs(std::size_t step, std::span<void* const> answers) {
    for (std::size_t at = 0; at < output_pointers_.size(); ++at) {
      const Target& target = lowered_.targets[at];
      auto* const place = target.is_answer ? static_cast<std::uint8_t*>(answers[target.index])
                                           : slots_[target.index].as<std::uint8_t>();
      output_pointers_[at] = place + step * bytes_of_step(bytes_of(target));
    }
  }
  [[nodiscard]] std::uint8_t bytes_of(const Target& target) const {
    return target.is_answer ? lowered_.answers[target.index].bytes : lowered_.slots[target.index].bytes;
  }

  const Program& program_;
  AsOf as_of_;
  Lowered lowered_;
  std::vector<ColumnLayout> columns_;
  std::shared_ptr<const Code> code_;
  std::string assembly_;
  Buffer scratch_;
  bool streams_;
  std::optional<Interpreter> interpreter_;  // of what is foreign
  std::optional<Interpreter> whole_;        // of all that is wanted, once a batch was not as expected
  bool is_unexpected_ = false;              // the last batch
  std::size_t unexpected_batches_ = 0;
  std::vector<interpret::TextTable> tables_;
  std::vector<Curve> curves_;
  Dictionary constants_;
  std::vector<Buffer> tails_;  // by input
  std::vector<Buffer> slots_;
  std::vector<Buffer> answer_tails_;
  std::vector<const void*> table_pointers_, input_pointers_, tail_pointers_;
  std::vector<void*> output_pointers_;
  const SpaceView* root_ = nullptr;  // of the last batch
};

// No rows say nothing, nor does a column that nobody reads.
std::uint8_t expected_bits_of(const ColumnView& column, std::size_t rows) {
  if (rows == 0 || (column.integers == nullptr && column.narrow == nullptr)) return 0;
  constexpr int spare = 2;
  constexpr int most = 40;  // of more nothing is gained
  const auto all_bits = [&]<class Number>(const Number* values) {
    Number bits = 0;
    for (std::size_t row = 0; row < rows; ++row) bits = static_cast<Number>(bits | values[row]);
    return std::int64_t{bits};
  };
  std::int64_t bits = 0;
  switch (column.narrow != nullptr ? column.narrow_bytes : 8) {
    case 1:
      bits = all_bits(static_cast<const std::int8_t*>(column.narrow));
      break;
    case 2:
      bits = all_bits(static_cast<const std::int16_t*>(column.narrow));
      break;
    case 4:
      bits = all_bits(static_cast<const std::int32_t*>(column.narrow));
      break;
    default:
      bits = all_bits(column.integers);
      break;
  }
  if (bits < 0) return 0;
  const int expected = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(bits))) + spare;
  const int lane = 8 * (column.narrow != nullptr ? column.narrow_bytes : 8);
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

bool is_available() { return plugin().make_code != nullptr; }

lang::Result<std::unique_ptr<Kernel>> make_kernel(const Program& program, AsOf as_of, const KernelWants& wants,
                                                  std::vector<ColumnLayout> columns, const KernelOptions& options) {
  const Plugin& door = plugin();
  if (door.make_code == nullptr) return lang::Error{lang::ErrorKind::usage, {}, 0, door.error, {}};
  Lowered lowered = lower(program, as_of, wants, columns);
  std::string assembly;
  std::string error;
  const CodeOptions code_options{options.level, options.nodes_per_function, options.features, options.cpu};
  std::shared_ptr<const Code> code(
      door.make_code(lowered.plan, code_options, options.keep_assembly ? &assembly : nullptr, &error));
  if (code == nullptr) return lang::Error{lang::ErrorKind::internal, {}, 0, error, {}};
  return std::unique_ptr<Kernel>(std::make_unique<CompiledKernel>(
      program, as_of, std::move(lowered), std::move(columns), std::move(code), std::move(assembly)));
}

}  // namespace muster::runtime::jit
