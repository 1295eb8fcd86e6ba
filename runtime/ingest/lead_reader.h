// Reads the leads of an export into batches, by the policy's schema. The file is read twice: the first pass refuses
// what cannot be read at all and finds repeated keys, the second makes batches. Nothing is guessed: a cell that is not
// surely a value of its field is an issue and missing, a row that cannot be answered is rejected with its reason.
// May include: runtime/data, runtime/ingest, compiler/ir, stdlib/kernels, lang/*. Called by: the bulk run, explain.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "compiler/ir/program.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/data/batch.h"
#include "runtime/data/rejected_row.h"
#include "runtime/ingest/csv.h"

namespace muster::runtime {

struct ReadProgress {
  std::uint64_t bytes_read = 0;   // over both passes
  std::uint64_t bytes_total = 0;  // twice the size of the file
};

struct ReadOptions {
  CsvOptions csv;
  std::string temporary_folder = ".";  // where keys that do not fit in memory are sorted: the folder of the output
  std::uint64_t key_memory_bytes = std::uint64_t{8} << 20;
  std::function<void(const ReadProgress&)> while_checking;  // called now and then during open(); may be empty
};

struct ReadCounts {
  std::uint64_t rows = 0;      // of the export, without the header
  std::uint64_t leads = 0;     // handed out in batches
  std::uint64_t repeated = 0;  // handed out with Batch::repeats: the same key and values as an earlier row
  RejectCounts rejected{};     // by kind
  [[nodiscard]] std::uint64_t rejected_rows() const;
};

// Takes each rejected row; what it points to is valid during the call. An Error (the disk is full) ends the reading.
using RejectSink = std::function<lang::Result<>(const RejectedRow&)>;

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

  // Fills `batch`, which is the same object in every call (the first call may pass an empty one), with up to batch_rows
  // rows; false at the end. A batch may be empty where many rows were rejected. Rejected rows go to `sink` in the order
  // of the file.
  lang::Result<bool> next(Batch& batch, const RejectSink& sink);

  [[nodiscard]] const ReadCounts& counts() const;
  [[nodiscard]] ReadProgress progress() const;
  // Rows of the export, known from the first pass.
  [[nodiscard]] std::uint64_t total_rows() const;
  // The header that feeds a field of the schema; empty for fields that nobody reads.
  [[nodiscard]] std::string_view header_of(std::uint32_t field) const;
  [[nodiscard]] char separator() const;

 private:
  struct State;
  explicit LeadReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace muster::runtime
