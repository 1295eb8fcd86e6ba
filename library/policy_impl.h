// A policy behind the public header: the program, what it tells of each lead, and what each answer reads.
// May include: compiler, runtime. Called by: library.
#pragma once

#include <muster/muster.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/as_of.h"

namespace muster {

// Where an answer comes from; beside Policy::answers().
struct AnswerSource {
  enum class Kind : std::uint8_t {
    value,     // a number or a code: the one of `values`
    truth,     // a condition: the one of `values`
    ignored,   // any of `values` is yes
    rejected,  // any of `faults` has grown past 64 bits, and none of `values` is yes
  };
  Kind kind = Kind::value;
  std::vector<compiler::ValueId> values;
  std::vector<compiler::ValueId> faults;
  std::vector<bool> reads;  // columns of the root's space
};

struct Policy::Impl {
  compiler::Program program;
  runtime::AsOf as_of;
  std::string warnings;
  std::vector<Column> columns;
  std::vector<std::optional<std::size_t>> column_of_root;  // by column of the root's space: in `columns`
  std::vector<Answer> answers;
  std::vector<AnswerSource> sources;
  std::vector<std::string> text_answers;  // outputs that no place can hold

  // Fills all that follows from the program and the moment.
  void describe();

 private:
  void describe_columns();
  void describe_answers();
  void add_answer(std::string name, std::string title, compiler::ValueId value, std::vector<std::string> names);
  void add_combined(std::string name, AnswerSource source);
  void add(Answer answer, AnswerSource source);
};

// "the policy has no column `emploees`; did you mean `employees`?"; `rows` have names.
[[nodiscard]] std::string unknown_name(std::string_view what, std::string_view name,
                                       const std::vector<std::string>& names);
template <class Rows>
[[nodiscard]] std::string unknown_among(std::string_view what, std::string_view name, const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(row.name);
  return unknown_name(what, name, names);
}

}  // namespace muster
