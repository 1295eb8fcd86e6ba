// Texts: every question to a text is one bit of a table by dictionary code, also a question to what functions make of
// it.
#include <algorithm>

#include "runtime/jit/lowering.h"

namespace muster::runtime::jit {

using compiler::Op;

namespace {

constexpr std::size_t byte_predicates = 8;
constexpr std::size_t wide_predicates = 32;

}  // namespace

NodeId Lowering::ask(const LoweredValue& text, TextPredicate predicate) {
  const bool of_bytes = builder_[text.text_codes].lane == Lane::i8;
  const std::size_t most = of_bytes ? byte_predicates : wide_predicates;
  const auto node_of = [&](std::size_t table, std::size_t bit) {
    const NodeId entry = of_bytes ? builder_.look_up(text.text_codes, table) : builder_.gather(text.text_codes, table);
    return builder_.test(entry, std::int64_t{1} << bit);
  };
  for (std::size_t at = 0; at < tables_.size(); ++at) {
    if (tables_[at].is_foreign != text.text.is_foreign || tables_[at].index != text.text.index) continue;
    TableSpec& table = tables_[at].spec;
    const auto place = std::ranges::find(table.predicates, predicate);
    if (place != table.predicates.end()) return node_of(at, static_cast<std::size_t>(place - table.predicates.begin()));
    if (table.predicates.size() == most) continue;
    table.predicates.push_back(std::move(predicate));
    return node_of(at, table.predicates.size() - 1);
  }
  tables_.push_back({text.text.is_foreign, text.text.index, {of_bytes, 1, {std::move(predicate)}}});
  return node_of(tables_.size() - 1, 0);
}

std::optional<LoweredValue> Lowering::lower_text(ValueId id, const compiler::Inst& inst) {
  const LoweredValue& text = operand(inst, 0);
  TextPredicate wanted{.chain = text.text.chain, .index = inst.immediate, .text = {}};
  switch (inst.op) {
    case Op::in_texts:
      if (text.text.is_constant) return std::nullopt;
      wanted.kind = TextPredicate::Kind::in_set;
      return predicate(inst, ask(text, std::move(wanted)));
    case Op::text_test:
      if (text.text.is_constant) return std::nullopt;
      wanted.kind = TextPredicate::Kind::matches;
      return predicate(inst, ask(text, std::move(wanted)));
    case Op::text_equal: {
      const LoweredValue& other = operand(inst, 1);
      if (text.text.is_constant == other.text.is_constant) return std::nullopt;
      const LoweredValue& varying = text.text.is_constant ? other : text;
      wanted = {.chain = varying.text.chain,
                .kind = TextPredicate::Kind::equals,
                .index = 0,
                .text = (text.text.is_constant ? text : other).text.constant};
      return predicate(inst, ask(varying, std::move(wanted)));
    }
    case Op::text_function: {
      if (text.text.is_constant || needs_.is_wanted_whole[id.index]) return std::nullopt;
      LoweredValue value = begin_strict(inst);
      value.text = text.text;
      value.text.chain.push_back(inst.immediate);
      value.text_codes = text.text_codes;
      value.known = builder_.both(
          value.known, ask(text, {.chain = value.text.chain, .kind = TextPredicate::Kind::is_text, .text = {}}));
      return value;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace muster::runtime::jit
