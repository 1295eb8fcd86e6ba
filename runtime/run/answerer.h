// One thread's part of a run: a batch of leads is read, answered in this thread's own memory, and handed over to the
// run's files when it is its turn. May include: runtime/*, compiler/ir. Called by: run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/support/result.h"
#include "runtime/emit/csv_writer.h"
#include "runtime/engine/engine.h"
#include "runtime/run/feeder.h"
#include "runtime/run/open.h"
#include "runtime/run/relay.h"
#include "runtime/run/run.h"
#include "runtime/run/run_files.h"
#include "runtime/run/verdict_table.h"
#include "runtime/verdict/tally.h"
#include "runtime/verdict/verdict.h"

namespace muster::runtime {

// What all threads of a run share. Who changes what: the reader while a batch is taken, files and end while one is
// handed over.
struct SharedRun {
  const compiler::Program& program;
  const RunOptions& options;
  Wanted wanted;
  OpenRun& opened;
  RunFiles& files;
  std::shared_ptr<KernelSource> kernels;

  std::optional<lang::Error> error{};  // the first, in the order of the export
  bool is_stopped = false;             // by RunOptions::should_stop
};

// Of the rows that one thread has answered. Sums, so that their order is nothing.
struct AnswerCounts {
  std::uint64_t answered = 0;
  std::uint64_t repeated = 0;
  std::uint64_t rejected = 0;
  std::uint64_t rejected_formulas = 0;
  std::uint64_t ignored = 0;
  std::uint64_t undecided_leads = 0;
  RejectCounts rejected_by_kind{};
};

class Answerer final : public Runner {
 public:
  // `shared` outlives the answerer.
  explicit Answerer(SharedRun& shared);

  bool take() override;
  void work(Turn& turn) override;
  bool hand_over() override;

  [[nodiscard]] const VerdictTable& table() const { return table_; }
  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] const Engine& engine() const { return engine_; }
  [[nodiscard]] const AnswerCounts& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t formula_cells() const { return rows_.formula_cells(); }

 private:
  struct UnreadRow {  // RejectedRow with its own memory
    RejectKind kind;
    std::uint64_t line;
    std::string column, reason, raw;
  };
  struct UnansweredRow {
    std::size_t lead;  // of the batch
    std::string reason;
  };
  struct Issue {
    std::size_t lead;
    std::variant<CellIssue, FaultIssue> what;
  };

  lang::Result<> answer(Turn& turn);
  void add_reference_issues();
  void answer_row(std::size_t begin, std::size_t row, std::size_t first_issue, std::size_t end_issue);
  void write_issue_text(std::size_t first_issue, std::size_t end_issue);
  void reject(std::size_t lead, std::string reason);
  lang::Result<> hand_over_rows();
  lang::Result<> hand_over_all();

  SharedRun& shared_;
  Feeder feeder_;
  Engine engine_;
  Verdict verdict_;
  VerdictTable table_;
  Tally tally_;
  AnswerCounts counts_;

  Batch batch_;
  ReadProgress progress_;
  bool has_batch_ = false;
  std::optional<lang::Error> error_;
  std::vector<UnreadRow> unread_;
  CsvText rows_;
  std::vector<UnansweredRow> unanswered_;
  std::vector<Issue> issues_;

  std::vector<Word> mask_;  // rows of the verdicts
  std::vector<FaultIssue> faults_;
  std::string issue_text_;
};

}  // namespace muster::runtime
