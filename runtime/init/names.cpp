#include "runtime/init/names.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "lang/source/unicode.h"
#include "lang/spec/spec.h"
#include "runtime/init/header_words.h"

namespace muster::runtime {

namespace {

constexpr std::size_t most_quoted_bytes = 200;

constexpr auto starter_words = std::to_array<std::string_view>(
    {"idealcustomer", "fit",       "tier",    "mql",      "stage",  "lead",         "leads",   "known",
     "missing",       "undecided", "if",      "then",     "else",   "match",        "mod",     "default",
     "not",           "rounded",   "to",      "under",    "over",   "disqualified", "as",      "from",
     "key",           "required",  "format",  "contains", "starts", "ends",         "matches", "is",
     "lowest",        "highest",   "because", "ask",      "other",  "ordered"});

char to_lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

NameSpace::NameSpace() {
  for (const std::string_view word : starter_words) taken_.emplace(word);
  for (const std::string_view word : lang::reserved_words) taken_.emplace(word);
  for (const auto& row : lang::declaration_keywords) taken_.emplace(row.word);
  for (const auto& row : lang::scalar_type_rows) taken_.emplace(row.name);
  for (const auto& row : lang::function_rows) taken_.emplace(row.name);
  for (const auto& row : lang::duration_unit_rows) {
    taken_.emplace(row.singular);
    taken_.emplace(row.plural);
  }
}

std::string NameSpace::free(std::string wanted) {
  const auto lower = [](std::string text) {
    for (char& c : text) c = to_lower_letter(c);
    return text;
  };
  if (taken_.emplace(lower(wanted)).second) return wanted;
  const bool camel = wanted[0] >= 'A' && wanted[0] <= 'Z';
  std::string other = wanted + (camel ? "Value" : "_field");
  if (taken_.emplace(lower(other)).second) return other;
  for (unsigned number = 2;; ++number) {
    std::string numbered = fmt::format("{}{}{}", wanted, camel ? "" : "_", number);
    if (taken_.emplace(lower(numbered)).second) return numbered;
  }
}

std::string NameSpace::snake(std::string_view text, std::string_view fallback) {
  std::string name = ascii_words(text);
  for (char& c : name) c = c == ' ' ? '_' : to_lower_letter(c);
  if (name.empty()) name = fallback;
  if (name[0] >= '0' && name[0] <= '9') name = fmt::format("{}_{}", fallback, name);
  return free(std::move(name));
}

std::string NameSpace::camel(std::string_view text, std::string_view fallback) {
  std::string name;
  std::string words = ascii_words(text) + " ";
  std::size_t begin = 0;
  for (std::size_t end = words.find(' '); end != std::string::npos; end = words.find(' ', begin)) {
    std::string word = words.substr(begin, end - begin);
    begin = end + 1;
    if (word.empty()) continue;
    const bool shouts = word.size() > 4 && word.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos;
    if (shouts) {
      for (char& c : word) c = to_lower_letter(c);
    }
    if (word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
    name += word;
  }
  if (name.empty()) name = fallback;
  if (name[0] >= '0' && name[0] <= '9') name = fmt::format("{}{}", fallback, name);
  return free(std::move(name));
}

bool can_be_quoted(std::string_view text) {
  if (text.empty() || text.size() > most_quoted_bytes || lang::find_invalid_utf8(text) != std::string_view::npos ||
      !lang::is_nfc(text)) {
    return false;
  }
  while (!text.empty()) {
    const lang::CodePoint point = lang::decode(text);
    if (point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0) ||
        lang::is_bidirectional_control(point.value) || point.value == 0x2028 || point.value == 0x2029 ||
        point.value == 0xfeff) {
      return false;
    }
    text.remove_prefix(point.bytes);
  }
  return true;
}

std::string for_comment(std::string_view text) {
  constexpr std::size_t most_characters = 40;
  std::string cut;
  std::size_t characters = 0;
  while (!text.empty() && characters < most_characters) {
    const std::size_t bytes = lang::decode(text).bytes;
    cut += text.substr(0, bytes);
    text.remove_prefix(bytes);
    ++characters;
  }
  std::string safe = lang::escape_for_terminal(cut);
  if (!text.empty()) safe += "...";
  return safe;
}

}  // namespace muster::runtime
