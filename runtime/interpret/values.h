// What an engine says about the rows of its last batch. May include: runtime/data, compiler/ir. Called by: the engines,
// and whoever reads them.
#pragma once

#include <cstdint>

#include "compiler/ir/program.h"
#include "runtime/data/batch.h"

namespace muster::runtime {

// A register after evaluate(): valid until the next call. Bits past the last row are unspecified.
struct Vector {
  compiler::Physical physical = compiler::Physical::integer;
  const std::int64_t* integers = nullptr;
  const std::uint32_t* codes = nullptr;
  const Dictionary* dictionary = nullptr;
  const Word* yes = nullptr;               // boolean
  const Word* no = nullptr;                // boolean
  const Word* known = nullptr;             // others
  const Word* overflow = nullptr;          // may_fault only: missing because of an overflow
  const Word* division_by_zero = nullptr;  // may_fault only

  [[nodiscard]] bool is_yes(std::size_t row) const { return test_bit(yes, row); }
  [[nodiscard]] bool is_no(std::size_t row) const { return test_bit(no, row); }
  [[nodiscard]] bool is_known(std::size_t row) const {
    return physical == compiler::Physical::boolean ? test_bit(yes, row) || test_bit(no, row) : test_bit(known, row);
  }
};

class Values {
 public:
  Values() = default;
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;
  Values& operator=(Values&&) = delete;
  virtual ~Values() = default;
  // A value that was wanted.
  [[nodiscard]] virtual Vector value(compiler::ValueId id) const = 0;

 protected:
  Values(Values&&) = default;
};

}  // namespace muster::runtime
