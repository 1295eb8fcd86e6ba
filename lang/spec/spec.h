// The written facts of the language as C++ tables: keywords, scalar types, text tests, functions, units, currencies.
// Each is a .def file with one row per fact; parser, checker, engine and reference read the same rows.
// May include: the standard library. Called by: everything.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace muster::lang {

// ---- scalar types of fields, settings and parameters
enum class ScalarType : std::uint8_t {
#define MUSTER_SCALAR_TYPE(id, word, doc) id,
#include "lang/spec/types.def"
#undef MUSTER_SCALAR_TYPE
};
struct ScalarTypeRow {
  ScalarType id;
  std::string_view name;
  std::string_view doc;
};
inline constexpr auto scalar_type_rows = std::to_array<ScalarTypeRow>({
#define MUSTER_SCALAR_TYPE(id, word, doc) {ScalarType::id, word, doc},
#include "lang/spec/types.def"
#undef MUSTER_SCALAR_TYPE
});

// ---- reserved words and declaration keywords
inline constexpr auto reserved_words = std::to_array<std::string_view>({
#define MUSTER_RESERVED(word) word,
#define MUSTER_DECLARATION(word, title, doc)
#include "lang/spec/keywords.def"
#undef MUSTER_RESERVED
#undef MUSTER_DECLARATION
});
struct DeclarationKeyword {
  std::string_view word;
  std::string_view title;
  std::string_view doc;
};
inline constexpr auto declaration_keywords = std::to_array<DeclarationKeyword>({
#define MUSTER_RESERVED(word)
#define MUSTER_DECLARATION(word, title, doc) {word, title, doc},
#include "lang/spec/keywords.def"
#undef MUSTER_RESERVED
#undef MUSTER_DECLARATION
});
// ---- text tests: `title contains word "vp"`
enum class TextOp : std::uint8_t {
#define MUSTER_TEXT_TEST(id, words, takes_any, doc, example) id,
#include "lang/spec/operators.def"
#undef MUSTER_TEXT_TEST
};
struct TextOpRow {
  TextOp id;
  std::string_view words;
  bool takes_any;  // may be followed by `any { ... }`
  std::string_view doc;
  std::string_view example;
};
inline constexpr auto text_op_rows = std::to_array<TextOpRow>({
#define MUSTER_TEXT_TEST(id, words, takes_any, doc, example) {TextOp::id, words, takes_any, doc, example},
#include "lang/spec/operators.def"
#undef MUSTER_TEXT_TEST
});

// ---- functions. A shape says what a kernel looks like; the engine knows shapes, never single functions.
enum class FunctionShape : std::uint8_t {
  text_to_text,            // std::string kernel(std::string_view)
  text_with_text_to_text,  // std::optional<std::string> kernel(std::string_view text, std::string_view constant)
  text_to_int,             // std::int64_t kernel(std::string_view)
  date_to_int,             // std::int64_t kernel(std::int64_t days_since_1970)
  number_to_same,          // kernel(std::int64_t value) -> Checked; the scale is kept
  number_to_int,           // std::int64_t kernel(std::int64_t mantissa, unsigned digits)
  numbers_to_same,         // kernels::Wide kernel(Wide, Wide), both aligned to the larger scale
  instant_to_date,         // std::int64_t kernel(std::int64_t microseconds, const Zone&)
};
enum class FunctionId : std::uint8_t {
#define MUSTER_FUNCTION(id, shape, doc, example, result) id,
#include "lang/spec/functions.def"
#undef MUSTER_FUNCTION
};
struct FunctionRow {
  FunctionId id;
  std::string_view name;
  FunctionShape shape;
  std::string_view doc;
  std::string_view example;  // a Muster expression
  std::string_view result;   // what the example gives
};
inline constexpr auto function_rows = std::to_array<FunctionRow>({
#define MUSTER_FUNCTION(id, shape, doc, example, result) \
  {FunctionId::id, #id, FunctionShape::shape, doc, example, result},
#include "lang/spec/functions.def"
#undef MUSTER_FUNCTION
});

// ---- units of durations
enum class DurationUnit : std::uint8_t {
#define MUSTER_DURATION_UNIT(id, plural, microseconds) id,
#include "lang/spec/units.def"
#undef MUSTER_DURATION_UNIT
};
struct DurationUnitRow {
  DurationUnit id;
  std::string_view singular;
  std::string_view plural;
  std::int64_t microseconds;
};
inline constexpr auto duration_unit_rows = std::to_array<DurationUnitRow>({
#define MUSTER_DURATION_UNIT(id, plural, microseconds) {DurationUnit::id, #id, plural, microseconds},
#include "lang/spec/units.def"
#undef MUSTER_DURATION_UNIT
});

// ---- currencies (ISO 4217) and the digits of their minor unit
struct CurrencyRow {
  std::string_view code;
  std::uint8_t digits;
  std::string_view sign;  // as exports write it; empty where none is common
};
inline constexpr auto currency_rows = std::to_array<CurrencyRow>({
#define MUSTER_CURRENCY(code, digits, sign) {#code, digits, sign},
#include "lang/spec/currencies.def"
#undef MUSTER_CURRENCY
});
// The row of a currency code, or nullptr.
[[nodiscard]] constexpr const CurrencyRow* find_currency(std::string_view code) {
  for (const CurrencyRow& row : currency_rows) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

inline constexpr unsigned points_digits = 4;         // section 4, number 7
inline constexpr unsigned quotient_digits = 4;       // section 4, number 7
inline constexpr unsigned most_decimal_digits = 9;   // section 4, number 7
inline constexpr unsigned default_field_digits = 4;  // a `decimal` or `percent` field that does not say otherwise

}  // namespace muster::lang
