// Where the bytes of an export come from: a file, or memory (tests, fuzzing). A file is opened once per pass and must
// be a regular one, because an export is read twice.
// May include: lang/support, lang/source. Called by: csv (reads), lead_reader (opens).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lang/source/beneath.h"
#include "lang/support/result.h"

namespace muster::runtime {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to `most` bytes (at least 1) into `to`; 0 at the end. Error (ErrorKind::file): the device fails.
  virtual lang::Result<std::size_t> read(char* to, std::size_t most) = 0;
  // The next read begins at the first byte again.
  virtual lang::Result<> rewind() = 0;
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
  // Whether the file still has the size and the time of change that it was opened with.
  [[nodiscard]] virtual bool is_unchanged() const { return true; }
};

// Errors (ErrorKind::file): no such file, no permission, a directory, or not a regular file.
lang::Result<std::unique_ptr<ByteSource>> open_file(const std::string& path);
// A file that is open already; `path` stands in messages.
lang::Result<std::unique_ptr<ByteSource>> open_file(lang::FileBeneath file, const std::string& path);

// Reads from `bytes`, which outlives the source, at most `most_per_read` at a time (0: no bound).
std::unique_ptr<ByteSource> open_memory(std::string_view bytes, std::size_t most_per_read = 0);

}  // namespace muster::runtime
