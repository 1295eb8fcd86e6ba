// Holds language section 4, number 23: rows that share their key, found with bounded memory.
#include "runtime/ingest/keys.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace muster;
using namespace muster::runtime;

namespace {

struct Row {
  std::string key;
  std::vector<std::string> values;
};

std::vector<SharedKey> by_comparing_all(const std::vector<Row>& rows) {
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < rows.size(); ++i) groups[rows[i].key].push_back(i);
  std::map<std::uint64_t, SharedKey> found;
  for (const auto& [key, members] : groups) {
    bool conflict = false;
    for (const std::size_t row : members) conflict |= rows[row].values != rows[members[0]].values;
    for (std::size_t i = conflict ? 0 : 1; i < members.size(); ++i) {
      std::size_t other = members[0];
      if (conflict) {
        for (const std::size_t candidate : members) {
          if (rows[candidate].values != rows[members[i]].values) {
            other = candidate;
            break;
          }
        }
      }
      found[members[i] + 2] = {members[i] + 2, other + 2, conflict ? Fate::conflict : Fate::repeat};
    }
  }
  std::vector<SharedKey> list;
  for (const auto& [line, shared] : found) list.push_back(shared);
  return list;
}

lang::Result<> add_all(KeyCollector& collector, const std::vector<Row>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<std::string_view> values(rows[i].values.begin(), rows[i].values.end());
    if (auto added = collector.add(i + 2, rows[i].key, values); !added) return added;
  }
  return lang::Done{};
}

std::string folder() { return std::filesystem::temp_directory_path().string(); }

}  // namespace

TEST_CASE("shared keys: in memory and spilled, as by comparing all rows") {
  std::mt19937 random(23);
  for (int round = 0; round < 60; ++round) {
    std::vector<Row> rows(random() % 400);
    const std::size_t keys = 1 + random() % 300;
    for (Row& row : rows) {
      row.key = "K" + std::to_string(random() % keys);
      row.values = {random() % 5 == 0 ? "other" : "same", "x"};
    }
    const auto expected = by_comparing_all(rows);
    for (const std::uint64_t memory : {std::uint64_t{1}, std::uint64_t{32 * 7}, std::uint64_t{1} << 20}) {
      KeyCollector collector(folder(), memory);
      REQUIRE(add_all(collector, rows).has_value());
      const auto found = collector.finish(1'000'000);
      REQUIRE(found.has_value());
      CHECK((collector.spilled_rows() > 0) == (memory < (1U << 20) && rows.size() >= memory / 32 && !rows.empty()));
      REQUIRE(found.value().size() == expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(found.value()[i].line == expected[i].line);
        CHECK(found.value()[i].other_line == expected[i].other_line);
        CHECK(found.value()[i].fate == expected[i].fate);
      }
    }
  }
}

TEST_CASE("where a cell ends matters") {
  KeyCollector collector(folder(), 1 << 20);
  REQUIRE(add_all(collector, {{"1", {"ab", "c"}}, {"1", {"a", "bc"}}, {"2", {"", "x"}}, {"2", {"x", ""}}}));
  const auto found = collector.finish(100);
  REQUIRE(found.has_value());
  REQUIRE(found.value().size() == 4);
  for (const SharedKey& shared : found.value()) CHECK(shared.fate == Fate::conflict);
}

TEST_CASE("too many shared keys: the column is not a key") {
  std::vector<Row> rows(50, {"same", {"x"}});
  for (const std::uint64_t memory : {1U, 1U << 20}) {
    KeyCollector exact(folder(), memory);
    REQUIRE(add_all(exact, rows));
    CHECK(exact.finish(49).has_value());
    KeyCollector collector(folder(), memory);
    REQUIRE(add_all(collector, rows));
    const auto found = collector.finish(48);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind == lang::ErrorKind::data);
    CHECK(found.error().message == "more than 48 rows have the key of another row");
  }
}

TEST_CASE("a full disk while spilling is an error") {
  int calls = 0;
  KeyCollector collector(folder(), 1, [&](int descriptor, const void* bytes, std::size_t count) -> ssize_t {
    if (++calls == 1) {
      errno = EINTR;
      return -1;
    }
    if (calls <= 4) return ::write(descriptor, bytes, std::min<std::size_t>(count, 5));
    errno = ENOSPC;
    return -1;
  });
  const auto added = add_all(collector, {{"1", {}}, {"2", {}}, {"3", {}}});
  REQUIRE_FALSE(added.has_value());
  CHECK(added.error().kind == lang::ErrorKind::file);
  CHECK(added.error().message.find("disk is full") != std::string::npos);

  KeyCollector nowhere("/no/such/folder", 1);
  CHECK_FALSE(add_all(nowhere, {{"1", {}}}).has_value());
}

TEST_CASE("nothing is left in the folder") {
  const auto place = std::filesystem::temp_directory_path() / ("muster-keys-test-" + std::to_string(::getpid()));
  std::filesystem::create_directory(place);
  {
    KeyCollector collector(place.string(), 1);
    REQUIRE(add_all(collector, {{"1", {}}, {"1", {}}}));
    CHECK(std::filesystem::is_empty(place));
    CHECK(collector.finish(10).has_value());
  }
  CHECK(std::filesystem::is_empty(place));
  std::filesystem::remove(place);
}
