#include "runtime/ingest/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "lang/source/unicode.h"
#include "lang/support/count.h"
#include "runtime/ingest/csv_buffer.h"
#include "runtime/ingest/line_scan.h"

namespace muster::runtime {

using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

constexpr std::string_view separators = ",;\t|";

// `sep=;` tells Excel how the lines after it are separated. It is the one candidate on its line, so that it is found
// like any other.
bool is_separator_line(std::string_view line) {
  constexpr std::string_view begin = "sep=";
  return line.size() == begin.size() + 1 && line.starts_with(begin) &&
         separators.find(line.back()) != std::string_view::npos;
}

// After a fault in quotes the lines after the first are read again. As much as has been read, and this, may be read
// again in all; rows such as `x","y` could make it quadratic otherwise.
constexpr std::uint64_t spare_rescanned_bytes = std::uint64_t{64} << 20;
constexpr std::size_t kept_of_too_long_bytes = 4096;

// Where a scan for the end of a record stopped, apart from the record being complete.
enum class Stop : std::uint8_t { complete, text_after_quote, unclosed_quote, too_long, failed };

}  // namespace

struct CsvReader::State {
  struct Span {
    std::size_t begin = 0;  // from the beginning of the record
    std::size_t size = 0;
  };

  CsvBuffer buffer;
  lang::Limits limits;
  char separator;
  std::vector<std::string> header;

  std::size_t record = 0;  // of the record in the buffer
  std::size_t next = 0;    // where the next one is looked for
  std::uint64_t line = 1;  // of `record`
  std::uint64_t next_line = 1;
  bool after_return = false;  // a line feed at `next` belongs to the line end before
  std::string_view raw;
  std::vector<std::string_view> cells;
  std::vector<Span> spans;  // the cells of the record; further cells are only counted
  std::size_t most_spans = 0;
  std::size_t cell_count = 0;
  std::vector<std::size_t> doubled;  // cells with doubled quotes
  std::string unescaped;
  std::uint64_t line_ends = 0;  // inside quoted cells of the record
  RejectKind fault = RejectKind::too_few_cells;
  std::size_t fault_column = 0;
  std::uint64_t rescanned_bytes = 0;
  std::string kept;  // the beginning of a record that was too long
  bool is_over = false;
  bool has_failed = false;

  State(std::unique_ptr<ByteSource> source, std::string name, const CsvOptions& options, const lang::Limits& most)
      : buffer(std::move(source), std::move(name), options, most.record_bytes),
        limits(most),
        separator(options.separator) {}

  // Reads more, keeping the record. Positions in the buffer move by what `record` loses, which the caller subtracts.
  bool more() {
    if (!buffer.more(record, line)) return false;
    record = 0;
    return true;
  }
  // The same for a caller that holds the position `at`.
  bool more(std::size_t& at) {
    const std::size_t moved = record;
    if (!more()) return false;
    at -= moved;
    return true;
  }

  bool is_past_limit(std::size_t at) const { return at - record > limits.record_bytes; }

  // Puts `record` at the next line that is not empty. False at the end and after an error (has_failed).
  bool find_record() {
    record = next;
    line = next_line;
    for (;;) {
      while (record < buffer.end()) {
        const char first = buffer.data()[record];
        if (first == '\n' && after_return) {
          after_return = false;
        } else if (first == '\n' || first == '\r') {
          ++line;
          after_return = first == '\r';
        } else {
          after_return = false;
          return true;
        }
        ++record;
      }
      if (buffer.at_end()) return false;
      // A CR stays in the buffer, so that a line feed that is still to come is not counted as a line of its own.
      const std::size_t kept_return = after_return ? 1 : 0;
      if (!buffer.more(record - kept_return, line - kept_return)) {
        has_failed = true;
        return false;
      }
      record = kept_return;
    }
  }

  void add_cell(std::size_t begin, std::size_t end) {
    if (cell_count < most_spans) {
      if (cell_count == spans.size()) spans.resize(std::max<std::size_t>(16, 2 * spans.size()));
      spans[cell_count] = {begin - record, end - begin};
    }
    ++cell_count;
  }

  // Reads the quoted cell whose opening quote is before `at`; leaves `at` behind its closing quote.
  Stop scan_quoted(std::size_t& at) {
    std::size_t begin = at - record;
    bool has_doubled = false;
    for (;;) {
      const void* const found = std::memchr(buffer.data() + at, '"', buffer.end() - at);
      if (found == nullptr) {
        at = buffer.end();
        if (is_past_limit(at)) return Stop::too_long;
        if (buffer.at_end()) return Stop::unclosed_quote;
        if (!more(at)) return Stop::failed;
        continue;
      }
      at = static_cast<std::size_t>(static_cast<const char*>(found) - buffer.data()) + 1;
      while (at == buffer.end() && !buffer.at_end()) {
        if (!more(at)) return Stop::failed;
      }
      if (at == buffer.end() || buffer.data()[at] != '"') break;
      has_doubled = true;
      ++at;
    }
    if (is_past_limit(at)) return Stop::too_long;
    begin += record;
    line_ends += count_line_ends(buffer.view(begin, at - 1));
    if (has_doubled && cell_count < most_spans) doubled.push_back(cell_count);
    add_cell(begin, at - 1);
    return Stop::complete;
  }

  // Splits the record at `record`; leaves `at` on its line end or on the end of the file.
  Stop scan(std::size_t& at) {
    cell_count = 0;
    line_ends = 0;
    doubled.clear();
    at = record;
    std::size_t block = 0;  // the cell ends of [block, block + scan_bytes) from `at` on are in `ends`
    std::uint64_t ends = 0;
    bool has_block = false;
    for (;;) {
      if (at == buffer.end() && !buffer.at_end()) {
        if (is_past_limit(at)) return Stop::too_long;
        if (!more(at)) return Stop::failed;
        has_block = false;
        continue;
      }
      if (at < buffer.end() && buffer.data()[at] == '"') {
        ++at;
        if (const Stop stop = scan_quoted(at); stop != Stop::complete) return stop;
        has_block = has_block && at >= block && at - block < scan_bytes;
        if (has_block) ends &= ~std::uint64_t{0} << (at - block);
        // scan_quoted() may have moved the buffer, and then the block means other bytes.
        if (record == 0) has_block = false;
        if (at == buffer.end()) return Stop::complete;
        const char after = buffer.data()[at];
        if (after == '\n' || after == '\r') return Stop::complete;
        if (after != separator) return Stop::text_after_quote;
        ++at;
        if (has_block) ends &= ends - 1;
      } else {
        std::size_t begin = at - record;
        for (;;) {
          if (!has_block) {
            block = at;
            ends = load_block(block);
            has_block = true;
          }
          while (ends == 0 && block + scan_bytes < buffer.end()) {
            block += scan_bytes;
            ends = load_block(block);
          }
          if (ends != 0) {
            at = block + static_cast<std::size_t>(std::countr_zero(ends));
            ends &= ends - 1;
            break;
          }
          at = buffer.end();
          has_block = false;
          if (buffer.at_end()) break;
          if (is_past_limit(at)) return Stop::too_long;
          if (!more(at)) return Stop::failed;
        }
        add_cell(begin + record, at);
        if (at == buffer.end() || buffer.data()[at] != separator) return Stop::complete;
        ++at;
      }
    }
  }

  std::uint64_t load_block(std::size_t block) const {
    const std::uint64_t found = find_cell_ends(buffer.data() + block, separator);
    const std::size_t left = buffer.end() - block;
    return left >= scan_bytes ? found : found & ((std::uint64_t{1} << left) - 1);
  }

  // Ends the record with the line end at `at`, if there is one.
  void end_record(std::size_t at, std::uint64_t lines_before) {
    next = at;
    next_line = line + lines_before;
    if (at < buffer.end()) {
      after_return = buffer.data()[at] == '\r';
      ++next;
      ++next_line;
    }
  }

  CsvStep give_fault(RejectKind kind, std::size_t column) {
    fault = kind;
    fault_column = column;
    return CsvStep::fault;
  }

  CsvStep give_failure() {
    has_failed = true;
    return CsvStep::failed;
  }

  // Hands back the record's first line only; the next line is read as a record of its own. The scan went up to
  // `scanned`.
  CsvStep cut_line(RejectKind kind, std::size_t column, std::size_t scanned) {
    std::size_t at = record;
    for (;;) {
      at = find_line_end(buffer.view(0, buffer.end()), at);
      if (at != std::string_view::npos) break;
      at = buffer.end();
      if (buffer.at_end()) break;
      if (is_past_limit(at)) return skip_line(at);
      const std::size_t moved = record;
      if (!more(at)) return give_failure();
      scanned -= moved;
    }
    if (is_past_limit(at)) return skip_line(at);
    raw = buffer.view(record, at);
    end_record(at, 0);
    // How far the scan of a row past its limit went depends on the reads; what counts is the limit.
    const std::uint64_t seen = std::min<std::uint64_t>(scanned - record, limits.record_bytes);
    if (seen > next - record) {
      rescanned_bytes += seen - (next - record);
      if (rescanned_bytes > buffer.bytes_read() + spare_rescanned_bytes) {
        buffer.fail({ErrorKind::data, buffer.name(), line,
                     "too many quotes are opened and not closed, the last of them here",
                     "check that --separator is right and that quotes inside cells are written twice"});
        return give_failure();
      }
    }
    return give_fault(kind, column);
  }

  // Drops the rest of a line that is longer than any record may be. No line end is before `at`, which is past the
  // limit.
  CsvStep skip_line(std::size_t at) {
    // The line is longer than the limit, so the limit's bytes are there; cut between characters.
    std::size_t size = std::min<std::size_t>(kept_of_too_long_bytes, limits.record_bytes);
    while (size > 0 && (static_cast<unsigned char>(buffer.data()[record + size]) & 0xc0U) == 0x80U) --size;
    kept.assign(buffer.data() + record, size);
    const std::uint64_t fault_line = line;
    for (;;) {
      at = find_line_end(buffer.view(0, buffer.end()), at);
      if (at != std::string_view::npos) break;
      at = buffer.end();
      if (buffer.at_end()) break;
      record = std::max(record, buffer.checked());
      if (!more(at)) return give_failure();
    }
    line = fault_line;
    end_record(at, 0);
    raw = kept;
    return give_fault(RejectKind::record_too_long, header.size());
  }

  // Removes the second of each pair of quotes from the cells that have some.
  void unescape() {
    std::size_t total = 0;
    for (const std::size_t index : doubled) total += cells[index].size();
    unescaped.clear();
    unescaped.reserve(total);  // so that views of it stay valid
    for (const std::size_t index : doubled) {
      const std::size_t begin = unescaped.size();
      std::string_view left = cells[index];
      for (std::size_t quote = left.find('"'); quote != std::string_view::npos; quote = left.find('"')) {
        unescaped.append(left.substr(0, quote + 1));
        left.remove_prefix(quote + 2);
      }
      unescaped.append(left);
      cells[index] = std::string_view(unescaped).substr(begin);
    }
  }

  // The next record as spans; cells are made of them by the caller. `fault` otherwise.
  CsvStep read_record() {
    if (has_failed) return CsvStep::failed;
    if (is_over) return CsvStep::end;
    if (!find_record()) {
      is_over = !has_failed;
      return has_failed ? CsvStep::failed : CsvStep::end;
    }
    std::size_t at = record;
    Stop stop = scan(at);
    if ((stop == Stop::complete || stop == Stop::text_after_quote || stop == Stop::unclosed_quote) &&
        is_past_limit(at)) {
      stop = Stop::too_long;
    }
    switch (stop) {
      case Stop::failed:
        return give_failure();
      case Stop::too_long:
        return cut_line(RejectKind::record_too_long, header.size(), at);
      case Stop::text_after_quote:
        return cut_line(RejectKind::text_after_quote, cell_count - 1, at);
      case Stop::unclosed_quote:
        return cut_line(RejectKind::unclosed_quote, cell_count, at);
      case Stop::complete:
        break;
    }
    raw = buffer.view(record, at);
    end_record(at, line_ends);
    return CsvStep::row;
  }

  void make_cells(std::size_t count) {
    cells.resize(count);
    const char* const begin = buffer.data() + record;
    for (std::size_t i = 0; i < count; ++i) cells[i] = {begin + spans[i].begin, spans[i].size};
    if (!doubled.empty()) unescape();
  }

  CsvStep read_row() {
    const CsvStep step = read_record();
    if (step != CsvStep::row) return step;
    if (cell_count < header.size()) return give_fault(RejectKind::too_few_cells, cell_count);
    if (cell_count > header.size()) return give_fault(RejectKind::too_many_cells, header.size());
    make_cells(cell_count);
    if (raw.size() > limits.field_bytes) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].size() > limits.field_bytes) return give_fault(RejectKind::cell_too_long, i);
      }
    }
    return CsvStep::row;
  }

  // The separator that the header has most often outside quotes; a comma where it has none.
  bool find_separator() {
    std::array<std::size_t, separators.size()> counts{};
    bool quoted = false;
    bool may_open = true;  // a quote here begins a quoted cell, or goes on with one after a doubled quote
    std::size_t at = record;
    while (!is_past_limit(at)) {
      if (at == buffer.end()) {
        if (buffer.at_end()) break;
        if (!more(at)) return false;
        continue;
      }
      const char letter = buffer.data()[at++];
      const std::size_t which = separators.find(letter);
      if (letter == '"' && (quoted || may_open)) {
        quoted = !quoted;
        may_open = !quoted;
      } else if (!quoted) {
        if (letter == '\n' || letter == '\r') break;
        may_open = which != std::string_view::npos;
        if (may_open) ++counts[which];
      }
    }
    separator = separators[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin())];
    return true;
  }

  // The next line that is not empty, as one of column names.
  Result<> read_names() {
    const Error no_header{ErrorKind::data, buffer.name(), 0, "the file has no line of column names",
                          "an export begins with a line of column names"};
    if (!find_record()) return has_failed ? buffer.error() : no_header;
    next = record;
    next_line = line;
    if (separator == 0 && !find_separator()) return buffer.error();
    next = record;  // finding the separator may have moved the buffer
    most_spans = static_cast<std::size_t>(limits.columns);
    switch (read_record()) {
      case CsvStep::failed:
        return buffer.error();
      case CsvStep::end:
        return no_header;
      case CsvStep::fault:
        return Error{ErrorKind::data, buffer.name(), line, "the line of column names cannot be read: " + reason(),
                     "mend this line, or check that --separator is right"};
      case CsvStep::row:
        break;
    }
    return lang::Done{};
  }

  Result<> read_header() {
    if (Result<> begun = buffer.begin(); !begun) return begun;
    if (Result<> names = read_names(); !names) return names;
    if (is_separator_line(raw)) {
      if (Result<> names = read_names(); !names) return names;
    }
    if (cell_count > limits.columns) {
      return Error{ErrorKind::data, buffer.name(), line,
                   fmt::format("the file has {} columns, and {} are the most", cell_count, limits.columns),
                   "export fewer columns, or raise --limit columns"};
    }
    make_cells(cell_count);
    header.reserve(cells.size());
    for (const std::string_view cell : cells) header.emplace_back(lang::trim(cell));
    most_spans = header.size();
    return lang::Done{};
  }

  std::string reason() const {
    switch (fault) {
      case RejectKind::text_after_quote:
        return "there is text after this cell's closing quote (a quote inside a cell is written twice)";
      case RejectKind::unclosed_quote:
        return "this cell begins with a quote that is never closed";
      case RejectKind::too_few_cells:
        return fmt::format("the row has {} and the header {}", lang::count_of(cell_count, "cell"), header.size());
      case RejectKind::too_many_cells:
        return fmt::format("the row has {} and the header {}", lang::count_of(cell_count, "cell"), header.size());
      case RejectKind::cell_too_long:
        return fmt::format("this cell has more than {} bytes (--limit field_bytes)", limits.field_bytes);
      case RejectKind::record_too_long:
        return fmt::format("the row has more than {} bytes (--limit record_bytes), or a quote is not closed",
                           limits.record_bytes);
      case RejectKind::key_missing:
      case RejectKind::key_conflict:
      case RejectKind::required_missing:
      case RejectKind::overflow:
        break;
    }
    return "";
  }
};

CsvReader::CsvReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

Result<CsvReader> CsvReader::open(std::unique_ptr<ByteSource> source, std::string name, const CsvOptions& options,
                                  const lang::Limits& limits) {
  auto state = std::make_unique<State>(std::move(source), std::move(name), options, limits);
  if (Result<> read = state->read_header(); !read) return read.error();
  return CsvReader(std::move(state));
}

const std::vector<std::string>& CsvReader::header() const { return state_->header; }
char CsvReader::separator() const { return state_->separator; }
CsvStep CsvReader::next() { return state_->read_row(); }
std::uint64_t CsvReader::line() const { return state_->line; }
std::string_view CsvReader::raw() const { return state_->raw; }
const std::vector<std::string_view>& CsvReader::cells() const { return state_->cells; }
RejectKind CsvReader::fault() const { return state_->fault; }
std::size_t CsvReader::fault_column() const { return state_->fault_column; }
std::string CsvReader::fault_reason() const { return state_->reason(); }
const Error& CsvReader::error() const { return state_->buffer.error(); }
std::uint64_t CsvReader::bytes_read() const { return state_->buffer.bytes_read(); }
const ByteSource& CsvReader::source() const { return state_->buffer.source(); }
std::unique_ptr<ByteSource> CsvReader::release_source() { return state_->buffer.release_source(); }

}  // namespace muster::runtime
