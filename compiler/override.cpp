#include "compiler/override.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "lang/parse/parse.h"
#include "lang/source/load.h"
#include "lang/source/unicode.h"
#include "lang/spec/spec.h"

namespace muster::compiler {

using namespace lang;

namespace {

// Texts and picklists: their values are words, which a shell hands over without quotes.
bool holds_words(const TypeRef& type) {
  if (type.name.text == "text") return true;
  return std::ranges::none_of(scalar_type_rows, [&](const ScalarTypeRow& row) { return row.name == type.name.text; });
}

void report_unknown(std::string_view name, Span place, const std::map<std::string, SettingDecl*, std::less<>>& settings,
                    const Tree& tree, Diagnostics& diagnostics) {
  // What stands in text that could not be read may be the setting.
  if (std::ranges::find(tree.broken_words, name) != tree.broken_words.end()) return;
  std::vector<std::string> names;
  for (const auto& [known, setting] : settings) names.push_back(known);
  const std::string near = did_you_mean(name, names);
  diagnostics.emit<DiagnosticId::unknown_setting>(place, name).fix =
      !near.empty()   ? fmt::format("did you mean `{}`?", near)
      : names.empty() ? std::string("it has none; a value that a run may change is declared with `setting`")
                      : fmt::format("its settings are {}", fmt::join(names, ", "));
}

}  // namespace

Result<> override_settings(const std::vector<std::string>& texts, const std::string& source_name, const Limits& limits,
                           SourceMap& sources, Tree& tree, Diagnostics& diagnostics) {
  std::map<std::string, SettingDecl*, std::less<>> settings;
  for (Declaration& declaration : tree.declarations) {
    if (auto* setting = std::get_if<SettingDecl>(&declaration.node)) settings.emplace(setting->name.text, setting);
  }
  std::map<std::string, Span, std::less<>> given;
  for (const std::string& written : texts) {
    auto file = add_source(source_name, written, false, limits, sources);
    if (!file) {
      Error error = file.error();
      error.kind = ErrorKind::usage;
      return error;
    }
    const std::string text(sources[*file].text());
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string name(trim(std::string_view(text).substr(0, equals)));
    const auto end = static_cast<std::uint32_t>(equals);
    const Span place{*file, 0, end};
    if (equals == text.size()) {
      diagnostics.emit<DiagnosticId::expected>({*file, end, end}, "`=` and a value").fix =
          "such as `smallest_company=50`";
      continue;
    }
    const auto setting = settings.find(name);
    if (setting == settings.end()) {
      report_unknown(name, place, settings, tree, diagnostics);
      continue;
    }
    if (const auto [first, is_new] = given.emplace(name, place); !is_new) {
      diagnostics.emit<DiagnosticId::set_twice>(place, name).notes.push_back({first->second, "first here"});
      continue;
    }
    const auto value =
        parse_value(sources, *file, equals + 1, holds_words(setting->second->type), limits, tree, diagnostics);
    if (!value) continue;
    const Expr& read = tree.expressions[*value];
    const auto* word = std::get_if<NameRef>(&read.node);
    if (word != nullptr && word->path.size() == 1 && !settings.contains(word->path[0].text)) {
      diagnostics.emit<DiagnosticId::wrong_type>(
          read.span, fmt::format("a value of type `{}`", setting->second->type.name.text), "a word");
      continue;
    }
    setting->second->value = *value;
    setting->second->later.clear();
  }
  return Done{};
}

}  // namespace muster::compiler
