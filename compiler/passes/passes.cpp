#include "compiler/passes/passes.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace muster::compiler {
namespace {

using Run = void (*)(Program&);
constexpr auto runs = std::to_array<Run>({fold, ranges, reduce, share, order, prune});
static_assert(runs.size() == pass_names.size());

// What one pass finds another one may make use of. Few programs gain anything from a third time.
constexpr std::size_t most_rounds = 3;

// The first round tells of every pass, a later one only of those that changed something.
void add_step(PassLog& log, bool is_first, std::string_view pass, const Program& program) {
  std::string printed = print(program);
  if (!is_first && printed == log.steps.back().printed) return;
  log.steps.push_back({pass, program.insts.size(), std::move(printed)});
}

// Whether the program is sound after `pass`; else why not.
bool check(const Program& program, std::string_view pass, std::vector<std::string>& problems) {
  for (const std::string& problem : verify(program)) problems.push_back(fmt::format("{}: {}", pass, problem));
  return problems.empty();
}

}  // namespace

std::vector<std::string> optimise(Program& program, const PassOptions& options, PassLog* log) {
  if (log != nullptr) *log = {program.insts.size(), print(program), {}};
  std::vector<std::string> problems;
  for (std::size_t round = 0; round < most_rounds; ++round) {
    const std::size_t before = program.insts.size();
    for (std::size_t at = 0; at < runs.size(); ++at) {
      const PassName& pass = pass_names[at];
      if (!(options.*pass.member)) continue;
      runs[at](program);
      if (log != nullptr) add_step(*log, round == 0, pass.name, program);
      if (!check(program, pass.name, problems)) return problems;
    }
    if (program.insts.size() >= before) break;
  }
  if (options.ranges) {
    note_ranges(program);
    check(program, "ranges", problems);
  }
  return problems;
}

}  // namespace muster::compiler
