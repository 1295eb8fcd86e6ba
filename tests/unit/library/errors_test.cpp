// Every way in which bindings do not fit is told, with the name and the numbers that matter.
#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <limits>

#include "sample.h"

namespace muster {
namespace {

// The sample with one thing wrong.
struct Wrong {
  static constexpr std::size_t rows = 100;

  // What evaluating says; empty: nothing is wrong.
  std::string message(ErrorKind kind = ErrorKind::binding) {
    Evaluator evaluator(policy, options);
    const auto report = evaluator.evaluate(leads, verdicts, part);
    if (report) return {};
    CHECK(report.error().kind == kind);
    return report.error().message;
  }

  Policy policy = sample();
  SampleLeads data{rows};
  SampleVerdicts places{rows};
  Leads leads = data.bound();
  Verdicts verdicts = places.bound();
  Options options;
  Rows part;
};

void check_binding(const char* message, const std::function<void(Wrong&)>& spoil) {
  Wrong wrong;
  spoil(wrong);
  CHECK(wrong.message() == message);
}

TEST_CASE("The sample itself is right") { CHECK(Wrong().message() == ""); }

TEST_CASE("Columns that do not fit") {
  const std::vector<std::int32_t> numbers(Wrong::rows);
  const std::vector<std::int32_t> few(Wrong::rows - 1);
  const Bitmap bits(2);
  const Bitmap few_bits(1);
  check_binding("the policy has no column `emploees`; did you mean `employees`?",
                [&](Wrong& w) { w.leads.numbers("emploees", numbers); });
  check_binding("column `employees` is bound twice", [&](Wrong& w) { w.leads.numbers("employees", numbers); });
  check_binding("column `country` is bound as numbers, but the policy reads texts (text)", [&](Wrong& w) {
    w.leads = Leads(Wrong::rows);
    w.leads.numbers("country", numbers);
  });
  check_binding("column `country` (text) is not bound, but answer `fit` reads it",
                [&](Wrong& w) { w.leads = Leads(Wrong::rows); });
  check_binding("column `unread` has 99 elements for 100 rows", [&](Wrong& w) { w.leads.numbers("unread", few); });
  check_binding("the bitmap `known` of column `unread` has 1 words of 64 bits; 100 rows need 2",
                [&](Wrong& w) { w.leads.numbers("unread", numbers, few_bits); });
  check_binding("the bitmap `yes` of column `wants` has 1 words of 64 bits; 100 rows need 2", [&](Wrong& w) {
    w.leads = Leads(Wrong::rows);
    w.leads.flags("wants", few_bits);
  });
  check_binding("column `wants` has no bitmap `yes`", [&](Wrong& w) {
    w.leads = Leads(Wrong::rows);
    w.leads.flags("wants", {}, bits);
  });
}

TEST_CASE("Memory that is not aligned") {
  alignas(8) static unsigned char bytes[1024] = {};
  const std::span<const std::int32_t> numbers(reinterpret_cast<const std::int32_t*>(bytes + 1), Wrong::rows);
  const std::span<const std::uint64_t> bits(reinterpret_cast<const std::uint64_t*>(bytes + 4), 2);
  const std::vector<std::int32_t> aligned(Wrong::rows);
  check_binding("column `unread` begins at an address that is no multiple of its elements' 4 bytes",
                [&](Wrong& w) { w.leads.numbers("unread", numbers); });
  check_binding("the bitmap `known` of column `unread` begins at an address that is no multiple of 8",
                [&](Wrong& w) { w.leads.numbers("unread", aligned, bits); });
}

TEST_CASE("Answers that do not fit") {
  std::vector<std::int32_t> numbers(Wrong::rows);
  std::vector<std::int16_t> narrow(Wrong::rows);
  std::vector<std::int32_t> few(Wrong::rows - 1);
  std::vector<std::uint8_t> codes(Wrong::rows);
  Bitmap bits(2);
  Bitmap few_bits(1);
  check_binding("no answer is wanted", [&](Wrong& w) { w.verdicts = Verdicts(); });
  check_binding("the policy has no answer `fitt`; did you mean `fit`?",
                [&](Wrong& w) { w.verdicts.numbers("fitt", numbers); });
  check_binding("answer `place` is a text, for which there is no place; give it a picklist's type",
                [&](Wrong& w) { w.verdicts.codes("place", codes); });
  check_binding("answer `fit` is bound as codes, but gives numbers (number, 4 digits)",
                [&](Wrong& w) { w.verdicts.codes("fit", codes); });
  check_binding("answer `fit` needs elements of 4 bytes, but has a place with elements of 2",
                [&](Wrong& w) { w.verdicts.numbers("fit", narrow); });
  check_binding("answer `fit` has 99 elements for 100 rows", [&](Wrong& w) { w.verdicts.numbers("fit", few); });
  check_binding("the bitmap `known` of answer `fit` has 1 words of 64 bits; 100 rows need 2",
                [&](Wrong& w) { w.verdicts.numbers("fit", numbers, few_bits); });
  check_binding("the bitmap `yes` of answer `Large` has 1 words of 64 bits; 100 rows need 2",
                [&](Wrong& w) { w.verdicts.truths("Large", few_bits); });
  check_binding("answer `Large` has no bitmap `yes`", [&](Wrong& w) { w.verdicts.truths("Large", {}, bits); });
}

TEST_CASE("Rows, threads and engines that cannot be") {
  check_binding("the first row is 63, which is no multiple of 64", [](Wrong& w) { w.part.first = 63; });
  check_binding("the first row is 128, but there are 100 rows", [](Wrong& w) { w.part.first = 128; });
  check_binding("37 rows from row 64 on are asked for, but there are 36", [](Wrong& w) { w.part = {64, 37}; });
  check_binding("0 threads are not from 1 to 256", [](Wrong& w) { w.options.threads = 0; });
  check_binding("257 threads are not from 1 to 256", [](Wrong& w) { w.options.threads = 257; });
  check_binding("the evaluator, the leads or the verdicts have been moved away", [](Wrong& w) {
    const Leads elsewhere = std::move(w.leads);
    static_cast<void>(elsewhere);
  });
  if (has_jit()) return;
  Wrong wrong;
  wrong.options.engine = Engine::jit;
  CHECK(wrong.message(ErrorKind::engine).find("libmuster_jit.so") != std::string::npos);
}

TEST_CASE("More rows than memory can have") {
  std::vector<std::uint64_t> word(1);
  Leads leads(std::numeric_limits<std::size_t>::max());
  leads.flags("wants", word, word);
  Wrong wrong;
  wrong.leads = std::move(leads);
  wrong.verdicts = Verdicts();
  wrong.verdicts.truths("Large", word);
  CHECK(wrong.message().find("1 words of 64 bits; 18446744073709551615 rows need") != std::string::npos);
}

TEST_CASE("Rows that hold what they cannot hold") {
  const auto check_data = [](const char* message, const std::function<void(SampleLeads&)>& spoil) {
    for (const Engine engine : {Engine::interpreter, has_jit() ? Engine::jit : Engine::interpreter}) {
      for (const unsigned threads : {1U, 2U, 3U}) {
        INFO(std::string(message), ", engine ", static_cast<int>(engine), ", threads ", threads);
        const Policy policy = sample();
        SampleLeads data(20'000);
        spoil(data);
        SampleVerdicts places(data.count);
        Evaluator evaluator(policy, {.engine = engine, .threads = threads});
        const auto report = evaluator.evaluate(data.bound(), places.bound());
        REQUIRE(!report);
        CHECK(report.error().kind == ErrorKind::data);
        CHECK(report.error().message == message);
      }
    }
  };
  check_data("column `country`, row 9000: code 5 is not one of the 5 of its dictionary", [](SampleLeads& data) {
    data.country[9'000] = 5;
    data.country[15'000] = 255;
    data.industry[15'001] = 3;
  });
  check_data("column `industry`, row 0: code 3 is not one of the 3 of its picklist", [](SampleLeads& data) {
    data.industry[0] = 3;
    data.country[1] = 9;
  });
  check_data("column `wants`, row 19999: `yes` is 1 where `known` is 0", [](SampleLeads& data) {
    data.wants_known[19'999 / 64] = 0;
    data.wants[19'999 / 64] = 0;
    set(data.wants, 19'999);
  });
  check_data("column `founded`, row 70: 2932897 lies outside of the years 1 to 9999 (date, in days since 1970-01-01)",
             [](SampleLeads& data) {
               data.founded[70] = 2'932'897;
               set(data.founded_known, 70);
             });
  check_data(
      "column `seen`, row 4096: -9223372036854775808 lies outside of the years 1 to 9999 (moment, in microseconds "
      "since "
      "1970-01-01T00:00:00 UTC)",
      [](SampleLeads& data) {
        data.seen[4'096] = std::numeric_limits<std::int64_t>::min();
        set(data.seen_known, 4'096);
      });
}

TEST_CASE("A text that is missing may have code 0 of an empty dictionary, and no other") {
  const Policy policy = sample();
  SampleLeads data(100);
  data.countries = Dictionary();
  data.country.assign(100, 0);
  data.country_known.assign(2, 0);
  SampleVerdicts places(100);
  CHECK(Evaluator(policy).evaluate(data.bound(), places.bound()));
  if (has_jit()) CHECK(Evaluator(policy, {.engine = Engine::jit}).evaluate(data.bound(), places.bound()));
  data.country[3] = 1;
  CHECK(!Evaluator(policy).evaluate(data.bound(), places.bound()));
  data.country[3] = 0;
  data.country_known[0] = 1;
  const auto known = Evaluator(policy).evaluate(data.bound(), places.bound());
  REQUIRE(!known);
  CHECK(known.error().message == "column `country`, row 0: code 0 is not one of the 0 of its dictionary");
}

TEST_CASE("A required column has a value in every row") {
  const auto policy = Policy::from_text("p.muster", R"muster(policy "X" { version "1" }
object Lead { lead_id: text key, a: int required }
output twice: int = a
)muster");
  REQUIRE_MESSAGE(policy, (policy ? "" : policy.error().message));
  CHECK(policy->find_column("a")->presence == Presence::required);
  const std::vector<std::int64_t> a(70);
  const Bitmap known{~std::uint64_t{0}, 0b101111};
  Leads leads(70);
  leads.numbers("a", a, known);
  std::vector<std::int64_t> twice(70);
  Verdicts verdicts;
  verdicts.numbers("twice", twice);
  const auto report = Evaluator(*policy).evaluate(leads, verdicts);
  REQUIRE(!report);
  CHECK(report.error().message == "column `a`, row 68: there is no value, but the policy requires one");
}

TEST_CASE("What reads rows of other files names the relation") {
  const auto policy = Policy::from_text("p.muster", R"muster(policy "X" { version "1" }
object Lead { lead_id: text key, a: int?, many Activity by lead }
object Activity { lead: text, page: text? }
score own { +1 when a > 1 }
score whole { +1 when any Activity where page = "x" }
)muster");
  REQUIRE_MESSAGE(policy, (policy ? "" : policy.error().message));
  CHECK(policy->find_answer("whole")->needs == "Activity");
  CHECK(policy->find_answer("own")->needs.empty());
  const std::vector<std::int64_t> a{1, 2};
  Leads leads(2);
  leads.numbers("a", a);
  std::vector<std::int64_t> place(2);
  Verdicts own;
  own.numbers("own", place);
  for (const Engine engine : {Engine::interpreter, has_jit() ? Engine::jit : Engine::interpreter}) {
    REQUIRE(Evaluator(*policy, {.engine = engine}).evaluate(leads, own));
    CHECK(place == std::vector<std::int64_t>{0, 1'0000});
  }
  Verdicts whole;
  whole.numbers("whole", place);
  const auto report = Evaluator(*policy).evaluate(leads, whole);
  REQUIRE(!report);
  CHECK(report.error().kind == ErrorKind::binding);
  CHECK(report.error().message.find("answer `whole` reads `Activity`, rows of another file") == 0);
}

}  // namespace
}  // namespace muster
