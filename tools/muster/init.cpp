// muster init: a first policy from an export.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "compiler/compile.h"
#include "lang/source/unicode.h"
#include "lang/support/count.h"
#include "runtime/emit/output_file.h"
#include "runtime/init/profile.h"
#include "runtime/init/starter.h"
#include "tools/muster/commands.h"
#include "tools/muster/paths.h"
#include "tools/muster/progress.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

// Creates the file, refusing one that is there. What is half-written is removed.
lang::Result<> write_new_file(const std::string& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    if (errno == EEXIST) {
      return lang::Error{lang::ErrorKind::file, path, 0,
                         "the file exists already, and `muster init` overwrites nothing",
                         "name another file with -o, or print with --stdout"};
    }
    return lang::Error{lang::ErrorKind::file, path, 0,
                       fmt::format("the file cannot be created: {}", std::strerror(errno)), ""};
  }
  int failure = 0;
  while (!text.empty() && failure == 0) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failure = errno;
    }
  }
  if (failure == 0 && ::fsync(descriptor) != 0 && errno != EINVAL) failure = errno;
  if (::close(descriptor) != 0 && failure == 0) failure = errno;
  if (failure != 0) {
    ::unlink(path.c_str());
    return lang::Error{lang::ErrorKind::file, path, 0,
                       fmt::format("the file cannot be written: {}", std::strerror(failure)), ""};
  }
  return lang::Done{};
}

}  // namespace

ExitCode init(const InitCommand& command) {
  const std::string path = command.output.empty() ? base_name(command.leads) + ".muster" : command.output;
  if (!command.to_standard_output && ::access(path.c_str(), F_OK) == 0) {  // said before the long work
    print_error({lang::ErrorKind::file, path, 0, "the file exists already, and `muster init` overwrites nothing",
                 "name another file with -o, or print with --stdout"});
    return ExitCode::file;
  }

  Progress progress("reading " + lang::escape_for_terminal(command.leads), true);
  runtime::ProfileOptions options;
  options.csv = command.csv;
  options.temporary_folder = command.to_standard_output ? "." : folder_of(path);
  options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  const auto profile = runtime::profile_export(command.leads, options, command.limits);
  progress.clear();
  if (!profile) return fail(profile.error());
  const runtime::Starter starter = runtime::write_starter(*profile, command.limits.source_bytes);

  // What is written must be a policy without errors; whatever the export holds, anything else is our mistake.
  const auto compiled = compiler::compile_text(path, starter.text, command.limits);
  if (!compiled || compiled->diagnostics.has_errors()) {
    const std::string detail = compiled ? compiled->diagnostics.all().front().message : compiled.error().message;
    if (compiled)
      write(Stream::error, lang::render(compiled->diagnostics, compiled->sources, {wants_color(Stream::error), 5}));
    print_error({lang::ErrorKind::internal, command.leads, 0,
                 fmt::format("the policy for this export would have errors: {}", detail), ""});
    return ExitCode::internal;
  }

  if (command.to_standard_output) {
    write(Stream::output, starter.text);
    return ExitCode::ok;
  }
  if (const auto written = write_new_file(path, starter.text); !written) return fail(written.error());
  const std::string shown = lang::escape_for_terminal(path);
  write(Stream::output, fmt::format("{}: {} from {}", shown, lang::count_of(starter.fields, "field"),
                                    lang::count_of(profile->rows, "lead")));
  if (starter.left_out > 0)
    write(Stream::output, "; " + lang::count_of(starter.left_out, "column") + " left out, see the file");
  write(Stream::output, fmt::format("\nNext: read it, change it, then\n  muster check {0}\n  muster run {0} {1}\n",
                                    shown, lang::escape_for_terminal(command.leads)));
  return ExitCode::ok;
}

}  // namespace muster::tools
