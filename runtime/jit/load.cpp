#include "runtime/jit/load.h"

#include <dlfcn.h>

#include <filesystem>
#include <system_error>

namespace muster::runtime::jit {
namespace {

Plugin open_plugin() {
  // Beside the program, where it is installed, and where it is built; never anywhere that the working folder decides.
  constexpr const char* folders[] = {"", "../lib/muster", "../runtime", "../../runtime", "../../../runtime"};
  constexpr const char* name = "libmuster_jit.so";
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return {nullptr, "the folder of this program cannot be found"};
  for (const char* const folder : folders) {
    const std::filesystem::path path = program.parent_path() / folder / name;
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
