#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
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

#if defined(MUSTER_BENCH_HAND)
void parse(Table& table, const char* begin, const char* end, std::vector<uint32_t>& index, std::size_t most) {
  csv_parse(table, begin, end, index, most);
}
#else
// As the reference reads a number: whole digits and those behind the point, each exact.
double decimal_of(const char* begin, const char* end) {
  const char* const point = std::find(begin, end, '.');
  const double whole = static_cast<double>(p_int_slow(begin, point));
  if (point == end) return whole;
  return whole + static_cast<double>(p_int_slow(point + 1, end)) / std::pow(10.0, static_cast<double>(end - point - 1));
}

// What csv_parse makes of the same lines, cell by cell: the reader of the reference needs AVX-512.
void parse(Table& table, const char* begin, const char* end, std::vector<uint32_t>& /*index*/, std::size_t most) {
  struct Cell {
    const char* begin;
    const char* end;
  };
  constexpr std::size_t columns = 20;
  std::array<Cell, columns> cells{};
  for (std::size_t lines = 0; begin < end && lines < most; ++lines) {
    for (Cell& cell : cells) {
      cell.begin = begin;
      const char* at = begin;
      for (bool is_quoted = false; is_quoted || (*at != ',' && *at != '\n'); ++at) is_quoted ^= *at == '"';
      cell.end = at;
      begin = at + 1;
    }
    const std::size_t row = table.n++;
    const auto has = [&](std::size_t at) { return cells[at].begin < cells[at].end; };
    const auto number = [&](std::size_t at) { return p_int_slow(cells[at].begin, cells[at].end); };
    const auto small = [&](std::size_t at) { return static_cast<int32_t>(number(at)); };
    const auto code = [](Dict& dict, Cell cell) {
      return dict.get(cell.begin, static_cast<std::size_t>(cell.end - cell.begin));
    };
    table.emp[row] = number(1);
    setb(table.emp_v, row, has(1));
    table.rev[row] = decimal_of(cells[2].begin, cells[2].end);
    setb(table.rev_v, row, has(2));
    table.co[row] = static_cast<uint8_t>(code(table.dco, cells[3]));
    table.ind[row] = static_cast<uint8_t>(code(table.dind, cells[4]));
    Cell title = cells[5];
    if (has(5) && *title.begin == '"') title = {title.begin + 1, title.end - 1};
    table.ti[row] = static_cast<uint16_t>(code(table.dti, title));
    const char* const at_sign = std::find(cells[6].begin, cells[6].end, '@');
    table.dom[row] = has(6) ? code(table.ddom, {std::min(at_sign + 1, cells[6].end), cells[6].end}) : 0;
    table.src[row] = static_cast<uint8_t>(code(table.dsrc, cells[7]));
    table.pv[row] = small(8);
    table.ec[row] = small(9);
    table.wb[row] = small(10);
    table.wp[row] = small(11);
    setb(table.demo, row, *cells[12].begin == 't');
    table.pr[row] = small(13);
    table.la[row] = p_ts(cells[14].begin);
    table.cr[row] = p_ts(cells[15].begin);
    table.bud[row] = decimal_of(cells[16].begin, cells[16].end);
    setb(table.bud_v, row, has(16));
    table.tl[row] = small(17);
    setb(table.tl_v, row, has(17));
    setb(table.dm, row, *cells[18].begin == 't');
    setb(table.dm_v, row, has(18));
    table.nd[row] = small(19);
    setb(table.nd_v, row, has(19));
  }
}
#endif

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
    parse(table, begin, end, index, most - table.n);
    kept = static_cast<std::size_t>(after - end);
    if (kept > most_line_bytes) fail(path + ": a line is too long");
    std::memmove(bytes.data(), end, kept);
  }
  close(file);
  if (table.n == 0) fail(path + ": no leads");
}

void run_reference(const Table& table, const Luts& luts, Out& out) { k_scalar(table, luts, out, 0, table.n); }

void run_hand(const Table& table, const Luts& luts, Out& out, std::size_t first, std::size_t last) {
#if defined(MUSTER_BENCH_HAND)
  k_simd<true, false>(table, luts, out, first, last, nullptr);
#else
  static_cast<void>(table), static_cast<void>(luts), static_cast<void>(out);
  static_cast<void>(first), static_cast<void>(last);
  fail("HAND is left out: this machine has no AVX-512 with VBMI");
#endif
}

bool same(const Sum& a, const Sum& b) {
  return a.n == b.n && std::equal(a.tier, a.tier + 5, b.tier) && std::equal(a.stage, a.stage + 5, b.stage) &&
         a.fit == b.fit && a.eng == b.eng && a.tot == b.tot;
}

}  // namespace muster::bench
