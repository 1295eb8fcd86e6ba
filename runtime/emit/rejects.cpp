#include "runtime/emit/rejects.h"

#include <utility>

namespace muster::runtime {

using lang::Result;

RejectsWriter::RejectsWriter(std::unique_ptr<OutputFile> file, FormulaPolicy policy)
    : file_(std::move(file)), writer_(*file_, policy) {}

Result<RejectsWriter> RejectsWriter::create(const std::string& path, FormulaPolicy policy, WriteFunction write) {
  Result<OutputFile> file = OutputFile::create(path, std::move(write));
  if (!file) return file.error();
  RejectsWriter rejects(std::make_unique<OutputFile>(std::move(*file)), policy);
  for (const std::string_view name : {"line", "column", "reason", "row"}) rejects.writer_.cell(name);
  if (Result<> ended = rejects.writer_.end_row(); !ended) return ended.error();
  return rejects;
}

Result<> RejectsWriter::add(const RejectedRow& row) {
  writer_.unsigned_cell(row.line);
  writer_.cell(row.column);
  writer_.cell(row.reason);
  writer_.cell(row.raw);
  ++rows_;
  return writer_.end_row();
}

Result<> RejectsWriter::commit() {
  if (Result<> flushed = writer_.flush(); !flushed) return flushed;
  return file_->commit();
}

}  // namespace muster::runtime
