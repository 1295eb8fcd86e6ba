// Holds what becomes of the rows of a file that is held in memory (language section 4, numbers 18, 22 and 23), and that
// every row is accounted for.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/key_index.h"
#include "runtime/ingest/duplicates.h"
#include "runtime/ingest/table_reader.h"

using namespace muster;
using namespace muster::runtime;
using compiler::FieldSchema;
using compiler::Kind;

namespace {

FieldSchema field(std::string name, Kind kind, bool optional = true) {
  FieldSchema made;
  made.name = name;
  made.type.kind = kind;
  made.headers = {std::move(name)};
  made.optional = optional;
  made.missing_when = {"N/A"};
  return made;
}

enum Fields : std::uint32_t { id, lead, at, number, note };

// Object 1: rows with a key and a day; nobody reads `note`.
compiler::Program policy() {
  compiler::Program program;
  program.schema.objects.resize(2);
  compiler::ObjectSchema& object = program.schema.objects[1];
  object.name = "Activity";
  object.fields = {field("id", Kind::text), field("lead", Kind::text), field("at", Kind::date),
                   field("number", Kind::integer, false), field("note", Kind::text)};
  object.key = id;
  object.time = at;
  return program;
}

constexpr std::int32_t day_zero = 20454;  // 2026-01-01

TableOptions on_day(std::int32_t day) {
  TableOptions options;
  options.temporary_folder = "/tmp";
  options.as_of = AsOf{.instant = 0, .day = day};
  return options;
}

std::string cell(const Column& column, std::size_t row) {
  if (!test_bit(column.known.data(), row)) return "?";
  if (column.physical == compiler::Physical::text) {
    return std::string(column.dictionary.text(column.codes[row]));
  }
  return std::to_string(column.integers[row]);
}

struct Read {
  std::vector<std::string> rows;    // "key lead: number|at"
  std::vector<std::string> issues;  // "header fault count line"
  ReadTable read;
  lang::Error error;
  bool failed = false;
};

Read read(const std::string& text, const compiler::Program& program = policy(),
          const TableOptions& options = on_day(day_zero + 100), const lang::Limits& limits = {}) {
  Read result;
  auto made = read_table(open_memory(text), "activities.csv", program, 1, {{number}, {lead}}, options, limits);
  if (!made) {
    result.failed = true;
    result.error = made.error();
    return result;
  }
  const Table& table = made->table;
  const TableCounts& counts = made->counts;
  for (std::size_t row = 0; row < table.rows; ++row) {
    const TextColumn& leads = table.texts_of(lead);
    const std::uint32_t name = leads.numbers[row];
    result.rows.push_back(fmt::format("{} {}: {}|{}", program.schema.objects[1].key ? table.keys[row] : "-",
                                      name == 0 ? "?" : leads.keys.text(name - 1),
                                      cell(table.columns[table.column_of(number)], row),
                                      cell(table.columns[table.column_of(at)], row)));
  }
  for (const FieldIssues& issue : counts.issues) {
    result.issues.push_back(
        fmt::format("{} {} {} {}", counts.headers[issue.field], issue.fault, issue.count, issue.first_line));
  }
  CHECK(counts.kept + table.contradictory_keys.size() == table.rows);
  CHECK(counts.rows ==
        counts.kept + counts.repeated + counts.contradictory + counts.merged + counts.future + counts.rejected_rows());
  result.read = std::move(*made);
  return result;
}

constexpr std::string_view header = "id,lead,at,number,note\n";
using Lines = std::vector<std::string>;

std::string day(std::int64_t offset) { return kernels::format_date(day_zero + offset); }

}  // namespace

TEST_CASE("keys have numbers in the order in which they come, and compare by their bytes") {
  KeyIndex keys;
  std::map<std::string, std::uint32_t> known;
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string key = (random() % 2 == 0 ? "k" : "K") + std::to_string(random() % 3000);
    if (random() % 1000 == 0) key.append(10'000, 'x');
    const auto [entry, is_new] = known.emplace(key, known.size());
    REQUIRE(keys.intern(key) == entry->second);
  }
  CHECK(keys.size() == known.size());
  for (const auto& [key, number] : known) {
    CHECK(keys.text(number) == key);
    CHECK(keys.find(key) == number);
  }
  CHECK_FALSE(keys.find("k").has_value());
}

TEST_CASE("rows, and what is no row") {
  const Read found = read(std::string(header) +
                          "1,A,2026-01-01,5,x\n"
                          " 2 , A ,2026-01-02,6,\n"
                          ",A,2026-01-02,6,\n"
                          "4,N/A,,,\n"
                          "5,B,2026-13-01,12k,\n"
                          "6,B\n");
  CHECK(found.rows == Lines{"1 A: 5|20454", "2 A: 6|20455", "4 ?: ?|?", "5 B: ?|?"});
  CHECK(found.read.counts.rejected[static_cast<std::size_t>(RejectKind::key_missing)] == 1);
  CHECK(found.read.counts.rejected[static_cast<std::size_t>(RejectKind::too_few_cells)] == 1);
  REQUIRE(found.read.counts.first_rejected.has_value());
  CHECK(found.read.counts.first_rejected->line == 4);
  CHECK(found.read.counts.first_rejected->reason == "there is no key in \"id\"");
  CHECK(found.issues.size() == 3);
  CHECK(std::find(found.issues.begin(), found.issues.end(), "number 254 1 5") != found.issues.end());  // blank
}

TEST_CASE("number 18: rows after the evaluation are not kept; one exactly at it is") {
  const std::string text =
      std::string(header) + "1,A," + day(0) + ",5,\n2,A," + day(1) + ",6,\n3,A," + day(2) + ",no,\n";
  const Read found = read(text, policy(), on_day(day_zero + 1));
  CHECK(found.rows == Lines{"1 A: 5|20454", "2 A: 6|20455"});
  CHECK(found.read.counts.future == 1);
  CHECK(found.issues.empty());  // nothing is said about what has not happened
  auto program = policy();
  program.schema.objects[1].fields[at].event = true;  // said twice, meant once
  CHECK(read(text, program, on_day(day_zero + 1)).read.counts.future == 1);
  TableOptions options;
  options.temporary_folder = "/tmp";
  CHECK(read(text, policy(), options).rows.size() == 3);  // nobody asks when
}

TEST_CASE("number 18: moments, to the microsecond") {
  auto program = policy();
  program.schema.objects[1].fields[at].type.kind = Kind::datetime;
  TableOptions options = on_day(0);
  options.as_of->instant = 1'000'000;
  const Read found =
      read(std::string(header) + "1,A,1970-01-01T00:00:01Z,1,\n2,A,1970-01-01T00:00:01.000001Z,1,\n", program, options);
  CHECK(found.rows == Lines{"1 A: 1|1000000"});
  CHECK(found.read.counts.future == 1);
}

TEST_CASE("a required field rejects the row") {
  auto program = policy();
  program.schema.objects[1].fields[note].required = true;
  program.schema.objects[1].fields[number].required = true;
  const Read found = read(std::string(header) + "1,A,,5,x\n2,A,,5,\n3,A,,,x\n", program);
  CHECK(found.rows == Lines{"1 A: 5|?"});
  CHECK(found.read.counts.rejected[static_cast<std::size_t>(RejectKind::required_missing)] == 2);
}

TEST_CASE("number 23: identical rows are one; so are rows that contradict one another, open where they differ") {
  const std::string text = std::string(header) +
                           "1,A,2026-01-01,5,x\n"
                           "2,A,2026-01-01,5,\n"
                           "1,A,2026-01-01,5,x\n"
                           "2,A,2026-01-01,6,\n"
                           "2,A,2026-01-01,6,\n"
                           "a,A,,1,\n"
                           "A,A,,1,\n"
                           "3,A,2026-01-02,7,\n"
                           "3,B,,7,\n";
  for (const std::uint64_t memory : {std::uint64_t{1}, std::uint64_t{1} << 20}) {
    TableOptions options = on_day(day_zero + 10);
    options.key_memory_bytes = memory;
    const Read found = read(text, policy(), options);
    CHECK(found.rows == Lines{"1 A: 5|20454", "2 A: ?|20454", "a A: 1|?", "A A: 1|?", "3 ?: 7|?"});
    CHECK(found.read.counts.kept == 3);
    CHECK(found.read.counts.repeated == 1);
    CHECK(found.read.counts.contradictory == 5);
    CHECK(found.issues == Lines{fmt::format("id {} 5 3", CellIssue::contradiction)});
    CHECK(found.read.table.contradictory_keys == Lines{"2", "3"});
  }
  // Also in a field that nobody reads: what a row is does not depend on what is asked.
  const Read unread = read(std::string(header) + "1,A,2026-01-01,5,x\n1,A,2026-01-01,5,other\n");
  CHECK(unread.rows == Lines{"1 A: 5|20454"});
  CHECK(unread.read.counts.contradictory == 2);
  // A contradiction that lies after the evaluation is not known yet.
  CHECK(read(std::string(header) + "1,A,2026-01-01,5,\n1,A,2026-06-01,6,\n").rows == Lines{"1 A: 5|20454"});
  // Without keys every row is a row of its own.
  auto program = policy();
  program.schema.objects[1].key.reset();
  CHECK(read(std::string(header) + "1,A,,5,\n1,A,,5,\n", program).rows == Lines{"- A: 5|?", "- A: 5|?"});
  lang::Limits limits;
  limits.duplicate_keys = 1;
  const Read many = read(std::string(header) + "1,A,,5,\n1,A,,5,\n1,A,,5,\n", policy(), on_day(0), limits);
  CHECK(many.error.file == "activities.csv");
  CHECK(many.error.fix.starts_with("is \"id\" really the key?"));
}

TEST_CASE("limits of tables") {
  std::string text(header);
  for (int i = 0; i < 3000; ++i) text += fmt::format("{},L{},{},{},\n", i, i, day(0), i);
  lang::Limits limits;
  limits.table_rows = 3000;
  CHECK(read(text, policy(), on_day(day_zero), limits).rows.size() == 3000);
  limits.table_rows = 2999;
  const Read rows = read(text, policy(), on_day(day_zero), limits);
  CHECK(rows.error.kind == lang::ErrorKind::data);
  CHECK(rows.error.line == 3001);
  CHECK(rows.error.message == "the rows of Activity do not fit: they are held in memory, and the limit is 2999 rows");
  limits = {};
  limits.table_bytes = 10'000;
  CHECK(read(text, policy(), on_day(day_zero), limits).error.fix.find("--limit table_bytes") != std::string::npos);
}

TEST_CASE("many batches: every row once, in order, though dictionaries are emptied meanwhile") {
  auto program = policy();
  std::string text(header);
  Lines notes;
  for (int i = 0; i < 9000; ++i) {
    text += fmt::format("{},L{},,{},Note {}\n", i, i % 70, i, i % 500);
    notes.push_back(fmt::format("Note {}", i % 500));
  }
  lang::Limits limits;
  limits.dictionary_entries = 100;
  auto made = read_table(open_memory(text, 1000), "a.csv", program, 1, {{note, number}, {lead}}, on_day(0), limits);
  REQUIRE(made.has_value());
  const Table& table = made->table;
  REQUIRE(table.rows == notes.size());
  CHECK(table.columns[0].dictionary.size() == 500);
  for (std::size_t row = 0; row < table.rows; ++row) {
    CHECK(cell(table.columns[0], row) == notes[row]);
    CHECK(table.columns[1].integers[row] == static_cast<std::int64_t>(row));
  }
}

TEST_CASE("a reading that is told to stop") {
  TableOptions options = on_day(0);
  int asked = 0;
  options.should_stop = [&] { return ++asked == 2; };
  std::string text(header);
  for (int i = 0; i < 9000; ++i) text += fmt::format("{},L,,1,\n", i);
  const auto made = read_table(open_memory(text), "a.csv", policy(), 1, {{number}, {lead}}, options, {});
  REQUIRE(made.has_value());
  CHECK_FALSE(made->table.is_given);
}

namespace {

struct Entry {
  std::string key, by;
  int dated;  // below 0: none
  int value;
};

// Keeps one row after the other, as the language says it: first among rows with one key, then by the field.
std::set<std::string> kept_by_hand(const std::vector<Entry>& rows, bool newest) {
  const auto better = [&](const Entry& left, const Entry& right) {  // strictly
    if ((left.dated < 0) != (right.dated < 0)) return right.dated < 0;
    if (left.dated < 0 || left.dated == right.dated) return false;
    return (left.dated > right.dated) == newest;
  };
  std::vector<Entry> singles;
  for (const Entry& row : rows) {
    bool is_best = true;
    for (const Entry& other : rows) {
      if (other.key != row.key) continue;
      const bool is_same = other.by == row.by && other.dated == row.dated && other.value == row.value;
      if (!is_same && !better(row, other)) is_best = false;
    }
    const auto is_known = [&](const Entry& single) { return single.key == row.key; };
    if (is_best && std::none_of(singles.begin(), singles.end(), is_known)) singles.push_back(row);
  }
  std::set<std::string> kept;
  for (const Entry& row : singles) {
    const bool is_best = std::none_of(singles.begin(), singles.end(), [&](const Entry& other) {
      if (other.by != row.by || row.by.empty() || other.key == row.key) return false;
      return better(other, row) || (!better(row, other) && other.key < row.key);
    });
    if (is_best) kept.insert(fmt::format("{} {}", row.key, row.value));
  }
  return kept;
}

}  // namespace

TEST_CASE("number 23: the `duplicates` policy, against a check of all pairs") {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    auto program = policy();
    compiler::ObjectSchema& object = program.schema.objects[1];
    object.time.reset();
    object.duplicates = compiler::DuplicatesSchema{{}, note, random() % 2 == 0, at, true};
    std::vector<Entry> rows(1 + random() % 25);
    std::string text(header);
    for (Entry& row : rows) {
      row.key = "K" + std::to_string(random() % 12);
      row.by = random() % 6 == 0 ? "" : std::string(random() % 2 == 0 ? "b" : "B") + std::to_string(random() % 5);
      row.dated = static_cast<int>(random() % 5) - 1;
      row.value = static_cast<int>(random() % 2);
    }
    const auto folded = [](Entry row) {
      if (!row.by.empty()) row.by[0] = 'b';
      return row;
    };
    for (Entry& row : rows) row = folded(row);
    for (const Entry& row : rows) {
      text += fmt::format("{},L,{},{},{}\n", row.key, row.dated < 0 ? "" : day(row.dated), row.value, row.by);
    }
    const auto made = read_table(open_memory(text), "a.csv", program, 1, {{number}, {lead}}, on_day(day_zero + 50), {});
    REQUIRE(made.has_value());
    const Table& table = made->table;
    std::set<std::string> kept;
    const std::set<std::string_view> open(table.contradictory_keys.begin(), table.contradictory_keys.end());
    for (std::size_t row = 0; row < table.rows; ++row) {
      if (open.contains(table.keys[row])) continue;
      kept.insert(fmt::format("{} {}", table.keys[row], table.columns[0].integers[row]));
    }
    CHECK(kept.size() + open.size() == table.rows);
    CHECK(kept == kept_by_hand(rows, object.duplicates->newest));
    const TableCounts& counts = made->counts;
    CHECK(counts.rows == counts.kept + counts.repeated + counts.contradictory + counts.merged);
    for (const MergedKey& merged : table.merged_keys) {  // every merged key leads to one that is kept
      CHECK(std::any_of(kept.begin(), kept.end(),
                        [&](const std::string& row) { return row.starts_with(merged.kept + " "); }));
    }
  }
}

TEST_CASE("number 23: the values that a policy compares are texts as people read them") {
  auto program = policy();
  compiler::ObjectSchema& object = program.schema.objects[1];
  object.duplicates = compiler::DuplicatesSchema{{}, note, true, at, false};
  const Read found = read(std::string(header) +
                              "1,A,2026-01-01,5,Ann@Example.com\n"
                              "2,A,2026-01-02,6, ann@example.com \n"
                              "3,A,2026-01-01,7,\n"
                              "4,A,2026-01-01,8,N/A\n",
                          program);
  CHECK(found.rows == Lines{"2 A: 6|20455", "3 A: 7|20454", "4 A: 8|20454"});
  CHECK(found.read.counts.merged == 1);
}
