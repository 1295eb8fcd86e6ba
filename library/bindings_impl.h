// What a caller has bound, as it was said; nothing is checked yet.
// May include: runtime/data. Called by: library.
#pragma once

#include <memory>
#include <muster/muster.hpp>
#include <string>
#include <vector>

#include "runtime/data/dictionary.h"

namespace muster {

struct Dictionary::Impl {
  runtime::Dictionary texts;
};

struct BoundColumn {
  std::string name;
  ColumnShape shape = ColumnShape::numbers;
  const void* data = nullptr;  // none for flags
  std::size_t size = 0;        // elements
  std::uint8_t bytes = 0;      // of an element
  Bits yes;                    // flags
  Bits known;
  std::shared_ptr<const Dictionary::Impl> dictionary;  // texts
};

struct Leads::Impl {
  std::size_t rows = 0;
  std::vector<BoundColumn> columns;
};

struct BoundAnswer {
  std::string name;
  AnswerShape shape = AnswerShape::numbers;
  void* data = nullptr;  // none for truths
  std::size_t size = 0;
  std::uint8_t bytes = 0;
  PlaceForBits yes;  // truths
  PlaceForBits known;
};

struct Verdicts::Impl {
  std::vector<BoundAnswer> answers;
};

}  // namespace muster
