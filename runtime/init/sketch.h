// The part of a first policy that its author is to change: whom we sell to, a score, stages and routes, made of the
// fields that say something about a lead. May include: runtime/init, lang/*. Called by: runtime/init/starter.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "runtime/init/infer.h"
#include "runtime/init/profile.h"

namespace muster::runtime {

// A column of the export as a field of `object Lead`.
struct Field {
  std::size_t column = 0;
  std::string name;
  InferredType type;
  std::string picklist;              // name of its type
  std::vector<std::string> members;  // most frequent first
};

// `fields` has the key first.
[[nodiscard]] std::string write_sketch(const ExportProfile& profile, std::span<const Field> fields);

}  // namespace muster::runtime
