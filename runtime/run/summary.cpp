#include "runtime/run/summary.h"

#include "runtime/run/issue_fix.h"
#include "runtime/run/issues.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime {

ObjectSummary summary_of(const compiler::Program& program, const TableReport& report) {
  const TableCounts& counts = report.counts;
  ObjectSummary summary{program.schema.objects[report.object].name,
                        report.file,
                        counts.rows,
                        counts.kept,
                        counts.repeated,
                        counts.contradictory,
                        counts.merged,
                        counts.future,
                        counts.rejected_rows(),
                        counts.rejected,
                        counts.first_rejected,
                        {}};
  for (const FieldIssues& issue : counts.issues) {
    const compiler::FieldSchema& field = program.schema.objects[report.object].fields[issue.field];
    summary.issues.push_back({counts.headers[issue.field], std::string(describe_issue(issue.fault)), issue.count,
                              issue.first_line, fix_of(issue.fault, program.schema, field, issue.examples)});
  }
  return summary;
}

RelationSummary summary_of(const compiler::Program& program, const RelationReport& report) {
  const compiler::ObjectSchema& object = program.schema.objects[report.object];
  const compiler::RelationSchema& relation = object.relations[report.relation];
  return {object.name,     relation.name,      program.schema.objects[relation.object].name,
          relation.many,   report.without_key, report.without_row,
          report.ambiguous};
}

void add_tallies(const compiler::Program& program, const Wanted& wanted, const Tally& tally, RunSummary& summary) {
  const compiler::Outputs& outputs = program.outputs;
  for (std::size_t i = 0; i < outputs.ignores.size(); ++i) {
    summary.ignored_because.push_back({outputs.ignores[i].because, tally.ignored()[i]});
  }
  for (std::size_t i = 0; i < outputs.qualifiers.size(); ++i) {
    const QualifierTally& counted = tally.qualifiers()[i];
    summary.qualifiers.push_back({outputs.qualifiers[i].name, counted.yes, counted.no, counted.undecided});
  }
  for (std::size_t i = 0; wanted.scores && i < outputs.scores.size(); ++i) {
    const ScoreTally& counted = tally.scores()[i];
    if (counted.leads == 0) continue;
    const auto mean = kernels::divide_rounded(counted.sum, counted.leads, kernels::RoundingMode::half_even);
    summary.scores.push_back(
        {outputs.scores[i].name, counted.leads, counted.smallest, static_cast<std::int64_t>(mean), counted.largest});
  }
  if (wanted.grades) {
    for (std::size_t i = 0; i < outputs.grades.size(); ++i) {
      const GradeTally& counted = tally.grades()[i];
      CountGroup& group = summary.grades.emplace_back();
      group.name = outputs.grades[i].name;
      for (std::size_t label = 0; label < counted.by_label.size(); ++label) {
        group.values.push_back({outputs.grades[i].labels[label], counted.by_label[label]});
      }
      if (counted.undecided > 0) group.values.push_back({"(undecided)", counted.undecided});
    }
  }
  for (std::size_t i = 0; wanted.frameworks && i < outputs.frameworks.size(); ++i) {
    const compiler::FrameworkOutput& framework = outputs.frameworks[i];
    const FrameworkTally& counted = tally.frameworks()[i];
    FrameworkCount& count = summary.frameworks.emplace_back();
    count.name = framework.name;
    count.is_qualifying = framework.qualified.has_value();
    count.qualified = {framework.name, counted.qualified.yes, counted.qualified.no, counted.qualified.undecided};
    for (std::size_t k = 0; k < framework.letters.size(); ++k) {
      const LetterTally& letter = counted.letters[k];
      count.letters.push_back(
          {framework.letters[k].name, letter.met, letter.half_met, letter.not_met, letter.unknown, letter.not_reached});
    }
  }
  for (std::size_t i = 0; i < outputs.row_ignores.size(); ++i) {
    const compiler::RowIgnoreOutput& ignore = outputs.row_ignores[i];
    summary.ignored_rows.push_back({ignore.object + ": " + ignore.because, tally.ignored_rows()[i]});
  }
  if (wanted.lifecycle && outputs.lifecycle) {
    const StageTally& counted = tally.stages();
    for (std::size_t i = 0; i < counted.by_reported.size(); ++i) {
      summary.stages.push_back({outputs.lifecycle->reported_names[i], counted.by_reported[i]});
    }
    summary.stages.push_back({"(no stage)", counted.none});
  }
  if (wanted.route && outputs.route) {
    const RouteTally& counted = tally.routes();
    for (std::size_t i = 0; i < counted.by_row.size(); ++i) {
      summary.routes.push_back({outputs.route->rows[i].destination, counted.by_row[i]});
      summary.provisional_routes += counted.provisional[i];
    }
    if (counted.none > 0) summary.routes.push_back({"(no route)", counted.none});
    summary.provisional_routes += counted.none_provisional;
  }
}

}  // namespace muster::runtime
