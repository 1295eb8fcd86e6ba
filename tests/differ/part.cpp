#include "tests/differ/part.h"

#include <random>

namespace muster::differ {

using compiler::ValueId;

namespace {

class Selection {
 public:
  explicit Selection(const compiler::Program& program) : program_(program), is_needed_(program.insts.size()) {}

  // False where they would need more than `most` instructions together with those that are there.
  bool add(const std::vector<ValueId>& values, std::size_t most) {
    std::vector<ValueId> more;  // beside those that are needed already
    const auto need = [&](ValueId id) {
      if (is_needed_[id.index]) return;
      is_needed_[id.index] = true;
      more.push_back(id);
    };
    for (const ValueId value : values) need(value);
    for (std::size_t at = 0; at < more.size() && count_ + more.size() <= most; ++at) {
      for (const ValueId operand : program_.operands_of(program_.insts[more[at]])) need(operand);
    }
    if (count_ + more.size() > most) {
      for (const ValueId id : more) is_needed_[id.index] = false;
      return false;
    }
    count_ += more.size();
    values_.insert(values_.end(), values.begin(), values.end());
    return true;
  }
  [[nodiscard]] const std::vector<ValueId>& values() const { return values_; }

 private:
  const compiler::Program& program_;
  std::vector<bool> is_needed_;
  std::size_t count_ = 0;
  std::vector<ValueId> values_;
};

}  // namespace

std::vector<ValueId> part_of(const compiler::Program& program, const Outputs& outputs, std::uint64_t seed,
                             std::size_t most_of_first, std::size_t most) {
  Selection part(program);
  const std::size_t labels = outputs.labels().size();
  if (labels == 0) return {};  // a policy that is made smaller may lose all it tells
  std::mt19937_64 random(seed);
  const std::size_t begin = random() % labels;
  for (std::size_t i = 0; i < labels; ++i) {
    const std::size_t label = (begin + i) % labels;
    if (outputs.values(label).empty()) continue;
    if (part.values().empty()) {
      if (outputs.is_verdict(label)) part.add(outputs.values(label), most_of_first);
    } else {
      part.add(outputs.values(label), most);
    }
  }
  return part.values();
}

}  // namespace muster::differ
