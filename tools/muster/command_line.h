// What the user typed, as values. Only command_line.cpp knows the library that reads it.
// May include: lang/*, runtime/ingest, runtime/emit. Called by: main.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "lang/spec/limits.h"
#include "runtime/emit/csv_writer.h"
#include "runtime/ingest/csv.h"
#include "runtime/run/run.h"
#include "runtime/search/search.h"
#include "tools/muster/exit_code.h"
#include "tools/muster/policy.h"

namespace muster::tools {

struct CheckCommand {
  std::vector<std::string> policies;
  PolicyChoices choices;
  std::string print_ir;  // empty: not; "true", a name of compiler::pass_names, or "all"
  bool cost = false;
  lang::Limits limits;
};

struct FmtCommand {
  std::vector<std::string> policies;  // "-" alone: the standard input
  bool check = false;                 // change nothing, name what is not formatted
  bool diff = false;                  // change nothing, show what would change
  lang::Limits limits;
};

struct RunCommand {
  std::string policy;
  std::string leads;
  std::vector<runtime::ObjectFile> files;  // of other objects
  std::string output;                      // empty: LEADS.scored.csv in the current folder
  std::string rejects;                     // empty: LEADS.rejects.csv beside the output
  std::string issues;                      // empty: none
  PolicyChoices choices;
  runtime::AllowedRejects allowed_rejects;
  runtime::RunColumns columns;
  runtime::CsvOptions csv;
  runtime::FormulaPolicy formulas = runtime::FormulaPolicy::keep;
  runtime::EngineOptions engine;
  unsigned threads = 0;  // 0: as many as the machine has cores
  bool quiet = false;
  lang::Limits limits;
};

struct TestCommand {
  std::vector<std::string> policies;
  std::string filter;  // part of a title; empty: all
  std::string junit;   // empty: no file
  bool coverage = false;
  std::uint64_t least_covered = 0;  // hundredths of a percent
  bool watch = false;
  runtime::search::SearchOptions search;
  compiler::PassOptions passes;
  lang::Limits limits;
};

struct InitCommand {
  std::string leads;
  std::string output;  // empty: LEADS.muster in the current folder
  bool to_standard_output = false;
  runtime::CsvOptions csv;
  lang::Limits limits;
};

// Help, the version or a mistake: everything has been said.
struct Finished {
  ExitCode code = ExitCode::ok;
};

struct ExplainCodeCommand {
  std::string code;  // empty: all of them
};

enum class SlaForm : std::uint8_t { text, csv, json, markdown };
struct SlaCommand {
  std::string policy;
  std::string leads;
  std::vector<runtime::ObjectFile> files;  // of other objects
  PolicyChoices choices;
  SlaForm form = SlaForm::text;
  std::string table;     // the one that CSV writes; empty: clauses
  std::string output;    // empty: the standard output
  std::string verdicts;  // a file with every clause of every lead; empty: none
  std::size_t most_open = 20;
  runtime::AllowedRejects allowed_rejects;
  runtime::CsvOptions csv;
  bool quiet = false;
  lang::Limits limits;
};

using Command = std::variant<CheckCommand, FmtCommand, RunCommand, SlaCommand, TestCommand, InitCommand,
                             ExplainCodeCommand, Finished>;

// Never throws. Prints help on the standard output, mistakes on the standard error.
[[nodiscard]] Command read_command_line(int argc, const char* const* argv);

}  // namespace muster::tools
