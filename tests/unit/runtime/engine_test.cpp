// The engine of a run: interpreted at first, compiled later, and nobody can tell from the answers.
#include "runtime/engine/engine.h"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "compiler/compile.h"
#include "runtime/engine/verify.h"
#include "runtime/interpret/roots.h"

namespace muster::runtime {
namespace {

using compiler::Physical;

constexpr const char* policy = R"(object Lead {
  lead_id: text key
  visits: int?
  employees: int?
  is_customer: bool?
}

score s {
  +2 per visits, at most 20
  +10 when employees >= 50
  +15 when visits + employees >= 1000 and not is_customer
}
)";

constexpr const char* rows_policy = R"(object Lead {
  lead_id: text key
  visits: int?
  many Deal by lead_id
}

object Deal {
  lead_id: text
  amount: int?
  is_won: bool?
}

score s {
  +2 per Deal where is_won, at most 20
  +10 when (sum of Deal.amount where is_won) >= 300
  +15 when max of Deal.amount >= visits
}
)";

// Leads, and 0 to 6 child rows of each where the program has any.
class Leads {
 public:
  explicit Leads(const compiler::Program& program) : random_(7), columns_(program.spaces.size()) {
    for (std::uint32_t at = 0; at < program.spaces.size(); ++at) {
      const compiler::Space& space = program.spaces[compiler::SpaceId{at}];
      for (const std::uint32_t field : space.columns) {
        const auto& schema = program.schema.objects[space.object].fields[field];
        columns_[at].emplace_back().physical = compiler::physical_of(schema.type.kind);
      }
    }
    view_.spaces.resize(program.spaces.size());
  }

  // Numbers below `most`; a fifth of the values is missing.
  const BatchView& make(std::size_t rows, std::int64_t most) {
    fill(0, rows, most);
    if (view_.spaces.size() == 1) return view_;
    offsets_.assign(1, 0);
    for (std::size_t lead = 0; lead < rows; ++lead) {
      offsets_.push_back(offsets_.back() + static_cast<std::uint32_t>(random_() % 7));
    }
    fill(1, offsets_.back(), most);
    view_.spaces[1].offsets = offsets_.data();
    return view_;
  }

 private:
  struct Column {
    Physical physical = Physical::integer;
    std::vector<std::int64_t> integers;
    std::vector<Word> yes, known;
  };

  void fill(std::size_t space, std::size_t rows, std::int64_t most) {
    view_.spaces[space].rows = rows;
    view_.spaces[space].columns.clear();
    for (Column& column : columns_[space]) {
      column.integers.assign(rows, 0);
      column.yes.assign(words_for(rows), 0);
      column.known.assign(words_for(rows), 0);
      for (std::size_t row = 0; row < rows; ++row) {
        if (random_() % 5 == 0) continue;
        set_bit(column.known.data(), row);
        column.integers[row] = static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most));
        if (random_() % 2 == 0) set_bit(column.yes.data(), row);
      }
      view_.spaces[space].columns.push_back({.physical = column.physical,
                                             .integers = column.integers.data(),
                                             .yes = column.yes.data(),
                                             .known = column.known.data()});
    }
  }

  std::mt19937_64 random_;
  std::vector<std::vector<Column>> columns_;  // by space
  std::vector<std::uint32_t> offsets_;
  BatchView view_;
};

compiler::Program program_of(const char* text) {
  auto compiled = compiler::compile_text("policy.muster", text, {});
  REQUIRE(compiled.has_value());
  REQUIRE(compiled->program.has_value());
  return std::move(*compiled->program);
}

struct Roots {
  explicit Roots(const compiler::Program& program)
      : values(interpret::value_roots_of(program, {})), bits(interpret::bit_roots_of(program, {})) {}
  std::vector<compiler::ValueId> values, bits;
};

bool is_skipped() {
  if (jit::is_available()) return false;
  MESSAGE("skipped: this build has no compiler of kernels");
  return true;
}

TEST_CASE("a run begins interpreted and goes on compiled, with the same answers") {
  if (is_skipped()) return;
  const compiler::Program program = program_of(policy);
  const Roots roots(program);
  Engine engine(program, {}, {}, {.verify_one_of = 2, .work_before_compiling = 1});
  Interpreter interpreter(program, {}, {});
  Leads leads(program);
  const auto evaluate = [&](std::size_t rows, std::int64_t most) {
    const BatchView& batch = leads.make(rows, most);
    REQUIRE(engine.evaluate(batch).has_value());
    interpreter.evaluate(batch);
    CHECK_FALSE(first_difference(engine, interpreter, roots.values, roots.bits, rows).has_value());
  };
  evaluate(100, 200);
  CHECK(engine.compiled_batches() == 0);
  const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (engine.compiled_batches() == 0 && std::chrono::steady_clock::now() < last) {
    evaluate(100, 200);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  REQUIRE(engine.compiled_batches() == 1);
  // Wider values than those of the sample, and a rest of a step.
  evaluate(batch_rows, 200);
  evaluate(77, std::int64_t{1} << 50);
  evaluate(1, 200);
  CHECK(engine.compiled_batches() == 3);
  CHECK(engine.verified_batches() == 2);
}

TEST_CASE("work on child rows is work") {
  if (is_skipped()) return;
  const compiler::Program program = program_of(rows_policy);
  Leads leads(program);
  const auto instructions = Interpreter(program, {}, {}).live_instructions_by_space();
  const BatchView& batch = leads.make(2048, 100);
  const std::size_t work = instructions[0] * batch.spaces[0].rows + instructions[1] * batch.spaces[1].rows;
  Engine engine(program, {}, {}, {.work_before_compiling = work});
  REQUIRE(engine.evaluate(batch).has_value());
  // Batches of one lead are too little work to matter.
  for (int tries = 0; engine.compiled_batches() == 0 && tries < 300; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    REQUIRE(engine.evaluate(leads.make(1, 100)).has_value());
  }
  CHECK(engine.compiled_batches() == 1);
}

TEST_CASE("an engine is what was chosen") {
  const compiler::Program program = program_of(policy);
  Leads leads(program);
  Engine interpreted(program, {}, {}, {.choice = EngineChoice::interpreter, .work_before_compiling = 1});
  REQUIRE(interpreted.evaluate(leads.make(10, 100)).has_value());
  REQUIRE(interpreted.evaluate(leads.make(10, 100)).has_value());
  CHECK(interpreted.compiled_batches() == 0);

  Engine compiled(program, {}, {}, {.choice = EngineChoice::jit, .verify_one_of = 1});
  const auto evaluated = compiled.evaluate(leads.make(10, 100));
  if (!jit::is_available()) {
    REQUIRE_FALSE(evaluated.has_value());
    CHECK(evaluated.error().kind == lang::ErrorKind::usage);
    return;
  }
  REQUIRE(evaluated.has_value());
  CHECK(compiled.compiled_batches() == 1);
  CHECK(compiled.verified_batches() == 1);
}

TEST_CASE("a kernel that expects too little is made again, expecting nothing") {
  if (is_skipped()) return;
  const compiler::Program program = program_of(policy);
  const Roots roots(program);
  Engine engine(program, {}, {}, {.choice = EngineChoice::jit});
  Interpreter interpreter(program, {}, {});
  Leads leads(program);
  REQUIRE(engine.evaluate(leads.make(10, 100)).has_value());
  for (int k = 0; k < 12; ++k) {
    const BatchView& batch = leads.make(100, std::int64_t{1} << 40);
    REQUIRE(engine.evaluate(batch).has_value());
    interpreter.evaluate(batch);
    CHECK_FALSE(first_difference(engine, interpreter, roots.values, roots.bits, 100).has_value());
  }
  CHECK(engine.compiled_batches() == 5);  // the first, and those after the eighth
}

TEST_CASE("engines on several threads share what is compiled") {
  for (const auto& [text, choice] : {std::pair(policy, EngineChoice::automatic), std::pair(policy, EngineChoice::jit),
                                     std::pair(rows_policy, EngineChoice::jit)}) {
    if (choice == EngineChoice::jit && is_skipped()) return;
    const compiler::Program program = program_of(text);
    const Roots roots(program);
    const EngineOptions options{.choice = choice, .verify_one_of = 3, .work_before_compiling = 1000};
    const auto kernels = std::make_shared<KernelSource>(program, AsOf{}, Wanted{}, options);
    std::array<std::uint64_t, 3> compiled{};
    std::array<std::uint64_t, 3> verified{};
    std::atomic<bool> is_same = true;
    const auto work = [&](std::size_t thread) {
      Engine engine(program, {}, {}, kernels);
      Interpreter interpreter(program, {}, {});
      Leads leads(program);
      for (std::size_t k = 0; k < 60; ++k) {
        // Most batches are not as the first ones were, so that kernels are exchanged meanwhile.
        const BatchView& batch = leads.make(100, k < 5 ? 100 : std::int64_t{1} << 40);
        if (!engine.evaluate(batch)) is_same = false;
        interpreter.evaluate(batch);
        if (first_difference(engine, interpreter, roots.values, roots.bits, 100)) is_same = false;
      }
      compiled[thread] = engine.compiled_batches();
      verified[thread] = engine.verified_batches();
    };
    {
      std::vector<std::jthread> threads;
      for (std::size_t thread = 0; thread < compiled.size(); ++thread) threads.emplace_back(work, thread);
    }
    CHECK(is_same);
    const std::uint64_t all = compiled[0] + compiled[1] + compiled[2];
    CHECK(verified[0] + verified[1] + verified[2] == (all + 2) / 3);
    if (choice == EngineChoice::jit) CHECK(all >= 1);
  }
}

TEST_CASE("work that ends before the compiler does is waited for") {
  if (is_skipped()) return;
  const compiler::Program program = program_of(policy);
  Leads leads(program);
  Engine engine(program, {}, {}, {.work_before_compiling = 1});
  REQUIRE(engine.evaluate(leads.make(10, 100)).has_value());
}

// Answers as the interpreter does, but for one row of every value: it says that nothing is known there.
class WrongKernel final : public jit::Kernel {
 public:
  static constexpr std::size_t wrong_row = 3;

  WrongKernel(const compiler::Program& program, AsOf as_of)
      : program_(program), as_of_(as_of), interpreter_(program, as_of, {}) {}
  void evaluate(const BatchView& batch, std::span<void* const> /*answers*/) override { interpreter_.evaluate(batch); }
  [[nodiscard]] Vector value(compiler::ValueId id) const override {
    Vector vector = interpreter_.value(id);
    const auto without_row = [this](const Word* bits) {
      auto& copy = copies_.emplace_back(bits, bits + batch_rows / word_bits);
      copy[wrong_row / word_bits] &= ~(Word{1} << wrong_row % word_bits);
      return copy.data();
    };
    for (const Word** bits : {&vector.known, &vector.yes, &vector.no}) {
      if (*bits != nullptr) *bits = without_row(*bits);
    }
    return vector;
  }
  [[nodiscard]] std::size_t foreign_instructions() const override { return 0; }
  [[nodiscard]] std::size_t instructions() const override { return 0; }
  [[nodiscard]] std::size_t unexpected_batches() const override { return 0; }
  [[nodiscard]] const std::string& assembly() const override { return assembly_; }
  [[nodiscard]] std::unique_ptr<jit::Kernel> twin() const override {
    return std::make_unique<WrongKernel>(program_, as_of_);
  }

 private:
  const compiler::Program& program_;
  AsOf as_of_;
  Interpreter interpreter_;
  std::string assembly_;
  mutable std::deque<std::vector<Word>> copies_;
};

lang::Result<std::unique_ptr<jit::Kernel>> make_wrong_kernel(const compiler::Program& program, AsOf as_of,
                                                             const jit::KernelWants& /*wants*/,
                                                             jit::BatchLayout /*layout*/,
                                                             const jit::KernelOptions& /*options*/) {
  return std::unique_ptr<jit::Kernel>(std::make_unique<WrongKernel>(program, as_of));
}

TEST_CASE("a kernel that answers otherwise than the interpreter stops the run, where it is verified") {
  const compiler::Program program = program_of(policy);
  const Roots roots(program);
  Interpreter interpreter(program, {}, {});
  for (const std::uint64_t one_of : {0U, 1U, 3U}) {
    CAPTURE(one_of);
    const EngineOptions options{.choice = EngineChoice::jit, .verify_one_of = one_of};
    Engine engine(program, {}, {},
                  std::make_shared<KernelSource>(program, AsOf{}, Wanted{}, options, &make_wrong_kernel));
    Leads leads(program);
    for (std::uint64_t batch_number = 0; batch_number < 4; ++batch_number) {
      const BatchView& batch = leads.make(100, 100);
      const auto evaluated = engine.evaluate(batch);
      interpreter.evaluate(batch);
      const auto difference = first_difference(engine, interpreter, roots.values, roots.bits, 100);
      if (one_of == 0 || batch_number % one_of != 0) {
        CHECK(evaluated.has_value());
        REQUIRE(difference.has_value());
        CHECK(difference->row == WrongKernel::wrong_row);
        continue;
      }
      REQUIRE_FALSE(evaluated.has_value());
      CHECK(evaluated.error().kind == lang::ErrorKind::internal);
      CHECK(evaluated.error().message.find("row 4 of kernel batch " + std::to_string(batch_number + 1)) !=
            std::string::npos);
      CHECK_FALSE(difference.has_value());  // the interpreter's answers stand
    }
    CHECK(engine.compiled_batches() == 4);
    CHECK(engine.verified_batches() == (one_of == 0 ? 0 : (4 + one_of - 1) / one_of));
  }
}

// One integer for every row.
class Constant final : public Values {
 public:
  Constant(std::int64_t value, Word known, Word overflow) : value_(64, value), known_(known), overflow_(overflow) {}
  [[nodiscard]] Vector value(compiler::ValueId /*id*/) const override {
    return {.integers = value_.data(), .known = &known_, .overflow = &overflow_};
  }

 private:
  std::vector<std::int64_t> value_;
  Word known_, overflow_;
};

TEST_CASE("what two engines say is compared value by value, bit by bit, fault by fault") {
  const std::vector<compiler::ValueId> ids{compiler::ValueId{3}};
  const Constant seven(7, 0b0111, 0b1000);
  const auto differs = [&](const Constant& other) { return first_difference(seven, other, ids, {}, 4); };
  CHECK_FALSE(differs(Constant(7, 0b0111, 0b1000)).has_value());
  CHECK_FALSE(differs(Constant(7, 0b10111, 0b11000)).has_value());  // behind the last row
  CHECK(differs(Constant(8, 0b0111, 0b1000))->row == 0);
  CHECK(differs(Constant(7, 0b0101, 0b1000))->row == 1);
  CHECK(differs(Constant(7, 0b0111, 0b0000))->row == 3);
  // Of bits alone the values do not count.
  CHECK_FALSE(first_difference(seven, Constant(8, 0b0111, 0b1000), {}, ids, 4).has_value());
  CHECK(first_difference(seven, Constant(7, 0b0011, 0b1000), {}, ids, 4)->row == 2);
}

}  // namespace
}  // namespace muster::runtime
