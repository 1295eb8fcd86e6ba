// What a policy says about itself: columns, answers, mistakes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sample.h"

namespace muster {
namespace {

TEST_CASE("Columns say what the policy reads") {
  const Policy policy = sample();
  CHECK(policy.title() == "Sample");
  CHECK(policy.version() == "7");
  CHECK(policy.columns().size() == 10);
  const auto check = [&](const char* name, ColumnShape shape, const char* type, Presence presence, bool is_read) {
    INFO(name);
    const Column* const column = policy.find_column(name);
    REQUIRE(column != nullptr);
    CHECK(column->shape == shape);
    CHECK(column->type == type);
    CHECK(column->presence == presence);
    CHECK(column->is_read == is_read);
  };
  check("employees", ColumnShape::numbers, "whole number", Presence::optional, true);
  check("revenue", ColumnShape::numbers, "amount in USD, 2 digits", Presence::optional, true);
  check("country", ColumnShape::texts, "text", Presence::optional, true);
  check("industry", ColumnShape::codes, "one of Industry", Presence::optional, true);
  check("wants", ColumnShape::flags, "yes or no", Presence::optional, true);
  check("founded", ColumnShape::numbers, "date, in days since 1970-01-01", Presence::expected, true);
  check("unread", ColumnShape::numbers, "whole number", Presence::optional, false);
  CHECK(policy.find_column("revenue")->digits == 2);
  CHECK(policy.find_column("industry")->members == std::vector<std::string>{"Software", "Banking", "Farming"});
  CHECK(policy.find_column("nothing") == nullptr);
}

TEST_CASE("Answers say their shape, width and names") {
  const Policy policy = sample();
  const auto check = [&](const char* name, AnswerShape shape, unsigned bytes, unsigned digits) {
    INFO(name);
    const Answer* const answer = policy.find_answer(name);
    REQUIRE(answer != nullptr);
    CHECK(answer->shape == shape);
    CHECK(answer->bytes == bytes);
    CHECK(answer->digits == digits);
    CHECK(answer->needs.empty());
  };
  check("fit", AnswerShape::numbers, 4, 4);
  check("twice", AnswerShape::numbers, 8, 0);
  check("wealth", AnswerShape::numbers, 8, 2);
  check("letter", AnswerShape::codes, 1, 0);
  check("stage", AnswerShape::codes, 1, 0);
  check("route", AnswerShape::codes, 1, 0);
  check("Large", AnswerShape::truths, 0, 0);
  check("ignored", AnswerShape::truths, 0, 0);
  check("rejected", AnswerShape::truths, 0, 0);
  CHECK(policy.find_answer("letter")->names == std::vector<std::string>{"A", "B", "C"});
  CHECK(policy.find_answer("route")->names == std::vector<std::string>{"Sales", "Enrich", "Nurture"});
  CHECK(policy.find_answer("next_industry")->names == std::vector<std::string>{"Software", "Banking", "Farming"});
  CHECK(std::ranges::count(policy.find_answer("stage")->names, "MQL") == 1);
  CHECK(policy.find_answer("place") == nullptr);  // a text
}

TEST_CASE("Mistakes of a policy come as text, all of them, with file and line") {
  const auto policy = Policy::from_text("mine.muster",
                                        "policy \"X\" { version \"1\" }\n\nobject Lead { a: int? }\n"
                                        "score s { +1 when b > 1, +1 when c }\n");
  REQUIRE(!policy);
  CHECK(policy.error().kind == ErrorKind::policy);
  CHECK(policy.error().message.find("mine.muster:4:") != std::string::npos);
  CHECK(policy.error().message.find("`b`") != std::string::npos);
  CHECK(policy.error().message.find("`c`") != std::string::npos);
}

TEST_CASE("A policy comes from a file, with settings") {
  const auto folder = std::filesystem::temp_directory_path() / ("muster_library_test_" + std::to_string(std::rand()));
  std::filesystem::create_directory(folder);
  const std::string path = folder / "p.muster";
  std::ofstream(path)
      << "policy \"X\" { version \"1\" }\nsetting least: int = 5\nobject Lead { lead_id: text key, a: int? }\n"
         "score s { +1 when a >= least }\n";
  CHECK(Policy::from_file(path));
  CHECK(Policy::from_file(path, {.settings = {"least=9"}}));
  const auto wrong = Policy::from_file(path, {.settings = {"last=9"}});
  REQUIRE(!wrong);
  CHECK(wrong.error().kind == ErrorKind::policy);
  // There is no command line here that anybody could mend.
  for (const std::vector<std::string>& settings :
       {std::vector<std::string>{"last=9"}, {"least"}, {"least=x"}, {"least=9", "least=8"}}) {
    const auto told = Policy::from_file(path, {.settings = settings});
    REQUIRE(!told);
    CHECK(told.error().message.find("settings:1:") != std::string::npos);
    CHECK(told.error().message.find("--") == std::string::npos);
  }
  std::filesystem::remove_all(folder);
  const auto missing = Policy::from_file(path);
  REQUIRE(!missing);
  CHECK(missing.error().kind == ErrorKind::file);
  CHECK(missing.error().message.find("p.muster") != std::string::npos);
}

TEST_CASE("A policy that asks how long ago things were wants a moment") {
  const auto without = Policy::from_text("sample.muster", sample_policy);
  REQUIRE(!without);
  CHECK(without.error().message.find("CompileOptions::as_of") != std::string::npos);
  for (const char* const text : {"yesterday", "2026-02-30", "2026-01-20T25:00"}) {
    const auto wrong = Policy::from_text("sample.muster", sample_policy, {.as_of = text});
    REQUIRE(!wrong);
    CHECK(wrong.error().kind == ErrorKind::policy);
    CHECK(wrong.error().message.find("as_of") != std::string::npos);
  }
  CHECK(Policy::from_text("sample.muster", sample_policy, {.as_of = "2026-01-20T09:30"}));
}

TEST_CASE("A dictionary gives codes in the order of the texts") {
  Dictionary texts;
  CHECK(*texts.intern("a") == 0);
  CHECK(*texts.intern(" b ") == 1);
  CHECK(*texts.intern("a") == 0);
  CHECK(texts.size() == 2);
  CHECK(texts.text(1) == "b");
  CHECK(texts.text(2).empty());
  CHECK(texts.intern("  ").error().kind == ErrorKind::data);
  CHECK(texts.intern("\xff").error().message.find("UTF-8") != std::string::npos);
  CHECK(!texts.intern(std::string((std::size_t{1} << 20) + 1, 'x')));
  CHECK(texts.size() == 2);
  Dictionary same = texts;
  CHECK(*same.intern("c") == 2);
  CHECK(texts.size() == 3);
}

}  // namespace
}  // namespace muster
