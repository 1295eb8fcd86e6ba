#include "lang/source/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "lang/source/unicode.h"
#include "lang/source/workbook.h"

namespace muster::lang {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::uint64_t most_source_bytes = 0x7fff'ffffU;

std::uint64_t line_of(std::string_view text, std::size_t offset) {
  return 1 +
         static_cast<std::uint64_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

Error too_large(const std::string& name, const Limits& limits) {
  return {ErrorKind::data, name, 0, fmt::format("this file is larger than {} bytes", limits.source_bytes),
          "shorten it, or raise --limit source_bytes"};
}

enum class Holds : std::uint8_t { rules, values };

std::optional<Error> find_fault(const std::string& name, std::string_view text, Holds what) {
  if (is_workbook(text)) {
    return Error{
        ErrorKind::data, name, 0, "this is an Excel workbook or another packed file, not text",
        what == Holds::values
            ? "save it as \"CSV UTF-8\""
            : "a policy is a text file; save the workbook as \"CSV UTF-8\", and `muster init leads.csv` writes a "
              "first policy from it"};
  }
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    return Error{ErrorKind::data, name, line_of(text, zero), "this file holds a zero byte, so it is not a policy",
                 "save it as text in UTF-8"};
  }
  if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos) {
    return Error{ErrorKind::data, name, line_of(text, bad), "this line holds bytes that are not UTF-8",
                 "save the file in UTF-8"};
  }
  bool only_ascii = true;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    only_ascii = false;
    const CodePoint point = decode(text.substr(at));
    if (is_bidirectional_control(point.value)) {
      return Error{ErrorKind::data, name, line_of(text, at),
                   fmt::format("this line holds the invisible character U+{:04X}, which reorders text on screen",
                               static_cast<std::uint32_t>(point.value)),
                   "delete it; it can make a rule look like another one"};
    }
    at += point.bytes;
  }
  if (what == Holds::rules && !only_ascii && !is_nfc(text)) {
    std::uint64_t line = 1;
    for (std::size_t begin = 0; begin < text.size(); ++line) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      if (!is_nfc(text.substr(begin, end - begin))) break;
      begin = end + 1;
    }
    return Error{ErrorKind::data, name, line, "this line holds letters and accents that are written apart",
                 "save the file in Unicode's composed form (NFC)"};
  }
  return std::nullopt;
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<FileId> add(SourceFile file, SourceMap& sources, Holds what) {
  if (std::optional<Error> fault = find_fault(file.name(), file.text(), what)) return std::move(*fault);
  return sources.add(std::move(file));
}

std::string without_mark(std::string text) {
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  return text;
}

// Offsets are 32 bits wide whatever the limit says.
bool is_too_large(std::string_view text, const Limits& limits) {
  return text.size() > std::min<std::uint64_t>(limits.source_bytes, most_source_bytes);
}

}  // namespace

Result<FileId> add_source(std::string name, std::string text, bool is_library, const Limits& limits,
                          SourceMap& sources) {
  if (is_too_large(text, limits)) return too_large(name, limits);
  return add(SourceFile(std::move(name), without_mark(std::move(text)), is_library), sources, Holds::rules);
}

Result<FileId> add_import(std::string name, std::string folder, std::string text, const Limits& limits,
                          SourceMap& sources) {
  if (is_too_large(text, limits)) return too_large(name, limits);
  return add(SourceFile(std::move(name), without_mark(std::move(text)), false, std::move(folder)), sources,
             Holds::rules);
}

Result<FileId> add_values(std::string name, std::string text, SourceMap& sources) {
  if (text.size() > most_source_bytes)
    return Error{ErrorKind::data, name, 0, fmt::format("it is larger than {} bytes", most_source_bytes), "shorten it"};
  return add(SourceFile(std::move(name), without_mark(std::move(text)), false), sources, Holds::values);
}

namespace {

Result<FileId> read_all(const std::string& name, std::FILE* file, const Limits& limits, SourceMap& sources) {
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file)) {
    text.append(buffer, got);
    if (text.size() > limits.source_bytes) return too_large(name, limits);
  }
  if (std::ferror(file) != 0) {
    return Error{ErrorKind::file, name, 0, "this file cannot be read to its end", "check the disk"};
  }
  return add_source(name, std::move(text), false, limits, sources);
}

}  // namespace

Result<FileId> load_source(const std::string& path, const Limits& limits, SourceMap& sources) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return Error{ErrorKind::file, path, 0, "this is a folder, not a policy", "name the policy file in it"};
  }
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    return Error{ErrorKind::file, path, 0, fmt::format("this file cannot be read: {}", std::strerror(errno)),
                 "check the name and the permissions"};
  }
  return read_all(path, file.get(), limits, sources);
}

Result<FileId> load_standard_input(const Limits& limits, SourceMap& sources) {
  return read_all(standard_input_name, stdin, limits, sources);
}

}  // namespace muster::lang
