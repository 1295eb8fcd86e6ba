// Policy text and places in it. A Span is a half-open range of bytes of one file; columns are counted in
// code points and only when somebody prints them.
// May include: lang/support, lang/spec. Called by: parser, diagnostics, tools.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lang/support/id.h"

namespace muster::lang {

using FileId = Id<struct FileTag>;

struct Span {
  FileId file;
  std::uint32_t begin = 0;  // first byte
  std::uint32_t end = 0;    // one past the last byte

  auto operator<=>(const Span&) const = default;
};

// The smallest span that holds both, which lie in one file.
[[nodiscard]] constexpr Span join(Span a, Span b) {
  return {a.file, a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

struct Position {
  std::uint32_t line = 1;    // from 1
  std::uint32_t column = 1;  // from 1, in code points
};

class SourceFile {
 public:
  // `folder`: where the file lies below the policy's folder, as imports have named it; empty: in the folder itself.
  SourceFile(std::string name, std::string text, bool is_library, std::string folder = {});

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool is_library() const { return is_library_; }  // part of `std`, not the author's
  // The path below the policy's folder of a file that this one names: it is looked for beside this one.
  [[nodiscard]] std::string beside(const std::string& file) const;
  [[nodiscard]] Position position(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_starts_.size()); }
  // The text of a line (from 1) without its line end.
  [[nodiscard]] std::string_view line_text(std::uint32_t line) const;
  [[nodiscard]] std::uint32_t line_start(std::uint32_t line) const { return line_starts_[line - 1]; }

 private:
  std::string name_;
  std::string text_;
  std::string folder_;
  bool is_library_;
  std::vector<std::uint32_t> line_starts_;
};

class SourceMap {
 public:
  FileId add(SourceFile file) { return files_.add(std::move(file)); }
  [[nodiscard]] const SourceFile& operator[](FileId id) const { return files_[id]; }
  [[nodiscard]] std::string_view text(Span span) const {
    return files_[span.file].text().substr(span.begin, span.end - span.begin);
  }
  [[nodiscard]] Position position(Span span) const { return files_[span.file].position(span.begin); }
  [[nodiscard]] std::size_t size() const { return files_.size(); }

 private:
  Table<FileId, SourceFile> files_;
};

}  // namespace muster::lang
