#include "compiler/check/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lang/parse/foreign.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/zone_names.h"
#include "stdlib/std/library.h"

namespace muster::compiler {

using namespace lang;

namespace {

std::string_view module_that_says(const std::vector<std::string>& lines) {
  for (const stdlib::Module& module : stdlib::modules()) {
    for (const std::string& line : lines) {
      if (module.text.find(line) != std::string_view::npos) return module.name;
    }
  }
  return {};
}

}  // namespace

std::string_view module_of_function(std::string_view name) {
  return module_that_says({fmt::format("\ndefine {}(", name), fmt::format("\ntable {}(", name)});
}
std::string_view module_of_framework(std::string_view name) {
  return module_that_says({fmt::format("\nframework {}(", name)});
}

std::string in_our_letters(std::string_view format) {
  const std::string small = to_lower(format);
  const bool has_halves = small.find("am") != std::string::npos;
  std::string ours;
  bool in_time = false;  // behind an hour the letter m means minutes
  for (std::size_t at = 0; at < small.size(); ++at) {
    const char letter = small[at];
    if (letter == 'a' && small.substr(at, 2) == "am") {
      ours += "AM";
      at += small.substr(at, 5) == "am/pm" ? 4 : 1;
    } else if (letter == '\'') {  // around a letter that stands for itself
      continue;
    } else if (letter == 'd' || letter == 'y' || letter == 't') {
      ours += static_cast<char>(letter - 'a' + 'A');
    } else if (letter == 'h') {
      in_time = true;
      ours += has_halves ? 'h' : 'H';
    } else {
      ours += letter == 'm' && !in_time ? 'M' : letter;
    }
  }
  return ours;
}

std::optional<kernels::Zone> zone_named(Span place, const std::string& name, Diagnostics& diagnostics) {
  // A fixed distance from Greenwich, whatever people there set their clocks to.
  if (const char* city = name == "EST" ? "America/New_York" : name == "MST" ? "America/Denver" : nullptr) {
    diagnostics.emit<DiagnosticId::zone_without_summer>(place, name).fix =
        fmt::format("name a city, such as \"{}\"", city);
  }
  if (const auto zone = kernels::Zone::find(name)) return *zone;
  Diagnostic& message = diagnostics.emit<DiagnosticId::unknown_zone>(place, name);
  const std::vector<std::string> known = kernels::zone_names();
  std::string near = did_you_mean(name, known);
  std::string city = fold(name);
  std::replace(city.begin(), city.end(), ' ', '_');
  for (const std::string& each : known) {
    const std::string folded = fold(each);
    if (near.empty() && !city.empty() && folded.ends_with("/" + city)) near = each;
  }
  if (!near.empty()) message.fix = fmt::format("did you mean \"{}\"?", near);
  return std::nullopt;
}

bool report_decimal_comma(const SourceMap& sources, Span place, Diagnostics& diagnostics) {
  const std::string_view text = sources[place.file].text();
  if (place.begin == 0) return false;
  const auto decimal = foreign_decimal(text, place.begin - 1);
  if (!decimal || decimal->spelling.end < place.begin) return false;
  const Span whole{place.file, static_cast<std::uint32_t>(decimal->begin),
                   static_cast<std::uint32_t>(decimal->spelling.end)};
  diagnostics.emit<DiagnosticId::foreign_spelling>(whole, sources.text(whole)).fix = fix_of_number(decimal->spelling);
  return true;
}

}  // namespace muster::compiler
