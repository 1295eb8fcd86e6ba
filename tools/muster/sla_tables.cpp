#include "tools/muster/sla_tables.h"

#include <fmt/format.h>

#include <utility>

#include "lang/support/count.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::tools {

namespace {

using lang::grouped;
using runtime::AgreementReport;
using runtime::AttainmentRow;
using runtime::ClauseCounts;
using runtime::ClauseState;

ReportCell count(std::uint64_t value) { return {grouped(value), std::to_string(value), true, true}; }
ReportCell text(std::string value) { return {value, value, false, false}; }
ReportCell nothing() { return {"-", "", false, false}; }
// Hundredths of a percent: 74.21% and 0.7421.
ReportCell share(const std::optional<std::int64_t>& value) {
  if (!value) return nothing();
  return {kernels::format_decimal(*value, 2) + "%", kernels::format_decimal(*value, 4), true, false};
}
ReportCell day(std::int64_t value) { return text(kernels::format_date(value)); }

std::vector<ReportColumn> count_columns() {
  return {{"met", "met"},
          {"due", "due"},
          {"breached", "breached"},
          {"unknown", "unknown"},
          {"not_applicable", "does not apply"},
          {"met_share", "met of decided"}};
}
void add_counts(std::vector<ReportCell>& row, const ClauseCounts& counts) {
  for (const ClauseState state :
       {ClauseState::met, ClauseState::due, ClauseState::breached, ClauseState::unknown, ClauseState::not_applicable}) {
    row.push_back(count(counts.count(state)));
  }
  row.push_back(share(counts.share_met()));
}
void append(std::vector<ReportColumn>& columns, std::vector<ReportColumn> more) {
  columns.insert(columns.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

class Tables {
 public:
  explicit Tables(const compiler::Program& program) : program_(program) {
    summary_ = {"handoffs",
                "Handed over",
                {{"agreement", "agreement"},
                 {"handed_over", "handed over"},
                 {"not_handed_over", "not"},
                 {"undecided", "undecided"},
                 {"without_moment", "nobody knows when"}},
                {}};
    clauses_ = {
        "clauses", "Clause by clause", {{"agreement", "agreement"}, {"party", "party"}, {"clause", "clause"}}, {}};
    append(clauses_.columns, count_columns());
    append(clauses_.columns, {{"beyond_limit", "past the hard limit"}, {"latest_by", "latest by"}});
    missing_ = {"missing",
                "What was missing",
                {{"agreement", "agreement"}, {"clause", "clause"}, {"value", "value"}, {"leads", "leads"}},
                {}};
    parties_ = rows_table("parties", "By party", "party", false);
    owners_ = rows_table("owners", "By owner", "owner", true);
    weeks_ = rows_table("weeks", "By week of the handoff", "week", true);
    volume_ = {"volume",
               "Delivered against promised",
               {{"agreement", "agreement"},
                {"party", "party"},
                {"clause", "clause"},
                {"stage", "stage"},
                {"first_day", "from"},
                {"last_day", "to"},
                {"promised", "promised"},
                {"gross", "gross"},
                {"rejected", "rejected"},
                {"delivered", "counted"},
                {"expected", "expected by now"},
                {"ahead", "ahead"},
                {"came_again", "came again"},
                {"undated", "without a day"},
                {"undecided", "undecided"},
                {"rejection_open", "rejected or not"}},
               {}};
    pace_ = {"pace",
             "Step by step",
             {{"agreement", "agreement"},
              {"clause", "clause"},
              {"stage", "stage"},
              {"first_day", "from"},
              {"last_day", "to"},
              {"gross", "gross"},
              {"rejected", "rejected"},
              {"delivered", "counted"},
              {"total", "so far"}},
             {}};
    steps_ = {"escalation",
              "Follow-ups that are open, by escalation",
              {{"agreement", "agreement"}, {"step", "step reached"}, {"leads", "leads"}},
              {}};
    open_ = {"open",
             "Open deadlines, most urgent first",
             {{"due_at", "due"},
              {"is_late", "late"},
              {"lead", "lead"},
              {"owner", "owner"},
              {"party", "party"},
              {"clause", "clause"},
              {"next_step_at", "next step at"},
              {"agreement", "agreement"}},
             {}};
    files_ = {"files",
              "Rows of the other files",
              {{"object", "rows of"},
               {"file", "file"},
               {"count", "count"},
               {"what", "what became of them"},
               {"first_line", "first in line"}},
              {}};
  }

  // What is not kept, or belongs to no lead, is seen by no clause, so that the reader has to know of it.
  void add(const runtime::ObjectSummary& object, const std::vector<runtime::RelationSummary>& relations) {
    const auto say = [&](std::uint64_t rows, std::string what, std::uint64_t line = 0) {
      if (rows == 0) return;
      files_.rows.push_back({text(object.name), text(object.file), count(rows), text(std::move(what)),
                             line == 0 ? nothing() : count(line)});
    };
    say(object.rows, "rows of the file");
    say(object.repeated, "the same row again");
    say(object.merged, "the same as another row, which is kept");
    say(object.contradictory, "with the key of another row and other values: unknown where they differ");
    say(object.future, "later than the evaluation");
    if (object.first_rejected)
      say(object.rejected, "rejected: " + object.first_rejected->reason, object.first_rejected->line);
    for (const runtime::RelationSummary& relation : relations) {
      if (relation.other != object.name) continue;
      say(relation.without_key, "name no " + relation.object);
      say(relation.without_row,
          fmt::format("name a {} that is not there", relation.many ? relation.object : relation.name));
      say(relation.ambiguous, "would fit more than one " + relation.name);
    }
    for (const runtime::IssueTally& issue : object.issues)
      say(issue.count, fmt::format("cells left out: {}: {}", issue.where, issue.what), issue.first_line);
  }

  void add(const AgreementReport& report) {
    const ReportCell title = text(report.title);
    summary_.rows.push_back({title, count(report.handed_over), count(report.not_handed_over), count(report.undecided),
                             count(report.without_moment)});
    for (const runtime::ClauseReport& clause : report.clauses) {
      std::vector<ReportCell> row{title, text(clause.party), text(clause.words)};
      add_counts(row, clause.counts);
      row.push_back(count(clause.counts.beyond_limit));
      row.push_back(clause.latest > 0 ? text(kernels::format_duration(clause.latest - clause.latest % 1'000'000))
                                      : nothing());
      clauses_.rows.push_back(std::move(row));
      for (std::size_t k = 0; k < clause.values.size(); ++k)
        missing_.rows.push_back({title, text(clause.words), text(clause.values[k]), count(clause.lacking[k])});
    }
    add_rows(parties_, title, report.parties, false);
    add_rows(owners_, title, report.owners, true);
    add_rows(weeks_, title, report.weeks, true);
    for (const runtime::VolumeReport& volume : report.volumes) add_volume(title, volume);
    for (std::size_t k = 0; !report.steps.empty() && k < report.at_step.size(); ++k)
      steps_.rows.push_back({title, text(k == 0 ? "none yet" : report.steps[k - 1]), count(report.at_step[k])});
    for (const runtime::OpenDeadline& one : report.open) {
      const runtime::ClauseReport& clause = report.clauses[one.clause];
      open_.rows.push_back({moment(one.due), text(one.is_late ? "yes" : "no"), text(one.key), text(one.owner),
                            text(clause.party), text(clause.words), one.next_step ? moment(*one.next_step) : nothing(),
                            title});
    }
  }

  std::vector<ReportTable> take() {
    std::vector<ReportTable> all;
    for (ReportTable* table :
         {&summary_, &clauses_, &missing_, &parties_, &owners_, &weeks_, &volume_, &pace_, &steps_, &open_, &files_}) {
      all.push_back(std::move(*table));
    }
    return all;
  }

 private:
  static ReportTable rows_table(std::string name, std::string title, std::string what, bool with_party) {
    ReportTable table{std::move(name), std::move(title), {{"agreement", "agreement"}, {what, what}}, {}};
    if (with_party) table.columns.push_back({"party", "party"});
    append(table.columns, count_columns());
    return table;
  }
  static void add_rows(ReportTable& table, const ReportCell& title, const std::vector<AttainmentRow>& rows,
                       bool with_party) {
    for (const AttainmentRow& each : rows) {
      std::vector<ReportCell> row{title, text(each.name)};
      if (with_party) row.push_back(text(each.party));
      add_counts(row, each.counts);
      table.rows.push_back(std::move(row));
    }
  }
  [[nodiscard]] ReportCell moment(std::int64_t instant) const { return text(program_.zone.format_local(instant)); }

  void add_volume(const ReportCell& title, const runtime::VolumeReport& volume) {
    constexpr std::int64_t points = 10'000;
    constexpr unsigned digits = 4;
    ReportCell expected = nothing();
    ReportCell ahead = nothing();
    if (volume.expected) {
      const auto shown = [&](std::int64_t value) {
        return kernels::format_decimal(kernels::rescale(value, digits, 1, kernels::RoundingMode::half_even).value, 1);
      };
      const std::int64_t difference = static_cast<std::int64_t>(volume.delivered()) * points - *volume.expected;
      expected = {shown(*volume.expected), kernels::format_decimal(*volume.expected, digits), true, false};
      ahead = {(difference > 0 ? "+" : "") + shown(difference), kernels::format_decimal(difference, digits), true,
               false};
    }
    volume_.rows.push_back({title, text(volume.party), text(volume.words), text(volume.stage), day(volume.first_day),
                            day(volume.last_day), count(volume.promised), count(volume.gross), count(volume.rejected),
                            count(volume.delivered()), expected, ahead, count(volume.came_again), count(volume.undated),
                            count(volume.undecided), count(volume.rejection_open)});
    std::uint64_t total = 0;
    for (const runtime::VolumeStep& step : volume.steps) {
      const std::uint64_t delivered = volume.less_rejected ? step.gross - step.rejected : step.gross;
      total += delivered;
      pace_.rows.push_back({title, text(volume.words), text(volume.stage), day(step.first_day), day(step.last_day),
                            count(step.gross), count(step.rejected), count(delivered), count(total)});
    }
  }

  const compiler::Program& program_;
  ReportTable summary_, clauses_, missing_, parties_, owners_, weeks_, volume_, pace_, steps_, open_, files_;
};

}  // namespace

std::vector<ReportTable> sla_tables(const runtime::SlaSummary& summary, const compiler::Program& program) {
  Tables tables(program);
  for (const AgreementReport& report : summary.agreements) tables.add(report);
  for (const runtime::ObjectSummary& object : summary.objects) tables.add(object, summary.relations);
  return tables.take();
}

const std::vector<std::string>& sla_table_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const ReportTable& table : sla_tables({}, {})) found.push_back(table.name);
    return found;
  }();
  return names;
}

}  // namespace muster::tools
