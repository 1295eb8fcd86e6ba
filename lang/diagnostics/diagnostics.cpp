#include "lang/diagnostics/diagnostics.h"

#include <algorithm>
#include <tuple>

namespace muster::lang {

Diagnostic& Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.severity() == Severity::error) ++errors_;
  all_.push_back(std::move(diagnostic));
  return all_.back();
}

void Diagnostics::sort() {
  std::sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.span, a.id, a.message) < std::tie(b.span, b.id, b.message);
  });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) { return a.span == b.span && a.id == b.id; };
  all_.erase(std::unique(all_.begin(), all_.end(), same), all_.end());
  errors_ = static_cast<std::size_t>(std::count_if(
      all_.begin(), all_.end(), [](const Diagnostic& each) { return each.severity() == Severity::error; }));
}

}  // namespace muster::lang
