// Names of files that commands make from the names of others. May include: the standard library. Called by: run, init.
#pragma once

#include <string>

namespace muster::tools {

// The folder that holds the file: "." where the path names none.
[[nodiscard]] inline std::string folder_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The file's name without folder and without .csv (or any other ending): exports/leads.csv -> leads.
[[nodiscard]] inline std::string base_name(const std::string& path) {
  std::string name = path.substr(path.find_last_of('/') + 1);
  const std::size_t dot = name.find_last_of('.');
  if (dot != std::string::npos && dot > 0) name.resize(dot);
  return name.empty() ? "leads" : name;
}

}  // namespace muster::tools
