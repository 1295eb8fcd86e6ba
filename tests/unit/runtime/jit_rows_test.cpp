// Kernels over child rows: what is compiled and what is left to the interpreter, the loops that bring rows together,
// and batches at the ends of what may come.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "runtime/data/as_of.h"
#include "runtime/engine/verify.h"
#include "runtime/interpret/roots.h"
#include "runtime/jit/fold_rows.h"
#include "runtime/jit/plugin.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime {
namespace {

using compiler::SpaceId;

constexpr AsOf as_of{1'767'225'600'000'000, 20'454};
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

bool is_skipped() {
  if (jit::is_available()) return false;
  MESSAGE("skipped: this build has no compiler of kernels");
  return true;
}

// ---- the loops

using Offsets = std::vector<std::uint32_t>;

// None, the same of each, a parent with all, empty ranges at both ends, more rows than a word and a block have.
std::vector<Offsets> shapes() {
  std::vector<Offsets> all{{0, 0}, {0, 0, 0, 0}, {5, 5, 6, 6}, {0, 0, 0, 70'000, 70'000, 70'000}, {0, 64, 128, 3000}};
  std::mt19937_64 random(3);
  for (const std::uint64_t rows : {1U, 3U, 30U, 70U, 2000U}) {
    Offsets& offsets = all.emplace_back(1);
    for (int parent = 0; parent < 100; ++parent) {
      offsets.push_back(offsets.back() + static_cast<std::uint32_t>(random() % (rows + 1)));
    }
  }
  return all;
}

template <class Number>
void check_numbers(const Offsets& offsets, std::mt19937_64& random) {
  using Limits = std::numeric_limits<Number>;
  const std::size_t parents = offsets.size() - 1;
  std::vector<Number> values(offsets.back() + 1);
  for (Number& value : values) {
    value = random() % 10 == 0 ? (random() % 2 == 0 ? Limits::min() : Limits::max()) : static_cast<Number>(random());
  }
  std::vector<std::int64_t> sums(parents);
  std::vector<Number> smallest(parents);
  std::vector<Number> largest(parents);
  jit::sum_rows(values.data(), offsets.data(), parents, sums.data());
  jit::smallest_rows(values.data(), offsets.data(), parents, smallest.data());
  jit::largest_rows(values.data(), offsets.data(), parents, largest.data());
  for (std::size_t parent = 0; parent < parents; ++parent) {
    const auto first = values.begin() + offsets[parent];
    const auto past = values.begin() + offsets[parent + 1];
    std::uint64_t sum = 0;
    std::for_each(first, past, [&](Number value) { sum += static_cast<std::uint64_t>(std::int64_t{value}); });
    REQUIRE(sums[parent] == static_cast<std::int64_t>(sum));
    REQUIRE(smallest[parent] == (first == past ? Limits::max() : *std::min_element(first, past)));
    REQUIRE(largest[parent] == (first == past ? Limits::min() : *std::max_element(first, past)));
  }
}

TEST_CASE("rows are brought together as one after the other would be") {
  std::mt19937_64 random(7);
  for (const Offsets& offsets : shapes()) {
    const std::size_t parents = offsets.size() - 1;
    std::vector<Word> mask(words_for(offsets.back()) + 1);
    for (Word& word : mask) word = random();
    std::vector<std::uint32_t> counts(parents);
    // Some masks are counted together, the others one by one.
    std::vector<std::vector<std::uint32_t>> copies(4, counts);
    std::vector<jit::CountedMask> masks;
    for (auto& copy : copies) masks.push_back({mask.data(), copy.data()});
    masks.push_back({mask.data(), counts.data()});
    jit::count_rows(masks, offsets.data(), parents);
    for (const auto& copy : copies) REQUIRE(copy == counts);
    std::vector<std::int64_t> large(offsets.back() + 1);
    for (std::int64_t& value : large) value = static_cast<std::int64_t>(random()) / 3;
    std::vector<std::int64_t> sums(parents);
    std::vector<Word> overflow(words_for(parents), ~Word{0});
    jit::sum_rows_checked(large.data(), offsets.data(), parents, sums.data(), overflow.data());
    for (std::size_t parent = 0; parent < parents; ++parent) {
      std::uint32_t count = 0;
      kernels::Wide sum = 0;
      for (std::size_t row = offsets[parent]; row < offsets[parent + 1]; ++row) {
        count += test_bit(mask.data(), row) ? 1 : 0;
        sum += large[row];
      }
      REQUIRE(counts[parent] == count);
      const bool fits = kernels::narrow(sum).fault == kernels::Fault::none;
      REQUIRE(test_bit(overflow.data(), parent) == !fits);
      if (fits) REQUIRE(sums[parent] == static_cast<std::int64_t>(sum));
    }
    check_numbers<std::int8_t>(offsets, random);
    check_numbers<std::int16_t>(offsets, random);
    check_numbers<std::int32_t>(offsets, random);
    check_numbers<std::int64_t>(offsets, random);
  }
}

// ---- kernels

constexpr const char* objects = R"(object Lead {
  lead_id: text key
  visits: int?
  many Activity by lead_id
  many Deal by lead_id
}

object Activity {
  lead_id: text
  at: datetime time
  what: kind { PageView { page: text? }, EmailClick, Webinar, DemoRequested }
}

object Deal {
  deal_id: text key
  lead_id: text
  is_won: bool?
  amount: decimal(2)?
  many Item by deal_id
}

object Item {
  deal_id: text
  pieces: int?
}

)";

constexpr const char* common_rules = R"(let pieces for Deal = (sum of Item.pieces) default 0
let is_large for Deal = any Item where pieces > 1000

score s from 0 to 100 {
  +2 per PageView where page starts with "/pric" in last 90 days, at most 20
  +3 per EmailClick in last 30 days
  +25 per DemoRequested in last 60 days, halving every 14 days
  +9 per Webinar in last 50 days, fading to zero over 45 days
  +10 when any Webinar in last 7 days
  +10 when count of PageView in last 14 days >= 2
  +20 when (sum of Deal.amount where is_won) >= 1000.00
  +10 when max of Deal.amount >= 20.00 and min of Deal.amount < 5.00
  +5  when none of Deal where amount * 1000000 >= 40.00
  +5  when any Deal where (pieces >= 3 and not is_large)
}
)";

class Leads {
 public:
  explicit Leads(const std::string& text) {
    auto compiled = compiler::compile_text("policy.muster", text, {});
    REQUIRE(compiled.has_value());
    REQUIRE(compiled->program.has_value());
    program_ = std::make_unique<compiler::Program>(std::move(*compiled->program));
    values_ = interpret::value_roots_of(*program_, wanted);
    bits_ = interpret::bit_roots_of(*program_, wanted);
  }

  // A batch of so many leads; rows_of(space, parent) child rows each; number() is what integers hold.
  void make(std::size_t leads, const std::function<std::size_t(std::uint32_t, std::size_t)>& rows_of,
            const std::function<std::int64_t()>& number) {
    offsets_.assign(program_->spaces.size(), {0});
    batch_ = {};
    for (std::uint32_t at = 0; at < program_->spaces.size(); ++at) {
      const compiler::Space& space = program_->spaces[SpaceId{at}];
      SpaceView& view = batch_.spaces.emplace_back();
      view.rows = leads;
      if (at != compiler::root_space) {
        Offsets& offsets = offsets_[at];
        for (std::size_t parent = 0; parent < batch_.spaces[space.parent.index].rows; ++parent) {
          offsets.push_back(offsets.back() + static_cast<std::uint32_t>(rows_of(at, parent)));
        }
        view.offsets = offsets.data();
        view.rows = offsets.back();
      }
      for (const std::uint32_t field : space.columns) {
        const compiler::FieldSchema& schema = program_->schema.objects[space.object].fields[field];
        Column& column = *columns_.emplace_back(
            std::make_unique<Column>(compiler::physical_of(schema.type.kind), std::max<std::size_t>(view.rows, 1)));
        fill(column, schema, view.rows, number);
        view.columns.push_back(column.view());
      }
    }
  }
  void take_away(std::uint32_t space) {
    for (std::uint32_t at = space; at < batch_.spaces.size(); ++at) {
      if (at != space && program_->spaces[SpaceId{at}].parent.index != space) continue;
      batch_.spaces[at] = SpaceView();
      batch_.spaces[at].is_given = false;
    }
  }

  std::unique_ptr<jit::Kernel> kernel() const {
    auto made = jit::make_kernel(*program_, as_of, {.values = values_, .bits = bits_}, jit::layouts_of(batch_), {});
    REQUIRE(made.has_value());
    return std::move(*made);
  }
  // Whether both say the same of the present batch.
  void check(jit::Kernel& kernel) {
    Interpreter interpreter(*program_, as_of, wanted);
    interpreter.evaluate(batch_);
    kernel.evaluate(batch_);
    const auto found = first_difference(kernel, interpreter, values_, bits_, batch_.spaces.front().rows);
    CHECK_FALSE(found.has_value());
    if (found) MESSAGE("value %", found->id.index, " of row ", found->row);
    faults_ = 0;
    for (const compiler::ValueId id : bits_) {
      const Vector value = kernel.value(id);
      for (std::size_t row = 0; row < batch_.spaces.front().rows && value.overflow != nullptr; ++row) {
        faults_ += test_bit(value.overflow, row) ? 1 : 0;
      }
    }
  }
  [[nodiscard]] std::size_t rows() const {
    std::size_t rows = 0;
    for (std::size_t at = 1; at < batch_.spaces.size(); ++at) rows += batch_.spaces[at].rows;
    return rows;
  }
  [[nodiscard]] std::size_t faults() const { return faults_; }  // overflows of the last check

 private:
  static constexpr Wanted wanted{.bounds = true};

  void fill(Column& column, const compiler::FieldSchema& field, std::size_t rows,
            const std::function<std::int64_t()>& number) {
    for (std::size_t row = 0; row < rows; ++row) {
      if (random_() % 5 == 0) continue;
      set_bit(column.known.data(), row);
      switch (column.physical) {
        case compiler::Physical::boolean:
          if (random_() % 2 == 0) set_bit(column.yes.data(), row);
          break;
        case compiler::Physical::integer:
          column.integers[row] = field.type.kind == compiler::Kind::datetime
                                     ? as_of.instant - static_cast<std::int64_t>(random_() % 100) * 86'400'000'000
                                     : number();
          break;
        case compiler::Physical::code:
          column.codes[row] = static_cast<std::uint32_t>(random_() % 4);
          break;
        case compiler::Physical::text:
          column.codes[row] = column.dictionary.intern(random_() % 2 == 0 ? "/pricing" : "/docs");
          break;
      }
    }
  }

  std::mt19937_64 random_{5};
  std::unique_ptr<compiler::Program> program_;
  std::vector<compiler::ValueId> values_, bits_;
  std::vector<std::unique_ptr<Column>> columns_;  // of all batches: a kernel knows a dictionary by its place
  std::vector<Offsets> offsets_;
  BatchView batch_;
  std::size_t faults_ = 0;
};

TEST_CASE("what policies ask of child rows most is compiled") {
  if (is_skipped()) return;
  std::mt19937_64 random(11);
  const auto few = [&](std::uint32_t, std::size_t) { return random() % 12; };
  const auto small = [&] { return static_cast<std::int64_t>(random() % 5000); };
  Leads leads(std::string(objects) + common_rules);
  leads.make(2048, few, small);
  const auto kernel = leads.kernel();
  CHECK(kernel->foreign_instructions() == 0);
  CHECK(kernel->instructions() > 100);
  leads.check(*kernel);
  CHECK(kernel->unexpected_batches() == 0);
}

TEST_CASE("what is rare of child rows is the interpreter's, and only that") {
  if (is_skipped()) return;
  std::mt19937_64 random(12);
  const auto few = [&](std::uint32_t, std::size_t) { return random() % 12; };
  const auto small = [&] { return static_cast<std::int64_t>(random() % 5000); };
  const std::string common = std::string(objects) + common_rules;
  for (const char* rare : {"score rare { +5 per PageView in last 90 days, counting latest 1 per day }\n",
                           "score rare { +5 per different PageView.page in last 90 days }\n",
                           "score rare { +5 when at least 3 days of PageView in last 60 days within 7 days }\n",
                           "score rare { +5 when (last of PageView.page) is known }\n",
                           "score rare { +5 when any Deal where amount >= lead.visits }\n"}) {
    CAPTURE(rare);
    Leads leads(common + rare);
    leads.make(300, few, small);
    const auto kernel = leads.kernel();
    CHECK(kernel->foreign_instructions() > 0);
    CHECK(kernel->foreign_instructions() < kernel->instructions() / 4);
    leads.check(*kernel);
  }
}

TEST_CASE("batches at the ends of what may come") {
  if (is_skipped()) return;
  std::mt19937_64 random(13);
  const auto small = [&] { return static_cast<std::int64_t>(random() % 5000); };
  const auto none = [](std::uint32_t, std::size_t) { return std::size_t{0}; };
  const auto few = [&](std::uint32_t, std::size_t) { return random() % 12; };
  Leads leads(std::string(objects) + common_rules);
  leads.make(100, few, small);
  const auto kernel = leads.kernel();
  for (const std::size_t count : {1U, 64U, 65U, 700U}) {
    CAPTURE(count);
    leads.make(count, none, small);
    leads.check(*kernel);
    for (const std::size_t favourite : {std::size_t{0}, count / 2, count - 1}) {
      // More child rows than a batch has leads, all of one parent.
      leads.make(count, [&](std::uint32_t, std::size_t at) { return at == favourite ? std::size_t{5000} : 0; }, small);
      leads.check(*kernel);
    }
    leads.make(count, few, small);
    leads.check(*kernel);
    for (std::uint32_t space = 3; space > 0; --space) {
      leads.take_away(space);
      leads.check(*kernel);
    }
  }
  CHECK(kernel->unexpected_batches() == 0);
}

TEST_CASE("totals and products of child rows that leave 64 bits") {
  if (is_skipped()) return;
  std::mt19937_64 random(14);
  const auto few = [&](std::uint32_t, std::size_t) { return random() % 12; };
  const auto large = [&] { return static_cast<std::int64_t>(random()) >> (random() % 8); };
  Leads leads(std::string(objects) + common_rules + "output won = sum of Deal.amount where is_won\n");
  leads.make(500, few, large);
  const auto kernel = leads.kernel();
  leads.check(*kernel);
  CHECK(leads.faults() > 0);
  // Nothing is expected of such numbers, and small ones come after them.
  leads.make(500, few, [&] { return static_cast<std::int64_t>(random() % 100); });
  leads.check(*kernel);
  CHECK(leads.faults() == 0);
  leads.make(500, few, [&] { return random() % 2 == 0 ? most : -most - 1; });
  leads.check(*kernel);
  CHECK(kernel->unexpected_batches() == 0);
}

TEST_CASE("child rows that are not as expected are the interpreter's") {
  if (is_skipped()) return;
  std::mt19937_64 random(15);
  const auto few = [&](std::uint32_t, std::size_t) { return random() % 12; };
  Leads leads(std::string(objects) + common_rules);
  leads.make(500, few, [&] { return static_cast<std::int64_t>(random() % 100); });
  const auto kernel = leads.kernel();
  const auto other = kernel->twin();
  leads.make(500, few, [&] { return static_cast<std::int64_t>(random() % 1'000'000); });
  leads.check(*kernel);
  CHECK(kernel->unexpected_batches() == 1);
  CHECK(leads.rows() > 0);
  leads.make(500, few, [&] { return static_cast<std::int64_t>(random() % 100); });
  leads.check(*kernel);
  leads.check(*other);
  CHECK(kernel->unexpected_batches() == 1);
  CHECK(other->unexpected_batches() == 0);
}

}  // namespace
}  // namespace muster::runtime
