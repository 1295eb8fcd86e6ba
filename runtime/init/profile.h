// Reads a whole export for `muster init`: a profile of each column, and the column that tells leads apart.
// May include: runtime/init, runtime/ingest, lang/*. Called by: `muster init`, tests.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/ingest/csv.h"
#include "runtime/init/column_profile.h"

namespace muster::runtime {

struct ExportProfile {
  std::string name;                 // of the file, without its folder
  std::vector<std::string> header;  // trimmed
  char separator = ',';
  std::vector<ColumnProfile> columns;
  std::uint64_t rows = 0;          // that could be split into cells
  std::uint64_t malformed = 0;     // the others
  std::optional<std::size_t> key;  // column
  std::uint64_t key_repeats = 0;   // rows that share their key with another
  bool key_is_certain = false;     // never blank, and no two rows share one
};

struct ProfileOptions {
  CsvOptions csv;
  std::string temporary_folder = ".";
  std::uint64_t key_memory_bytes = std::uint64_t{8} << 20;
  std::function<void(std::uint64_t bytes_read, std::uint64_t bytes_total)> progress;  // now and then; may be empty
};

// Errors: those of opening and reading an export, and a title above its column names (title_lines.h).
lang::Result<ExportProfile> profile_export(const std::string& path, const ProfileOptions& options,
                                           const lang::Limits& limits);

}  // namespace muster::runtime
