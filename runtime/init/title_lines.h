// Lines above the column names: a report's title, the day of the export. They would be taken for the names.
// May include: runtime/ingest, lang/*. Called by: runtime/init/profile, tests.
#pragma once

#include <string>
#include <string_view>

#include "lang/support/result.h"
#include "runtime/ingest/csv.h"

namespace muster::runtime {

// Error (ErrorKind::data): the export does not begin with its column names; it says which lines to delete. `begin` is
// the first part of the file, which may end anywhere. `separator`: that of the user, 0: every one is tried.
[[nodiscard]] lang::Result<> check_first_line(const std::string& name, std::string_view begin, char separator);

// How much of a file is looked at.
inline constexpr std::size_t most_title_bytes = std::size_t{64} << 10;

}  // namespace muster::runtime
