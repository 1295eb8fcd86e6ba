// A random program over narrow columns: what registers hold in fewer bytes, as multiples of a scale, as masks, or as
// the one number of all rows. Chance alone hardly ever joins these.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "random_scenario.h"

namespace muster::runtime {

class NarrowScenario : public Scenario {
 public:
  // Few values are wanted, so that most may stay narrow.
  NarrowScenario(std::uint64_t seed, std::size_t most_spaces) : Scenario(Empty{}, seed, seed / 8 % 4) {
    add_spaces(most_spaces,
               {integer, integer, integer, integer, integer, boolean, boolean, boolean, code, code, code, text, text},
               {integer, integer, integer, boolean, boolean, code, code, text});
    choose_bytes();
    const std::uint64_t kept_of_ten = below(6);
    const std::uint64_t narrow_of_ten = 3 + below(8);
    for (std::size_t left = random_length(); left > 0; --left) {
      if (below(10) < narrow_of_ten) {
        enter_random_space();
        add_narrow();
      } else {
        add_random();
      }
    }
    choose_outputs(kept_of_ten, 10);
  }

  // The program's ranges as they are for a caller who knows the widths of its columns.
  void know_columns() {
    compiler::ColumnRanges ranges(bytes_.size());
    for (std::size_t space = 0; space < ranges.size(); ++space) {
      for (const std::uint32_t column : program_.spaces[SpaceId{static_cast<std::uint32_t>(space)}].columns) {
        ranges[space].push_back(range_of(column_types_[space][column], bytes_[space][column]));
      }
    }
    program_.ranges.clear();
    for (const compiler::ValueFacts& facts : compiler::facts_of(program_, ranges)) {
      program_.ranges.push_back(facts.range);
    }
  }

 private:
  void choose_bytes() {
    for (const Types& types : column_types_) {
      auto& bytes = bytes_.emplace_back();
      for (const Type type : types) {
        bytes.push_back(compiler::physical_of(type.kind) == Physical::integer
                            ? one_of<unsigned>({1, 1, 2, 2, 4, 4, 4, 8})
                            : one_of<unsigned>({1, 1, 1, 2, 4}));
      }
      bytes[time_column] = 8;
    }
  }
  static std::optional<compiler::ValueRange> range_of(Type type, unsigned bytes) {
    const Physical physical = compiler::physical_of(type.kind);
    if (physical == Physical::integer && bytes <= 4) return compiler::ValueRange{least_of(bytes), most_of(bytes)};
    if (physical == Physical::code && bytes <= 2) return compiler::ValueRange{0, bytes == 1 ? 255 : 65'535};
    return std::nullopt;
  }

  // ---- data

  static std::int64_t least_of(unsigned bytes) { return least >> (64 - 8 * bytes); }
  static std::int64_t most_of(unsigned bytes) { return most >> (64 - 8 * bytes); }
  std::int64_t number_of(unsigned bytes) {
    const std::int64_t low = least_of(bytes);
    const std::int64_t high = most_of(bytes);
    switch (below(6)) {
      case 0:
        return one_of<std::int64_t>({low, high, low + 1, high - 1, 0, 1, -1});
      case 1:
        return static_cast<std::int64_t>(random_()) >> (64 - 8 * bytes);
      default:
        return static_cast<std::int64_t>(below(41)) - 20;
    }
  }
  std::int64_t code_of(unsigned bytes) {
    if (below(3) != 0) return static_cast<std::int64_t>(below(5));
    if (bytes == 1) return static_cast<std::int64_t>(below(256));
    return bytes == 2 ? one_of<std::int64_t>({255, 256, 257, 65'535})
                      : one_of<std::int64_t>({255, 256, 65'536, 70'000});
  }
  Cell random_cell(SpaceId space, std::size_t column) override {
    const unsigned bytes = bytes_[space.index][column];
    switch (compiler::physical_of(column_types_[space.index][column].kind)) {
      case Physical::integer:
        if (column == time_column && below(3) != 0) break;
        return naive::number(number_of(bytes));
      case Physical::code:
        return naive::number(code_of(bytes));
      default:
        return Scenario::random_cell(space, column);
    }
    return naive::number(random_moment());
  }
  // Anything may stand where no number is; codes are 0 there.
  void prepare(Columns& columns, SpaceId space, std::size_t column) override {
    columns.may_be_narrow = below(6) != 0;
    if (below(4) == 0) return;
    const unsigned bytes = columns.may_be_narrow ? bytes_[space.index][column] : 8;
    for (std::int64_t& number : columns.integers) number = number_of(bytes);
  }

  // ---- instructions

  // Near a multiple of what may be a scale, or anything.
  std::int64_t number_near() {
    const std::int64_t scale = one_of<std::int64_t>({1, 2, 3, 10, 100, 10'000, 1LL << 31, 1LL << 32, 1'000'000'007});
    std::int64_t made = 0;
    const bool is_near = below(6) != 0 && !__builtin_mul_overflow(scale, number_of(one_of({1U, 1U, 2U, 4U})), &made) &&
                         !__builtin_add_overflow(made, static_cast<std::int64_t>(below(3)) - 1, &made);
    return is_near ? made : random_number();
  }
  std::size_t add_number(std::int64_t value) { return add({Op::constant, integer, {}, value}); }
  std::size_t near_constant() { return add_number(below(3) == 0 ? 0 : number_near()); }
  std::size_t code_constant() {
    return add(
        {Op::constant, code, {}, one_of<std::int64_t>({0, 1, 2, 3, 4, 200, 255, 256, 257, 300, 65'535, 65'536})});
  }
  std::int64_t any_comparison() { return static_cast<std::int64_t>(below(6)); }
  std::int64_t any_way_to_agree() { return static_cast<std::int64_t>(below(3)); }

  void add_narrow() {
    switch (below(18)) {
      case 0:
      case 1:
      case 2:
        add_product(pick(Physical::integer));
        return;
      case 3:
      case 4:
        add_sum();
        return;
      case 5:
      case 6:
        add({Op::default_to, integer, {pick(Physical::integer), near_constant()}});
        return;
      case 7:
      case 8:
        add_sum_of_stand_in();
        return;
      case 9: {
        const auto [low, high] = std::minmax({number_near(), number_near()});
        add({Op::clamp, integer, {pick(Physical::integer)}, builder_.weights({low, high})});
        return;
      }
      case 10:
        add_comparison_with_number();
        return;
      case 11: {
        const std::size_t one = near_constant();
        add({Op::select, integer, {pick(Physical::boolean), one, near_constant()}, any_way_to_agree()});
        return;
      }
      case 12:
      case 13:
        add_choice_of_codes();
        return;
      case 14: {
        std::vector<std::size_t> operands{pick(Physical::code), below(3) == 0 ? pick(Physical::code) : code_constant()};
        if (below(3) == 0) std::swap(operands[0], operands[1]);
        add({Op::compare_code, boolean, operands, any_comparison()});
        return;
      }
      case 15:
        add_membership();
        return;
      case 16:
        add_halving();
        return;
      default:
        add({Op::is_known, boolean, {pick(one_of({Physical::integer, Physical::code}))}});
        return;
    }
  }
  void add_product(std::size_t value) {
    const std::vector<std::int64_t> weight{one_of<std::int64_t>(
        {1, 2, 3, 10, 100, 10'000, 10'000, 1LL << 20, 1LL << 31, 1LL << 32, 1LL << 62, -1, -3, least, most, 0})};
    add({Op::sum, integer, {value}, builder_.weights(weight)});
  }
  void add_sum() {
    std::vector<std::size_t> operands = pick_some(Physical::integer, below(2) == 0 ? 2 : 7);
    std::vector<std::int64_t> weights(operands.size());
    for (std::int64_t& weight : weights) {
      weight = one_of<std::int64_t>({1, 1, -1, 10'000, 0, -100, 2, 5, 1'000'000'000, 1LL << 31, 1LL << 33});
    }
    if (operands.size() == 2 && below(4) == 0) {
      weights[0] = one_of<std::int64_t>({1LL << 62, -(1LL << 62), most - 5});
    }
    add({Op::sum, integer, std::move(operands), builder_.weights(weights)});
  }
  // Sums alone read what may stand for nothing: a number, or a sum that is the same in all rows. Nobody knows before
  // that the moment of the evaluation fits.
  void add_sum_of_stand_in() {
    std::size_t value = 0;
    if (below(4) == 0) {
      const std::size_t moment = add({Op::as_of_instant, integer, {}});
      value = add({Op::sum, integer, {near_constant(), moment}, builder_.weights({1, 3})});
    } else {
      value = below(2) == 0 ? pick(Physical::integer) : pick_column(1 + below(2));
    }
    value = add({Op::default_to, integer, {value, add_number(0)}});
    if (below(2) == 0) {
      add_product(value);
    } else {
      add({Op::sum, integer, {value, pick(Physical::integer)}, builder_.weights({2, 1})});
    }
  }
  void add_comparison_with_number() {
    std::vector<std::size_t> operands{pick(Physical::integer), near_constant()};
    if (below(3) == 0) std::swap(operands[0], operands[1]);
    const std::uint64_t first_raise = below(3) == 0 ? below(19) : 0;
    const std::uint64_t second_raise = first_raise != 0 && below(3) == 0 ? below(19) : 0;
    const auto raises = static_cast<std::int64_t>(first_raise << 8 | second_raise << 16);
    add({Op::compare, boolean, operands, any_comparison() | raises});
  }
  void add_choice_of_codes() {
    const std::size_t one = below(2) == 0 ? code_constant() : pick(Physical::code);
    const std::size_t other = below(2) == 0 ? code_constant() : pick(Physical::code);
    if (below(3) == 0) {
      add({Op::default_to, code, {one, other}});
    } else {
      add({Op::select, code, {pick(Physical::boolean), one, other}, any_way_to_agree()});
    }
  }
  void add_membership() {
    std::vector<std::int64_t> set(below(2) == 0 ? below(11) : 20);
    if (below(2) == 0) {
      for (std::int64_t& item : set) item = number_near();
      add({Op::in_numbers, boolean, {pick(Physical::integer)}, builder_.number_set(set)});
      return;
    }
    for (std::int64_t& item : set) {
      item = one_of<std::int64_t>({0, 1, 2, 3, 4, 128, 200, 255, 256, 257, 65'535, 65'536, 70'000});
    }
    add({Op::in_codes, boolean, {pick(Physical::code)}, builder_.number_set(set)});
  }
  void add_halving() {
    compiler::FadeRule rule;
    rule.kind = lang::FadeKind::halving;
    rule.interval = one_of<std::int64_t>(
        {1, 3, 1'000'000, kernels::microseconds_per_day, 30 * kernels::microseconds_per_day, 1LL << 50, 1LL << 53});
    rule.digits = static_cast<std::uint8_t>(below(5));
    rule.mode = one_of({lang::RoundingMode::half_even, lang::RoundingMode::half_up});
    program_.fades.push_back(rule);
    const std::size_t event = below(4) == 0 ? pick(Physical::integer) : pick_column(time_column);
    add({Op::fade, integer, {pick(Physical::integer), event}, static_cast<std::int64_t>(program_.fades.size() - 1)});
  }

  std::vector<std::vector<unsigned>> bytes_;  // by space and column: in which the column's values fit
};

}  // namespace muster::runtime
