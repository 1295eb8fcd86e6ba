// The one way in which a policy reads a file: an ordinary file in the policy's own folder or below it. A policy comes
// from somebody who may not read every file of the machine that it runs on, so nothing that it writes leads elsewhere:
// no absolute path, no `..` and no link that leaves the folder, no pipe and no device (decision 15).
// May include: lang/support. Called by: imports, sets from files, rates, files of objects.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "lang/support/result.h"

namespace muster::lang {

// Which file it is, whatever it is called.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t number = 0;

  auto operator<=>(const FileIdentity&) const = default;
};

// An open ordinary file, closed with this value.
class FileBeneath {
 public:
  FileBeneath(int descriptor, FileIdentity identity) : descriptor_(descriptor), identity_(identity) {}
  ~FileBeneath();
  FileBeneath(FileBeneath&& other) noexcept : descriptor_(other.release()), identity_(other.identity_) {}
  FileBeneath& operator=(FileBeneath&& other) noexcept;
  FileBeneath(const FileBeneath&) = delete;
  FileBeneath& operator=(const FileBeneath&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] FileIdentity identity() const { return identity_; }
  [[nodiscard]] int release();  // the caller closes it from now on

 private:
  int descriptor_;
  FileIdentity identity_;
};

// Who follows the parts of a path: the kernel in one step (openat2), or we, part by part and past no link at all, where
// the kernel is too old or forbids it. Tests ask for either.
enum class Follow : std::uint8_t { kernel, parts };

// Opens the file `name` beneath `folder`, which is the policy's and not empty. Errors (ErrorKind::file, `file` is
// `name`): one sentence, and what to do; they never say what lies outside.
Result<FileBeneath> open_beneath(const std::string& folder, const std::string& name, Follow follow = Follow::kernel);

// The same error where the path leads out of the folder, or to the network; nothing where it leads to a file of the
// folder, or to none. For who does not read the file yet.
std::optional<Error> leads_out(const std::string& folder, const std::string& name);

// The bytes of the file, at most `most_bytes`; it may grow while it is read. Errors as above, and a larger file.
Result<std::string> read_to_end(const FileBeneath& file, const std::string& name, std::uint64_t most_bytes);

// Both in one.
Result<std::string> read_beneath(const std::string& folder, const std::string& name, std::uint64_t most_bytes);

// Which file a path leads to that the user has named; nothing if there is none.
std::optional<FileIdentity> identity_of(const std::string& path);

}  // namespace muster::lang
