#include "runtime/scenario/tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "runtime/scenario/over_data.h"
#include "runtime/scenario/scenario.h"
#include "runtime/verdict/format_value.h"
#include "runtime/verdict/verdict.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime {

using compiler::Expectation;
using compiler::Physical;
using compiler::Program;
using compiler::TestMoment;
using compiler::ValueId;
using lang::Result;

namespace {

// Scenarios that are worked out together. Only what these expect is kept, so that memory does not grow with the number
// of tests times the number of expectations.
constexpr std::size_t most_together = 256;

CellValue value_of(const compiler::FieldSchema& field, const compiler::TestCell& cell) {
  switch (compiler::physical_of(field.type.kind)) {
    case Physical::boolean:
      return cell.value != 0;
    case Physical::integer:
      return cell.value;
    case Physical::code:
      return PicklistCode{static_cast<std::uint32_t>(cell.value)};
    case Physical::text:
      return cell.text;
  }
  return false;
}

std::vector<ScenarioCell> cells_of(const compiler::ObjectSchema& object, const std::vector<compiler::TestCell>& cells) {
  std::vector<ScenarioCell> made;
  for (const compiler::TestCell& cell : cells) made.push_back({cell.field, value_of(object.fields[cell.field], cell)});
  return made;
}

Scenario scenario_of(const Program& program, const TestMoment& moment) {
  Scenario scenario;
  scenario.lead = cells_of(program.schema.subject_object(), moment.lead);
  for (const compiler::TestRow& row : moment.rows) {
    scenario.rows.push_back(
        {row.object, {row.parent, row.relation}, cells_of(program.schema.objects[row.object], row.cells)});
  }
  return scenario;
}

std::string truth_of(const Vector& value, std::size_t row) {
  return value.is_yes(row) ? "yes" : value.is_no(row) ? "no" : "undecided";
}

// A rule of the policy whose answers are counted.
struct Rule {
  RuleCoverage coverage;
  ValueId value;
  bool is_points = false;
};

std::vector<Rule> rules_of(const Program& program) {
  std::vector<Rule> rules;
  const compiler::Outputs& outputs = program.outputs;
  const auto add = [&](std::string owner, std::string label, ValueId value, bool is_points = false) {
    if (!value.is_none()) rules.push_back({{std::move(owner), std::move(label)}, value, is_points});
  };
  for (const compiler::CriterionOutput& criterion : program.tests.criteria)
    add(criterion.qualifier, criterion.label, criterion.condition);
  for (const compiler::ScoreOutput& score : outputs.scores) {
    for (const compiler::RuleOutput& rule : score.rules) add("score " + score.name, rule.label, rule.value, true);
  }
  for (const compiler::FrameworkOutput& framework : outputs.frameworks) {
    for (const compiler::LetterOutput& letter : framework.letters) add(framework.name, letter.name, letter.met);
  }
  if (outputs.lifecycle) {
    for (const compiler::StageOutput& stage : outputs.lifecycle->stages) add("stage", stage.name, stage.held);
  }
  if (outputs.route) {
    for (const compiler::RouteRowOutput& row : outputs.route->rows) {
      if (row.label != "otherwise") add("route", row.destination + " when " + row.label, row.condition);
    }
  }
  return rules;
}

class Runner {
 public:
  Runner(const Program& program, const TestOptions& options, const lang::Limits& limits)
      : program_(program), options_(options), limits_(limits), rules_(rules_of(program)) {}

  Result<TestRun> run() {
    std::map<std::pair<std::int64_t, std::int32_t>, std::vector<Place>> by_moment;
    for (const std::size_t number : options_.chosen) {
      const compiler::TestCase& test = program_.tests.cases[number];
      for (const TestMoment& moment : test.moments) {
        if (!moment.expectations.empty())
          by_moment[{moment.instant, moment.day}].push_back({run_.tests.size(), &moment});
      }
      run_.tests.push_back({number, 0, {}});
    }
    for (const auto& [moment, places] : by_moment) {
      const std::span<const Place> all = places;
      for (std::size_t begin = 0; begin < all.size(); begin += most_together) {
        const auto part = all.subspan(begin, std::min(most_together, all.size() - begin));
        if (Result<> done = run_at({moment.first, moment.second}, part); !done) return done.error();
      }
    }
    for (TestAnswer& answer : run_.tests) {
      std::sort(answer.failures.begin(), answer.failures.end(),
                [](const Failure& left, const Failure& right) { return left.span < right.span; });
    }
    for (Rule& rule : rules_) run_.rules.push_back(std::move(rule.coverage));
    return std::move(run_);
  }

 private:
  struct Place {
    std::size_t answer;
    const TestMoment* moment;
  };

  // What is read of these scenarios: what any verdict reads, and what they expect.
  [[nodiscard]] std::vector<ValueId> values_of(std::span<const Place> places) const {
    std::vector<ValueId> values = roots_of(program_, Wanted{});
    for (const Rule& rule : rules_) values.push_back(rule.value);
    for (const Place& place : places) {
      for (const Expectation& expected : place.moment->expectations)
        values.insert(values.end(), {expected.value, expected.left, expected.right});
    }
    std::erase_if(values, [](ValueId id) { return id.is_none(); });
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
  }

  Result<> run_at(AsOf as_of, std::span<const Place> places) {
    std::vector<Scenario> scenarios;
    for (const Place& place : places) scenarios.push_back(scenario_of(program_, *place.moment));
    ScenarioRun scenario_run(program_, scenarios, as_of, values_of(places));
    Verdict verdict(program_, scenario_run.interpreter(), Wanted{});
    while (scenario_run.next()) {
      interpreter_ = &scenario_run.interpreter();
      verdict_ = &verdict;
      verdict.bind();
      count_rules(scenario_run.rows());
      for (std::size_t row = 0; row < scenario_run.rows(); ++row) {
        const Place& place = places[scenario_run.first() + row];
        TestAnswer& answer = run_.tests[place.answer];
        for (const Expectation& expected : place.moment->expectations) {
          ++answer.expectations;
          Failure failure{expected.span, expected.words, as_of.instant, {}};
          Result<bool> passed = is_true(expected, row, as_of, failure.found);
          if (!passed) return passed.error();
          if (!*passed) answer.failures.push_back(std::move(failure));
        }
      }
    }
    return lang::Done{};
  }

  void count_rules(std::size_t rows) {
    for (Rule& rule : rules_) {
      const Vector value = interpreter_->value(rule.value);
      for (std::size_t row = 0; row < rows; ++row) {
        if (!value.is_known(row)) {
          ++rule.coverage.undecided;
        } else if (rule.is_points ? value.integers[row] != 0 : value.is_yes(row)) {
          ++rule.coverage.yes;
        } else {
          ++rule.coverage.no;
        }
      }
    }
  }

  // Whether it came true; else `found` says what is so instead.
  Result<bool> is_true(const Expectation& expected, std::size_t row, AsOf as_of, std::vector<std::string>& found) {
    switch (expected.kind) {
      case Expectation::Kind::condition: {
        const Vector value = interpreter_->value(expected.value);
        if (value.is_yes(row)) return true;
        tell_condition(expected, value, row, found);
        break;
      }
      case Expectation::Kind::reason:
        if (has_reason(expected, row) != expected.negated) return true;
        break;
      case Expectation::Kind::route: {
        const RouteAnswer route = verdict_->route(row);
        if (route.row && route.destination == expected.text) return true;
        found.push_back(!route.row ? "no row of the route is yes"
                                   : fmt::format("the route is \"{}\"{}", route.destination,
                                                 route.is_provisional ? ", provisionally" : ""));
        std::string undecided;
        verdict_->append_undecided(row, undecided);
        if (route.is_provisional && !undecided.empty()) found.push_back("undecided: " + undecided);
        return false;
      }
      case Expectation::Kind::share:
      case Expectation::Kind::count:
        return is_share_true(expected, as_of, found);
    }
    for (const std::string& name : expected.names) tell_name(name, row, found);
    return false;
  }

  void tell_condition(const Expectation& expected, const Vector& value, std::size_t row,
                      std::vector<std::string>& found) const {
    if (expected.is_stage) {
      const std::string_view stage = verdict_->stage(row);
      found.push_back(stage.empty() ? std::string("the lead has no stage") : fmt::format("the stage is {}", stage));
    } else if (!expected.left.is_none()) {
      const auto& names = expected.names;  // they are told of anyway
      if (std::find(names.begin(), names.end(), expected.left_words) == names.end())
        found.push_back(fmt::format("{} is {}", expected.left_words, shown(expected.left, row)));
      if (!expected.right.is_none()) found.push_back(fmt::format("it is compared with {}", shown(expected.right, row)));
    }
    const bool is_told = expected.is_stage || !expected.left.is_none();
    if (!is_told || !value.is_known(row)) found.push_back(fmt::format("the condition is {}", truth_of(value, row)));
  }

  [[nodiscard]] std::string shown(ValueId id, std::size_t row) const {
    std::string text;
    format_value(program_, program_.insts[id].type, interpreter_->value(id), row, text);
    return text.empty() ? "missing" : text;
  }

  // The reasons of a score, or the criteria of a qualifier.
  void tell_name(const std::string& name, std::size_t row, std::vector<std::string>& found) const {
    for (const compiler::ScoreOutput& score : program_.outputs.scores) {
      if (score.name != name) continue;
      found.push_back(fmt::format("{} is {}:", name, shown(score.value, row)));
      for (const compiler::LedgerLine& line : score.ledger) {
        const std::int64_t points = points_of(line, row);
        if (points == 0) continue;
        const unsigned digits = program_.insts[line.after].type.digits;
        found.push_back(
            fmt::format("  {}{} {}", points > 0 ? "+" : "", kernels::format_decimal(points, digits), line.label));
      }
      for (const compiler::RuleOutput& rule : score.rules) {
        if (!interpreter_->value(rule.value).is_known(row)) found.push_back("  undecided: " + rule.label);
      }
    }
    for (const compiler::QualifierOutput& qualifier : program_.outputs.qualifiers) {
      if (qualifier.name != name) continue;
      found.push_back(fmt::format("{} is {}:", name, truth_of(interpreter_->value(qualifier.condition), row)));
      for (const compiler::CriterionOutput& criterion : program_.tests.criteria) {
        if (criterion.qualifier != name) continue;
        found.push_back(
            fmt::format("  {}: {}", truth_of(interpreter_->value(criterion.condition), row), criterion.label));
      }
    }
  }

  [[nodiscard]] std::int64_t points_of(const compiler::LedgerLine& line, std::size_t row) const {
    const Vector after = interpreter_->value(line.after);
    kernels::Wide points = after.is_known(row) ? after.integers[row] : 0;
    if (!line.before.is_none()) {
      const Vector before = interpreter_->value(line.before);
      if (before.is_known(row)) points -= before.integers[row];
    }
    return static_cast<std::int64_t>(points);
  }

  [[nodiscard]] bool has_reason(const Expectation& expected, std::size_t row) const {
    const std::string part = kernels::fold_text(expected.text);
    for (const compiler::ScoreOutput& score : program_.outputs.scores) {
      if (score.name != expected.score) continue;
      return std::any_of(score.ledger.begin(), score.ledger.end(), [&](const compiler::LedgerLine& line) {
        return points_of(line, row) != 0 && kernels::fold_text(line.label).find(part) != std::string::npos;
      });
    }
    return false;
  }

  Result<bool> is_share_true(const Expectation& expected, AsOf as_of, std::vector<std::string>& found) const {
    const auto counted = count_leads(program_, expected.value, expected.text, options_.policy_folder, as_of, limits_);
    if (!counted) return counted.error();
    const bool is_share = expected.kind == Expectation::Kind::share;
    const std::string rejected =
        counted->rejected == 0 ? "" : fmt::format(" ({} rows were rejected)", counted->rejected);
    if (is_share && counted->leads == 0) {
      found.push_back("the file has no leads that count" + rejected);
      return false;
    }
    // yes / leads against low / 10,000, exactly.
    constexpr kernels::Wide whole = 10'000;
    const kernels::Wide left = static_cast<kernels::Wide>(counted->yes) * (is_share ? whole : 1);
    const auto against = [&](std::int64_t bound) {
      const kernels::Wide right = static_cast<kernels::Wide>(bound) * (is_share ? counted->leads : 1);
      return left < right ? -1 : left > right ? 1 : 0;
    };
    if (expected.op ? holds(*expected.op, against(expected.low))
                    : against(expected.low) >= 0 && against(expected.high) <= 0) {
      return true;
    }
    std::string line = fmt::format("{} of {} leads", counted->yes, counted->leads);
    if (is_share) {
      const auto share =
          kernels::divide_rounded(left, static_cast<kernels::Wide>(counted->leads), kernels::RoundingMode::half_even);
      line += fmt::format(", {}%", kernels::format_decimal(static_cast<std::int64_t>(share), 2));
    }
    found.push_back(line + rejected);
    return false;
  }

  [[nodiscard]] static bool holds(lang::CompareOp op, int order) {
    switch (op) {
      case lang::CompareOp::equal:
        return order == 0;
      case lang::CompareOp::not_equal:
        return order != 0;
      case lang::CompareOp::less:
        return order < 0;
      case lang::CompareOp::less_equal:
        return order <= 0;
      case lang::CompareOp::greater:
        return order > 0;
      case lang::CompareOp::greater_equal:
        return order >= 0;
    }
    return false;
  }

  const Program& program_;
  const TestOptions& options_;
  const lang::Limits& limits_;
  std::vector<Rule> rules_;
  TestRun run_;
  const Interpreter* interpreter_ = nullptr;
  const Verdict* verdict_ = nullptr;
};

}  // namespace

Result<TestRun> run_tests(const Program& program, const TestOptions& options, const lang::Limits& limits) {
  return Runner(program, options, limits).run();
}

}  // namespace muster::runtime
