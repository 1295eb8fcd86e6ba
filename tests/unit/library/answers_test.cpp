// Answers: of leads that can be worked out by hand, and the same bytes from every engine and any number of threads.
#include <doctest/doctest.h>

#include <memory>
#include <span>
#include <vector>

#include "sample.h"

namespace muster {
namespace {

void evaluate(const Policy& policy, const Options& options, const SampleLeads& leads, SampleVerdicts& verdicts,
              Rows rows = {}) {
  Evaluator evaluator(policy, options);
  const auto report = evaluator.evaluate(leads.bound(), verdicts.bound(), rows);
  REQUIRE_MESSAGE(report, (report ? "" : report.error().message));
}

TEST_CASE("Leads that can be worked out by hand") {
  const Policy policy = sample();
  constexpr std::size_t rows = 4;
  // A large German software house that asks; a small one nobody knows much about; one of unknown size; no place.
  const std::vector<std::int16_t> employees{500, 20, 0, 200};
  const Bitmap employees_known{0b1011};
  Dictionary countries;
  REQUIRE(countries.intern("GERMANY"));
  REQUIRE(countries.intern("nowhere"));
  const std::vector<std::uint32_t> country{0, 0, 0, 1};
  const Bitmap country_known{0b1001};
  const std::vector<std::uint8_t> industry{0, 2, 0, 1};
  const Bitmap wants{0b0001};
  const Bitmap wants_known{0b0011};
  const std::int64_t day = 86'400'000'000;
  const std::int64_t as_of_day = 20'473;  // 2026-01-20
  // Yesterday, long ago, after the evaluation, today.
  const std::vector<std::int64_t> seen{(as_of_day - 1) * day, 0, (as_of_day + 1) * day, as_of_day * day};
  const std::vector<std::int32_t> founded{0, 20'000, 0, 0};
  const std::vector<std::int8_t> visits{1, 2, 3, 100};
  const std::vector<std::int64_t> revenue{12'345, -1, 0, 7};

  Leads leads(rows);
  leads.numbers("employees", employees, employees_known)
      .texts("country", country, countries, country_known)
      .codes("industry", industry)
      .flags("wants", wants, wants_known)
      .numbers("seen", seen)
      .numbers("founded", founded)
      .numbers("visits", visits)
      .numbers("revenue", revenue);
  SampleVerdicts found(rows);
  Evaluator evaluator(policy);
  const auto report = evaluator.evaluate(leads, found.bound());
  REQUIRE_MESSAGE(report, (report ? "" : report.error().message));
  CHECK(report->rows == rows);
  CHECK(report->engine == Engine::interpreter);

  CHECK(found.fit == std::vector<std::int32_t>{100'0000, 0, 15'0000, 40'0000});
  CHECK(found.bitmaps[0] == Bitmap{0b1111});
  CHECK(found.heat == std::vector<std::int64_t>{15'0000, 10'0000, 15'0000, 40'0000});
  CHECK(found.age == std::vector<std::int16_t>{1'0000, 0, 1'0000, 1'0000});
  CHECK(found.twice == std::vector<std::int64_t>{2, 4, 6, 200});
  CHECK(found.wealth == std::vector<std::int64_t>{12'345, -1, 0, 7});
  const auto name = [&](const char* answer, std::size_t code) { return policy.find_answer(answer)->names.at(code); };
  CHECK(name("letter", found.letter[0]) == "A");
  CHECK(name("letter", found.letter[3]) == "B");
  CHECK(name("stage", found.stage[0]) == "SQL");
  CHECK(test(found.bitmaps[5], 0));
  CHECK(!test(found.bitmaps[5], 1));
  CHECK(found.stage[1] == 0);
  CHECK(name("route", found.route[0]) == "Sales");
  CHECK(name("route", found.route[1]) == "Nurture");
  CHECK(name("route", found.route[2]) == "Enrich");
  CHECK(found.industry == std::vector<std::uint32_t>{0, 2, 0, 1});
  CHECK(found.bitmaps[7] == Bitmap{0b1001});  // Large: yes
  CHECK(found.bitmaps[8] == Bitmap{0b1011});  // and known
  CHECK(found.bitmaps[9] == Bitmap{0b1000});  // ignored
  CHECK(found.bitmaps[10] == Bitmap{0b1111});
  CHECK(found.bitmaps[11] == Bitmap{0});
}

TEST_CASE("Any number of threads, and any engine, gives the same bytes") {
  const Policy policy = sample();
  std::vector<Engine> engines{Engine::interpreter};
  if (has_jit()) engines.push_back(Engine::jit);
  for (const std::size_t rows : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{2'048},
                                 std::size_t{2'111}, std::size_t{50'001}}) {
    INFO(rows, " rows");
    const SampleLeads leads(rows, rows);
    SampleVerdicts expected(rows);
    evaluate(policy, {.engine = Engine::interpreter}, leads, expected);
    for (const Engine engine : engines) {
      for (const unsigned threads : {1U, 2U, 3U}) {
        INFO(threads, " threads, engine ", static_cast<int>(engine));
        SampleVerdicts found(rows);
        evaluate(policy, {.engine = engine, .threads = threads}, leads, found);
        CHECK(found == expected);
      }
    }
  }
}

TEST_CASE("Answers that are more than the caches hold are the same, wherever they begin") {
  if (!has_jit()) return;
  const Policy policy = sample();
  constexpr std::size_t rows = 600'001;
  constexpr std::size_t line = 64 / sizeof(std::int64_t);
  const SampleLeads leads(rows, 1);
  const auto answers_of = [&](Engine engine, std::size_t shift) {
    std::vector<std::int64_t> memory(2 * rows + 4 * line);
    void* begin = memory.data();
    std::size_t space = memory.size() * sizeof(std::int64_t);
    auto* const twice = static_cast<std::int64_t*>(std::align(64, rows, begin, space)) + shift;
    auto* const wealth = twice + rows / line * line + line;
    Verdicts verdicts;
    verdicts.numbers("twice", std::span(twice, rows)).numbers("wealth", std::span(wealth, rows));
    Evaluator evaluator(policy, {.engine = engine, .threads = 2});
    const auto report = evaluator.evaluate(leads.bound(), verdicts);
    REQUIRE_MESSAGE(report, (report ? "" : report.error().message));
    std::vector<std::int64_t> found(twice, twice + rows);
    found.insert(found.end(), wealth, wealth + rows);
    return found;
  };
  const auto expected = answers_of(Engine::interpreter, 0);
  CHECK(answers_of(Engine::jit, 0) == expected);
  CHECK(answers_of(Engine::jit, 1) == expected);
}

// Calls again, with the same answers each time, until it is `engine` that answers.
bool comes_to(Evaluator& evaluator, Engine engine, const SampleLeads& leads, const SampleVerdicts& expected) {
  constexpr int most_calls = 1'000;
  for (int call = 0; call < most_calls; ++call) {
    SampleVerdicts found(leads.count);
    const auto report = evaluator.evaluate(leads.bound(), found.bound());
    REQUIRE_MESSAGE(report, (report ? "" : report.error().message));
    REQUIRE(found == expected);
    if (report->engine == engine) return true;
  }
  return false;
}

TEST_CASE("Automatic begins interpreted, and a kernel takes over once there is enough work") {
  const Policy policy = sample();
  const SampleLeads leads(300'000);
  SampleVerdicts expected(leads.count);
  evaluate(policy, {.engine = Engine::interpreter}, leads, expected);
  Evaluator evaluator(policy, {.engine = Engine::automatic, .threads = 2});
  SampleVerdicts found(leads.count);
  const auto first = evaluator.evaluate(leads.bound(), found.bound());
  REQUIRE(first);
  CHECK(first->engine == Engine::interpreter);
  CHECK(found == expected);
  CHECK(comes_to(evaluator, has_jit() ? Engine::jit : Engine::interpreter, leads, expected));
}

TEST_CASE("A kernel stays while an evaluator is asked in three other ways") {
  if (!has_jit()) return;
  const Policy policy = sample();
  const SampleLeads leads(100'000);  // with less than 8 MiB of answers
  SampleVerdicts expected(leads.count);
  evaluate(policy, {.engine = Engine::interpreter}, leads, expected);
  Evaluator evaluator(policy, {.engine = Engine::automatic});
  REQUIRE(comes_to(evaluator, Engine::jit, leads, expected));

  constexpr Rows few{.first = 0, .count = 64};
  const auto is_right = [&](const auto& fit) {
    return std::equal(fit.begin(), fit.begin() + 64, expected.fit.begin());
  };
  std::vector<std::uint64_t> bits(leads.count / 64 + 1);
  const auto ask_for_fit = [&](auto number, PlaceForBits known) {
    std::vector<decltype(number)> fit(leads.count);
    Verdicts verdicts;
    verdicts.numbers("fit", fit, known);
    const auto report = evaluator.evaluate(leads.bound(), verdicts, few);
    REQUIRE(report);
    CHECK(report->engine == Engine::interpreter);
    CHECK(is_right(fit));
  };
  const auto ask_for_all = [&](Engine engine) {
    SampleVerdicts found(leads.count);
    const auto report = evaluator.evaluate(leads.bound(), found.bound(), few);
    REQUIRE(report);
    CHECK(report->engine == engine);
    CHECK(is_right(found.fit));
  };
  ask_for_fit(std::int64_t{}, {});
  ask_for_all(Engine::jit);
  ask_for_fit(std::int64_t{}, {});
  ask_for_fit(std::int32_t{}, {});
  ask_for_fit(std::int64_t{}, bits);
  ask_for_all(Engine::jit);  // the oldest of four
  ask_for_fit(std::int64_t{}, {});
  ask_for_fit(std::int32_t{}, {});
  ask_for_fit(std::int64_t{}, bits);
  ask_for_fit(std::int32_t{}, bits);
  ask_for_all(Engine::interpreter);
}

TEST_CASE("A kernel that was made for smaller values gives way to one that expects nothing") {
  if (!has_jit()) return;
  const Policy policy = sample();
  SampleLeads leads(20'000);
  SampleVerdicts expected(leads.count);
  evaluate(policy, {.engine = Engine::interpreter}, leads, expected);
  Evaluator evaluator(policy, {.engine = Engine::jit});
  CHECK(comes_to(evaluator, Engine::jit, leads, expected));
  for (std::int64_t& amount : leads.revenue) amount += std::int64_t{1} << 50;
  SampleVerdicts later(leads.count);
  evaluate(policy, {.engine = Engine::interpreter}, leads, later);
  SampleVerdicts found(leads.count);
  const auto report = evaluator.evaluate(leads.bound(), found.bound());
  REQUIRE(report);
  CHECK(report->engine == Engine::interpreter);  // each batch in vain
  CHECK(found == later);
  CHECK(comes_to(evaluator, Engine::jit, leads, later));
}

TEST_CASE("Parts of the rows are answered at their place, and nothing else is touched") {
  const Policy policy = sample();
  const SampleLeads leads(10'000);
  SampleVerdicts whole(leads.count);
  evaluate(policy, {}, leads, whole);
  for (const Engine engine : {Engine::interpreter, has_jit() ? Engine::jit : Engine::interpreter}) {
    SampleVerdicts parts(leads.count);
    evaluate(policy, {.engine = engine}, leads, parts, {.first = 4'992, .count = 2'100});
    CHECK(parts.fit[4'991] == SampleVerdicts::mark);
    CHECK(parts.fit[7'092] == SampleVerdicts::mark);
    CHECK(parts.bitmaps[0][77] == 0xA5A5'A5A5'A5A5'A5A5);
    CHECK(parts.bitmaps[0][111] == 0xA5A5'A5A5'A5A5'A5A5);
    CHECK(parts.bitmaps[0][110] == (whole.bitmaps[0][110] & ((std::uint64_t{1} << 52) - 1)));
    evaluate(policy, {.engine = engine}, leads, parts, {.first = 0, .count = 4'992});
    evaluate(policy, {.engine = engine, .threads = 2}, leads, parts, {.first = 7'040});
    CHECK(parts == whole);
    evaluate(policy, {.engine = engine}, leads, parts, {.first = 64, .count = 0});
    CHECK(parts == whole);
  }
}

TEST_CASE("An evaluator goes on with other leads, widths and dictionaries") {
  const Policy policy = sample();
  for (const Engine engine : {Engine::interpreter, has_jit() ? Engine::jit : Engine::interpreter}) {
    Evaluator evaluator(policy, {.engine = engine, .threads = 2});
    for (std::uint64_t seed = 1; seed < 20; ++seed) {
      // The dictionary goes with the leads, and the next one may lie where this one lay.
      SampleLeads leads(100 * seed, seed);
      Dictionary other;
      for (const char* const text : {"France", "Chile", "Nowhere", "Germany", "Japan"}) REQUIRE(other.intern(text));
      if (seed % 2 == 0) leads.countries = other;
      SampleVerdicts found(leads.count);
      REQUIRE(evaluator.evaluate(leads.bound(), found.bound()));
      SampleVerdicts expected(leads.count);
      evaluate(policy, {.engine = Engine::interpreter}, leads, expected);
      CHECK(found == expected);
      // Fewer answers, wider places.
      std::vector<std::int64_t> fit(leads.count);
      Verdicts wide;
      wide.numbers("fit", fit);
      if (seed % 5 == 0) REQUIRE(evaluator.evaluate(leads.bound(), wide));
      if (seed % 5 == 0) CHECK(std::vector<std::int32_t>(fit.begin(), fit.end()) == expected.fit);
    }
  }
}

TEST_CASE("No leads are no mistake, and others may follow") {
  const Policy policy = sample();
  for (const Engine engine : {Engine::interpreter, has_jit() ? Engine::jit : Engine::interpreter}) {
    Evaluator evaluator(policy, {.engine = engine});
    for (const std::size_t rows : {std::size_t{0}, std::size_t{500}}) {
      const SampleLeads leads(rows);
      SampleVerdicts found(rows);
      const auto report = evaluator.evaluate(leads.bound(), found.bound());
      REQUIRE(report);
      CHECK(report->rows == rows);
      SampleVerdicts expected(rows);
      evaluate(policy, {.engine = Engine::interpreter}, leads, expected);
      CHECK(found == expected);
    }
  }
}

TEST_CASE("Only the columns that the wanted answers read have to be bound") {
  const Policy policy = sample();
  const std::vector<std::int64_t> employees{99, 100};
  Leads leads(2);
  leads.numbers("employees", employees);
  Bitmap large(1);
  Verdicts verdicts;
  verdicts.truths("Large", large);
  for (const Engine engine : {Engine::interpreter, has_jit() ? Engine::jit : Engine::interpreter}) {
    large[0] = 0;
    REQUIRE(Evaluator(policy, {.engine = engine}).evaluate(leads, verdicts));
    CHECK(large == Bitmap{0b10});
  }
}

TEST_CASE("A number that grows past 64 bits rejects its lead") {
  const auto policy = Policy::from_text("p.muster", R"muster(policy "X" { version "1" }
object Lead { lead_id: text key, a: int? }
output twice: int = a + a
)muster");
  REQUIRE_MESSAGE(policy, (policy ? "" : policy.error().message));
  const std::vector<std::int64_t> a{1, std::int64_t{1} << 62, 5};
  Leads leads(3);
  leads.numbers("a", a);
  for (const Engine engine : {Engine::interpreter, has_jit() ? Engine::jit : Engine::interpreter}) {
    std::vector<std::int64_t> twice(3);
    Bitmap known(1);
    Bitmap rejected(1);
    Verdicts verdicts;
    verdicts.numbers("twice", twice, known).truths("rejected", rejected);
    REQUIRE(Evaluator(*policy, {.engine = engine}).evaluate(leads, verdicts));
    CHECK(twice == std::vector<std::int64_t>{2, 0, 10});
    CHECK(known == Bitmap{0b101});
    CHECK(rejected == Bitmap{0b010});
  }
}

}  // namespace
}  // namespace muster
