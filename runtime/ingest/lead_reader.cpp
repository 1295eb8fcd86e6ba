#include "runtime/ingest/lead_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>
#include <vector>

#include "runtime/ingest/keys.h"
#include "runtime/ingest/record_reader.h"

namespace muster::runtime {

using compiler::Program;
using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

// A batch ends early when its rows' text, or that of the rows that were rejected meanwhile, reaches this, so that huge
// rows do not add up to a huge batch, nor to many rejected rows that wait to be written.
constexpr std::size_t most_batch_text_bytes = std::size_t{4} << 20;
// It ends early as well after this many records, so that who reads is asked now and then whether to go on.
constexpr std::size_t most_batch_records = 16 * batch_rows;

struct Piece {
  std::size_t begin = 0;
  std::size_t size = 0;
};

// What is read of a lead: the columns of the program, what the `duplicates` policy needs, and references.
RecordFields fields_of(const Program& program) {
  const compiler::SpaceId root{compiler::root_space};
  RecordFields fields{program.spaces[root].columns, reference_fields(program, root)};
  if (const auto& policy = program.schema.subject_object().duplicates) {
    add_field(fields.columns, policy->by);
    add_field(fields.columns, policy->dated);
  }
  return fields;
}

}  // namespace

std::uint64_t ReadCounts::rejected_rows() const {
  return std::accumulate(rejected.begin(), rejected.end(), std::uint64_t{0});
}

struct LeadReader::State {
  lang::Limits limits;
  RecordReader records;
  std::vector<SharedKey> shared;
  std::vector<MergedKey> merged_keys;
  std::size_t shared_seen = 0;
  std::uint64_t total_rows = 0;
  std::uint64_t first_pass_bytes = 0;
  ReadCounts counts;  // `rows` and `rejected` are those of `records`
  bool is_over = false;

  // Of the current batch's text: rows, and keys that are not a part of their row.
  std::vector<Piece> raw_pieces;
  std::vector<Piece> key_pieces;
  std::vector<std::vector<Piece>> text_pieces;

  State(RecordReader reader, const lang::Limits& most)
      : limits(most), records(std::move(reader)), text_pieces(records.fields().texts.size()) {}

  [[nodiscard]] const CsvReader& csv() const { return records.csv(); }

  // ---- first pass

  void tell(const ReadOptions& options, std::uint64_t& told_bytes) const {
    if (!options.while_checking || csv().bytes_read() == told_bytes) return;
    told_bytes = csv().bytes_read();
    options.while_checking({told_bytes, 2 * csv().source().size_bytes()});
  }

  // Calls on_row() for every well-formed record.
  template <class OnRow>
  Result<> first_pass(const ReadOptions& options, OnRow on_row) {
    std::uint64_t told_bytes = 0;
    for (;;) {
      const CsvStep step = records.next();
      if (step == CsvStep::failed) return csv().error();
      if (step == CsvStep::end) break;
      tell(options, told_bytes);
      if (step == CsvStep::fault) continue;
      if (Result<> done = on_row(); !done) return done;
    }
    total_rows = records.rows();
    first_pass_bytes = csv().bytes_read();
    return lang::Done{};
  }

  Result<> find_shared_keys(const ReadOptions& options) {
    KeyCollector collector(options.temporary_folder, options.key_memory_bytes);
    const auto collect = [&]() -> Result<> {
      if (records.has_numbers_as_keys()) return lang::Done{};  // numbers never repeat
      const std::string_view key = records.key();
      return key.empty() ? Result<>(lang::Done{}) : collector.add(csv().line(), key, records.values());
    };
    if (Result<> done = first_pass(options, collect); !done) return done;
    Result<std::vector<SharedKey>> found = collector.finish(limits.duplicate_keys);
    if (!found) {
      Error error = found.error();
      if (error.kind == ErrorKind::data) {
        error.file = records.name();
        error.fix = fmt::format("is \"{}\" really the key? if it is, raise --limit duplicate_keys",
                                records.header_of(records.map().key->field));
      }
      return error;
    }
    shared = std::move(*found);
    return lang::Done{};
  }

  // Rows that will be rejected take no part: they must not be kept in the place of one that could be answered.
  Result<> find_duplicates(const ReadOptions& options, const compiler::DuplicatesSchema& policy) {
    RecordFields fields = records.fields();
    DuplicateFinder finder(policy, add_field(fields.columns, policy.by), add_field(fields.columns, policy.dated));
    Batch batch;
    std::size_t row = 0;
    const auto collect = [&]() -> Result<> {
      const std::string_view key = records.key();
      if (key.empty()) return lang::Done{};
      if (row % batch_rows == 0) {
        row = 0;
        records.begin_batch(batch);
      }
      if (!records.read_values(batch, row)) return lang::Done{};
      finder.add(csv().line(), key, records.values(), batch, row++);
      return lang::Done{};
    };
    if (Result<> done = first_pass(options, collect); !done) return done;
    shared = finder.finish();
    merged_keys = finder.merged_keys();
    return lang::Done{};
  }

  // ---- second pass

  // What the first pass found out about the row, or nullptr.
  const SharedKey* find_shared() {
    while (shared_seen < shared.size() && shared[shared_seen].line < csv().line()) ++shared_seen;
    return shared_seen < shared.size() && shared[shared_seen].line == csv().line() ? &shared[shared_seen] : nullptr;
  }

  void begin_batch(Batch& batch) {
    records.begin_batch(batch);
    batch.text.clear();
    raw_pieces.clear();
    key_pieces.clear();
    for (std::vector<Piece>& pieces : text_pieces) pieces.clear();
  }

  void end_batch(Batch& batch) const {
    batch.rows = raw_pieces.size();
    const std::string_view all = batch.text;
    const auto resolve = [&](const std::vector<Piece>& pieces, std::vector<std::string_view>& views) {
      for (const Piece& piece : pieces) views.push_back(all.substr(piece.begin, piece.size));
    };
    resolve(raw_pieces, batch.raw);
    resolve(key_pieces, batch.keys);
    for (std::size_t i = 0; i < text_pieces.size(); ++i) resolve(text_pieces[i], batch.texts[i]);
  }

  // `part` in `text`, where its row `raw` is kept already at `piece`; appended where it is not a part of its row.
  static Piece keep_part(std::string& text, std::string_view raw, const Piece& piece, std::string_view part) {
    if (part.empty()) return {piece.begin, 0};
    const std::less_equal<const char*> not_after;
    if (not_after(raw.data(), part.data()) && not_after(part.data() + part.size(), raw.data() + raw.size())) {
      return {piece.begin + static_cast<std::size_t>(part.data() - raw.data()), part.size()};
    }
    const Piece kept{text.size(), part.size()};
    text.append(part);
    return kept;
  }

  void keep_text(std::string& text, std::string_view key) {
    const std::string_view raw = csv().raw();
    const Piece piece{text.size(), raw.size()};
    text.append(raw);
    raw_pieces.push_back(piece);
    key_pieces.push_back(keep_part(text, raw, piece, key));
    for (std::size_t i = 0; i < text_pieces.size(); ++i) {
      text_pieces[i].push_back(keep_part(text, raw, piece, records.text(i)));
    }
  }

  // One record: into the batch, or to the sink, or nowhere (it is merged into another).
  Result<> read_row(Batch& batch, const RejectSink& sink) {
    const std::string_view key = records.key();
    if (key.empty()) return records.reject_without_key(sink);
    const SharedKey* const other = find_shared();
    if (other != nullptr && (other->fate == Fate::conflict || other->fate == Fate::superseded)) {
      const std::string reason =
          fmt::format("key \"{}\" is also on line {} with other values", shorten(key), other->other_line);
      return records.reject(sink, RejectKind::key_conflict, records.map().key->column, reason);
    }
    if (other != nullptr && other->fate == Fate::merged) {
      ++counts.merged;
      return lang::Done{};
    }
    const std::size_t row = raw_pieces.size();
    const std::size_t issues_before = batch.issues.size();
    if (!records.read_values(batch, row)) return records.reject_required(sink);
    keep_text(batch.text, key);
    batch.lines.push_back(csv().line());
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
    if (records.rows() != total_rows || !csv().source().is_unchanged()) return records.changed();
    assert(records.rows() == counts.leads + counts.repeated + counts.merged + records.rejected_rows());
    return lang::Done{};
  }

  Result<bool> next(Batch& batch, const RejectSink& sink) {
    begin_batch(batch);
    std::size_t rejected_bytes = 0;
    const RejectSink counting_sink = [&](const RejectedRow& row) {
      rejected_bytes += row.raw.size();
      return sink ? sink(row) : Result<>(lang::Done{});
    };
    for (std::size_t count = 0; count < most_batch_records; ++count) {
      if (is_over || raw_pieces.size() == batch_rows) break;
      if (std::max(batch.text.size(), rejected_bytes) >= most_batch_text_bytes) break;
      Result<> done = lang::Done{};
      switch (records.next()) {
        case CsvStep::failed:
          return csv().error();
        case CsvStep::end:
          done = finish();
          break;
        case CsvStep::fault:
          done = records.reject_fault(counting_sink);
          break;
        case CsvStep::row:
          done = read_row(batch, counting_sink);
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
  Result<RecordReader> records = RecordReader::open(std::move(source), std::move(name), program, program.schema.subject,
                                                    fields_of(program), options.as_of, options.csv, limits);
  if (!records) return records.error();
  assert(records->has_key());
  auto state = std::make_unique<State>(std::move(*records), limits);
  const auto& policy = program.schema.subject_object().duplicates;
  Result<> found = policy ? state->find_duplicates(options, *policy) : state->find_shared_keys(options);
  if (!found) return found.error();
  if (Result<> restarted = state->records.restart(); !restarted) return restarted.error();
  return LeadReader(std::move(state));
}

Result<bool> LeadReader::next(Batch& batch, const RejectSink& sink) { return state_->next(batch, sink); }

const ReadCounts& LeadReader::counts() const {
  state_->counts.rows = state_->records.rows();
  state_->counts.rejected = state_->records.rejected();
  return state_->counts;
}

const std::vector<MergedKey>& LeadReader::merged_keys() const { return state_->merged_keys; }

ReadProgress LeadReader::progress() const {
  return {state_->first_pass_bytes + state_->csv().bytes_read(), 2 * state_->csv().source().size_bytes()};
}

std::uint64_t LeadReader::total_rows() const { return state_->total_rows; }

std::string_view LeadReader::header_of(std::uint32_t field) const { return state_->records.header_of(field); }

CellExamples LeadReader::examples(std::uint32_t field) const { return state_->records.examples(field); }

char LeadReader::separator() const { return state_->csv().separator(); }

}  // namespace muster::runtime
