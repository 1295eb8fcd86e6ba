// The front door: a policy file in, a verified program or all its mistakes out.
// May include: compiler/*, stdlib/std. Called by: tools, tests, the library interface.
#pragma once

#include <optional>
#include <string>

#include "compiler/check/check.h"
#include "compiler/ir/program.h"
#include "compiler/passes/passes.h"
#include "lang/diagnostics/diagnostics.h"
#include "lang/source/source.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "lang/syntax/tree.h"

namespace muster::compiler {

struct Compiled {
  lang::SourceMap sources;
  lang::Diagnostics diagnostics;    // sorted; may hold warnings although there is a program
  lang::Tree tree;                  // syntax of the policy and its imports
  std::optional<Program> program;   // none if there are errors
  std::optional<PassLog> passes;    // only where CompileOptions ask for it
  bool has_wrong_settings = false;  // some of the errors are about CompileOptions::settings
};

// Reads and compiles a policy. Errors only where the file itself cannot be read; mistakes in it are diagnostics.
// Without a folder in the options, the files that the policy names lie beside it.
lang::Result<Compiled> compile_file(const std::string& path, const lang::Limits& limits,
                                    const CompileOptions& options = {});
// The same for text in memory; `name` stands in messages. Without a folder in the options it can name no files.
lang::Result<Compiled> compile_text(std::string name, std::string text, const lang::Limits& limits,
                                    const CompileOptions& options = {});

}  // namespace muster::compiler
