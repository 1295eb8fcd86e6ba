#include "tests/differ/batches.h"

#include <date/date.h>
#include <fmt/format.h>

#include <chrono>

#include "runtime/ingest/lead_reader.h"
#include "runtime/run/feeder.h"
#include "runtime/run/relations.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"
#include "tests/differ/generator.h"

namespace muster::differ {

using compiler::Kind;
using compiler::Program;

namespace {

// 1234567.89 as 1.234.567,89.
std::string as_european(std::string number) {
  const std::size_t begin = number.starts_with('-') ? 1 : 0;
  std::size_t at = std::min(number.find('.'), number.size());
  if (at < number.size()) number[at] = ',';
  for (; at > begin + 3; at -= 3) number.insert(at - 3, ".");
  return number;
}

std::string cell_text(const FieldShape& field, const Cell& cell) {
  if (!cell.known) return cell.text;
  switch (field.kind) {
    case Kind::boolean:
      return cell.number != 0 ? "yes" : "no";
    case Kind::text:
      return '"' + cell.text + '"';
    case Kind::picklist:
      return members_of(field.picklist)[static_cast<std::size_t>(cell.number)];
    case Kind::date:
      return field.is_european ? date::format("%d.%m.%Y", date::sys_days{date::days{cell.number}})
                               : kernels::format_date(cell.number);
    case Kind::datetime:
      return date::format("%FT%TZ", date::sys_time<std::chrono::microseconds>{std::chrono::microseconds{cell.number}});
    case Kind::duration:  // in seconds
      return kernels::format_decimal(cell.number, 6);
    case Kind::percent:  // 45 is 0.45
      return kernels::format_decimal(cell.number, field.digits - 2U);
    default: {
      const std::string number = kernels::format_decimal(cell.number, field.digits);
      return field.is_european ? '"' + as_european(number) + '"' : number;
    }
  }
}

}  // namespace

Files::Files(const Sample& sample) : sample_(sample) {
  for (const ObjectShape& shape : sample.shapes) {
    std::string& header = texts_.emplace_back();
    for (const FieldShape& field : shape.fields) header += (header.empty() ? "" : ",") + field.name;
    header += '\n';
  }
  for (std::size_t i = 0; i < sample.leads.size(); ++i) {
    add(sample.leads[i]);
    leads_.try_emplace(sample.leads[i].cells[0].text, i);  // of leads with one key the first is answered
  }
  for (const DataRow& company : sample.companies) add(company);
}

void Files::add(const DataRow& row) {
  std::string& text = texts_[row.object];
  const std::vector<FieldShape>& fields = sample_.shapes[row.object].fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += ',';
    text += cell_text(fields[i], row.cells[i]);
  }
  text += '\n';
  for (const DataRow& each : row.below) add(each);
}

std::string Files::for_batches(const Program& program, std::span<const compiler::ValueId> roots,
                               const Body& body) const {
  runtime::ReadOptions reading;
  runtime::TableOptions tables;
  reading.csv.separator = tables.csv.separator = ',';
  reading.as_of = tables.as_of = sample_.as_of;
  auto reader = runtime::LeadReader::open(runtime::open_memory(texts_[lead_object]), "Lead", program, reading, {});
  if (!reader) return reader.error().message;
  std::vector<runtime::TableSource> sources;
  for (std::size_t i = 1; i < sample_.shapes.size(); ++i) {
    const std::string& name = sample_.shapes[i].name;
    for (std::uint32_t object = 0; object < program.schema.objects.size(); ++object) {
      if (!sample_.given[i] || program.schema.objects[object].name != name) continue;
      sources.push_back({object, name, runtime::open_memory(texts_[i])});
    }
  }
  const std::vector<runtime::Region> regions = runtime::regions_of(program, roots);
  auto relations =
      runtime::Relations::load(program, regions, std::move(sources), tables, sample_.as_of, reader->merged_keys(), {});
  if (!relations) return relations.error().message;
  runtime::Feeder feeder(program, **relations, regions.back(), sample_.as_of);
  runtime::Batch batch;
  std::string rejected;
  const auto reject = [&](const runtime::RejectedRow& row) -> lang::Result<> {
    if (row.kind != runtime::RejectKind::key_conflict) rejected = row.reason;
    return lang::Done{};
  };
  for (;;) {
    const auto has_more = reader->next(batch, reject);
    if (!has_more) return has_more.error().message;
    if (!*has_more || !rejected.empty()) return rejected;
    for (std::size_t at = 0; at < batch.rows;) {
      const std::size_t count = feeder.fill(batch, at);
      std::vector<std::size_t> leads;
      for (const std::size_t end = at + count; at < end; ++at) leads.push_back(leads_.at(batch.keys[at]));
      body(feeder.view(), leads);
    }
  }
}

}  // namespace muster::differ
