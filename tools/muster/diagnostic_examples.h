// A policy for each diagnostic that causes it, with what Muster then says: tests/golden/diagnostics, compiled into the
// program by cmake/embed_examples.cmake, so that pages need no files and every example is tested.
// May include: the standard library. Called by: explain_code.cpp.
#pragma once

#include <span>
#include <string_view>

namespace muster::tools {

struct DiagnosticExample {
  std::string_view code;    // M2001
  std::string_view golden;  // the case as tests/golden/README.md describes it
};

// In order of code.
[[nodiscard]] std::span<const DiagnosticExample> diagnostic_examples();

}  // namespace muster::tools
