// The questions that instructions ask of texts. All that are asked of one text, up to eight at a time, are answered
// together: once for each distinct text, also for what functions make of it, and looked up once for each row.
// May include: runtime/interpret, stdlib/kernels. Called by: runtime/interpret.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/cache_lines.h"
#include "runtime/interpret/registers.h"
#include "runtime/interpret/text_table.h"

namespace muster::runtime::interpret {

struct Frame;

class Questions {
 public:
  // Of the text in a register.
  Questions(const compiler::Program& program, std::uint32_t source) : program_(program), source_(source) {}

  // The bit of a question, also if it was asked before; 0 where there is no more room.
  std::uint8_t ask(const TextPredicate& predicate);
  // What was looked up is of another batch.
  void begin_batch() { is_looked_up_ = false; }
  // A byte of bits for each row; the first instruction that asks in a batch has them looked up.
  [[nodiscard]] const std::uint8_t* answers(const Frame& frame);
  [[nodiscard]] std::uint32_t source() const { return source_; }

 private:
  static constexpr std::size_t most = 8;

  const compiler::Program& program_;
  std::uint32_t source_;
  std::vector<TextPredicate> predicates_;  // by bit
  std::optional<TextTable> table_;
  LineVector<std::uint8_t> answers_;
  bool is_looked_up_ = false;
};

// Who asks what.
class QuestionBook {
 public:
  struct Asked {
    Questions* questions = nullptr;
    std::uint8_t bit = 0;
  };

  QuestionBook() = default;
  QuestionBook(const compiler::Program& program, std::span<const Live> live, std::span<const std::uint32_t> index_of);

  // What a live instruction asks instead of working it out; `questions` is null where it asks nothing. A text function
  // asks whether it makes any text, if all that read its result do nothing but ask.
  [[nodiscard]] const Asked& asked(std::uint32_t index) const { return asked_[index]; }
  // The register that a live instruction reads besides its operands, else not_live: a question to what functions make
  // of a text is asked of the text that they begin with.
  [[nodiscard]] std::uint32_t source(std::uint32_t index) const {
    return asked_[index].questions == nullptr ? not_live : asked_[index].questions->source();
  }
  void begin_batch() {
    for (const auto& questions : questions_) questions->begin_batch();
  }

 private:
  std::vector<Asked> asked_;  // by live instruction
  std::vector<std::unique_ptr<Questions>> questions_;
};

}  // namespace muster::runtime::interpret
