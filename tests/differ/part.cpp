#include "tests/differ/part.h"

#include <random>

namespace muster::differ {

using compiler::ValueId;

std::vector<ValueId> part_of(const compiler::Program& program, const std::vector<ValueId>& roots, std::uint64_t seed,
                             std::size_t most) {
  std::vector<ValueId> part;
  if (roots.empty()) return part;
  std::vector<bool> is_needed(program.insts.size());
  std::size_t left = most;
  std::mt19937_64 random(seed);
  const std::size_t first = random() % roots.size();
  for (std::size_t i = 0; i < roots.size() && left > 0; ++i) {
    const ValueId root = roots[(first + i) % roots.size()];
    std::vector<ValueId> more;  // that this one needs, beside those that are needed already
    const auto need = [&](ValueId id) {
      if (is_needed[id.index]) return;
      is_needed[id.index] = true;
      more.push_back(id);
    };
    need(root);
    for (std::size_t at = 0; at < more.size() && more.size() <= left; ++at) {
      for (const ValueId operand : program.operands_of(program.insts[more[at]])) need(operand);
    }
    if (more.size() <= left) {
      left -= more.size();
      part.push_back(root);
    } else {
      for (const ValueId id : more) is_needed[id.index] = false;
    }
  }
  return part;
}

}  // namespace muster::differ
