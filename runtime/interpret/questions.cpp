#include "runtime/interpret/questions.h"

#include <algorithm>

#include "runtime/interpret/step.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime::interpret {

using compiler::Inst;
using compiler::Op;
using compiler::Program;
using compiler::ValueId;

std::uint8_t Questions::ask(const TextPredicate& predicate) {
  const auto place = std::ranges::find(predicates_, predicate);
  const auto bit = static_cast<std::size_t>(place - predicates_.begin());
  if (bit == most) return 0;
  if (place == predicates_.end()) predicates_.push_back(predicate);
  return static_cast<std::uint8_t>(1U << bit);
}

const std::uint8_t* Questions::answers(const Frame& frame) {
  if (is_looked_up_) return answers_.data();
  if (!table_) table_.emplace(program_, TableSpec{.predicates = predicates_});
  const Register& text = (*frame.registers)[source_];
  const auto* const table = static_cast<const std::uint8_t*>(table_->entries(*text.dictionary));
  const bool is_small = text.dictionary->size() <= TextTable::fewest_entries;
  if (answers_.size() < frame.rows) answers_.resize(frame.rows);
  const auto look_up = [&](const auto* codes) { simd::look_up(table, is_small, codes, frame.rows, answers_.data()); };
  if (text.narrow == nullptr || text.codes != nullptr) {
    look_up(text.codes);
  } else if (text.narrow_bytes == 1) {
    look_up(static_cast<const std::uint8_t*>(text.narrow));
  } else {
    look_up(static_cast<const std::uint16_t*>(text.narrow));
  }
  is_looked_up_ = true;
  return answers_.data();
}

namespace {

// What one instruction asks of which of its operands.
struct Asking {
  ValueId text;
  TextPredicate predicate;
};

std::optional<Asking> asking_of(const Program& program, const Inst& inst) {
  const auto operands = program.operands_of(inst);
  using Kind = TextPredicate::Kind;
  switch (inst.op) {
    case Op::in_texts:
      return Asking{operands[0], {.kind = Kind::in_set, .index = inst.immediate, .text = {}}};
    case Op::text_test:
      return Asking{operands[0], {.kind = Kind::matches, .index = inst.immediate, .text = {}}};
    case Op::text_equal: {
      const auto is_constant = [&](ValueId id) { return program.insts[id].op == Op::constant; };
      if (is_constant(operands[0]) == is_constant(operands[1])) return std::nullopt;
      const bool is_first = is_constant(operands[0]);
      const auto text = static_cast<std::size_t>(program.insts[operands[is_first ? 0 : 1]].immediate);
      return Asking{operands[is_first ? 1 : 0],
                    {.kind = Kind::equals, .index = 0, .text = kernels::fold_text(program.texts[text])}};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

QuestionBook::QuestionBook(const Program& program, std::span<const Live> live, std::span<const std::uint32_t> index_of)
    : asked_(live.size()) {
  // Text functions whose result nothing reads but questions. Readers stand behind what they read.
  std::vector<bool> is_read_otherwise(live.size());
  for (auto at = static_cast<std::uint32_t>(live.size()); at-- > 0;) {
    const Inst& inst = program.insts[live[at].id];
    is_read_otherwise[at] = is_read_otherwise[at] || live[at].keep != Keep::nothing;
    const bool only_asks = inst.op == Op::is_known || asking_of(program, inst).has_value() ||
                           (inst.op == Op::text_function && !is_read_otherwise[at]);
    if (only_asks) continue;
    for (const ValueId operand : program.operands_of(inst)) {
      if (index_of[operand.index] != not_live) is_read_otherwise[index_of[operand.index]] = true;
    }
  }
  struct Source {
    std::uint32_t index = not_live;  // not_live: the same text for all rows
    TextChain chain;
  };
  std::vector<Source> sources(live.size());
  const auto ask = [&](const Source& source, TextPredicate predicate) {
    predicate.chain = source.chain;
    for (const auto& questions : questions_) {
      if (questions->source() != source.index) continue;
      if (const std::uint8_t bit = questions->ask(predicate); bit != 0) return Asked{questions.get(), bit};
    }
    Questions& questions = *questions_.emplace_back(std::make_unique<Questions>(program, source.index));
    return Asked{&questions, questions.ask(predicate)};
  };
  for (std::uint32_t at = 0; at < live.size(); ++at) {
    const Inst& inst = program.insts[live[at].id];
    if (is_scalar(inst.op)) continue;
    sources[at].index = at;
    if (inst.op == Op::text_function && !is_read_otherwise[at]) {
      Source made = sources[index_of[program.operands_of(inst)[0].index]];
      if (made.index == not_live) continue;
      made.chain.push_back(inst.immediate);
      asked_[at] = ask(made, {.text = {}});
      sources[at] = std::move(made);
    } else if (const auto asking = asking_of(program, inst)) {
      const Source& source = sources[index_of[asking->text.index]];
      if (source.index != not_live) asked_[at] = ask(source, asking->predicate);
    }
  }
}

}  // namespace muster::runtime::interpret
