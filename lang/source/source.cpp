#include "lang/source/source.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "lang/source/unicode.h"

namespace muster::lang {

SourceFile::SourceFile(std::string name, std::string text, bool is_library, std::string folder)
    : name_(std::move(name)),
      text_(std::move(text)),
      folder_(std::move(folder)),
      is_library_(is_library),
      line_starts_{0} {
  assert(text_.size() < 0xffff'ffffU);  // load_source holds the limit
  for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) {
    line_starts_.push_back(static_cast<std::uint32_t>(at + 1));
  }
}

std::string SourceFile::beside(const std::string& file) const {
  // What begins at the root of the machine stays what it is, and is refused where files are opened.
  const bool is_absolute = file.empty() || file.front() == '/';
  return folder_.empty() || is_absolute ? file : folder_ + "/" + file;
}

Position SourceFile::position(std::uint32_t offset) const {
  const auto begin = std::min<std::size_t>(offset, text_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), static_cast<std::uint32_t>(begin));
  const auto line = static_cast<std::uint32_t>(next - line_starts_.begin());
  const std::uint32_t start = line_start(line);
  const std::size_t before = count_code_points(text().substr(start, begin - start));
  return {line, static_cast<std::uint32_t>(before + 1)};
}

std::string_view SourceFile::line_text(std::uint32_t line) const {
  const std::size_t begin = line_start(line);
  const std::size_t end = line < line_count() ? line_start(line + 1) : text_.size();
  std::string_view result = text().substr(begin, end - begin);
  if (result.ends_with('\n')) result.remove_suffix(1);
  if (result.ends_with('\r')) result.remove_suffix(1);
  return result;
}

}  // namespace muster::lang
