// Holds the writers: what is written reads back the same, a file appears only when it is complete, every failing write
// is noticed, and formulas are neutralised.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/emit/csv_writer.h"
#include "runtime/emit/output_file.h"
#include "runtime/emit/rejects.h"
#include "runtime/ingest/csv.h"

using namespace muster;
using namespace muster::runtime;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "muster-emit-").string() + std::string(6, 'X');
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file(const std::string& name) const { return (path / name).string(); }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

using Table = std::vector<std::vector<std::string>>;

std::string written(const Table& rows, FormulaPolicy policy = FormulaPolicy::keep, char separator = ',') {
  const Folder folder;
  auto file = OutputFile::create(folder.file("out.csv"));
  REQUIRE(file.has_value());
  CsvWriter writer(*file, policy, separator);
  for (const auto& row : rows) {
    for (const auto& cell : row) writer.cell(cell);
    REQUIRE(writer.end_row().has_value());
  }
  REQUIRE(writer.flush().has_value());
  REQUIRE(file->commit().has_value());
  return read_file(folder.file("out.csv"));
}

void check_round_trip(const Table& rows, char separator) {
  const std::string text = written(rows, FormulaPolicy::keep, separator);
  auto reader = CsvReader::open(open_memory(text, 7), "x", {}, {});
  REQUIRE(reader.has_value());
  REQUIRE(reader->header().size() == rows[0].size());
  if (rows[0].size() > 1) CHECK(reader->separator() == separator);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    CAPTURE(i);
    REQUIRE(reader->next() == CsvStep::row);
    for (std::size_t k = 0; k < rows[i].size(); ++k) CHECK(reader->cells()[k] == rows[i][k]);
  }
  CHECK(reader->next() == CsvStep::end);
}

}  // namespace

TEST_CASE("cells are quoted only where they must be") {
  CHECK(written({{"a", "b"}, {"x", "y z"}, {"p,q", "say \"hi\""}, {"two\nlines", "cr\r"}, {"", ""}}) ==
        "a,b\nx,y z\n\"p,q\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"cr\r\"\n,\n");
  CHECK(written({{"a"}, {""}}) == "a\n\"\"\n");
  CHECK(written({{"a;b", "c"}, {"d;e", "f"}}) == "\"a;b\",c\nd;e,f\n");
  CHECK(written({{"\xef\xbb\xbfx"}}) == "\"\xef\xbb\xbfx\"\n");
}

TEST_CASE("numbers") {
  const Folder folder;
  auto file = OutputFile::create(folder.file("n"));
  CsvWriter writer(*file, FormulaPolicy::escape);
  writer.integer_cell(INT64_MIN);
  writer.unsigned_cell(UINT64_MAX);
  REQUIRE(writer.end_row().has_value());
  REQUIRE(writer.flush().has_value());
  REQUIRE(file->commit().has_value());
  CHECK(read_file(folder.file("n")) == "-9223372036854775808,18446744073709551615\n");
}

TEST_CASE("round trip: naughty strings, any separator") {
  const char* const shared = std::getenv("MUSTER_SHARED");
  const std::filesystem::path corpora =
      shared != nullptr ? std::filesystem::path(shared)
                        : std::filesystem::path(__FILE__).parent_path() / "../../../../shared/corpora";
  const auto path = corpora / "naughty-strings" / "blns.json";
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: no naughty strings at " << path.string());
    return;
  }
  Table rows{{"id", "text"}};
  for (const auto& entry : nlohmann::json::parse(read_file(path.string()))) {
    const auto text = entry.get<std::string>();
    if (text.find('\0') != std::string::npos) continue;  // refused by design
    rows.push_back({std::to_string(rows.size()), text});
  }
  CHECK(rows.size() > 400);
  for (const char separator : {',', ';', '\t', '|'}) check_round_trip(rows, separator);
}

TEST_CASE("round trip: random cells") {
  std::mt19937 random(11);
  const std::string letters = "ab,;\t|\"\n\r =+-@'";
  for (int round = 0; round < 300; ++round) {
    const std::size_t columns = 1 + random() % 4;
    Table rows(2 + random() % 20, std::vector<std::string>(columns, "h"));
    for (std::size_t i = 1; i < rows.size(); ++i) {
      for (std::string& cell : rows[i]) {
        cell.clear();
        const std::size_t length = random() % 6;
        for (std::size_t k = 0; k < length; ++k) cell += letters[random() % letters.size()];
      }
    }
    check_round_trip(rows, columns == 1 ? ',' : ",;\t|"[random() % 4]);
  }
}

TEST_CASE("formulas: what is one, and what only begins like one") {
  for (const char* text : {"=1+1", "=cmd|' /C calc'!A0", "+cmd", "-A1", "@SUM(A1)", "\t=1", "\r=1", "-2+3", "+1 555 x2",
                           "-1e", "-1ex", "+e5", "=", "@", "-\"x\"", "+1e+x"}) {
    CAPTURE(text);
    CHECK(is_formula_like(text));
  }
  for (const char* text : {"", "a=b", "-5", "+1 (555) 010-0100", "+49.30/1234-5", "-12.5", "-1.5e6", "-1.5E+06",
                           "-1e-6", "-45%", "-1'000", "-", "+1 555 0100", "x", "'=1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_formula_like(text));
  }
}

TEST_CASE("formulas: keep, escape, reject") {
  CHECK(written({{"a"}, {"=1,2"}}, FormulaPolicy::keep) == "a\n\"=1,2\"\n");
  CHECK(written({{"a"}, {"=1,2"}, {"=x"}, {"-5"}}, FormulaPolicy::escape) == "a\n\"'=1,2\"\n'=x\n-5\n");
  const Folder folder;
  auto file = OutputFile::create(folder.file("out"));
  CsvWriter writer(*file, FormulaPolicy::reject);
  writer.cell("fine");
  CHECK(writer.end_row().has_value());
  writer.cell("=1");
  const auto refused = writer.end_row();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == lang::ErrorKind::data);
  writer.cell("more");
  CHECK(writer.end_row().has_value());
  CHECK(writer.rows() == 2);
  CHECK(writer.formula_cells() == 0);
  REQUIRE(writer.flush().has_value());
  REQUIRE(file->commit().has_value());
  CHECK(read_file(folder.file("out")) == "fine\nmore\n");
}

TEST_CASE("rows in memory: a row can be forgotten, and what was taken is gone") {
  CsvText text(FormulaPolicy::reject, ',', CsvText::First::row);
  text.cell("a;b");  // no header
  text.end_row();
  text.cell("@x");
  CHECK(text.row_has_formula());
  CHECK(text.rows_text() == "a;b\n");
  text.discard_row();
  CHECK_FALSE(text.row_has_formula());
  text.cell("=1");
  text.end_row();  // is no row
  text.cell("more");
  CHECK(text.rows_text() == "a;b\n");
  text.clear_rows();
  CHECK(text.rows_text().empty());
  text.end_row();
  CHECK(text.rows_text() == "more\n");
  CHECK(text.rows() == 2);
  CHECK(text.formula_cells() == 0);
}

TEST_CASE("a file appears under its name only when it is complete") {
  const Folder folder;
  const std::string path = folder.file("out.csv");
  std::ofstream(path) << "before";
  {
    auto file = OutputFile::create(path);
    REQUIRE(file.has_value());
    REQUIRE(file->write("half").has_value());
    CHECK(read_file(path) == "before");
    CHECK(folder.entries() == 2);
  }
  CHECK(read_file(path) == "before");
  CHECK(folder.entries() == 1);
  auto first = OutputFile::create(path);
  auto second = OutputFile::create(path);  // two at once do not disturb each other
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  const std::string large(3 << 20, 'x');
  REQUIRE(first->write(large).has_value());
  REQUIRE(first->write("end").has_value());
  CHECK(first->bytes_written() == large.size());
  REQUIRE(first->commit().has_value());
  CHECK(read_file(path) == large + "end");
  REQUIRE(second->write("two").has_value());
  REQUIRE(second->commit().has_value());
  CHECK(read_file(path) == "two");
  CHECK(folder.entries() == 1);
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK((status.st_mode & 0777U) == (0666U & ~mask));
}

TEST_CASE("places that cannot be written, and links") {
  const Folder folder;
  CHECK(OutputFile::create(folder.file("no/such/out")).error().message == "there is no such folder");
  CHECK(OutputFile::create(folder.path.string()).error().message == "this is a folder, not a file");
  CHECK(OutputFile::create(folder.path.string() + "/").error().message == "this is a folder, not a file");
  CHECK_FALSE(OutputFile::create("").has_value());
  // A link that waits under the name of the file aside is not written through.
  const std::string victim = folder.file("victim");
  std::ofstream(victim) << "precious";
  const std::string aside = folder.file(".out.tmp-" + std::to_string(::getpid()));
  std::filesystem::create_symlink(victim, aside);
  auto file = OutputFile::create(folder.file("out"));
  REQUIRE(file.has_value());
  REQUIRE(file->write("x").has_value());
  REQUIRE(file->commit().has_value());
  CHECK(read_file(victim) == "precious");
  CHECK(read_file(folder.file("out")) == "x");
  // A link under the name itself stays a link.
  std::filesystem::create_symlink(victim, folder.file("link"));
  auto linked = OutputFile::create(folder.file("link"));
  REQUIRE(linked.has_value());
  REQUIRE(linked->write("new").has_value());
  REQUIRE(linked->commit().has_value());
  CHECK(std::filesystem::is_symlink(folder.file("link")));
  CHECK(read_file(victim) == "new");
}

TEST_CASE("a long name is no problem") {
  const Folder folder;
  const std::string path = folder.file(std::string(250, 'n'));
  auto file = OutputFile::create(path);
  REQUIRE(file.has_value());
  REQUIRE(file->commit().has_value());
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("/dev/full: the full disk is noticed") {
  if (!std::filesystem::exists("/dev/full")) return;
  auto file = OutputFile::create("/dev/full");
  REQUIRE(file.has_value());
  REQUIRE(file->write("x").has_value());  // still in the buffer
  const auto committed = file->commit();
  REQUIRE_FALSE(committed.has_value());
  CHECK(committed.error().message == "the disk is full, and the file is not complete");
  CHECK_FALSE(file->write("y").has_value());
}

TEST_CASE("every failing write is noticed, wherever it happens") {
  for (const int code : {ENOSPC, EIO, EPIPE}) {
    for (int failing = 1; failing <= 8; ++failing) {
      const Folder folder;
      int calls = 0;
      auto rejects = RejectsWriter::create(folder.file("rejects.csv"), FormulaPolicy::escape,
                                           [&](int descriptor, const void* bytes, std::size_t count) -> ssize_t {
                                             if (++calls == failing) {
                                               errno = code;
                                               return -1;
                                             }
                                             return ::write(descriptor, bytes, std::min<std::size_t>(count, 200'000));
                                           });
      REQUIRE(rejects.has_value());
      const std::string raw(1000, 'r');
      bool failed = false;
      for (std::uint64_t line = 2; line < 1500 && !failed; ++line) {
        failed = !rejects->add({RejectKind::too_few_cells, line, "", "why", raw}).has_value();
      }
      failed = failed || !rejects->commit().has_value();
      CHECK(failed == (failing <= calls));
      CHECK(std::filesystem::exists(folder.file("rejects.csv")) == !failed);
    }
  }
}

TEST_CASE("interrupted and partial writes go on; a write of nothing is an error") {
  const Folder folder;
  int calls = 0;
  auto file =
      OutputFile::create(folder.file("out"), [&](int descriptor, const void* bytes, std::size_t count) -> ssize_t {
        if (++calls % 2 == 1) {
          errno = EINTR;
          return -1;
        }
        return ::write(descriptor, bytes, std::min<std::size_t>(count, 3));
      });
  REQUIRE(file->write("0123456789").has_value());
  REQUIRE(file->commit().has_value());
  CHECK(read_file(folder.file("out")) == "0123456789");
  auto stuck = OutputFile::create(folder.file("stuck"), [](int, const void*, std::size_t) -> ssize_t { return 0; });
  REQUIRE(stuck->write("x").has_value());
  CHECK_FALSE(stuck->commit().has_value());
}

TEST_CASE("a reader of the output that has gone away is told apart") {
  const Folder folder;
  auto file = OutputFile::create(folder.file("out"), [](int, const void*, std::size_t) -> ssize_t {
    errno = EPIPE;
    return -1;
  });
  REQUIRE(file->write("x").has_value());
  CHECK_FALSE(file->is_broken_pipe());
  CHECK_FALSE(file->commit().has_value());
  CHECK(file->is_broken_pipe());
}

TEST_CASE("the rejects file") {
  const Folder folder;
  auto rejects = RejectsWriter::create(folder.file("r.csv"));
  REQUIRE(rejects.has_value());
  REQUIRE(rejects->add({RejectKind::too_few_cells, 7, "", "the row has 1 cell and the header 2", "x,\"y"}).has_value());
  REQUIRE(rejects->add({RejectKind::key_missing, 9, "Id", "there is no key in \"Id\"", "=cmd()"}).has_value());
  CHECK(rejects->rows() == 2);
  REQUIRE(rejects->commit().has_value());
  CHECK(read_file(folder.file("r.csv")) ==
        "line,column,reason,row\n7,,the row has 1 cell and the header 2,\"x,\"\"y\"\n"
        "9,Id,\"there is no key in \"\"Id\"\"\",'=cmd()\n");
}
