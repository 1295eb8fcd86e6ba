// Result<T>: a value, or why there is none. The shape of C++23's std::expected, which GCC 12 lacks in C++20.
// An Error is about the world outside the policy (files, exports, the disk); a mistake in a policy is a
// Diagnostic instead. May include: the standard library. Called by: everything that opens or writes a file.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace muster::lang {

// What the process's exit code will say. The numbers are documented in `muster --help`.
enum class ErrorKind : std::uint8_t {
  usage = 2,     // the command line asks for something that cannot be
  data = 3,      // an export, a row or a cell cannot be used
  file = 4,      // a file cannot be read or written
  internal = 5,  // our mistake
};

// `file` as the user named it, `line` from 1 (0: the file as a whole), `message` one lower-case sentence
// without a full stop, `fix` what to do about it (may be empty).
struct Error {
  ErrorKind kind = ErrorKind::file;
  std::string file;
  std::uint64_t line = 0;
  std::string message;
  std::string fix;
};

struct Done {};

template <class T = Done>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& value() { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const { return std::get<0>(state_); }
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }
  [[nodiscard]] T& operator*() { return value(); }
  [[nodiscard]] const T& operator*() const { return value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace muster::lang
