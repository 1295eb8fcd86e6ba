// Reads a policy file from disk and refuses what no policy may be: a directory, more than the limit, bytes
// that are not UTF-8, invisible reordering characters. May include: lang/*. Called by: compile.cpp, imports, tools,
// golden tests.
#pragma once

#include <string>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/source.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"

namespace muster::lang {

// What messages call the standard input.
inline constexpr const char* standard_input_name = "standard input";

// Reads `path` and adds it to `sources`. A leading byte-order mark is dropped. Errors: the file cannot be
// read (ErrorKind::file), or its bytes are not a policy (ErrorKind::data, with the line).
Result<FileId> load_source(const std::string& path, const Limits& limits, SourceMap& sources);

// The same for what the standard input brings.
Result<FileId> load_standard_input(const Limits& limits, SourceMap& sources);

// The same checks for text that is already in memory: tests and the standard library.
Result<FileId> add_source(std::string name, std::string text, bool is_library, const Limits& limits,
                          SourceMap& sources);

// The same for a file that another one imports; `folder` as in SourceFile.
Result<FileId> add_import(std::string name, std::string folder, std::string text, const Limits& limits,
                          SourceMap& sources);

// The same for a file that holds values instead of rules: its letters and accents may be written apart, since values
// are compared as Unicode says.
Result<FileId> add_values(std::string name, std::string text, SourceMap& sources);

}  // namespace muster::lang
