#include "runtime/init/header_words.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "lang/source/unicode.h"

namespace muster::runtime {

namespace {

constexpr std::size_t most_letters = 48;

// Latin letters with marks, U+00C0 to U+00FF, without them.
constexpr std::array<std::string_view, 64> plain_latin = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e",  "e",  "e", "e", "i", "i", "i", "i", "d",  "n", "o",  "o", "o", "o",
    "o", "",  "o", "u", "u", "u", "u",  "y", "th", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e",  "e", "e", "e",
    "i", "i", "i", "i", "d", "n", "o",  "o", "o",  "o",  "o", "",  "o", "u", "u", "u", "u",  "y", "th", "y"};

// The same for U+0100 to U+017F.
constexpr std::string_view plain_latin_extended =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

// What stands before "id" where no capital and no sign does: leadid, kontaktid.
constexpr auto records = std::to_array<std::string_view>(
    {"lead", "contact", "kontakt", "company", "firmen", "account", "owner", "user", "customer", "kunden", "record",
     "object", "campaign", "deal", "parent", "prospect", "person", "external", "crm"});

bool is_joined_id(std::string_view word) {
  if (!word.ends_with("id")) return false;
  word.remove_suffix(2);
  return std::find(records.begin(), records.end(), word) != records.end();
}

}  // namespace

std::string ascii_words(std::string_view text) {
  std::string words;
  bool gap = false;
  bool lower_before = false;
  while (!text.empty() && words.size() < most_letters) {
    const lang::CodePoint point = lang::decode(text);
    text.remove_prefix(point.bytes);
    std::string letters;
    bool upper = false;
    if (point.value < 0x80) {
      const char c = static_cast<char>(point.value);
      upper = c >= 'A' && c <= 'Z';
      if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letters = c;
      if (c == '%') letters = " percent";
    } else if (point.value >= 0xC0 && point.value <= 0xFF) {
      letters = plain_latin[point.value - 0xC0];
    } else if (point.value >= 0x100 && point.value <= 0x17F) {
      letters = plain_latin_extended[point.value - 0x100];
    }
    if (letters.empty()) {
      // 's stays with its word, and so does a letter whose mark stands behind it.
      if (point.value != '\'' && !(point.value >= 0x300 && point.value <= 0x36F)) gap = true;
      lower_before = false;
      continue;
    }
    if ((gap || (upper && lower_before)) && !words.empty()) words += ' ';
    gap = false;
    words += letters;
    lower_before = !upper;
  }
  return std::string(lang::trim(words));
}

HeaderWords::HeaderWords(std::string_view header) : words_(" " + ascii_words(header) + " ") {
  for (char& c : words_) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

bool HeaderWords::is(std::string_view words) const {
  return std::string_view(words_).substr(1, words_.size() - 2) == words;
}

bool HeaderWords::has(std::string_view word) const {
  for (std::size_t at = words_.find(word); at != std::string::npos; at = words_.find(word, at + 1)) {
    if (words_[at - 1] == ' ' && words_[at + word.size()] == ' ') return true;
  }
  return false;
}

bool HeaderWords::has_any(std::initializer_list<std::string_view> words) const {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return has(word); });
}

bool HeaderWords::has_part(std::initializer_list<std::string_view> parts) const {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return words_.find(part) != std::string::npos; });
}

bool HeaderWords::ends_with_any(std::initializer_list<std::string_view> words) const {
  const std::string_view all = std::string_view(words_).substr(0, words_.size() - 1);
  const std::string_view last = all.substr(all.find_last_of(' ') + 1);
  return std::find(words.begin(), words.end(), last) != words.end();
}

// "Number of phone calls", "Employee number": not every number in a name is one.
bool HeaderWords::promise_a_count() const {
  return has_any({"number of", "no of", "nr of", "num of", "count", "calls", "anzahl", "nombre de", "visits", "seats",
                  "users", "staff", "headcount", "people"}) ||
         has_part({"employee", "mitarbeiter"});
}

bool HeaderWords::promise_an_id() const {
  if (has_any({"number of", "no of", "num of", "count", "anzahl", "nombre de"})) return false;
  if (has_any({"id", "ids", "uuid", "guid", "vid", "plz", "zip", "postal", "iban"}) ||
      has_part({"postcode", "zipcode", "postleitzahl"})) {
    return true;
  }
  if (!promise_a_count() &&
      (has_part({"phone", "telefon", "nummer "}) || ends_with_any({"number", "no", "nr", "num", "numero", "key", "tel",
                                                                   "fax", "mobile", "mobil", "handy", "cell"}))) {
    return true;
  }
  std::string_view left = words_;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(' '), left.size());
    if (is_joined_id(left.substr(0, end))) return true;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return false;
}

bool HeaderWords::promise_a_code() const { return promise_an_id() || ends_with_any({"code"}); }

bool HeaderWords::speak_against() const {
  return has_any({"opt out", "optout", "opted out", "do not", "dont", "no contact", "deleted", "spam", "junk"}) ||
         has_part({"unsubscri", "bounce", "abgemeldet", "abbestellt", "geloscht", "desabonne", "desinscri"});
}

bool HeaderWords::promise_money() const {
  return has_part({"revenue", "amount", "budget", "price", "salary", "balance", "turnover", "umsatz", "betrag", "preis",
                   "chiffre d affaires", "ingresos", "fatturato"});
}

}  // namespace muster::runtime
