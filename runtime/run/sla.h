// How well the agreements of a policy are kept: an export through a policy into reports, and, where wanted, a file with
// the verdict of every clause on every lead. May include: runtime/*, compiler/ir, lang/*. Called by: `muster sla`,
// tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lang/support/result.h"
#include "runtime/agreement/attainment.h"
#include "runtime/run/open.h"
#include "runtime/run/run.h"

namespace muster::runtime {

struct SlaOptions : RunInput {
  std::string verdicts;        // the file with all verdicts; empty: none
  std::size_t most_open = 20;  // open deadlines that are told by name
};

struct SlaSummary {
  bool stopped = false;  // by should_stop; then nothing was written
  bool broken_pipe = false;
  std::uint64_t rows = 0;  // of the export
  std::uint64_t answered = 0;
  std::uint64_t ignored = 0;  // `ignore leads`
  std::uint64_t repeated = 0;
  std::uint64_t merged = 0;
  std::uint64_t rejected = 0;
  std::string first_rejected;  // "line 7: ..."; empty where none was
  std::vector<AgreementReport> agreements;
  std::vector<ObjectSummary> objects;  // the files besides the leads
  std::vector<RelationSummary> relations;
};

// `program` was compiled with CompileOptions::agreements. Errors: those of open_run(), of writing the file, and more
// owners than Limits::owners (ErrorKind::data).
lang::Result<SlaSummary> run_sla(const compiler::Program& program, const SlaOptions& options,
                                 const lang::Limits& limits);

}  // namespace muster::runtime
