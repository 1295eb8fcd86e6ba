#include "runtime/interpret/text_table.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string_view>

#include "runtime/interpret/step.h"

namespace muster::runtime::interpret {
namespace {

constexpr std::size_t read_behind = 3;

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
        if (!made.empty()) made = text_of_function(program_, function, made);
      }
      made_folded = kernels::fold_text(made);
    }
    if (!made.empty() && holds(program_, predicate, made, made_folded)) bits |= 1U << bit;
  }
  return bits;
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
    entries_.push_back({&dictionary, dictionary.epoch(), 0, {}});
    return entries_.back();
  }
  next_ = (next_ + 1) % most_dictionaries;
  entries_[next_].source = &dictionary;
  entries_[next_].epoch = dictionary.epoch();
  entries_[next_].filled = 0;
  return entries_[next_];
}

const void* TextTable::entries(const Dictionary& dictionary) {
  Entries& found = entries_of(dictionary);
  const std::uint32_t size = spec_.is_of_bytes ? std::min(dictionary.size(), fewest_entries) : dictionary.size();
  const std::size_t bytes = std::max(size, fewest_entries) * spec_.entry_bytes + read_behind;
  if (found.bytes.size() < bytes) found.bytes.resize(bytes);
  for (; found.filled < size; ++found.filled) {
    const std::uint32_t entry = entry_of(dictionary, found.filled);
    std::memcpy(found.bytes.data() + found.filled * spec_.entry_bytes, &entry, spec_.entry_bytes);
  }
  return found.bytes.data();
}

}  // namespace muster::runtime::interpret
