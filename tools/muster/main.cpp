#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <new>
#include <variant>

#include "lang/syntax/expression.h"
#include "tools/muster/command_line.h"
#include "tools/muster/commands.h"
#include "tools/muster/interrupt.h"
#include "tools/muster/terminal.h"

namespace {

using namespace muster::tools;

// A stream that the parent has closed must not become the number of a file of ours. What takes its place refuses to be
// written to (or read from), so that a write is still noticed.
void keep_stream_numbers() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

ExitCode run_command(int argc, char** argv) {
  const Command command = read_command_line(argc, argv);
  return std::visit(muster::lang::Overloaded{
                        [](const CheckCommand& c) { return check(c); },
                        [](const FmtCommand& c) { return format(c); },
                        [](const RunCommand& c) { return run(c); },
                        [](const SlaCommand& c) { return sla(c); },
                        [](const TestCommand& c) { return test(c); },
                        [](const InitCommand& c) { return init(c); },
                        [](const ExplainCodeCommand& c) { return explain_code(c); },
                        [](const Finished& finished) { return finished.code; },
                    },
                    command);
}

}  // namespace

int main(int argc, char** argv) {
  keep_stream_numbers();
  catch_interrupts();
  // Nothing of ours throws; what arrives here is a library's, or the machine is out of memory.
  ExitCode code = ExitCode::internal;
  try {
    code = run_command(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("muster: there is not enough memory\n", stderr);
  } catch (...) {
    std::fputs("muster: stopped by a mistake of ours; please report it\n", stderr);
  }
  end_by_signal();
  return static_cast<int>(after_output(code));
}
