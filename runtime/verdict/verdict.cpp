#include "runtime/verdict/verdict.h"

#include <algorithm>

#include "runtime/verdict/format_value.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime {
namespace {

bool is_undecided(const Vector& value, std::size_t row) { return !value.is_known(row); }

std::string_view words_for(compiler::LetterState state) {
  switch (state) {
    case compiler::LetterState::met:
      return "met";
    case compiler::LetterState::half_met:
      return "half met";
    case compiler::LetterState::not_met:
      return "not met";
    case compiler::LetterState::unknown:
      return "unknown";
    case compiler::LetterState::not_reached:
      return "not reached";
  }
  return {};
}

// "; " between items; `begin` is where the list began.
void append_separator(std::string& out, std::size_t begin) {
  if (out.size() != begin) out += "; ";
}

}  // namespace

Verdict::Verdict(const compiler::Program& program, const Values& engine, Wanted wanted)
    : program_(program), engine_(engine) {
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
  for (const auto& output : outputs.frameworks) {
    if (!wanted.frameworks) break;
    Framework& framework = frameworks_.emplace_back();
    framework.output = &output;
    for (const auto& letter : output.letters) framework.letters.push_back({&letter, {}, {}, {}});
    if (output.qualified) framework.qualified = {output.name, *output.qualified, {}};
  }
  for (const auto& value : outputs.values) {
    if (wanted.values) values_.push_back({value.name, value.value, {}});
  }
  if (wanted.lifecycle && outputs.lifecycle) make_stages(*outputs.lifecycle);
  if (wanted.route && outputs.route) {
    for (const auto& row : outputs.route->rows) routes_.push_back({row.destination, row.condition, {}});
  }
  for (const auto& issue : outputs.issues) issues_.push_back({{issue.where, issue.condition, {}}, issue.what});
  for (const auto& root : program.fault_roots) {
    if (program.insts[root.value].may_fault) faults_.push_back({root.label, root.value, {}});
  }
}

void Verdict::make_stages(const compiler::LifecycleOutput& lifecycle) {
  for (const auto& stage : lifecycle.stages) {
    stages_.push_back({stage.name, stage.held, {}});
    // `missing`: nothing says what was before, for no lead.
    if (!stage.becomes.is_none() && program_.insts[stage.becomes].op != compiler::Op::missing)
      becomes_.push_back({stage.name, stage.becomes, {}});
    if (stage.skipped)
      issues_.push_back({{stage.name, *stage.skipped, {}}, "entered, although an earlier stage was not"});
  }
  for (const auto& issue : lifecycle.issues) issues_.push_back({{issue.where, issue.condition, {}}, issue.what});
  if (lifecycle.disqualified) disqualified_ = {"disqualified", *lifecycle.disqualified, {}};
  if (lifecycle.not_yet) not_yet_ = {"not yet", *lifecycle.not_yet, {}};
  if (lifecycle.manual) {
    manual_ = {lifecycle.manual->by, lifecycle.manual->stage, {}};
    manual_reason_ = {"", lifecycle.manual->reason, {}};
  }
  reported_ = {"", lifecycle.reported, {}};
  for (const std::string& name : lifecycle.reported_names) {
    const auto found = std::find_if(lifecycle.stages.begin(), lifecycle.stages.end(),
                                    [&](const auto& stage) { return stage.name == name; });
    const bool is_stage = found != lifecycle.stages.end();
    stage_of_code_.push_back(is_stage ? std::optional(static_cast<std::size_t>(found - lifecycle.stages.begin()))
                                      : std::nullopt);
    // Of its own rank too: both are listed.
    std::size_t first = 0;
    while (is_stage && lifecycle.stages[first].rank < found->rank) ++first;
    first_open_stage_.push_back(first);
  }
  if (disqualified_ && !first_open_stage_.empty()) first_open_stage_.front() = stages_.size();
}

void Verdict::bind() {
  const auto look_up = [&](Named& named) { named.value = engine_.value(named.id); };
  std::for_each(ignores_.begin(), ignores_.end(), look_up);
  for (Score& score : scores_) {
    look_up(score.value);
    std::for_each(score.rules.begin(), score.rules.end(), look_up);
    for (Line& line : score.lines) {
      line.after = engine_.value(line.after_id);
      if (!line.before_id.is_none()) line.before = engine_.value(line.before_id);
    }
  }
  std::for_each(grades_.begin(), grades_.end(), look_up);
  std::for_each(stages_.begin(), stages_.end(), look_up);
  std::for_each(values_.begin(), values_.end(), look_up);
  for (Framework& framework : frameworks_) {
    if (framework.qualified) look_up(*framework.qualified);
    for (Letter& letter : framework.letters) {
      letter.met = engine_.value(letter.output->met);
      letter.half = engine_.value(letter.output->half);
      letter.reached = engine_.value(letter.output->reached);
    }
  }
  std::for_each(becomes_.begin(), becomes_.end(), look_up);
  for (Issue& issue : issues_) look_up(issue.where);
  for (std::optional<Named>* named : {&disqualified_, &not_yet_, &reported_, &manual_, &manual_reason_}) {
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

void Verdict::append_beside(std::size_t row, std::string& out) const {
  if (!reported_ || is_undecided(reported_->value, row)) return;
  const std::uint32_t code = reported_->value.codes[row];
  const std::optional<std::size_t> reported = code < stage_of_code_.size() ? stage_of_code_[code] : std::nullopt;
  if (!reported) return;
  const auto& stages = program_.outputs.lifecycle->stages;
  const std::size_t begin = out.size();
  for (std::size_t which = 0; which < stages_.size(); ++which) {
    if (which == *reported || stages[which].rank != stages[*reported].rank || !stages_[which].value.is_yes(row))
      continue;
    append_separator(out, begin);
    out += stages_[which].label;
  }
}

void Verdict::append_becomes(std::size_t row, std::string& out) const {
  const std::size_t begin = out.size();
  const auto is_held = [&](const Named& crossed) {
    return std::any_of(stages_.begin(), stages_.end(),
                       [&](const Named& stage) { return stage.label == crossed.label && stage.value.is_yes(row); });
  };
  for (const Named& stage : becomes_) {
    // A stage that another one of its rank led past was crossed, but the lead does not hold it.
    if (!stage.value.is_yes(row) || !is_held(stage)) continue;
    append_separator(out, begin);
    out += stage.label;
  }
}

void Verdict::append_override(std::size_t row, std::string& out) const {
  if (!manual_ || is_undecided(manual_->value, row)) return;
  const std::uint32_t stage = manual_->value.codes[row];
  if (stage >= stages_.size()) return;
  out += stages_[stage].label;
  out += " (set";
  if (!manual_->label.empty()) {
    out += " by ";
    out += manual_->label;
  } else {
    out += " by hand";
  }
  if (!is_undecided(manual_reason_->value, row)) {
    out += ": ";
    out += manual_reason_->value.dictionary->text(manual_reason_->value.codes[row]);
  }
  out.push_back(')');
}

std::string_view Verdict::framework(std::size_t which, std::size_t row) const {
  const std::optional<Named>& qualified = frameworks_[which].qualified;
  if (!qualified) return {};
  if (qualified->value.is_yes(row)) return "qualified";
  return qualified->value.is_no(row) ? "not qualified" : "undecided";
}

compiler::LetterState Verdict::state_of(const Letter& letter, std::size_t row) {
  using compiler::LetterState;
  if (letter.reached.is_no(row)) return LetterState::not_reached;
  if (letter.met.is_no(row)) return LetterState::not_met;
  if (!letter.met.is_yes(row) || !letter.half.is_known(row)) return LetterState::unknown;
  return letter.half.is_yes(row) ? LetterState::half_met : LetterState::met;
}

compiler::LetterState Verdict::letter(std::size_t which, std::size_t letter, std::size_t row) const {
  return state_of(frameworks_[which].letters[letter], row);
}

void Verdict::append_letters(std::size_t which, std::size_t row, std::string& out) const {
  const std::size_t begin = out.size();
  for (const Letter& letter : frameworks_[which].letters) {
    append_separator(out, begin);
    out += letter.output->name;
    out.push_back(' ');
    const bool is_counted = letter.met.is_yes(row) && !letter.half.is_known(row);
    out += is_counted ? "met or half met" : words_for(state_of(letter, row));
  }
}

void Verdict::append_value(std::size_t which, std::size_t row, std::string& out) const {
  const Named& value = values_[which];
  format_value(program_, program_.insts[value.id].type, value.value, row, out);
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
  for (const Named& ignored : ignores_) {
    if (!is_undecided(ignored.value, row)) continue;
    append_separator(out, begin);
    out += "ignore leads: ";
    out += ignored.label;
  }
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
  append_undecided_letters(row, out, begin);
  append_undecided_routes(row, out, begin);
}

// A letter behind one that is still open waits for that one's answer.
void Verdict::append_undecided_letters(std::size_t row, std::string& out, std::size_t begin) const {
  for (const Framework& framework : frameworks_) {
    for (const Letter& letter : framework.letters) {
      if (!letter.reached.is_yes(row) || state_of(letter, row) != compiler::LetterState::unknown) continue;
      append_separator(out, begin);
      out += framework.output->name;
      out.push_back(' ');
      out += letter.output->name;
      if (letter.output->ask.empty()) continue;
      out += ": ";
      out += letter.output->ask;
    }
  }
}

// The stages beside and above the reported one that the missing data may still turn out to reach (section 4, number
// 15).
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
  return std::any_of(faults_.begin(), faults_.end(),
                     [row](const Named& fault) {
                       return test_bit(fault.value.overflow, row) || test_bit(fault.value.division_by_zero, row);
                     }) ||
         std::any_of(issues_.begin(), issues_.end(),
                     [row](const Issue& issue) { return issue.where.value.is_yes(row); });
}

void Verdict::fault_issues(std::size_t row, std::vector<FaultIssue>& issues) const {
  issues.clear();
  for (const Named& fault : faults_) {
    if (test_bit(fault.value.overflow, row)) issues.push_back({fault.label, true, "overflow"});
    if (test_bit(fault.value.division_by_zero, row)) issues.push_back({fault.label, false, "division by zero"});
  }
  for (const Issue& issue : issues_) {
    if (issue.where.value.is_yes(row)) issues.push_back({issue.where.label, false, issue.what});
  }
}

}  // namespace muster::runtime
