#include "runtime/ingest/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace muster::runtime {

using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(std::string path, int descriptor, const struct stat& status)
      : path_(std::move(path)), descriptor_(descriptor), opened_(status) {}
  ~FileSource() override { ::close(descriptor_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(char* to, std::size_t most) override {
    for (;;) {
      const ssize_t got = ::read(descriptor_, to, most);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      return Error{ErrorKind::file, path_, 0, std::string("the file cannot be read: ") + std::strerror(errno), ""};
    }
  }

  Result<> rewind() override {
    if (::lseek(descriptor_, 0, SEEK_SET) == 0) return lang::Done{};
    return Error{ErrorKind::file, path_, 0, std::string("the file cannot be read again: ") + std::strerror(errno), ""};
  }

  [[nodiscard]] std::uint64_t size_bytes() const override { return static_cast<std::uint64_t>(opened_.st_size); }

  [[nodiscard]] bool is_unchanged() const override {
    struct stat now = {};
    return ::fstat(descriptor_, &now) == 0 && now.st_size == opened_.st_size &&
           now.st_mtim.tv_sec == opened_.st_mtim.tv_sec && now.st_mtim.tv_nsec == opened_.st_mtim.tv_nsec;
  }

 private:
  std::string path_;
  int descriptor_;
  struct stat opened_;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string_view bytes, std::size_t most_per_read) : bytes_(bytes), left_(bytes), most_(most_per_read) {}

  Result<std::size_t> read(char* to, std::size_t most) override {
    std::size_t count = std::min(most, left_.size());
    if (most_ != 0) count = std::min(count, most_);
    if (count != 0) std::memcpy(to, left_.data(), count);
    left_.remove_prefix(count);
    return count;
  }
  Result<> rewind() override {
    left_ = bytes_;
    return lang::Done{};
  }
  [[nodiscard]] std::uint64_t size_bytes() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
  std::string_view left_;
  std::size_t most_;
};

// Takes the descriptor, which is closed if this fails.
Result<std::unique_ptr<ByteSource>> from_descriptor(int descriptor, const std::string& path) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) {
    const int code = errno;
    ::close(descriptor);
    return Error{ErrorKind::file, path, 0, std::string("the file cannot be read: ") + std::strerror(code), ""};
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(descriptor);
    if (S_ISDIR(status.st_mode))
      return Error{ErrorKind::file, path, 0, "this is a folder, not a file", "name the export itself"};
    return Error{ErrorKind::file, path, 0, "this is not an ordinary file, and an export is read twice",
                 "save it to a file first"};
  }
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(path, descriptor, status));
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(const std::string& path) {
  // O_NONBLOCK so that a named pipe is refused below instead of waiting for a writer; it means nothing for files.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (descriptor < 0) {
    const int code = errno;
    if (code == ENOENT)
      return Error{ErrorKind::file, path, 0, "there is no such file", "check the name and the folder"};
    if (code == EACCES) return Error{ErrorKind::file, path, 0, "you may not read this file", ""};
    return Error{ErrorKind::file, path, 0, std::string("the file cannot be opened: ") + std::strerror(code), ""};
  }
  return from_descriptor(descriptor, path);
}

Result<std::unique_ptr<ByteSource>> open_file(lang::FileBeneath file, const std::string& path) {
  return from_descriptor(file.release(), path);
}

std::unique_ptr<ByteSource> open_memory(std::string_view bytes, std::size_t most_per_read) {
  return std::make_unique<MemorySource>(bytes, most_per_read);
}

}  // namespace muster::runtime
