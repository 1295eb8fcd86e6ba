// UTF-8 and the two Unicode operations that Muster's text semantics rest on (language section 4, number 22):
// NFC and simple case folding. The only place that knows utf8proc.
// May include: the standard library. Called by: source loading, diagnostics, text kernels, ingest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::lang {

// The offset of the first byte that is not part of well-formed UTF-8 (no overlong forms, no surrogates,
// nothing above U+10FFFF), or npos. Linear; ASCII runs are skipped eight bytes at a time.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view bytes);

struct CodePoint {
  char32_t value = 0;
  std::uint8_t bytes = 1;  // 1..4
};

// The code point at the beginning of `text`, which is not empty. A malformed byte counts as U+FFFD, one byte.
[[nodiscard]] CodePoint decode(std::string_view text);

[[nodiscard]] std::size_t count_code_points(std::string_view text);

// Columns that the text takes on a terminal: wide characters count two, combining ones none, a tab one.
[[nodiscard]] std::size_t display_width(std::string_view text);

[[nodiscard]] bool is_nfc(std::string_view text);
// NFC(text). Malformed bytes are kept as they are.
[[nodiscard]] std::string to_nfc(std::string_view text);

// NFC of the simple case folding of NFC(text). Idempotent. Malformed bytes are kept as they are.
[[nodiscard]] std::string fold(std::string_view text);

// Simple lower-case mapping of NFC(text), and the same for upper case.
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);

// Without leading and trailing white space (Unicode White_Space, U+FEFF, U+200B).
[[nodiscard]] std::string_view trim(std::string_view text);

[[nodiscard]] bool is_letter_or_digit(char32_t code_point);  // general category L*, M* or N*

// Characters that reorder text on screen without being seen (U+202A..U+202E, U+2066..U+2069, U+200E, U+200F, U+061C).
[[nodiscard]] bool is_bidirectional_control(char32_t code_point);

// The scripts that identifiers may be written in; `common` is digits, underscore and combining marks.
enum class Script : std::uint8_t {
  common,
  latin,
  greek,
  cyrillic,
  armenian,
  hebrew,
  arabic,
  devanagari,
  thai,
  hangul,
  kana,
  han,
  other
};
[[nodiscard]] Script script_of(char32_t code_point);

// Text made safe for a terminal: C0, C1, DEL, bidirectional controls and malformed bytes become visible
// escapes such as \x1b or \u202e; a newline becomes \n. Everything else is kept.
[[nodiscard]] std::string escape_for_terminal(std::string_view text);

}  // namespace muster::lang
