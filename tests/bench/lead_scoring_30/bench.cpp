// lead_scoring_bench POLICY CSV [ROWS] [ROUNDS]: the workload lead-scoring-30 in memory, by Muster's interpreter and by
// the hand-written AVX-512 kernel of the workload's reference ("HAND", hand.hpp), one after the other in every round,
// and the ratio of the medians. Every round of the interpreter must have HAND's checksums: no speed that costs an
// answer. README.md beside this file says how to run it and what is compared.
#include <cinttypes>

#include "compiler/compile.h"
#include "runtime/data/batch.h"
#include "runtime/data/dictionary.h"
#include "runtime/interpret/interpreter.h"
#include "runtime/jit/plugin.h"

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

// Memory that begins with a cache line, as HAND's does: what begins elsewhere is read and written in two lines at once.
template <class T>
struct CacheLines {
  using value_type = T;
  CacheLines() = default;
  template <class Other>
  explicit CacheLines(const CacheLines<Other>&) {}
  static T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t{64}));
  }
  static void deallocate(T* memory, std::size_t) { ::operator delete(memory, std::align_val_t{64}); }
  bool operator==(const CacheLines&) const = default;
};
template <class T>
using ColumnOf = std::vector<T, CacheLines<T>>;

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
  [[nodiscard]] ColumnOf<Word> known_of(Has has) const {
    ColumnOf<Word> bits(rows / 64 + 2);
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

  // A column, all rows of it.
  [[nodiscard]] ColumnView view(const string& field) const {
    const auto wide = [&](const std::int64_t* values, const Word* known) {
      return ColumnView{.physical = Physical::integer, .integers = values, .known = known};
    };
    const auto narrow = [&](const std::int32_t* values, const Word* known) {
      return ColumnView{.physical = Physical::integer, .known = known, .narrow = values, .narrow_bytes = 4};
    };
    const auto text = [&](const auto* codes, const muster::runtime::Dictionary& dictionary, const Word* known) {
      if constexpr (sizeof(*codes) == 4) {
        return ColumnView{.physical = Physical::text, .codes = codes, .known = known, .dictionary = &dictionary};
      } else {
        return ColumnView{.physical = Physical::text,
                          .known = known,
                          .dictionary = &dictionary,
                          .narrow = codes,
                          .narrow_bytes = sizeof(*codes)};
      }
    };
    const auto flag = [&](const Word* yes, const Word* known) {
      return ColumnView{.physical = Physical::boolean, .yes = yes, .known = known};
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
  ColumnOf<std::int64_t> revenue, budget, last_activity, created_at;
  ColumnOf<Word> all, known_industry, known_title, known_email, is_maker;
  muster::runtime::Dictionary country, industry, title, lead_source, email;
};

// What both write for every lead; tiers and stages are numbered in the order of the policy, which is that of hand.hpp.
// Scores are whole numbers of 1/10,000 in Muster.
struct Answers {
  explicit Answers(std::size_t rows)
      : fit(rows + 64), engagement(rows + 64), total(rows + 64), tier(rows + 64), stage(rows + 64) {}
  ColumnOf<std::int32_t> fit, engagement, total;
  ColumnOf<std::uint8_t> tier, stage;
};

// In the order of Answers.
vector<muster::runtime::AnswerLayout> wanted_of(const Program& program) {
  const auto score = [&](const char* name) {
    for (const auto& one : program.outputs.scores) {
      if (one.name == name) return one.value;
    }
    fail("the policy lacks a score");
  };
  const auto output = [&](const char* name) {
    for (const auto& one : program.outputs.values) {
      if (one.name == name) return one.value;
    }
    fail("the policy lacks an output");
  };
  const vector<muster::runtime::AnswerLayout> wanted = {{score("fit"), 4, true},
                                                        {score("engagement"), 4, true},
                                                        {score("total"), 4, true},
                                                        {output("tier"), 1, true},
                                                        {output("stage"), 1, true}};
  for (const auto& answer : wanted) {
    if (answer.bytes < muster::runtime::bytes_of_answer(program, answer.id)) fail("an answer is wider than that");
  }
  return wanted;
}

// Batches of the columns, one after the other.
class Batches {
 public:
  Batches(const Program& program, const Columns& columns) {
    batch_.spaces.resize(program.spaces.size());
    const auto& root = program.spaces[muster::compiler::SpaceId{0}];
    for (const std::uint32_t field : root.columns)
      whole_.push_back(columns.view(program.schema.objects[root.object].fields[field].name));
    batch_.spaces[0].columns = whole_;
  }

  // `first` is a multiple of 64.
  const muster::runtime::BatchView& at(std::size_t first, std::size_t rows) {
    const std::size_t word = first / 64;
    for (std::size_t k = 0; k < whole_.size(); ++k) {
      const ColumnView& from = whole_[k];
      ColumnView& to = batch_.spaces[0].columns[k];
      to.known = from.known + word;
      if (from.yes != nullptr) to.yes = from.yes + word;
      if (from.codes != nullptr) to.codes = from.codes + first;
      if (from.integers != nullptr) to.integers = from.integers + first;
      if (from.narrow != nullptr) to.narrow = static_cast<const char*>(from.narrow) + first * from.narrow_bytes;
    }
    batch_.spaces[0].rows = rows;
    batch_.is_followed = true;
    return batch_;
  }

 private:
  vector<ColumnView> whole_;
  muster::runtime::BatchView batch_;
};

// The interpreter behind the same door as a kernel.
struct Interpreted {
  Interpreted(const Program& program, muster::runtime::AsOf as_of, const vector<muster::runtime::AnswerLayout>& wanted)
      : layouts(wanted), interpreter(program, as_of, muster::compiler::SpaceId{0}, ids_of(wanted)) {}
  static vector<ValueId> ids_of(const vector<muster::runtime::AnswerLayout>& wanted) {
    vector<ValueId> ids;
    for (const auto& answer : wanted) ids.push_back(answer.id);
    return ids;
  }
  void evaluate(const muster::runtime::BatchView& batch, std::span<void* const> answers) {
    interpreter.evaluate(batch);
    for (std::size_t at = 0; at < layouts.size(); ++at) {
      muster::runtime::write_answer(interpreter.value(layouts[at].id), batch.spaces[0].rows, layouts[at].bytes,
                                    answers[at]);
    }
  }

  vector<muster::runtime::AnswerLayout> layouts;
  muster::runtime::Interpreter interpreter;
};

template <class Engine>
void run(Batches& batches, Engine& engine, Answers& answers, std::size_t rows) {
  for (std::size_t first = 0; first < rows; first += muster::runtime::batch_rows) {
    void* const places[] = {answers.fit.data() + first, answers.engagement.data() + first, answers.total.data() + first,
                            answers.tier.data() + first, answers.stage.data() + first};
    engine.evaluate(batches.at(first, std::min(rows - first, muster::runtime::batch_rows)), places);
  }
}

// What 1/10,000 are in one point, and in a hundredth.
constexpr std::int64_t point = 10'000;
constexpr std::int64_t hundredths = 100;

Sum sum_of(const Answers& answers, std::size_t rows) {
  Sum sum;
  sum.n = static_cast<std::int64_t>(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    ++sum.tier[answers.tier[i]];
    ++sum.stage[answers.stage[i]];
    sum.fit += answers.fit[i] / point;
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

  const auto wanted = wanted_of(program);
  const muster::runtime::AsOf as_of{.instant = AS_OF * 1'000'000, .day = static_cast<std::int32_t>(AS_OF / 86400)};
  Answers answers(rows);
  Interpreted interpreted(program, as_of, wanted);
  std::printf("interpreter: %zu instructions for each batch of %zu leads\n",
              interpreted.interpreter.live_instructions(), muster::runtime::batch_rows);

  Batches batches(program, columns);
  namespace jit = muster::runtime::jit;
  std::unique_ptr<jit::Kernel> kernel;
  double start = now();
  if (jit::is_available()) {
    std::printf("jit: plug-in loaded in %.1f ms\n", (now() - start) * 1e3);
    start = now();
    auto made =
        jit::make_kernel(program, as_of, {.answers = wanted},
                         jit::layouts_of(batches.at(0, std::min(rows, muster::runtime::batch_rows)).spaces[0]), {});
    if (!made) fail(made.error().message.c_str());
    kernel = std::move(*made);
    std::printf("jit: compiled in %.1f ms, %zu of %zu instructions left to the interpreter\n", (now() - start) * 1e3,
                kernel->foreign_instructions(), kernel->instructions());
  }

  vector<double> hand_seconds;
  vector<double> interpreter_seconds;
  vector<double> jit_seconds;
  const auto measure = [&](const char* name, auto& engine, vector<double>& seconds) {
    const double begun = now();
    run(batches, engine, answers, rows);
    seconds.push_back(now() - begun);
    if (same(sum_of(answers, rows), expected)) return;
    sum_of(answers, rows).print(name);
    fail("the checksums are others");
  };
  for (int round = 0; round < rounds; ++round) {
    start = now();
    k_simd<true, false>(table, luts, hand, 0, rows, nullptr);
    hand_seconds.push_back(now() - start);
    measure("interpreter", interpreted, interpreter_seconds);
    if (kernel) measure("jit", *kernel, jit_seconds);
  }
  const auto tell = [&](const char* name, double seconds) {
    std::printf("%-12s %8.2f M leads/s  %6.2f ns/lead  %5.2f x HAND\n", name, static_cast<double>(rows) / seconds / 1e6,
                seconds * 1e9 / static_cast<double>(rows), median(hand_seconds) / seconds);
  };
  tell("HAND", median(hand_seconds));
  tell("interpreter", median(interpreter_seconds));
  if (kernel) tell("jit", median(jit_seconds));
  return 0;
}
