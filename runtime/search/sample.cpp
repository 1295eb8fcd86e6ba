#include "runtime/search/sample.h"

#include <fmt/format.h>

#include <algorithm>

#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime::search {

using compiler::Kind;
using compiler::ObjectSchema;
using compiler::Program;
using compiler::Type;

namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;

std::string written_moment(std::int64_t instant) {
  const auto [day, microsecond] = kernels::day_time(instant);
  const std::int64_t seconds = microsecond / microseconds_per_second;
  return fmt::format("{}T{:02}:{:02}:{:02}Z", kernels::format_date(day), seconds / 3600, seconds / 60 % 60,
                     seconds % 60);
}

std::string written_duration(std::int64_t microseconds) {
  struct Unit {
    std::int64_t length;
    const char* name;
  };
  for (const Unit& unit : {Unit{86'400'000'000, "days"}, Unit{3'600'000'000, "hours"}, Unit{60'000'000, "minutes"}}) {
    if (microseconds % unit.length == 0) return fmt::format("{} {}", microseconds / unit.length, unit.name);
  }
  return fmt::format("{} seconds", microseconds / microseconds_per_second);
}

// 0.45 is 45%.
std::string written_share(std::int64_t mantissa, unsigned digits) {
  if (digits >= 2) return kernels::format_decimal(mantissa, digits - 2) + "%";
  return kernels::format_decimal(mantissa * (digits == 1 ? 10 : 100), 0) + "%";
}

}  // namespace

std::string written(const Program& program, const Type& type, const Value& value) {
  switch (type.kind) {
    case Kind::boolean:
      return value.number != 0 ? "yes" : "no";
    case Kind::integer:
    case Kind::decimal:
    case Kind::money:
      return kernels::format_decimal(value.number, type.digits);
    case Kind::percent:
      return written_share(value.number, type.digits);
    case Kind::date:
      return kernels::format_date(value.number);
    case Kind::datetime:
      return written_moment(value.number);
    case Kind::duration:
      return written_duration(value.number);
    case Kind::picklist:
      return program.schema.picklists[type.index].members[static_cast<std::size_t>(value.number)].name;
    case Kind::text:
      return value.text;
    case Kind::poison:
    case Kind::grade:
    case Kind::stage:
      break;  // no field is of these
  }
  return {};
}

void keep_to_kinds(const Program& program, Row& row) {
  const ObjectSchema& object = program.schema.objects[program.spaces[row.space].object];
  const std::optional<Value> kind = object.kind_field ? row.values[*object.kind_field] : std::nullopt;
  for (std::size_t field = 0; field < row.values.size(); ++field) {
    const std::vector<std::uint32_t>& kinds = object.fields[field].kinds;
    const auto is_own = [&](std::uint32_t each) { return kind && kind->number == each; };
    if (!kinds.empty() && std::ranges::none_of(kinds, is_own)) row.values[field] = std::nullopt;
  }
  for (Row& each : row.below) keep_to_kinds(program, each);
}

std::uint32_t first_of_name(const ObjectSchema& object, std::uint32_t field) {
  for (std::uint32_t other = 0; other < field; ++other) {
    if (object.fields[other].name == object.fields[field].name) return other;
  }
  return field;
}

bool is_link(const Program& program, std::uint32_t object, std::uint32_t field) {
  const std::vector<ObjectSchema>& objects = program.schema.objects;
  if (objects[object].key == field) return true;
  for (std::uint32_t other = 0; other < objects.size(); ++other) {
    for (const compiler::RelationSchema& relation : objects[other].relations) {
      if (relation.by == field && (relation.many ? relation.object : other) == object) return true;
    }
  }
  return false;
}

std::size_t count_rows(const Row& row) {
  std::size_t rows = 1;
  for (const Row& each : row.below) rows += count_rows(each);
  return rows;
}

}  // namespace muster::runtime::search
