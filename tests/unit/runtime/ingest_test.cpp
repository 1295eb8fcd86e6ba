// Holds what becomes of the rows and cells of an export: values, issues, rejected rows, repeated keys (language section
// 4, numbers 2, 8, 17, 22, 23), and that every row is accounted for.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/spec/spec.h"
#include "runtime/ingest/lead_reader.h"

using namespace muster;
using namespace muster::runtime;
using compiler::FieldSchema;
using compiler::Kind;
using kernels::CellFault;

namespace {

FieldSchema field(std::string name, Kind kind, std::vector<std::string> headers, bool optional = true) {
  FieldSchema made;
  made.name = std::move(name);
  made.type.kind = kind;
  made.headers = std::move(headers);
  made.optional = optional;
  return made;
}

enum Fields : std::uint32_t { id, employees, revenue, industry, customer, created, title, email, owner };

// Reads everything but email, which is required, and owner, which nobody needs.
compiler::Program policy() {
  compiler::Program program;
  compiler::ObjectSchema& schema = program.schema.objects.emplace_back();
  schema.name = "Lead";
  schema.fields = {field("id", Kind::text, {"Record ID", "Id"}, false),
                   field("employees", Kind::integer, {"Employees"}, false),
                   field("revenue", Kind::money, {"Revenue"}),
                   field("industry", Kind::picklist, {"Industry"}),
                   field("is_customer", Kind::boolean, {"Customer"}),
                   field("created", Kind::date, {"Created"}),
                   field("title", Kind::text, {"Job Title"}),
                   field("email", Kind::text, {"E-Mail"}),
                   field("owner", Kind::text, {"Owner"})};
  schema.fields[revenue].type.digits = 2;
  const lang::CurrencyRow* dollars = lang::find_currency("USD");
  schema.fields[revenue].type.currency = static_cast<std::uint16_t>(dollars - lang::currency_rows.data());
  schema.fields[email].required = true;
  for (FieldSchema& each : schema.fields) each.missing_when = {"N/A", "-"};
  compiler::PicklistSchema industries;
  industries.name = "Industry";
  industries.members = {{"Software", {"SaaS", "software company"}}, {"Health", {"Healthcare"}}};
  program.schema.picklists = {industries};
  schema.key = id;
  compiler::Space root;
  root.parent = compiler::SpaceId{compiler::root_space};
  root.columns = {title, id, employees, revenue, industry, customer, created};
  program.spaces.add(root);
  return program;
}

constexpr std::string_view header = "record id,Employees,Revenue,Industry,Customer,Created,Job Title,E-Mail\n";

struct Read {
  std::vector<std::string> leads;     // "line key: title|employees|revenue|industry|customer|created"
  std::vector<std::string> issues;    // "line field fault"
  std::vector<std::string> rejected;  // "line column: reason <raw>"
  ReadCounts counts;
  lang::Error error;
  bool failed = false;
};

std::string value(const Column& column, std::size_t row) {
  if (!test_bit(column.known.data(), row)) return "?";
  switch (column.physical) {
    case compiler::Physical::integer:
      return std::to_string(column.integers[row]);
    case compiler::Physical::code:
      return std::to_string(column.codes[row]);
    case compiler::Physical::text:
      return std::string(column.dictionary.text(column.codes[row]));
    case compiler::Physical::boolean:
      return test_bit(column.yes.data(), row) ? "yes" : "no";
  }
  return "";
}

Read drain(lang::Result<LeadReader> reader, const compiler::Program& program) {
  Read read;
  if (!reader) {
    read.failed = true;
    read.error = reader.error();
    return read;
  }
  Batch batch;
  const RejectSink sink = [&](const RejectedRow& row) -> lang::Result<> {
    read.rejected.push_back(fmt::format("{} {}: {} <{}>", row.line, row.column, row.reason, row.raw));
    return lang::Done{};
  };
  for (;;) {
    auto more = reader->next(batch, sink);
    if (!more) {
      read.failed = true;
      read.error = more.error();
      break;
    }
    if (!*more) break;
    const std::vector<std::uint32_t>& columns = program.spaces[compiler::SpaceId{0}].columns;
    CHECK(batch.view().spaces[0].columns.size() == columns.size());
    CHECK(batch.rows == batch.keys.size());
    CHECK(batch.rows == batch.raw.size());
    for (std::size_t row = 0; row < batch.rows; ++row) {
      if (test_bit(batch.repeats.data(), row)) continue;
      std::string lead = fmt::format("{} {}: ", batch.lines[row], batch.keys[row]);
      for (std::size_t i = 0; i < batch.columns.size(); ++i) {
        if (columns[i] == id) {
          CHECK(value(batch.columns[i], row) == batch.keys[row]);
        } else {
          lead += value(batch.columns[i], row) + "|";
        }
      }
      read.leads.push_back(lead);
    }
    for (const CellIssue& issue : batch.issues) {
      const std::string fault = issue.fault == CellIssue::blank     ? "blank"
                                : issue.fault == CellIssue::rounded ? "rounded"
                                : issue.fault == CellIssue::not_yet ? "not yet"
                                                                    : std::to_string(issue.fault);
      read.issues.push_back(fmt::format("{} {} {}", batch.lines[issue.row],
                                        program.schema.subject_object().fields[issue.field].name, fault));
    }
    for (const Column& column : batch.columns) {  // bits past the last row are 0
      for (std::size_t row = batch.rows; row < batch_rows; ++row) CHECK_FALSE(test_bit(column.known.data(), row));
    }
  }
  read.counts = reader->counts();
  if (!read.failed) {
    CHECK(read.counts.rows == reader->total_rows());
    CHECK(read.counts.rows ==
          read.counts.leads + read.counts.repeated + read.counts.merged + read.counts.rejected_rows());
    CHECK(read.counts.leads == read.leads.size());
    CHECK(reader->progress().bytes_read == reader->progress().bytes_total);
  }
  return read;
}

Read read(std::string_view text, const compiler::Program& program = policy(), std::size_t chunk = 0,
          const lang::Limits& limits = {}, const ReadOptions& options = {}) {
  return drain(LeadReader::open(open_memory(text, chunk), "leads.csv", program, options, limits), program);
}

Read read_rows(const std::string& rows) { return read(std::string(header) + rows); }

std::string fault(CellFault kind) { return std::to_string(static_cast<int>(kind)); }

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("values, and what is no value") {
  const Read found = read_rows(
      "1,250,\"$1,000.50\",saas,Yes,2026-01-31,VP Sales,a@b.c\n"
      " 2 , 7 , 3 , HEALTHCARE , no , 1970-01-02 ,  CTO\t, x\n"
      "3,n/a,-,,,,,x\n"
      "4,12k,1.999,Mining,maybe,2026-02-30,-,x\n");
  CHECK(found.leads == Lines{"2 1: VP Sales|250|100050|0|yes|20484|", "3 2: CTO|7|300|1|no|1|", "4 3: ?|?|?|?|?|?|",
                             "5 4: ?|?|200|?|?|?|"});
  CHECK(found.issues == Lines{"4 employees blank", "5 employees " + fault(CellFault::not_a_number), "5 revenue rounded",
                              "5 industry " + fault(CellFault::unknown_spelling),
                              "5 is_customer " + fault(CellFault::not_yes_or_no),
                              "5 created " + fault(CellFault::no_such_day)});
  CHECK(found.rejected.empty());
}

TEST_CASE("a picklist with `other` takes every spelling") {
  auto program = policy();
  program.schema.picklists[0].members.push_back({"Anything", {}});
  program.schema.picklists[0].other = 2;
  const Read found = read(std::string(header) + "1,1,,Mining,,,,x\n", program);
  CHECK(found.leads == Lines{"2 1: ?|1|?|2|?|?|"});
  CHECK(found.issues.empty());
}

TEST_CASE("rows that get no answer, with the line, the column and the reason") {
  const Read found = read_rows(
      "1,1,,,,,,x\n"
      ",1,,,,,,x\n"
      "n/a,1,,,,,,x\n"
      "5,1,,,,,,-\n"
      "6,1\n"
      "7,1,,,,,\"x\"y,x\n"
      "8,1,,,,,,x\n");
  CHECK(found.leads == Lines{"2 1: ?|1|?|?|?|?|", "8 8: ?|1|?|?|?|?|"});
  CHECK(found.rejected ==
        Lines{"3 record id: there is no key in \"record id\" <,1,,,,,,x>",
              "4 record id: there is no key in \"record id\" <n/a,1,,,,,,x>",
              "5 E-Mail: the policy requires `email`, and it is blank <5,1,,,,,,->",
              "6 Revenue: the row has 2 cells and the header 8 <6,1>",
              "7 Job Title: there is text after this cell's closing quote (a quote inside a cell is written twice) "
              "<7,1,,,,,\"x\"y,x>"});
  CHECK(found.counts.rejected[static_cast<std::size_t>(RejectKind::key_missing)] == 2);
  CHECK(found.counts.rejected[static_cast<std::size_t>(RejectKind::required_missing)] == 1);
}

TEST_CASE("a required field that the policy reads and that is malformed") {
  auto program = policy();
  program.schema.objects[0].fields[employees].required = true;
  const Read found = read(std::string(header) + "1,12k,5,saas,yes,,T,x\n2,8,,,,,,x\n", program);
  CHECK(found.leads == Lines{"3 2: ?|8|?|?|?|?|"});  // nothing of the rejected row is left
  CHECK(found.rejected == Lines{"2 Employees: the policy requires `employees`, and \"12k\" is " +
                                std::string(kernels::describe(CellFault::not_a_number)) + " <1,12k,5,saas,yes,,T,x>"});
  CHECK(found.issues.empty());
}

TEST_CASE("number 23: identical rows are answered once, different ones with one key not at all") {
  const Read found = read_rows(
      "42,1,,,,,,x\n"
      "7,1,,,,,,x\n"
      " 42 ,1 ,,,,,,x\n"
      "7,2,,,,,,x\n"
      "aB,1,,,,,,x\n"
      "ab,1,,,,,,x\n"
      "9,1,,,,,,\n"
      "9,1,,,,,,\n");
  // Keys are compared by bytes, so aB and ab are two leads; a repeat of a rejected row is rejected.
  CHECK(found.leads == Lines{"2 42: ?|1|?|?|?|?|", "6 aB: ?|1|?|?|?|?|", "7 ab: ?|1|?|?|?|?|"});
  CHECK(found.counts.repeated == 1);
  REQUIRE(found.rejected.size() == 4);
  CHECK(found.rejected[0] == "3 record id: key \"7\" is also on line 5 with other values <7,1,,,,,,x>");
  CHECK(found.rejected[1] == "5 record id: key \"7\" is also on line 3 with other values <7,2,,,,,,x>");
  CHECK(found.counts.rejected[static_cast<std::size_t>(RejectKind::required_missing)] == 2);
}

TEST_CASE("an event that lies after the evaluation has not happened") {
  auto program = policy();
  program.schema.objects[0].fields[created].event = true;
  ReadOptions options;
  options.as_of = AsOf{.instant = 0, .day = 20484};  // 2026-01-31
  const std::string text = std::string(header) + "1,1,,,,2026-01-31,,x\n2,1,,,,2026-02-01,,x\n";
  const Read found = read(text, program, 0, {}, options);
  CHECK(found.leads == Lines{"2 1: ?|1|?|?|?|20484|", "3 2: ?|1|?|?|?|?|"});
  CHECK(found.issues == Lines{"3 created not yet"});
  CHECK(read(text, program).issues.empty());  // nobody asks when

  program.schema.objects[0].fields[created].required = true;
  const Read rejected = read(text, program, 0, {}, options);
  CHECK(rejected.leads.size() == 1);
  CHECK(
      rejected.rejected ==
      Lines{
          "3 Created: the policy requires `created`, and \"2026-02-01\" has not happened yet <2,1,,,,2026-02-01,,x>"});
}

TEST_CASE("number 23: `duplicates` keeps one of several leads") {
  auto program = policy();
  // By title, the newest by creation. Revenue 1 stands for a lead that is not answered.
  program.schema.objects[0].duplicates = compiler::DuplicatesSchema{{}, title, true, created, true};
  program.schema.objects[0].fields[revenue].required = true;
  const std::string text = std::string(header) +
                           "b,1,1,,,2026-01-01,VP,x\n"
                           "a,1,1,,,2026-01-01,vp,x\n"  // as new as b, and the smaller key
                           "c,1,1,,,,VP,x\n"            // without a date
                           "d,1,,,,2026-02-01,VP,x\n"   // the newest, but rejected
                           "e,1,1,,,2026-01-01,,x\n"    // without a title nothing is merged
                           "e2,1,1,,,2026-01-01,,x\n"
                           "f,1,1,,,2026-01-02,CTO,x\n"
                           "f,1,1,,,2026-01-03,CTO,x\n"  // one key: the newer one
                           "g,1,1,,,2026-01-01,CFO,x\n"
                           "g,2,1,,,2026-01-01,CFO,x\n"  // one key, one moment: nothing decides
                           "a,1,1,,,2026-01-01,vp,x\n";  // again
  const Read found = read(text, program);
  CHECK(found.leads == Lines{"3 a: vp|1|100|?|?|20454|", "6 e: ?|1|100|?|?|20454|", "7 e2: ?|1|100|?|?|20454|",
                             "9 f: CTO|1|100|?|?|20456|"});
  CHECK(found.counts.merged == 3);
  CHECK(found.counts.repeated == 1);
  CHECK(found.counts.rejected[static_cast<std::size_t>(RejectKind::key_conflict)] == 2);
  CHECK(found.counts.rejected[static_cast<std::size_t>(RejectKind::required_missing)] == 1);
  auto reader = LeadReader::open(open_memory(text), "leads.csv", program, {}, {});
  REQUIRE(reader.has_value());
  REQUIRE(reader->merged_keys().size() == 2);
  CHECK(reader->merged_keys()[0].key == "b");
  CHECK(reader->merged_keys()[0].kept == "a");
  CHECK(reader->merged_keys()[1].key == "c");
  CHECK(reader->merged_keys()[1].kept == "a");
}

TEST_CASE("all fields that are declared make rows different, also those that nobody reads; other columns do not") {
  const std::string with_owner = "Id,Owner,Employees,Revenue,Industry,Customer,Created,Job Title,E-Mail,Synchronised\n";
  const Read other_column = read(with_owner + "1,Ann,5,,,,,,x,monday\n1,Ann,5,,,,,,x,tuesday\n");
  CHECK(other_column.leads.size() == 1);
  CHECK(other_column.counts.repeated == 1);
  const Read other_owner = read(with_owner + "1,Ann,5,,,,,,x,monday\n1,Bob,5,,,,,,x,monday\n");
  CHECK(other_owner.leads.empty());
  CHECK(other_owner.counts.repeated == 0);
}

TEST_CASE("is it really the key?") {
  lang::Limits limits;
  limits.duplicate_keys = 3;
  std::string rows{header};
  for (int i = 0; i < 5; ++i) rows += "same,1,,,,,,x\n";
  const Read found = read(rows, policy(), 0, limits);
  CHECK(found.error.kind == lang::ErrorKind::data);
  CHECK(found.error.file == "leads.csv");
  CHECK(found.error.fix.starts_with("is \"record id\" really the key?"));
}

TEST_CASE("headers: candidates in order, missing, twice") {
  const auto program = policy();
  CHECK(read("ID;E-MAIL; employees ;REVENUE;industry;customer;created;job title\n1;x;5;;;;;\n").leads ==
        Lines{"2 1: ?|5|?|?|?|?|"});
  Read found = read("Id,Employes,Revenue,Industry,Customer,Created,Job Title,E-Mail\n");
  CHECK(found.error.message == "there is no column \"Employees\" for the field `employees`");
  CHECK(found.error.fix.starts_with("did you mean \"Employes\"? "));
  CHECK(found.error.fix.find("the file has \"Id\", \"Employes\", \"Revenue\"") != std::string::npos);
  found = read("Key,Employees\n");
  CHECK(found.error.message == "there is no column \"Record ID\" or \"Id\" for the field `id`");
  found = read("Id,Employees,Revenue,Industry,Customer,Created,Job Title\n");
  CHECK(found.error.message == "there is no column \"E-Mail\" for the field `email`");
  found = read("Id,Employees,Revenue,Industry,Customer,Created,Job Title,E-Mail,employees\n");
  CHECK(found.error.message ==
        "there are two columns named \"Employees\" (columns 2 and 9), and the policy reads it as `employees`");
  CHECK_FALSE(read("Id,Employees,Revenue,Industry,Customer,Created,Job Title,E-Mail,x,x\n1,5,,,,,,x,,\n").failed);
}

TEST_CASE("many batches: every row once, in order, whatever the size of the reads") {
  std::string text(header);
  Lines expected;
  for (std::size_t i = 0; i < 5000; ++i) {
    const std::string quoted =
        i % 3 == 0 ? fmt::format("\"Title \"\"{}\"\"\"", i % 700) : fmt::format("Title {}", i % 700);
    text += fmt::format("\"K\"\"{}\",{},,,,,{},x\n", i, i, quoted);
    expected.push_back(fmt::format("{} K\"{}: {}|{}|?|?|?|?|", i + 2, i,
                                   i % 3 == 0 ? fmt::format("Title \"{}\"", i % 700) : fmt::format("Title {}", i % 700),
                                   i));
  }
  CHECK(read(text).leads == expected);
  CHECK(read(text, policy(), 13).leads == expected);
  lang::Limits limits;
  limits.dictionary_entries = 100;  // cleared between batches
  CHECK(read(text, policy(), 0, limits).leads == expected);
  ReadOptions options;
  options.temporary_folder = std::filesystem::temp_directory_path().string();
  options.key_memory_bytes = 1000;
  std::uint64_t told = 0;
  options.while_checking = [&](const ReadProgress& progress) {
    CHECK(progress.bytes_total == 2 * text.size());
    told = progress.bytes_read;
  };
  CHECK(read(text, policy(), 5000, {}, options).leads == expected);
  CHECK(told > 0);
}

TEST_CASE("huge rows end a batch early") {
  std::string text(header);
  for (int i = 0; i < 20; ++i) text += fmt::format("{},1,,,,,{},x\n", i, std::string(1 << 20, 't'));
  const auto program = policy();
  auto reader = LeadReader::open(open_memory(text), "leads.csv", program, {}, {});
  REQUIRE(reader.has_value());
  Batch batch;
  std::size_t rows = 0;
  while (*reader->next(batch, {})) {
    CHECK(batch.rows <= 5);
    rows += batch.rows;
  }
  CHECK(rows == 20);
}

TEST_CASE("a sink that fails ends the reading") {
  const std::string text = std::string(header) + ",1,,,,,,x\n";
  const auto program = policy();
  auto reader = LeadReader::open(open_memory(text), "leads.csv", program, {}, {});
  REQUIRE(reader.has_value());
  Batch batch;
  const auto read = reader->next(batch, [](const RejectedRow&) -> lang::Result<> {
    return lang::Error{lang::ErrorKind::file, "rejects.csv", 0, "the disk is full", ""};
  });
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().file == "rejects.csv");
}

TEST_CASE("a file that cannot be read at all is refused before there is any lead") {
  const Read found = read_rows("1,1,,,,,,x\n2,1,,,,,,\xe9\n");
  CHECK(found.failed);
  CHECK(found.leads.empty());
  CHECK(found.error.line == 3);
}

TEST_CASE("files: missing, folders, pipes, and one that changes while it is read") {
  const auto program = policy();
  std::string name = (std::filesystem::temp_directory_path() / "muster-ingest-").string() + std::string(6, 'X');
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  const std::filesystem::path folder = name;
  const auto message = [&](const std::string& path) {
    const auto reader = LeadReader::open(path, program, {}, {});
    return reader ? std::string("opened") : reader.error().message;
  };
  CHECK(message((folder / "none.csv").string()) == "there is no such file");
  CHECK(message(folder.string()) == "this is a folder, not a file");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(message((folder / "pipe").string()).starts_with("this is not an ordinary file"));
  const std::string path = (folder / "leads.csv").string();
  std::ofstream(path) << "";
  CHECK(message(path) == "the file is empty");

  std::ofstream(path) << header << "1,1,,,,,,x\n";
  CHECK(drain(LeadReader::open(path, program, {}, {}), program).leads.size() == 1);
  auto reader = LeadReader::open(path, program, {}, {});
  REQUIRE(reader.has_value());
  std::ofstream(path, std::ios::app) << "2,1,,,,,,x\n";
  const Read changed = drain(std::move(reader), program);
  CHECK(changed.failed);
  CHECK(changed.error.message == "the file changed while it was read");
  std::filesystem::remove_all(folder);
}
