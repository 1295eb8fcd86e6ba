#include "runtime/ingest/other_file.h"

#include <algorithm>
#include <array>
#include <string>

#include "lang/source/unicode.h"
#include "lang/spec/spec.h"

namespace muster::runtime {

namespace {

// Exports are saved as web pages by CRMs whose "Excel" files are tables in HTML.
constexpr auto page_begins = std::to_array<std::string_view>({"<!doctype html", "<html", "<head", "<body", "<table"});

std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

bool is_page(std::string_view text) {
  const std::string begin = lang::to_lower(text.substr(0, 16));
  return std::any_of(page_begins.begin(), page_begins.end(), [&](std::string_view each) {
    constexpr std::string_view behind_tag = "> \t\r\n/";
    return begin.starts_with(each) &&
           (begin.size() == each.size() || behind_tag.find(begin[each.size()]) != std::string_view::npos);
  });
}

// An object, or a list of objects or texts, or of lists: no column is called {"id", but one may be called [[id]].
bool is_json(std::string_view text) {
  if (text.starts_with('{')) return without_blanks(text.substr(1)).starts_with('"');
  std::size_t depth = 0;
  for (; text.starts_with('['); ++depth) text = without_blanks(text.substr(1));
  const std::string_view begins = depth == 0 ? "" : depth == 1 ? "{\"" : "{\"-0123456789";
  return !text.empty() && begins.find(text.front()) != std::string_view::npos;
}

// The first line that is no comment declares something.
bool is_policy(std::string_view text) {
  text = without_blanks(text);
  while (text.starts_with('#')) text = without_blanks(text.substr(std::min(text.find_first_of("\r\n"), text.size())));
  const std::string_view line = lang::trim(text.substr(0, text.find_first_of("\r\n")));
  const std::string_view word = line.substr(0, line.find(' '));
  const bool declares = std::any_of(lang::declaration_keywords.begin(), lang::declaration_keywords.end(),
                                    [&](const lang::DeclarationKeyword& each) { return each.word == word; });
  return declares && (line.ends_with('{') || line.starts_with("import std.") || line.starts_with("import \""));
}

}  // namespace

std::string_view kind_of_other_file(std::string_view begin) {
  const std::string_view text = without_blanks(begin);
  if (is_page(text)) return "a web page";
  if (text.starts_with("<?xml")) return "XML";
  if (is_json(text)) return "JSON";
  if (is_policy(text)) return "a policy";
  return {};
}

}  // namespace muster::runtime
