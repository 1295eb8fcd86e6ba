#include "runtime/ingest/table_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "runtime/ingest/duplicates.h"
#include "runtime/ingest/keys.h"

namespace muster::runtime {

using compiler::Kind;
using compiler::Physical;
using compiler::Program;
using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

class TableReader {
 public:
  TableReader(RecordReader records, const TableOptions& options, const lang::Limits& limits)
      : records_(std::move(records)), options_(options), limits_(limits), codes_(records_.fields().columns.size()) {
    const compiler::ObjectSchema& object = records_.object();
    table_.is_given = true;
    table_.fields = records_.fields().columns;
    table_.text_fields = records_.fields().texts;
    for (const std::uint32_t field : table_.fields) {
      table_.columns.emplace_back(compiler::physical_of(object.fields[field].type.kind), 0);
    }
    table_.texts.resize(table_.text_fields.size());
    if (object.time) {
      table_.time_column = table_.column_of(*object.time);
      if (options_.as_of) {
        const bool is_day = object.fields[*object.time].type.kind == Kind::date;
        last_moment_ = is_day ? options_.as_of->day : options_.as_of->instant;
      }
    }
    if (object.duplicates) {
      duplicates_.emplace(*object.duplicates, table_.column_of(object.duplicates->by),
                          table_.column_of(object.duplicates->dated));
    } else if (object.key && !records_.has_numbers_as_keys()) {
      keys_.emplace(options_.temporary_folder, options_.key_memory_bytes);
    }
  }

  Result<ReadTable> read() {
    records_.begin_batch(batch_);
    for (bool is_over = false; !is_over;) {
      const CsvStep step = records_.next();
      Result<> done = lang::Done{};
      switch (step) {
        case CsvStep::failed:
          return records_.csv().error();
        case CsvStep::end:
          is_over = true;
          break;
        case CsvStep::fault:
          done = records_.reject_fault(sink());
          break;
        case CsvStep::row:
          done = read_row();
          break;
      }
      if (!done) return done.error();
      if (is_over || row_ == batch_rows) {
        if (Result<> ended = end_batch(); !ended) return ended.error();
      }
      if (records_.rows() % batch_rows == 0 && options_.should_stop && options_.should_stop()) {
        return ReadTable{};
      }
    }
    if (!records_.csv().source().is_unchanged()) return records_.changed();
    if (Result<> ended = drop_duplicates(); !ended) return ended.error();
    finish_counts();
    return ReadTable{std::move(table_), std::move(counts_)};
  }

 private:
  RejectSink sink() {
    return [this](const RejectedRow& row) -> Result<> {
      if (!counts_.first_rejected) {
        counts_.first_rejected = RejectedExample{row.line, std::string(row.column), std::string(row.reason)};
      }
      return lang::Done{};
    };
  }

  Result<> read_row() {
    std::string_view key;
    if (records_.has_key()) {
      key = records_.key();
      if (key.empty()) return records_.reject_without_key(sink());
    }
    const std::size_t issues_before = batch_.issues.size();
    if (!records_.read_values(batch_, row_)) return records_.reject_required(sink());
    if (is_future(issues_before)) {
      ++counts_.future;
      RecordReader::clear_row(batch_, row_, issues_before);
      return lang::Done{};
    }
    if (table_.rows + row_ >= most_rows()) return too_large("rows", limits_.table_rows, "table_rows");
    for (std::size_t i = 0; i < table_.texts.size(); ++i) {
      TextColumn& column = table_.texts[i];
      const std::string_view text = records_.text(i);
      column.numbers.push_back(text.empty() ? 0 : column.keys.intern(text) + 1);
    }
    const std::uint64_t line = records_.csv().line();
    if (records_.has_key()) table_.keys.add(key);
    if (keys_ || duplicates_) lines_.push_back(line);
    for (std::size_t i = issues_before; i < batch_.issues.size(); ++i) {
      count_issue(batch_.issues[i].field, batch_.issues[i].fault, line);
    }
    batch_.issues.clear();
    if (duplicates_) duplicates_->add(line, key, records_.values(), batch_, row_);
    ++row_;
    return keys_ ? keys_->add(line, key, records_.values()) : Result<>(lang::Done{});
  }

  // A time that is an event as well has not been read where it lies after the evaluation.
  [[nodiscard]] bool is_future(std::size_t issues_before) const {
    if (!table_.time_column || !last_moment_) return false;
    const Column& column = batch_.columns[*table_.time_column];
    if (test_bit(column.known.data(), row_)) return column.integers[row_] > *last_moment_;
    const std::uint32_t field = table_.fields[*table_.time_column];
    const auto begin = batch_.issues.begin() + static_cast<std::ptrdiff_t>(issues_before);
    return std::any_of(begin, batch_.issues.end(), [&](const CellIssue& issue) {
      return issue.field == field && issue.fault == CellIssue::not_yet;
    });
  }

  void count_issue(std::uint32_t field, std::uint8_t fault, std::uint64_t line) {
    const auto same = [&](const FieldIssues& known) { return known.field == field && known.fault == fault; };
    const auto found = std::find_if(counts_.issues.begin(), counts_.issues.end(), same);
    if (found == counts_.issues.end()) {
      counts_.issues.push_back({field, fault, 1, line});
    } else {
      ++found->count;
    }
  }

  [[nodiscard]] std::uint64_t most_rows() const { return std::min<std::uint64_t>(limits_.table_rows, UINT32_MAX - 2); }

  [[nodiscard]] Error too_large(std::string_view unit, std::uint64_t limit, std::string_view name) const {
    return {ErrorKind::data, records_.name(), records_.csv().line(),
            fmt::format("the rows of {} do not fit: they are held in memory, and the limit is {} {}",
                        records_.object().name, limit, unit),
            fmt::format("leave out rows that the policy cannot need, or raise --limit {}", name)};
  }

  // The rows of the batch go to the end of the table.
  Result<> end_batch() {
    const std::size_t begin = table_.rows;
    table_.rows += row_;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) append(batch_.columns[i], begin, i);
    row_ = 0;
    records_.begin_batch(batch_);
    if (options_.while_reading) options_.while_reading(records_.csv().bytes_read());
    if (table_.memory_bytes() > limits_.table_bytes) return too_large("bytes", limits_.table_bytes, "table_bytes");
    return lang::Done{};
  }

  void append(const Column& from, std::size_t begin, std::size_t index) {
    Column& to = table_.columns[index];
    to.resize(table_.rows);
    for_pieces(0, row_, [&](std::size_t at, std::size_t count) {
      set_bits_at(to.known.data(), begin + at, bits_at(from.known.data(), at, count));
      if (from.physical == Physical::boolean) {
        set_bits_at(to.yes.data(), begin + at, bits_at(from.yes.data(), at, count));
      }
    });
    switch (from.physical) {
      case Physical::integer:
        std::copy_n(from.integers.begin(), row_, to.integers.begin() + static_cast<std::ptrdiff_t>(begin));
        break;
      case Physical::boolean:
        break;
      case Physical::code:
        std::copy_n(from.codes.begin(), row_, to.codes.begin() + static_cast<std::ptrdiff_t>(begin));
        break;
      case Physical::text:
        append_texts(from, to, begin, codes_[index]);
        break;
    }
  }

  // The batch's dictionary is emptied now and then, the table's never.
  struct Codes {
    std::uint64_t epoch = 0;
    std::vector<std::uint32_t> of;  // by the batch's code: the table's plus 1; 0: not known yet
  };
  void append_texts(const Column& from, Column& to, std::size_t begin, Codes& codes) const {
    if (codes.epoch != from.dictionary.epoch()) {
      codes.epoch = from.dictionary.epoch();
      codes.of.clear();
    }
    codes.of.resize(from.dictionary.size(), 0);
    for (std::size_t row = 0; row < row_; ++row) {
      if (!test_bit(from.known.data(), row)) continue;
      std::uint32_t& code = codes.of[from.codes[row]];
      if (code == 0) code = to.dictionary.intern(from.dictionary.text(from.codes[row])) + 1;
      to.codes[begin + row] = code - 1;
    }
  }

  Result<> drop_duplicates() {
    std::vector<SharedKey> shared;
    if (duplicates_) {
      shared = duplicates_->finish();
      table_.merged_keys = duplicates_->merged_keys();
      duplicates_.reset();
    } else if (keys_) {
      Result<std::vector<SharedKey>> found = keys_->finish(limits_.duplicate_keys);
      if (!found) {
        Error error = found.error();
        if (error.kind == ErrorKind::data) {
          error.file = records_.name();
          error.fix = fmt::format("is \"{}\" really the key? if it is, raise --limit duplicate_keys",
                                  records_.header_of(records_.map().key->field));
        }
        return error;
      }
      shared = std::move(*found);
      keys_.reset();
    }
    if (shared.empty()) return lang::Done{};
    std::vector<std::uint32_t> kept;
    kept.reserve(table_.rows - shared.size());
    std::size_t next = 0;
    std::unordered_map<std::string_view, std::uint32_t> first_with;  // of the keys of rows that contradict one another
    for (std::uint32_t row = 0; row < table_.rows; ++row) {
      if (next == shared.size() || shared[next].line != lines_[row]) {
        kept.push_back(row);
        continue;
      }
      switch (shared[next++].fate) {
        case Fate::repeat:
          ++counts_.repeated;
          break;
        case Fate::merged:
        case Fate::superseded:
          ++counts_.merged;
          break;
        case Fate::conflict: {
          ++counts_.contradictory;
          count_issue(*records_.object().key, CellIssue::contradiction, lines_[row]);
          const auto [first, is_first] = first_with.try_emplace(table_.keys[row], row);
          if (is_first) {
            kept.push_back(row);
          } else {
            table_.keep_what_agrees(first->second, row);
          }
          break;
        }
      }
    }
    assert(next == shared.size());
    for (const auto& [key, row] : first_with) table_.contradictory_keys.emplace_back(key);
    std::sort(table_.contradictory_keys.begin(), table_.contradictory_keys.end());
    lines_ = {};
    table_.select(kept);
    return lang::Done{};
  }

  void finish_counts() {
    counts_.rows = records_.rows();
    counts_.kept = table_.rows - table_.contradictory_keys.size();
    counts_.rejected = records_.rejected();
    std::stable_sort(counts_.issues.begin(), counts_.issues.end(),
                     [](const FieldIssues& left, const FieldIssues& right) { return left.count > right.count; });
    for (FieldIssues& issue : counts_.issues) issue.examples = records_.examples(issue.field);
    const auto& fields = records_.object().fields;
    for (std::uint32_t field = 0; field < fields.size(); ++field) {
      const std::string_view header = records_.header_of(field);
      counts_.headers.emplace_back(header.empty() ? std::string_view(fields[field].name) : header);
    }
  }

  RecordReader records_;
  const TableOptions& options_;
  const lang::Limits& limits_;
  Table table_;
  TableCounts counts_;
  Batch batch_;
  std::size_t row_ = 0;  // of the batch
  std::vector<Codes> codes_;
  std::optional<std::int64_t> last_moment_;
  std::optional<DuplicateFinder> duplicates_;
  std::optional<KeyCollector> keys_;
  std::vector<std::uint64_t> lines_;  // by row of the table, where rows may repeat
};

}  // namespace

std::uint64_t TableCounts::rejected_rows() const {
  return std::accumulate(rejected.begin(), rejected.end(), std::uint64_t{0});
}

Result<ReadTable> read_table(std::unique_ptr<ByteSource> source, const std::string& name, const Program& program,
                             std::uint32_t object, RecordFields fields, const TableOptions& options,
                             const lang::Limits& limits) {
  const compiler::ObjectSchema& schema = program.schema.objects[object];
  if (schema.time) add_field(fields.columns, *schema.time);
  if (schema.duplicates) {
    add_field(fields.columns, schema.duplicates->by);
    add_field(fields.columns, schema.duplicates->dated);
  }
  Result<RecordReader> records = RecordReader::open(std::move(source), name, program, object, std::move(fields),
                                                    options.as_of, options.csv, limits);
  if (!records) return records.error();
  Result<ReadTable> read = TableReader(std::move(*records), options, limits).read();
  if (read) read->table.object = object;
  return read;
}

}  // namespace muster::runtime
