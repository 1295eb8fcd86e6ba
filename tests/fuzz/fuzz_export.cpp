// Any bytes as an export: the splitter gives each row once, as many cells as the header, and never reads outside.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/ingest/csv.h"

using muster::runtime::CsvStep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  // The first two bytes choose how the rest is read.
  muster::runtime::CsvOptions options;
  options.encoding = (data[0] & 1U) != 0 ? muster::runtime::Encoding::latin1 : muster::runtime::Encoding::utf8;
  options.read_bytes = 1U + data[1];
  muster::lang::Limits limits;
  limits.record_bytes = 4096;
  limits.field_bytes = 1024;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  auto reader = muster::runtime::CsvReader::open(muster::runtime::open_memory(bytes, options.read_bytes), "fuzz.csv",
                                                 options, limits);
  if (!reader) return 0;
  std::uint64_t line = 0;
  std::size_t checksum = 0;
  for (;;) {
    const CsvStep step = reader->next();
    if (step == CsvStep::end || step == CsvStep::failed) break;
    if (reader->line() <= line) std::abort();  // lines ascend
    line = reader->line();
    if (step == CsvStep::fault) {
      checksum += reader->fault_reason().size() + reader->raw().size();
      continue;
    }
    if (reader->cells().size() != reader->header().size()) std::abort();
    for (const std::string_view cell : reader->cells()) {
      for (const char c : cell) checksum += static_cast<unsigned char>(c);
    }
  }
  return checksum == static_cast<std::size_t>(-1) ? 1 : 0;
}
