// Any bytes as a policy: no crash, no endless work, and what compiles is sound.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "compiler/compile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto compiled = muster::compiler::compile_text("fuzz.muster", text, {});
  if (!compiled) return 0;
  // Rendering walks every span: one that points outside the text dies here.
  (void)muster::lang::render(compiled->diagnostics, compiled->sources, {});
  if (compiled->program.has_value() == compiled->diagnostics.has_errors()) std::abort();
  if (compiled->program && !muster::compiler::verify(*compiled->program).empty()) std::abort();
  return 0;
}
