#include "runtime/ingest/record_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace muster::runtime {

using compiler::FieldSchema;
using compiler::Program;
using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

constexpr std::size_t most_quoted_key_bytes = 60;

std::vector<std::string> missing_texts_of_key(const compiler::ObjectSchema& object) {
  return object.key ? object.fields[*object.key].missing_when : std::vector<std::string>();
}

// The columns of the file whose cells make two rows the same or not.
std::vector<std::uint32_t> value_columns_of(const HeaderMap& map) {
  std::vector<std::uint32_t> columns;
  for (const auto* part : {&map.columns, &map.texts, &map.required, &map.compared}) {
    for (const MappedField& mapped : *part) {
      if (mapped.column != MappedField::row_number) columns.push_back(mapped.column);
    }
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

}  // namespace

std::vector<std::uint32_t> reference_fields(const Program& program, compiler::SpaceId parent) {
  std::vector<std::uint32_t> fields;
  const std::uint32_t object = program.spaces[parent].object;
  for (std::uint32_t i = 1; i < program.spaces.size(); ++i) {
    const compiler::Space& space = program.spaces[compiler::SpaceId{i}];
    if (space.link != compiler::Link::one || space.parent != parent) continue;
    add_field(fields, program.schema.objects[object].relations[space.relation].by);
  }
  return fields;
}

std::size_t add_field(std::vector<std::uint32_t>& fields, std::uint32_t field) {
  const auto found = std::find(fields.begin(), fields.end(), field);
  const auto position = static_cast<std::size_t>(found - fields.begin());
  if (found == fields.end()) fields.push_back(field);
  return position;
}

std::string shorten(std::string_view text) {
  if (text.size() <= most_quoted_key_bytes) return std::string(text);
  std::size_t size = most_quoted_key_bytes;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
  return std::string(text.substr(0, size)) + "...";
}

RecordReader::RecordReader(const Program& program, std::uint32_t object, std::string name, CsvReader csv, HeaderMap map,
                           RecordFields fields, const std::optional<AsOf>& as_of, const CsvOptions& options,
                           const lang::Limits& limits)
    : program_(&program),
      object_(object),
      name_(std::move(name)),
      csv_(std::move(csv)),
      options_(options),
      limits_(limits),
      map_(std::move(map)),
      fields_(std::move(fields)),
      value_columns_(value_columns_of(map_)),
      values_(value_columns_.size()),
      key_missing_(missing_texts_of_key(this->object())) {
  for (const MappedField& mapped : map_.columns) {
    readers_.emplace_back(program.schema, field(mapped), program.zone, as_of, limits);
  }
  order_.resize(readers_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::sort(order_.begin(), order_.end(),
            [&](std::size_t left, std::size_t right) { return map_.columns[left].field < map_.columns[right].field; });
  for (const MappedField& mapped : map_.required) {
    required_readers_.emplace_back(program.schema, field(mapped), program.zone, as_of, limits);
    required_columns_.emplace_back(compiler::physical_of(field(mapped).type.kind));
  }
  for (const MappedField& mapped : map_.texts) texts_missing_.emplace_back(field(mapped).missing_when);
}

Result<RecordReader> RecordReader::open(std::unique_ptr<ByteSource> source, std::string name, const Program& program,
                                        std::uint32_t object, RecordFields fields, const std::optional<AsOf>& as_of,
                                        const CsvOptions& csv, const lang::Limits& limits) {
  Result<CsvReader> reader = CsvReader::open(std::move(source), name, csv, limits);
  if (!reader) return reader.error();
  Result<HeaderMap> map = map_headers(name, reader->header(), program.schema.objects[object], fields);
  if (!map) {
    Error error = map.error();
    error.line = reader->line();
    return error;
  }
  return RecordReader(program, object, std::move(name), std::move(*reader), std::move(*map), std::move(fields), as_of,
                      csv, limits);
}

Error RecordReader::changed() const {
  return {ErrorKind::file, name_, 0, "the file changed while it was read", "run again when nobody writes to it"};
}

Result<> RecordReader::restart() {
  if (!csv_.source().is_unchanged()) return changed();
  std::unique_ptr<ByteSource> again = csv_.release_source();
  if (Result<> rewound = again->rewind(); !rewound) return rewound.error();
  CsvOptions csv = options_;
  csv.separator = csv_.separator();
  Result<CsvReader> second = CsvReader::open(std::move(again), name_, csv, limits_);
  if (!second) return second.error();
  if (second->header() != csv_.header()) return changed();
  csv_ = std::move(*second);
  rows_ = 0;
  return lang::Done{};
}

void RecordReader::count_row() {
  ++rows_;
  if (has_numbers_as_keys()) row_number_ = fmt::format_int(rows_).str();
}

std::string_view RecordReader::cell(const MappedField& mapped) const {
  return mapped.column == MappedField::row_number ? std::string_view(row_number_) : csv_.cells()[mapped.column];
}

std::string_view RecordReader::header(const MappedField& mapped) const {
  return mapped.column == MappedField::row_number ? std::string_view("row number") : csv_.header()[mapped.column];
}

CellExamples RecordReader::examples(std::uint32_t wanted) const {
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (map_.columns[i].field == wanted) return readers_[i].examples();
  }
  return {};
}

std::string_view RecordReader::header_of(std::uint32_t wanted) const {
  const auto find = [&](const std::vector<MappedField>& mapped) -> std::string_view {
    for (const MappedField& entry : mapped) {
      if (entry.field == wanted) return header(entry);
    }
    return {};
  };
  if (map_.key && map_.key->field == wanted) return header(*map_.key);
  for (const auto* part : {&map_.columns, &map_.texts, &map_.required}) {
    if (const std::string_view found = find(*part); !found.empty()) return found;
  }
  return {};
}

std::string_view RecordReader::key() const {
  const std::string_view found = trim_cell(cell(*map_.key));
  return found.empty() || key_missing_.contains(found) ? std::string_view() : found;
}

std::string_view RecordReader::text(std::size_t index) const {
  const std::string_view found = trim_cell(cell(map_.texts[index]));
  return found.empty() || texts_missing_[index].contains(found) ? std::string_view() : found;
}

std::span<const std::string_view> RecordReader::values() {
  for (std::size_t i = 0; i < value_columns_.size(); ++i) values_[i] = trim_cell(csv_.cells()[value_columns_[i]]);
  return values_;
}

void RecordReader::begin_batch(Batch& batch) {
  if (batch.columns.size() != map_.columns.size()) {
    batch.columns.clear();
    batch.columns.reserve(map_.columns.size());
    for (const MappedField& mapped : map_.columns) {
      batch.columns.emplace_back(compiler::physical_of(field(mapped).type.kind));
    }
  }
  for (std::size_t i = 0; i < readers_.size(); ++i) readers_[i].begin_batch(batch.columns[i]);
  for (std::size_t i = 0; i < required_readers_.size(); ++i) required_readers_[i].begin_batch(required_columns_[i]);
  batch.rows = 0;
  batch.keys.clear();
  batch.texts.resize(map_.texts.size());
  for (std::vector<std::string_view>& texts : batch.texts) texts.clear();
  batch.lines.clear();
  batch.raw.clear();
  batch.issues.clear();
  batch.repeats.assign(batch_words, 0);
}

void RecordReader::clear_row(Batch& batch, std::size_t row, std::size_t issues) {
  for (Column& column : batch.columns) {
    clear_bit(column.known.data(), row);
    if (!column.yes.empty()) clear_bit(column.yes.data(), row);
    if (!column.codes.empty()) column.codes[row] = 0;
    if (!column.integers.empty()) column.integers[row] = 0;
  }
  batch.issues.resize(issues);
}

bool RecordReader::read_values(Batch& batch, std::size_t row) {
  for (std::size_t i = 0; i < required_readers_.size(); ++i) {
    const MappedField& mapped = map_.required[i];
    const CellResult result = required_readers_[i].read(cell(mapped), row, required_columns_[i]);
    if (result.state == CellResult::State::value) continue;
    required_ = &mapped;
    required_result_ = result;
    return false;
  }
  const std::size_t issues_before = batch.issues.size();
  for (const std::size_t i : order_) {
    const MappedField& mapped = map_.columns[i];
    const CellResult result = readers_[i].read(cell(mapped), row, batch.columns[i]);
    if (result.state == CellResult::State::value && !result.rounded) continue;
    const FieldSchema& schema = field(mapped);
    if (result.state != CellResult::State::value && schema.required) {
      clear_row(batch, row, issues_before);
      required_ = &mapped;
      required_result_ = result;
      return false;
    }
    std::uint8_t fault = CellIssue::rounded;
    switch (result.state) {
      case CellResult::State::value:
        break;
      case CellResult::State::blank:
        fault = CellIssue::blank;
        break;
      case CellResult::State::malformed:
        fault = static_cast<std::uint8_t>(result.fault);
        break;
      case CellResult::State::not_yet:
        fault = CellIssue::not_yet;
        break;
    }
    if (fault == CellIssue::blank && schema.optional) continue;
    batch.issues.push_back({static_cast<std::uint32_t>(row), mapped.field, fault});
  }
  return true;
}

Result<> RecordReader::reject(const RejectSink& sink, RejectKind kind, std::size_t column, std::string_view reason) {
  ++rejected_[static_cast<std::size_t>(kind)];
  const std::string_view header = column < csv_.header().size() ? std::string_view(csv_.header()[column]) : "";
  return sink ? sink(RejectedRow{kind, csv_.line(), header, reason, csv_.raw()}) : Result<>(lang::Done{});
}

Result<> RecordReader::reject_fault(const RejectSink& sink) {
  return reject(sink, csv_.fault(), csv_.fault_column(), csv_.fault_reason());
}

Result<> RecordReader::reject_without_key(const RejectSink& sink) {
  const std::string reason = fmt::format("there is no key in \"{}\"", header(*map_.key));
  return reject(sink, RejectKind::key_missing, map_.key->column, reason);
}

Result<> RecordReader::reject_required(const RejectSink& sink) {
  std::string reason = fmt::format("the policy requires `{}`", field(*required_).name);
  switch (required_result_.state) {
    case CellResult::State::value:
    case CellResult::State::blank:
      reason += ", and it is blank";
      break;
    case CellResult::State::malformed:
      reason += fmt::format(", and \"{}\" is {}", shorten(trim_cell(cell(*required_))),
                            kernels::describe(required_result_.fault));
      break;
    case CellResult::State::not_yet:
      reason += fmt::format(", and \"{}\" has not happened yet", shorten(trim_cell(cell(*required_))));
      break;
  }
  return reject(sink, RejectKind::required_missing, required_->column, reason);
}

std::uint64_t RecordReader::rejected_rows() const {
  return std::accumulate(rejected_.begin(), rejected_.end(), std::uint64_t{0});
}

}  // namespace muster::runtime
