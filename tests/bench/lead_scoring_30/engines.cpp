#include "tests/bench/measure.h"

// Last, for it leaves macros behind.
#include "tests/bench/lead_scoring_30/engines.h"

namespace muster::bench {

namespace {

using compiler::Physical;
using runtime::ColumnView;

// HAND's code 0 is "missing"; Muster's codes begin at 0 and say what is missing by a bit.
std::unique_ptr<runtime::Dictionary> dictionary_of(const LeadColumn& column) {
  auto dictionary = std::make_unique<runtime::Dictionary>();
  dictionary->intern("(missing)");
  for (std::size_t code = 1; code < column.texts->size(); ++code) {
    if (dictionary->intern(column.before + (*column.texts)[code]) != code)
      fail(column.name + ": two texts are the same");
  }
  return dictionary;
}

ColumnView view_of(const LeadColumn& column, const runtime::Dictionary* dictionary) {
  ColumnView view{.yes = column.yes, .known = column.known, .dictionary = dictionary};
  switch (column.shape) {
    case LeadColumnShape::flags:
      view.physical = Physical::boolean;
      return view;
    case LeadColumnShape::numbers:
      view.physical = Physical::integer;
      if (column.bytes == 8) view.integers = static_cast<const std::int64_t*>(column.values);
      break;
    case LeadColumnShape::texts:
      view.physical = Physical::text;
      if (column.bytes == 4) view.codes = static_cast<const std::uint32_t*>(column.values);
      break;
  }
  if (view.integers == nullptr && view.codes == nullptr) {
    view.narrow = column.values;
    view.narrow_bytes = column.bytes;
  }
  return view;
}

}  // namespace

Batches::Batches(const compiler::Program& program, const Columns& columns) {
  batch_.spaces.resize(program.spaces.size());
  const auto& root = program.spaces[compiler::SpaceId{0}];
  for (const std::uint32_t field : root.columns) {
    const LeadColumn& column = columns.find(program.schema.objects[root.object].fields[field].name);
    if (column.texts != nullptr) dictionaries_.push_back(dictionary_of(column));
    whole_.push_back(view_of(column, column.texts == nullptr ? nullptr : dictionaries_.back().get()));
    bytes_of_row_ += bench::bytes_of_row(column);
  }
  batch_.spaces[0].columns = whole_;
}

const runtime::BatchView& Batches::at(std::size_t first, std::size_t rows) {
  const std::size_t word = first / 64;
  for (std::size_t k = 0; k < whole_.size(); ++k) {
    const ColumnView& from = whole_[k];
    ColumnView& to = batch_.spaces[0].columns[k];
    to.known = from.known + word;
    if (from.yes != nullptr) to.yes = from.yes + word;
    if (from.codes != nullptr) to.codes = from.codes + first;
    if (from.integers != nullptr) to.integers = from.integers + first;
    if (from.narrow != nullptr) to.narrow = static_cast<const char*>(from.narrow) + first * from.narrow_bytes;
  }
  batch_.spaces[0].rows = rows;
  batch_.is_followed = true;
  return batch_;
}

compiler::ValueId value_named(const compiler::Program& program, const std::string& name) {
  for (const auto& score : program.outputs.scores) {
    if (score.name == name) return score.value;
  }
  for (const auto& output : program.outputs.values) {
    if (output.name == name) return output.value;
  }
  fail("the policy has no score or output " + name);
}

namespace {

std::vector<compiler::ValueId> ids_of(const std::vector<runtime::AnswerLayout>& wanted) {
  std::vector<compiler::ValueId> ids;
  for (const auto& answer : wanted) ids.push_back(answer.id);
  return ids;
}

}  // namespace

Interpreted::Interpreted(const compiler::Program& program, runtime::AsOf as_of,
                         const std::vector<runtime::AnswerLayout>& wanted)
    : wanted_(wanted), interpreter_(program, as_of, compiler::SpaceId{0}, ids_of(wanted)) {}

void Interpreted::evaluate(const runtime::BatchView& batch, std::span<void* const> answers) {
  interpreter_.evaluate(batch);
  for (std::size_t at = 0; at < wanted_.size(); ++at)
    interpreter_.write_answer(wanted_[at].id, wanted_[at].bytes, answers[at]);
}

std::unique_ptr<runtime::jit::Kernel> make_kernel(const compiler::Program& program, runtime::AsOf as_of,
                                                  const std::vector<runtime::AnswerLayout>& wanted, Batches& batches,
                                                  std::size_t rows) {
  if (!runtime::jit::is_available()) return nullptr;
  const auto& sample = batches.at(0, std::min(rows, runtime::batch_rows)).spaces[0];
  auto kernel = runtime::jit::make_kernel(program, as_of, {.answers = wanted}, {runtime::jit::layouts_of(sample)}, {});
  if (!kernel) fail(kernel.error().message);
  return std::move(*kernel);
}

}  // namespace muster::bench
