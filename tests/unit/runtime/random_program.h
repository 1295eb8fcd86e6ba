// A random program over a random tree of spaces: what the builder was asked for, and what it made of that.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <random>

#include "compiler/ir/builder.h"
#include "naive_rows.h"

namespace muster::runtime {

class RandomProgram {
 public:
  using Kind = compiler::Kind;
  using Op = compiler::Op;
  using Link = compiler::Link;
  using Physical = compiler::Physical;
  using SpaceId = compiler::SpaceId;
  using Type = compiler::Type;
  using ValueId = compiler::ValueId;
  using Call = naive::Call;

  static constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  static constexpr Type boolean{.kind = Kind::boolean};
  static constexpr Type integer{.kind = Kind::integer};
  static constexpr Type code{.kind = Kind::picklist};
  static constexpr Type text{.kind = Kind::text};
  static constexpr AsOf as_of{1'767'225'600'000'000, 20'454};
  static constexpr std::size_t time_column = 0;  // of child rows: by which they are sorted

  // Up to `most_spaces` spaces: leads alone, or leads with rows of their own and rows that they refer to. So many of
  // ten operands are constants.
  RandomProgram(std::uint64_t seed, std::size_t most_spaces, std::uint64_t constants_of_ten = 0)
      : RandomProgram(Empty{}, seed, constants_of_ten) {
    add_spaces(most_spaces, {integer, integer, integer, boolean, boolean, boolean, code, code, text, text, text},
               {integer, integer, boolean, boolean, code, text});
    for (std::size_t left = random_length(); left > 0; --left) add_random();
    choose_outputs(2, 3);
  }

 protected:
  // Without spaces, instructions and outputs: whoever extends it adds them, in this order.
  struct Empty {};
  RandomProgram(Empty, std::uint64_t seed, std::uint64_t constants_of_ten)
      : random_(seed), builder_(program_, lang::Limits{}), constants_of_ten_(constants_of_ten) {
    if (below(4) == 0) {
      auto zone = kernels::Zone::find("America/New_York");
      REQUIRE(zone.has_value());
      program_.zone = std::move(*zone);
    }
    compiler::PicklistSchema picklist;
    picklist.name = "Size";
    program_.schema.picklists.push_back(picklist);
  }
  using Types = std::vector<Type>;
  // The columns of leads and of all other rows; the first one of these is the moment by which they are sorted.
  void add_spaces(std::size_t most_spaces, const Types& of_leads, const Types& of_rows) {
    add_space(Link::root, SpaceId{compiler::root_space}, of_leads);
    const std::size_t spaces = 1 + below(most_spaces);
    while (program_.spaces.size() < spaces) {
      const SpaceId parent{static_cast<std::uint32_t>(below(program_.spaces.size()))};
      add_space(below(3) == 0 ? Link::one : Link::many, parent, of_rows);
    }
    for (std::uint32_t space = 0; space < spaces; ++space) add_columns(SpaceId{space});
  }
  std::size_t random_length() {
    const std::size_t spaces = program_.spaces.size();
    return spaces == 1 ? 5 + below(60) : 20 + below(40 * spaces);
  }

  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random_);
  }
  template <class T>
  T one_of(std::initializer_list<T> items) {
    return items.begin()[below(items.size())];
  }
  std::int64_t random_number() {
    switch (below(8)) {
      case 0:
        return one_of<std::int64_t>({least, most, least + 1, most - 1, 0, 1, -1});
      case 1:
        return static_cast<std::int64_t>(random_());
      case 2:
        return static_cast<std::int64_t>(below(40'000)) - 20'000;
      case 3:
        return static_cast<std::int64_t>(below(2'000'000'000'000'000)) * one_of<std::int64_t>({1, -1});
      default:
        return static_cast<std::int64_t>(below(7)) - 3;
    }
  }
  std::string random_text() {
    return one_of<const char*>({"VP Sales", "vp sales", "Zürich", "ZÜRICH", "ann@firm.example", "@", "a@", "@b",
                                "intern", "Straße", "x", "VP  Sales", "e\xcc\x81", "\xc3\xa9"});
  }
  // The moments of one parent's rows in their order: some of them within a year before the evaluation, some alike.
  std::int64_t random_moment() {
    return below(10) == 0 ? random_number()
                          : as_of.instant - static_cast<std::int64_t>(below(100)) * 3 * kernels::microseconds_per_day;
  }

  // An instruction of the space at_, or one without a space.
  std::size_t add(Call call) {
    std::vector<ValueId> operands;
    for (const std::size_t operand : call.operands) operands.push_back(ids_[operand]);
    call.space = interpret_as_scalar(call.op) ? SpaceId{} : at_;
    ids_.push_back(builder_.add(call.op, call.type, operands, call.immediate, {}));
    calls_.push_back(std::move(call));
    return calls_.size() - 1;
  }
  // Any value of a kind that rows of the space at_ may use; later ones more often, so that programs grow deep.
  std::size_t pick(Physical physical) {
    if (constants_of_ten_ > 0 && below(10) < constants_of_ten_) return add_constant(physical);
    const auto fits = [&](std::size_t at) {
      const Type type = calls_[at].type;
      return compiler::physical_of(type.kind) == physical && type.kind != Kind::date && type.kind != Kind::datetime &&
             (calls_[at].space.is_none() || calls_[at].space == at_);
    };
    for (int tries = 0; tries < 100; ++tries) {
      const std::size_t recent = below(2) == 0 ? calls_.size() : std::min<std::size_t>(calls_.size(), 12);
      const std::size_t at = calls_.size() - 1 - below(recent);
      if (fits(at)) return at;
    }
    for (std::size_t at = 0; at < calls_.size(); ++at) {
      if (fits(at)) return at;
    }
    return 0;
  }
  std::vector<std::size_t> pick_some(Physical physical, std::size_t limit) {
    std::vector<std::size_t> picked(below(limit + 1));
    for (std::size_t& operand : picked) operand = pick(physical);
    return picked;
  }
  std::size_t pick_any() {
    return pick(one_of({Physical::boolean, Physical::integer, Physical::code, Physical::text}));
  }
  std::size_t pick_column(std::size_t column) {
    for (std::size_t at = 0;; ++at) {
      const bool is_column = calls_[at].op == Op::column && calls_[at].space == at_;
      if (is_column && calls_[at].immediate == static_cast<std::int64_t>(column)) return at;
    }
  }
  void enter_random_space() {
    at_ = SpaceId{static_cast<std::uint32_t>(below(program_.spaces.size()))};
    builder_.enter(at_);
  }
  void add_random() {
    enter_random_space();
    if (constants_of_ten_ > 0 && below(4) == 0) {
      add_pattern();
      return;
    }
    if (program_.spaces.size() == 1 || below(2) == 0) {
      if (below(8) == 0) {
        add_moment();
      } else {
        add_element_wise();
      }
      return;
    }
    // Space 0 has no link of its own.
    const SpaceId child{static_cast<std::uint32_t>(1 + below(program_.spaces.size() - 1))};
    if (program_.spaces[child].link == Link::one) {
      add_of_one(child);
    } else if (below(3) == 0) {
      at_ = child;
      builder_.enter(child);
      add_mask();
    } else if (below(5) == 0) {
      add_to_rows(child);
    } else {
      add_fold(child);
    }
  }

  // So many of the values of leads become outputs, and at least one: registers of the others are free to be reused.
  void choose_outputs(std::uint64_t kept, std::uint64_t of) {
    for (std::size_t at = 0; at < calls_.size(); ++at) {
      const SpaceId space = calls_[at].space;
      if (!space.is_none() && space.index != compiler::root_space) continue;
      if (below(of) >= of - kept) add_output(at);
    }
    if (outputs_.empty()) add_output(0);
  }

  std::mt19937_64 random_;
  compiler::Program program_;
  compiler::ProgramBuilder builder_;
  std::vector<std::vector<Type>> column_types_;  // by space
  std::vector<Call> calls_;
  std::vector<ValueId> ids_;  // by call
  std::vector<std::size_t> outputs_;

 private:
  void add_space(Link link, SpaceId parent, const Types& types) {
    const auto index = static_cast<std::uint32_t>(program_.spaces.size());
    compiler::ObjectSchema object;
    object.name = "Object" + std::to_string(index);
    column_types_.push_back(types);
    for (const Type type : types) {
      compiler::FieldSchema field;
      field.name = "field";
      field.type = type;
      object.fields.push_back(field);
    }
    compiler::Space space;
    space.link = link;
    space.parent = parent;
    space.object = index;
    for (std::uint32_t column = 0; column < column_types_.back().size(); ++column) space.columns.push_back(column);
    if (link != Link::root) {
      auto& relations = program_.schema.objects[program_.spaces[parent].object].relations;
      space.relation = static_cast<std::uint32_t>(relations.size());
      compiler::RelationSchema relation;
      relation.name = object.name;
      relation.many = link == Link::many;
      relation.object = index;
      relations.push_back(relation);
    }
    program_.schema.objects.push_back(std::move(object));
    program_.spaces.add(std::move(space));
  }
  void add_columns(SpaceId space) {
    at_ = space;
    builder_.enter(space);
    for (std::size_t column = 0; column < column_types_[space.index].size(); ++column) {
      add({Op::column, column_types_[space.index][column], {}, static_cast<std::int64_t>(column)});
    }
  }

  static bool interpret_as_scalar(Op op) {
    return op == Op::constant || op == Op::missing || op == Op::as_of_instant || op == Op::as_of_day ||
           op == Op::window_edge || op == Op::is_given;
  }

  std::int64_t raise() { return below(2) == 0 ? 0 : static_cast<std::int64_t>(below(19)); }
  std::int64_t function(std::initializer_list<lang::FunctionId> ids) { return static_cast<std::int64_t>(one_of(ids)); }

  // The builder is asked for an instruction between spaces.
  void add_between(Call call, ValueId made) {
    ids_.push_back(made);
    calls_.push_back(std::move(call));
  }
  void add_of_one(SpaceId one) {
    if (below(5) == 0) {
      const auto immediate = static_cast<std::int64_t>(one.index);
      add({Op::is_given, boolean, {}, immediate});
      at_ = program_.spaces[one].parent;
      builder_.enter(at_);
      add_between({Op::is_linked, boolean, {}, immediate, at_, one},
                  builder_.add(Op::is_linked, boolean, {}, immediate, {}));
      return;
    }
    at_ = one;
    const std::size_t value = pick_any();
    const Type type = calls_[value].type;
    add_between({Op::from_one, type, {value}, 0, program_.spaces[one].parent, one},
                builder_.from_one(ids_[value], one, {}));
  }
  void add_to_rows(SpaceId child) {
    at_ = program_.spaces[child].parent;
    const std::size_t value = pick_any();
    const Type type = calls_[value].type;
    add_between({Op::to_rows, type, {value}, 0, child, at_}, builder_.to_rows(ids_[value], child, {}));
  }
  void add_fold(SpaceId child) {
    using P = Physical;
    at_ = child;
    const std::size_t mask = pick(P::boolean);
    Call call;
    call.op =
        static_cast<Op>(static_cast<std::uint64_t>(Op::any_rows) + below(static_cast<std::uint64_t>(Op::most_days) -
                                                                         static_cast<std::uint64_t>(Op::any_rows) + 1));
    call.type = integer;
    call.space = program_.spaces[child].parent;
    call.from = child;
    switch (call.op) {
      case Op::any_rows:
        call.type = boolean;
        call.operands = {mask};
        break;
      case Op::count_rows:
        call.operands = {mask};
        break;
      case Op::first_row:
      case Op::last_row:
        call.operands = {pick_any(), below(2) == 0 ? pick_column(time_column) : pick(P::integer), mask};
        call.type = calls_[call.operands[0]].type;
        call.immediate = static_cast<std::int64_t>(below(2));
        break;
      case Op::count_distinct:
        call.operands = {pick_any(), mask};
        break;
      case Op::most_days:
        call.operands = {pick(P::integer), pick(P::integer), mask};
        call.immediate = one_of<std::int64_t>({0, 1, 3, 7, most});
        break;
      default:
        call.operands = {pick(P::integer), mask};
        break;
    }
    ValueId made;
    const auto id = [&](std::size_t which) { return ids_[call.operands[which]]; };
    if (call.operands.size() == 1) {
      made = builder_.fold(call.op, call.type, child, {id(0)}, call.immediate, {});
    } else if (call.operands.size() == 2) {
      made = builder_.fold(call.op, call.type, child, {id(0), id(1)}, call.immediate, {});
    } else {
      made = builder_.fold(call.op, call.type, child, {id(0), id(1), id(2)}, call.immediate, {});
    }
    add_between(std::move(call), made);
  }
  void add_mask() {
    const std::size_t mask = pick(Physical::boolean);
    switch (below(3)) {
      case 0:
        add({Op::keep_distinct, boolean, {pick_any(), mask}});
        return;
      case 1: {
        // Rows of a group stand together: the unit of the calendar that rows sorted by time lie in, or all rows alike.
        std::size_t group = pick_column(time_column);
        switch (below(4)) {
          case 0:
            break;
          case 1:
            group = add({Op::constant, integer, {}, 7});
            break;
          default:
            group = add({Op::date_of_instant, integer, {group}});
            group = add({Op::calendar_number, integer, {group}, random_unit()});
        }
        add({Op::keep_latest, boolean, {group, mask}, static_cast<std::int64_t>(1 + below(3))});
        return;
      }
      default:
        add({Op::keep_first, boolean, {mask}, static_cast<std::int64_t>(1 + below(3))});
    }
  }

  std::int64_t random_unit() { return static_cast<std::int64_t>(below(5) | (1 + below(7)) << 3); }
  void add_moment() {
    switch (below(3)) {
      case 0: {
        compiler::WindowEdge edge;
        edge.kind = one_of({compiler::EdgeKind::duration, compiler::EdgeKind::months, compiler::EdgeKind::calendar});
        edge.of_days = below(2) == 0;
        edge.unit = {static_cast<lang::CalendarUnit>(below(5)), static_cast<std::uint8_t>(1 + below(7))};
        edge.amount = static_cast<std::int64_t>(1 + below(30));
        if (edge.kind == compiler::EdgeKind::duration && !edge.of_days) edge.amount *= kernels::microseconds_per_day;
        program_.windows.push_back(edge);
        const Type type{.kind = edge.of_days ? Kind::date : Kind::datetime};
        const std::size_t made =
            add({Op::window_edge, type, {}, static_cast<std::int64_t>(program_.windows.size() - 1)});
        add({Op::compare, boolean, {pick(Physical::integer), made}, static_cast<std::int64_t>(below(6))});
        return;
      }
      case 1:
        add({Op::calendar_number, integer, {pick(Physical::integer)}, random_unit()});
        return;
      default: {
        compiler::FadeRule rule;
        rule.kind = one_of({lang::FadeKind::halving, lang::FadeKind::to_zero, lang::FadeKind::percent});
        rule.interval = static_cast<std::int64_t>(1 + below(100)) * kernels::microseconds_per_day;
        rule.left_mantissa = static_cast<std::int64_t>(below(1'000'000'001));
        rule.whole_days = below(2) == 0;
        rule.digits = static_cast<std::uint8_t>(below(5));
        rule.mode = static_cast<lang::RoundingMode>(below(4));
        rule.of_days = below(4) == 0;
        program_.fades.push_back(rule);
        add({Op::fade,
             integer,
             {pick(Physical::integer), pick(Physical::integer)},
             static_cast<std::int64_t>(program_.fades.size() - 1)});
        return;
      }
    }
  }

  void add_element_wise() {
    using lang::FunctionId;
    using P = Physical;
    const auto op = static_cast<Op>(below(static_cast<std::uint64_t>(Op::first_yes) + 1));
    switch (op) {
      case Op::column:
        return;
      case Op::constant:
        add_constant();
        return;
      case Op::missing:
        add({op, one_of({boolean, integer, code, text}), {}});
        return;
      case Op::as_of_instant:
      case Op::as_of_day:
        add({op, integer, {}});
        return;
      case Op::not_:
        add({op, boolean, {pick(P::boolean)}});
        return;
      case Op::and_:
      case Op::or_:
        add({op, boolean, pick_some(P::boolean, 4)});
        return;
      case Op::at_least: {
        auto operands = pick_some(P::boolean, below(10) == 0 ? 70 : 9);
        const auto least_count = static_cast<std::int64_t>(below(operands.size() + 3));
        add({op, boolean, std::move(operands), least_count});
        return;
      }
      case Op::is_known:
        add({op, boolean, {pick(one_of({P::boolean, P::integer, P::code, P::text}))}});
        return;
      case Op::truth_between:
        add({op, boolean, {pick(P::boolean), pick(P::boolean)}});
        return;
      case Op::sum:
      case Op::saturating_sum: {
        auto operands = pick_some(P::integer, 5);
        std::vector<std::int64_t> weights(operands.size());
        for (std::int64_t& weight : weights) weight = one_of<std::int64_t>({1, 1, -1, 10'000, 0, -100, 1'000'000'000});
        add({op, integer, std::move(operands), builder_.weights(weights)});
        return;
      }
      case Op::multiply:
        add({op, integer, {pick(P::integer), pick(P::integer)}, static_cast<std::int64_t>(below(20))});
        return;
      case Op::divide:
        add({op,
             integer,
             {pick(P::integer), pick(P::integer)},
             raise() | raise() << 8 | static_cast<std::int64_t>(below(4)) << 16});
        return;
      case Op::remainder:
        add({op, integer, {pick(P::integer), pick(P::integer)}, raise() | raise() << 8});
        return;
      case Op::rescale:
        add({op, integer, {pick(P::integer)}, raise() | raise() << 8 | static_cast<std::int64_t>(below(4)) << 16});
        return;
      case Op::scale_by:
        add({op,
             integer,
             {pick(P::integer)},
             builder_.weights({random_number(), one_of<std::int64_t>({1, 2, 3, 100, 10'000, most})})});
        return;
      case Op::whole_steps:
        add({op, integer, {pick(P::integer)}, one_of<std::int64_t>({1, 2, 7, 10'000, most})});
        return;
      case Op::clamp: {
        const auto [low, high] = std::minmax({random_number(), random_number()});
        add({op, integer, {pick(P::integer)}, builder_.weights({low, high})});
        return;
      }
      case Op::compare: {
        const std::int64_t raises = below(2) == 0 ? 0 : raise() << 8 | raise() << 16;
        add({op, boolean, {pick(P::integer), pick(P::integer)}, static_cast<std::int64_t>(below(6)) | raises});
        return;
      }
      case Op::number_function:
        add({op,
             integer,
             {pick(P::integer)},
             function({FunctionId::absolute, FunctionId::floor, FunctionId::ceiling, FunctionId::year,
                       FunctionId::month, FunctionId::day_of_month, FunctionId::day_of_week}) |
                 static_cast<std::int64_t>(below(10)) << 8});
        return;
      case Op::numbers_function:
        add({op,
             integer,
             {pick(P::integer), pick(P::integer)},
             function({FunctionId::smaller_of, FunctionId::larger_of}) | raise() << 8 | raise() << 16});
        return;
      case Op::date_of_instant:
      case Op::instant_of_date:
        add({op, integer, {pick(P::integer)}});
        return;
      case Op::compare_code:
        add({op, boolean, {pick(P::code), pick(P::code)}, static_cast<std::int64_t>(below(6))});
        return;
      case Op::in_numbers: {
        std::vector<std::int64_t> set(below(2) == 0 ? below(5) : 30);
        const bool lie_close = below(2) == 0;
        const std::int64_t first = random_number() % 100'000;
        for (std::int64_t& item : set)
          item = lie_close ? first + static_cast<std::int64_t>(below(1'000)) : random_number();
        add({op, boolean, {pick(P::integer)}, builder_.number_set(set)});
        return;
      }
      case Op::in_codes: {
        std::vector<std::int64_t> set(below(2) == 0 ? below(4) : 12);
        for (std::int64_t& item : set) item = static_cast<std::int64_t>(below(below(2) == 0 ? 5 : 200));
        add({op, boolean, {pick(P::code)}, builder_.number_set(set)});
        return;
      }
      case Op::in_texts: {
        std::vector<std::string> set(below(4));
        for (std::string& item : set) item = kernels::fold_text(random_text());
        add({op, boolean, {pick(P::text)}, builder_.text_set(set)});
        return;
      }
      case Op::text_equal:
        add({op, boolean, {pick(P::text), pick(P::text)}});
        return;
      case Op::text_test:
        add({op, boolean, {pick(P::text)}, random_pattern()});
        return;
      case Op::text_function: {
        std::int64_t immediate = function({FunctionId::lower, FunctionId::upper});
        if (below(2) == 0) {
          immediate = function({FunctionId::text_before, FunctionId::text_after});
          immediate |= builder_.text(one_of<const char*>({"@", "a", " ", "zz"})) << 8;
        }
        add({op, text, {pick(P::text)}, immediate});
        return;
      }
      case Op::text_to_integer:
        add({op, integer, {pick(P::text)}, function({FunctionId::length})});
        return;
      case Op::select: {
        const Type type = one_of({boolean, integer, code, text});
        const P physical = compiler::physical_of(type.kind);
        const bool ordered = physical == P::integer || physical == P::code;
        add({op,
             type,
             {pick(P::boolean), pick(physical), pick(physical)},
             ordered ? static_cast<std::int64_t>(below(3)) : 0});
        return;
      }
      case Op::default_to: {
        const Type type = one_of({boolean, integer, code, text});
        const P physical = compiler::physical_of(type.kind);
        add({op, type, {pick(physical), pick(physical)}});
        return;
      }
      case Op::first_yes:
        add({op, code, pick_some(P::boolean, 5)});
        return;
      default:
        return;
    }
  }

  // A comparison of a number or a code with a constant.
  std::size_t add_comparison(std::size_t value, std::int64_t compare_op) {
    const Physical physical = compiler::physical_of(calls_[value].type.kind);
    if (physical == Physical::text) {
      return add({Op::text_equal, boolean, {value, add_constant(Physical::text)}});
    }
    if (physical == Physical::code) {
      return add({Op::compare_code, boolean, {value, add_constant(Physical::code)}, compare_op});
    }
    std::vector<std::size_t> operands{value,
                                      add({Op::constant, integer, {}, static_cast<std::int64_t>(below(40)) - 20})};
    if (below(2) == 0) std::swap(operands[0], operands[1]);
    const std::int64_t raises = below(2) == 0 ? 0 : static_cast<std::int64_t>(below(3) << 8 | below(3) << 16);
    return add({Op::compare, boolean, operands, compare_op | raises});
  }
  // What passes look for, and what chance alone hardly ever makes.
  void add_pattern() {
    const Physical physical = one_of({Physical::integer, Physical::code, Physical::text});
    const std::size_t value = pick(physical);
    const auto equal = static_cast<std::int64_t>(lang::CompareOp::equal);
    const auto not_equal = static_cast<std::int64_t>(lang::CompareOp::not_equal);
    switch (below(8)) {
      case 0:
      case 1: {
        const bool is_or = below(2) == 0;
        std::vector<std::size_t> operands = pick_some(Physical::boolean, 2);
        for (std::uint64_t more = 1 + below(4); more > 0; --more) {
          operands.push_back(add_comparison(value, is_or ? equal : not_equal));
        }
        add({is_or ? Op::or_ : Op::and_, boolean, operands});
        return;
      }
      case 2: {
        const Type type = one_of({boolean, integer, code});
        const Physical of_choice = compiler::physical_of(type.kind);
        const std::int64_t how = of_choice == Physical::boolean ? 0 : static_cast<std::int64_t>(below(3));
        const std::size_t then = pick(of_choice);
        const std::size_t rest = add({Op::select, type, {add_comparison(value, equal), then, pick(of_choice)}, how});
        add({Op::select, type, {add_comparison(value, equal), then, rest}, how});
        return;
      }
      case 3: {
        const std::size_t one = add({Op::constant, integer, {}, static_cast<std::int64_t>(below(3))});
        const std::size_t other = add({Op::constant, integer, {}, static_cast<std::int64_t>(below(3))});
        const std::size_t choice = add({Op::select, integer, {pick(Physical::boolean), one, other}});
        add({Op::default_to, integer, {choice, below(2) == 0 ? one : other}});
        return;
      }
      case 4: {
        const std::size_t yes = add({Op::constant, boolean, {}, static_cast<std::int64_t>(below(2))});
        const std::size_t no = add({Op::constant, boolean, {}, static_cast<std::int64_t>(below(2))});
        add({Op::select, boolean, {pick(Physical::boolean), yes, no}});
        return;
      }
      case 5:
        add({one_of({Op::not_, Op::is_known}), boolean, {add_comparison(value, static_cast<std::int64_t>(below(6)))}});
        return;
      case 6: {
        const auto small = [this] {
          const std::int64_t low = static_cast<std::int64_t>(below(9)) - 4;
          return add({Op::clamp, integer, {pick(Physical::integer)}, builder_.weights({low, low + 7})});
        };
        // What the outer sum takes back may have been too much for the inner one.
        const std::size_t large = pick(Physical::integer);
        const std::size_t inner = add({Op::sum, integer, {small(), large}, builder_.weights({3, -1})});
        const std::size_t narrow = add({Op::sum, integer, {small(), small()}, builder_.weights({2, 5})});
        add({one_of({Op::sum, Op::saturating_sum}),
             integer,
             {inner, large, narrow, narrow, small(), add_constant(Physical::integer)},
             builder_.weights({1, 1, 1, 4, -3, 1})});
        return;
      }
      default: {
        const Op op = one_of({Op::and_, Op::or_});
        const std::size_t inner = add({op, boolean, pick_some(Physical::boolean, 3)});
        add({op, boolean, {pick(Physical::boolean), inner, add_comparison(value, equal)}});
        const std::size_t known =
            add({Op::default_to, integer, {pick(Physical::integer), add_constant(Physical::integer)}});
        const std::size_t bounded = add({Op::clamp, integer, {known}, builder_.weights({1, 12})});
        const std::size_t quotient = add({Op::divide, integer, {pick(Physical::integer), bounded}});
        add({Op::remainder, integer, {quotient, bounded}});
        add_comparison(bounded, static_cast<std::int64_t>(below(6)));
        return;
      }
    }
  }

  void add_constant() {
    add_constant(std::array{Physical::boolean, Physical::integer, Physical::code, Physical::text}[below(4)]);
  }
  std::size_t add_constant(Physical physical) {
    switch (physical) {
      case Physical::boolean:
        return add({Op::constant, boolean, {}, static_cast<std::int64_t>(below(2))});
      case Physical::integer:
        return add({Op::constant, integer, {}, random_number()});
      case Physical::code:
        return add({Op::constant, code, {}, static_cast<std::int64_t>(below(5))});
      case Physical::text:
        break;
    }
    return add({Op::constant, text, {}, builder_.text(random_text())});
  }

  std::int64_t random_pattern() {
    const auto op = one_of({lang::TextOp::contains_word, lang::TextOp::contains, lang::TextOp::starts_with,
                            lang::TextOp::ends_with, lang::TextOp::exactly});
    const std::string wanted = random_text();
    auto pattern = kernels::TextPattern::make(op, {wanted}, lang::Limits{});
    REQUIRE(pattern.has_value());
    return builder_.pattern(std::to_string(static_cast<int>(op)) + wanted, std::move(*pattern));
  }

  void add_output(std::size_t at) {
    const ValueId id = ids_[at];
    switch (compiler::physical_of(calls_[at].type.kind)) {
      case Physical::boolean:
        program_.outputs.qualifiers.push_back({"q", "", "icp", id});
        break;
      case Physical::integer:
        if (below(2) == 0) {
          program_.outputs.scores.push_back({"s", "", id, id, id, {}, {}});
        } else {
          program_.fault_roots.push_back({id, "root"});
        }
        break;
      case Physical::code:
        program_.outputs.grades.push_back({"g", "", {"A", "B", "C"}, id});
        break;
      case Physical::text:
        program_.outputs.values.push_back({"v", "", id});
        break;
    }
    outputs_.push_back(at);
  }

  std::uint64_t constants_of_ten_;
  SpaceId at_{compiler::root_space};  // where instructions are added
};

}  // namespace muster::runtime
