#include "runtime/interpret/interpreter.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <unordered_map>

#include "lang/spec/limits.h"
#include "runtime/interpret/answer.h"
#include "runtime/interpret/fetch_ahead.h"
#include "runtime/interpret/roots.h"
#include "runtime/interpret/step.h"

namespace muster::runtime {

using compiler::Inst;
using compiler::Op;
using compiler::Physical;
using compiler::Program;
using compiler::SpaceId;
using compiler::ValueId;
using interpret::Keep;
using interpret::not_live;

namespace {

bool touches_text(const Program& program, const Inst& inst) {
  if (inst.op == Op::column || interpret::is_scalar(inst.op)) return false;
  if (compiler::physical_of(inst.type.kind) == Physical::text) return true;
  return std::ranges::any_of(program.operands_of(inst), [&](ValueId operand) {
    return compiler::physical_of(program.insts[operand].type.kind) == Physical::text;
  });
}

std::vector<std::uint32_t> sources_of(const interpret::QuestionBook& questions, std::size_t live) {
  std::vector<std::uint32_t> sources;
  for (std::uint32_t at = 0; at < live; ++at) sources.push_back(questions.source(at));
  return sources;
}

std::vector<Keep> keep_wanted(const Program& program, const Wanted& wanted) {
  std::vector<Keep> keep(program.insts.size(), Keep::nothing);
  for (const ValueId root : interpret::bit_roots_of(program, wanted)) keep[root.index] = Keep::bits;
  for (const ValueId root : interpret::value_roots_of(program, wanted)) keep[root.index] = Keep::all;
  return keep;
}

std::vector<Keep> keep_values(const Program& program, std::span<const ValueId> values) {
  std::vector<Keep> keep(program.insts.size(), Keep::nothing);
  for (const ValueId value : values) keep[value.index] = Keep::all;
  return keep;
}

}  // namespace

struct Interpreter::State {
  State(const Program& policy, AsOf moment, SpaceId region_root, const std::vector<Keep>& keep)
      : program(policy),
        as_of(moment),
        root(region_root),
        live(find_live(keep)),
        questions(policy, live, index_of),
        registers(policy, live, index_of, sources_of(questions, live.size())) {
    for (std::uint32_t at = 0; at < program.spaces.size(); ++at) {
      // Down to the next `one`. The root may be a `many` space itself, for values of its own rows.
      SpaceId top{at};
      while (top != root && program.spaces[top].link == compiler::Link::many) top = program.spaces[top].parent;
      if (top == root) spaces.push_back(SpaceId{at});
    }
    find_readers();
    find_wide();
    set_scalars();
    make_steps();
    make_frames();
    registers.reserve(root, batch_rows);
  }

  // Marks what the kept values need in this region, operands first; sets index_of.
  std::vector<interpret::Live> find_live(const std::vector<Keep>& keep) {
    std::vector<bool> is_needed(program.insts.size());
    for (auto index = static_cast<std::uint32_t>(program.insts.size()); index-- > 0;) {
      is_needed[index] = is_needed[index] || keep[index] != Keep::nothing;
      const Inst& inst = program.insts[ValueId{index}];
      if (!is_needed[index] || interpret::reads_other_region(program, inst)) continue;
      for (const ValueId operand : program.operands_of(inst)) is_needed[operand.index] = true;
    }
    index_of.assign(program.insts.size(), not_live);
    std::vector<interpret::Live> found;
    for (std::uint32_t index = 0; index < program.insts.size(); ++index) {
      if (!is_needed[index]) continue;
      index_of[index] = static_cast<std::uint32_t>(found.size());
      found.push_back({ValueId{index}, keep[index]});
    }
    mark_masked(found);
    return found;
  }

  void make_steps() {
    std::size_t operand_count = 0;
    for (const interpret::Live& one : live) operand_count += program.insts[one.id].operand_count;
    operands.reserve(operand_count);  // steps hold views of it
    for (std::uint32_t at = 0; at < live.size(); ++at) {
      const Inst& inst = program.insts[live[at].id];
      if (registers[at].is_scalar) continue;
      interpret::Step step;
      step.op = inst.op;
      step.space = inst.space;
      step.from = inst.from;
      if (inst.op == Op::is_linked && step.from.is_none()) {
        step.from = SpaceId{static_cast<std::uint32_t>(inst.immediate)};
      }
      step.immediate = inst.immediate;
      step.result = at;
      if (registers[at].physical == Physical::text) texts.emplace_back(at, inst.space);
      const std::size_t first = operands.size();
      const auto values = program.operands_of(inst);
      if (interpret::reads_other_region(program, inst)) {
        step.source = values[0];
      } else {
        for (const ValueId operand : values) operands.push_back(index_of[operand.index]);
      }
      step.operands = std::span<const std::uint32_t>(operands).subspan(first);
      if (touches_text(program, inst)) {
        step.text = text_states.emplace_back(std::make_unique<interpret::TextState>()).get();
      }
      step.questions = questions.asked(at).questions;
      step.bit = questions.asked(at).bit;
      step.stays_narrow = !is_read_wide[at];
      step.fits_narrow = has_narrow_range(live[at].id);
      if (inst.op == Op::in_numbers || inst.op == Op::in_codes) step.set = set_of(inst);
      if (inst.op == Op::convert_money) {
        step.drop = program.insts[values[0]].type.digits + interpret::rate_digits - inst.type.digits;
      }
      if (inst.op == Op::fade) {
        const compiler::FadeRule& rule = program.fades[static_cast<std::size_t>(inst.immediate)];
        step.fade = curves
                        .emplace_back(std::make_unique<kernels::FadeCurve>(rule.kind, rule.interval, rule.left_mantissa,
                                                                           rule.whole_days, rule.digits, rule.mode))
                        .get();
        step.readers = readers[at];
      }
      if (inst.op == Op::column && inst.space == root) {
        columns_read.push_back(static_cast<std::uint32_t>(inst.immediate));
      }
      steps.push_back(step);
    }
  }

  // Of which only sums read: a choice between two constants, decided in every row, and 0 for what is missing. They stay
  // masks.
  void mark_masked(std::vector<interpret::Live>& found) const {
    std::vector<bool> is_read_otherwise(found.size());
    for (const interpret::Live& one : found) {
      const Inst& inst = program.insts[one.id];
      if (inst.op == Op::sum || interpret::reads_other_region(program, inst)) continue;
      for (const ValueId operand : program.operands_of(inst)) is_read_otherwise[index_of[operand.index]] = true;
    }
    for (std::size_t at = 0; at < found.size(); ++at) {
      const bool is_free = !is_read_otherwise[at] && found[at].keep == Keep::nothing;
      found[at].is_masked = is_free && can_be_mask(program.insts[found[at].id]);
    }
  }

  [[nodiscard]] bool can_be_mask(const Inst& inst) const {
    if (inst.op != Op::select && inst.op != Op::default_to) return false;
    if (compiler::physical_of(inst.type.kind) != Physical::integer) return false;
    const auto inputs = program.operands_of(inst);
    if (interpret::is_scalar(program.insts[inputs[0]].op)) return false;
    const auto is_constant = [&](ValueId id) { return program.insts[id].op == Op::constant; };
    if (inst.op == Op::default_to) return is_constant(inputs[1]) && program.insts[inputs[1]].immediate == 0;
    return inst.immediate != static_cast<std::int64_t>(compiler::OnUndecided::agree) && is_constant(inputs[1]) &&
           is_constant(inputs[2]);
  }

  // What is read by other instructions than those that can read narrow numbers or codes. Whoever asks for a value gets
  // it widened.
  void find_wide() {
    is_read_wide.resize(live.size());
    for (std::uint32_t at = 0; at < live.size(); ++at) {
      const Inst& inst = program.insts[live[at].id];
      if (interpret::reads_other_region(program, inst)) continue;
      const auto values = program.operands_of(inst);
      for (std::size_t k = 0; k < values.size(); ++k) {
        if (!reads_narrow(at, inst, k)) is_read_wide[index_of[values[k].index]] = true;
      }
    }
  }

  [[nodiscard]] bool reads_narrow(std::uint32_t at, const Inst& inst, std::size_t operand) const {
    const Physical physical = compiler::physical_of(inst.type.kind);
    switch (inst.op) {
      case Op::is_known:
      case Op::compare:
      case Op::compare_code:
      case Op::in_numbers:
      case Op::in_codes:
      case Op::sum:
      case Op::clamp:
        return true;
      case Op::fade:
        return operand == 0;
      case Op::select:
        return physical == Physical::code;
      case Op::default_to:
        return physical != Physical::text;
      default:
        return questions.asked(at).questions != nullptr;
    }
  }

  [[nodiscard]] bool has_narrow_range(ValueId id) const {
    if (program.ranges.empty()) return false;
    const compiler::ValueRange& range = program.ranges[id.index];
    const bool is_code = compiler::physical_of(program.insts[id].type.kind) == Physical::code;
    return is_code ? range.low >= 0 && range.high <= std::numeric_limits<std::uint8_t>::max()
                   : range.low >= std::numeric_limits<std::int32_t>::min() &&
                         range.high <= std::numeric_limits<std::int32_t>::max();
  }

  // By fade: the masks of the folds that read it, where nothing else does and they are computed before it.
  void find_readers() {
    std::vector<bool> is_read_whole(live.size());
    for (std::uint32_t at = 0; at < live.size(); ++at) {
      const Inst& inst = program.insts[live[at].id];
      if (inst.op == Op::fade) readers[at];
      if (interpret::reads_other_region(program, inst)) continue;
      const auto values = program.operands_of(inst);
      const bool is_masked = inst.op == Op::sum_rows || inst.op == Op::smallest_row || inst.op == Op::largest_row;
      for (const ValueId operand : values) {
        const std::uint32_t index = index_of[operand.index];
        const auto fade = readers.find(index);
        if (fade == readers.end()) continue;
        if (is_masked && index_of[values[1].index] < index) {
          fade->second.push_back(index_of[values[1].index]);
        } else {
          is_read_whole[index] = true;
        }
      }
    }
    for (auto& [index, masks] : readers) {
      if (is_read_whole[index] || live[index].keep != Keep::nothing) masks.clear();
    }
  }

  const kernels::NumberSet* set_of(const Inst& inst) {
    const auto& numbers = program.number_sets[static_cast<std::size_t>(inst.immediate)];
    auto& set = sets[inst.immediate];
    if (set == nullptr) set = std::make_unique<kernels::NumberSet>(numbers);
    return set.get();
  }

  // Such as the moment of the evaluation less a week. Nothing where a term is not the same for all rows, or missing, or
  // where the sum does not fit.
  [[nodiscard]] std::optional<std::int64_t> sum_of_scalars(const Inst& inst) {
    kernels::Wide total = 0;
    const auto terms = program.operands_of(inst);
    for (std::size_t k = 0; k < terms.size(); ++k) {
      const interpret::Register& reg = registers[index_of[terms[k].index]];
      if (!reg.is_scalar || !reg.scalar_known) return std::nullopt;
      const std::int64_t weight = program.weights[static_cast<std::size_t>(inst.immediate) + k];
      if (__builtin_add_overflow(total, static_cast<kernels::Wide>(weight) * reg.number, &total)) return std::nullopt;
    }
    const auto sum = static_cast<std::int64_t>(total);
    return sum == total ? std::optional(sum) : std::nullopt;
  }

  // All but is_given, which each batch says.
  void set_scalars() {
    for (std::uint32_t at = 0; at < live.size(); ++at) {
      const Inst& inst = program.insts[live[at].id];
      interpret::Register& reg = registers[at];
      if (inst.op == Op::sum && live[at].keep == Keep::nothing) {
        if (const auto number = sum_of_scalars(inst)) registers.make_scalar(at, *number);
      }
      if (!interpret::is_scalar(inst.op)) continue;
      reg.scalar_known = inst.op != Op::missing;
      reg.dictionary = &constants;
      if (inst.op == Op::as_of_instant) {
        reg.number = as_of.instant;
      } else if (inst.op == Op::as_of_day) {
        reg.number = as_of.day;
      } else if (inst.op == Op::window_edge) {
        reg.number = interpret::edge_of(program.windows[static_cast<std::size_t>(inst.immediate)], as_of, program.zone);
      } else if (inst.op == Op::is_given) {
        given.emplace_back(at, SpaceId{static_cast<std::uint32_t>(inst.immediate)});
      } else if (inst.op == Op::constant) {
        reg.scalar_yes = inst.immediate != 0;
        if (reg.physical == Physical::integer) reg.number = inst.immediate;
        if (reg.physical == Physical::code) reg.code = static_cast<std::uint32_t>(inst.immediate);
        if (reg.physical == Physical::text) {
          reg.code = constants.intern(program.texts[static_cast<std::size_t>(inst.immediate)]);
        }
      }
      if (live[at].keep == Keep::all) registers.materialise(at);
    }
  }

  void make_frames() {
    frames.resize(program.spaces.size());
    for (std::uint32_t space = 0; space < frames.size(); ++space) {
      interpret::Frame& frame = frames[space];
      frame.program = &program;
      frame.registers = &registers;
      frame.frames = frames.data();
      frame.zone = &program.zone;
      frame.no_texts = &no_texts;
      frame.scratch = &scratch;
      frame.as_of = as_of;
      frame.space = SpaceId{space};
    }
  }

  void begin_batch(const BatchView& batch) {
    questions.begin_batch();
    ahead.stop();
    if (batch.is_followed) ahead.begin(batch.spaces[root.index], columns_read);
    std::size_t most_rows = 0;
    for (const SpaceId space : spaces) {
      const SpaceView& view = batch.spaces[space.index];
      interpret::Frame& frame = frames[space.index];
      frame.batch = &batch;
      frame.rows = space == root || view.is_given ? view.rows : 0;
      frame.words = words_for(frame.rows);
      registers.reserve(space, frame.rows);
      most_rows = std::max(most_rows, frame.rows);
    }
    if (scratch.no_rows.size() <= most_rows) scratch.no_rows.assign(most_rows + 1, 0);
    for (const SpaceId space : spaces) {
      interpret::Frame& frame = frames[space.index];
      frame.offsets = frame.rows == 0 ? scratch.no_rows.data() : batch.spaces[space.index].offsets;
    }
    // Instructions of a space without rows are not run, but folds ask for its texts.
    for (const auto& [index, space] : texts) {
      if (frames[space.index].rows == 0) registers[index].dictionary = &no_texts;
    }
    for (const auto& [index, space] : given) {
      registers[index].scalar_yes = batch.spaces[space.index].is_given;
      registers.bind_scalar(index);
    }
  }

  void bind_column(const interpret::Frame& frame, const interpret::Step& step) {
    interpret::Register& reg = registers[step.result];
    const ColumnView& column = frame.view(step.space).columns[static_cast<std::size_t>(step.immediate)];
    assert(column.physical == reg.physical);
    reg.integers = column.integers;
    reg.codes = column.codes;
    reg.dictionary = column.dictionary;
    reg.known = column.known;
    reg.yes = column.yes;
    reg.narrow = column.narrow;
    reg.narrow_bytes = column.narrow_bytes;
    if (reg.narrow != nullptr && !step.stays_narrow) registers.widen(step.result, frame.rows);
    if (reg.physical != Physical::boolean) return;
    for (std::size_t word = 0; word < frame.words; ++word) reg.out.no[word] = column.known[word] & ~column.yes[word];
  }

  void run(const interpret::Frame& frame, const interpret::Step& step) {
    if (step.stays_narrow) registers[step.result].lie_wide();  // until it is known better
    switch (step.op) {
      case Op::column:
        bind_column(frame, step);
        return;
      case Op::constant:
      case Op::missing:
      case Op::as_of_instant:
      case Op::as_of_day:
      case Op::window_edge:
      case Op::is_given:
        return;  // set before
      case Op::not_:
      case Op::and_:
      case Op::or_:
      case Op::at_least:
      case Op::is_known:
      case Op::truth_between:
        interpret::run_logic(frame, step);
        return;
      case Op::sum:
      case Op::multiply:
      case Op::divide:
      case Op::remainder:
      case Op::rescale:
      case Op::scale_by:
      case Op::whole_steps:
      case Op::clamp:
      case Op::saturating_sum:
        interpret::run_arithmetic(frame, step);
        return;
      case Op::number_function:
      case Op::numbers_function:
      case Op::date_of_instant:
      case Op::instant_of_date:
        interpret::run_function(frame, step);
        return;
      case Op::compare:
      case Op::compare_code:
      case Op::in_numbers:
      case Op::in_codes:
        interpret::run_compare(frame, step);
        return;
      case Op::in_texts:
      case Op::text_equal:
      case Op::text_test:
      case Op::text_function:
      case Op::text_to_integer:
        interpret::run_text(frame, step);
        return;
      case Op::select:
      case Op::default_to:
      case Op::first_yes:
        interpret::run_choice(frame, step);
        return;
      case Op::calendar_number:
      case Op::fade:
      case Op::convert_money:
        interpret::run_moment(frame, step);
        return;
      case Op::is_linked:
      case Op::from_one:
      case Op::to_rows:
        interpret::run_links(frame, step);
        return;
      case Op::any_rows:
      case Op::count_rows:
      case Op::sum_rows:
      case Op::smallest_row:
      case Op::largest_row:
      case Op::count_distinct:
      case Op::most_days:
        interpret::run_fold(frame, step);
        return;
      case Op::first_row:
      case Op::last_row:
        interpret::run_first(frame, step);
        return;
      case Op::keep_distinct:
      case Op::keep_latest:
      case Op::keep_first:
        interpret::run_mask(frame, step);
        return;
    }
  }

  // A value that is the same for all rows belongs to no space.
  [[nodiscard]] std::size_t rows_of(ValueId id) const {
    const SpaceId space = program.insts[id].space;
    return frames[space.is_none() ? root.index : space.index].rows;
  }

  // Dictionaries that instructions have filled are emptied between batches, by the same limits as a column's.
  void clear_full_dictionaries() {
    for (const auto& state : text_states) {
      if (state->own.size() >= limits.dictionary_entries || state->own.bytes() >= limits.dictionary_bytes) {
        state->own.clear();
      }
    }
  }

  const Program& program;
  AsOf as_of;
  SpaceId root;  // of the region
  lang::Limits limits;
  std::vector<std::uint32_t> index_of;  // position among the live ones, by instruction
  std::vector<interpret::Live> live;
  interpret::QuestionBook questions;
  interpret::RegisterFile registers;
  std::vector<SpaceId> spaces;                           // of the region, a space after its parent
  std::vector<bool> is_read_wide;                        // by live instruction
  std::vector<std::pair<std::uint32_t, SpaceId>> texts;  // registers of texts that rows have
  std::vector<std::pair<std::uint32_t, SpaceId>> given;  // registers of is_given
  std::vector<std::uint32_t> operands;
  std::vector<interpret::Step> steps;
  std::vector<std::unique_ptr<interpret::TextState>> text_states;
  std::map<std::int64_t, std::unique_ptr<kernels::NumberSet>> sets;  // by place in Program::number_sets
  std::vector<std::unique_ptr<kernels::FadeCurve>> curves;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> readers;  // see find_readers
  Dictionary constants;
  Dictionary no_texts;  // stays empty
  interpret::Scratch scratch;
  interpret::FetchAhead ahead;
  std::vector<std::uint32_t> columns_read;  // of the root, in the order of the steps
  std::vector<interpret::Frame> frames;     // by space
};

Interpreter::Interpreter(const Program& program, AsOf as_of, Wanted wanted)
    : state_(std::make_unique<State>(program, as_of, SpaceId{compiler::root_space}, keep_wanted(program, wanted))) {}
Interpreter::Interpreter(const Program& program, AsOf as_of, SpaceId root, std::vector<ValueId> keep)
    : state_(std::make_unique<State>(program, as_of, root, keep_values(program, keep))) {}
Interpreter::~Interpreter() = default;
Interpreter::Interpreter(Interpreter&&) noexcept = default;

void Interpreter::evaluate(const BatchView& batch) {
  assert(batch.spaces.size() == state_->program.spaces.size());
  assert(batch.spaces[state_->root.index].rows >= 1 && batch.spaces[state_->root.index].rows <= batch_rows);
  state_->clear_full_dictionaries();
  state_->begin_batch(batch);
  interpret::FetchAhead& ahead = state_->ahead;
  const std::size_t lines_per_step = ahead.lines() / std::max<std::size_t>(state_->steps.size(), 1) + 1;
  for (const interpret::Step& step : state_->steps) {
    const interpret::Frame& frame = state_->frames[step.space.index];
    if (frame.rows != 0) state_->run(frame, step);
    ahead.fetch(lines_per_step);
  }
}

bool Interpreter::has(ValueId id) const {
  if (id.index >= state_->index_of.size()) return false;
  const std::uint32_t index = state_->index_of[id.index];
  return index != not_live && state_->live[index].keep != Keep::nothing;
}

Vector Interpreter::value(ValueId id) const {
  assert(has(id));
  const std::uint32_t index = state_->index_of[id.index];
  interpret::Register& reg = state_->registers[index];
  const bool is_boolean = reg.physical == Physical::boolean;
  const bool has_values = state_->live[index].keep == Keep::all;
  if (has_values && reg.is_narrow()) state_->registers.widen(index, state_->rows_of(id));
  Vector vector;
  vector.physical = reg.physical;
  vector.integers = has_values && reg.physical == Physical::integer ? reg.integers : nullptr;
  vector.codes = has_values && (reg.physical == Physical::code || reg.physical == Physical::text) ? reg.codes : nullptr;
  vector.dictionary = reg.physical == Physical::text ? reg.dictionary : nullptr;
  vector.yes = is_boolean ? reg.yes : nullptr;
  vector.no = is_boolean ? reg.no : nullptr;
  vector.known = is_boolean ? nullptr : reg.known;
  vector.overflow = reg.may_fault ? reg.overflow : nullptr;
  vector.division_by_zero = reg.may_fault ? reg.division_by_zero : nullptr;
  return vector;
}

void Interpreter::write_answer(ValueId id, std::uint8_t bytes, void* place) const {
  assert(has(id) && state_->live[state_->index_of[id.index]].keep == Keep::all);
  const std::uint32_t index = state_->index_of[id.index];
  const interpret::Register& reg = state_->registers[index];
  if (!interpret::can_write(reg)) state_->registers.widen(index, state_->rows_of(id));
  interpret::write_answer(reg, state_->rows_of(id), bytes, place);
}

std::size_t Interpreter::live_instructions() const { return state_->steps.size(); }

std::vector<std::size_t> Interpreter::live_instructions_by_space() const {
  std::vector<std::size_t> counts(state_->program.spaces.size());
  for (const interpret::Step& step : state_->steps) {
    ++counts[(interpret::is_fold(step.op) ? step.from : step.space).index];
  }
  return counts;
}

}  // namespace muster::runtime
