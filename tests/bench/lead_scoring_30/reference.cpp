#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tests/bench/measure.h"

// Last, for it leaves macros behind.
#include "tests/bench/lead_scoring_30/reference.h"

namespace muster::bench {

namespace {

constexpr std::size_t block_bytes = std::size_t{16} << 20;
constexpr std::size_t most_line_bytes = std::size_t{1} << 16;
constexpr std::size_t read_ahead_bytes = 64;  // HAND looks so far past the end
constexpr std::size_t least_line_bytes = 64;  // fewer than any lead has, so that there are rows enough in the table

}  // namespace

void read_table(const std::string& path, std::size_t most, Table& table) {
  const int file = open(path.c_str(), O_RDONLY);
  struct stat status{};
  if (file < 0 || fstat(file, &status) != 0) fail(path + " cannot be read");
  table.keep_email = false;
  table.alloc(std::min(most, static_cast<std::size_t>(status.st_size) / least_line_bytes) + 64, 64);

  std::vector<char> bytes(block_bytes + most_line_bytes + read_ahead_bytes);
  std::vector<uint32_t> index;
  std::size_t kept = 0;  // of a line whose end is not there yet
  bool is_header = true;
  while (table.n < most) {
    const ssize_t got = read(file, bytes.data() + kept, block_bytes);
    if (got <= 0) break;
    const char* begin = bytes.data();
    const char* end = begin + kept + got;
    const char* const after = end;
    while (end > begin && end[-1] != '\n') --end;
    if (is_header && end > begin) {
      begin = static_cast<const char*>(std::memchr(begin, '\n', static_cast<std::size_t>(end - begin))) + 1;
      is_header = false;
    }
    csv_parse(table, begin, end, index, most - table.n);
    kept = static_cast<std::size_t>(after - end);
    if (kept > most_line_bytes) fail(path + ": a line is too long");
    std::memmove(bytes.data(), end, kept);
  }
  close(file);
  if (table.n == 0) fail(path + ": no leads");
}

void run_hand(const Table& table, const Luts& luts, Out& out, std::size_t first, std::size_t last) {
  k_simd<true, false>(table, luts, out, first, last, nullptr);
}

bool same(const Sum& a, const Sum& b) {
  return a.n == b.n && std::equal(a.tier, a.tier + 5, b.tier) && std::equal(a.stage, a.stage + 5, b.stage) &&
         a.fit == b.fit && a.eng == b.eng && a.tot == b.tot;
}

}  // namespace muster::bench
