// Any bytes at all: the parser returns, every span lies in the file, every id in its table. A failure here is a
// crash or a wild pointer that a policy in somebody's pull request could cause.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lang/parse/count_steps.h"
#include "lang/source/load.h"

namespace {

using namespace muster::lang;

void require(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SourceMap sources;
  Limits limits;
  limits.source_bytes = 1 << 16;
  std::string text(reinterpret_cast<const char*>(data), size);
  const Result<FileId> file = add_source("fuzz.muster", std::move(text), false, limits, sources);
  if (!file) return 0;
  Tree tree;
  Diagnostics diagnostics;
  const std::uint64_t steps = parse_counting_steps(sources, *file, limits, tree, diagnostics);
  const std::size_t length = sources[*file].text().size();
  require(steps <= 4000 + 600 * length);  // linear
  const auto inside = [&](Span span) { return span.begin <= span.end && span.end <= length; };
  for (const Expr& each : tree.expressions) require(inside(each.span));
  for (const Comment& each : tree.comments) require(inside(each.span) && sources.text(each.span).starts_with('#'));
  for (const Declaration& each : tree.declarations) require(inside(each.span) && inside(each.keyword));
  for (const Diagnostic& each : diagnostics.all()) require(inside(each.span));
  require(diagnostics.all().size() <= limits.diagnostics + 100);
  (void)render(diagnostics, sources, {});
  return 0;
}
