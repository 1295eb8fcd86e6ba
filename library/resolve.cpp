#include "library/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "compiler/ir/facts.h"
#include "runtime/data/cache_lines.h"
#include "stdlib/kernels/time.h"

namespace muster {

using compiler::SpaceId;

namespace {

Error wrong(std::string message) { return {ErrorKind::binding, std::move(message)}; }

// As a message calls them: of columns and of answers.
std::string_view word_of(ColumnShape shape) {
  constexpr std::array<std::string_view, 4> words{"numbers", "texts", "codes", "flags"};
  return words[static_cast<std::size_t>(shape)];
}
std::string_view word_of(AnswerShape shape) {
  constexpr std::array<std::string_view, 3> words{"numbers", "codes", "truths"};
  return words[static_cast<std::size_t>(shape)];
}

bool is_aligned(const void* data, std::size_t bytes) { return reinterpret_cast<std::uintptr_t>(data) % bytes == 0; }

// `what`: "column `employees`". Elements, and where they lie.
std::optional<Error> check_elements(const std::string& what, const void* data, std::size_t size, std::uint8_t bytes,
                                    std::size_t rows) {
  if (size < rows) return wrong(fmt::format("{} has {} elements for {} rows", what, size, rows));
  if (!is_aligned(data, bytes)) {
    return wrong(fmt::format("{} begins at an address that is no multiple of its elements' {} bytes", what, bytes));
  }
  return std::nullopt;
}

// `which`: "known". Bitmaps, of callers' columns and places.
template <class Bitmap>
std::optional<Error> check_bits(const std::string& what, std::string_view which, const Bitmap& bits, std::size_t rows) {
  if (!bits.is_given()) return std::nullopt;
  if (bits.words() < runtime::words_for(rows)) {
    return wrong(fmt::format("the bitmap `{}` of {} has {} words of 64 bits; {} rows need {}", which, what,
                             bits.words(), rows, runtime::words_for(rows)));
  }
  if (!is_aligned(bits.data(), sizeof(std::uint64_t))) {
    return wrong(fmt::format("the bitmap `{}` of {} begins at an address that is no multiple of 8", which, what));
  }
  return std::nullopt;
}

// The answer of that name; two of one name cannot be told apart.
Result<std::size_t> find_answer(const Policy::Impl& policy, const std::string& name) {
  const auto place = std::ranges::find(policy.answers, name, &Answer::name);
  if (place == policy.answers.end()) {
    if (std::ranges::find(policy.text_answers, name) != policy.text_answers.end()) {
      return wrong(fmt::format("answer `{}` is a text, for which there is no place; give it a picklist's type", name));
    }
    return wrong(unknown_among("answer", name, policy.answers));
  }
  if (std::find_if(place + 1, policy.answers.end(), [&](const Answer& other) { return other.name == name; }) !=
      policy.answers.end()) {
    return wrong(fmt::format("two answers of the policy are called `{}`; give one another name", name));
  }
  return static_cast<std::size_t>(place - policy.answers.begin());
}

Result<ResolvedAnswer> resolve(const Policy::Impl& policy, const BoundAnswer& bound, std::size_t rows) {
  const auto found = find_answer(policy, bound.name);
  if (!found) return found.error();
  const Answer& answer = policy.answers[*found];
  const std::string what = fmt::format("answer `{}`", answer.name);
  if (!answer.needs.empty()) {
    return wrong(
        fmt::format("{} reads `{}`, rows of another file; only what the leads' own columns decide can be "
                    "evaluated here, `muster run` does the rest",
                    what, answer.needs));
  }
  if (bound.shape != answer.shape) {
    return wrong(fmt::format("{} is bound as {}, but gives {} ({})", what, word_of(bound.shape), word_of(answer.shape),
                             answer.type));
  }
  if (answer.shape == AnswerShape::truths) {
    if (!bound.yes.is_given()) return wrong(fmt::format("{} has no bitmap `yes`", what));
    if (const auto error = check_bits(what, "yes", bound.yes, rows)) return *error;
  } else {
    if (bound.bytes < answer.bytes) {
      return wrong(fmt::format("{} needs elements of {} bytes, but has a place with elements of {}", what, answer.bytes,
                               bound.bytes));
    }
    if (const auto error = check_elements(what, bound.data, bound.size, bound.bytes, rows)) return *error;
  }
  if (const auto error = check_bits(what, "known", bound.known, rows)) return *error;
  return ResolvedAnswer{&policy.sources[*found], bound.bytes, bound.data, bound.yes.data(), bound.known.data()};
}

// The type of a column of the root's space, as the schema says.
const compiler::FieldSchema& field_of(const Policy::Impl& policy, std::size_t at) {
  const compiler::Space& root = policy.program.spaces[SpaceId{compiler::root_space}];
  return policy.program.schema.objects[root.object].fields[root.columns[at]];
}

// What the values of dates and moments may be.
void set_limits(const Policy::Impl& policy, ResolvedColumn& column) {
  const compiler::FieldSchema& field = field_of(policy, column.at);
  constexpr std::int64_t day = kernels::microseconds_per_day;
  if (field.type.kind == compiler::Kind::date) {
    column.has_range = true;
    column.low = compiler::first_field_day;
    column.high = compiler::last_field_day;
  } else if (field.type.kind == compiler::Kind::datetime) {
    column.has_range = true;
    column.low = compiler::first_field_day * day;
    column.high = (compiler::last_field_day + 1) * day - 1;
  }
  if (!field.event || !policy.program.reads_as_of) return;
  column.last_event = field.type.kind == compiler::Kind::date ? policy.as_of.day : policy.as_of.instant;
}

ResolvedColumn resolve(const Policy::Impl& policy, const BoundColumn& bound, const Column& column, std::size_t at) {
  ResolvedColumn resolved;
  resolved.at = at;
  resolved.column = &column;
  runtime::ColumnView& view = resolved.view;
  view.known = bound.known.data();
  switch (bound.shape) {
    case ColumnShape::flags:
      view.physical = compiler::Physical::boolean;
      view.yes = bound.yes.data();
      break;
    case ColumnShape::numbers:
      view.physical = compiler::Physical::integer;
      if (bound.bytes == sizeof(std::int64_t)) view.integers = static_cast<const std::int64_t*>(bound.data);
      set_limits(policy, resolved);
      break;
    case ColumnShape::texts:
      view.physical = compiler::Physical::text;
      view.dictionary = &bound.dictionary->texts;
      resolved.dictionary = bound.dictionary;
      resolved.codes = bound.dictionary->texts.size();
      if (bound.bytes == sizeof(std::uint32_t)) view.codes = static_cast<const std::uint32_t*>(bound.data);
      break;
    case ColumnShape::codes:
      view.physical = compiler::Physical::code;
      resolved.codes = column.members.size();
      if (bound.bytes == sizeof(std::uint32_t)) view.codes = static_cast<const std::uint32_t*>(bound.data);
      break;
  }
  if (bound.shape != ColumnShape::flags && view.integers == nullptr && view.codes == nullptr) {
    view.narrow = bound.data;
    view.narrow_bytes = bound.bytes;
  }
  return resolved;
}

std::optional<Error> check(const Column& column, const BoundColumn& bound, std::size_t rows) {
  const std::string what = fmt::format("column `{}`", column.name);
  if (bound.shape != column.shape) {
    return wrong(fmt::format("{} is bound as {}, but the policy reads {} ({})", what, word_of(bound.shape),
                             word_of(column.shape), column.type));
  }
  if (column.shape == ColumnShape::flags) {
    if (!bound.yes.is_given()) return wrong(fmt::format("{} has no bitmap `yes`", what));
    if (const auto error = check_bits(what, "yes", bound.yes, rows)) return error;
  } else if (const auto error = check_elements(what, bound.data, bound.size, bound.bytes, rows)) {
    return error;
  }
  return check_bits(what, "known", bound.known, rows);
}

// Answers that are more than the caches hold are gone from there before the caller reads them. All or none of them go
// past the caches, so that the engines of a policy are made for two ways to write and not for each mixture.
void choose_streamed(std::vector<ResolvedAnswer>& answers, std::size_t rows) {
  constexpr std::size_t most_cached = std::size_t{8} << 20;
  std::size_t bytes = 0;
  bool are_aligned = true;
  for (const ResolvedAnswer& answer : answers) {
    bytes += answer.bytes * rows;
    are_aligned = are_aligned && reinterpret_cast<std::uintptr_t>(answer.data) % runtime::cache_line == 0;
  }
  for (ResolvedAnswer& answer : answers) {
    answer.is_streamed = answer.data != nullptr && are_aligned && bytes > most_cached;
  }
}

}  // namespace

Result<RowRange> resolve_rows(const Leads::Impl& leads, const Rows& rows) {
  if (rows.first % runtime::word_bits != 0) {
    return wrong(fmt::format("the first row is {}, which is no multiple of 64", rows.first));
  }
  if (rows.first > leads.rows) {
    return wrong(fmt::format("the first row is {}, but there are {} rows", rows.first, leads.rows));
  }
  const std::size_t left = leads.rows - rows.first;
  if (rows.count == Rows::to_the_end) return RowRange{rows.first, left};
  if (rows.count > left) {
    return wrong(fmt::format("{} rows from row {} on are asked for, but there are {}", rows.count, rows.first, left));
  }
  return RowRange{rows.first, rows.count};
}

Result<std::vector<ResolvedAnswer>> resolve_verdicts(const Policy::Impl& policy, const Verdicts::Impl& verdicts,
                                                     const RowRange& rows) {
  if (verdicts.answers.empty()) return wrong("no answer is wanted");
  std::vector<ResolvedAnswer> answers;
  for (const BoundAnswer& bound : verdicts.answers) {
    auto answer = resolve(policy, bound, rows.first + rows.count);
    if (!answer) return answer.error();
    answers.push_back(*answer);
  }
  choose_streamed(answers, rows.count);
  return answers;
}

Result<std::vector<ResolvedColumn>> resolve_leads(const Policy::Impl& policy, const Leads::Impl& leads,
                                                  const std::vector<ResolvedAnswer>& wanted, const RowRange& rows) {
  std::vector<const BoundColumn*> bound_to(policy.columns.size());
  for (const BoundColumn& bound : leads.columns) {
    const auto place = std::ranges::find(policy.columns, bound.name, &Column::name);
    if (place == policy.columns.end()) return wrong(unknown_among("column", bound.name, policy.columns));
    const BoundColumn*& slot = bound_to[static_cast<std::size_t>(place - policy.columns.begin())];
    if (slot != nullptr) return wrong(fmt::format("column `{}` is bound twice", bound.name));
    if (auto error = check(*place, bound, rows.first + rows.count)) return std::move(*error);
    slot = &bound;
  }
  std::vector<ResolvedColumn> columns;
  for (std::size_t at = 0; at < policy.column_of_root.size(); ++at) {
    const auto reads = [at](const ResolvedAnswer& answer) { return answer.source->reads[at]; };
    const auto reader = std::ranges::find_if(wanted, reads);
    if (reader == wanted.end()) continue;
    if (!policy.column_of_root[at]) return Error{ErrorKind::internal, "an answer reads a column without a name"};
    const std::size_t which = *policy.column_of_root[at];
    const Column& column = policy.columns[which];
    if (bound_to[which] == nullptr) {
      const auto source = static_cast<std::size_t>(reader->source - policy.sources.data());
      return wrong(fmt::format("column `{}` ({}) is not bound, but answer `{}` reads it", column.name, column.type,
                               policy.answers[source].name));
    }
    columns.push_back(resolve(policy, *bound_to[which], column, at));
  }
  return columns;
}

}  // namespace muster
