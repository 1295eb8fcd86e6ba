// Random programs compiled to kernels against the interpreter, bit for bit: values, what is known, yes and no, faults.
// Columns come wide and narrow, batches of any length, on this machine's processor and on plainer ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "compiler/ir/ranges.h"
#include "random_program.h"
#include "runtime/interpret/roots.h"
#include "runtime/jit/plugin.h"

namespace muster::runtime {
namespace {

using compiler::Physical;

// A column in both widths.
struct TwoWidths {
  Physical physical = Physical::integer;
  std::uint8_t narrow_bytes = 0;
  std::uint8_t expected_bits = 0;
  std::vector<std::int64_t> integers;
  std::vector<std::uint32_t> codes;
  std::vector<std::uint8_t> narrow;
  std::vector<Word> yes, known;
  Dictionary dictionary;

  ColumnView wide() const {
    return {.physical = physical,
            .integers = integers.data(),
            .codes = codes.data(),
            .yes = yes.data(),
            .known = known.data(),
            .dictionary = &dictionary};
  }
  ColumnView view() const {
    ColumnView column = wide();
    if (narrow_bytes == 0) return column;
    column.integers = nullptr;
    column.codes = nullptr;
    column.narrow = narrow.data();
    column.narrow_bytes = narrow_bytes;
    return column;
  }
};

class JitScenario : RandomProgram {
 public:
  using RandomProgram::RandomProgram;

  void check(const std::vector<std::size_t>& batches, const std::vector<jit::KernelOptions>& all_options) {
    REQUIRE(compiler::verify(program_).empty());
    INFO(compiler::print(program_));
    const auto values = interpret::value_roots_of(program_, wanted);
    const auto bits = interpret::bit_roots_of(program_, wanted);
    make_columns();
    jit::BatchLayout layouts;
    for (const auto& columns : columns_) {
      std::vector<jit::ColumnLayout>& of_space = layouts.emplace_back();
      for (const auto& column : columns) {
        of_space.push_back({column->physical, column->narrow_bytes, column->expected_bits});
      }
    }
    program_.ranges = compiler::ranges_of(program_);
    make_answers(values);
    std::vector<std::unique_ptr<jit::Kernel>> kernels;
    for (const jit::KernelOptions& options : all_options) {
      auto kernel =
          jit::make_kernel(program_, as_of, {.values = values, .bits = bits, .answers = layouts_}, layouts, options);
      REQUIRE_MESSAGE(kernel.has_value(), (kernel.has_value() ? "" : kernel.error().message));
      kernels.push_back(std::move(*kernel));
    }
    Interpreter interpreter(program_, as_of, wanted);
    for (const std::size_t rows : batches) {
      make_rows(rows);
      interpreter.evaluate(view(rows, false));
      const BatchView batch = view(rows, true);
      for (const auto& kernel : kernels) {
        found_places_ = places(found_, rows);
        kernel->evaluate(batch, found_places_);
        compare_answers(interpreter, rows);
        for (const auto& ids : {values, bits}) {
          for (const ValueId id : ids) compare(interpreter.value(id), kernel->value(id), id, rows);
        }
      }
    }
    for (const auto& kernel : kernels) {
      foreign_ += kernel->foreign_instructions();
      instructions_ += kernel->instructions();
      unexpected_ += kernel->unexpected_batches();
    }
  }
  static inline std::size_t foreign_ = 0;
  static inline std::size_t instructions_ = 0;
  static inline std::size_t unexpected_ = 0;

 private:
  static constexpr Wanted wanted{.bounds = true};

  void make_columns() {
    columns_.resize(program_.spaces.size());
    for (std::size_t space = 0; space < columns_.size(); ++space) {
      for (const Type type : column_types_[space]) {
        auto column = std::make_unique<TwoWidths>();
        column->physical = compiler::physical_of(type.kind);
        if (column->physical == Physical::integer) {
          column->narrow_bytes = one_of<std::uint8_t>({0, 0, 1, 2, 4});
          const std::uint8_t most_bits = column->narrow_bytes == 0 ? 40 : std::uint8_t(8 * column->narrow_bytes - 1);
          if (below(3) == 0) column->expected_bits = std::uint8_t(1 + below(most_bits));
        } else if (column->physical != Physical::boolean) {
          column->narrow_bytes = one_of<std::uint8_t>({0, 1, 2});
        }
        columns_[space].push_back(std::move(column));
      }
    }
  }

  void make_rows(std::size_t leads) {
    counts_.assign(program_.spaces.size(), 0);
    offsets_.assign(program_.spaces.size(), {});
    is_given_.assign(program_.spaces.size(), true);
    counts_[0] = leads;
    for (std::uint32_t space = 0; space < counts_.size(); ++space) {
      const compiler::Space& shape = program_.spaces[SpaceId{space}];
      if (shape.link == Link::many) {
        const std::size_t parents = counts_[shape.parent.index];
        is_given_[space] = is_given_[shape.parent.index] && below(8) != 0;
        // None at all, all of one parent, or some of each, more than 64 of some.
        const std::uint64_t wanted_rows = parents > 1000 ? 3 : one_of<std::uint64_t>({0, 3, 3, 30});
        const std::uint64_t rows_of_one = is_given_[space] ? wanted_rows : 0;
        const std::size_t favourite = below(3) == 0 ? below(parents + 1) : parents;
        offsets_[space].push_back(0);
        for (std::size_t parent = 0; parent < parents; ++parent) {
          counts_[space] += parent == favourite && is_given_[space] ? below(300) : below(rows_of_one + 1);
          offsets_[space].push_back(static_cast<std::uint32_t>(counts_[space]));
        }
      }
      for (auto& column : columns_[space]) fill(*column, counts_[space]);
    }
  }
  void fill(TwoWidths& column, std::size_t rows) {
    const std::size_t width = column.narrow_bytes;
    column.integers.assign(rows, 0);
    column.codes.assign(rows, 0);
    column.narrow.assign(rows * width, 0);
    column.yes.assign(words_for(rows), 0);
    column.known.assign(words_for(rows), 0);
    if (below(5) == 0) column.dictionary.clear();
    // Mostly as expected; a single number that is not makes the batch the interpreter's.
    const bool is_expected = column.expected_bits != 0 && below(5) != 0;
    const std::uint64_t missing_of_ten = one_of<std::uint64_t>({0, 1, 5, 10});
    for (std::size_t row = 0; row < rows; ++row) {
      const bool is_known = below(10) >= missing_of_ten;
      if (is_known) set_bit(column.known.data(), row);
      switch (column.physical) {
        case Physical::boolean:
          if (is_known && below(2) == 0) set_bit(column.yes.data(), row);
          continue;
        case Physical::integer: {
          // A row without a value may hold anything.
          const std::int64_t number =
              is_expected ? std::int64_t(below(std::uint64_t{1} << column.expected_bits)) : random_number();
          column.integers[row] = width == 1   ? static_cast<std::int8_t>(number)
                                 : width == 2 ? static_cast<std::int16_t>(number)
                                 : width == 4 ? static_cast<std::int32_t>(number)
                                              : number;
          break;
        }
        case Physical::code:
          column.codes[row] = is_known ? static_cast<std::uint32_t>(below(width == 1 ? 256 : 5)) : 0;
          break;
        case Physical::text:
          column.codes[row] = is_known ? column.dictionary.intern(random_text()) : 0;
          break;
      }
      const std::int64_t whole = column.physical == Physical::integer ? column.integers[row] : column.codes[row];
      for (std::size_t byte = 0; byte < width; ++byte) {
        column.narrow[row * width + byte] = static_cast<std::uint8_t>(whole >> (8 * byte));
      }
    }
  }

  BatchView view(std::size_t rows, bool is_narrow) const {
    BatchView batch;
    batch.spaces.resize(program_.spaces.size());
    for (std::size_t space = 0; space < columns_.size(); ++space) {
      SpaceView& part = batch.spaces[space];
      const Link link = program_.spaces[SpaceId{static_cast<std::uint32_t>(space)}].link;
      part.is_given = link != Link::one && is_given_[space];
      if (!is_below_leads(space)) continue;
      part.rows = space == 0 ? rows : counts_[space];
      if (space != 0) part.offsets = offsets_[space].data();
      for (const auto& column : columns_[space]) part.columns.push_back(is_narrow ? column->view() : column->wide());
    }
    return batch;
  }
  bool is_below_leads(std::size_t space) const {
    for (; space != 0; space = program_.spaces[SpaceId{static_cast<std::uint32_t>(space)}].parent.index) {
      if (program_.spaces[SpaceId{static_cast<std::uint32_t>(space)}].link == Link::one) return false;
    }
    return true;
  }

  // Numbers and codes are also written to memory of the caller's, of any width that holds them.
  void make_answers(std::span<const ValueId> values) {
    layouts_.clear();
    for (const ValueId id : values) {
      const Physical physical = compiler::physical_of(program_.insts[id].type.kind);
      if (physical == Physical::boolean || physical == Physical::text) continue;
      const std::uint8_t fewest = bytes_of_answer(program_, id);
      layouts_.push_back({id, std::max(fewest, one_of<std::uint8_t>({1, 2, 4, 8})), one_of<bool>({false, true})});
    }
    found_.resize(layouts_.size());
    wanted_answers_.resize(layouts_.size());
  }
  // With some bytes behind the last row, which nobody may touch. Mostly at the start of a cache line.
  std::vector<void*> places(std::vector<std::vector<std::uint8_t>>& answers, std::size_t rows) {
    constexpr std::size_t line = 64;
    std::vector<void*> pointers;
    const std::size_t shift = one_of<std::size_t>({0, 0, 0, 8});
    for (std::size_t at = 0; at < layouts_.size(); ++at) {
      answers[at].assign(bytes_of(at, rows) + 2 * line, 0xA5);
      const std::size_t past_line = reinterpret_cast<std::uintptr_t>(answers[at].data()) % line;
      pointers.push_back(answers[at].data() + (line - past_line) + shift);
    }
    return pointers;
  }
  [[nodiscard]] std::size_t bytes_of(std::size_t answer, std::size_t rows) const {
    return rows * layouts_[answer].bytes + step_bytes;
  }
  void compare_answers(const Interpreter& interpreter, std::size_t rows) {
    const auto wanted_places = places(wanted_answers_, rows);
    for (std::size_t at = 0; at < layouts_.size(); ++at) {
      INFO("answer ", at, " of ", int{layouts_[at].bytes}, " bytes, ", rows, " rows");
      interpreter.write_answer(layouts_[at].id, layouts_[at].bytes, wanted_places[at]);
      REQUIRE(std::memcmp(found_places_[at], wanted_places[at], bytes_of(at, rows)) == 0);
    }
  }

  static void compare(const Vector& wanted_value, const Vector& found, ValueId id, std::size_t rows) {
    INFO("value %", id.index, " of ", rows, " rows");
    REQUIRE(found.physical == wanted_value.physical);
    REQUIRE((found.overflow == nullptr) == (wanted_value.overflow == nullptr));
    for (std::size_t row = 0; row < rows; ++row) {
      bool same = found.is_known(row) == wanted_value.is_known(row);
      if (wanted_value.physical == Physical::boolean) {
        same = found.is_yes(row) == wanted_value.is_yes(row) && found.is_no(row) == wanted_value.is_no(row);
      } else if (same && wanted_value.is_known(row)) {
        if (wanted_value.integers != nullptr) same = found.integers[row] == wanted_value.integers[row];
        if (wanted_value.physical == Physical::code && wanted_value.codes != nullptr) {
          same = found.codes[row] == wanted_value.codes[row];
        }
        if (wanted_value.physical == Physical::text && wanted_value.codes != nullptr) {
          same = found.dictionary->text(found.codes[row]) == wanted_value.dictionary->text(wanted_value.codes[row]);
        }
      }
      if (wanted_value.overflow != nullptr) {
        same = same && test_bit(found.overflow, row) == test_bit(wanted_value.overflow, row) &&
               test_bit(found.division_by_zero, row) == test_bit(wanted_value.division_by_zero, row);
      }
      if (same) continue;
      INFO("row ", row, ": known ", wanted_value.is_known(row), " and ", found.is_known(row));
      if (wanted_value.integers != nullptr)
        INFO("wanted ", wanted_value.integers[row], ", found ", found.integers[row]);
      if (wanted_value.integers != nullptr) CHECK(wanted_value.integers[row] == found.integers[row]);
      REQUIRE(same);
    }
  }

  static constexpr std::size_t step_bytes = 512;
  std::vector<AnswerLayout> layouts_;
  std::vector<std::vector<std::uint8_t>> found_, wanted_answers_;  // by answer
  std::vector<void*> found_places_;
  std::vector<std::vector<std::unique_ptr<TwoWidths>>> columns_;  // by space
  std::vector<std::size_t> counts_;
  std::vector<bool> is_given_;  // by space
  std::vector<std::vector<std::uint32_t>> offsets_;
};

bool is_skipped() {
  if (jit::is_available()) return false;
  MESSAGE("skipped: this build has no compiler of kernels");
  return true;
}

TEST_CASE("kernels of random programs give what the interpreter gives") {
  if (is_skipped()) return;
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    CAPTURE(seed);
    std::vector<jit::KernelOptions> options{{.level = 0}};
    if (seed % 2 == 0) options.push_back({.level = 2});
    if (seed % 5 == 0) options.push_back({.level = seed % 10 == 0 ? 2U : 0U, .nodes_per_function = 20});
    if (seed % 25 == 0) options.push_back({.level = 1, .cpu = "x86-64-v3", .features = ""});
    if (seed % 50 == 0) options.push_back({.level = 1, .cpu = "x86-64", .features = ""});
    // AVX-512 without its permutes of bytes.
    if (seed % 25 == 1 && __builtin_cpu_supports("avx512bw")) {
      options.push_back({.level = 1, .cpu = "x86-64-v4", .features = ""});
    }
    JitScenario(seed, 1).check({1, 65, 63, 64, 7, 200, batch_rows}, options);
  }
  CHECK(JitScenario::unexpected_ > 0);
  MESSAGE("of ", JitScenario::instructions_, " instructions the interpreter ran ", JitScenario::foreign_);
}

TEST_CASE("kernels over child rows give what the interpreter gives") {
  if (is_skipped()) return;
  JitScenario::foreign_ = JitScenario::instructions_ = JitScenario::unexpected_ = 0;
  for (std::uint64_t seed = 20'001; seed <= 20'150; ++seed) {
    CAPTURE(seed);
    std::vector<jit::KernelOptions> options{{.level = 0}};
    if (seed % 10 == 0) options.push_back({.level = 2, .nodes_per_function = seed % 20 == 0 ? 0U : 30U});
    if (seed % 50 == 0) options.push_back({.level = 1, .cpu = "x86-64-v3", .features = ""});
    JitScenario(seed, 6).check({1, 65, 130, 2, 64, 700}, options);
  }
  CHECK(JitScenario::unexpected_ > 0);
  MESSAGE("of ", JitScenario::instructions_, " instructions the interpreter ran ", JitScenario::foreign_);
}

}  // namespace
}  // namespace muster::runtime
