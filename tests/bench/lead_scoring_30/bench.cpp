// lead_scoring_bench POLICY CSV [ROWS] [ROUNDS]: the workload lead-scoring-30 in memory, by Muster's interpreter and by
// the hand-written AVX-512 kernel of the workload's reference ("HAND", hand.hpp), one after the other in every round,
// and the ratio of the medians. Every round of the interpreter must have HAND's checksums: no speed that costs an
// answer. README.md beside this file says how to run it and what is compared.
#include <cinttypes>

#include "compiler/compile.h"
#include "runtime/data/batch.h"
#include "runtime/data/dictionary.h"
#include "runtime/interpret/interpreter.h"

// Of the reference; the build says where it lies. Last, for it leaves macros behind.
#include "hand.hpp"

namespace {

using muster::compiler::Physical;
using muster::compiler::Program;
using muster::compiler::ValueId;
using muster::runtime::ColumnView;
using muster::runtime::Word;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "bench: %s\n", what);
  std::exit(1);
}

// What HAND has as floating point or as seconds, as Muster has it: hundredths, and microseconds. The same bytes a row.
struct Columns {
  explicit Columns(const Table& table) : rows(table.n), source(table) {
    for (auto* column : {&revenue, &budget, &last_activity, &created_at}) column->resize(rows + 64);
    for (std::size_t i = 0; i < rows; ++i) {
      revenue[i] = std::llround(table.rev[i] * 100);
      budget[i] = std::llround(table.bud[i] * 100);
      last_activity[i] = table.la[i] * 1'000'000;
      created_at[i] = table.cr[i] * 1'000'000;
    }
    all.assign(rows / 64 + 2, ~Word{0});
    intern(country, table.dco.v, "");
    intern(industry, table.dind.v, "");
    intern(title, table.dti.v, "");
    intern(lead_source, table.dsrc.v, "");
    intern(email, table.ddom.v, "x@");  // the policy reads the domain only, and that is all that HAND keeps
    known_industry = known_of([&](std::size_t i) { return table.ind[i] != 0; });
    known_title = known_of([&](std::size_t i) { return table.ti[i] != 0; });
    known_email = known_of([&](std::size_t i) { return table.dom[i] != 0; });
    is_maker.resize(rows / 64 + 2);
    for (std::size_t w = 0; w <= rows / 64; ++w) is_maker[w] = table.dm.p[w] & table.dm_v.p[w];
  }

  // A bit for each row that has a value.
  template <class Has>
  [[nodiscard]] vector<Word> known_of(Has has) const {
    vector<Word> bits(rows / 64 + 2);
    for (std::size_t i = 0; i < rows; ++i) bits[i / 64] |= Word{has(i)} << (i % 64);
    return bits;
  }

  // HAND's code 0 is "missing"; Muster's codes begin at 0 and say what is missing by a bit.
  static void intern(muster::runtime::Dictionary& dictionary, const vector<string>& values, const string& before) {
    dictionary.intern("(missing)");
    for (std::size_t k = 1; k < values.size(); ++k) {
      if (dictionary.intern(before + values[k]) != k) fail("two values of a column are the same");
    }
  }

  // The columns of the rows from `first` on, a multiple of 64.
  [[nodiscard]] ColumnView view(const string& field, std::size_t first) const {
    const std::size_t word = first / 64;
    const auto wide = [&](const std::int64_t* values, const Word* known) {
      return ColumnView{.physical = Physical::integer, .integers = values + first, .known = known + word};
    };
    const auto narrow = [&](const std::int32_t* values, const Word* known) {
      return ColumnView{
          .physical = Physical::integer, .known = known + word, .narrow = values + first, .narrow_bytes = 4};
    };
    const auto text = [&](const auto* codes, const muster::runtime::Dictionary& dictionary, const Word* known) {
      if constexpr (sizeof(*codes) == 4) {
        return ColumnView{
            .physical = Physical::text, .codes = codes + first, .known = known + word, .dictionary = &dictionary};
      } else {
        return ColumnView{.physical = Physical::text,
                          .known = known + word,
                          .dictionary = &dictionary,
                          .narrow = codes + first,
                          .narrow_bytes = sizeof(*codes)};
      }
    };
    const auto flag = [&](const Word* yes, const Word* known) {
      return ColumnView{.physical = Physical::boolean, .yes = yes + word, .known = known + word};
    };
    const Table& t = source;
    if (field == "employees") return wide(t.emp.p, t.emp_v.p);
    if (field == "annual_revenue") return wide(revenue.data(), t.rev_v.p);
    if (field == "country") return text(t.co.p, country, all.data());
    if (field == "industry") return text(t.ind.p, industry, known_industry.data());
    if (field == "job_title") return text(t.ti.p, title, known_title.data());
    if (field == "email") return text(t.dom.p, email, known_email.data());
    if (field == "lead_source") return text(t.src.p, lead_source, all.data());
    if (field == "pages_viewed") return narrow(t.pv.p, all.data());
    if (field == "emails_clicked") return narrow(t.ec.p, all.data());
    if (field == "webinars_attended") return narrow(t.wb.p, all.data());
    if (field == "whitepapers") return narrow(t.wp.p, all.data());
    if (field == "pricing_page_visits") return narrow(t.pr.p, all.data());
    if (field == "demo_requested") return flag(t.demo.p, all.data());
    if (field == "last_activity") return wide(last_activity.data(), all.data());
    if (field == "created_at") return wide(created_at.data(), all.data());
    if (field == "budget") return wide(budget.data(), t.bud_v.p);
    if (field == "timeline_days") return narrow(t.tl.p, t.tl_v.p);
    if (field == "is_decision_maker") return flag(is_maker.data(), t.dm_v.p);
    if (field == "need_score") return narrow(t.nd.p, t.nd_v.p);
    fail(("no column " + field).c_str());
  }

  std::size_t rows;
  const Table& source;
  vector<std::int64_t> revenue, budget, last_activity, created_at;
  vector<Word> all, known_industry, known_title, known_email, is_maker;
  muster::runtime::Dictionary country, industry, title, lead_source, email;
};

// What both write for every lead; tiers and stages are numbered in the order of the policy, which is that of hand.hpp.
// Scores are numbers of four digits behind the point in Muster.
struct Answers {
  explicit Answers(std::size_t rows)
      : fit(rows + 64), engagement(rows + 64), total(rows + 64), tier(rows + 64), stage(rows + 64) {}
  vector<std::int32_t> fit;
  vector<std::int64_t> engagement, total;
  vector<std::uint8_t> tier, stage;
};

struct Wanted {
  ValueId fit, engagement, total, tier, stage;
};

Wanted wanted_of(const Program& program) {
  Wanted wanted;
  for (const auto& score : program.outputs.scores) {
    if (score.name == "fit") wanted.fit = score.value;
    if (score.name == "engagement") wanted.engagement = score.value;
    if (score.name == "total") wanted.total = score.value;
  }
  for (const auto& value : program.outputs.values) (value.name == "tier" ? wanted.tier : wanted.stage) = value.value;
  return wanted;
}

constexpr std::int64_t hundredths = 100;  // mantissas of four digits

template <class Engine>
void run(const Program& program, Engine& engine, const Columns& columns, const Wanted& wanted, Answers& answers,
         std::size_t begin, std::size_t end) {
  muster::runtime::BatchView batch;
  batch.spaces.resize(program.spaces.size());
  auto& space = batch.spaces[0];
  const auto& fields = program.schema.objects[program.spaces[muster::compiler::SpaceId{0}].object].fields;
  vector<string> names;
  for (const std::uint32_t field : program.spaces[muster::compiler::SpaceId{0}].columns)
    names.push_back(fields[field].name);
  space.columns.resize(names.size());
  for (std::size_t first = begin; first < end; first += muster::runtime::batch_rows) {
    space.rows = std::min(end - first, muster::runtime::batch_rows);
    for (std::size_t k = 0; k < names.size(); ++k) space.columns[k] = columns.view(names[k], first);
    engine.evaluate(batch);
    const auto fit = engine.value(wanted.fit);
    const auto engagement = engine.value(wanted.engagement);
    const auto total = engine.value(wanted.total);
    const auto tier = engine.value(wanted.tier);
    const auto stage = engine.value(wanted.stage);
    for (std::size_t i = 0; i < space.rows; ++i)
      answers.fit[first + i] = static_cast<std::int32_t>(fit.integers[i] / 10'000);
    std::copy_n(engagement.integers, space.rows, answers.engagement.data() + first);
    std::copy_n(total.integers, space.rows, answers.total.data() + first);
    for (std::size_t i = 0; i < space.rows; ++i) answers.tier[first + i] = static_cast<std::uint8_t>(tier.codes[i]);
    for (std::size_t i = 0; i < space.rows; ++i) answers.stage[first + i] = static_cast<std::uint8_t>(stage.codes[i]);
  }
}

Sum sum_of(const Answers& answers, std::size_t rows) {
  Sum sum;
  sum.n = static_cast<std::int64_t>(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    ++sum.tier[answers.tier[i]];
    ++sum.stage[answers.stage[i]];
    sum.fit += answers.fit[i];
    sum.eng += answers.engagement[i] / hundredths;
    sum.tot += answers.total[i] / hundredths;
  }
  return sum;
}

bool same(const Sum& a, const Sum& b) {
  return a.n == b.n && std::equal(a.tier, a.tier + 5, b.tier) && std::equal(a.stage, a.stage + 5, b.stage) &&
         a.fit == b.fit && a.eng == b.eng && a.tot == b.tot;
}

double median(vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) fail("usage: lead_scoring_bench POLICY CSV [ROWS] [ROUNDS]");
  const std::size_t most = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : ~std::size_t{0};
  const int rounds = argc > 4 ? std::atoi(argv[4]) : 5;
  auto compiled = muster::compiler::compile_file(argv[1], muster::lang::Limits{});
  if (!compiled || !compiled->program) fail("the policy does not compile");
  const Program& program = *compiled->program;

  File file(argv[2]);
  const char* const begin = static_cast<const char*>(std::memchr(file.p, '\n', file.n)) + 1;
  const char* const end = file.p + file.n;
  std::size_t lines = 0;
  for (const char* at = begin; at < end && lines < most; ++lines)
    at = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at))) + 1;
  Table table;
  table.keep_email = false;
  table.alloc(lines + 64, 64);
  vector<uint32_t> index;
  csv_parse(table, begin, end, index, lines);
  const Luts luts(table);
  const Columns columns(table);
  const std::size_t rows = table.n;
  Out hand;
  hand.alloc(rows + 64);
  k_simd<true, false>(table, luts, hand, 0, rows, nullptr);
  const Sum expected = checksum(hand, rows);
  expected.print("HAND");

  const Wanted wanted = wanted_of(program);
  const vector<ValueId> keep = {wanted.fit, wanted.engagement, wanted.total, wanted.tier, wanted.stage};
  const muster::runtime::AsOf as_of{.instant = AS_OF * 1'000'000, .day = static_cast<std::int32_t>(AS_OF / 86400)};
  Answers answers(rows);
  muster::runtime::Interpreter interpreter(program, as_of, muster::compiler::SpaceId{0}, keep);
  std::printf("interpreter: %zu instructions for each batch of %zu leads\n", interpreter.live_instructions(),
              muster::runtime::batch_rows);

  vector<double> hand_seconds;
  vector<double> interpreter_seconds;
  for (int round = 0; round < rounds; ++round) {
    double start = now();
    k_simd<true, false>(table, luts, hand, 0, rows, nullptr);
    hand_seconds.push_back(now() - start);
    start = now();
    run(program, interpreter, columns, wanted, answers, 0, rows);
    interpreter_seconds.push_back(now() - start);
    if (!same(sum_of(answers, rows), expected)) {
      sum_of(answers, rows).print("interpreter");
      fail("the interpreter's checksums are others");
    }
  }
  const auto tell = [&](const char* name, double seconds) {
    std::printf("%-12s %8.2f M leads/s  %6.2f ns/lead  %5.2f x HAND\n", name, static_cast<double>(rows) / seconds / 1e6,
                seconds * 1e9 / static_cast<double>(rows), median(hand_seconds) / seconds);
  };
  tell("HAND", median(hand_seconds));
  tell("interpreter", median(interpreter_seconds));
  return 0;
}
