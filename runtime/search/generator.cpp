#include "runtime/search/generator.h"

#include <algorithm>
#include <array>

#include "stdlib/kernels/time.h"

namespace muster::runtime::search {

using compiler::Kind;
using compiler::Link;
using compiler::ObjectSchema;
using compiler::SpaceId;
using compiler::Type;

namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;
constexpr std::int64_t largest = 1'000'000'000'000'000;  // far enough from what overflows
constexpr std::int64_t days_back = 400;                  // without a window: more than a year
const std::vector<std::string> plain_texts{"x", "Alpha Group", "ann@firm.example", "Manager", "2026"};

std::int64_t power_of_ten(unsigned digits) {
  std::int64_t power = 1;
  for (unsigned i = 0; i < digits; ++i) power *= 10;
  return power;
}

std::int64_t whole_seconds(std::int64_t microseconds) {
  const std::int64_t rest = microseconds % microseconds_per_second;
  return microseconds - (rest < 0 ? rest + microseconds_per_second : rest);
}

}  // namespace

Generator::Generator(const compiler::Program& program, AsOf as_of, std::uint64_t seed)
    : program_(program),
      as_of_(as_of),
      random_(seed),
      pools_(pools_of(program, as_of)),
      fields_(program.schema.objects.size()),
      below_(program.spaces.size()) {
  for (std::uint32_t index = 0; index < program.spaces.size(); ++index) {
    const compiler::Space& space = program.spaces[SpaceId{index}];
    if (space.link != Link::root) below_[space.parent.index].push_back(SpaceId{index});
    const ObjectSchema& object = program.schema.objects[space.object];
    std::vector<std::uint32_t> wanted = space.columns;
    for (std::uint32_t field = 0; field < object.fields.size(); ++field) {
      if (object.fields[field].required || object.time == field) wanted.push_back(field);
    }
    for (const std::uint32_t each : wanted) {
      const std::uint32_t field = first_of_name(object, each);
      std::vector<std::uint32_t>& known = fields_[space.object];
      const bool is_new = std::find(known.begin(), known.end(), field) == known.end();
      if (is_new && !is_link(program, space.object, field)) known.push_back(field);
    }
  }
}

Row Generator::lead() {
  static constexpr std::array<unsigned, 6> missing{0, 0, 5, 15, 40, 80};
  static constexpr std::array<std::uint32_t, 4> full{0, 2, 4, 6};
  missing_percent_ = missing[random_.below(missing.size())];
  fullness_ = full[random_.below(full.size())];
  if (random_.chance(10)) fullness_ = pools_.most_rows;
  rows_ = 0;
  Row made = row(SpaceId{compiler::root_space});
  keep_to_kinds(program_, made);
  return made;
}

Row Generator::row(SpaceId space) {
  Row made{space, {}, {}};
  ++rows_;
  fill(made);
  for (const SpaceId child : below_[space.index]) {
    std::uint64_t count = 0;
    if (program_.spaces[child].link == Link::many) {
      count = random_.below(std::uint64_t{fullness_} + 1);
    } else {
      count = random_.chance(std::min(missing_percent_, 50U)) ? 0 : 1;
    }
    for (; count > 0 && rows_ < most_rows_of_lead; --count) made.below.push_back(row(child));
  }
  return made;
}

void Generator::fill(Row& row) {
  const std::uint32_t object = program_.spaces[row.space].object;
  row.values.assign(program_.schema.objects[object].fields.size(), std::nullopt);
  for (const std::uint32_t field : fields_[object]) row.values[field] = cell(object, field);
}

std::optional<Value> Generator::cell(std::uint32_t object, std::uint32_t field) {
  const ObjectSchema& schema = program_.schema.objects[object];
  // Rows without a time or a kind are rare: they say little.
  unsigned missing = missing_percent_;
  if (schema.time == field || schema.kind_field == field) missing = std::min(missing, 3U);
  if (!schema.fields[field].required && random_.chance(missing)) return std::nullopt;
  return value(object, field);
}

Value Generator::value(std::uint32_t object, std::uint32_t field) {
  const Type& type = program_.schema.objects[object].fields[field].type;
  const Pool& pool = pools_.of(object, field);
  switch (type.kind) {
    case Kind::boolean:
      return {random_.chance(50) ? 1 : 0, {}};
    case Kind::integer:
    case Kind::decimal:
    case Kind::percent:
    case Kind::money:
      return {number(type, pool), {}};
    case Kind::duration:
      return {whole_seconds(number(type, pool)), {}};
    case Kind::date:
      return {day(pool), {}};
    case Kind::datetime:
      return {moment(pool), {}};
    case Kind::text:
      return {0, text(pool)};
    case Kind::picklist: {
      const std::size_t members = program_.schema.picklists[type.index].members.size();
      if (!pool.numbers.empty() && random_.chance(70)) return {random_.one_of(pool.numbers), {}};
      return {members == 0 ? 0 : static_cast<std::int64_t>(random_.below(members)), {}};
    }
    case Kind::poison:
    case Kind::grade:
    case Kind::stage:
      break;  // no field is of these
  }
  return {};
}

std::int64_t Generator::number(const Type& type, const Pool& pool) {
  const std::int64_t one = type.kind == Kind::duration ? microseconds_per_second : power_of_ten(type.digits);
  if (!pool.numbers.empty() && random_.chance(80)) {
    const std::int64_t fixed = std::clamp(random_.one_of(pool.numbers), -largest, largest);
    const std::array<std::int64_t, 6> steps{0, 0, 1, -1, one, -one};
    return fixed + steps[random_.below(steps.size())];
  }
  const std::int64_t high =
      pool.numbers.empty() ? 1000 * one : std::clamp(2 * std::min(pool.numbers.back(), largest), 10 * one, largest);
  return random_.chance(5) ? -random_.between(0, high) : random_.between(0, high);
}

std::int64_t Generator::day(const Pool& pool) {
  if (!pool.numbers.empty() && random_.chance(50)) return random_.one_of(pool.numbers) + random_.between(-1, 1);
  if (random_.chance(10)) return as_of_.day + random_.between(0, 30);
  return as_of_.day - random_.between(0, random_.chance(50) ? 20 : days_back);
}

std::int64_t Generator::moment(const Pool& pool) {
  if (!pool.numbers.empty() && random_.chance(50)) {
    static constexpr std::array<std::int64_t, 5> steps{0, 1, -1, 86'400, -86'400};
    return whole_seconds(random_.one_of(pool.numbers)) + steps[random_.below(steps.size())] * microseconds_per_second;
  }
  if (random_.chance(3)) return whole_seconds(as_of_.instant) + random_.between(1, 1000) * microseconds_per_second;
  const std::int64_t back = (random_.chance(50) ? 20 : days_back) * 86'400;
  return whole_seconds(as_of_.instant) - random_.between(0, back) * microseconds_per_second;
}

std::string Generator::text(const Pool& pool) {
  if (pool.texts.empty() || random_.chance(25)) return random_.one_of(plain_texts);
  if (random_.chance(15)) return random_.one_of(pool.texts) + " " + random_.one_of(pool.texts);
  return random_.one_of(pool.texts);
}

// ---- leads that differ a little

Row Generator::variant_of(const Row& lead) {
  Row made = lead;
  missing_percent_ = 30;
  fullness_ = 2;
  rows_ = count_rows(made);
  for (std::uint64_t changes = 1 + random_.below(3); changes > 0; --changes) {
    // Any row of the tree, the lead itself most often.
    Row* at = &made;
    while (!at->below.empty() && random_.chance(60)) at = &at->below[random_.below(at->below.size())];
    if (random_.chance(25)) {
      change_rows(*at);
    } else {
      change(*at);
    }
  }
  keep_to_kinds(program_, made);
  return made;
}

void Generator::change(Row& row) {
  const std::uint32_t object = program_.spaces[row.space].object;
  if (fields_[object].empty()) return;
  const std::uint32_t field = random_.one_of(fields_[object]);
  row.values[field] = cell(object, field);
}

// One row below more, or one less.
void Generator::change_rows(Row& row) {
  if (!row.below.empty() && random_.chance(50)) {
    row.below.erase(row.below.begin() + static_cast<std::ptrdiff_t>(random_.below(row.below.size())));
    return;
  }
  if (below_[row.space.index].empty() || rows_ >= most_rows_of_lead) return;
  const SpaceId child = random_.one_of(below_[row.space.index]);
  const bool is_there =
      std::any_of(row.below.begin(), row.below.end(), [&](const Row& each) { return each.space == child; });
  if (program_.spaces[child].link == Link::one && is_there) return;
  row.below.push_back(this->row(child));
}

}  // namespace muster::runtime::search
