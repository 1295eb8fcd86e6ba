#include "runtime/jit/load.h"

#include <dlfcn.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

namespace muster::runtime::jit {
namespace {

// The file that this code was loaded from, a program or a shared library, as the kernel knows it: the dynamic linker's
// own answer may be relative to a working folder that has changed since.
std::optional<std::filesystem::path> own_file() {
  const auto here = reinterpret_cast<std::uintptr_t>(&own_file);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR, &begin, &end) != 2) continue;
    if (here < begin || here >= end) continue;
    const std::size_t path = line.find('/');
    if (path == std::string::npos) return std::nullopt;
    return line.substr(path);
  }
  return std::nullopt;
}

Plugin open_plugin() {
  // Beside the program or the library, where a build tree has a link to it, and where it is installed; never anywhere
  // that the working folder decides. MUSTER_JIT_FOLDER leads from the installed programs to it.
  constexpr const char* folders[] = {"", "muster", MUSTER_JIT_FOLDER};
  constexpr const char* name = "libmuster_jit.so";
  const std::optional<std::filesystem::path> own = own_file();
  if (!own) return {nullptr, "the folder of this program cannot be found"};
  for (const char* const folder : folders) {
    std::error_code failed;
    const std::filesystem::path path = own->parent_path() / folder / name;
    if (!std::filesystem::exists(path, failed)) continue;
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return {nullptr, std::string("the compiler of kernels cannot be loaded: ") + dlerror()};
    const auto version = reinterpret_cast<DoorVersion>(dlsym(library, door_version_name));
    const auto make_code = reinterpret_cast<MakeCode>(dlsym(library, make_code_name));
    if (version == nullptr || make_code == nullptr || version() != door_version) {
      return {nullptr, path.string() + " belongs to another version of Muster"};
    }
    return {make_code, {}};
  }
  return {nullptr, "this installation has no compiler of kernels (libmuster_jit.so)"};
}

}  // namespace

const Plugin& plugin() {
  static const Plugin found = open_plugin();
  return found;
}

}  // namespace muster::runtime::jit
