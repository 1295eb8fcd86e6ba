// No file that a command writes may take the place of another one, nor reach a terminal as it is.
// May include: compiler, runtime/run, lang/*. Called by: run, sla, test.
#pragma once

#include <string>
#include <vector>

#include "compiler/compile.h"
#include "lang/support/result.h"
#include "runtime/run/object_files.h"

namespace muster::tools {

struct NamedFile {
  std::string path;  // empty: there is none
  std::string role;  // "the export"
  bool is_input = true;
};

[[nodiscard]] inline bool is_standard_output(const std::string& path) {
  return path == "-" || path == "/dev/stdout" || path == "/dev/fd/1" || path == "/proc/self/fd/1";
}

// The policy and all that it names: imports, sets, days, rates, rows, overrides, exports of its tests.
[[nodiscard]] std::vector<NamedFile> policy_files(const std::string& policy, const compiler::Compiled& compiled);

// What a command reads: the export, the files of the command line, and those of the policy.
[[nodiscard]] std::vector<NamedFile> input_files(const std::string& policy, const std::string& leads,
                                                 const std::vector<runtime::ObjectFile>& files,
                                                 const compiler::Compiled& compiled);
// Errors (usage): two of them are one file and at least one is written, or one would be written to a terminal.
[[nodiscard]] lang::Result<> check_file_names(const std::vector<NamedFile>& files);

}  // namespace muster::tools
