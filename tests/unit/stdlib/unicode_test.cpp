// Here and not with unit_lang because the text kernels stand on these functions.
#include "lang/source/unicode.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace muster::lang {
namespace {

std::string utf8(char32_t value) {
  std::string out;
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte & 0xFFU)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0U | (value >> 6U)), put(0x80U | (value & 0x3FU));
  } else if (value < 0x10000) {
    put(0xE0U | (value >> 12U)), put(0x80U | ((value >> 6U) & 0x3FU)), put(0x80U | (value & 0x3FU));
  } else {
    put(0xF0U | (value >> 18U)), put(0x80U | ((value >> 12U) & 0x3FU));
    put(0x80U | ((value >> 6U) & 0x3FU)), put(0x80U | (value & 0x3FU));
  }
  return out;
}

template <class Check>
void for_every_code_point(Check check) {
  for (char32_t value = 0; value <= 0x10FFFF; ++value) {
    if (value < 0xD800 || value > 0xDFFF) check(value, utf8(value));
  }
}

}  // namespace

TEST_CASE("every code point decodes to itself and is well-formed") {
  for_every_code_point([](char32_t value, const std::string& text) {
    const CodePoint decoded = decode(text);
    if (decoded.value != value || decoded.bytes != text.size() || find_invalid_utf8(text) != std::string::npos) {
      FAIL("code point " << static_cast<unsigned>(value));
    }
  });
}

TEST_CASE("malformed UTF-8 is found where it begins") {
  const auto npos = std::string_view::npos;
  CHECK(find_invalid_utf8("") == npos);
  CHECK(find_invalid_utf8("plain text that is long enough for words") == npos);
  CHECK(find_invalid_utf8("0123456789\xFFz") == 10);
  CHECK(find_invalid_utf8("\x80") == 0);
  CHECK(find_invalid_utf8("ab\xC0\x80") == 2);  // overlong
  CHECK(find_invalid_utf8("ab\xC1\xBF") == 2);
  CHECK(find_invalid_utf8("\xE0\x9F\xBF") == 0);      // overlong
  CHECK(find_invalid_utf8("\xED\xA0\x80") == 0);      // a surrogate
  CHECK(find_invalid_utf8("\xF4\x90\x80\x80") == 0);  // above U+10FFFF
  CHECK(find_invalid_utf8("\xF0\x8F\xBF\xBF") == 0);  // overlong
  CHECK(find_invalid_utf8("\u00FC\xE2\x82") == 2);    // cut off
  CHECK(find_invalid_utf8("\u00FC\u4E2D\U0001F600 end of it\xF8") == 19);
  CHECK(decode("\xE2\x82").value == 0xFFFD);
  CHECK(decode("\xE2\x82").bytes == 1);
}

TEST_CASE("counting and width") {
  CHECK(count_code_points("Z\u00FCrich") == 6);
  CHECK(count_code_points("\xFF\xFE"
                          "a") == 3);
  CHECK(count_code_points("0123456789\u00FC0123456789") == 21);
  CHECK(display_width("Z\u00FCrich") == 6);
  CHECK(display_width("\u4E2D\u6587") == 4);
  CHECK(display_width("e\u0301\t") == 2);
}

TEST_CASE("simple case folding (section 4, number 22)") {
  CHECK(fold("VP SALES 123 {}[]@`") == "vp sales 123 {}[]@`");
  CHECK(fold("\u00DF") == "\u00DF");
  CHECK(fold("\u1E9E") == "\u00DF");
  CHECK(fold("\u0130") == "\u0130");  // I with dot: only Turkic folding has it
  CHECK(fold("I\u0307") == "\u0130");
  CHECK(fold("\u0131") == "\u0131");
  CHECK(fold("\u03A3\u03C2\u03C3") == "\u03C3\u03C3\u03C3");
  CHECK(fold("\u212A\u017F\u00B5") == "ks\u03BC");  // Kelvin, long s, micro
  CHECK(fold("\u1FBC") == "\u1FB3");
  CHECK(fold("\u1FB3") == "\u1FB3");
  CHECK(fold("\u01C4\u01C5") == "\u01C6\u01C6");
  CHECK(fold("\uAB70\u13F8") == "\u13A0\u13F0");  // Cherokee folds to upper case
  CHECK(fold("\U00010400") == "\U00010428");
  CHECK(fold("J\u030C") == "\u01F0");  // composes only after folding
  CHECK(fold("A\u0323\u0302") == fold("\u1EAD"));
  CHECK(fold("a\u0302\u0323") == "\u1EAD");  // marks in the wrong order
  CHECK(fold("\u1112\u1161\u11AB") == "\uD55C");
  CHECK(fold("\xFF"
             "A\u00C4\xE2\x82") ==
        "\xFF"
        "a\u00E4\xE2\x82");
}

TEST_CASE("folding is idempotent and gives NFC, for every code point and with marks around it") {
  for_every_code_point([](char32_t value, const std::string& text) {
    const std::string folded = fold(text);
    if (fold(folded) != folded || !is_nfc(folded)) FAIL("code point " << static_cast<unsigned>(value));
  });
  // With what may compose: after a letter, before a mark, before iota below, before the dot of the Turkish i.
  for (char32_t value = 0x80; value < 0x3100; ++value) {
    for (const char* const mark : {"\u0300", "\u0307", "\u030C", "\u0345", "\u0323\u0301"}) {
      for (const std::string& text : {utf8(value) + mark, "I" + utf8(value) + mark, "\u0391" + utf8(value) + mark}) {
        const std::string folded = fold(text);
        if (fold(folded) != folded || !is_nfc(folded)) FAIL("code point " << static_cast<unsigned>(value));
      }
    }
  }
}

TEST_CASE("folding keeps apart what only full folding equates, and keeps lengths of NFC letters") {
  for_every_code_point([](char32_t value, const std::string& text) {
    if (is_nfc(text) && count_code_points(fold(text)) != 1) FAIL("code point " << static_cast<unsigned>(value));
  });
}

TEST_CASE("lower and upper case") {
  CHECK(to_lower("\u00C4B\u1E9E") == "\u00E4b\u00DF");
  CHECK(to_upper("\u00E4b\u00DF") == "\u00C4B\u00DF");
  CHECK(to_upper("e\u0301") == "\u00C9");
}

TEST_CASE("NFC") {
  CHECK(is_nfc("plain"));
  CHECK(is_nfc("\u00E9"));
  CHECK_FALSE(is_nfc("e\u0301"));
  CHECK_FALSE(is_nfc("\u212B"));
  CHECK(is_nfc("\uD55C\u4E2D"));
  CHECK_FALSE(is_nfc("\u1112\u1161"));
  CHECK_FALSE(
      is_nfc("\u0915\u093C"
             "\u0958"));  // excluded from composition
  CHECK(is_nfc("\xFF\u00E9"));
}

TEST_CASE("a text that is nothing but marks takes no quadratic time") {
  std::string marks;
  for (int round = 0; round < 200'000; ++round) marks += round % 2 == 0 ? "\u0301" : "\u0323";
  const auto start = std::chrono::steady_clock::now();
  CHECK(fold(marks).size() == marks.size());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("trim") {
  CHECK(trim(" \t\r\n a b \v\f") == "a b");
  CHECK(trim("\u00A0\u2003\uFEFF\u200Ba\u3000\u202F\u0085") == "a");
  CHECK(trim("") == "");
  CHECK(trim(" \u00A0") == "");
  CHECK(trim("\u00E0") == "\u00E0");  // ends in the byte A0, which is no blank
  CHECK(trim("\xA0") == "\xA0");
  CHECK(trim("\xE2\x80") == "\xE2\x80");
  CHECK(trim("x\xE2\x80\xE2\x80\x83") == "x\xE2\x80");
}

TEST_CASE("classes and scripts") {
  CHECK(is_letter_or_digit('a'));
  CHECK(is_letter_or_digit(0x4E2D));
  CHECK(is_letter_or_digit(0x0301));
  CHECK(is_letter_or_digit(0x0664));
  CHECK_FALSE(is_letter_or_digit('_'));
  CHECK_FALSE(is_letter_or_digit(0x2019));
  CHECK_FALSE(is_letter_or_digit(0x110000));
  CHECK(is_bidirectional_control(0x202E));
  CHECK_FALSE(is_bidirectional_control(0x202F));
  CHECK(script_of('a') == Script::latin);
  CHECK(script_of(0x430) == Script::cyrillic);
  CHECK(script_of(0x3B1) == Script::greek);
  CHECK(script_of('_') == Script::common);
  CHECK(script_of('7') == Script::common);
  CHECK(script_of(0x301) == Script::common);
  CHECK(script_of(0x4E2D) == Script::han);
  CHECK(script_of(0xAC00) == Script::hangul);
  CHECK(script_of(0x3042) == Script::kana);
  CHECK(script_of(0x5D0) == Script::hebrew);
  CHECK(script_of(0x13A0) == Script::other);
  CHECK(script_of(0xFFFFFFFF) == Script::other);
}

TEST_CASE("what reaches a terminal cannot move it") {
  CHECK(escape_for_terminal("a\x1b[31m\n\t\x7f\u202E\u0085\xFF"
                            "z") == "a\\x1b[31m\\n\\t\\x7f\\u202e\\u0085\\xffz");
  CHECK(escape_for_terminal("Z\u00FCrich \u4E2D") == "Z\u00FCrich \u4E2D");
  CHECK(escape_for_terminal(std::string_view("\0", 1)) == "\\x00");
}

}  // namespace muster::lang
