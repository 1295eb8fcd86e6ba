// Policies in memory for the tests of the compiler. Called by: tests/unit/compiler only.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.h"

namespace muster::compiler::test {

// An object with a field of every type; `more` are the declarations of the test.
inline std::string with_lead(std::string_view more) {
  return "picklist Size ordered { Small = \"S\", Medium, Large }\n"
         "picklist Industry { Software = \"SaaS\", Finance, other }\n"
         "object Lead { lead_id: text key, n: int?, x: decimal?, share: percent?, price: money USD?, euros: money "
         "EUR?\n"
         "  day: date?, at: datetime?, visit: duration?, name: text?, size: Size?, industry: Industry?, a: bool?,\n"
         "  b: bool?, sure: int required }\n" +
         std::string(more) + "\n";
}

inline Compiled compile(std::string text, const lang::Limits& limits = {}) {
  auto compiled = compile_text("t.muster", std::move(text), limits);
  REQUIRE(compiled.has_value());
  return std::move(*compiled);
}

// The codes of all messages, in order, such as "M2002 M3001".
inline std::string codes(const Compiled& compiled) {
  std::string out;
  for (const lang::Diagnostic& each : compiled.diagnostics.all()) {
    if (!out.empty()) out += ' ';
    out += lang::row_of(each.id).code;
  }
  return out;
}

inline std::string codes(std::string_view more, const lang::Limits& limits = {}) {
  return codes(compile(with_lead(more), limits));
}

}  // namespace muster::compiler::test
