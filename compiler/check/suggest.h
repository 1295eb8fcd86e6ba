// What somebody probably meant: pure helpers for the fix of a message.
// May include: lang/*, stdlib/*. Called by: compiler/check.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lang/diagnostics/diagnostics.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

// The module of the standard library that has the function or table, or the pattern of a framework, such as std.email;
// empty: none has.
[[nodiscard]] std::string_view module_of_function(std::string_view name);
[[nodiscard]] std::string_view module_of_framework(std::string_view name);

// A format of dates in the letters of spreadsheets, dd.mm.yyyy, in those of Muster: DD.MM.YYYY.
[[nodiscard]] std::string in_our_letters(std::string_view format);

// An unknown one is reported, with the name that was meant where letter cases differ, a letter is wrong or only the
// city is named; of names that are taken for a place's clocks and have no summer time is warned.
[[nodiscard]] std::optional<kernels::Zone> zone_named(lang::Span place, const std::string& name,
                                                      lang::Diagnostics& diagnostics);

// Whether the number at `place` is what stands behind a decimal comma; then it is reported.
bool report_decimal_comma(const lang::SourceMap& sources, lang::Span place, lang::Diagnostics& diagnostics);

}  // namespace muster::compiler
