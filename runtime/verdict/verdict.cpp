#include "runtime/verdict/verdict.h"

#include <algorithm>

#include "stdlib/kernels/number.h"

namespace muster::runtime {
namespace {

bool is_undecided(const Vector& value, std::size_t row) { return !value.is_known(row); }

// "; " between items; `begin` is where the list began.
void append_separator(std::string& out, std::size_t begin) {
  if (out.size() != begin) out += "; ";
}

}  // namespace

Verdict::Verdict(const compiler::Program& program, const Interpreter& interpreter, Wanted wanted)
    : program_(program), interpreter_(interpreter) {
  const compiler::Outputs& outputs = program.outputs;
  for (const auto& ignore : outputs.ignores) ignores_.push_back({ignore.because, ignore.condition, {}});
  for (const auto& output : outputs.scores) {
    if (!wanted.scores) break;
    Score& score = scores_.emplace_back();
    score.name = output.name;
    score.value = {output.name, output.value, {}};
    for (const auto& line : output.ledger) {
      if (!wanted.reasons) break;
      score.lines.push_back({line.label, program.insts[line.after].type.digits, line.after, line.before, {}, {}});
    }
    for (const auto& rule : output.rules) {
      if (wanted.undecided) score.rules.push_back({rule.label, rule.value, {}});
    }
  }
  if (wanted.grades) {
    for (const auto& grade : outputs.grades) grades_.push_back({grade.name, grade.value, {}});
  }
  if (wanted.lifecycle && outputs.lifecycle) {
    const compiler::LifecycleOutput& lifecycle = *outputs.lifecycle;
    for (const auto& stage : lifecycle.stages) stages_.push_back({stage.name, stage.held, {}});
    if (lifecycle.disqualified) disqualified_ = {"disqualified", *lifecycle.disqualified, {}};
    if (lifecycle.not_yet) not_yet_ = {"not yet", *lifecycle.not_yet, {}};
    reported_ = {"", lifecycle.reported, {}};
    for (const std::string& name : lifecycle.reported_names) {
      const auto found =
          std::find_if(stages_.begin(), stages_.end(), [&](const Named& it) { return it.label == name; });
      first_open_stage_.push_back(
          found == stages_.end() ? 0 : static_cast<std::size_t>(std::distance(stages_.begin(), found)) + 1);
    }
    if (disqualified_ && !first_open_stage_.empty()) first_open_stage_.front() = stages_.size();
  }
  if (wanted.route && outputs.route) {
    for (const auto& row : outputs.route->rows) routes_.push_back({row.destination, row.condition, {}});
  }
  for (const auto& root : program.fault_roots) {
    if (program.insts[root.value].may_fault) faults_.push_back({root.label, root.value, {}});
  }
}

void Verdict::bind() {
  const auto look_up = [&](Named& named) { named.value = interpreter_.value(named.id); };
  std::for_each(ignores_.begin(), ignores_.end(), look_up);
  for (Score& score : scores_) {
    look_up(score.value);
    std::for_each(score.rules.begin(), score.rules.end(), look_up);
    for (Line& line : score.lines) {
      line.after = interpreter_.value(line.after_id);
      if (!line.before_id.is_none()) line.before = interpreter_.value(line.before_id);
    }
  }
  std::for_each(grades_.begin(), grades_.end(), look_up);
  std::for_each(stages_.begin(), stages_.end(), look_up);
  for (std::optional<Named>* named : {&disqualified_, &not_yet_, &reported_}) {
    if (*named) look_up(**named);
  }
  std::for_each(routes_.begin(), routes_.end(), look_up);
  std::for_each(faults_.begin(), faults_.end(), look_up);
}

std::optional<std::size_t> Verdict::ignored(std::size_t row) const {
  for (std::size_t which = 0; which < ignores_.size(); ++which) {
    if (ignores_[which].value.is_yes(row)) return which;
  }
  return std::nullopt;
}

std::int64_t Verdict::score(std::size_t which, std::size_t row) const {
  return scores_[which].value.value.integers[row];
}

std::string_view Verdict::grade(std::size_t which, std::size_t row) const {
  const Vector& value = grades_[which].value;
  if (is_undecided(value, row)) return {};
  const auto& labels = program_.outputs.grades[which].labels;
  const std::uint32_t label = value.codes[row];
  return label < labels.size() ? std::string_view(labels[label]) : std::string_view();
}

std::string_view Verdict::stage(std::size_t row) const {
  if (!reported_ || is_undecided(reported_->value, row)) return {};
  const auto& names = program_.outputs.lifecycle->reported_names;
  const std::uint32_t code = reported_->value.codes[row];
  return code < names.size() ? std::string_view(names[code]) : std::string_view();
}

RouteAnswer Verdict::route(std::size_t row) const {
  RouteAnswer answer;
  for (std::size_t which = 0; which < routes_.size(); ++which) {
    const Vector& condition = routes_[which].value;
    if (condition.is_yes(row)) {
      answer.row = which;
      answer.destination = routes_[which].label;
      break;
    }
    if (is_undecided(condition, row)) answer.is_provisional = true;
  }
  return answer;
}

void Verdict::append_reasons(std::size_t row, std::string& out) const {
  const std::size_t begin = out.size();
  for (const Score& score : scores_) {
    bool is_first = true;
    for (const Line& line : score.lines) {
      kernels::Wide points = line.after.is_known(row) ? line.after.integers[row] : 0;
      if (line.before.integers != nullptr && line.before.is_known(row)) points -= line.before.integers[row];
      if (points == 0) continue;
      if (!is_first) {
        out += "; ";
      } else {
        if (out.size() != begin) out += " | ";
        out += score.name;
        out += ": ";
        is_first = false;
      }
      if (points > 0) out.push_back('+');
      // A score has bounds far inside 64 bits; a line beyond them is one of a program that nobody wrote.
      const auto limited = std::clamp<kernels::Wide>(points, std::numeric_limits<std::int64_t>::min(),
                                                     std::numeric_limits<std::int64_t>::max());
      out += kernels::format_decimal(static_cast<std::int64_t>(limited), line.digits);
      out.push_back(' ');
      out += line.label;
    }
  }
}

void Verdict::append_undecided(std::size_t row, std::string& out) const {
  const std::size_t begin = out.size();
  for (const Score& score : scores_) {
    for (const Named& rule : score.rules) {
      if (!is_undecided(rule.value, row)) continue;
      append_separator(out, begin);
      out += score.name;
      out += ": ";
      out += rule.label;
    }
  }
  append_undecided_stages(row, out, begin);
  for (const Named& grade : grades_) {
    if (!is_undecided(grade.value, row)) continue;
    append_separator(out, begin);
    out += "grade ";
    out += grade.label;
  }
  append_undecided_routes(row, out, begin);
}

// The stages above the reported one that the missing data may still turn out to reach (section 4, number 15).
void Verdict::append_undecided_stages(std::size_t row, std::string& out, std::size_t begin) const {
  if (!reported_) return;
  if (disqualified_ && is_undecided(disqualified_->value, row)) {
    append_separator(out, begin);
    out += "disqualified";
  }
  const bool is_reported = reported_->value.is_known(row);
  const std::size_t code = is_reported ? reported_->value.codes[row] : 0;
  const std::size_t first = is_reported && code < first_open_stage_.size() ? first_open_stage_[code] : 0;
  for (std::size_t which = first; which < stages_.size(); ++which) {
    if (!is_undecided(stages_[which].value, row)) continue;
    append_separator(out, begin);
    out += "stage ";
    out += stages_[which].label;
  }
  if (!is_reported && not_yet_ && is_undecided(not_yet_->value, row)) {
    append_separator(out, begin);
    out += "not yet";
  }
}

void Verdict::append_undecided_routes(std::size_t row, std::string& out, std::size_t begin) const {
  for (const Named& route : routes_) {
    if (route.value.is_yes(row)) return;
    if (!is_undecided(route.value, row)) continue;
    append_separator(out, begin);
    out += "route: row \"";
    out += route.label;
    out.push_back('"');
  }
}

bool Verdict::has_faults(std::size_t row) const {
  return std::any_of(faults_.begin(), faults_.end(), [row](const Named& fault) {
    return test_bit(fault.value.overflow, row) || test_bit(fault.value.division_by_zero, row);
  });
}

void Verdict::fault_issues(std::size_t row, std::vector<FaultIssue>& issues) const {
  issues.clear();
  for (const Named& fault : faults_) {
    if (test_bit(fault.value.overflow, row)) issues.push_back({fault.label, true});
    if (test_bit(fault.value.division_by_zero, row)) issues.push_back({fault.label, false});
  }
}

}  // namespace muster::runtime
