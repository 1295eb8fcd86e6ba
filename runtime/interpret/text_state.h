// What the interpreter remembers about texts: the answer for each entry of a dictionary, so that a text is looked at
// once however many leads have it. A table grows with its dictionary and is dropped when the dictionary's epoch moves.
// May include: runtime/data. Called by: runtime/interpret.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/dictionary.h"

namespace muster::runtime::interpret {

// Answers by code of one dictionary. `target_epoch` is that of the dictionary that the answers point into, if any.
template <class Answer>
struct CodeTable {
  const Dictionary* source = nullptr;
  std::uint64_t source_epoch = 0;
  std::uint64_t target_epoch = 0;
  std::vector<Answer> answers;
};

// The tables of one operand. A caller who reads several batches in turn has a dictionary for each.
template <class Answer>
class TableCache {
 public:
  CodeTable<Answer>& table(const Dictionary& source, std::uint64_t target_epoch) {
    for (CodeTable<Answer>& table : tables_) {
      if (table.source != &source) continue;
      if (table.source_epoch != source.epoch() || table.target_epoch != target_epoch) {
        reset(table, source, target_epoch);
      }
      return table;
    }
    if (tables_.size() < most_tables) {
      tables_.emplace_back();
      reset(tables_.back(), source, target_epoch);
      return tables_.back();
    }
    next_ = (next_ + 1) % most_tables;
    reset(tables_[next_], source, target_epoch);
    return tables_[next_];
  }

 private:
  static constexpr std::size_t most_tables = 8;

  static void reset(CodeTable<Answer>& table, const Dictionary& source, std::uint64_t target_epoch) {
    table.source = &source;
    table.source_epoch = source.epoch();
    table.target_epoch = target_epoch;
    table.answers.clear();
  }

  std::vector<CodeTable<Answer>> tables_;
  std::size_t next_ = 0;
};

inline constexpr std::uint32_t not_yet_mapped = 0xffff'fffeU;
inline constexpr std::uint32_t maps_to_nothing = 0xffff'ffffU;

// The state of one instruction.
struct TextState {
  TableCache<std::int64_t> numbers;       // text_to_integer
  TableCache<std::uint32_t> first_codes;  // codes of `own`: text_function, text_equal, select, default_to
  TableCache<std::uint32_t> second_codes;
  Dictionary own;  // the texts that the instruction makes, or brings together from two dictionaries
};

// The answers for all entries of `source`, of which there is at least one (a missing text has code 0 even where the
// dictionary is empty). answer(code) is called once per entry.
template <class Answer, class Compute>
const Answer* answers_for(TableCache<Answer>& cache, const Dictionary& source, Compute answer) {
  std::vector<Answer>& answers = cache.table(source, 0).answers;
  if (source.size() == 0) {
    answers.assign(1, Answer{});
    return answers.data();
  }
  answers.reserve(source.size());
  // What stands for code 0 of an empty dictionary is no answer.
  if (answers.size() == 1) answers.clear();
  while (answers.size() < source.size()) answers.push_back(answer(static_cast<std::uint32_t>(answers.size())));
  return answers.data();
}

// Maps codes of one dictionary to codes of another, each when it is first asked for.
class CodeMap {
 public:
  CodeMap(TableCache<std::uint32_t>& cache, const Dictionary& source, Dictionary& target)
      : source_(source), target_(target), answers_(cache.table(source, target.epoch()).answers) {
    if (answers_.size() < source.size()) answers_.resize(source.size(), not_yet_mapped);
  }
  // translate(code) is the text in the target, empty for nothing. Precondition: the code is one of the source's.
  template <class Translate>
  std::uint32_t operator()(std::uint32_t code, Translate translate) {
    std::uint32_t& answer = answers_[code];
    if (answer == not_yet_mapped) {
      const auto text = translate(code);
      answer = text.empty() ? maps_to_nothing : target_.intern(text);
    }
    return answer;
  }
  std::uint32_t operator()(std::uint32_t code) {
    return (*this)(code, [this](std::uint32_t entry) { return source_.text(entry); });
  }

 private:
  const Dictionary& source_;
  Dictionary& target_;
  std::vector<std::uint32_t>& answers_;
};

}  // namespace muster::runtime::interpret
