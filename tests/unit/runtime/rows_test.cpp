// Instructions between spaces where the answer can be said by hand: parents with very many rows, relations without a
// file, ties, amounts in another currency, and which regions a program falls into.
#include <doctest/doctest.h>

#include "compiler/ir/builder.h"
#include "runtime/interpret/interpreter.h"

namespace muster::runtime {
namespace {

using compiler::Kind;
using compiler::Link;
using compiler::Op;
using compiler::Program;
using compiler::ProgramBuilder;
using compiler::SpaceId;
using compiler::Type;
using compiler::ValueId;

constexpr Type boolean{.kind = Kind::boolean};
constexpr Type integer{.kind = Kind::integer};
constexpr Type text{.kind = Kind::text};
constexpr AsOf as_of{1'767'225'600'000'000, 20'454};
constexpr SpaceId root{compiler::root_space};

SpaceId add_space(Program& program, Link link, SpaceId parent, const std::vector<Type>& columns) {
  compiler::ObjectSchema object;
  compiler::Space space;
  space.link = link;
  space.parent = parent;
  space.object = static_cast<std::uint32_t>(program.schema.objects.size());
  for (const Type type : columns) {
    space.columns.push_back(static_cast<std::uint32_t>(object.fields.size()));
    compiler::FieldSchema field;
    field.name = "field";
    field.type = type;
    object.fields.push_back(field);
  }
  program.schema.objects.push_back(object);
  if (link != Link::root) {
    auto& relations = program.schema.objects[program.spaces[parent].object].relations;
    space.relation = static_cast<std::uint32_t>(relations.size());
    compiler::RelationSchema relation;
    relation.many = link == Link::many;
    relation.object = space.object;
    relations.push_back(relation);
  }
  return program.spaces.add(space);
}

// Leads with child rows that have a moment, a number, a text and a flag.
struct Leads {
  Program program;
  ProgramBuilder builder{program, lang::Limits{}};
  SpaceId child;
  ValueId moment, number, name, flag;

  Leads() {
    add_space(program, Link::root, root, {integer});
    child = add_space(program, Link::many, root, {integer, integer, text, boolean});
    builder.enter(child);
    moment = builder.add(Op::column, integer, {}, 0, {});
    number = builder.add(Op::column, integer, {}, 1, {});
    name = builder.add(Op::column, text, {}, 2, {});
    flag = builder.add(Op::column, boolean, {}, 3, {});
  }
  ValueId fold(Op op, Type type, std::initializer_list<ValueId> operands, std::int64_t immediate = 0) {
    return builder.fold(op, type, child, operands, immediate, {});
  }
  Interpreter interpreter(std::vector<ValueId> keep) {
    const auto problems = compiler::verify(program);
    for (const std::string& problem : problems) FAIL_CHECK(problem);
    return Interpreter(program, as_of, root, std::move(keep));
  }
};

struct Row {
  std::int64_t moment;
  std::int64_t number;
  std::string name;
  bool flag = true;
};

// One lead with these rows; all cells are known, but for empty names.
struct OneLead {
  std::vector<std::int64_t> moments, numbers;
  std::vector<std::uint32_t> codes, offsets;
  std::vector<Word> known, has_name, flags;
  Dictionary names;
  std::int64_t lead_number = 0;
  Word lead_known = 1;

  explicit OneLead(const std::vector<Row>& rows)
      : offsets{0, static_cast<std::uint32_t>(rows.size())},
        known(words_for(rows.size()), ~Word{0}),
        has_name(words_for(rows.size())),
        flags(words_for(rows.size())) {
    for (const Row& row : rows) {
      const std::size_t at = moments.size();
      moments.push_back(row.moment);
      numbers.push_back(row.number);
      codes.push_back(row.name.empty() ? 0 : names.intern(row.name));
      if (!row.name.empty()) set_bit(has_name.data(), at);
      if (row.flag) set_bit(flags.data(), at);
    }
  }
  BatchView view() const {
    using compiler::Physical;
    BatchView batch;
    batch.spaces.resize(2);
    batch.spaces[0].rows = 1;
    batch.spaces[0].columns = {{.physical = Physical::integer, .integers = &lead_number, .known = &lead_known}};
    batch.spaces[1].rows = moments.size();
    batch.spaces[1].offsets = offsets.data();
    batch.spaces[1].columns = {
        {.physical = Physical::integer, .integers = moments.data(), .known = known.data()},
        {.physical = Physical::integer, .integers = numbers.data(), .known = known.data()},
        {.physical = Physical::text, .codes = codes.data(), .known = has_name.data(), .dictionary = &names},
        {.physical = Physical::boolean, .yes = flags.data(), .known = known.data()}};
    return batch;
  }
};

std::optional<std::int64_t> number_of(const Interpreter& interpreter, ValueId id) {
  const Vector value = interpreter.value(id);
  if (!value.is_known(0)) return std::nullopt;
  return value.integers[0];
}

TEST_CASE("a lead with a million rows costs what its rows cost") {
  Leads leads;
  const ValueId group = leads.builder.constant(integer, 7, {});
  const ValueId numbers = leads.fold(Op::count_distinct, integer, {leads.number, leads.flag});
  const ValueId names = leads.fold(Op::count_distinct, integer, {leads.name, leads.flag});
  const ValueId kept = leads.builder.add(Op::keep_distinct, boolean, {leads.number, leads.flag}, 0, {});
  const ValueId latest = leads.builder.add(Op::keep_latest, boolean, {leads.moment, kept}, 1, {});
  const ValueId first = leads.builder.add(Op::keep_first, boolean, {latest}, 50'000, {});
  const ValueId kept_sum = leads.fold(Op::sum_rows, integer, {leads.number, kept});
  const ValueId latest_count = leads.fold(Op::count_rows, integer, {latest});
  const ValueId first_count = leads.fold(Op::count_rows, integer, {first});
  const ValueId days = leads.fold(Op::most_days, integer, {leads.number, group, leads.flag}, 1000);
  const std::vector<ValueId> keep{numbers, names, kept_sum, latest_count, first_count, days};
  Interpreter interpreter = leads.interpreter(keep);

  constexpr std::int64_t rows = 1'000'000;
  constexpr std::int64_t different = 300'007;  // numbers come in no order, and each at least three times
  std::vector<Row> table;
  for (std::int64_t row = 0; row < rows; ++row) {
    table.push_back({row / 5, row * 7919 % different, row % 2 == 0 ? "Ann" : "ANN", true});
  }
  OneLead lead(table);
  interpreter.evaluate(lead.view());
  CHECK(number_of(interpreter, numbers) == different);
  CHECK(number_of(interpreter, names) == 1);
  CHECK(number_of(interpreter, kept_sum) == different * (different - 1) / 2);
  // The last of each number are the last rows, five of which have one moment.
  CHECK(number_of(interpreter, latest_count) == (different + 4) / 5);
  CHECK(number_of(interpreter, first_count) == 50'000);
  CHECK(number_of(interpreter, days) == 1000);
}

TEST_CASE("ties of the first and last row") {
  Leads leads;
  const auto at = [&](Op op, ValueId value, std::int64_t immediate) {
    const Type type = leads.builder.inst(value).type;
    return leads.fold(op, type, {value, leads.moment, leads.flag}, immediate);
  };
  const ValueId first = at(Op::first_row, leads.number, 0);
  const ValueId last = at(Op::last_row, leads.number, 0);
  const ValueId last_without_keys = at(Op::last_row, leads.number, 1);
  const ValueId last_name = at(Op::last_row, leads.name, 1);
  Interpreter interpreter = leads.interpreter({first, last, last_without_keys, last_name});
  const auto name = [&]() -> std::string {
    const Vector value = interpreter.value(last_name);
    return value.is_known(0) ? std::string(value.dictionary->text(value.codes[0])) : "";
  };

  OneLead tied({{5, 1, "a"}, {5, 2, "b"}, {9, 3, "c"}, {9, 4, "c"}, {11, 5, "d", false}});
  interpreter.evaluate(tied.view());
  CHECK(number_of(interpreter, first) == 1);
  CHECK(number_of(interpreter, last) == 3);  // the first by key of those at 9
  CHECK_FALSE(number_of(interpreter, last_without_keys).has_value());
  CHECK(name() == "c");

  OneLead agreeing({{9, 3, "c"}, {9, 3, "C"}});
  interpreter.evaluate(agreeing.view());
  CHECK(number_of(interpreter, last_without_keys) == 3);
  CHECK(name().empty());  // two texts, however they compare
}

TEST_CASE("a relation without a file has no rows, and says that it was not given") {
  Leads leads;
  const ValueId given = leads.builder.add(Op::is_given, boolean, {}, leads.child.index, {});
  const ValueId any = leads.fold(Op::any_rows, boolean, {leads.flag});
  const ValueId sum = leads.fold(Op::sum_rows, integer, {leads.number, leads.flag});
  const ValueId largest = leads.fold(Op::largest_row, integer, {leads.number, leads.flag});
  const ValueId name = leads.fold(Op::first_row, text, {leads.name, leads.moment, leads.flag});
  const ValueId folded =
      leads.builder.add(Op::text_function, text, {name}, static_cast<std::int64_t>(lang::FunctionId::lower), {});
  Interpreter interpreter = leads.interpreter({given, any, sum, largest, folded});

  OneLead lead({{1, 10, "Ann"}});
  BatchView absent = lead.view();
  absent.spaces[1] = {};
  absent.spaces[1].is_given = false;
  for (const bool is_given : {true, false, true}) {
    CAPTURE(is_given);
    interpreter.evaluate(is_given ? lead.view() : absent);
    CHECK(interpreter.value(given).is_yes(0) == is_given);
    CHECK(interpreter.value(given).is_no(0) == !is_given);
    CHECK(interpreter.value(any).is_yes(0) == is_given);
    CHECK(interpreter.value(any).is_no(0) == !is_given);
    CHECK(number_of(interpreter, sum) == (is_given ? 10 : 0));
    CHECK(number_of(interpreter, largest).has_value() == is_given);
    CHECK(interpreter.value(folded).is_known(0) == is_given);
  }
}

TEST_CASE("a sum of rows that needs more than 64 bits on the way, and one that does in the end") {
  Leads leads;
  const ValueId sum = leads.fold(Op::sum_rows, integer, {leads.number, leads.flag});
  Interpreter interpreter = leads.interpreter({sum});
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  OneLead back({{1, most, ""}, {2, most, ""}, {3, -most, ""}});
  interpreter.evaluate(back.view());
  CHECK(number_of(interpreter, sum) == most);
  OneLead beyond({{1, most, ""}, {2, 1, ""}});
  interpreter.evaluate(beyond.view());
  CHECK_FALSE(number_of(interpreter, sum).has_value());
  CHECK(test_bit(interpreter.value(sum).overflow, 0));
}

TEST_CASE("an amount is worth what the last rate before its day says") {
  constexpr Type dollars{.kind = Kind::money, .digits = 2, .currency = 0};
  constexpr Type other{.kind = Kind::money, .digits = 0, .currency = 1};
  constexpr Type date{.kind = Kind::date};
  Program program;
  add_space(program, Link::root, root, {dollars, date});
  ProgramBuilder builder(program, lang::Limits{});
  program.rates.push_back(
      {.from = 0, .to = 1, .rates = {{.day = 10, .mantissa = 1'500'000'000}, {.day = 20, .mantissa = 2'000'000'000}}});
  const ValueId amount = builder.add(Op::column, dollars, {}, 0, {});
  const ValueId day = builder.add(Op::column, date, {}, 1, {});
  const ValueId made = builder.add(Op::convert_money, other, {amount, day}, 0, {});
  Interpreter interpreter(program, as_of, root, {made});

  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::int64_t> amounts{1000, 1000, 300, 1000, -500, most, 1000};
  const std::vector<std::int64_t> days{9, 10, 19, 20, 1000, 5, 10};
  const Word known = 0b011'1111;
  BatchView batch;
  batch.spaces.resize(1);
  batch.spaces[0].rows = amounts.size();
  batch.spaces[0].columns = {{.physical = compiler::Physical::integer, .integers = amounts.data(), .known = &known},
                             {.physical = compiler::Physical::integer, .integers = days.data(), .known = &known}};
  interpreter.evaluate(batch);
  const Vector value = interpreter.value(made);
  CHECK((*value.known & 0b111'1111U) == 0b001'1110U);
  CHECK(value.integers[1] == 15);
  CHECK(value.integers[2] == 4);  // 4.50, half to even
  CHECK(value.integers[3] == 20);
  CHECK(value.integers[4] == -10);
  CHECK((*value.overflow & 0b111'1111U) == 0);
}

TEST_CASE("regions are in the order in which they can be evaluated, and only those that are needed") {
  Program program;
  add_space(program, Link::root, root, {integer});
  const SpaceId company = add_space(program, Link::one, root, {integer});
  const SpaceId contacts = add_space(program, Link::many, company, {integer, boolean});
  const SpaceId account = add_space(program, Link::one, company, {integer});
  const SpaceId unused = add_space(program, Link::one, root, {integer});
  ProgramBuilder builder(program, lang::Limits{});
  builder.enter(account);
  const ValueId size = builder.add(Op::column, integer, {}, 0, {});
  builder.enter(contacts);
  const ValueId is_active = builder.add(Op::column, boolean, {}, 1, {});
  const ValueId active = builder.fold(Op::count_rows, integer, contacts, {is_active}, 0, {});
  const ValueId of_account = builder.from_one(size, account, {});
  const ValueId both = builder.add(Op::sum, integer, {active, of_account}, builder.weights({1, 1}), {});
  const ValueId wanted = builder.from_one(both, company, {});
  builder.enter(unused);
  const ValueId not_wanted = builder.from_one(builder.add(Op::column, integer, {}, 0, {}), unused, {});

  const std::vector<ValueId> roots{wanted};
  const std::vector<Region> regions = regions_of(program, roots);
  REQUIRE(regions.size() == 3);
  CHECK(regions[0].root == account);
  CHECK(regions[0].exports == std::vector{size});
  CHECK(regions[1].root == company);
  CHECK(regions[1].spaces == std::vector{company, contacts});
  CHECK(regions[1].reads == std::vector{account});
  CHECK(regions[1].exports == std::vector{both});
  CHECK(regions[2].root == root);
  CHECK(regions[2].spaces == std::vector{root});
  CHECK(regions[2].reads == std::vector{company});
  CHECK(regions[2].exports.empty());

  // The value that a link without a key is looked up by has to be there as well.
  program.spaces[company].match = not_wanted;
  CHECK(regions_of(program, roots).size() == 4);

  const Interpreter interpreter(program, as_of, company, {both});
  CHECK(interpreter.has(both));
  CHECK_FALSE(interpreter.has(wanted));
  CHECK(interpreter.live_instructions() == 4);
  CHECK(interpreter.live_instructions_by_space() == std::vector<std::size_t>{0, 2, 2, 0, 0});
}

}  // namespace
}  // namespace muster::runtime
