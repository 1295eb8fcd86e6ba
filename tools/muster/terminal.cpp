#include "tools/muster/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "lang/source/unicode.h"

namespace muster::tools {

namespace {

// errno of the first failed write to the standard output. The process has one standard output, hence one of these.
int& output_failure() {
  static int code = 0;
  return code;
}

}  // namespace

void write(Stream stream, std::string_view text) {
  const int descriptor = static_cast<int>(stream);
  if (stream == Stream::output && output_failure() != 0) return;
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      if (stream == Stream::output) output_failure() = errno;
      return;  // an error stream that fails has nobody to tell
    }
  }
}

bool is_terminal(Stream stream) { return isatty(static_cast<int>(stream)) == 1; }

bool wants_color(Stream stream) {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::strcmp(term, "dumb") == 0) return false;
  return is_terminal(stream);
}

unsigned terminal_width() {
  winsize size{};
  if (ioctl(static_cast<int>(Stream::error), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void print_error(const lang::Error& error) {
  std::string text = "muster: ";
  if (!error.file.empty()) {
    text += lang::escape_for_terminal(error.file);
    if (error.line > 0) text += fmt::format(":{}", error.line);
    text += ": ";
  }
  text += lang::escape_for_terminal(error.message);
  text += '\n';
  if (!error.fix.empty()) text += fmt::format("  {}\n", lang::escape_for_terminal(error.fix));
  if (error.kind == lang::ErrorKind::internal) {
    text += "  this is a mistake in Muster, not in your files; please report it with the policy that shows it\n";
  }
  write(Stream::error, text);
}

ExitCode fail(const lang::Error& error) {
  print_error(error);
  return exit_code_of(error.kind);
}

lang::Error usage(std::string message, std::string fix) {
  return {lang::ErrorKind::usage, "", 0, std::move(message), std::move(fix)};
}

ExitCode after_output(ExitCode code) {
  const int failure = output_failure();
  if (failure == 0) return code;
  if (failure == EPIPE) return ExitCode::broken_pipe;
  write(Stream::error, fmt::format("muster: the standard output cannot be written: {}\n", std::strerror(failure)));
  return ExitCode::file;
}

}  // namespace muster::tools
