#include "runtime/search/minimise.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

namespace muster::runtime::search {

using compiler::Kind;
using compiler::Program;
using compiler::Type;

namespace {

constexpr std::size_t most_at_a_time = 500;  // candidates of one trial

// Simpler values of a type, the simplest first.
std::vector<Value> simpler(const Type& type, const Value& value, AsOf as_of) {
  std::vector<Value> values;
  const auto add = [&](std::int64_t number) { values.push_back({number, {}}); };
  switch (type.kind) {
    case Kind::boolean:
      add(0);
      break;
    case Kind::integer:
    case Kind::decimal:
    case Kind::percent:
    case Kind::money: {
      add(0);
      std::int64_t one = 1;
      for (unsigned i = 0; i < type.digits; ++i) one *= 10;
      add(one);
      // Round numbers below, from the fewest digits on.
      std::int64_t power = 1;
      while (power <= value.number / 10 && power < 1'000'000'000'000'000) power *= 10;
      for (; power >= 10; power /= 10) add(value.number / power * power);
      break;
    }
    case Kind::duration:
      add(0);
      add(value.number / 86'400'000'000 * 86'400'000'000);
      break;
    case Kind::date:
      add(as_of.day);
      break;
    case Kind::datetime: {
      constexpr std::int64_t second = 1'000'000;
      add(as_of.instant / second * second);
      for (const std::int64_t unit : {86'400 * second, 3'600 * second, 60 * second}) add(value.number / unit * unit);
      break;
    }
    case Kind::text:
      values.push_back({0, "x"});
      break;
    case Kind::picklist:
      add(0);
      break;
    case Kind::poison:
    case Kind::grade:
    case Kind::stage:
      break;
  }
  // What is not simpler than the value itself is no step down.
  const auto own = std::find(values.begin(), values.end(), value);
  values.erase(own, values.end());
  return values;
}

// Calls f(row) for the row at each place of the tree, parents first.
void for_each_row(Row& row, const std::function<void(Row&)>& f) {
  f(row);
  for (Row& each : row.below) for_each_row(each, f);
}

class Shrinking {
 public:
  Shrinking(const Program& program, AsOf as_of) : program_(program), as_of_(as_of) {}

  // Leads one step simpler, those that lose most first.
  std::vector<Row> candidates(const Row& lead) {
    std::vector<Row> made;
    Row work = lead;
    for_each_row(work, [&](Row& row) {  // without a row, and what belongs to it
      for (std::size_t i = 0; i < row.below.size(); ++i) {
        Row taken = std::move(row.below[i]);
        row.below.erase(row.below.begin() + static_cast<std::ptrdiff_t>(i));
        made.push_back(work);
        row.below.insert(row.below.begin() + static_cast<std::ptrdiff_t>(i), std::move(taken));
      }
    });
    each_value(work, [&](const compiler::FieldSchema& field, std::optional<Value>& cell) {
      if (field.required) return;
      const std::optional<Value> before = std::exchange(cell, std::nullopt);
      made.push_back(work);
      cell = before;
    });
    each_value(work, [&](const compiler::FieldSchema& field, std::optional<Value>& cell) {
      const Value before = *cell;
      for (const Value& value : simpler(field.type, before, as_of_)) {
        cell = value;
        made.push_back(work);
      }
      cell = before;
    });
    for (Row& each : made) keep_to_kinds(program_, each);  // of another kind, without a kind
    return made;
  }

 private:
  template <class F>
  void each_value(Row& lead, F f) {
    for_each_row(lead, [&](Row& row) {
      const compiler::ObjectSchema& object = program_.schema.objects[program_.spaces[row.space].object];
      for (std::size_t field = 0; field < row.values.size(); ++field) {
        if (row.values[field]) f(object.fields[field], row.values[field]);
      }
    });
  }

  const Program& program_;
  AsOf as_of_;
};

}  // namespace

Row minimise(Trial& trial, const Program& program, AsOf as_of, Row lead, std::size_t guarantee) {
  Shrinking shrinking(program, as_of);
  std::size_t left = most_minimising_trials;
  for (bool smaller = true; smaller;) {
    smaller = false;
    const std::vector<Row> all = shrinking.candidates(lead);
    for (std::size_t begin = 0; begin < all.size() && left > 0 && !smaller;) {
      const std::size_t count = std::min({most_at_a_time, all.size() - begin, left});
      const std::vector<Outcome> outcomes = trial.run(std::span(all).subspan(begin, count));
      const auto found = std::find_if(outcomes.begin(), outcomes.end(),
                                      [&](const Outcome& each) { return each.counts && each.broken[guarantee]; });
      left -= count;
      if (found != outcomes.end()) {
        lead = all[begin + static_cast<std::size_t>(found - outcomes.begin())];
        smaller = true;
      }
      begin += count;
    }
  }
  return lead;
}

}  // namespace muster::runtime::search
