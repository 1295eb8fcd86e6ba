// Truth (section 4, number 1): yes and no are bitmaps, so that 64 leads are decided by one word.
#include <array>
#include <cassert>

#include "runtime/interpret/step.h"

namespace muster::runtime::interpret {
namespace {

using compiler::Op;

// An undecided result carries the faults of its undecided operands; decided ones have none.
void carry_faults(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  if (result.out.overflow == nullptr) return;
  for (std::size_t word = 0; word < frame.words; ++word) {
    Word overflow = 0;
    Word division = 0;
    for (const std::uint32_t operand : step.operands) {
      overflow |= (*frame.registers)[operand].overflow[word];
      division |= (*frame.registers)[operand].division_by_zero[word];
    }
    const Word undecided = ~(result.yes[word] | result.no[word]);
    result.out.overflow[word] = overflow & undecided;
    result.out.division_by_zero[word] = division & undecided;
  }
}

void run_junction(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  const bool is_and = step.op == Op::and_;
  // `all`: where every operand is what decides for this result; `any`: where one is what decides against it.
  Word* __restrict const all = is_and ? result.out.yes : result.out.no;
  Word* __restrict const any = is_and ? result.out.no : result.out.yes;
  std::fill_n(all, frame.words, ~Word{0});
  std::fill_n(any, frame.words, Word{0});
  for (const std::uint32_t operand : step.operands) {
    const Register& reg = (*frame.registers)[operand];
    const Word* __restrict const of_all = is_and ? reg.yes : reg.no;
    const Word* __restrict const of_any = is_and ? reg.no : reg.yes;
    for (std::size_t word = 0; word < frame.words; ++word) {
      all[word] &= of_all[word];
      any[word] |= of_any[word];
    }
  }
}

// Counts of 64 leads at once: bit k of slice s is bit s of lead k's count.
class BitCounts {
 public:
  void clear() { used_ = 0; }
  void add(Word bits) {
    for (std::size_t slice = 0; bits != 0; ++slice) {
      if (slice == used_) slices_[used_++] = 0;
      const Word carry = slices_[slice] & bits;
      slices_[slice] ^= bits;
      bits = carry;
    }
  }
  // The leads whose count is at least `least`.
  [[nodiscard]] Word at_least(std::uint64_t least) const {
    if (used_ < word_bits && (least >> used_) != 0) return 0;
    Word above = 0;
    Word equal = ~Word{0};
    for (std::size_t slice = used_; slice-- > 0;) {
      if (((least >> slice) & 1U) != 0) {
        equal &= slices_[slice];
      } else {
        above |= equal & slices_[slice];
        equal &= ~slices_[slice];
      }
    }
    return above | equal;
  }

 private:
  std::array<Word, 33> slices_;  // an instruction has fewer than 2^32 operands
  std::size_t used_ = 0;
};

void run_at_least(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  const auto count = static_cast<std::int64_t>(step.operands.size());
  const std::int64_t least = step.immediate;
  if (least <= 0 || least > count) {
    std::fill_n(result.out.yes, frame.words, least <= 0 ? ~Word{0} : 0);
    std::fill_n(result.out.no, frame.words, least <= 0 ? 0 : ~Word{0});
    return;
  }
  // `least` cannot be reached any more where more than count - least are no.
  const auto too_many = static_cast<std::uint64_t>(count - least + 1);
  BitCounts yes;
  BitCounts no;
  for (std::size_t word = 0; word < frame.words; ++word) {
    yes.clear();
    no.clear();
    for (const std::uint32_t operand : step.operands) {
      yes.add((*frame.registers)[operand].yes[word]);
      no.add((*frame.registers)[operand].no[word]);
    }
    result.out.yes[word] = yes.at_least(static_cast<std::uint64_t>(least));
    result.out.no[word] = no.at_least(too_many);
  }
}

}  // namespace

void run_logic(const Frame& frame, const Step& step) {
  const Register& result = frame.result(step);
  switch (step.op) {
    case Op::not_: {
      const Register& operand = frame.operand(step, 0);
      std::copy_n(operand.no, frame.words, result.out.yes);
      std::copy_n(operand.yes, frame.words, result.out.no);
      break;
    }
    case Op::and_:
    case Op::or_:
      run_junction(frame, step);
      break;
    case Op::at_least:
      run_at_least(frame, step);
      break;
    case Op::is_known: {
      const Register& operand = frame.operand(step, 0);
      const bool is_boolean = operand.physical == compiler::Physical::boolean;
      for (std::size_t word = 0; word < frame.words; ++word) {
        const Word known = is_boolean ? operand.yes[word] | operand.no[word] : operand.known[word];
        result.out.yes[word] = known;
        result.out.no[word] = ~known;
      }
      break;
    }
    case Op::truth_between: {
      const Register& low = frame.operand(step, 0);
      const Register& high = frame.operand(step, 1);
      for (std::size_t word = 0; word < frame.words; ++word) {
        result.out.yes[word] = low.yes[word];
        result.out.no[word] = high.no[word] & ~low.yes[word];
      }
      break;
    }
    default:
      assert(false && "not an instruction of truth");
  }
  carry_faults(frame, step);
}

}  // namespace muster::runtime::interpret
