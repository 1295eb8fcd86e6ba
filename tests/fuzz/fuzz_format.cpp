// Any bytes as a policy: the formatter refuses or proves, and changes nothing the second time. A failure here is a
// policy that `muster fmt` would crash on, or call its own mistake.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lang/format/format.h"
#include "lang/format/line_diff.h"
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
  const Result<FileId> file =
      add_source("fuzz.muster", std::string(reinterpret_cast<const char*>(data), size), false, limits, sources);
  if (!file) return 0;
  const std::string_view before = sources[*file].text();
  (void)lay_out(before, limits.source_bytes);  // also of text that does not parse
  const Result<Formatted> once = format(sources, *file, limits);
  if (!once) {
    require(once.error().kind == ErrorKind::data);  // too large, and no mistake of ours
    return 0;
  }
  if (once->diagnostics.has_errors()) return 0;
  require(diff_of_layout("fuzz.muster", before, once->text).empty() == (before == once->text));
  const Result<FileId> again = add_source("again.muster", once->text, false, limits, sources);
  require(again.has_value());
  const Result<Formatted> twice = format(sources, *again, limits);
  require(twice.has_value() && twice->text == once->text);
  return 0;
}
