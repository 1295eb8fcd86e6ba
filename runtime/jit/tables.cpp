#include "runtime/jit/tables.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "runtime/interpret/step.h"

namespace muster::runtime::jit {
namespace {

constexpr std::size_t byte_codes = 256;
constexpr std::size_t read_behind = 3;  // an entry may be read together with the bytes that follow it

bool holds(const compiler::Program& program, const TextPredicate& predicate, std::string_view raw,
           std::string_view folded) {
  switch (predicate.kind) {
    case TextPredicate::Kind::is_text:
      return true;
    case TextPredicate::Kind::in_set: {
      const auto& set = program.text_sets[static_cast<std::size_t>(predicate.index)];
      return std::binary_search(set.begin(), set.end(), folded, std::less<>());
    }
    case TextPredicate::Kind::matches:
      return program.patterns[static_cast<std::size_t>(predicate.index)].matches(raw, folded);
    case TextPredicate::Kind::equals:
      return folded == predicate.text;
  }
  return false;
}

}  // namespace

std::uint32_t TextTable::entry_of(const Dictionary& dictionary, std::uint32_t code) const {
  std::uint32_t bits = 0;
  const TextChain* chain = nullptr;  // whose result `made` is
  std::string made;
  std::string made_folded;
  for (std::size_t bit = 0; bit < spec_.predicates.size(); ++bit) {
    const TextPredicate& predicate = spec_.predicates[bit];
    if (predicate.chain.empty()) {
      if (holds(program_, predicate, dictionary.text(code), dictionary.folded(code))) bits |= 1U << bit;
      continue;
    }
    if (chain == nullptr || *chain != predicate.chain) {
      chain = &predicate.chain;
      made = dictionary.text(code);
      for (const std::int64_t function : *chain) {
        if (!made.empty()) made = interpret::text_of_function(program_, function, made);
      }
      made_folded = kernels::fold_text(made);
    }
    if (!made.empty() && holds(program_, predicate, made, made_folded)) bits |= 1U << bit;
  }
  std::int64_t points = 0;
  for (const TableSpec::Points& one : spec_.points) {
    if ((bits >> one.predicate & 1U) != 0) points += one.points;
  }
  if (spec_.points.empty()) return bits;
  return bits | static_cast<std::uint32_t>(static_cast<std::uint64_t>(points) << spec_.points_shift);
}

TextTable::Entries& TextTable::entries_of(const Dictionary& dictionary) {
  const auto place = std::ranges::find(entries_, &dictionary, &Entries::source);
  if (place != entries_.end()) {
    if (place->epoch != dictionary.epoch()) {
      place->epoch = dictionary.epoch();
      place->filled = 0;
    }
    return *place;
  }
  if (entries_.size() < most_dictionaries) {
    entries_.push_back({&dictionary, dictionary.epoch(), 0, {}, {}});
    return entries_.back();
  }
  next_ = (next_ + 1) % most_dictionaries;
  entries_[next_].source = &dictionary;
  entries_[next_].epoch = dictionary.epoch();
  entries_[next_].filled = 0;
  return entries_[next_];
}

// There is at least one entry, for a missing text has code 0 even where the dictionary is empty.
const void* TextTable::entries(const Dictionary& dictionary) {
  Entries& found = entries_of(dictionary);
  const std::uint32_t size = dictionary.size();
  if (spec_.of_bytes) {
    if (found.bytes.empty()) found.bytes.resize(byte_codes + read_behind);
    for (; found.filled < size && found.filled < byte_codes; ++found.filled) {
      found.bytes[found.filled] = static_cast<std::uint8_t>(entry_of(dictionary, found.filled));
    }
    return found.bytes.data();
  }
  if (found.wide.size() < size || found.wide.empty()) found.wide.resize(std::max<std::size_t>(size, 1));
  for (; found.filled < size; ++found.filled) found.wide[found.filled] = entry_of(dictionary, found.filled);
  return found.wide.data();
}

}  // namespace muster::runtime::jit
