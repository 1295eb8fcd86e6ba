#include "compiler/compile.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/analyze/analyze.h"
#include "compiler/check/check.h"
#include "compiler/import.h"
#include "compiler/lower/lower.h"
#include "compiler/override.h"
#include "compiler/passes/passes.h"
#include "compiler/resolve/extend.h"
#include "compiler/resolve/symbols.h"
#include "lang/parse/parse.h"
#include "lang/source/load.h"

namespace muster::compiler {

using namespace lang;

namespace {

// FNV-1a, 64 bits (Fowler, Noll, Vo): names a text in a summary. It is no signature.
class TextHash {
 public:
  void add(std::string_view text) {
    for (const char byte : text) {
      value_ ^= static_cast<unsigned char>(byte);
      value_ *= 0x100000001b3ULL;
    }
  }
  [[nodiscard]] std::string hex() const { return fmt::format("{:016x}", value_); }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

// What a rate is changes amounts as much as the policy's text does.
void add_rates(const Program& program, TextHash& hash) {
  for (const RateTable& table : program.rates) {
    hash.add(fmt::format("{} {}\n", table.from, table.to));
    for (const RateTable::Rate& rate : table.rates) hash.add(fmt::format("{} {}\n", rate.day, rate.mantissa));
  }
}

// So does a calendar's file of holidays.
void add_calendars(const Program& program, TextHash& hash) {
  for (const CalendarOutput& calendar : program.calendars) {
    hash.add(calendar.name + "\n");
    for (const auto& [day, hours] : calendar.hours.special) hash.add(fmt::format("{} {}\n", day, hours.size()));
  }
}

Result<Compiled> compile_loaded(Compiled compiled, FileId main, const Limits& limits, const CompileOptions& options) {
  parse(compiled.sources, main, limits, compiled.tree, compiled.diagnostics);
  const auto imported =
      read_imports(main, options.folder, limits, compiled.sources, compiled.tree, compiled.diagnostics);
  if (!imported) return imported.error();
  if (!*imported) {
    compiled.diagnostics.sort();
    return compiled;
  }
  const std::size_t policy_files = compiled.sources.size();
  auto overridden = override_settings(options.settings, options.settings_name, limits, compiled.sources, compiled.tree,
                                      compiled.diagnostics);
  if (!overridden) return overridden.error();
  merge_extensions(compiled.tree, compiled.diagnostics);
  const Symbols symbols(compiled.tree, compiled.diagnostics);
  const DefinitionOrder order = order_definitions(compiled.tree, symbols, compiled.diagnostics);
  TypedPolicy typed = check(compiled.tree, symbols, order, compiled.sources, limits, options, compiled.diagnostics);
  if (!compiled.diagnostics.has_errors()) {
    analyze(compiled.tree, symbols, compiled.sources, typed, compiled.diagnostics);
    if (options.as_of_day) warn_of_day(compiled.tree, typed, *options.as_of_day, compiled.diagnostics);
    Program program = lower(compiled.tree, symbols, compiled.sources, std::move(typed), limits, compiled.diagnostics);
    if (!compiled.diagnostics.has_errors()) {
      auto broken = verify(program);
      if (options.log_passes) compiled.passes.emplace();
      if (broken.empty()) {
        broken = optimise(program, options.passes, compiled.passes ? &*compiled.passes : nullptr);
      }
      if (!broken.empty()) {
        return Error{ErrorKind::internal, compiled.sources[main].name(), 0,
                     "the compiled policy is not sound: " + broken.front(), "please report this"};
      }
      TextHash hash;
      for (std::uint32_t file = 0; file < policy_files; ++file) hash.add(compiled.sources[FileId{file}].text());
      add_rates(program, hash);
      add_calendars(program, hash);
      program.source_hash = hash.hex();
      compiled.program = std::move(program);
    }
  }
  compiled.diagnostics.sort();
  compiled.has_wrong_settings = std::ranges::any_of(compiled.diagnostics.all(), [&](const Diagnostic& each) {
    return each.severity() == Severity::error && each.span.file.index >= policy_files;
  });
  return compiled;
}

}  // namespace

Result<Compiled> compile_file(const std::string& path, const Limits& limits, const CompileOptions& options) {
  Compiled compiled;
  auto file = load_source(path, limits, compiled.sources);
  if (!file) return file.error();
  CompileOptions there = options;
  if (there.folder.empty()) {
    const std::size_t end = path.find_last_of('/');
    there.folder = end == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(end, 1));
  }
  return compile_loaded(std::move(compiled), *file, limits, there);
}

Result<Compiled> compile_text(std::string name, std::string text, const Limits& limits, const CompileOptions& options) {
  Compiled compiled;
  auto file = add_source(std::move(name), std::move(text), false, limits, compiled.sources);
  if (!file) return file.error();
  return compile_loaded(std::move(compiled), *file, limits, options);
}

}  // namespace muster::compiler
