#include "lang/source/beneath.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::lang {

namespace {

// O_NONBLOCK so that a pipe is refused below instead of waiting for a writer; it means nothing for ordinary files.
constexpr int reading = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
constexpr int walking = O_PATH | O_DIRECTORY | O_CLOEXEC;
constexpr unsigned most_tries = 8;  // where the kernel asks to try again, because a folder was renamed meanwhile

struct Descriptor {
  explicit Descriptor(int number_) : number(number_) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number;
};

// The descriptor, or -1 and errno. EXDEV: the path leaves the folder.
int open_by_kernel(int folder, const std::string& name) {
  struct open_how how = {};
  how.flags = static_cast<std::uint64_t>(reading);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (unsigned i = 0;; ++i) {
    const auto opened = static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how));
    if (opened >= 0 || (errno != EAGAIN && errno != EINTR) || i == most_tries) return opened;
  }
}

// The same without the kernel's help: no link is followed, so `..` takes back the part before it.
int open_by_parts(int folder, const std::string& name) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    std::string part = name.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(std::move(part));
    } else if (parts.empty()) {
      errno = EXDEV;
      return -1;
    } else {
      parts.pop_back();
    }
  }
  if (parts.empty() || name.ends_with('/')) parts.emplace_back(".");  // a folder is meant
  int here = ::fcntl(folder, F_DUPFD_CLOEXEC, 0);
  for (std::size_t i = 0; i < parts.size() && here >= 0; ++i) {
    const Descriptor from(here);
    const bool is_last = i + 1 == parts.size();
    here = ::openat(from.number, parts[i].c_str(), (is_last ? reading : walking) | O_NOFOLLOW);
    struct stat status = {};
    const bool is_link = here < 0 && ::fstatat(from.number, parts[i].c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                         S_ISLNK(status.st_mode);
    if (here < 0 && is_link) errno = EXDEV;
  }
  return here;
}

int open_in(int folder, const std::string& name, Follow follow) {
  if (follow == Follow::parts) return open_by_parts(folder, name);
  const int opened = open_by_kernel(folder, name);
  // ENOSYS: a kernel before 5.6. EPERM: a sandbox that does not know the call.
  return opened < 0 && (errno == ENOSYS || errno == EPERM) ? open_by_parts(folder, name) : opened;
}

// What the policy's author is told.
Error refusal(const std::string& name, int code) {
  const auto error = [&](std::string message, std::string fix) {
    return Error{ErrorKind::file, name, 0, std::move(message), std::move(fix)};
  };
  switch (code) {
    case EXDEV:
      return error("it leads out of the policy's folder", "put the file into the policy's folder, or below it");
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
      return error("there is no such file", "check the name; a file is looked for beside the file that names it");
    case ELOOP:
      return error("a link on the way to it leads in a circle", "put the file itself there instead of the link");
    case EACCES:
      return error("you may not read this file", "ask for permission to read it");
    default:
      return error(fmt::format("it cannot be opened: {}", std::strerror(code)), "");
  }
}

// Names that lead out whatever the folder holds.
std::optional<Error> refuse_as_written(const std::string& name) {
  if (name.find("://") != std::string::npos) {
    return Error{ErrorKind::file, name, 0, "this is an address, and a policy reads nothing from the network",
                 "save the file in the policy's folder, and name it there"};
  }
  if (name.starts_with('/') || name.find('\0') != std::string::npos) return refusal(name, EXDEV);
  return std::nullopt;
}

}  // namespace

FileBeneath::~FileBeneath() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileBeneath& FileBeneath::operator=(FileBeneath&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(identity_, other.identity_);
  return *this;
}

int FileBeneath::release() { return std::exchange(descriptor_, -1); }

Result<FileBeneath> open_beneath(const std::string& folder, const std::string& name, Follow follow) {
  if (name.empty()) return refusal(name, ENOENT);
  if (auto written = refuse_as_written(name)) return std::move(*written);
  const Descriptor root(::open(folder.c_str(), walking));
  if (root.number < 0) return Error{ErrorKind::file, folder, 0, "the policy's folder cannot be read", ""};
  const int opened = open_in(root.number, name, follow);
  if (opened < 0) return refusal(name, errno);
  struct stat status = {};
  FileBeneath file(opened, {});
  if (::fstat(opened, &status) != 0) return refusal(name, errno);
  if (S_ISDIR(status.st_mode))
    return Error{ErrorKind::file, name, 0, "this is a folder, not a file", "name a file in it"};
  if (!S_ISREG(status.st_mode))
    return Error{ErrorKind::file, name, 0, "this is not an ordinary file", "save what it holds to a file"};
  return FileBeneath(file.release(), {status.st_dev, status.st_ino});
}

std::optional<Error> leads_out(const std::string& folder, const std::string& name) {
  if (auto written = refuse_as_written(name)) return written;
  const Descriptor root(::open(folder.c_str(), walking));
  if (root.number < 0) return std::nullopt;
  const Descriptor opened(open_in(root.number, name, Follow::kernel));
  if (opened.number >= 0 || errno != EXDEV) return std::nullopt;
  return refusal(name, EXDEV);
}

Result<std::string> read_to_end(const FileBeneath& file, const std::string& name, std::uint64_t most_bytes) {
  std::string text;
  char buffer[1 << 14];
  for (;;) {
    const ssize_t got = ::read(file.descriptor(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorKind::file, name, 0, "it cannot be read to its end", "check the disk"};
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > most_bytes) {
      return Error{ErrorKind::data, name, 0, fmt::format("it is larger than {} bytes", most_bytes), "shorten it"};
    }
  }
}

Result<std::string> read_beneath(const std::string& folder, const std::string& name, std::uint64_t most_bytes) {
  const auto file = open_beneath(folder, name);
  if (!file) return file.error();
  return read_to_end(*file, name, most_bytes);
}

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

}  // namespace muster::lang
