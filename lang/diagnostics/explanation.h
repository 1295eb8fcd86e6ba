// What a diagnostic means, at more length than its message: lang/spec/explanations.def, one row for each code.
// May include: lang/diagnostics. Called by: the command explain-code, editors.
#pragma once

#include <string_view>

#include "lang/diagnostics/diagnostics.h"

namespace muster::lang {

// Two to four plain sentences: why Muster says this, how to mend it.
[[nodiscard]] std::string_view explanation_of(DiagnosticId id);

}  // namespace muster::lang
