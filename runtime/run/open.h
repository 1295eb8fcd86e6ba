// What every run over an export begins with: the files are opened, further files are read, and how rows find one
// another is worked out. May include: runtime/*, compiler/ir, lang/*. Called by: run, sla, tests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/ingest/lead_reader.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/run/object_files.h"
#include "runtime/run/relations.h"

namespace muster::runtime {

// What a run reads.
struct RunInput {
  std::string leads;
  std::vector<ObjectFile> files;    // of the other objects; they go before those that the policy names
  std::string policy_folder = ".";  // where the policy lies: files that it names are looked for there
  AsOf as_of;
  CsvOptions csv;
  // Both are called by one thread at a time, but not always the same one.
  std::function<void(const ReadProgress&)> progress;  // now and then; may be empty
  // Asked before the first output file is made and after every batch; true: stop, and leave nothing behind. May be
  // empty.
  std::function<bool()> should_stop;
};

struct OpenRun {
  LeadReader reader;
  std::unique_ptr<Relations> relations;
  Region region;                  // the root's
  std::uint64_t table_bytes = 0;  // of the further files, which have been read; progress tells of everything
};

// Nothing: `should_stop` said so. `temporary_folder`: where keys that do not fit in memory are sorted. Errors: those of
// open_object_files() (usage, file) and of reading the files (file, data).
lang::Result<std::optional<OpenRun>> open_run(const compiler::Program& program, const RunInput& input, Wanted wanted,
                                              const std::string& temporary_folder, const lang::Limits& limits);

// Tells `input.progress` how far the leads are, and answers whether to stop. `table_bytes` as in OpenRun.
bool report_progress(const RunInput& input, const ReadProgress& read, std::uint64_t table_bytes);

}  // namespace muster::runtime
