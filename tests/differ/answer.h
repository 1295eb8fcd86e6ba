// What a policy says about one lead, one answer at a time, in a form in which two evaluators can be compared.
// May include: the standard library. Called by: tests/differ.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace muster::differ {

struct Answer {
  enum class Kind : std::uint8_t { missing, truth, number, text };
  Kind kind = Kind::missing;
  std::uint8_t digits = 0;  // number
  std::int64_t number = 0;  // mantissa, or 0 and 1; missing: 1 by an overflow, 2 by a division by zero, 3 by both
  std::string_view text{};  // lives as long as the evaluator and its data

  [[nodiscard]] static Answer missing(bool overflows, bool divides) {
    return {Kind::missing, 0, (overflows ? 1 : 0) + (divides ? 2 : 0)};
  }
  [[nodiscard]] static Answer truth(bool yes) { return {Kind::truth, 0, yes ? 1 : 0}; }
  [[nodiscard]] static Answer of(std::int64_t mantissa, unsigned digits) {
    return {Kind::number, static_cast<std::uint8_t>(digits), mantissa};
  }
  [[nodiscard]] static Answer of(std::string_view text) { return {Kind::text, 0, 0, text}; }
};

// 2.50 and 2.5 are the same number.
[[nodiscard]] inline bool operator==(const Answer& left, const Answer& right) {
  if (left.kind != right.kind) return false;
  if (left.kind == Answer::Kind::text) return left.text == right.text;
  __int128 a = left.number;
  __int128 b = right.number;
  for (unsigned i = left.digits; i < right.digits; ++i) a *= 10;
  for (unsigned i = right.digits; i < left.digits; ++i) b *= 10;
  return a == b;
}

[[nodiscard]] inline std::string show(const Answer& answer) {
  switch (answer.kind) {
    case Answer::Kind::missing:
      return answer.number == 0 ? "?" : "? (fault " + std::to_string(answer.number) + ")";
    case Answer::Kind::truth:
      return answer.number != 0 ? "yes" : "no";
    case Answer::Kind::number:
      return std::to_string(answer.number) + (answer.digits == 0 ? "" : "e-" + std::to_string(answer.digits));
    case Answer::Kind::text:
      return "\"" + std::string(answer.text) + "\"";
  }
  return {};
}

}  // namespace muster::differ
