#include "runtime/interpret/registers.h"

#include <algorithm>
#include <cassert>

#include "runtime/interpret/simd.h"

namespace muster::runtime::interpret {

using compiler::Physical;

// Buffers of one kind by number; the one that was freed last first.
class RegisterFile::SlotPool {
 public:
  std::uint32_t take() {
    if (free_.empty()) return count_++;
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(std::uint32_t& slot) {
    if (slot == no_slot) return;
    free_.push_back(slot);
    slot = no_slot;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::uint32_t count_ = 0;
  std::vector<std::uint32_t> free_;
};

struct RegisterFile::Pools {
  SlotPool integers;
  SlotPool codes;
  SlotPool bits;

  Slots take(const compiler::Inst& inst) {
    Slots slots;
    const Physical physical = compiler::physical_of(inst.type.kind);
    if (inst.op == compiler::Op::column) {
      if (physical == Physical::boolean) slots.second = bits.take();
      return slots;
    }
    if (physical == Physical::integer) slots.integers = integers.take();
    if (physical == Physical::code || physical == Physical::text) slots.codes = codes.take();
    slots.first = bits.take();
    if (physical == Physical::boolean) slots.second = bits.take();
    if (inst.may_fault) {
      slots.overflow = bits.take();
      slots.division_by_zero = bits.take();
    }
    return slots;
  }
  void give_back(Slots& slots, Keep keep) {
    if (keep == Keep::all) return;
    integers.give_back(slots.integers);
    codes.give_back(slots.codes);
    if (keep == Keep::bits) return;
    bits.give_back(slots.first);
    bits.give_back(slots.second);
    bits.give_back(slots.overflow);
    bits.give_back(slots.division_by_zero);
  }
};

RegisterFile::RegisterFile(const compiler::Program& program, std::span<const Live> live,
                           std::span<const std::uint32_t> index_of, std::span<const std::uint32_t> also_reads)
    : registers_(live.size()), slots_(live.size()), space_(live.size()), arenas_(program.spaces.size()) {
  // The position of the last instruction that reads a value; its own where none does.
  std::vector<std::uint32_t> last_use(live.size());
  for (std::uint32_t at = 0; at < live.size(); ++at) {
    const compiler::Inst& inst = program.insts[live[at].id];
    if (!is_scalar(inst.op)) space_[at] = inst.space;
    last_use[at] = at;
    for (const compiler::ValueId operand : program.operands_of(inst)) {
      const std::uint32_t index = index_of[operand.index];
      if (index != not_live) last_use[index] = at;
    }
    if (also_reads[at] != not_live) last_use[also_reads[at]] = at;
  }
  // What is borrowed stays as long as the borrower: the mask of a masked one, the numbers that a product of one number
  // only scales. Who asks for a value does it after the batch. Readers stand behind what they read.
  for (auto at = static_cast<std::uint32_t>(live.size()); at-- > 0;) {
    const compiler::Inst& inst = program.insts[live[at].id];
    if (!live[at].is_masked && (inst.op != compiler::Op::sum || inst.operand_count != 1)) continue;
    if (live[at].keep == Keep::all) last_use[at] = static_cast<std::uint32_t>(live.size() - 1);
    std::uint32_t& borrowed = last_use[index_of[program.operands_of(inst)[0].index]];
    borrowed = std::max(borrowed, last_use[at]);
  }
  std::vector<std::vector<std::uint32_t>> ends(live.size());  // whose last use it is
  for (std::uint32_t at = 0; at < live.size(); ++at) ends[last_use[at]].push_back(at);
  std::vector<Slots> held(live.size());
  std::vector<Pools> pools(arenas_.size());
  const auto give_back = [&](std::uint32_t index) {
    if (!space_[index].is_none()) pools[space_[index].index].give_back(held[index], live[index].keep);
  };
  for (std::uint32_t at = 0; at < live.size(); ++at) {
    const compiler::Inst& inst = program.insts[live[at].id];
    // Before operands are given back: a result never overwrites them.
    if (!space_[at].is_none() && !live[at].is_masked) held[at] = slots_[at] = pools[space_[at].index].take(inst);
    for (const std::uint32_t index : ends[at]) give_back(index);

    Register& reg = registers_[at];
    reg.physical = compiler::physical_of(inst.type.kind);
    reg.is_scalar = is_scalar(inst.op);
    reg.may_fault = inst.may_fault;
    reg.is_masked = live[at].is_masked;
  }
  for (std::size_t space = 0; space < arenas_.size(); ++space) {
    arenas_[space].integer_slots = pools[space].integers.count();
    arenas_[space].code_slots = pools[space].codes.count();
    arenas_[space].bit_slots = pools[space].bits.count();
  }
}

void RegisterFile::reserve(compiler::SpaceId space, std::size_t rows) {
  Arena& arena = arenas_[space.index];
  if (rows <= arena.rows) return;
  // Half as much again, so that batches which grow slowly do not make it anew each time.
  const std::size_t words = words_for(arena.rows == 0 ? rows : std::max(rows, arena.rows + arena.rows / 2));
  arena.rows = words * word_bits;
  arena.integers.assign(arena.integer_slots * arena.rows * sizeof(std::int64_t), std::byte{0});
  arena.codes.assign(arena.code_slots * arena.rows * sizeof(std::uint32_t), std::byte{0});
  arena.bits.assign(arena.bit_slots * words, 0);
  if (zeros_.size() < words) {
    zeros_.assign(words, 0);
    ones_.assign(words, ~Word{0});
  }
  for (std::uint32_t index = 0; index < registers_.size(); ++index) bind(index);
}

void RegisterFile::bind(std::uint32_t index) {
  Register& reg = registers_[index];
  reg.overflow = reg.division_by_zero = zeros_.data();
  if (space_[index].is_none()) {
    bind_scalar(index);
    return;
  }
  Arena& arena = arenas_[space_[index].index];
  const std::size_t words = words_for(arena.rows);
  const auto buffer = [](auto& values, std::uint32_t slot, std::size_t size) {
    return slot == no_slot ? nullptr : values.data() + std::size_t{slot} * size;
  };
  const auto bytes = [&](LineVector<std::byte>& values, std::uint32_t slot, std::size_t size) {
    return static_cast<void*>(buffer(values, slot, arena.rows * size));
  };
  const Slots& slots = slots_[index];
  void* const integers = bytes(arena.integers, slots.integers, sizeof(std::int64_t));
  void* const codes = bytes(arena.codes, slots.codes, sizeof(std::uint32_t));
  const bool is_boolean = reg.physical == Physical::boolean;
  reg.out.integers = static_cast<std::int64_t*>(integers);
  reg.out.narrow_integers = static_cast<std::int32_t*>(integers);
  reg.out.codes = static_cast<std::uint32_t*>(codes);
  reg.out.narrow_codes = static_cast<std::uint8_t*>(codes);
  (is_boolean ? reg.out.yes : reg.out.known) = buffer(arena.bits, slots.first, words);
  reg.out.no = buffer(arena.bits, slots.second, words);
  reg.out.overflow = buffer(arena.bits, slots.overflow, words);
  reg.out.division_by_zero = buffer(arena.bits, slots.division_by_zero, words);
  reg.lie_wide();
  reg.yes = reg.out.yes;
  reg.no = reg.out.no;
  reg.known = reg.is_masked ? ones_.data() : reg.out.known;
  if (reg.out.overflow != nullptr) {
    reg.overflow = reg.out.overflow;
    reg.division_by_zero = reg.out.division_by_zero;
  }
}

void RegisterFile::make_scalar(std::uint32_t index, std::int64_t number) {
  Register& reg = registers_[index];
  space_[index] = {};
  reg.is_scalar = true;
  reg.scalar_known = true;
  reg.number = number;
}

void RegisterFile::bind_scalar(std::uint32_t index) {
  Register& reg = registers_[index];
  assert(reg.is_scalar);
  reg.known = reg.scalar_known ? ones_.data() : zeros_.data();
  reg.yes = reg.scalar_known && reg.scalar_yes ? ones_.data() : zeros_.data();
  reg.no = reg.scalar_known && !reg.scalar_yes ? ones_.data() : zeros_.data();
}

void RegisterFile::widen(std::uint32_t index, std::size_t rows) {
  Register& reg = registers_[index];
  Widened& wide = widened_[index];
  if (reg.physical == Physical::integer) {
    if (wide.integers.size() < rows) wide.integers.resize(rows);
    const simd::Term number{{reg.narrow, reg.narrow_bytes}, nullptr, reg.scale};
    simd::sum(std::int64_t{0}, std::span(&number, 1), rows, wide.integers.data());
    reg.integers = wide.integers.data();
  } else {
    if (wide.codes.size() < rows) wide.codes.resize(rows);
    if (reg.narrow_bytes == 1) {
      simd::widen(static_cast<const std::uint8_t*>(reg.narrow), rows, wide.codes.data());
    } else {
      simd::widen(static_cast<const std::uint16_t*>(reg.narrow), rows, wide.codes.data());
    }
    reg.codes = wide.codes.data();
  }
}

void RegisterFile::materialise(std::uint32_t index) {
  Register& reg = registers_[index];
  assert(reg.is_scalar);
  if (reg.physical == Physical::integer) {
    reg.integers = constant_integers_.emplace_back(batch_rows, reg.number).data();
  } else if (reg.physical != Physical::boolean) {
    reg.codes = constant_codes_.emplace_back(batch_rows, reg.code).data();
  }
}

std::size_t RegisterFile::bytes() const {
  std::size_t bytes = 0;
  for (const Arena& arena : arenas_) {
    bytes += arena.integers.size() + arena.codes.size() + arena.bits.size() * sizeof(Word);
  }
  return bytes;
}

}  // namespace muster::runtime::interpret
