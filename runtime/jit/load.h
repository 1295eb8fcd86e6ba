// Finds libmuster_jit.so and opens it, once and only when it is asked for.
// May include: runtime/jit/code.h. Called by: runtime/jit/kernel.cpp.
#pragma once

#include <string>

#include "runtime/jit/code.h"

namespace muster::runtime::jit {

struct Plugin {
  MakeCode make_code = nullptr;
  std::string error;  // why there is none
};
[[nodiscard]] const Plugin& plugin();

}  // namespace muster::runtime::jit
