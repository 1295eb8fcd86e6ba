#include "runtime/ingest/cell_reader.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "lang/spec/spec.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime {

using compiler::FieldSchema;
using compiler::Kind;
using compiler::Physical;
using compiler::Schema;
using kernels::CellFault;

namespace {

constexpr CellResult blank{CellResult::State::blank, CellFault::none, false};

CellResult malformed(CellFault fault) { return {CellResult::State::malformed, fault, false}; }

std::int64_t last_event(const FieldSchema& field, const std::optional<AsOf>& as_of) {
  if (!field.event || !as_of) return std::numeric_limits<std::int64_t>::max();
  return field.type.kind == Kind::date ? as_of->day : as_of->instant;
}

}  // namespace

CellReader::CellReader(const Schema& schema, const FieldSchema& field, kernels::Zone zone,
                       const std::optional<AsOf>& as_of, const lang::Limits& limits)
    : field_(&field),
      zone_(std::move(zone)),
      last_event_(last_event(field, as_of)),
      most_entries_(limits.dictionary_entries),
      most_bytes_(limits.dictionary_bytes),
      missing_(field.missing_when) {
  if (field.type.kind == Kind::money) currency_ = lang::currency_rows[field.type.currency].code;
  if (field.type.kind != Kind::picklist) return;
  picklist_ = &schema.picklists[field.type.index];
  for (std::uint32_t member = 0; member < picklist_->members.size(); ++member) {
    members_.emplace_back(kernels::fold_text(picklist_->members[member].name), member);
    for (const std::string& spelling : picklist_->members[member].spellings) {
      members_.emplace_back(kernels::fold_text(spelling), member);
    }
  }
  std::sort(members_.begin(), members_.end());
}

bool CellReader::is_full(const Dictionary& dictionary) const {
  return dictionary.size() > most_entries_ || dictionary.bytes() > most_bytes_;
}

void CellReader::begin_batch(Column& column) {
  column.clear_rows();
  if (is_full(column.dictionary)) {
    column.dictionary.clear();
    column.is_blank.clear();
  }
  if (is_full(spellings_)) {
    spellings_.clear();
    decisions_.clear();
  }
}

CellResult CellReader::read(std::string_view cell, std::size_t row, Column& column) {
  const std::string_view text = trim_cell(cell);
  if (text.empty()) return blank;
  switch (column.physical) {
    case Physical::text:
      return read_text(text, row, column);
    case Physical::code:
    case Physical::boolean:
      return read_spelling(text, row, column);
    case Physical::integer: {
      const CellResult result = read_number(text, row, column);
      keep_example(text, result.state);
      return result;
    }
  }
  return blank;
}

void CellReader::keep_example(std::string_view text, CellResult::State state) {
  constexpr std::size_t most = 16;
  constexpr std::size_t longest_bytes = 40;
  const bool is_read = state == CellResult::State::value;
  if (!is_read && state != CellResult::State::malformed) return;
  std::vector<std::string>& kept = is_read ? examples_.read : examples_.unread;
  if (kept.size() < most && text.size() <= longest_bytes) kept.emplace_back(text);
}

CellResult CellReader::read_text(std::string_view text, std::size_t row, Column& column) {
  const std::uint32_t code = column.dictionary.intern(text);
  if (code == column.is_blank.size()) column.is_blank.push_back(missing_.contains(text));
  assert(code < column.is_blank.size());
  if (column.is_blank[code]) return blank;
  column.codes[row] = code;
  set_bit(column.known.data(), row);
  return {};
}

CellResult CellReader::read_spelling(std::string_view text, std::size_t row, Column& column) {
  const std::uint32_t code = spellings_.intern(text);
  if (code == decisions_.size()) decisions_.push_back(decide(spellings_.text(code), spellings_.folded(code)));
  const Decision& decision = decisions_[code];
  if (decision.result.state != CellResult::State::value) return decision.result;
  set_bit(column.known.data(), row);
  if (column.physical == Physical::code) {
    column.codes[row] = decision.value;
  } else if (decision.value != 0) {
    set_bit(column.yes.data(), row);
  }
  return {};
}

CellReader::Decision CellReader::decide(std::string_view text, std::string_view folded) const {
  if (missing_.contains(text)) return {blank, 0};
  if (picklist_ == nullptr) {
    const kernels::Cell cell = kernels::parse_bool(text);
    if (cell.fault != CellFault::none) return {malformed(cell.fault), 0};
    return {{}, cell.value != 0 ? 1U : 0U};
  }
  const auto found =
      std::lower_bound(members_.begin(), members_.end(), folded,
                       [](const auto& member, std::string_view wanted) { return member.first < wanted; });
  if (found != members_.end() && found->first == folded) return {{}, found->second};
  if (picklist_->other) return {{}, *picklist_->other};
  return {malformed(CellFault::unknown_spelling), 0};
}

CellResult CellReader::read_number(std::string_view text, std::size_t row, Column& column) const {
  assert(compiler::physical_of(field_->type.kind) == Physical::integer);
  if (missing_.contains(text)) return blank;
  kernels::Cell cell;
  switch (field_->type.kind) {
    case Kind::integer:
      cell = kernels::parse_integer(text, field_->number_format);
      break;
    case Kind::decimal:
      cell = kernels::parse_decimal(text, field_->type.digits, field_->number_format);
      break;
    case Kind::percent:
      cell = kernels::parse_percent(text, field_->type.digits, field_->number_format);
      break;
    case Kind::money:
      cell = kernels::parse_money(text, currency_, field_->type.digits, field_->number_format);
      break;
    case Kind::date:
      cell = kernels::parse_date(text, field_->time_formats);
      break;
    case Kind::datetime:
      cell = kernels::parse_datetime(text, field_->time_formats, zone_);
      break;
    case Kind::duration:
      cell = kernels::parse_duration(text, field_->duration_format);
      break;
    case Kind::poison:
    case Kind::boolean:
    case Kind::text:
    case Kind::picklist:
    case Kind::grade:
    case Kind::stage:
      return blank;  // not held as integers
  }
  if (cell.fault != CellFault::none) return malformed(cell.fault);
  if (cell.value > last_event_) return {CellResult::State::not_yet, CellFault::none, false};
  column.integers[row] = cell.value;
  set_bit(column.known.data(), row);
  return {CellResult::State::value, CellFault::none, cell.rounded};
}

}  // namespace muster::runtime
