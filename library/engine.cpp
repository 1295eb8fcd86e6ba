#include "library/engine.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/interpret/answer.h"

namespace muster {

using compiler::ValueId;
using runtime::row_mask;
using runtime::Vector;
using runtime::Word;
using runtime::word_bits;
using runtime::words_for;

namespace {

constexpr compiler::SpaceId root{compiler::root_space};

// The values that answers are made of, each once.
std::vector<ValueId> unique_values(std::vector<ValueId> values) {
  std::ranges::sort(values);
  const auto [first, last] = std::ranges::unique(values);
  values.erase(first, last);
  return values;
}
std::vector<ValueId> values_of(const std::vector<ResolvedAnswer>& answers) {
  std::vector<ValueId> values;
  for (const ResolvedAnswer& answer : answers) {
    values.insert(values.end(), answer.source->values.begin(), answer.source->values.end());
    values.insert(values.end(), answer.source->faults.begin(), answer.source->faults.end());
  }
  return unique_values(std::move(values));
}

void* place_of(const ResolvedAnswer& answer, std::size_t first) {
  return static_cast<char*>(answer.data) + first * answer.bytes;
}

// Bits of the rows of a batch, at the rows' place: bits_of(word) says which, of 64 rows each.
template <class BitsOf>
void write_bits(Word* place, std::size_t first, std::size_t rows, BitsOf bits_of) {
  if (place == nullptr) return;
  Word* const words = place + first / word_bits;
  for (std::size_t word = 0; word < words_for(rows); ++word) words[word] = bits_of(word) & row_mask(rows, word);
}

// All that are bitmaps.
void write_bitmaps(const ResolvedAnswer& answer, std::size_t first, std::size_t rows, const runtime::Values& engine) {
  const AnswerSource& source = *answer.source;
  const auto any_yes = [&](std::size_t word) {
    Word yes = 0;
    for (const ValueId id : source.values) yes |= engine.value(id).yes[word];
    return yes;
  };
  const auto always = [](std::size_t) { return ~Word{0}; };
  switch (source.kind) {
    case AnswerSource::Kind::value: {
      if (answer.known == nullptr) break;  // a kernel has not kept it
      const Vector value = engine.value(source.values.front());
      write_bits(answer.known, first, rows, [&](std::size_t word) { return value.known[word]; });
      break;
    }
    case AnswerSource::Kind::truth: {
      const Vector value = engine.value(source.values.front());
      write_bits(answer.yes, first, rows, [&](std::size_t word) { return value.yes[word]; });
      write_bits(answer.known, first, rows, [&](std::size_t word) { return value.yes[word] | value.no[word]; });
      break;
    }
    case AnswerSource::Kind::ignored:
      write_bits(answer.yes, first, rows, any_yes);
      write_bits(answer.known, first, rows, always);
      break;
    case AnswerSource::Kind::rejected:
      write_bits(answer.yes, first, rows, [&](std::size_t word) {
        Word overflow = 0;
        for (const ValueId id : source.faults) overflow |= engine.value(id).overflow[word];
        return overflow & ~any_yes(word);
      });
      write_bits(answer.known, first, rows, always);
      break;
  }
}

}  // namespace

std::shared_ptr<runtime::KernelSource> kernels_of(const Policy::Impl& policy,
                                                  const std::vector<ResolvedAnswer>& answers,
                                                  runtime::EngineChoice choice) {
  runtime::KernelRoots roots;
  for (const ResolvedAnswer& answer : answers) {
    const AnswerSource& source = *answer.source;
    if (answer.data != nullptr) roots.answers.push_back({source.values.front(), answer.bytes, answer.is_streamed});
    if (answer.data != nullptr && answer.known == nullptr) continue;
    roots.bits.insert(roots.bits.end(), source.values.begin(), source.values.end());
    roots.bits.insert(roots.bits.end(), source.faults.begin(), source.faults.end());
  }
  roots.bits = unique_values(std::move(roots.bits));
  return std::make_shared<runtime::KernelSource>(policy.program, policy.as_of, std::move(roots),
                                                 runtime::EngineOptions{.choice = choice});
}

BatchEngine::BatchEngine(const Policy::Impl& policy, const std::vector<ResolvedAnswer>& answers,
                         std::shared_ptr<runtime::KernelSource> kernels)
    : policy_(policy), values_(values_of(answers)), kernels_(std::move(kernels)) {}

Result<bool> BatchEngine::evaluate(const runtime::BatchView& batch, std::size_t first,
                                   const std::vector<ResolvedAnswer>& answers) {
  if (const auto renewed = kernels_->renew(held_, batch); !renewed) {
    const bool is_missing = renewed.error().kind == lang::ErrorKind::usage;
    return Error{is_missing ? ErrorKind::engine : ErrorKind::internal, renewed.error().message};
  }
  if (held_.kernel == nullptr || !runtime::jit::comes_as(batch, *held_.layouts)) {
    interpret(batch, first, answers);
    if (held_.kernel == nullptr) kernels_->add_work(runtime::KernelSource::work_of(instructions_, batch), batch);
    return false;
  }
  const std::size_t unexpected = held_.kernel->unexpected_batches();
  run_kernel(batch, first, answers);
  if (held_.kernel->unexpected_batches() == unexpected) return true;
  kernels_->add_unexpected(held_.edition);  // the kernel's own interpreter has answered
  return false;
}

void BatchEngine::interpret(const runtime::BatchView& batch, std::size_t first,
                            const std::vector<ResolvedAnswer>& answers) {
  if (!interpreter_) {
    interpreter_.emplace(policy_.program, policy_.as_of, root, values_);
    instructions_ = interpreter_->live_instructions_by_space();
  }
  interpreter_->evaluate(batch);
  for (const ResolvedAnswer& answer : answers) {
    if (answer.data != nullptr) {
      interpreter_->write_answer(answer.source->values.front(), answer.bytes, place_of(answer, first));
    }
    write_bitmaps(answer, first, batch.spaces.front().rows, *interpreter_);
  }
}

void BatchEngine::run_kernel(const runtime::BatchView& batch, std::size_t first,
                             const std::vector<ResolvedAnswer>& answers) {
  places_.clear();
  for (const ResolvedAnswer& answer : answers) {
    if (answer.data != nullptr) places_.push_back(place_of(answer, first));
  }
  held_.kernel->evaluate(batch, places_);
  for (const ResolvedAnswer& answer : answers) write_bitmaps(answer, first, batch.spaces.front().rows, *held_.kernel);
}

}  // namespace muster
