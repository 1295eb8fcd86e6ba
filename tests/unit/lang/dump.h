// The syntax tree as one line of text for tests: (+ a b) and the like.
#pragma once

#include <string>
#include <string_view>

#include "lang/diagnostics/diagnostics.h"
#include "lang/parse/parse.h"

namespace muster::test {

struct Parsed {
  lang::SourceMap sources;
  lang::Tree tree;
  lang::Diagnostics diagnostics;
};

// Parses the text as `t.muster`.
Parsed parse_text(std::string text, const lang::Limits& limits = {});

std::string dump(const lang::Tree& tree, lang::ExprId id);
std::string dump(const lang::Tree& tree, const lang::Declaration& declaration);
// All declarations, one a line.
std::string dump(const lang::Tree& tree);
// The messages as `CODE line:column message`, one a line.
std::string messages(const Parsed& parsed);
// The dump of `let x = EXPRESSION`, or its messages.
std::string expression(std::string_view text);

}  // namespace muster::test
