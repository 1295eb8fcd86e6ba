// The bulk run: an export through a policy into a file of verdicts, batch by batch, on several threads. Other objects'
// files are held in memory, leads are not. Rows in = rows answered + repeated + merged + rejected, or the run fails.
// Output files appear under their names only when all are complete.
// May include: runtime/*, compiler/ir, lang/*. Called by: `muster run`, tests.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/emit/csv_writer.h"
#include "runtime/engine/engine.h"
#include "runtime/ingest/lead_reader.h"
#include "runtime/ingest/table_reader.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/run/open.h"

namespace muster::runtime {

// Which groups of columns the file of verdicts has besides the key.
struct RunColumns {
  bool scores = true;
  bool bounds = false;
  bool grades = true;
  bool frameworks = true;
  bool stage = true;
  bool route = true;
  bool values = true;  // what `output` names
  bool undecided = true;
  bool reasons = true;
  bool qualifiers = false;
  bool issues = true;

  [[nodiscard]] static constexpr RunColumns none() {
    return {false, false, false, false, false, false, false, false, false, false, false};
  }
};
struct RunColumnRow {
  std::string_view name;
  bool RunColumns::* member;
};
inline constexpr auto run_column_rows = std::to_array<RunColumnRow>({
    {"scores", &RunColumns::scores},
    {"bounds", &RunColumns::bounds},
    {"grades", &RunColumns::grades},
    {"frameworks", &RunColumns::frameworks},
    {"stage", &RunColumns::stage},
    {"route", &RunColumns::route},
    {"values", &RunColumns::values},
    {"undecided", &RunColumns::undecided},
    {"reasons", &RunColumns::reasons},
    {"qualifiers", &RunColumns::qualifiers},
    {"issues", &RunColumns::issues},
});

// How many rows may be rejected before the run counts as failed: a number of rows, or hundredths of a percent.
struct AllowedRejects {
  std::uint64_t amount = 0;
  bool is_share = false;

  // Of an export of `rows` rows.
  [[nodiscard]] bool permits(std::uint64_t rejected, std::uint64_t rows) const;
};

inline constexpr unsigned most_run_threads = 256;

struct RunOptions : RunInput {
  std::string output;   // "-": the standard output
  std::string rejects;  // written if a row is rejected, or to replace the file of an earlier run
  std::string issues;   // empty: no file
  RunColumns columns;
  FormulaPolicy formulas = FormulaPolicy::keep;
  EngineOptions engine;
  unsigned threads = 1;  // 1 to most_run_threads; the answers, and their order, are the same for any number
};

struct NamedCount {
  std::string name;
  std::uint64_t count = 0;
};
struct CountGroup {
  std::string name;
  std::vector<NamedCount> values;
};
// How many leads answer a qualifier in which way.
struct QualifierCount {
  std::string name;
  std::uint64_t yes = 0;
  std::uint64_t no = 0;
  std::uint64_t undecided = 0;
};
// How many leads meet a letter of a framework in which way.
struct LetterCount {
  std::string name;
  std::uint64_t met = 0;
  std::uint64_t half_met = 0;
  std::uint64_t not_met = 0;
  std::uint64_t unknown = 0;
  std::uint64_t not_reached = 0;
};
struct FrameworkCount {
  std::string name;
  std::vector<LetterCount> letters;
  bool is_qualifying = false;  // it says when a lead is qualified
  QualifierCount qualified;
};
// The spread of one score; values of 4 digits, the mean rounded half to even.
struct ScoreSpread {
  std::string name;
  std::uint64_t leads = 0;
  std::int64_t smallest = 0;
  std::int64_t mean = 0;
  std::int64_t largest = 0;
};
// One kind of trouble with the values of one field (or of one calculation).
struct IssueTally {
  std::string where;  // the column's header, or what is calculated
  std::string what;   // in words: "not a number"
  std::uint64_t count = 0;
  std::uint64_t first_line = 0;
  std::string fix{};  // what to write in the policy; may be empty
};

// The file of one object besides the leads. rows = kept + repeated + contradictory + merged + future + rejected
struct ObjectSummary {
  std::string name;
  std::string file;
  std::uint64_t rows = 0;  // of the file
  std::uint64_t kept = 0;
  std::uint64_t repeated = 0;       // the same key and values as an earlier row
  std::uint64_t contradictory = 0;  // the same key as another row, and other values: one row, open where they differ
  std::uint64_t merged = 0;         // the policy keeps another row for them
  std::uint64_t future = 0;         // later than the evaluation
  std::uint64_t rejected = 0;
  RejectCounts rejected_by_kind{};
  std::optional<RejectedExample> first_rejected;
  std::vector<IssueTally> issues;  // most frequent first
};
// How rows found one another. `many`: child rows that name no parent, or one that is not there or was not answered.
// `one`: rows that name a row that is not there, or that more than one row would fit.
struct RelationSummary {
  std::string object;  // that has the relation
  std::string name;
  std::string other;  // the object of the rows that it leads to
  bool many = false;
  std::uint64_t without_key = 0;
  std::uint64_t without_row = 0;
  std::uint64_t ambiguous = 0;
};

struct RunSummary {
  bool stopped = false;  // by should_stop; then nothing was written
  bool broken_pipe = false;
  std::uint64_t rows = 0;      // of the export
  std::uint64_t answered = 0;  // rows of the output
  std::uint64_t repeated = 0;  // identical repeats, answered together with the first
  std::uint64_t merged = 0;    // leads for which the policy keeps another one (`duplicates`)
  std::uint64_t rejected = 0;
  RejectCounts rejected_by_kind{};
  std::uint64_t rejected_formulas = 0;  // by --csv-formula=reject
  std::uint64_t ignored = 0;            // answered, but they do not count below
  std::vector<NamedCount> ignored_because;
  std::vector<QualifierCount> qualifiers;
  std::vector<ScoreSpread> scores;
  std::vector<CountGroup> grades;
  std::vector<FrameworkCount> frameworks;
  std::vector<NamedCount> ignored_rows;  // child rows of the leads that count, by the reason of their `ignore`
  std::vector<NamedCount> stages;
  std::vector<NamedCount> routes;
  std::uint64_t provisional_routes = 0;
  std::uint64_t undecided_leads = 0;       // with at least one undecided rule
  std::vector<IssueTally> issues;          // most frequent first
  std::vector<ObjectSummary> objects;      // of the files that were read, in the order of the policy
  std::vector<RelationSummary> relations;  // those that the policy follows and that have a file
  std::uint64_t formula_cells = 0;
  std::uint64_t compiled_batches = 0;  // answered by a compiled kernel
  std::uint64_t verified_batches = 0;  // of those: by the interpreter too, and the same
  std::string rejects_file;            // empty: none was written
};

// Errors: those of open_object_files() (usage, file), of reading the files (file, data) and of writing the outputs
// (file). ErrorKind::internal: a row got lost, which is our mistake. RunSummary::broken_pipe: whoever read the standard
// output has gone away.
lang::Result<RunSummary> run_leads(const compiler::Program& program, const RunOptions& options,
                                   const lang::Limits& limits);

}  // namespace muster::runtime
