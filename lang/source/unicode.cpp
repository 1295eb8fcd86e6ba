#include "lang/source/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace muster::lang {
namespace {

using CodePoints = std::vector<utf8proc_int32_t>;

constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080U;
constexpr char32_t replacement = 0xFFFD;

std::uint8_t byte_at(std::string_view text, std::size_t index) { return static_cast<std::uint8_t>(text[index]); }

// The length of the longest ASCII prefix of `text` from `begin` on.
std::size_t skip_ascii(std::string_view text, std::size_t begin) {
  while (text.size() - begin >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + begin, 8);
    if ((word & high_bits) != 0) break;
    begin += 8;
  }
  while (begin < text.size() && byte_at(text, begin) < 0x80) ++begin;
  return begin;
}

bool is_ascii(std::string_view text) { return skip_ascii(text, 0) == text.size(); }

struct Decoded {
  char32_t value = replacement;
  std::uint8_t bytes = 1;
  bool well_formed = false;
};

// Table 3-7 of the Unicode standard: which second bytes may follow a first byte.
Decoded decode_at(std::string_view text, std::size_t begin) {
  const std::uint8_t first = byte_at(text, begin);
  if (first < 0x80) return {first, 1, true};
  const std::size_t left = text.size() - begin;
  unsigned length = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  char32_t value = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
    value = first & 0x1FU;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    value = first & 0x0FU;
    if (first == 0xE0) low = 0xA0;   // no overlong form
    if (first == 0xED) high = 0x9F;  // no surrogate
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    value = first & 0x07U;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;  // nothing above U+10FFFF
  } else {
    return {};
  }
  if (left < length) return {};
  for (unsigned index = 1; index < length; ++index) {
    const std::uint8_t next = byte_at(text, begin + index);
    if (next < low || next > high) return {};
    value = (value << 6U) | (next & 0x3FU);
    low = 0x80;
    high = 0xBF;
  }
  return {value, static_cast<std::uint8_t>(length), true};
}

void append_utf8(std::string& out, char32_t value) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(static_cast<std::uint8_t>(byte))); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0U | (value >> 6U));
    put(0x80U | (value & 0x3FU));
  } else if (value < 0x10000) {
    put(0xE0U | (value >> 12U));
    put(0x80U | ((value >> 6U) & 0x3FU));
    put(0x80U | (value & 0x3FU));
  } else {
    put(0xF0U | (value >> 18U));
    put(0x80U | ((value >> 12U) & 0x3FU));
    put(0x80U | ((value >> 6U) & 0x3FU));
    put(0x80U | (value & 0x3FU));
  }
}

bool is_mark(char32_t value) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(value));
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

// The canonical decomposition, or with UTF8PROC_CASEFOLD the full case folding: at most 4 code points in Unicode 15,
// the buffer leaves room for later versions.
struct Expansion {
  std::array<utf8proc_int32_t, 16> values{};
  std::size_t size = 0;
};
Expansion expand(utf8proc_int32_t value, int options) {
  Expansion result;
  int boundary_class = 0;
  const utf8proc_ssize_t size =
      utf8proc_decompose_char(value, result.values.data(), static_cast<utf8proc_ssize_t>(result.values.size()),
                              static_cast<utf8proc_option_t>(options), &boundary_class);
  if (size < 1 || size > static_cast<utf8proc_ssize_t>(result.values.size())) {
    result.values[0] = value;
    result.size = 1;
  } else {
    result.size = static_cast<std::size_t>(size);
  }
  return result;
}

// Whether NFC leaves the code point as it is whatever stands around it. May say no too often, never yes wrongly.
// What composes with the code point before it is a mark or a conjoining Hangul letter.
bool is_inert(utf8proc_int32_t value) {
  if (value < 0x300) return true;
  if ((value >= 0x4E00 && value <= 0x9FFF) || (value >= 0xAC00 && value <= 0xD7A3)) return true;
  if (value >= 0x1100 && value <= 0x11FF) return false;
  if (is_mark(static_cast<char32_t>(value))) return false;
  const Expansion expansion = expand(value, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
  return expansion.size == 1 && expansion.values[0] == value;
}

// NFC in place. Marks are sorted here and not by utf8proc_map, whose sort takes quadratic time on a text that is
// nothing but marks: data are hostile.
void compose(CodePoints& points) {
  if (std::all_of(points.begin(), points.end(), is_inert)) return;
  CodePoints decomposed;
  decomposed.reserve(points.size() + points.size() / 2);
  for (const utf8proc_int32_t value : points) {
    const Expansion expansion = expand(value, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
    decomposed.insert(decomposed.end(), expansion.values.begin(),
                      expansion.values.begin() + static_cast<std::ptrdiff_t>(expansion.size));
  }
  const auto combining_class = [](utf8proc_int32_t value) { return utf8proc_get_property(value)->combining_class; };
  for (auto begin = decomposed.begin(); begin != decomposed.end();) {
    if (combining_class(*begin) == 0) {
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, decomposed.end(), [&](auto value) { return combining_class(value) == 0; });
    // Class, place and code point in one key make an ordinary sort stable.
    std::vector<std::uint64_t> keys;
    for (auto mark = begin; mark != end; ++mark) {
      keys.push_back((static_cast<std::uint64_t>(combining_class(*mark)) << 56U) |
                     (static_cast<std::uint64_t>(mark - begin) << 21U) | static_cast<std::uint64_t>(*mark));
    }
    std::sort(keys.begin(), keys.end());
    std::transform(keys.begin(), keys.end(), begin,
                   [](std::uint64_t key) { return static_cast<utf8proc_int32_t>(key & 0x1F'FFFFU); });
    begin = end;
  }
  const utf8proc_ssize_t size =
      utf8proc_normalize_utf32(decomposed.data(), static_cast<utf8proc_ssize_t>(decomposed.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return;  // cannot be: its only errors are about options that are not given
  decomposed.resize(static_cast<std::size_t>(size));
  points = std::move(decomposed);
}

// Unicode *simple* case folding, of which utf8proc has only the full one (ß to ss). Folding to one code point keeps
// the number of characters, so `length` and patterns with ? mean the same before and after. Derived so: a full
// folding of one code point is also the simple one (CaseFolding.txt, status C). Where it has more, the simple
// one (status S) is the lower-case letter, provided that this letter folds to itself; otherwise there is none.
// İ (U+0130) has none in the standard although its lower case is i, which only Turkic folding equates.
utf8proc_int32_t simple_fold(utf8proc_int32_t value) {
  if (value < 0x80) return value >= 'A' && value <= 'Z' ? value + ('a' - 'A') : value;
  if (value == 0x130) return value;
  const Expansion full = expand(value, UTF8PROC_CASEFOLD);
  if (full.size == 1) return full.values[0];
  const utf8proc_int32_t lower = utf8proc_tolower(value);
  return lower != value && utf8proc_tolower(lower) == lower ? lower : value;
}

// utf8proc alone upper-cases ß to ẞ (U+1E9E); in Unicode the simple mapping leaves it, and so do CRMs and databases.
utf8proc_int32_t simple_upper(utf8proc_int32_t value) { return value == 0xDF ? value : utf8proc_toupper(value); }

// Applies `change` to each well-formed run, after and before NFC; malformed bytes stay where they are.
template <class Change>
std::string map_runs(std::string_view text, Change change) {
  std::string out;
  out.reserve(text.size());
  CodePoints run;
  const auto flush = [&] {
    if (run.empty()) return;
    compose(run);
    for (utf8proc_int32_t& value : run) value = change(value);
    compose(run);
    for (const utf8proc_int32_t value : run) append_utf8(out, static_cast<char32_t>(value));
    run.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const Decoded decoded = decode_at(text, at);
    if (decoded.well_formed) {
      run.push_back(static_cast<utf8proc_int32_t>(decoded.value));
    } else {
      flush();
      out.push_back(text[at]);
    }
    at += decoded.bytes;
  }
  flush();
  return out;
}

std::string map_ascii(std::string_view text, char first, char last) {
  std::string out(text);
  for (char& letter : out) {
    if (letter >= first && letter <= last) letter = static_cast<char>(letter ^ 0x20);
  }
  return out;
}

bool is_blank(char32_t value) {
  if (value < 0x80) return value == ' ' || (value >= 0x09 && value <= 0x0D);
  return value == 0x85 || value == 0xA0 || value == 0x1680 || (value >= 0x2000 && value <= 0x200B) || value == 0x2028 ||
         value == 0x2029 || value == 0x202F || value == 0x205F || value == 0x3000 || value == 0xFEFF;
}

struct ScriptRange {
  char32_t first;
  char32_t last;
  Script script;
};
// Letters of the scripts (Scripts.txt); blocks are taken whole where all of their letters are one script.
constexpr auto script_ranges = std::to_array<ScriptRange>({
    {0x0041, 0x005A, Script::latin},      {0x0061, 0x007A, Script::latin},    {0x00AA, 0x00AA, Script::latin},
    {0x00BA, 0x00BA, Script::latin},      {0x00C0, 0x00D6, Script::latin},    {0x00D8, 0x00F6, Script::latin},
    {0x00F8, 0x02B8, Script::latin},      {0x02E0, 0x02E4, Script::latin},    {0x0370, 0x0373, Script::greek},
    {0x0376, 0x037D, Script::greek},      {0x037F, 0x0384, Script::greek},    {0x0386, 0x0386, Script::greek},
    {0x0388, 0x03E1, Script::greek},      {0x03F0, 0x03FF, Script::greek},    {0x0400, 0x052F, Script::cyrillic},
    {0x0531, 0x0588, Script::armenian},   {0x05D0, 0x05F2, Script::hebrew},   {0x0620, 0x063F, Script::arabic},
    {0x0641, 0x06FF, Script::arabic},     {0x0750, 0x077F, Script::arabic},   {0x0870, 0x08FF, Script::arabic},
    {0x0904, 0x097F, Script::devanagari}, {0x0E01, 0x0E3A, Script::thai},     {0x0E40, 0x0E5B, Script::thai},
    {0x1100, 0x11FF, Script::hangul},     {0x1C80, 0x1C8F, Script::cyrillic}, {0x1D00, 0x1D25, Script::latin},
    {0x1D26, 0x1D2A, Script::greek},      {0x1D2B, 0x1D2B, Script::cyrillic}, {0x1D2C, 0x1D5C, Script::latin},
    {0x1D5D, 0x1D61, Script::greek},      {0x1D62, 0x1D65, Script::latin},    {0x1D66, 0x1D6A, Script::greek},
    {0x1D6B, 0x1D77, Script::latin},      {0x1D78, 0x1D78, Script::cyrillic}, {0x1D79, 0x1DBE, Script::latin},
    {0x1DBF, 0x1DBF, Script::greek},      {0x1E00, 0x1EFF, Script::latin},    {0x1F00, 0x1FFF, Script::greek},
    {0x2071, 0x2071, Script::latin},      {0x207F, 0x207F, Script::latin},    {0x2090, 0x209C, Script::latin},
    {0x2126, 0x2126, Script::greek},      {0x212A, 0x212B, Script::latin},    {0x2132, 0x2132, Script::latin},
    {0x214E, 0x214E, Script::latin},      {0x2160, 0x2188, Script::latin},    {0x2C60, 0x2C7F, Script::latin},
    {0x2E80, 0x2FD5, Script::han},        {0x3005, 0x3005, Script::han},      {0x3007, 0x3007, Script::han},
    {0x3021, 0x3029, Script::han},        {0x3038, 0x303B, Script::han},      {0x3041, 0x309F, Script::kana},
    {0x30A1, 0x30FF, Script::kana},       {0x3131, 0x318E, Script::hangul},   {0x31F0, 0x31FF, Script::kana},
    {0x3400, 0x4DBF, Script::han},        {0x4E00, 0x9FFF, Script::han},      {0xA640, 0xA69F, Script::cyrillic},
    {0xA722, 0xA787, Script::latin},      {0xA78B, 0xA7FF, Script::latin},    {0xA8F2, 0xA8FF, Script::devanagari},
    {0xA960, 0xA97C, Script::hangul},     {0xAB30, 0xAB5A, Script::latin},    {0xAB5C, 0xAB64, Script::latin},
    {0xAB65, 0xAB65, Script::greek},      {0xAC00, 0xD7A3, Script::hangul},   {0xD7B0, 0xD7FB, Script::hangul},
    {0xF900, 0xFAFF, Script::han},        {0xFB00, 0xFB06, Script::latin},    {0xFB13, 0xFB17, Script::armenian},
    {0xFB1D, 0xFB4F, Script::hebrew},     {0xFB50, 0xFDFF, Script::arabic},   {0xFE70, 0xFEFC, Script::arabic},
    {0xFF21, 0xFF3A, Script::latin},      {0xFF41, 0xFF5A, Script::latin},    {0xFF66, 0xFF9F, Script::kana},
    {0xFFA0, 0xFFDC, Script::hangul},     {0x1AFF0, 0x1B16F, Script::kana},   {0x20000, 0x323AF, Script::han},
});

}  // namespace

std::size_t find_invalid_utf8(std::string_view bytes) {
  for (std::size_t at = skip_ascii(bytes, 0); at < bytes.size();) {
    const Decoded decoded = decode_at(bytes, at);
    if (!decoded.well_formed) return at;
    at += decoded.bytes;
    if (at < bytes.size() && byte_at(bytes, at) < 0x80) at = skip_ascii(bytes, at);
  }
  return std::string_view::npos;
}

CodePoint decode(std::string_view text) {
  const Decoded decoded = decode_at(text, 0);
  return {decoded.value, decoded.bytes};
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const std::size_t ascii_end = skip_ascii(text, at);
    count += ascii_end - at;
    at = ascii_end;
    if (at == text.size()) break;
    at += decode_at(text, at).bytes;
  }
  return count;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Decoded decoded = decode_at(text, at);
    at += decoded.bytes;
    if (decoded.value == '\t') {
      ++width;
    } else {
      width += static_cast<std::size_t>(std::max(0, utf8proc_charwidth(static_cast<utf8proc_int32_t>(decoded.value))));
    }
  }
  return width;
}

std::string to_nfc(std::string_view text) {
  return is_ascii(text) ? std::string(text) : map_runs(text, [](utf8proc_int32_t value) { return value; });
}

bool is_nfc(std::string_view text) { return is_ascii(text) || to_nfc(text) == text; }

std::string fold(std::string_view text) {
  return is_ascii(text) ? map_ascii(text, 'A', 'Z') : map_runs(text, simple_fold);
}

std::string to_lower(std::string_view text) {
  return is_ascii(text) ? map_ascii(text, 'A', 'Z') : map_runs(text, utf8proc_tolower);
}

std::string to_upper(std::string_view text) {
  return is_ascii(text) ? map_ascii(text, 'a', 'z') : map_runs(text, simple_upper);
}

std::string_view trim(std::string_view text) {
  while (!text.empty()) {
    const Decoded decoded = decode_at(text, 0);
    if (!is_blank(decoded.value)) break;
    text.remove_prefix(decoded.bytes);
  }
  while (!text.empty()) {
    std::size_t begin = text.size() - 1;
    if (byte_at(text, begin) >= 0x80) {
      while (begin > 0 && text.size() - begin < 3 && (byte_at(text, begin) & 0xC0U) == 0x80) --begin;
    }
    const Decoded decoded = decode_at(text, begin);
    if (begin + decoded.bytes != text.size() || !is_blank(decoded.value)) break;
    text.remove_suffix(decoded.bytes);
  }
  return text;
}

bool is_letter_or_digit(char32_t code_point) {
  if (code_point < 0x80) {
    return (code_point >= 'a' && code_point <= 'z') || (code_point >= 'A' && code_point <= 'Z') ||
           (code_point >= '0' && code_point <= '9');
  }
  if (code_point > 0x10FFFF) return false;
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

bool is_bidirectional_control(char32_t code_point) {
  return (code_point >= 0x202A && code_point <= 0x202E) || (code_point >= 0x2066 && code_point <= 0x2069) ||
         code_point == 0x200E || code_point == 0x200F || code_point == 0x061C;
}

Script script_of(char32_t code_point) {
  if (code_point > 0x10FFFF) return Script::other;
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  if (code_point == '_' || category == UTF8PROC_CATEGORY_ND || is_mark(code_point)) return Script::common;
  const auto after = std::upper_bound(script_ranges.begin(), script_ranges.end(), code_point,
                                      [](char32_t value, const ScriptRange& range) { return value < range.first; });
  if (after == script_ranges.begin()) return Script::other;
  const ScriptRange& range = *std::prev(after);
  return code_point <= range.last ? range.script : Script::other;
}

std::string escape_for_terminal(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  const auto put_hex = [&](char32_t value, unsigned digits) {
    for (unsigned left = digits; left > 0; --left) out.push_back(hex[(value >> (4U * (left - 1U))) & 0xFU]);
  };
  for (std::size_t at = 0; at < text.size();) {
    const Decoded decoded = decode_at(text, at);
    const char32_t value = decoded.value;
    if (!decoded.well_formed) {
      out += "\\x";
      put_hex(byte_at(text, at), 2);
    } else if (value == '\n') {
      out += "\\n";
    } else if (value == '\t') {
      out += "\\t";
    } else if (value < 0x20 || value == 0x7F) {
      out += "\\x";
      put_hex(value, 2);
    } else if ((value >= 0x80 && value <= 0x9F) || is_bidirectional_control(value)) {
      out += "\\u";
      put_hex(value, 4);
    } else {
      out.append(text, at, decoded.bytes);
    }
    at += decoded.bytes;
  }
  return out;
}

}  // namespace muster::lang
