// A file that exists under its name only when it is complete: it is written aside in the same folder, and commit()
// flushes it to the disk and renames it. What is not a regular file (/dev/stdout, a pipe, /dev/full) is written
// directly. Every write is checked. May include: lang/support. Called by: the writers of reports.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "lang/support/result.h"

namespace muster::runtime {

// Stands for ::write, so that tests can make it fail.
using WriteFunction = std::function<ssize_t(int descriptor, const void* bytes, std::size_t count)>;

// Whether a file of this name would be written as it comes: it is no regular file (/dev/null, a pipe), or its name
// stands for an open one (/dev/fd/3).
[[nodiscard]] bool is_written_directly(const std::string& path);

class OutputFile {
 public:
  // `path` may be "-" for the standard output. A link under the file's name is followed, one under the name of the file
  // aside never. Errors (ErrorKind::file): no such folder, no permission, or a folder of that name.
  static lang::Result<OutputFile> create(const std::string& path, WriteFunction write = {});
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();  // without commit() nothing is left behind

  // Appends to the buffer, which is written when it is full. After an error everything else is ignored.
  // Errors (ErrorKind::file): the disk is full or fails. is_broken_pipe() tells that the reader has gone away.
  lang::Result<> write(std::string_view bytes);
  // Writes what is still buffered, to the disk. A program with several files calls it before the first commit(), so
  // that a full disk leaves none of them behind. Errors: as of write().
  lang::Result<> sync();
  // Makes the file appear under its name, on the disk. Must be the last call.
  lang::Result<> commit();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_broken_pipe() const { return broken_pipe_; }
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }  // without what is still buffered

 private:
  OutputFile() = default;
  lang::Result<> flush();
  lang::Result<> write_out(std::string_view bytes);
  lang::Error fail(int code);  // remembers the first
  void discard();

  std::string path_;
  std::string target_;  // path_, or what it links to
  std::string aside_;   // empty where the file is written directly
  std::string buffer_;
  WriteFunction write_;
  int descriptor_ = -1;
  bool owns_descriptor_ = false;
  int failed_code_ = 0;  // errno of the first failure
  bool broken_pipe_ = false;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace muster::runtime
