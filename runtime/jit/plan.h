// What a kernel computes for 64 rows at a time, as data: the nodes of an expression graph in the order in which they
// may run. A mask is one word, a bit per row; numbers are 64 lanes of 1, 2, 4 or 8 bytes that wrap. Nothing here knows
// how code is made of it, and whoever makes code needs to know nothing else of Muster. May include: the standard
// library. Called by: runtime/jit.
#pragma once

#include <cstdint>
#include <vector>

namespace muster::runtime::jit {

inline constexpr std::size_t step_rows = 64;

enum class Lane : std::uint8_t { mask, i8, i16, i32, i64 };
[[nodiscard]] constexpr unsigned lane_bits(Lane lane) {
  return lane == Lane::mask ? 1U : 4U << static_cast<unsigned>(lane);
}
[[nodiscard]] constexpr Lane lane_of_bytes(std::size_t bytes) {
  return bytes == 1 ? Lane::i8 : (bytes == 2 ? Lane::i16 : (bytes == 4 ? Lane::i32 : Lane::i64));
}
[[nodiscard]] constexpr std::size_t lane_bytes(Lane lane) {
  return lane == Lane::mask ? 8 : step_rows * lane_bits(lane) / 8;
}

enum class NodeOp : std::uint8_t {
  // sources
  splat,  // immediate in every lane; a mask: all 0 (0) or all 1
  load,   // input `immediate`
  // masks
  and_,
  or_,
  not_,
  // lanes
  extend_signed,
  extend_zero,
  truncate,
  add,
  subtract,
  multiply,
  smaller,
  larger,
  shift_right,  // a by `immediate` bits, the sign follows
  blend,        // mask a ? b : c
  // lanes to a mask
  compare,             // a with b by the Order `immediate`
  test,                // whether a has any bit of `immediate`
  any,                 // a word that is not 0 where some lane of a has any bit of `immediate`; no bit is of a row
  add_overflows,       // whether a + b does not fit the lane
  subtract_overflows,  // a - b likewise
  // tables
  look_up,  // i8 lanes a index a table of 256 bytes, as unsigned numbers
  gather,   // i32 lanes a index a table of entries as wide as this node's lanes, as unsigned numbers
  // Plan::fades[immediate] of points a and events b (i64) for the rows of mask c
  fade,
};

enum class Order : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };  // signed

using NodeId = std::uint32_t;
inline constexpr NodeId no_node = 0xffff'ffffU;

struct Node {
  NodeOp op = NodeOp::splat;
  Lane lane = Lane::mask;
  NodeId a = no_node;
  NodeId b = no_node;
  NodeId c = no_node;
  std::int64_t immediate = 0;

  bool operator==(const Node&) const = default;
};

// The result of a fade is whole units; a row is right where it lies further than `tolerance` units from a number at
// which the rounding turns. The others are asked of `FadeFallback`.
struct FadePlan {
  enum class Rounding : std::uint8_t { nearest, towards_zero, away_from_zero };
  Rounding rounding = Rounding::nearest;
  bool is_linear = false;  // to nothing after one interval, in equal steps; else half is left after each
  std::int64_t as_of = 0;
  std::int64_t day = 0;          // ages count whole days of so many units of an event; 0: they do not
  double units_per_point = 1;    // units of the result in one unit of the points' lanes
  double intervals_per_age = 0;  // 1 / interval
  unsigned terms = 12;           // of the series of exp
  double tolerance = 0;          // units
  double most_units = 0;         // rows of more points are left to the fallback; 0: there are none
  bool may_be_negative = true;   // points
  // Events further than this from 0 are left to the fallback; 0: there are none.
  std::int64_t far = 0;
};

struct Output {
  std::uint8_t bytes = 0;  // of a row: 1, 2, 4 or 8; 0: a mask, a word for each step
  NodeId node = no_node;
  std::int64_t scale = 1;    // what a lane is multiplied by
  bool is_streamed = false;  // written past the caches, to a multiple of 64 bytes
};

struct Plan {
  std::vector<Node> nodes;          // operands first; all of them are needed
  std::vector<std::size_t> inputs;  // bytes of an input in one step
  std::vector<FadePlan> fades;
  std::vector<Output> outputs;
  std::size_t tables = 0;
};

// The exact points for the rows of `mask`. `points` and `results` are lanes widened to 8 bytes, 64 of each.
using FadeFallback = void (*)(void* context, std::uint32_t fade, std::uint64_t mask, const std::int64_t* points,
                              const std::int64_t* events, std::int64_t* results);

// What the code is given; the order of the members is known to emit.cpp.
struct Frame {
  const void* const* inputs = nullptr;  // the first step's
  void* const* outputs = nullptr;
  const void* const* tables = nullptr;
  void* scratch = nullptr;  // Code::scratch_bytes(), aligned to 64: what passes from one function to the next
  void* context = nullptr;
  FadeFallback fade = nullptr;
};
using Entry = void (*)(const Frame* frame, std::uint64_t steps);

}  // namespace muster::runtime::jit
