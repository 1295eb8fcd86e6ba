#include "tools/muster/file_names.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "tools/muster/paths.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

bool find(const std::string& path, struct stat& found) {
  return (is_standard_output(path) ? ::fstat(STDOUT_FILENO, &found) : ::stat(path.c_str(), &found)) == 0;
}

// Whether both names stand for one file, which need not exist yet; the standard output may be one. A device such as
// /dev/null may be named twice.
bool is_same_file(const std::string& a, const std::string& b) {
  struct stat first{};
  struct stat second{};
  if (find(a, first) && find(b, second)) {
    return S_ISREG(first.st_mode) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
  }
  std::error_code failed;
  const auto place = std::filesystem::weakly_canonical(std::filesystem::absolute(a, failed), failed);
  const auto other = std::filesystem::weakly_canonical(std::filesystem::absolute(b, failed), failed);
  return a == b || (!failed && place == other);
}

}  // namespace

std::vector<NamedFile> policy_files(const std::string& policy, const compiler::Compiled& compiled) {
  std::vector<NamedFile> named{{policy, "the policy"}};
  const auto add = [&](std::string role, const std::optional<lang::Quoted>& file) {
    if (!file) return;
    const std::string name = compiled.sources[file->span.file].beside(file->text);
    named.push_back({(std::filesystem::path(folder_of(policy)) / name).string(), std::move(role)});
  };
  for (const lang::Declaration& declaration : compiled.tree.declarations) {
    if (const auto* object = std::get_if<lang::ObjectDecl>(&declaration.node))
      add("the file of " + object->name.text, object->file);
    if (const auto* rates = std::get_if<lang::RatesDecl>(&declaration.node)) add("the rates", rates->file);
    if (const auto* set = std::get_if<lang::SetDecl>(&declaration.node)) add("the set " + set->name.text, set->file);
    if (const auto* calendar = std::get_if<lang::CalendarDecl>(&declaration.node)) {
      for (const lang::ClosedDays& closed : calendar->closed) add("the days of " + calendar->name.text, closed.file);
    }
    if (const auto* lifecycle = std::get_if<lang::LifecycleDecl>(&declaration.node)) {
      for (const lang::LifecycleItem& item : lifecycle->items) {
        if (const auto* manual = std::get_if<lang::StageOverride>(&item.node)) add("the overrides", manual->file);
      }
    }
    if (const auto* test = std::get_if<lang::TestDecl>(&declaration.node)) {
      for (const lang::TestItem& item : test->items) {
        if (const auto* share = std::get_if<lang::ExpectShare>(&item.node)) add("the export of a test", share->file);
      }
    }
  }
  // Those of sets are among the sources as well, and have their name by now.
  for (std::uint32_t at = 1; at < compiled.sources.size(); ++at) {
    const lang::SourceFile& source = compiled.sources[lang::FileId{at}];
    if (!source.is_library()) named.push_back({source.name(), "an import"});
  }
  return named;
}

std::vector<NamedFile> input_files(const std::string& policy, const std::string& leads,
                                   const std::vector<runtime::ObjectFile>& files, const compiler::Compiled& compiled) {
  std::vector<NamedFile> named = policy_files(policy, compiled);
  named.push_back({leads, "the export"});
  for (const runtime::ObjectFile& file : files) named.push_back({file.path, "the file of " + file.object});
  return named;
}

lang::Result<> check_file_names(const std::vector<NamedFile>& files) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    // A lead's name may hold control sequences; a file keeps them as they are, a terminal would obey them.
    if (!files[i].is_input && is_standard_output(files[i].path) && ::isatty(STDOUT_FILENO) == 1) {
      return usage(fmt::format("{} would be written to this terminal", files[i].role),
                   "name a file, or send them on: `| less`");
    }
    for (std::size_t j = i + 1; j < files.size(); ++j) {
      if (files[j].path.empty() || (files[i].is_input && files[j].is_input)) continue;
      if (!files[i].is_input && is_standard_output(files[i].path) && is_standard_output(files[j].path)) {
        return usage(fmt::format("{} and {} cannot both go to the standard output", files[i].role, files[j].role),
                     "name a file for one of them");
      }
      if (is_same_file(files[i].path, files[j].path)) {
        return usage(fmt::format("{} and {} cannot be one file: {}", files[i].role, files[j].role, files[j].path),
                     "name another file");
      }
    }
  }
  return lang::Done{};
}

}  // namespace muster::tools
