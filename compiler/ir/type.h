// Types of values. A unit is part of the type: money has its currency, a decimal its digits.
// May include: lang/spec. Called by: check, lower, ingest, engines.
#pragma once

#include <cstdint>
#include <string>

namespace muster::compiler {

enum class Kind : std::uint8_t {
  poison,    // a mistake that has been reported; agrees with everything
  boolean,   // yes, no or undecided
  integer,   // 64-bit whole number
  decimal,   // fixed point with `digits`; scores are decimals of 4 digits
  percent,   // fixed point share with `digits`: 45% is 0.45
  money,     // fixed point with `digits` in `currency`
  date,      // days since 1970-01-01
  datetime,  // microseconds since 1970-01-01T00:00:00Z
  duration,  // microseconds
  text,
  picklist,  // member number of picklist `index`
  grade,     // row number of grade `index`, best first
  stage,     // rank of a stage
};

// How the engine holds a kind.
enum class Physical : std::uint8_t {
  boolean,  // two bitmaps: yes, no; undecided is neither
  integer,  // std::int64_t and a bitmap `known`
  code,     // std::uint32_t and a bitmap `known`: picklist members, grades, stages
  text,     // std::uint32_t into a dictionary and a bitmap `known`
};

struct Type {
  Kind kind = Kind::poison;
  std::uint8_t digits = 0;     // decimal, percent, money: 0..9
  std::uint16_t currency = 0;  // money: row of lang::currency_rows
  std::uint32_t index = 0;     // picklist, grade: its number in the program

  bool operator==(const Type&) const = default;
};

[[nodiscard]] constexpr Physical physical_of(Kind kind) {
  switch (kind) {
    case Kind::poison:
    case Kind::boolean:
      return Physical::boolean;
    case Kind::integer:
    case Kind::decimal:
    case Kind::percent:
    case Kind::money:
    case Kind::date:
    case Kind::datetime:
    case Kind::duration:
      return Physical::integer;
    case Kind::picklist:
    case Kind::grade:
    case Kind::stage:
      return Physical::code;
    case Kind::text:
      return Physical::text;
  }
  return Physical::boolean;
}

[[nodiscard]] constexpr bool is_number(Kind kind) {
  return kind == Kind::integer || kind == Kind::decimal || kind == Kind::percent;
}

}  // namespace muster::compiler
