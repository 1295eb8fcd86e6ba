// Writes the first policy for an export: its object with types, picklists and shares of missing values, and a small
// policy over it to edit. Whatever the header holds, the text is a policy without errors.
// May include: runtime/init, lang/*. Called by: `muster init`, tests.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/init/profile.h"

namespace muster::runtime {

struct Starter {
  std::string text;
  std::size_t fields = 0;
  std::size_t left_out = 0;  // columns that cannot be named, or that are more than a policy holds
};

// `most_bytes` is what a policy may have; the text is in the layout of `muster fmt`.
[[nodiscard]] Starter write_starter(const ExportProfile& profile, std::size_t most_bytes);

}  // namespace muster::runtime
