#include <variant>

#include "lang/syntax/expression.h"
#include "tools/muster/command_line.h"
#include "tools/muster/commands.h"
#include "tools/muster/interrupt.h"
#include "tools/muster/terminal.h"

int main(int argc, char** argv) {
  using namespace muster::tools;
  catch_interrupts();
  const Command command = read_command_line(argc, argv);
  const ExitCode code = std::visit(muster::lang::Overloaded{
                                       [](const CheckCommand& c) { return check(c); },
                                       [](const RunCommand& c) { return run(c); },
                                       [](const InitCommand& c) { return init(c); },
                                       [](const Finished& finished) { return finished.code; },
                                   },
                                   command);
  end_by_signal();
  return static_cast<int>(after_output(code));
}
