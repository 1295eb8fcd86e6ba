#include "runtime/ingest/lead_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "runtime/ingest/cell_reader.h"
#include "runtime/ingest/header_map.h"
#include "runtime/ingest/keys.h"

namespace muster::runtime {

using compiler::FieldSchema;
using compiler::Program;
using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

// A batch ends early when its rows' text reaches this, so that huge rows do not add up to a huge batch.
constexpr std::size_t most_batch_text_bytes = std::size_t{4} << 20;
// It ends early as well after this many records, so that who reads is asked now and then whether to go on.
constexpr std::size_t most_batch_records = 16 * batch_rows;
constexpr std::size_t most_quoted_key_bytes = 60;

std::string shorten(std::string_view text) {
  if (text.size() <= most_quoted_key_bytes) return std::string(text);
  std::size_t size = most_quoted_key_bytes;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
  return std::string(text.substr(0, size)) + "...";
}

struct Piece {
  std::size_t begin = 0;
  std::size_t size = 0;
};

}  // namespace

std::uint64_t ReadCounts::rejected_rows() const {
  return std::accumulate(rejected.begin(), rejected.end(), std::uint64_t{0});
}

struct LeadReader::State {
  const Program& program;
  lang::Limits limits;
  std::string name;
  CsvReader csv;
  HeaderMap map;
  std::vector<CellReader> readers;           // of map.columns
  std::vector<std::size_t> order;            // of the readers by field, as issues are listed
  std::vector<CellReader> required_readers;  // of map.required
  std::vector<Column> required_columns;      // their values, which nobody reads
  MissingTexts key_missing;
  std::vector<SharedKey> shared;
  std::size_t shared_seen = 0;
  std::uint64_t total_rows = 0;
  std::uint64_t first_pass_bytes = 0;
  ReadCounts counts;
  bool is_over = false;

  // Text of the current batch: rows, and keys that are not a part of their row.
  std::string text;
  std::vector<Piece> raw_pieces;
  std::vector<Piece> key_pieces;
  std::string row_number;  // of the current record, from 1

  State(const Program& policy, const lang::Limits& most, std::string file, CsvReader reader, HeaderMap headers)
      : program(policy),
        limits(most),
        name(std::move(file)),
        csv(std::move(reader)),
        map(std::move(headers)),
        key_missing(policy.schema.fields[policy.schema.key].missing_when) {
    for (const MappedField& mapped : map.columns) {
      readers.emplace_back(program.schema, field(mapped), program.zone, limits);
    }
    order.resize(readers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t left, std::size_t right) { return map.columns[left].field < map.columns[right].field; });
    for (const MappedField& mapped : map.required) {
      required_readers.emplace_back(program.schema, field(mapped), program.zone, limits);
      required_columns.emplace_back(compiler::physical_of(field(mapped).type.kind));
    }
  }

  [[nodiscard]] const FieldSchema& field(const MappedField& mapped) const {
    return program.schema.fields[mapped.field];
  }

  // ---- first pass

  [[nodiscard]] std::string_view cell(const MappedField& mapped) const {
    return mapped.column == MappedField::row_number ? std::string_view(row_number) : csv.cells()[mapped.column];
  }
  [[nodiscard]] std::string_view header(const MappedField& mapped) const {
    return mapped.column == MappedField::row_number ? std::string_view("row number") : csv.header()[mapped.column];
  }
  void count_row(std::uint64_t& rows) {
    ++rows;
    if (map.key.column == MappedField::row_number) row_number = fmt::format_int(rows).str();
  }

  // Empty where the row has no key.
  [[nodiscard]] std::string_view key_of_row() const {
    const std::string_view key = trim_cell(cell(map.key));
    return key.empty() || key_missing.contains(key) ? std::string_view() : key;
  }

  // The columns of the export whose cells make two rows the same or not.
  [[nodiscard]] std::vector<std::uint32_t> value_columns() const {
    std::vector<std::uint32_t> columns;
    for (const MappedField& mapped : map.columns) {
      if (mapped.column != MappedField::row_number) columns.push_back(mapped.column);
    }
    for (const MappedField& mapped : map.required) columns.push_back(mapped.column);
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    return columns;
  }

  Result<> find_shared_keys(const ReadOptions& options) {
    KeyCollector collector(options.temporary_folder, options.key_memory_bytes);
    const std::vector<std::uint32_t> columns = value_columns();
    std::vector<std::string_view> values(columns.size());
    std::uint64_t told_bytes = 0;
    for (;;) {
      const CsvStep step = csv.next();
      if (step == CsvStep::failed) return csv.error();
      if (step == CsvStep::end) break;
      count_row(total_rows);
      if (options.while_checking && csv.bytes_read() != told_bytes) {
        told_bytes = csv.bytes_read();
        options.while_checking({told_bytes, 2 * csv.source().size_bytes()});
      }
      if (step == CsvStep::fault || map.key.column == MappedField::row_number) continue;  // numbers never repeat
      const std::string_view key = key_of_row();
      if (key.empty()) continue;
      for (std::size_t i = 0; i < columns.size(); ++i) values[i] = trim_cell(csv.cells()[columns[i]]);
      if (Result<> added = collector.add(csv.line(), key, values); !added) return added;
    }
    first_pass_bytes = csv.bytes_read();
    Result<std::vector<SharedKey>> found = collector.finish(limits.duplicate_keys);
    if (!found) {
      Error error = found.error();
      if (error.kind == ErrorKind::data) {
        error.file = name;
        error.fix = fmt::format("is \"{}\" really the key? if it is, raise --limit duplicate_keys", header(map.key));
      }
      return error;
    }
    shared = std::move(*found);
    return lang::Done{};
  }

  // ---- second pass

  [[nodiscard]] Error changed() const {
    return {ErrorKind::file, name, 0, "the file changed while it was read", "run again when nobody writes to it"};
  }

  // What the first pass found out about the row, or nullptr.
  const SharedKey* find_shared() {
    while (shared_seen < shared.size() && shared[shared_seen].line < csv.line()) ++shared_seen;
    return shared_seen < shared.size() && shared[shared_seen].line == csv.line() ? &shared[shared_seen] : nullptr;
  }

  Result<> reject(const RejectSink& sink, RejectKind kind, std::size_t column, std::string_view reason) {
    ++counts.rejected[static_cast<std::size_t>(kind)];
    const std::string_view header = column < csv.header().size() ? std::string_view(csv.header()[column]) : "";
    return sink ? sink(RejectedRow{kind, csv.line(), header, reason, csv.raw()}) : Result<>(lang::Done{});
  }

  Result<> reject_required(const RejectSink& sink, const MappedField& mapped, const CellResult& result) {
    std::string reason = fmt::format("the policy requires `{}`", field(mapped).name);
    if (result.state == CellResult::State::blank) {
      reason += ", and it is blank";
    } else {
      reason += fmt::format(", and \"{}\" is {}", shorten(trim_cell(cell(mapped))), kernels::describe(result.fault));
    }
    return reject(sink, RejectKind::required_missing, mapped.column, reason);
  }

  void begin_batch(Batch& batch) {
    if (batch.columns.size() != map.columns.size()) {
      batch.columns.clear();
      batch.columns.reserve(map.columns.size());
      for (const MappedField& mapped : map.columns) {
        batch.columns.emplace_back(compiler::physical_of(field(mapped).type.kind));
      }
    }
    for (std::size_t i = 0; i < readers.size(); ++i) readers[i].begin_batch(batch.columns[i]);
    for (std::size_t i = 0; i < required_readers.size(); ++i) required_readers[i].begin_batch(required_columns[i]);
    batch.rows = 0;
    batch.keys.clear();
    batch.lines.clear();
    batch.raw.clear();
    batch.issues.clear();
    batch.repeats.assign(batch_words, 0);
    text.clear();
    raw_pieces.clear();
    key_pieces.clear();
  }

  void end_batch(Batch& batch) const {
    batch.rows = raw_pieces.size();
    const std::string_view all = text;
    for (const Piece& piece : raw_pieces) batch.raw.push_back(all.substr(piece.begin, piece.size));
    for (const Piece& piece : key_pieces) batch.keys.push_back(all.substr(piece.begin, piece.size));
  }

  // The batch's row `row` as if nothing had been read into it.
  static void clear_row(Batch& batch, std::size_t row, std::size_t issues) {
    for (Column& column : batch.columns) {
      clear_bit(column.known.data(), row);
      if (!column.yes.empty()) clear_bit(column.yes.data(), row);
      if (!column.codes.empty()) column.codes[row] = 0;
      if (!column.integers.empty()) column.integers[row] = 0;
    }
    batch.issues.resize(issues);
  }

  // Reads the cells of the current record into row `row`. False: the lead has been rejected.
  Result<bool> read_cells(Batch& batch, std::size_t row, const RejectSink& sink) {
    for (std::size_t i = 0; i < required_readers.size(); ++i) {
      const MappedField& mapped = map.required[i];
      Column& column = required_columns[i];
      const CellResult result = required_readers[i].read(cell(mapped), row, column);
      if (result.state == CellResult::State::value) continue;
      if (Result<> rejected = reject_required(sink, mapped, result); !rejected) return rejected.error();
      return false;
    }
    const std::size_t issues_before = batch.issues.size();
    for (const std::size_t i : order) {
      const MappedField& mapped = map.columns[i];
      const CellResult result = readers[i].read(cell(mapped), row, batch.columns[i]);
      if (result.state == CellResult::State::value && !result.rounded) continue;
      const FieldSchema& schema = field(mapped);
      if (result.state != CellResult::State::value && schema.required) {
        clear_row(batch, row, issues_before);
        if (Result<> rejected = reject_required(sink, mapped, result); !rejected) return rejected.error();
        return false;
      }
      std::uint8_t fault = CellIssue::rounded;
      if (result.state == CellResult::State::malformed) fault = static_cast<std::uint8_t>(result.fault);
      if (result.state == CellResult::State::blank) {
        if (schema.optional) continue;
        fault = CellIssue::blank;
      }
      batch.issues.push_back({static_cast<std::uint32_t>(row), mapped.field, fault});
    }
    return true;
  }

  void keep_text(std::string_view key) {
    const std::string_view raw = csv.raw();
    const Piece piece{text.size(), raw.size()};
    text.append(raw);
    raw_pieces.push_back(piece);
    const std::less_equal<const char*> not_after;
    if (not_after(raw.data(), key.data()) && not_after(key.data() + key.size(), raw.data() + raw.size())) {
      key_pieces.push_back({piece.begin + static_cast<std::size_t>(key.data() - raw.data()), key.size()});
    } else {
      key_pieces.push_back({text.size(), key.size()});
      text.append(key);
    }
  }

  // One record: into the batch, or to the sink, or nowhere (a repeat).
  Result<> read_row(Batch& batch, const RejectSink& sink) {
    const std::string_view key = key_of_row();
    if (key.empty()) {
      const std::string reason = fmt::format("there is no key in \"{}\"", header(map.key));
      return reject(sink, RejectKind::key_missing, map.key.column, reason);
    }
    const SharedKey* const other = find_shared();
    if (other != nullptr && other->conflict) {
      const std::string reason =
          fmt::format("key \"{}\" is also on line {} with other values", shorten(key), other->other_line);
      return reject(sink, RejectKind::key_conflict, map.key.column, reason);
    }
    const std::size_t row = raw_pieces.size();
    const std::size_t issues_before = batch.issues.size();
    const Result<bool> is_read = read_cells(batch, row, sink);
    if (!is_read) return is_read.error();
    if (!*is_read) return lang::Done{};
    keep_text(key);
    batch.lines.push_back(csv.line());
    if (other != nullptr) {  // handed out all the same, because a repeat of a rejected row is rejected too
      batch.issues.resize(issues_before);
      set_bit(batch.repeats.data(), row);
      ++counts.repeated;
    } else {
      ++counts.leads;
    }
    return lang::Done{};
  }

  Result<> finish() {
    is_over = true;
    if (counts.rows != total_rows || !csv.source().is_unchanged()) return changed();
    assert(counts.rows == counts.leads + counts.repeated + counts.rejected_rows());
    return lang::Done{};
  }

  Result<bool> next(Batch& batch, const RejectSink& sink) {
    begin_batch(batch);
    for (std::size_t records = 0; records < most_batch_records; ++records) {
      if (is_over || raw_pieces.size() == batch_rows || text.size() >= most_batch_text_bytes) break;
      Result<> done = lang::Done{};
      switch (csv.next()) {
        case CsvStep::failed:
          return csv.error();
        case CsvStep::end:
          done = finish();
          break;
        case CsvStep::fault:
          count_row(counts.rows);
          done = reject(sink, csv.fault(), csv.fault_column(), csv.fault_reason());
          break;
        case CsvStep::row:
          count_row(counts.rows);
          done = read_row(batch, sink);
          break;
      }
      if (!done) return done.error();
    }
    end_batch(batch);
    return batch.rows > 0 || !is_over;
  }
};

LeadReader::LeadReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LeadReader::LeadReader(LeadReader&&) noexcept = default;
LeadReader& LeadReader::operator=(LeadReader&&) noexcept = default;
LeadReader::~LeadReader() = default;

Result<LeadReader> LeadReader::open(const std::string& path, const Program& program, const ReadOptions& options,
                                    const lang::Limits& limits) {
  Result<std::unique_ptr<ByteSource>> source = open_file(path);
  if (!source) return source.error();
  return open(std::move(*source), path, program, options, limits);
}

Result<LeadReader> LeadReader::open(std::unique_ptr<ByteSource> source, std::string name, const Program& program,
                                    const ReadOptions& options, const lang::Limits& limits) {
  Result<CsvReader> first = CsvReader::open(std::move(source), name, options.csv, limits);
  if (!first) return first.error();
  Result<HeaderMap> map = map_headers(name, first->header(), program);
  if (!map) {
    Error error = map.error();
    error.line = first->line();
    return error;
  }
  auto state = std::make_unique<State>(program, limits, name, std::move(*first), std::move(*map));
  if (Result<> found = state->find_shared_keys(options); !found) return found.error();

  if (!state->csv.source().is_unchanged()) return state->changed();
  std::unique_ptr<ByteSource> again = state->csv.release_source();
  if (Result<> rewound = again->rewind(); !rewound) return rewound.error();
  CsvOptions csv = options.csv;
  csv.separator = state->csv.separator();
  Result<CsvReader> second = CsvReader::open(std::move(again), name, csv, limits);
  if (!second) return second.error();
  if (second->header() != state->csv.header()) return state->changed();
  state->csv = std::move(*second);
  return LeadReader(std::move(state));
}

Result<bool> LeadReader::next(Batch& batch, const RejectSink& sink) { return state_->next(batch, sink); }

const ReadCounts& LeadReader::counts() const { return state_->counts; }

ReadProgress LeadReader::progress() const {
  return {state_->first_pass_bytes + state_->csv.bytes_read(), 2 * state_->csv.source().size_bytes()};
}

std::uint64_t LeadReader::total_rows() const { return state_->total_rows; }

std::string_view LeadReader::header_of(std::uint32_t field) const {
  const auto find = [&](const std::vector<MappedField>& mapped) -> std::string_view {
    for (const MappedField& entry : mapped) {
      if (entry.field == field) return state_->header(entry);
    }
    return {};
  };
  if (state_->map.key.field == field) return state_->header(state_->map.key);
  const std::string_view read = find(state_->map.columns);
  return read.empty() ? find(state_->map.required) : read;
}

char LeadReader::separator() const { return state_->csv.separator(); }

}  // namespace muster::runtime
