// Any bytes as an export: reading never crashes, ends, and gives the same steps whatever the size of the reads.
// A failure here is a bug in runtime/ingest.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/ingest/csv.h"

using namespace muster;
using namespace muster::runtime;

namespace {

std::string steps(std::string_view text, std::size_t chunk, Encoding encoding, const lang::Limits& limits) {
  CsvOptions options;
  options.encoding = encoding;
  options.read_bytes = chunk != 0 ? chunk : 4096;
  auto reader = CsvReader::open(open_memory(text, chunk), "fuzz", options, limits);
  if (!reader) return "refused";
  std::string found;
  std::size_t count = 0;
  for (;;) {
    const CsvStep step = reader->next();
    if (step == CsvStep::end) return found;
    // A file with several reasons to be refused is refused, but the size of the reads decides which is found first.
    if (step == CsvStep::failed) return "refused";
    if (++count > text.size()) std::abort();  // each step takes at least a byte
    found += std::to_string(reader->line()) + ':';
    found += reader->raw();
    if (step == CsvStep::fault) {
      found += '!' + reader->fault_reason() + std::to_string(reader->fault_column());
      continue;
    }
    if (reader->cells().size() != reader->header().size()) std::abort();
    for (const std::string_view cell : reader->cells()) {
      found += '[';
      found += cell;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t chunk = 1 + data[0] % 90;
  const Encoding encoding = data[1] % 4 == 0 ? Encoding::latin1 : Encoding::utf8;
  lang::Limits limits;
  if (data[1] % 3 == 0) {
    limits.record_bytes = 8 + data[1];
    limits.field_bytes = 5 + data[1] % 32;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (steps(text, chunk, encoding, limits) != steps(text, 0, encoding, limits)) std::abort();
  return 0;
}
