// Spreadsheets that stand where a text belongs. May include: the standard library. Called by: lang/source, ingest.
#pragma once

#include <string_view>

namespace muster::lang {

// Whether a file begins like a workbook, new (packed) or old. `begin` are its first four bytes or more.
[[nodiscard]] constexpr bool is_workbook(std::string_view begin) {
  return begin.starts_with("PK\x03\x04") || begin.starts_with("\xD0\xCF\x11\xE0");
}

}  // namespace muster::lang
