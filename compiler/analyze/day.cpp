#include "compiler/analyze/analyze.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

using namespace lang;
using kernels::format_date;

void warn_of_day(const Tree& tree, const TypedPolicy& policy, std::int32_t day, Diagnostics& diagnostics) {
  const bool is_outside =
      policy.effective_from && policy.effective_to && (day < *policy.effective_from || day > *policy.effective_to);
  const bool is_overdue = policy.review_day && day > *policy.review_day;
  for (const Declaration& declaration : tree.declarations) {
    const auto* header = std::get_if<PolicyHeader>(&declaration.node);
    if (header == nullptr) continue;
    for (const PolicyEntry& entry : header->entries) {
      if (is_outside && entry.key == PolicyEntry::Key::effective) {
        diagnostics.emit<DiagnosticId::not_in_effect>(entry.span, format_date(*policy.effective_from),
                                                      format_date(*policy.effective_to), format_date(day));
      }
      if (is_overdue && entry.key == PolicyEntry::Key::review) {
        diagnostics.emit<DiagnosticId::review_overdue>(entry.span, format_date(*policy.review_day), format_date(day));
      }
    }
  }
}

}  // namespace muster::compiler
