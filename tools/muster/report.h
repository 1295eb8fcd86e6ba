// The summary of a run for the person at the terminal. May include: runtime/run, compiler/ir. Called by: run.
#pragma once

#include <string>

#include "compiler/ir/program.h"
#include "runtime/run/run.h"

namespace muster::tools {

struct ReportContext {
  std::string policy_file;
  std::string leads_file;
  std::string output_file;
  std::string issues_file;
  std::string as_of;  // in the policy's zone; empty where none was given
  bool formulas_escaped = false;
  bool is_verified = false;  // somebody asked for it
  bool color = false;
};

[[nodiscard]] std::string render_summary(const runtime::RunSummary& summary, const compiler::Program& program,
                                         const ReportContext& context);

}  // namespace muster::tools
