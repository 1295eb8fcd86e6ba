// The only file that includes CLI11, compiled with -O1: the library's templates take long to optimise.
#include "tools/muster/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/unicode.h"
#include "tools/muster/sla_tables.h"
#include "tools/muster/terminal.h"
#include "tools/muster/version.h"

namespace muster::tools {

namespace {

constexpr auto command_names =
    std::to_array<std::string_view>({"check", "fmt", "run", "test", "sla", "init", "explain-code"});

constexpr std::string_view commands_help =
    "Muster qualifies leads by a written policy: what a qualified lead is, and what Marketing and Sales owe each "
    "other.\n"
    "\n"
    "A first policy from your own export, checked and run:\n"
    "  muster init leads.csv\n"
    "  muster check leads.muster\n"
    "  muster run leads.muster leads.csv\n";

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

// ---- texts of options to values; each returns what is wrong, empty: nothing

std::string read_allowed_rejects(const std::string& text, runtime::AllowedRejects& allowed) {
  std::string_view number = text;
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  const auto whole = parse_count(number);
  if (percent) {
    // Up to two digits after the point: 0.5%
    const std::size_t point = number.find('.');
    const auto before = parse_count(number.substr(0, point));
    std::string fraction = point == std::string_view::npos ? "" : std::string(number.substr(point + 1));
    const bool fraction_given = point != std::string_view::npos;
    if (fraction_given && (fraction.empty() || fraction.size() > 2))
      return "write a share with at most two digits after the point, such as 0.5%";
    fraction.resize(2, '0');
    const auto after = parse_count(fraction);
    if (!before || !after || *before > 100 || (*before == 100 && *after > 0))
      return "write a share from 0% to 100%, such as 2%";
    allowed = {*before * 100 + *after, true};
    return {};
  }
  if (!whole) return "write a number of rows such as 20, or a share such as 2%";
  allowed = {*whole, false};
  return {};
}

std::string read_share(const std::string& text, std::uint64_t& share) {
  runtime::AllowedRejects read;
  const std::string wrong = read_allowed_rejects(text, read);
  if (!wrong.empty() || !read.is_share) return "write a share from 0% to 100%, such as 80%";
  share = read.amount;
  return {};
}

std::string read_columns(const std::string& text, runtime::RunColumns& columns) {
  static const std::map<std::string, std::vector<bool runtime::RunColumns::*>, std::less<>> known = [] {
    std::map<std::string, std::vector<bool runtime::RunColumns::*>, std::less<>> names;
    for (const runtime::RunColumnRow& row : runtime::run_column_rows) {
      names[std::string(row.name)] = {row.member};
      names["all"].push_back(row.member);
    }
    return names;
  }();
  columns = runtime::RunColumns::none();
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string name(lang::trim(rest.substr(0, comma)));
    const auto found = known.find(name);
    if (found == known.end()) {
      std::vector<std::string> names;
      for (const auto& [candidate, members] : known) names.push_back(candidate);
      const std::string near = lang::did_you_mean(name, names);
      return fmt::format(
          "there is no column group \"{}\"; {}", lang::escape_for_terminal(name),
          near.empty() ? fmt::format("there are {}", fmt::join(names, ", ")) : fmt::format("did you mean {}?", near));
    }
    for (const auto member : found->second) columns.*member = true;
    if (comma == std::string_view::npos) return {};
    rest.remove_prefix(comma + 1);
  }
}

std::string read_object_file(const std::string& text, std::vector<runtime::ObjectFile>& files) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return "this is one argument too many; a further file is named with the object that it holds: "
           "Activity=activities.csv";
  }
  if (equals == 0 || equals + 1 == text.size() || text.substr(0, equals).find('/') != std::string::npos) {
    return "write the object and its file: Activity=activities.csv";
  }
  files.push_back({text.substr(0, equals), text.substr(equals + 1)});
  return {};
}

std::string read_leads(const std::string& text, std::uint64_t& leads) {
  constexpr std::uint64_t most = 10'000'000;
  const auto number = parse_count(text);
  if (!number || *number == 0 || *number > most) return "write a number of leads from 1 to 10000000";
  leads = *number;
  return {};
}

std::string read_seed(const std::string& text, std::uint64_t& seed) {
  const auto number = parse_count(text);
  if (!number) return "write a whole number such as 1";
  seed = *number;
  return {};
}

std::string read_separator(const std::string& text, char& separator) {
  if (text == "tab" || text == "\\t" || text == "\t") {
    separator = '\t';
  } else if (text == "comma" || text == ",") {
    separator = ',';
  } else if (text == "semicolon" || text == ";") {
    separator = ';';
  } else if (text == "pipe" || text == "|") {
    separator = '|';
  } else {
    return "columns are separated by comma, semicolon, tab or pipe";
  }
  return {};
}

std::string read_encoding(const std::string& text, runtime::Encoding& encoding) {
  if (text == "utf-8" || text == "utf8" || text == "UTF-8") {
    encoding = runtime::Encoding::utf8;
  } else if (text == "latin1" || text == "latin-1" || text == "windows-1252" || text == "iso-8859-1") {
    encoding = runtime::Encoding::latin1;
  } else {
    return "the encoding is utf-8, or latin1, also named windows-1252";
  }
  return {};
}

std::string read_formulas(const std::string& text, runtime::FormulaPolicy& policy) {
  if (text == "keep") {
    policy = runtime::FormulaPolicy::keep;
  } else if (text == "escape") {
    policy = runtime::FormulaPolicy::escape;
  } else if (text == "reject") {
    policy = runtime::FormulaPolicy::reject;
  } else {
    return "say what to do with cells that a spreadsheet would run: keep, escape or reject";
  }
  return {};
}

std::string read_engine(const std::string& text, runtime::EngineChoice& choice) {
  for (const auto& row : runtime::engine_choice_rows) {
    if (text != row.name) continue;
    choice = row.choice;
    return {};
  }
  return "name the engine: auto, interpreter or jit";
}

// 1/N: one batch of N.
std::string read_verify(const std::string& text, std::uint64_t& one_of) {
  constexpr std::string_view one = "1/";
  const auto number = text.starts_with(one) ? parse_count(std::string_view(text).substr(one.size())) : std::nullopt;
  if (!number || *number == 0) return "say which part to check: 1/1000 is one batch of a thousand, 1/1 is all";
  one_of = *number;
  return {};
}

std::string read_threads(const std::string& text, unsigned& threads) {
  const auto number = parse_count(text);
  if (!number || *number < 1 || *number > runtime::most_run_threads) {
    return fmt::format("a run has 1 to {} threads; without --threads, one for each core", runtime::most_run_threads);
  }
  threads = static_cast<unsigned>(*number);
  return {};
}

std::string read_form(const std::string& text, SlaForm& form) {
  if (text == "text") {
    form = SlaForm::text;
  } else if (text == "csv") {
    form = SlaForm::csv;
  } else if (text == "json") {
    form = SlaForm::json;
  } else if (text == "markdown") {
    form = SlaForm::markdown;
  } else {
    return "the report is written as text, markdown, csv or json";
  }
  return {};
}

std::string joined_tables() { return fmt::format("{}", fmt::join(sla_table_names(), ", ")); }

std::string read_table_name(const std::string& text, std::string& table) {
  const std::vector<std::string>& names = sla_table_names();
  if (std::find(names.begin(), names.end(), text) == names.end()) {
    const std::string near = lang::did_you_mean(text, names);
    return near.empty() ? "there are " + joined_tables() : fmt::format("did you mean {}?", near);
  }
  table = text;
  return {};
}

std::string read_limit(const std::string& text, lang::Limits& limits) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  for (const lang::LimitRow& row : lang::limit_rows) {
    if (row.name != name) continue;
    const auto value =
        equals == std::string::npos ? std::nullopt : parse_count(std::string_view(text).substr(equals + 1));
    // Sizes are kept in 32 bits in places; no limit needs to be higher.
    if (!value || *value == 0 || *value > UINT32_MAX / 2)
      return fmt::format("write {}=NUMBER; the number is of {}", row.name, row.unit);
    limits.*row.member = *value;
    return {};
  }
  std::vector<std::string> names;
  for (const lang::LimitRow& row : lang::limit_rows) names.emplace_back(row.name);
  const std::string near = lang::did_you_mean(name, names);
  if (!near.empty())
    return fmt::format("there is no limit \"{}\"; did you mean {}?", lang::escape_for_terminal(name), near);
  return fmt::format("there is no limit \"{}\"; there are {}", lang::escape_for_terminal(name), fmt::join(names, ", "));
}

// What is wrong with the name of a pass; empty: nothing.
std::string wrong_pass(const std::string& text, std::string_view also) {
  std::vector<std::string> names;
  for (const compiler::PassName& pass : compiler::pass_names) names.emplace_back(pass.name);
  if (!also.empty()) names.emplace_back(also);
  if (std::find(names.begin(), names.end(), text) != names.end()) return {};
  const std::string near = lang::did_you_mean(text, names);
  return near.empty() ? fmt::format("there are {}", fmt::join(names, ", ")) : fmt::format("did you mean {}?", near);
}

std::string read_pass(const std::string& text, compiler::PassOptions& passes) {
  for (const compiler::PassName& pass : compiler::pass_names) {
    if (pass.name == text) passes.*pass.member = false;
  }
  return wrong_pass(text, "");
}

std::string read_setting(const std::string& text, std::vector<std::string>& settings) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || lang::trim(text.substr(equals + 1)).empty())
    return "write the setting and its value: smallest_company=50";
  settings.push_back(text);
  return {};
}

// ---- the commands as CLI11 sees them

class Reader {
 public:
  Reader() : app_("", "muster") {
    app_.description(std::string(commands_help));
    app_.footer(std::string("muster COMMAND --help explains a command.\n\n") + exit_code_help);
    app_.set_help_flag("-h,--help", "Show this help");
    app_.set_version_flag("--version", [] { return fmt::format("muster {}", version); }, "Show the version");
    app_.require_subcommand(0, 1);
    app_.get_formatter()->column_width(32);
    app_.get_formatter()->label("REQUIRED", "");
    app_.get_formatter()->label("TEXT", "");
    app_.get_formatter()->label("OPTIONS", "OPTIONS");
    add_check();
    add_fmt();
    add_run();
    add_sla();
    add_test();
    add_init();
    add_explain_code();
  }

  Command read(int argc, const char* const* argv) {
    if (argc < 2) {
      write(Stream::error, app_.help());
      return Finished{ExitCode::usage};
    }
    if (const std::string first = argv[1];
        !first.starts_with("-") &&
        std::find(command_names.begin(), command_names.end(), first) == command_names.end()) {
      return unknown_command(first);
    }
    // The parser would take the next argument for the value.
    for (const std::string_view argument : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
      if (argument == "--") break;
      if (!argument.starts_with("--") || argument.find('=') + 1 != argument.size()) continue;
      const std::string command = std::string_view(argv[1]).starts_with("-") ? "" : argv[1];
      const CLI::App* const app = command.empty() ? &app_ : app_.get_subcommand(command);
      const CLI::Option* const option = app->get_option_no_throw(std::string(argument.substr(0, argument.size() - 1)));
      if (option == nullptr || option->get_type_name().empty()) break;  // which the parser tells
      return say(fmt::format("{} needs a value: {}\n  see: muster {}{}--help", option->get_name(),
                             option->get_type_name(), command, command.empty() ? "" : " "));
    }
    try {
      app_.parse(argc, const_cast<char**>(argv));  // NOLINT: CLI11 2.1 takes char** and only reads it
    } catch (const CLI::CallForHelp&) {
      write(Stream::output, &current() == &app_ ? app_.help() : current().help("muster"));
      return Finished{};
    } catch (const CLI::CallForVersion& called) {
      write(Stream::output, fmt::format("{}\n", called.what()));
      return Finished{};
    } catch (const CLI::ExtrasError&) {
      return unexpected();
    } catch (const CLI::RequiredError&) {
      return complain(missing_argument());
    } catch (const CLI::ValidationError& error) {
      return complain(error.what());
    } catch (const CLI::ArgumentMismatch& error) {
      return complain(plain(without_value(error.what())));
    } catch (const CLI::ParseError& error) {
      return complain(plain(error.what()));
    }
    if (check_app_->parsed()) return check_;
    if (fmt_app_->parsed()) return with_one_standard_input();
    if (run_app_->parsed()) return with_files(run_);
    if (sla_app_->parsed()) return with_files(sla_);
    if (test_app_->parsed()) return test_;
    if (init_app_->parsed()) return init_;
    if (explain_code_app_->parsed()) return explain_code_;
    write(Stream::error, app_.help());
    return Finished{ExitCode::usage};
  }

 private:
  template <class Target>
  static void add_option(CLI::App* app, const char* names, const char* type, const char* doc, Target& target,
                         std::string (*reader)(const std::string&, Target&)) {
    app->add_option_function<std::string>(
           names,
           [names, &target, reader](const std::string& text) {
             const std::string wrong = reader(text, target);
             if (!wrong.empty()) {
               throw CLI::ValidationError(names, fmt::format("\"{}\": {}", lang::escape_for_terminal(text), wrong));
             }
           },
           doc)
        ->type_name(type)
        ->trigger_on_parse();  // each time that it is given, not only the last
  }

  static void add_limits(CLI::App* app, lang::Limits& limits) {
    add_option(app, "--limit", "NAME=VALUE", "Raise a limit of safety; may be given several times", limits, read_limit);
  }

  static void add_choices(CLI::App* app, PolicyChoices& choices, const char* as_of) {
    app->add_option("--as-of", choices.as_of, as_of)->type_name("DATE");
    add_option(app, "--set", "NAME=VALUE", "Give a setting another value for this time; may be given several times",
               choices.settings, read_setting);
    add_passes(app, choices.passes);
  }

  static void add_passes(CLI::App* app, compiler::PassOptions& passes) {
    add_option(app, "--without-pass", "NAME",
               "Leave out an optimisation, to find out whether it is to blame; may be given several times", passes,
               read_pass);
  }

  static void add_csv(CLI::App* app, runtime::CsvOptions& csv) {
    add_option(app, "--separator", "SIGN",
               "What stands between columns: comma, semicolon, tab or pipe; found by itself", csv.separator,
               read_separator);
    add_option(app, "--encoding", "NAME", "utf-8 (the default), or latin1, also named windows-1252", csv.encoding,
               read_encoding);
  }

  CLI::App* add_command(const char* name, const char* doc, const char* example) {
    CLI::App* app = app_.add_subcommand(name, doc);
    app->set_help_flag("-h,--help", "Show this help");
    app->footer(fmt::format("Example:\n{}\n\n{}", example, exit_code_help));
    app->fallthrough(false);
    return app;
  }

  void add_check() {
    check_app_ =
        add_command("check", "Read policies and report the mistakes of their rules in one run",
                    "  muster check policy.muster\n"
                    "names every mistake of the rules, with its line and mostly the fix. It opens no export and no\n"
                    "file of rows: muster run does. It tries no test: muster test does, and refuses a test without\n"
                    "the `as of` that it needs.");
    check_app_->add_option("POLICY", check_.policies, "Policy files")->required()->type_name("FILE");
    add_choices(check_app_, check_.choices, "The day on which the policy would be used: warn if it is not in effect");
    check_app_->add_flag("--cost", check_.cost, "Print the most work for each lead and for each row of further files");
    // CLI11 gives a flag without a value the value "true".
    check_app_
        ->add_flag("--print-ir", check_.print_ir,
                   "Print the compiled form before and after it is optimised, for people who work on Muster;\n"
                   "--print-ir=PASS prints it after that pass too, --print-ir=all after each")
        ->check([](const std::string& text) {
          const std::string wrong = text == "true" ? "" : wrong_pass(text, "all");
          return wrong.empty() ? wrong : fmt::format("\"{}\": {}", lang::escape_for_terminal(text), wrong);
        });
    add_limits(check_app_, check_.limits);
  }

  void add_fmt() {
    fmt_app_ =
        add_command("fmt", "Give policies their one layout, without changing what they mean",
                    "  muster fmt policy.muster\n"
                    "rewrites the file and names it, if its layout was another one. Line breaks and comments stay\n"
                    "where they are. In CI: muster fmt --check *.muster");
    fmt_app_
        ->add_option("POLICY", fmt_.policies, "Policy files; - reads the standard input and writes the standard output")
        ->required()
        ->type_name("FILE");
    fmt_app_->add_flag("--check", fmt_.check, "Change nothing; name what is not formatted and end with exit code 1");
    fmt_app_->add_flag("--diff", fmt_.diff, "Change nothing; show what would change");
    add_limits(fmt_app_, fmt_.limits);
  }

  void add_run() {
    run_app_ =
        add_command("run", "Apply a policy to an export and write a file of verdicts",
                    "  muster run policy.muster leads.csv Activity=activities.csv --as-of 2026-02-01\n"
                    "writes leads.scored.csv (one row for each lead, in the order of the export) and, if some rows\n"
                    "got no answer, leads.rejects.csv (line, column, reason and the row). With too many rejects\n"
                    "both files are written all the same, and the exit code is 3. A file that the policy names\n"
                    "(object Activity from \"activities.csv\") has to be there; the run may name another one.\n"
                    "What the policy reads of an object without any file is missing.");
    run_app_->add_option("POLICY", run_.policy, "The policy file")->required()->type_name("FILE");
    run_app_->add_option("LEADS", run_.leads, "The export, a CSV file")->required()->type_name("FILE");
    run_app_->add_option("FILES", further_, "Files with the rows of other objects: Activity=activities.csv")
        ->type_name("OBJECT=FILE");
    run_app_
        ->add_option("-o,--output", run_.output,
                     "The file of verdicts; LEADS.scored.csv in the current folder, - for the standard output")
        ->type_name("FILE");
    run_app_
        ->add_option("--rejects", run_.rejects,
                     "The file of rows without a verdict; LEADS.rejects.csv beside the output")
        ->type_name("FILE");
    run_app_->add_option("--issues", run_.issues, "A file of every cell of the export that could not be used")
        ->type_name("FILE");
    add_choices(run_app_, run_.choices, "The moment of the evaluation: 2026-02-01, or 2026-02-01T09:30");
    add_option(run_app_, "--max-rejects", "N|N%", "How many rows may be rejected before the exit code is 3; 0",
               run_.allowed_rejects, read_allowed_rejects);
    add_option(run_app_, "--columns", "GROUPS",
               "What to write: scores,bounds,grades,frameworks,stage,route,values,undecided,reasons,qualifiers,issues\n"
               "or all",
               run_.columns, read_columns);
    add_csv(run_app_, run_.csv);
    add_option(run_app_, "--csv-formula", "HOW",
               "Cells that a spreadsheet would run: keep (and count), escape or reject", run_.formulas, read_formulas);
    add_option(run_app_, "--engine", "NAME",
               "What works out the answers; they are the same: interpreter, jit (compiled), or auto (the default:\n"
               "interpreted, and compiled meanwhile where there are leads enough)",
               run_.engine.choice, read_engine);
    add_option(run_app_, "--verify", "1/N",
               "Work out about one compiled answer of N with the interpreter too, and stop if they differ. Whole\n"
               "batches are taken, of up to 4,096 leads: the first of every N that compiled code answers",
               run_.engine.verify_one_of, read_verify);
    add_option(run_app_, "--threads", "N",
               "How many threads work; one for each core. What is written is the same for any number", run_.threads,
               read_threads);
    run_app_->add_flag("-q,--quiet", run_.quiet, "No summary and no progress");
    add_limits(run_app_, run_.limits);
  }

  void add_sla() {
    sla_app_ = add_command(
        "sla", "Report how Marketing and Sales keep their agreement",
        "  muster sla policy.muster leads.csv Activity=activities.csv --as-of 2026-02-01T17:00\n"
        "prints, clause by clause, what was met, is due or was breached; by party, owner and week of the\n"
        "handoff; numbers delivered against promised, with the pace; and open deadlines, most urgent first.");
    sla_app_->add_option("POLICY", sla_.policy, "The policy file, with an `sla`")->required()->type_name("FILE");
    sla_app_->add_option("LEADS", sla_.leads, "The export, a CSV file")->required()->type_name("FILE");
    sla_app_->add_option("FILES", further_, "Files with the rows of other objects: Activity=activities.csv")
        ->type_name("OBJECT=FILE");
    add_choices(sla_app_, sla_.choices, "The moment of the report: 2026-02-01T17:00, or a day for its end");
    add_option(sla_app_, "--format", "FORM", "text (the default), markdown, csv or json", sla_.form, read_form);
    add_option(sla_app_, "--table", "NAME", ("The table that csv writes: " + joined_tables()).c_str(), sla_.table,
               read_table_name);
    sla_app_->add_option("-o,--output", sla_.output, "The file of the report; the standard output without it")
        ->type_name("FILE");
    sla_app_->add_option("--verdicts", sla_.verdicts, "A CSV file with every clause of every lead")->type_name("FILE");
    sla_app_->add_option("--open", sla_.most_open, "How many open deadlines are listed; 20")
        ->type_name("N")
        ->check(CLI::Range(0, 1'000'000));
    add_option(sla_app_, "--max-rejects", "N|N%", "How many rows may be rejected before the exit code is 3; 0",
               sla_.allowed_rejects, read_allowed_rejects);
    add_csv(sla_app_, sla_.csv);
    sla_app_->add_flag("-q,--quiet", sla_.quiet, "No progress");
    add_limits(sla_app_, sla_.limits);
  }

  void add_test() {
    test_app_ = add_command("test", "Run the tests of policies, and try what they guarantee with random leads",
                            "  muster test policy.muster\n"
                            "tells of each test whether it passes, and of each that fails what came out instead.\n"
                            "Coverage is the share of answers that were seen: each rule can be yes and can be no.\n"
                            "How often a rule was undecided is shown beside it and does not count.\n"
                            "A guarantee that no random lead breaks has been tried, not proven.");
    test_app_->add_option("POLICY", test_.policies, "Policy files")->required()->type_name("FILE");
    test_app_->add_option("--filter", test_.filter, "Run only tests with this text in their title")->type_name("TEXT");
    test_app_->add_option("--junit", test_.junit, "A file of the results for CI, in JUnit's XML")->type_name("FILE");
    test_app_->add_flag("--coverage", test_.coverage, "Show how often each rule was yes, no and undecided");
    add_option(test_app_, "--min-coverage", "N%", "Fail where less than this share of answers was seen",
               test_.least_covered, read_share);
    test_app_->add_flag(
        "--watch", test_.watch,
        "Run again whenever the policy or a file that it names changes; Ctrl-C ends it (exit code 130)");
    add_option(test_app_, "--leads", "NUMBER", "How many random leads each guarantee is tried with; 10000",
               test_.search.leads, read_leads);
    add_option(test_app_, "--seed", "NUMBER", "Which random leads: the same number gives the same ones; 1",
               test_.search.seed, read_seed);
    add_passes(test_app_, test_.passes);
    add_limits(test_app_, test_.limits);
  }

  void add_init() {
    init_app_ = add_command("init", "Write a first policy from an export: types, picklists, keys, missing shares",
                            "  muster init leads.csv\n"
                            "writes leads.muster. An existing file is never overwritten.");
    init_app_->add_option("LEADS", init_.leads, "The export, a CSV file")->required()->type_name("FILE");
    auto* output =
        init_app_
            ->add_option("-o,--output", init_.output, "The policy file to write; LEADS.muster in the current folder")
            ->type_name("FILE");
    init_app_->add_flag("--stdout", init_.to_standard_output, "Print the policy, write no file")->excludes(output);
    add_csv(init_app_, init_.csv);
    add_limits(init_app_, init_.limits);
  }

  void add_explain_code() {
    explain_code_app_ = add_command("explain-code", "Say what a message such as M2001 means and what to do",
                                    "  muster explain-code M2001\n"
                                    "prints its page; without a code all of them are listed.");
    explain_code_app_->add_option("CODE", explain_code_.code, "The code, as it stands in the message")->type_name("");
  }

  // The command that was being read, or the program.
  const CLI::App& current() const {
    for (const CLI::App* app : {check_app_, fmt_app_, run_app_, sla_app_, test_app_, init_app_, explain_code_app_}) {
      if (app->parsed() || app->count_all() > 0) return *app;
    }
    return app_;
  }

  static Command say(const std::string& text) {
    write(Stream::error, fmt::format("muster: {}\n", text));
    return Finished{ExitCode::usage};
  }

  Command complain(const std::string& text) const {
    const std::string& name = current().get_name();
    return say(fmt::format("{}\n  see: muster {}--help", text, name == "muster" ? "" : name + " "));
  }

  Command unknown_command(const std::string& name) const {
    const std::string near = lang::did_you_mean(name, {command_names.begin(), command_names.end()});
    const std::string shown = lang::escape_for_terminal(name);
    if (!near.empty()) return say(fmt::format("there is no command \"{}\"; did you mean `muster {}`?", shown, near));
    return say(fmt::format("there is no command \"{}\"; there are {}\n  see: muster --help", shown,
                           fmt::join(command_names, ", ")));
  }

  Command with_one_standard_input() const {
    const auto& policies = fmt_.policies;
    if (policies.size() > 1 && std::find(policies.begin(), policies.end(), "-") != policies.end()) {
      return complain("\"-\", the standard input, stands alone");
    }
    return fmt_;
  }

  // Only now is it known that no option was misspelt, whose value would stand among the files.
  template <class WithFiles>
  Command with_files(WithFiles& command) {
    for (const std::string& text : further_) {
      const std::string shown = lang::escape_for_terminal(text);
      if (text.starts_with('-')) return complain(fmt::format("there is no option \"{}\"", shown));
      const std::string wrong = read_object_file(text, command.files);
      if (!wrong.empty()) return complain(fmt::format("\"{}\": {}", shown, wrong));
    }
    return command;
  }

  Command unexpected() const {
    const CLI::App& app = current();
    std::vector<std::string> rest = app.remaining(true);
    if (rest.empty()) rest = app_.remaining(true);
    std::erase(rest, "--");  // only says that options end
    const std::string first = rest.empty() ? std::string() : rest.front();
    const std::string shown = lang::escape_for_terminal(first);
    if (!first.starts_with('-')) return complain(fmt::format("\"{}\" is one argument too many", shown));
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    const std::string written = first.substr(0, first.find('='));
    const std::string near = lang::did_you_mean(written, names);
    if (!near.empty()) return complain(fmt::format("there is no option \"{}\"; did you mean {}?", shown, near));
    return complain(fmt::format("there is no option \"{}\"", shown));
  }

  std::string missing_argument() const {
    const CLI::App& app = current();
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_required() && option->count() == 0) {
        return fmt::format("`muster {}` needs {}", app.get_name(),
                           option->get_name() == "POLICY" ? "a policy file" : "an export (a CSV file)");
      }
    }
    return "something is missing";
  }

  // "--output: 1 required FILE missing" in words.
  static std::string without_value(const std::string& text) {
    constexpr std::string_view count = ": 1 required ";
    constexpr std::string_view missing = " missing";
    const std::size_t at = text.find(count);
    if (at == std::string::npos || !text.ends_with(missing)) return text;
    const std::size_t begin = at + count.size();
    return fmt::format("{} needs a value: {}", text.substr(0, at),
                       text.substr(begin, text.size() - missing.size() - begin));
  }

  // CLI11's sentences begin with a capital letter or "--option:"; ours do not.
  static std::string plain(std::string text) {
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a')
      text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return lang::escape_for_terminal(text);
  }

  CLI::App app_;
  CLI::App* check_app_ = nullptr;
  CLI::App* fmt_app_ = nullptr;
  CLI::App* run_app_ = nullptr;
  CLI::App* sla_app_ = nullptr;
  CLI::App* test_app_ = nullptr;
  CLI::App* init_app_ = nullptr;
  CLI::App* explain_code_app_ = nullptr;
  CheckCommand check_;
  FmtCommand fmt_;
  RunCommand run_;
  SlaCommand sla_;
  TestCommand test_;
  InitCommand init_;
  ExplainCodeCommand explain_code_;
  std::vector<std::string> further_;  // OBJECT=FILE, as written
};

}  // namespace

Command read_command_line(int argc, const char* const* argv) {
  try {
    return Reader().read(argc, argv);
  } catch (const std::exception& error) {  // of the library, while it is being set up
    write(Stream::error, fmt::format("muster: {}\n", error.what()));
    return Finished{ExitCode::internal};
  }
}

}  // namespace muster::tools
