#include "runtime/interpret/registers.h"

#include <algorithm>
#include <cassert>

namespace muster::runtime::interpret {
namespace {

using compiler::Physical;

constexpr std::uint32_t no_slot = 0xffff'ffffU;

// Buffers of one kind by number; the lowest free one first.
class SlotPool {
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

struct Slots {
  std::uint32_t integers = no_slot;
  std::uint32_t codes = no_slot;
  std::uint32_t first = no_slot;   // yes, or known
  std::uint32_t second = no_slot;  // no
  std::uint32_t overflow = no_slot;
  std::uint32_t division_by_zero = no_slot;
};

struct Pools {
  SlotPool integers;
  SlotPool codes;
  SlotPool bits;

  Slots take(const compiler::Inst& inst) {
    Slots slots;
    if (is_scalar(inst.op)) return slots;
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

template <class T>
T* buffer(std::vector<T>& arena, std::uint32_t slot, std::size_t size) {
  return slot == no_slot ? nullptr : arena.data() + std::size_t{slot} * size;
}

}  // namespace

RegisterFile::RegisterFile(const compiler::Program& program, std::span<const Live> live,
                           std::span<const std::uint32_t> index_of)
    : registers_(live.size()) {
  // The position of the last instruction that reads a value; its own where none does.
  std::vector<std::uint32_t> last_use(live.size());
  for (std::uint32_t at = 0; at < live.size(); ++at) {
    last_use[at] = at;
    for (const compiler::ValueId operand : program.operands_of(program.insts[live[at].id])) {
      last_use[index_of[operand.index]] = at;
    }
  }
  std::vector<Slots> assigned(live.size());
  std::vector<Slots> held(live.size());
  Pools pools;
  for (std::uint32_t at = 0; at < live.size(); ++at) {
    const compiler::Inst& inst = program.insts[live[at].id];
    held[at] = assigned[at] = pools.take(inst);  // before operands are given back: a result never overwrites them
    for (const compiler::ValueId operand : program.operands_of(inst)) {
      const std::uint32_t index = index_of[operand.index];
      if (last_use[index] == at) pools.give_back(held[index], live[index].keep);
    }
    if (last_use[at] == at) pools.give_back(held[at], live[at].keep);
  }
  integers_.resize(pools.integers.count() * batch_rows);
  codes_.resize(pools.codes.count() * batch_rows);
  bits_.resize(pools.bits.count() * batch_words);

  for (std::uint32_t at = 0; at < live.size(); ++at) {
    const compiler::Inst& inst = program.insts[live[at].id];
    const Slots& slots = assigned[at];
    Register& reg = registers_[at];
    reg.physical = compiler::physical_of(inst.type.kind);
    reg.is_scalar = is_scalar(inst.op);
    reg.may_fault = inst.may_fault;
    const bool is_boolean = reg.physical == Physical::boolean;
    reg.out.integers = buffer(integers_, slots.integers, batch_rows);
    reg.out.codes = buffer(codes_, slots.codes, batch_rows);
    (is_boolean ? reg.out.yes : reg.out.known) = buffer(bits_, slots.first, batch_words);
    reg.out.no = buffer(bits_, slots.second, batch_words);
    reg.out.overflow = buffer(bits_, slots.overflow, batch_words);
    reg.out.division_by_zero = buffer(bits_, slots.division_by_zero, batch_words);
    reg.integers = reg.out.integers;
    reg.codes = reg.out.codes;
    reg.yes = reg.out.yes;
    reg.no = reg.out.no;
    reg.known = reg.out.known;
    if (reg.out.overflow != nullptr) {
      reg.overflow = reg.out.overflow;
      reg.division_by_zero = reg.out.division_by_zero;
    }
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
  return integers_.size() * sizeof(std::int64_t) + codes_.size() * sizeof(std::uint32_t) + bits_.size() * sizeof(Word);
}

}  // namespace muster::runtime::interpret
