#include "runtime/run/object_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "lang/diagnostics/diagnostics.h"

namespace muster::runtime {

using compiler::Program;
using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

std::string list_objects(const Program& program) {
  std::string list;
  for (std::uint32_t object = 0; object < program.schema.objects.size(); ++object) {
    if (object == program.schema.subject) continue;
    if (!list.empty()) list += ", ";
    list += program.schema.objects[object].name;
  }
  return list;
}

Result<> check_names(const Program& program, const std::vector<ObjectFile>& given) {
  std::vector<std::string> names;
  for (const compiler::ObjectSchema& object : program.schema.objects) names.push_back(object.name);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const ObjectFile& file = given[i];
    const auto found = std::find(names.begin(), names.end(), file.object);
    if (found == names.end()) {
      const std::string nearest = lang::did_you_mean(file.object, names);
      const std::string others = list_objects(program);
      std::string fix = nearest.empty() ? "" : fmt::format("did you mean {}? ", nearest);
      fix += others.empty() ? "the policy has leads only" : fmt::format("the policy has {}", others);
      return Error{ErrorKind::usage, file.path, 0, fmt::format("the policy has no object `{}`", file.object),
                   std::move(fix)};
    }
    if (static_cast<std::size_t>(found - names.begin()) == program.schema.subject) {
      return Error{ErrorKind::usage, file.path, 0,
                   fmt::format("the rows of {} are those of the run itself", file.object),
                   "name their file once, where the run names its leads"};
    }
    const auto same = [&](const ObjectFile& other) { return other.object == file.object; };
    if (std::find_if(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(i), same) !=
        given.begin() + static_cast<std::ptrdiff_t>(i)) {
      return Error{ErrorKind::usage, file.path, 0, fmt::format("there are two files for {}", file.object),
                   "put their rows into one file"};
    }
  }
  return lang::Done{};
}

}  // namespace

Result<std::string> path_in_folder(const std::string& policy_folder, const std::string& name) {
  namespace fs = std::filesystem;
  const Error leaves{ErrorKind::file, name, 0, "the policy names a file that does not lie in its own folder",
                     "put the file beside the policy, or name it when you run the policy"};
  const fs::path written(name);
  if (name.empty() || written.is_absolute() || written.has_root_path()) return leaves;
  if (std::any_of(written.begin(), written.end(), [](const fs::path& part) { return part == ".."; })) return leaves;
  const fs::path folder = policy_folder.empty() ? fs::path(".") : fs::path(policy_folder);
  const std::string shown = policy_folder.empty() || policy_folder == "." ? name : (folder / written).string();
  std::error_code failed;
  const fs::path real_folder = fs::canonical(folder, failed);
  if (failed) return Error{ErrorKind::file, folder.string(), 0, "the policy's folder cannot be read", ""};
  const fs::path real = fs::canonical(real_folder / written, failed);
  if (failed) {
    return Error{ErrorKind::file, shown, 0, "there is no such file, and the policy names it",
                 "put it beside the policy, or name another one when you run the policy"};
  }
  const auto [end, rest] = std::mismatch(real_folder.begin(), real_folder.end(), real.begin(), real.end());
  if (end != real_folder.end() || rest == real.end()) return leaves;
  return shown;
}

Result<std::vector<TableSource>> open_object_files(const Program& program, const std::vector<ObjectFile>& given,
                                                   const std::string& policy_folder, const std::string& leads) {
  if (Result<> named = check_names(program, given); !named) return named.error();
  std::vector<TableSource> sources;
  for (std::uint32_t i = 1; i < program.spaces.size(); ++i) {
    const std::uint32_t object = program.spaces[compiler::SpaceId{i}].object;
    const auto has_it = [&](const TableSource& source) { return source.object == object; };
    if (std::find_if(sources.begin(), sources.end(), has_it) != sources.end()) continue;
    const compiler::ObjectSchema& schema = program.schema.objects[object];
    std::string path;
    const auto named =
        std::find_if(given.begin(), given.end(), [&](const ObjectFile& file) { return file.object == schema.name; });
    if (object == program.schema.subject) {
      path = leads;
    } else if (named != given.end()) {
      path = named->path;
    } else if (!schema.file.empty()) {
      Result<std::string> found = path_in_folder(policy_folder, schema.file);
      if (!found) return found.error();
      path = std::move(*found);
    } else {
      continue;
    }
    Result<std::unique_ptr<ByteSource>> source = open_file(path);
    if (!source) return source.error();
    sources.push_back({object, std::move(path), std::move(*source)});
  }
  return sources;
}

}  // namespace muster::runtime
