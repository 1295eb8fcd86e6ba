// What is wanted of a kernel: registers that it keeps, and answers in the caller's memory.
#include <algorithm>

#include "runtime/jit/lowering.h"

namespace muster::runtime::jit {

using compiler::Physical;

namespace {

// Of a row in a register, as Output::bytes.
constexpr std::uint8_t mask_bytes = 0;
constexpr std::uint8_t code_bytes = 4;
constexpr std::uint8_t number_bytes = 8;

// The code of a constant text in the kernel's own dictionary.
std::int64_t code_of_constant(const compiler::Program& program, Lowered& lowered, const compiler::Inst& inst) {
  const std::string& text = program.texts[static_cast<std::size_t>(inst.immediate)];
  const auto place = std::ranges::find(lowered.texts, text);
  const std::int64_t code = place - lowered.texts.begin();
  if (place == lowered.texts.end()) lowered.texts.push_back(text);
  return code;
}

}  // namespace

std::size_t Lowering::constant_slot(Lowered& lowered, std::uint8_t bytes, std::int64_t value) {
  for (std::size_t at = 0; at < lowered.slots.size(); ++at) {
    if (lowered.slots[at].bytes == bytes && lowered.slots[at].constant == value) return at;
  }
  lowered.slots.push_back({bytes, value});
  return lowered.slots.size() - 1;
}

std::size_t Lowering::slot_of(Lowered& lowered, std::uint8_t bytes, NodeId node, std::int64_t scale) {
  if (builder_.is_splat(node)) return constant_slot(lowered, bytes, builder_[node].immediate * scale);
  const auto [place, is_new] = known_slots_.emplace(std::tuple(bytes, node, scale), lowered.slots.size());
  if (is_new) {
    lowered.targets.push_back({.is_answer = false, .index = lowered.slots.size()});
    lowered.slots.push_back({bytes, std::nullopt});
    outputs_.push_back({bytes, node, scale});
  }
  return place->second;
}

WantedValue Lowering::want(Lowered& lowered, ValueId id) {
  const compiler::Inst& inst = program_.insts[id];
  const LoweredValue& value = values_[id.index];
  WantedValue wanted;
  wanted.id = id;
  wanted.physical = physical_of(id);
  if (wanted.physical == Physical::boolean) {
    wanted.yes = slot_of(lowered, mask_bytes, value.yes, 1);
    wanted.no = slot_of(lowered, mask_bytes, value.no, 1);
  } else {
    wanted.known = slot_of(lowered, mask_bytes, value.known, 1);
  }
  if (inst.may_fault) {
    wanted.overflow = slot_of(lowered, mask_bytes, value.overflow, 1);
    wanted.division_by_zero = slot_of(lowered, mask_bytes, value.division_by_zero, 1);
  }
  if (!needs_.is_wanted_whole[id.index] || wanted.physical == Physical::boolean) return wanted;
  if (wanted.physical == Physical::text) {
    if (value.text.is_constant) {
      wanted.values = constant_slot(lowered, code_bytes, code_of_constant(program_, lowered, inst));
      return wanted;
    }
    wanted.column = value.text.index;
    const Lane lane = builder_[value.text_codes].lane;
    wanted.values =
        slot_of(lowered, code_bytes,
                lane == Lane::i32 ? value.text_codes : builder_.extend_zero(value.text_codes, Lane::i32), 1);
    return wanted;
  }
  const std::uint8_t bytes = wanted.physical == Physical::integer ? number_bytes : code_bytes;
  if (value.numbers.is_constant()) {
    wanted.values = constant_slot(lowered, bytes, value.numbers.constant);
  } else {
    wanted.values = slot_of(lowered, bytes, value.numbers.node, value.numbers.scale);
  }
  return wanted;
}

void Lowering::answer(Lowered& lowered, std::size_t at) {
  const AnswerLayout& layout = lowered.answers[at];
  const compiler::Inst& inst = program_.insts[layout.id];
  const LoweredValue& value = values_[layout.id.index];
  const Lane lane = lane_of_bytes(layout.bytes);
  Output output{.bytes = layout.bytes, .is_streamed = layout.is_streamed};
  if (value.text.is_constant) {
    output.node = builder_.splat(lane, code_of_constant(program_, lowered, inst));
  } else if (value.text_codes != no_node) {
    const Lane codes = builder_[value.text_codes].lane;
    output.node = lane_bits(codes) < lane_bits(lane) ? builder_.extend_zero(value.text_codes, lane) : value.text_codes;
  } else if (value.numbers.is_constant()) {
    output.node = builder_.splat(lane, value.numbers.constant);
  } else {
    output.node = value.numbers.node;
    output.scale = value.numbers.scale;
  }
  output.node = builder_.blend(value.known, output.node, builder_.splat(builder_[output.node].lane, 0));
  lowered.targets.push_back({.is_answer = true, .index = at});
  outputs_.push_back(output);
}

}  // namespace muster::runtime::jit
