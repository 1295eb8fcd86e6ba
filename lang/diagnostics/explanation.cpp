#include "lang/diagnostics/explanation.h"

#include <algorithm>
#include <array>

namespace muster::lang {

namespace {

struct Explanation {
  DiagnosticId id;
  std::string_view text;
};
constexpr auto explanations = std::to_array<Explanation>({
#define MUSTER_EXPLANATION(id, text) {DiagnosticId::id, text},
#include "lang/spec/explanations.def"
#undef MUSTER_EXPLANATION
});

// The compiler names the diagnostic whose row in explanations.def is missing, or stands there twice.
template <DiagnosticId id>
constexpr bool is_explained_once() {
  static_assert(std::ranges::count(explanations, id, &Explanation::id) == 1,
                "each diagnostic has one row in lang/spec/explanations.def");
  return true;
}
#define MUSTER_DIAGNOSTIC(id, code, severity, message, fix) static_assert(is_explained_once<DiagnosticId::id>());
#include "lang/spec/diagnostics.def"
#undef MUSTER_DIAGNOSTIC

}  // namespace

std::string_view explanation_of(DiagnosticId id) { return std::ranges::find(explanations, id, &Explanation::id)->text; }

}  // namespace muster::lang
