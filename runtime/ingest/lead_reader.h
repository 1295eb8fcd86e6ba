// Reads the leads of an export into batches, by the policy's schema. The file is read twice: the first pass refuses
// what cannot be read at all and finds repeated keys (and, where the policy says so, which of several rows is kept),
// the second makes batches. Memory is bounded, unless the leads have a `duplicates` policy. May include: runtime/data,
// runtime/ingest, compiler/ir, stdlib/kernels, lang/*. Called by: the bulk run, explain.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"
#include "runtime/data/batch.h"
#include "runtime/data/rejected_row.h"
#include "runtime/ingest/csv.h"
#include "runtime/ingest/duplicates.h"
#include "runtime/ingest/record_reader.h"

namespace muster::runtime {

struct ReadOptions {
  CsvOptions csv;
  std::optional<AsOf> as_of;           // nothing: every event has happened
  std::string temporary_folder = ".";  // where keys that do not fit in memory are sorted: the folder of the output
  std::uint64_t key_memory_bytes = std::uint64_t{8} << 20;
  // Called now and then during open(), with the bytes of both passes; may be empty.
  std::function<void(const ReadProgress&)> while_checking;
};

struct ReadCounts {
  std::uint64_t rows = 0;      // of the export, without the header
  std::uint64_t leads = 0;     // handed out in batches
  std::uint64_t repeated = 0;  // handed out with Batch::repeats: the same key and values as an earlier row
  std::uint64_t merged = 0;    // not handed out: the policy keeps another row for them (`duplicates`)
  RejectCounts rejected{};     // by kind
  [[nodiscard]] std::uint64_t rejected_rows() const;
};

class LeadReader {
 public:
  // Opens the export and makes the first pass. `program` outlives the reader. Errors: the file cannot be read or the
  // disk is full (ErrorKind::file); a column that the policy reads is not there or is there twice, the text is not
  // UTF-8, or too many keys repeat (ErrorKind::data).
  static lang::Result<LeadReader> open(const std::string& path, const compiler::Program& program,
                                       const ReadOptions& options, const lang::Limits& limits);
  // The same for a source that is open already; `name` stands in messages.
  static lang::Result<LeadReader> open(std::unique_ptr<ByteSource> source, std::string name,
                                       const compiler::Program& program, const ReadOptions& options,
                                       const lang::Limits& limits);
  LeadReader(LeadReader&&) noexcept;
  LeadReader& operator=(LeadReader&&) noexcept;
  ~LeadReader();

  // Fills `batch`, which was empty or is one that this reader has filled before, with up to batch_rows rows, with the
  // texts of reference_fields(); false at the end. A batch may be empty where many rows were rejected. Rejected rows go
  // to `sink` in the order of the file.
  lang::Result<bool> next(Batch& batch, const RejectSink& sink);

  [[nodiscard]] const ReadCounts& counts() const;
  // Leads that are merged into another: by `key`.
  [[nodiscard]] const std::vector<MergedKey>& merged_keys() const;
  [[nodiscard]] ReadProgress progress() const;
  // Rows of the export, known from the first pass.
  [[nodiscard]] std::uint64_t total_rows() const;
  // The header that feeds a field of the schema; empty for fields that nobody reads.
  [[nodiscard]] std::string_view header_of(std::uint32_t field) const;
  // Nothing for fields that no column feeds.
  [[nodiscard]] CellExamples examples(std::uint32_t field) const;
  [[nodiscard]] char separator() const;

 private:
  struct State;
  explicit LeadReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace muster::runtime
