// Reads the records of one object's file into batches of columns: which header feeds which field, the key, the values,
// what is wrong with a cell, and which row is rejected and why. The readers of leads and of tables decide what becomes
// of a row. Nothing is guessed: a cell that is not surely a value of its field is an issue and missing.
// May include: runtime/data, runtime/ingest, compiler/ir, stdlib/kernels, lang/*. Called by: lead_reader, table_reader.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"
#include "runtime/data/rejected_row.h"
#include "runtime/ingest/cell_reader.h"
#include "runtime/ingest/csv.h"
#include "runtime/ingest/header_map.h"

namespace muster::runtime {

// Takes each rejected row; what it points to is valid during the call. An Error (the disk is full) ends the reading.
using RejectSink = std::function<lang::Result<>(const RejectedRow&)>;

struct ReadProgress {
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_total = 0;
};

// Fields of `parent`'s object that hold the keys of rows that it refers to (`one`), each once, in the order of spaces.
[[nodiscard]] std::vector<std::uint32_t> reference_fields(const compiler::Program& program, compiler::SpaceId parent);
// Adds `field` where it is not there yet; its position.
std::size_t add_field(std::vector<std::uint32_t>& fields, std::uint32_t field);
// What is said about a key in messages: shortened where it is long.
[[nodiscard]] std::string shorten(std::string_view text);

class RecordReader {
 public:
  // `program` outlives the reader. `name` is the file as the user knows it. Errors: those of CsvReader::open and
  // map_headers.
  static lang::Result<RecordReader> open(std::unique_ptr<ByteSource> source, std::string name,
                                         const compiler::Program& program, std::uint32_t object, RecordFields fields,
                                         const std::optional<AsOf>& as_of, const CsvOptions& csv,
                                         const lang::Limits& limits);

  // ---- records
  CsvStep next() {
    const CsvStep step = csv_.next();
    if (step == CsvStep::row || step == CsvStep::fault) count_row();
    return step;
  }
  [[nodiscard]] const CsvReader& csv() const { return csv_; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }  // so far
  // Reads from the first record again. Errors: the file has changed meanwhile, or cannot be read.
  lang::Result<> restart();
  [[nodiscard]] lang::Error changed() const;

  // Of the current record, valid until the next one. Empty where there is none.
  [[nodiscard]] bool has_key() const { return map_.key.has_value(); }
  [[nodiscard]] bool has_numbers_as_keys() const { return map_.key && map_.key->column == MappedField::row_number; }
  [[nodiscard]] std::string_view key() const;
  [[nodiscard]] std::string_view text(std::size_t index) const;  // of RecordFields::texts
  // The trimmed cells that make two rows with one key the same or not.
  [[nodiscard]] std::span<const std::string_view> values();

  // ---- values
  // Empties the batch; `text` is what its rows, keys and texts pointed to.
  void begin_batch(Batch& batch);
  // Reads the values of the current record into a row that is empty, with its issues. False: a `required` field has
  // none; then the row is empty, and reject_required() tells why.
  bool read_values(Batch& batch, std::size_t row);
  static void clear_row(Batch& batch, std::size_t row, std::size_t issues);  // how many issues are left

  // ---- rejected rows; `sink` may be empty
  lang::Result<> reject(const RejectSink& sink, RejectKind kind, std::size_t column, std::string_view reason);
  lang::Result<> reject_fault(const RejectSink& sink);
  lang::Result<> reject_without_key(const RejectSink& sink);
  lang::Result<> reject_required(const RejectSink& sink);
  [[nodiscard]] const RejectCounts& rejected() const { return rejected_; }
  [[nodiscard]] std::uint64_t rejected_rows() const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const compiler::ObjectSchema& object() const { return program_->schema.objects[object_]; }
  [[nodiscard]] const RecordFields& fields() const { return fields_; }
  [[nodiscard]] const HeaderMap& map() const { return map_; }
  // The header that feeds a field; empty for fields that nobody reads.
  [[nodiscard]] std::string_view header_of(std::uint32_t field) const;
  // Nothing for fields that no column feeds.
  [[nodiscard]] CellExamples examples(std::uint32_t field) const;

 private:
  RecordReader(const compiler::Program& program, std::uint32_t object, std::string name, CsvReader csv, HeaderMap map,
               RecordFields fields, const std::optional<AsOf>& as_of, const CsvOptions& options,
               const lang::Limits& limits);
  void count_row();
  [[nodiscard]] const compiler::FieldSchema& field(const MappedField& mapped) const {
    return object().fields[mapped.field];
  }
  [[nodiscard]] std::string_view cell(const MappedField& mapped) const;
  [[nodiscard]] std::string_view header(const MappedField& mapped) const;

  const compiler::Program* program_;
  std::uint32_t object_;
  std::string name_;
  CsvReader csv_;
  CsvOptions options_;
  lang::Limits limits_;
  HeaderMap map_;
  RecordFields fields_;
  std::vector<CellReader> readers_;           // of map.columns
  std::vector<std::size_t> order_;            // of the readers by field, as issues are listed
  std::vector<CellReader> required_readers_;  // of map.required
  std::vector<Column> required_columns_;      // their values, which nobody reads
  std::vector<std::uint32_t> value_columns_;  // of the file
  std::vector<std::string_view> values_;
  MissingTexts key_missing_;
  std::vector<MissingTexts> texts_missing_;
  std::uint64_t rows_ = 0;
  std::string row_number_;  // of the current record, from 1
  RejectCounts rejected_{};
  const MappedField* required_ = nullptr;  // that had no value
  CellResult required_result_;
};

}  // namespace muster::runtime
