#include "runtime/run/object_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/beneath.h"

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

// The file of an object that the policy names itself.
Result<std::unique_ptr<ByteSource>> open_named(const std::string& policy_folder, const std::string& file,
                                               const std::string& shown) {
  auto opened = lang::open_beneath(policy_folder.empty() ? "." : policy_folder, file);
  if (opened) return open_file(std::move(*opened), shown);
  return Error{opened.error().kind, shown, 0, "the policy names this file: " + opened.error().message,
               "put it beside the policy, or name another one when you run the policy"};
}

}  // namespace

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
    bool is_of_policy = false;
    const auto named =
        std::find_if(given.begin(), given.end(), [&](const ObjectFile& file) { return file.object == schema.name; });
    if (object == program.schema.subject) {
      path = leads;
    } else if (named != given.end()) {
      path = named->path;
    } else if (!schema.file.empty()) {
      const bool is_here = policy_folder.empty() || policy_folder == "." || schema.file.starts_with('/');
      path = is_here ? schema.file : policy_folder + (policy_folder.ends_with('/') ? "" : "/") + schema.file;
      is_of_policy = true;
    } else {
      continue;
    }
    Result<std::unique_ptr<ByteSource>> source =
        is_of_policy ? open_named(policy_folder, schema.file, path) : open_file(path);
    if (!source) return source.error();
    sources.push_back({object, std::move(path), std::move(*source)});
  }
  return sources;
}

}  // namespace muster::runtime
