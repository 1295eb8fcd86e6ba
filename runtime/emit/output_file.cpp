#include "runtime/emit/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace muster::runtime {

using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr std::size_t direct_bytes = std::size_t{128} << 10;  // from here on copying is not worth it
constexpr std::size_t most_name_bytes = 100;                  // of the file's name in the name of the file aside
constexpr int most_aside_names = 100;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

Error cannot_create(const std::string& path, int code) {
  if (code == ENOENT) return {ErrorKind::file, path, 0, "there is no such folder", "make the folder first"};
  if (code == EACCES || code == EPERM) return {ErrorKind::file, path, 0, "you may not write here", ""};
  if (code == EISDIR) return {ErrorKind::file, path, 0, "this is a folder, not a file", "name a file in it"};
  return {ErrorKind::file, path, 0, std::string("the file cannot be made: ") + std::strerror(code), ""};
}

bool is_direct(const std::string& path, const struct stat& status) {
  return !S_ISREG(status.st_mode) || path.starts_with("/dev/fd/") || path.starts_with("/proc/");
}

// A symbolic link is followed, so that it stays a link; anything else is itself.
std::string follow(const std::string& path) {
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return path;
  char* const resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string target(resolved);
  std::free(resolved);
  return target;
}

}  // namespace

bool is_written_directly(const std::string& path) {
  if (path == "-" || path == "/dev/stdout" || path == "/dev/stderr") return true;
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && is_direct(path, status);
}

Result<OutputFile> OutputFile::create(const std::string& path, WriteFunction write) {
  OutputFile file;
  file.path_ = path;
  file.write_ = write ? std::move(write) : WriteFunction(::write);
  if (path == "-" || path == "/dev/stdout") {
    file.descriptor_ = STDOUT_FILENO;
    return file;
  }
  if (path == "/dev/stderr") {
    file.descriptor_ = STDERR_FILENO;
    return file;
  }
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0 && is_direct(path, status)) {
    if (S_ISDIR(status.st_mode)) return cannot_create(path, EISDIR);
    file.descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file.descriptor_ < 0) return cannot_create(path, errno);
    file.owns_descriptor_ = true;
    return file;
  }
  const std::string target = follow(path);
  if (name_of(target).empty()) return cannot_create(path, EISDIR);
  const std::string stem =
      fmt::format("{}/.{}.tmp-{}", folder_of(target), name_of(target).substr(0, most_name_bytes), ::getpid());
  // A name that is taken is left alone: it may be a link that somebody has put there, or another output of ours.
  for (int attempt = 0; attempt < most_aside_names; ++attempt) {
    std::string aside = attempt == 0 ? stem : fmt::format("{}-{}", stem, attempt);
    file.descriptor_ = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file.descriptor_ >= 0) {
      // Whoever has hidden the file from others keeps it hidden.
      if (::stat(target.c_str(), &status) == 0) static_cast<void>(::fchmod(file.descriptor_, status.st_mode & 0777U));
      file.owns_descriptor_ = true;
      file.aside_ = std::move(aside);
      file.target_ = target;
      return file;
    }
    if (errno != EEXIST) break;
  }
  return cannot_create(path, errno);
}

OutputFile::OutputFile(OutputFile&& other) noexcept { *this = std::move(other); }

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  path_ = std::move(other.path_);
  target_ = std::move(other.target_);
  aside_ = std::exchange(other.aside_, {});
  buffer_ = std::move(other.buffer_);
  write_ = std::move(other.write_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  owns_descriptor_ = std::exchange(other.owns_descriptor_, false);
  failed_code_ = other.failed_code_;
  broken_pipe_ = other.broken_pipe_;
  bytes_written_ = other.bytes_written_;
  return *this;
}

OutputFile::~OutputFile() { discard(); }

void OutputFile::discard() {
  if (owns_descriptor_) ::close(descriptor_);
  if (!aside_.empty()) ::unlink(aside_.c_str());
  owns_descriptor_ = false;
  descriptor_ = -1;
  aside_.clear();
}

Error OutputFile::fail(int code) {
  if (failed_code_ == 0) failed_code_ = code;
  if (failed_code_ == ENOSPC || failed_code_ == EDQUOT) {
    return {ErrorKind::file, path_, 0, "the disk is full, and the file is not complete",
            "free some space and run again"};
  }
  if (failed_code_ == EPIPE) {
    broken_pipe_ = true;
    return {ErrorKind::file, path_, 0, "whoever was reading the output has stopped", ""};
  }
  return {ErrorKind::file, path_, 0, std::string("the file cannot be written: ") + std::strerror(failed_code_), ""};
}

Result<> OutputFile::write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write_(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(written < 0 ? errno : EIO);
    bytes_written_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return lang::Done{};
}

Result<> OutputFile::flush() {
  if (failed_code_ != 0) return fail(failed_code_);
  Result<> written = write_out(buffer_);
  buffer_.clear();
  return written;
}

Result<> OutputFile::write(std::string_view bytes) {
  if (failed_code_ != 0) return fail(failed_code_);
  if (bytes.size() >= direct_bytes || buffer_.size() + bytes.size() > buffer_bytes) {
    if (Result<> flushed = flush(); !flushed) return flushed;
    if (bytes.size() >= direct_bytes) return write_out(bytes);
  }
  if (buffer_.capacity() == 0) buffer_.reserve(buffer_bytes);
  buffer_.append(bytes);
  return lang::Done{};
}

Result<> OutputFile::sync() {
  if (Result<> flushed = flush(); !flushed) return flushed;
  if (!aside_.empty() && ::fsync(descriptor_) != 0) return fail(errno);
  return lang::Done{};
}

Result<> OutputFile::commit() {
  if (Result<> synced = sync(); !synced) return synced;
  if (!owns_descriptor_) return lang::Done{};
  owns_descriptor_ = false;
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) return fail(errno);
  if (aside_.empty()) return lang::Done{};
  if (std::rename(aside_.c_str(), target_.c_str()) != 0) return fail(errno);
  aside_.clear();
  // The rename is on the disk only when the folder is. Some file systems cannot do that for folders.
  const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return lang::Done{};
  const int synced = ::fsync(folder) == 0 ? 0 : errno;
  ::close(folder);
  if (synced == EIO || synced == ENOSPC || synced == EDQUOT) return fail(synced);
  return lang::Done{};
}

}  // namespace muster::runtime
