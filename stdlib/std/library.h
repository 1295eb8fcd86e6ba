// The standard library: modules written in Muster, compiled into the program so that a policy means the same
// wherever it runs. May include: the standard library. Called by: compiler/compile.cpp.
#pragma once

#include <span>
#include <string_view>

namespace muster::stdlib {

struct Module {
  std::string_view name;  // as in `import std.email`
  std::string_view text;
};

// In order of name.
[[nodiscard]] std::span<const Module> modules();

}  // namespace muster::stdlib
