// Tables by dictionary code: what all predicates of one text say of each distinct text, asked once and packed into one
// entry. A table grows with its dictionary and is dropped when the dictionary's epoch moves.
// May include: compiler/ir, runtime/data. Called by: runtime/interpret, runtime/jit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/dictionary.h"

namespace muster::runtime::interpret {

// text_function: Inst::immediate, applied one after the other.
using TextChain = std::vector<std::int64_t>;

// A question to a text, of which the answer is one bit.
struct TextPredicate {
  enum class Kind : std::uint8_t { is_text, in_set, matches, equals };
  TextChain chain{};          // of which result
  Kind kind = Kind::is_text;  // is_text: whether the chain gives any text; the others are no where it does not
  std::int64_t index = 0;     // in_set: of Program::text_sets; matches: of Program::patterns
  std::string text{};         // equals: folded

  bool operator==(const TextPredicate&) const = default;
};

struct TableSpec {
  bool is_of_bytes = false;               // codes have 1 byte: later texts are nobody's
  std::size_t entry_bytes = 1;            // 1, 2 or 4
  std::vector<TextPredicate> predicates;  // by bit
};

class TextTable {
 public:
  TextTable(const compiler::Program& program, TableSpec spec) : program_(program), spec_(std::move(spec)) {}

  // The entries for all texts that the dictionary has now, and at least so many; valid until the next call. An entry
  // may be read together with the three bytes behind it.
  static constexpr std::uint32_t fewest_entries = 256;
  [[nodiscard]] const void* entries(const Dictionary& dictionary);

 private:
  struct Entries {
    const Dictionary* source = nullptr;
    std::uint64_t epoch = 0;
    std::uint32_t filled = 0;
    std::vector<std::uint8_t> bytes;
  };
  static constexpr std::size_t most_dictionaries = 8;

  [[nodiscard]] Entries& entries_of(const Dictionary& dictionary);
  [[nodiscard]] std::uint32_t entry_of(const Dictionary& dictionary, std::uint32_t code) const;

  const compiler::Program& program_;
  TableSpec spec_;
  std::vector<Entries> entries_;
  std::size_t next_ = 0;
};

}  // namespace muster::runtime::interpret
