// Reads the rows of an object that is not streamed, wholly into memory: the same cells, issues and rejected rows as of
// leads. Rows that lie after the evaluation are not kept, nor rows that only repeat another one; of rows that
// contradict one another under one key there is one, open where they differ (language section 4, numbers 18 and 23,
// decision 28). May include: runtime/data, runtime/ingest, compiler/ir, lang/*. Called by: runtime/run/relations.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"
#include "runtime/data/rejected_row.h"
#include "runtime/data/table.h"
#include "runtime/ingest/csv.h"
#include "runtime/ingest/record_reader.h"

namespace muster::runtime {

struct TableOptions {
  CsvOptions csv;
  std::optional<AsOf> as_of;           // nothing: everything has happened
  std::string temporary_folder = ".";  // where keys that do not fit in memory are sorted
  std::uint64_t key_memory_bytes = std::uint64_t{64} << 20;
  std::function<void(std::uint64_t bytes_read)> while_reading;  // now and then; may be empty
  std::function<bool()> should_stop;  // asked now and then; true: reading ends, and the table is empty
};

// One kind of trouble with the values of one field.
struct FieldIssues {
  std::uint32_t field = 0;
  std::uint8_t fault = 0;  // as of CellIssue
  std::uint64_t count = 0;
  std::uint64_t first_line = 0;
  CellExamples examples{};
};

// The first row that was rejected, as an example.
struct RejectedExample {
  std::uint64_t line = 0;
  std::string column;
  std::string reason;
};

// rows = kept + repeated + contradictory + merged + future + rejected
struct TableCounts {
  std::uint64_t rows = 0;           // of the file
  std::uint64_t kept = 0;           // as they are
  std::uint64_t repeated = 0;       // the same key and values as an earlier row
  std::uint64_t contradictory = 0;  // the same key as another row, and other values
  std::uint64_t merged = 0;         // the policy keeps another row for them
  std::uint64_t future = 0;         // later than the evaluation
  RejectCounts rejected{};
  std::optional<RejectedExample> first_rejected;
  std::vector<FieldIssues> issues;
  std::vector<std::string> headers;  // by field of the object; the field's name where nobody reads it
  [[nodiscard]] std::uint64_t rejected_rows() const;
};

struct ReadTable {
  Table table;
  TableCounts counts;
};

// `fields` beside those that the object itself needs (its time, its `duplicates` policy). `program` is
// needed during the call only. Errors: those of LeadReader::open, and a table that is larger than Limits::table_rows or
// Limits::table_bytes (ErrorKind::data).
lang::Result<ReadTable> read_table(std::unique_ptr<ByteSource> source, const std::string& name,
                                   const compiler::Program& program, std::uint32_t object, RecordFields fields,
                                   const TableOptions& options, const lang::Limits& limits);

}  // namespace muster::runtime
