#include "runtime/interpret/roots.h"

#include <algorithm>
#include <string_view>

#include "compiler/ir/outputs.h"
#include "runtime/interpret/registers.h"

namespace muster::runtime {

using compiler::Inst;
using compiler::Link;
using compiler::Op;
using compiler::Program;
using compiler::SpaceId;
using compiler::ValueId;

namespace interpret {
namespace {

void add(std::vector<ValueId>& roots, const std::optional<ValueId>& value) {
  if (value) roots.push_back(*value);
}

void add_score(std::vector<ValueId>& roots, const compiler::ScoreOutput& score, const Wanted& wanted) {
  roots.push_back(score.value);
  if (wanted.bounds) roots.insert(roots.end(), {score.lowest, score.highest});
  if (!wanted.reasons) return;
  for (const auto& line : score.ledger) {
    roots.push_back(line.after);
    if (!line.before.is_none()) roots.push_back(line.before);
  }
}

void add_framework(std::vector<ValueId>& roots, const compiler::FrameworkOutput& framework) {
  for (const auto& letter : framework.letters) roots.insert(roots.end(), {letter.met, letter.half, letter.reached});
  add(roots, framework.qualified);
  roots.push_back(framework.met);
}

void add_lifecycle(std::vector<ValueId>& roots, const compiler::LifecycleOutput& lifecycle) {
  roots.push_back(lifecycle.reported);
  for (const auto& stage : lifecycle.stages) {
    roots.insert(roots.end(), {stage.held, stage.becomes});
    add(roots, stage.skipped);
  }
  for (const auto& value : {lifecycle.disqualified, lifecycle.not_yet, lifecycle.recycled, lifecycle.previous}) {
    add(roots, value);
  }
  if (lifecycle.manual) roots.insert(roots.end(), {lifecycle.manual->stage, lifecycle.manual->reason});
  for (const auto& issue : lifecycle.issues) roots.push_back(issue.condition);
}

}  // namespace

std::vector<ValueId> bit_roots_of(const Program& program, const Wanted& wanted) {
  std::vector<ValueId> roots;
  if (wanted.undecided && wanted.scores) {
    for (const auto& score : program.outputs.scores) {
      for (const auto& rule : score.rules) roots.push_back(rule.value);
    }
  }
  for (const auto& root : program.fault_roots) roots.push_back(root.value);
  return roots;
}

std::vector<ValueId> value_roots_of(const Program& program, const Wanted& wanted) {
  const compiler::Outputs& outputs = program.outputs;
  std::vector<ValueId> roots;
  for (const auto& ignore : outputs.ignores) roots.push_back(ignore.condition);
  for (const auto& ignore : outputs.row_ignores) roots.push_back(ignore.count);
  if (wanted.qualifiers) {
    for (const auto& qualifier : outputs.qualifiers) roots.push_back(qualifier.condition);
  }
  if (wanted.scores) {
    for (const auto& score : outputs.scores) add_score(roots, score, wanted);
  }
  if (wanted.grades) {
    for (const auto& grade : outputs.grades) roots.push_back(grade.value);
  }
  if (wanted.frameworks) {
    for (const auto& framework : outputs.frameworks) add_framework(roots, framework);
  }
  if (wanted.lifecycle && outputs.lifecycle) add_lifecycle(roots, *outputs.lifecycle);
  if (wanted.route && outputs.route) {
    roots.push_back(outputs.route->taken);
    for (const auto& row : outputs.route->rows) roots.push_back(row.condition);
  }
  if (wanted.values) {
    for (const auto& value : outputs.values) roots.push_back(value.value);
  }
  if (wanted.agreements) {
    for (const auto& sla : outputs.slas)
      compiler::for_each_agreed(sla, [&](ValueId id, std::string_view, const auto&) { roots.push_back(id); });
  }
  for (const auto& issue : outputs.issues) roots.push_back(issue.condition);
  // An output that a policy does not have is `none`.
  std::erase_if(roots, [](ValueId id) { return id.is_none(); });
  return roots;
}

SpaceId region_root_of(const Program& program, SpaceId space) {
  while (program.spaces[space].link == Link::many) space = program.spaces[space].parent;
  return space;
}

bool reads_other_region(const Program& program, const Inst& inst) {
  return inst.op == Op::from_one && !is_scalar(program.insts[program.operands_of(inst)[0]].op);
}

}  // namespace interpret

std::vector<ValueId> roots_of(const Program& program, const Wanted& wanted) {
  std::vector<ValueId> roots = interpret::value_roots_of(program, wanted);
  const std::vector<ValueId> more = interpret::bit_roots_of(program, wanted);
  roots.insert(roots.end(), more.begin(), more.end());
  std::sort(roots.begin(), roots.end());
  roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
  return roots;
}

namespace {

// Which instructions and spaces the roots depend on, across regions.
class Needed {
 public:
  explicit Needed(const Program& program)
      : program_(program),
        insts_(program.insts.size()),
        exported_(program.insts.size()),
        spaces_(program.spaces.size()) {
    use(SpaceId{compiler::root_space});
  }

  void mark(std::span<const ValueId> roots) {
    for (const ValueId root : roots) insts_[root.index] = true;
    // Operands stand before what reads them; so does the value that a link of the space is looked up by, but for
    // that of a space which was not known to be needed yet.
    for (auto index = static_cast<std::uint32_t>(insts_.size()); index-- > 0;) {
      if (!insts_[index]) continue;
      const std::uint32_t again = visit(program_.insts[ValueId{index}], index);
      if (again > index) index = again;
    }
  }
  [[nodiscard]] bool has(SpaceId space) const { return spaces_[space.index]; }
  [[nodiscard]] bool is_exported(std::uint32_t value) const { return exported_[value]; }

 private:
  // The index to go on below: `index`, or a larger one.
  std::uint32_t visit(const Inst& inst, std::uint32_t index) {
    std::uint32_t next = index;
    const auto use_space = [&](SpaceId space) {
      if (!space.is_none()) next = std::max(next, use(space));
    };
    use_space(inst.space);
    use_space(inst.from);
    if (inst.op == Op::is_given || inst.op == Op::is_linked)
      use_space(SpaceId{static_cast<std::uint32_t>(inst.immediate)});
    for (const ValueId operand : program_.operands_of(inst)) insts_[operand.index] = true;
    if (interpret::reads_other_region(program_, inst)) exported_[program_.operands_of(inst)[0].index] = true;
    return next;
  }
  std::uint32_t use(SpaceId space) {
    std::uint32_t next = 0;
    while (!spaces_[space.index]) {
      spaces_[space.index] = true;
      const compiler::Space& row = program_.spaces[space];
      if (row.match && !insts_[row.match->index]) {
        insts_[row.match->index] = true;
        next = std::max(next, row.match->index + 1);
      }
      space = row.parent;
    }
    return next;
  }

  const Program& program_;
  std::vector<bool> insts_;
  std::vector<bool> exported_;
  std::vector<bool> spaces_;
};

}  // namespace

std::vector<Region> regions_of(const Program& program, std::span<const ValueId> roots) {
  Needed needed(program);
  needed.mark(roots);
  std::vector<Region> regions;
  // A region is read by the one that its root's parent belongs to, and a space stands after its parent.
  for (auto at = static_cast<std::uint32_t>(program.spaces.size()); at-- > 0;) {
    const SpaceId root{at};
    if (!needed.has(root) || program.spaces[root].link == Link::many) continue;
    Region region;
    region.root = root;
    for (std::uint32_t other = at; other < program.spaces.size(); ++other) {
      const SpaceId space{other};
      if (!needed.has(space)) continue;
      if (interpret::region_root_of(program, space) == root) {
        region.spaces.push_back(space);
      } else if (interpret::region_root_of(program, program.spaces[space].parent) == root &&
                 program.spaces[space].link == Link::one) {
        region.reads.push_back(space);
      }
    }
    for (std::uint32_t value = 0; value < program.insts.size(); ++value) {
      if (needed.is_exported(value) && program.insts[ValueId{value}].space == root) {
        region.exports.push_back(ValueId{value});
      }
    }
    regions.push_back(std::move(region));
  }
  return regions;
}

}  // namespace muster::runtime
