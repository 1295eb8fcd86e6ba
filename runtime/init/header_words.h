// The words of a column's name, and what they promise about its values.
// May include: lang/*. Called by: runtime/init, tests.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace muster::runtime {

// Letters and digits of the text as ASCII words, one blank between words, at most about 48 of them. Words end at signs
// and where a capital follows a small letter. Marks on Latin letters are dropped, other scripts leave nothing.
[[nodiscard]] std::string ascii_words(std::string_view text);

// In lower case: "Record-ID" and "recordId" are "record id".
class HeaderWords {
 public:
  explicit HeaderWords(std::string_view header);

  [[nodiscard]] bool is(std::string_view words) const;  // these, and no more
  [[nodiscard]] bool has(std::string_view word) const;  // or several words that follow one another
  [[nodiscard]] bool has_any(std::initializer_list<std::string_view> words) const;
  [[nodiscard]] bool has_part(std::initializer_list<std::string_view> parts) const;  // also within a word
  [[nodiscard]] bool ends_with_any(std::initializer_list<std::string_view> words) const;

  // Keys, references to other records, phone numbers, postcodes: numbers that name something and count nothing.
  [[nodiscard]] bool promise_an_id() const;
  // The same for what may as well be few words, such as a country's code.
  [[nodiscard]] bool promise_a_code() const;
  [[nodiscard]] bool promise_money() const;
  // Who is not to be called or is no lead: "Has opted out of email", "Do not call", "Bounced", "Spam".
  [[nodiscard]] bool speak_against() const;

 private:
  [[nodiscard]] bool promise_a_count() const;

  std::string words_;  // a blank before, between and behind
};

}  // namespace muster::runtime
