#include "runtime/jit/space_kernel.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>
#include <limits>

#include "runtime/interpret/simd.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime::jit {

using compiler::ValueId;

namespace {

// `bytes` of a row as in Output.
std::size_t bytes_of_step(std::uint8_t bytes) { return bytes == 0 ? sizeof(Word) : step_rows * bytes; }

bool is_mask(const InputSource& source) {
  return source.part != InputSource::Part::numbers && source.part != InputSource::Part::codes;
}

// Calls use(values) with numbers of so many bytes.
template <class Buffered, class Use>
void with_numbers(Buffered& buffer, std::uint8_t bytes, Use use) {
  switch (bytes) {
    case 1:
      return use(buffer.template as<std::int8_t>());
    case 2:
      return use(buffer.template as<std::int16_t>());
    case 4:
      return use(buffer.template as<std::int32_t>());
    default:
      return use(buffer.template as<std::int64_t>());
  }
}

void fill(Buffer& buffer, const Slot& slot, std::size_t steps) {
  if (slot.bytes == 0) {
    std::fill_n(buffer.as<Word>(), steps, *slot.constant != 0 ? ~Word{0} : Word{0});
    return;
  }
  with_numbers(buffer, slot.bytes, [&]<class Number>(Number* values) {
    std::fill_n(values, steps * step_rows, static_cast<Number>(*slot.constant));
  });
}

// Whether no total of some of the numbers can leave 64 bits, by what they are.
bool totals_fit(const std::int64_t* values, std::size_t rows) {
  const kernels::Wide largest = kernels::Wide{interpret::simd::sizes(values, rows)} + 1;
  return largest * static_cast<kernels::Wide>(rows) <= std::numeric_limits<std::int64_t>::max();
}

}  // namespace

SpaceKernel::SpaceKernel(const compiler::Program& program, AsOf as_of, const Lowered& lowered,
                         std::shared_ptr<const Code> code)
    : as_of_(as_of),
      lowered_(lowered),
      code_(std::move(code)),
      scratch_(code_ == nullptr ? 0 : code_->scratch_bytes()),
      streams_(std::ranges::any_of(lowered_.answers, &AnswerLayout::is_streamed)) {
  for (const PlanTable& table : lowered_.tables) tables_.emplace_back(program, table.spec);
  table_pointers_.resize(tables_.size());
  input_pointers_.resize(lowered_.sources.size());
  tail_pointers_.resize(lowered_.sources.size());
  for (const InputSource& source : lowered_.sources) tails_.emplace_back(source.bytes);
  output_pointers_.resize(lowered_.targets.size());
  for (const AnswerLayout& answer : lowered_.answers) answer_tails_.emplace_back(bytes_of_step(answer.bytes));
  for (const auto& [index, scale] : lowered_.fades) {
    const compiler::FadeRule& rule = program.fades[static_cast<std::size_t>(index)];
    curves_.push_back(
        {kernels::FadeCurve(rule.kind, rule.interval, rule.left_mantissa, rule.whole_days, rule.digits, rule.mode),
         scale, kernels::power_of_ten(4U - rule.digits), rule.of_days});
  }
  reserve(lowered_.space.index == compiler::root_space ? batch_rows : 0);
}

// All values are lost where there was too little room.
void SpaceKernel::reserve(std::size_t rows) {
  const std::size_t steps = words_for(rows);
  if (steps <= room_) return;
  room_ = steps + steps / 2;
  slots_.clear();
  for (const Slot& slot : lowered_.slots) {
    Buffer& buffer = slots_.emplace_back(bytes_of_step(slot.bytes) * room_);
    if (slot.constant) fill(buffer, slot, room_);
  }
  folds_.clear();
  for (std::size_t at = 0; at < lowered_.folds.size(); ++at) {
    folds_.push_back({Buffer(bytes_of_step(8) * room_), Buffer(bytes_of_step(0) * room_)});
  }
  none_.assign(room_, 0);
  all_.assign(room_, ~Word{0});
}

void SpaceKernel::evaluate(const Source& source, std::span<void* const> answers) {
  assert(answers.size() == lowered_.answers.size());
  view_ = &source.batch.spaces[lowered_.space.index];
  rows_ = lowered_.space.index == compiler::root_space || view_->is_given ? view_->rows : 0;
  reserve(rows_);
  if (rows_ == 0) return;
  fold(source);
  if (code_ == nullptr) return;
  for (std::size_t at = 0; at < lowered_.sources.size(); ++at) {
    input_pointers_[at] = pointer_to(source, lowered_.sources[at]);
  }
  for (std::size_t at = 0; at < tables_.size(); ++at) {
    const PlanTable& table = lowered_.tables[at];
    table_pointers_[at] =
        tables_[at].entries(*(table.is_foreign ? source.interpreter->value(ValueId{table.index}).dictionary
                                               : view_->columns[table.index].dictionary));
  }
  Frame frame;
  frame.tables = table_pointers_.data();
  frame.scratch = scratch_.as<std::uint8_t>();
  frame.context = this;
  frame.fade = fade_exactly;
  frame.outputs = output_pointers_.data();
  const std::size_t steps = rows_ / step_rows;
  if (!can_write(answers)) {
    for (std::size_t step = 0; step < steps; ++step) evaluate_apart(frame, step, step_rows, answers);
  } else if (steps != 0) {
    frame.inputs = input_pointers_.data();
    point_outputs(0, answers);
    code_->entry()(&frame, steps);
  }
  const std::size_t rest = rows_ % step_rows;
  if (rest != 0) evaluate_apart(frame, steps, rest, answers);
  // Other threads see what was written past the caches no later than what they are told after this.
  if (streams_) std::atomic_thread_fence(std::memory_order_seq_cst);
}

bool SpaceKernel::is_unexpected() const {
  if (!lowered_.unexpected || rows_ == 0) return false;
  const std::span<const Word> words(slots_[*lowered_.unexpected].as<Word>(), words_for(rows_));
  return std::ranges::any_of(words, [](Word word) { return word != 0; });
}

// ---- child rows

void SpaceKernel::fold(const Source& source) {
  for (const auto& child : source.kernels) {
    if (child == nullptr || child.get() == this) continue;
    counted_.clear();
    for (std::size_t at = 0; at < lowered_.folds.size(); ++at) {
      const RowFold& fold = lowered_.folds[at];
      if (fold.child != child->lowered_.space) continue;
      Folded& result = folds_[at];
      if (child->rows() == 0) {
        std::fill_n(result.values.as<std::int64_t>(), rows_, 0);
        std::fill_n(result.overflow.as<Word>(), words_for(rows_), Word{0});
      } else if (fold.kind == RowFold::Kind::count) {
        counted_.push_back({child->slot(fold.slot).as<Word>(), result.values.as<std::uint32_t>()});
      } else {
        run_fold(fold, *child, result);
      }
    }
    if (!counted_.empty()) count_rows(counted_, child->view().offsets, rows_);
  }
}

void SpaceKernel::run_fold(const RowFold& fold, const SpaceKernel& child, Folded& result) const {
  const std::uint32_t* const offsets = child.view().offsets;
  const Buffer& slot = child.slot(fold.slot);
  const std::uint8_t bytes = child.lowered_.slots[fold.slot].bytes;
  switch (fold.kind) {
    case RowFold::Kind::count:
      break;  // all masks together
    case RowFold::Kind::sum:
      if (child.rows() > fold.safe_rows && !totals_fit(slot.as<std::int64_t>(), child.rows())) {
        sum_rows_checked(slot.as<std::int64_t>(), offsets, rows_, result.values.as<std::int64_t>(),
                         result.overflow.as<Word>());
        break;
      }
      std::fill_n(result.overflow.as<Word>(), words_for(rows_), Word{0});
      with_numbers(slot, bytes,
                   [&](const auto* values) { sum_rows(values, offsets, rows_, result.values.as<std::int64_t>()); });
      break;
    case RowFold::Kind::smallest:
      with_numbers(slot, bytes, [&]<class Number>(const Number* values) {
        smallest_rows(values, offsets, rows_, result.values.as<Number>());
      });
      break;
    case RowFold::Kind::largest:
      with_numbers(slot, bytes, [&]<class Number>(const Number* values) {
        largest_rows(values, offsets, rows_, result.values.as<Number>());
      });
      break;
  }
}

// ---- pointers

// Streamed answers need memory that begins with a cache line.
bool SpaceKernel::can_write(std::span<void* const> answers) const {
  for (std::size_t at = 0; at < answers.size(); ++at) {
    if (lowered_.answers[at].is_streamed && reinterpret_cast<std::uintptr_t>(answers[at]) % cache_line != 0)
      return false;
  }
  return true;
}

// The first `rows` rows of a step by themselves, in memory that is as long as a whole step.
void SpaceKernel::evaluate_apart(Frame frame, std::size_t step, std::size_t rows, std::span<void* const> answers) {
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

void SpaceKernel::point_outputs(std::size_t step, std::span<void* const> answers) {
  for (std::size_t at = 0; at < output_pointers_.size(); ++at) {
    const Target& target = lowered_.targets[at];
    auto* const place =
        target.is_answer ? static_cast<std::uint8_t*>(answers[target.index]) : slots_[target.index].as<std::uint8_t>();
    output_pointers_[at] = place + step * bytes_of_step(bytes_of(target));
  }
}

const void* SpaceKernel::pointer_to(const Source& source, const InputSource& input) const {
  using Origin = InputSource::Origin;
  using Part = InputSource::Part;
  switch (input.origin) {
    case Origin::given:
      return source.batch.spaces[input.index].is_given ? all_.data() : none_.data();
    case Origin::fold:
      return (input.part == Part::overflow ? folds_[input.index].overflow : folds_[input.index].values).as<void>();
    case Origin::column: {
      const ColumnView& column = view_->columns[input.index];
      if (input.part == Part::known) return column.known;
      if (input.part == Part::yes) return column.yes;
      if (column.narrow != nullptr) return column.narrow;
      if (input.part == Part::numbers) return column.integers;
      return column.codes;
    }
    case Origin::foreign:
      break;
  }
  const Vector value = source.interpreter->value(ValueId{input.index});
  switch (input.part) {
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

void SpaceKernel::fade_exactly(void* context, std::uint32_t fade, std::uint64_t mask, const std::int64_t* points,
                               const std::int64_t* events, std::int64_t* results) {
  const auto& kernel = *static_cast<const SpaceKernel*>(context);
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

}  // namespace muster::runtime::jit
