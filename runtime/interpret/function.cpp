// Functions of numbers, days and moments. Which functions there are is known to functions.def alone: the rows of a
// shape make the loop, so that a new function needs no edit here.
#include <cassert>

#include "compiler/ir/facts.h"
#include "runtime/interpret/step.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime::interpret {
namespace {

using compiler::Op;
using kernels::Checked;
using kernels::Fault;
using lang::FunctionShape;

// One function; `kernel` is called as its shape says. Shapes of text belong to text.cpp.
template <FunctionShape shape, class Kernel>
void run_shape(const Frame& frame, const Step& step, [[maybe_unused]] Kernel kernel) {
  if constexpr (shape == FunctionShape::number_to_same || shape == FunctionShape::date_to_int) {
    with_integers(frame.operand(step, 0),
                  [&](auto value) { run_rows(frame, step, [&](std::size_t row) { return kernel(value(row)); }); });
  } else if constexpr (shape == FunctionShape::number_to_int) {
    const auto digits = static_cast<unsigned>(step.immediate >> 8);
    with_integers(frame.operand(step, 0), [&](auto value) {
      run_rows(frame, step, [&](std::size_t row) { return kernel(value(row), digits); });
    });
  } else if constexpr (shape == FunctionShape::numbers_to_same) {
    const kernels::Wide raise_left = kernels::power_of_ten(static_cast<unsigned>(step.immediate >> 8 & 31));
    const kernels::Wide raise_right = kernels::power_of_ten(static_cast<unsigned>(step.immediate >> 16 & 31));
    with_integers(frame.operand(step, 0), [&](auto left) {
      with_integers(frame.operand(step, 1), [&](auto right) {
        run_rows(frame, step, [&](std::size_t row) {
          return kernels::narrow(kernel(left(row) * raise_left, right(row) * raise_right));
        });
      });
    });
  } else {
    assert(false && "a function of another shape");
  }
}

void run_named(const Frame& frame, const Step& step) {
  switch (static_cast<lang::FunctionId>(step.immediate & 255)) {
#define MUSTER_FUNCTION(id, shape, doc, example, result)                                                       \
  case lang::FunctionId::id:                                                                                   \
    run_shape<FunctionShape::shape>(frame, step, [](auto... arguments) { return kernels::id(arguments...); }); \
    break;
#include "lang/spec/functions.def"
#undef MUSTER_FUNCTION
  }
}

// The first moment of a day. Days that far away are no dates that a field can hold, only ones that were computed.
Checked first_moment(std::int64_t day, const kernels::Zone& zone) {
  if (day < -compiler::furthest_day || day > compiler::furthest_day) return {0, Fault::overflow};
  return {zone.instant_from_local(static_cast<std::int32_t>(day), 0), Fault::none};
}

}  // namespace

void run_function(const Frame& frame, const Step& step) {
  const kernels::Zone& zone = *frame.zone;
  switch (step.op) {
    case Op::number_function:
    case Op::numbers_function:
      run_named(frame, step);
      break;
    case Op::date_of_instant:
      with_integers(frame.operand(step, 0), [&](auto value) {
        run_rows(frame, step, [&](std::size_t row) { return zone.local_day(value(row)); });
      });
      break;
    case Op::instant_of_date:
      with_integers(frame.operand(step, 0), [&](auto value) {
        run_rows(frame, step, [&](std::size_t row) { return first_moment(value(row), zone); });
      });
      break;
    default:
      assert(false && "not a function of numbers");
  }
}

}  // namespace muster::runtime::interpret
