#include "compiler/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lang/parse/parse.h"
#include "lang/source/beneath.h"
#include "lang/source/load.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/text.h"
#include "stdlib/std/library.h"

namespace muster::compiler {

using namespace lang;

namespace {

const Error no_folder{ErrorKind::file, "", 0, "this policy lies in no folder", "save it to a file, and check that"};

class Importer {
 public:
  Importer(FileId policy, const std::string& folder, const Limits& limits, SourceMap& sources, Tree& tree,
           Diagnostics& diagnostics)
      : folder_(folder), limits_(limits), sources_(sources), tree_(tree), diagnostics_(diagnostics) {
    std::optional<FileIdentity> identity;
    if (!folder.empty()) identity = identity_of(sources[policy].name());
    add_file(policy, 0);
    if (identity) numbers_.emplace(*identity, 0);
  }

  // Whatever is imported comes first by the shortest way, so that levels are counted along that.
  Result<bool> read_all() {
    for (std::size_t index = 0; index < tree_.declarations.size(); ++index) {
      const auto* found = std::get_if<Import>(&tree_.declarations[index].node);
      if (found == nullptr) continue;
      const Import import = *found;  // parsing moves the declarations
      const Span place = tree_.declarations[index].span;
      const std::uint32_t importer = by_source_.at(place.file);
      const std::optional<std::uint32_t> file =
          import.file ? read_file(*import.file, importer) : read_module(import, place, importer);
      if (failed_) return std::move(*failed_);
      if (file) files_[importer].imports.push_back({*file, place});
      if (is_over_) return false;
    }
    report_circles();
    read_sets();
    return is_complete_;
  }

 private:
  struct Edge {
    std::uint32_t to;
    Span place;
  };
  struct File {
    FileId source;
    std::uint32_t level;
    std::vector<Edge> imports;
  };

  std::uint32_t add_file(FileId source, std::uint32_t level) {
    const auto number = static_cast<std::uint32_t>(files_.size());
    files_.push_back({source, level, {}});
    by_source_.emplace(source, number);
    return number;
  }

  // One more file is read. Beyond a limit nothing else is looked at: each message would be like the first.
  bool may_read(Span place) {
    if (++read_ <= limits_.import_files) return true;
    diagnostics_.emit<DiagnosticId::too_many_imports>(place, limits_.import_files);
    is_over_ = true;
    return false;
  }

  void report(const Quoted& file, const Error& error) {
    const std::string where = error.line == 0 ? "" : fmt::format("line {}: ", error.line);
    diagnostics_.emit<DiagnosticId::file_unusable>(file.span, file.text, where + error.message).fix = error.fix;
    is_complete_ = false;
  }

  // The path below the policy's folder of a file that the policy or an import names.
  [[nodiscard]] std::string path_of(const Quoted& file) const { return sources_[file.span.file].beside(file.text); }
  // As it stands in messages, the policy's own folder before it.
  [[nodiscard]] std::string shown(const std::string& path) const {
    if (folder_ == ".") return path;
    return folder_ + (folder_.ends_with('/') ? "" : "/") + path;
  }

  Result<FileBeneath> open(const std::string& path) const {
    if (folder_.empty()) return no_folder;
    return open_beneath(folder_, path);
  }

  std::optional<std::uint32_t> read_file(const Quoted& name, std::uint32_t importer) {
    const std::string path = path_of(name);
    auto file = open(path);
    if (!file) {
      report(name, file.error());
      return std::nullopt;
    }
    if (const auto known = numbers_.find(file->identity()); known != numbers_.end()) return known->second;
    if (!may_read(name.span)) return std::nullopt;
    const std::uint32_t level = files_[importer].level + 1;
    if (level > limits_.import_levels) {
      diagnostics_.emit<DiagnosticId::imports_too_deep>(name.span, limits_.import_levels);
      is_over_ = true;
      return std::nullopt;
    }
    auto text = read_to_end(*file, path, limits_.source_bytes);
    if (!text) {
      report(name, text.error());
      return std::nullopt;
    }
    const std::size_t end = path.find_last_of('/');
    const auto source = add_import(shown(path), end == std::string::npos ? "" : path.substr(0, end), std::move(*text),
                                   limits_, sources_);
    if (!source) {
      report(name, source.error());
      return std::nullopt;
    }
    const std::uint32_t number = add_file(*source, level);
    numbers_.emplace(file->identity(), number);
    parse(sources_, *source, limits_, tree_, diagnostics_);
    return number;
  }

  std::optional<std::uint32_t> read_module(const Import& import, Span place, std::uint32_t importer) {
    std::string name;
    for (const Name& part : import.path) name += (name.empty() ? "" : ".") + part.text;
    if (const auto known = modules_.find(name); known != modules_.end()) return known->second;
    if (!may_read(place)) return std::nullopt;
    const auto all = stdlib::modules();
    const auto module = std::find_if(all.begin(), all.end(), [&](const stdlib::Module& m) { return m.name == name; });
    if (module == all.end()) {
      report_no_module(place, name);
      modules_.emplace(name, std::nullopt);
      return std::nullopt;
    }
    const auto source = add_source(std::string(module->name), std::string(module->text), true, limits_, sources_);
    if (!source) {
      failed_ = source.error();
      return std::nullopt;
    }
    const std::uint32_t number = add_file(*source, files_[importer].level + 1);
    modules_.emplace(name, number);
    parse(sources_, *source, limits_, tree_, diagnostics_);
    return number;
  }

  void report_no_module(Span place, const std::string& name) {
    std::vector<std::string> names;
    for (const stdlib::Module& candidate : stdlib::modules()) names.emplace_back(candidate.name);
    Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_module>(place, name);
    std::string near = did_you_mean(name, names);
    if (std::find(names.begin(), names.end(), "std." + name) != names.end()) near = "std." + name;
    message.fix =
        near.empty() ? fmt::format("the modules are {}", fmt::join(names, ", ")) : "did you mean `" + near + "`?";
  }

  // Goes from the policy along its imports, without recursion; an import of a file that we came through closes a
  // circle.
  void report_circles() {
    enum class State : std::uint8_t { unseen, open, done };
    struct Step {
      std::uint32_t file;
      std::size_t next = 0;
    };
    std::vector<State> states(files_.size(), State::unseen);
    std::vector<Step> way{{0}};
    states[0] = State::open;
    while (!way.empty()) {
      Step& step = way.back();
      if (step.next == files_[step.file].imports.size()) {
        states[step.file] = State::done;
        way.pop_back();
        continue;
      }
      const Edge& edge = files_[step.file].imports[step.next++];
      if (states[edge.to] == State::unseen) {
        states[edge.to] = State::open;
        way.push_back({edge.to});
      } else if (states[edge.to] == State::open && diagnostics_.error_count() <= limits_.diagnostics) {
        const auto first = std::find_if(way.begin(), way.end(), [&](const Step& each) { return each.file == edge.to; });
        std::string circle;
        for (auto each = first; each != way.end(); ++each)
          circle += sources_[files_[each->file].source].name() + " -> ";
        circle += sources_[files_[edge.to].source].name();
        diagnostics_.emit<DiagnosticId::import_circle>(edge.place, circle);
      }
    }
  }

  // ---- values of sets

  struct Values {
    FileId source;
    std::vector<Span> lines;
  };

  void read_sets() {
    for (Declaration& declaration : tree_.declarations) {
      auto* set = std::get_if<SetDecl>(&declaration.node);
      if (set == nullptr || !set->file || is_over_) continue;
      const Values* values = read_values(*set->file);
      if (values == nullptr) continue;
      value_count_ += values->lines.size();
      if (value_count_ > limits_.set_values) {
        diagnostics_.emit<DiagnosticId::too_many_values>(set->file->span, set->name.text, limits_.set_values);
        is_over_ = true;
        is_complete_ = false;
        return;
      }
      for (const Span line : values->lines)
        set->items.push_back(tree_.expressions.add({line, TextLiteral{std::string(sources_.text(line))}}));
    }
    if (is_over_) is_complete_ = false;
  }

  const Values* read_values(const Quoted& name) {
    const std::string path = path_of(name);
    const auto file = open(path);
    if (!file) {
      report(name, file.error());
      return nullptr;
    }
    if (const auto known = values_.find(file->identity()); known != values_.end()) return &known->second;
    if (!may_read(name.span)) return nullptr;
    auto text = read_to_end(*file, path, limits_.set_file_bytes - value_bytes_);
    if (!text) {
      Error error = text.error();
      if (error.kind == ErrorKind::data) {
        error.message = fmt::format("the values of all sets together are larger than {} bytes", limits_.set_file_bytes);
        error.fix = "shorten the file, or raise --limit set_file_bytes";
      }
      report(name, error);
      return nullptr;
    }
    value_bytes_ += text->size();
    const auto source = add_values(shown(path), std::move(*text), sources_);
    if (!source) {
      report(name, source.error());
      return nullptr;
    }
    return &values_.emplace(file->identity(), Values{*source, lines_of(*source)}).first->second;
  }

  // The values in a file: its lines, trimmed, without blank ones and comments. One that stands there twice counts once.
  std::vector<Span> lines_of(FileId source) {
    const SourceFile& file = sources_[source];
    std::vector<Span> lines;
    std::unordered_map<std::string, Span> seen;
    for (std::uint32_t number = 1; number <= file.line_count(); ++number) {
      const std::string_view line = trim(file.line_text(number));
      if (line.empty() || line.front() == '#') continue;
      const auto begin = static_cast<std::uint32_t>(line.data() - file.text().data());
      const Span place{source, begin, begin + static_cast<std::uint32_t>(line.size())};
      const auto [first, is_new] = seen.emplace(kernels::fold_text(line), place);
      if (is_new) {
        lines.push_back(place);
      } else {
        diagnostics_.emit<DiagnosticId::repeated_value>(place, line).notes.push_back({first->second, "first here"});
      }
    }
    return lines;
  }

  const std::string& folder_;
  const Limits& limits_;
  SourceMap& sources_;
  Tree& tree_;
  Diagnostics& diagnostics_;
  std::vector<File> files_;  // the policy first
  std::unordered_map<FileId, std::uint32_t> by_source_;
  std::map<FileIdentity, std::uint32_t> numbers_;
  std::map<std::string, std::optional<std::uint32_t>> modules_;  // none: there is no such module
  std::map<FileIdentity, Values> values_;
  std::uint64_t read_ = 0;
  std::uint64_t value_count_ = 0;
  std::uint64_t value_bytes_ = 0;
  bool is_over_ = false;  // a limit has been reached
  bool is_complete_ = true;
  std::optional<Error> failed_;
};

}  // namespace

Result<bool> read_imports(FileId policy, const std::string& folder, const Limits& limits, SourceMap& sources,
                          Tree& tree, Diagnostics& diagnostics) {
  return Importer(policy, folder, limits, sources, tree, diagnostics).read_all();
}

}  // namespace muster::compiler
