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

class Interpreted final : public BatchEngine {
 public:
  Interpreted(const Policy::Impl& policy, const std::vector<ResolvedAnswer>& answers)
      : interpreter_(policy.program, policy.as_of, root, values_of(answers)) {}

  void evaluate(const runtime::BatchView& batch, std::size_t first,
                const std::vector<ResolvedAnswer>& answers) override {
    const std::size_t rows = batch.spaces.front().rows;
    interpreter_.evaluate(batch);
    for (const ResolvedAnswer& answer : answers) {
      if (answer.data != nullptr) {
        interpreter_.write_answer(answer.source->values.front(), answer.bytes, place_of(answer, first));
      }
      write_bitmaps(answer, first, rows, interpreter_);
    }
  }

 private:
  runtime::Interpreter interpreter_;
};

class Compiled final : public BatchEngine {
 public:
  explicit Compiled(std::unique_ptr<runtime::jit::Kernel> kernel) : kernel_(std::move(kernel)) {}

  void evaluate(const runtime::BatchView& batch, std::size_t first,
                const std::vector<ResolvedAnswer>& answers) override {
    const std::size_t rows = batch.spaces.front().rows;
    places_.clear();
    for (const ResolvedAnswer& answer : answers) {
      if (answer.data != nullptr) places_.push_back(place_of(answer, first));
    }
    kernel_->evaluate(batch, places_);
    for (const ResolvedAnswer& answer : answers) {
      write_bitmaps(answer, first, rows, *kernel_);
    }
  }

 private:
  std::unique_ptr<runtime::jit::Kernel> kernel_;
  std::vector<void*> places_;
};

}  // namespace

std::unique_ptr<BatchEngine> make_interpreter(const Policy::Impl& policy, const std::vector<ResolvedAnswer>& answers) {
  return std::make_unique<Interpreted>(policy, answers);
}

Result<std::unique_ptr<BatchEngine>> make_kernel(const Policy::Impl& policy, const std::vector<ResolvedAnswer>& answers,
                                                 const runtime::SpaceView& shape) {
  std::vector<ValueId> bits;
  std::vector<runtime::AnswerLayout> layouts;
  for (const ResolvedAnswer& answer : answers) {
    const AnswerSource& source = *answer.source;
    if (answer.data != nullptr) layouts.push_back({source.values.front(), answer.bytes, answer.is_streamed});
    if (answer.data != nullptr && answer.known == nullptr) continue;
    bits.insert(bits.end(), source.values.begin(), source.values.end());
    bits.insert(bits.end(), source.faults.begin(), source.faults.end());
  }
  bits = unique_values(std::move(bits));
  auto kernel = runtime::jit::make_kernel(policy.program, policy.as_of, {.bits = bits, .answers = layouts},
                                          {runtime::jit::layouts_of(shape)}, {});
  if (!kernel) {
    const bool is_missing = kernel.error().kind == lang::ErrorKind::usage;
    return Error{is_missing ? ErrorKind::engine : ErrorKind::internal, kernel.error().message};
  }
  return std::unique_ptr<BatchEngine>(std::make_unique<Compiled>(std::move(*kernel)));
}

}  // namespace muster
