// What makes a program smaller or quicker without changing what it says. Each pass takes a sound program and leaves a
// sound one with the same outputs: of every lead the same values, missing ones and faults (section 4, numbers 1, 2, 8).
// May include: compiler/ir, stdlib/kernels. Called by: compile.cpp, tests.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/passes/options.h"

namespace muster::compiler {

// What the passes did, for whoever works on them.
struct PassLog {
  struct Step {
    std::string_view pass;
    std::size_t instructions = 0;  // after it
    std::string printed;           // the program after it
  };
  std::size_t instructions = 0;  // before the first pass
  std::string printed;
  std::vector<Step> steps;
};

// Runs the passes that are wanted and verifies the program after each. Returns what was not sound, with the pass that
// did it; the program is then not to be used. Empty: sound. `log` may be null; printing costs more than optimising.
[[nodiscard]] std::vector<std::string> optimise(Program& program, const PassOptions& options, PassLog* log);

// The passes themselves, a file each.
void fold(Program& program);    // what is known without data becomes a constant
void ranges(Program& program);  // what is decided by what values lie between
void reduce(Program& program);  // several instructions that ask one question become one
void share(Program& program);   // what means the same is computed once
void order(Program& program);   // the cheapest condition first
void prune(Program& program);   // what no output needs is left out

// Writes down what values lie between (Program::ranges) and which of them cannot fault, for engines.
void note_ranges(Program& program);

}  // namespace muster::compiler
