#include "runtime/run/answerer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace muster::runtime {

namespace {

// Rows that wait for their turn are no more than this; then the thread waits as well.
constexpr std::size_t most_waiting_bytes = std::size_t{4} << 20;

bool stands_before(const CellIssue& left, const CellIssue& right) {
  return std::pair(left.row, left.field) < std::pair(right.row, right.field);
}

}  // namespace

Answerer::Answerer(SharedRun& shared)
    : shared_(shared),
      feeder_(shared.program, *shared.opened.relations, shared.opened.region, shared.options.as_of),
      engine_(shared.program, shared.options.as_of, shared.wanted, shared.kernels),
      verdict_(shared.program, engine_, shared.wanted),
      table_(shared.program, engine_, verdict_, shared.options.columns),
      tally_(shared.program, shared.wanted),
      rows_(shared.options.formulas, ',', CsvText::First::row) {}

bool Answerer::take() {
  unread_.clear();
  unanswered_.clear();
  issues_.clear();
  LeadReader& reader = shared_.opened.reader;
  const auto more = reader.next(batch_, [this](const RejectedRow& row) -> lang::Result<> {
    unread_.push_back({row.kind, row.line, std::string(row.column), std::string(row.reason), std::string(row.raw)});
    return lang::Done{};
  });
  progress_ = reader.progress();
  if (!more) error_ = more.error();
  has_batch_ = more && *more;
  return has_batch_;
}

void Answerer::work(Turn& turn) {
  if (auto answered = answer(turn); !answered) error_ = answered.error();
}

// In parts, where the rows have very many child rows.
lang::Result<> Answerer::answer(Turn& turn) {
  std::size_t next_issue = 0;
  for (std::size_t begin = 0, count = 0; begin < batch_.rows; begin += count) {
    count = feeder_.fill(batch_, begin);
    add_reference_issues();
    if (auto evaluated = engine_.evaluate(feeder_.view()); !evaluated) return evaluated;
    verdict_.bind();
    table_.bind();
    mask_.assign(words_for(count), 0);
    for (std::size_t row = 0; row < count; ++row) {
      const std::size_t first_issue = next_issue;
      while (next_issue < batch_.issues.size() && batch_.issues[next_issue].row == begin + row) ++next_issue;
      answer_row(begin, row, first_issue, next_issue);
      if (rows_.rows_text().size() < most_waiting_bytes) continue;
      if (!turn.wait()) return lang::Done{};
      if (auto written = hand_over_rows(); !written) return written;
    }
    tally_.add(engine_, mask_.data(), count);
  }
  return lang::Done{};
}

// Issues of references belong between those of cells. A repeat has none of its own.
void Answerer::add_reference_issues() {
  if (feeder_.issues().empty()) return;
  for (const CellIssue& issue : feeder_.issues()) {
    if (!test_bit(batch_.repeats.data(), issue.row)) batch_.issues.push_back(issue);
  }
  std::stable_sort(batch_.issues.begin(), batch_.issues.end(), stands_before);
}

// `row` of the part of the batch that begins at `begin`.
void Answerer::answer_row(std::size_t begin, std::size_t row, std::size_t first_issue, std::size_t end_issue) {
  const std::size_t lead = begin + row;
  const std::optional<std::size_t> ignored = verdict_.ignored(row);
  faults_.clear();
  if (!ignored && verdict_.has_faults(row)) verdict_.fault_issues(row, faults_);
  for (const FaultIssue& fault : faults_) {
    if (!fault.rejects) continue;
    ++counts_.rejected_by_kind[static_cast<std::size_t>(RejectKind::overflow)];
    return reject(lead, fmt::format("{} grew past what Muster can count", fault.label));
  }

  write_issue_text(first_issue, end_issue);
  const std::string* because = ignored ? &shared_.program.outputs.ignores[*ignored].because : nullptr;
  const bool undecided = table_.cells(rows_, row, batch_.keys[lead], because, issue_text_);
  if (shared_.options.formulas == FormulaPolicy::reject && rows_.row_has_formula()) {
    rows_.discard_row();
    ++counts_.rejected_formulas;
    return reject(lead, "a cell of its verdict would run as a formula in a spreadsheet");
  }
  if (test_bit(batch_.repeats.data(), lead)) {
    rows_.discard_row();
    ++counts_.repeated;
    return;
  }
  rows_.end_row();

  ++counts_.answered;
  if (ignored) {
    ++counts_.ignored;
  } else if (undecided) {
    ++counts_.undecided_leads;
  }
  set_bit(mask_.data(), row);
  for (std::size_t i = first_issue; i < end_issue; ++i) issues_.push_back({lead, batch_.issues[i]});
  for (const FaultIssue& fault : faults_) issues_.push_back({lead, fault});
}

// For the lead's own row.
void Answerer::write_issue_text(std::size_t first_issue, std::size_t end_issue) {
  issue_text_.clear();
  if (!shared_.options.columns.issues) return;
  const auto add = [this](std::string_view where, std::string_view what) {
    if (!issue_text_.empty()) issue_text_ += "; ";
    issue_text_ += where;
    issue_text_ += ": ";
    issue_text_ += what;
  };
  for (std::size_t i = first_issue; i < end_issue; ++i) {
    add(shared_.files.issues().header_of(batch_.issues[i].field), describe_issue(batch_.issues[i].fault));
  }
  for (const FaultIssue& fault : faults_) add(fault.label, fault.what);
}

// A row that ingest has let through and that gets no answer all the same.
void Answerer::reject(std::size_t lead, std::string reason) {
  ++counts_.rejected;
  unanswered_.push_back({lead, std::move(reason)});
}

lang::Result<> Answerer::hand_over_rows() {
  auto written = shared_.files.add_verdicts(rows_.rows_text());
  rows_.clear_rows();
  return written;
}

lang::Result<> Answerer::hand_over_all() {
  RunFiles& files = shared_.files;
  for (const UnreadRow& row : unread_) {
    if (auto added = files.add_reject({row.kind, row.line, row.column, row.reason, row.raw}); !added) return added;
  }
  if (error_) return *error_;
  if (auto written = hand_over_rows(); !written) return written;
  for (const UnansweredRow& row : unanswered_) {
    const RejectedRow rejected{RejectKind::overflow, batch_.lines[row.lead], {}, row.reason, batch_.raw[row.lead]};
    if (auto added = files.add_reject(rejected); !added) return added;
  }
  for (const Issue& issue : issues_) {
    const auto add = [&](const auto& what) {
      return files.add_issue(batch_.lines[issue.lead], batch_.keys[issue.lead], what);
    };
    if (auto added = std::visit(add, issue.what); !added) return added;
  }
  return lang::Done{};
}

bool Answerer::hand_over() {
  if (auto done = hand_over_all(); !done) {
    shared_.error = done.error();
    return false;
  }
  if (has_batch_ && report_progress(shared_.options, progress_, shared_.opened.table_bytes)) shared_.is_stopped = true;
  return !shared_.is_stopped;
}

}  // namespace muster::runtime
