// Names for a policy out of the headers and values of an export, which may hold anything at all.
// May include: lang/*. Called by: runtime/init/starter, tests.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace muster::runtime {

// Names that are taken, so that each name is given once.
class NameSpace {
 public:
  // The words of the language and of the starter policy are taken from the start.
  NameSpace();
  // No. of Employees -> no_of_employees; where nothing is left of the text, `fallback`. Never taken, never a word of
  // the language; of ASCII letters, digits and underscores, at most 48 long.
  std::string snake(std::string_view text, std::string_view fallback);
  // Olark Chat -> OlarkChat, SMS sent -> SMSSent.
  std::string camel(std::string_view text, std::string_view fallback);

 private:
  std::string free(std::string wanted);
  std::set<std::string, std::less<>> taken_;  // lower case: names that differ in case only confuse
};

// Whether a text literal of the language can stand for `text` and will be found again in the export.
[[nodiscard]] bool can_be_quoted(std::string_view text);
// For a comment: one line, nothing invisible, at most 40 characters.
[[nodiscard]] std::string for_comment(std::string_view text);

}  // namespace muster::runtime
