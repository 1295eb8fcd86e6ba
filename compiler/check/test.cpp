// Tests: the moment, the lead and its rows, and what is expected of them (section 4, number 26).
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/checker.h"
#include "compiler/resolve/walk.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::compiler {

using namespace lang;

namespace {

// Each step is worked out with all rows that were told before it, so that their number must be bounded.
constexpr std::size_t most_steps = 100;

std::string small(std::string text) {
  for (char& letter : text) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  return text;
}

TestCell* cell_of(std::vector<TestCell>& cells, std::uint32_t field) {
  const auto found =
      std::find_if(cells.begin(), cells.end(), [&](const TestCell& cell) { return cell.field == field; });
  return found == cells.end() ? nullptr : &*found;
}

void put(std::vector<TestCell>& cells, TestCell cell) {
  if (TestCell* const before = cell_of(cells, cell.field)) {
    *before = std::move(cell);
  } else {
    cells.push_back(std::move(cell));
  }
}

}  // namespace

void Checker::check_test(const TestDecl& test, std::uint32_t index) {
  const Declaration& declaration = tree_.declarations[index];
  // A module's tests are its own: whoever imports it may have changed what they are about.
  if (declaration.span.file.index != 0 || symbols_.subject() == no_object) return;
  latest_rows_.clear();
  referred_rows_.clear();
  TestCase made{test.title.text, declaration.keyword, {}};
  bool expects = false;
  in_test_ = true;
  for (const TestItem& item : test.items) {
    if (const auto* as_of = std::get_if<ScenarioAsOf>(&item.node)) {
      check_scenario_as_of(*as_of, made);
      continue;
    }
    if (made.moments.size() > most_steps) {
      diagnostics_.emit<DiagnosticId::too_many_steps>(item.span, most_steps);
      break;
    }
    if (made.moments.empty()) {
      // Where time matters, the lowering reports it: only then is it known what the policy reads.
      made.has_moment = false;
      made.moments.emplace_back();
    }
    const auto* row = std::get_if<ScenarioRow>(&item.node);
    // What was expected does not know of rows that are told behind it.
    if (row != nullptr && !made.moments.back().expectations.empty()) {
      TestMoment next = made.moments.back();
      next.expectations.clear();
      made.moments.push_back(std::move(next));
    }
    if (row != nullptr) {
      check_scenario_row(*row, made.moments.back());
    } else {
      expects = true;
      if (auto expected = check_expectation(item)) made.moments.back().expectations.push_back(std::move(*expected));
    }
  }
  test_instant_.reset();
  in_test_ = false;
  const bool has_dated_settings =
      std::any_of(tree_.declarations.begin(), tree_.declarations.end(), [](const Declaration& each) {
        const auto* setting = std::get_if<SettingDecl>(&each.node);
        return setting != nullptr && !setting->later.empty();
      });
  if (!made.has_moment && has_dated_settings) diagnostics_.emit<DiagnosticId::test_without_as_of>(declaration.keyword);
  if (!expects) diagnostics_.emit<DiagnosticId::test_without_expect>(declaration.keyword);
  if (options_.with_tests) policy_.tests.push_back(std::move(made));
}

std::optional<std::uint32_t> Checker::tested_output(const std::vector<Name>& path) const {
  if (!in_test_ || path.size() != 1) return std::nullopt;
  if (reach(symbols_, scopes_, path).failure != Failure::unknown) return std::nullopt;
  const auto found = outputs_.find(path[0].text);
  return found == outputs_.end() ? std::nullopt : std::optional(found->second);
}

// A day means its last moment (section 4, number 17).
void Checker::check_scenario_as_of(const ScenarioAsOf& as_of, TestCase& test) {
  test_instant_.reset();
  const Type type = check(as_of.moment);
  TestMoment next;
  if (!test.moments.empty()) {
    next.lead = test.moments.back().lead;
    next.rows = test.moments.back().rows;
  }
  if (type.kind != Kind::date && type.kind != Kind::datetime && type.kind != Kind::poison) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(as_of.moment), "a day or a moment such as 2026-02-01",
                                                words(type));
  } else if (const auto value = require_constant(as_of.moment, "the `as of` of a test")) {
    const bool is_day = type.kind == Kind::date;
    next.day = static_cast<std::int32_t>(is_day ? value->value : policy_.zone.local_day(value->value));
    next.instant = is_day ? kernels::last_moment_of_day(next.day, policy_.zone) : value->value;
  }
  test_instant_ = next.instant;
  test.moments.push_back(std::move(next));
}

void Checker::report_no_scenario_row(const Name& name) {
  if (symbols_.is_broken(name.text)) return;
  Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_scenario_row>(name.span, name.text);
  if (!may_suggest()) return;
  std::vector<std::string> names;
  for (const ObjectNames& object : symbols_.objects()) {
    names.push_back(small(object.name()));
    for (const KindDecl* kind : object.kinds) names.push_back(kind->name.text);
  }
  for (const Relation& relation : symbols_.objects()[symbols_.subject()].object->relations)
    names.push_back(relation.name.text);
  if (const std::string near = did_you_mean(name.text, names); !near.empty())
    message.fix = "did you mean `" + near + "`?";
}

std::optional<Checker::ScenarioPlace> Checker::find_scenario_place(const ScenarioRow& row) {
  const std::vector<ObjectNames>& objects = symbols_.objects();
  const std::string word = small(row.object.text);
  std::optional<ScenarioPlace> place;
  const std::vector<Relation>& relations = objects[symbols_.subject()].object->relations;
  for (std::uint32_t k = 0; k < relations.size() && !place; ++k) {
    const std::uint32_t object = symbols_.find_object(relations[k].object.text);
    if (small(relations[k].name.text) == word && object != no_object) place = ScenarioPlace{object, false, k, {}};
  }
  for (std::uint32_t k = 0; k < objects.size() && !place; ++k) {
    if (small(objects[k].name()) == word) place = ScenarioPlace{k, k == symbols_.subject(), {}, {}};
  }
  const auto kind_named = [&](std::uint32_t object, const std::string& name) -> std::optional<std::uint32_t> {
    for (const auto& [kind, number] : objects[object].kind_numbers) {
      if (small(kind) == small(name)) return number;
    }
    return std::nullopt;
  };
  for (std::uint32_t k = 0; k < objects.size() && !place && !row.kind; ++k) {
    if (const auto kind = kind_named(k, row.object.text)) place = ScenarioPlace{k, false, {}, kind};
  }
  if (!place) {
    report_no_scenario_row(row.object);
    return std::nullopt;
  }
  if (!row.kind) return place;
  place->kind = kind_named(place->object, row.kind->text);
  if (place->kind) return place;
  report_no_scenario_row(*row.kind);
  return std::nullopt;
}

std::vector<TestCell>* Checker::scenario_cells(const ScenarioRow& row, const ScenarioPlace& place, TestMoment& moment) {
  if (place.is_lead) return &moment.lead;
  const auto relation_of = [&](std::uint32_t parent) -> std::optional<std::uint32_t> {
    const std::vector<Relation>& relations = symbols_.objects()[parent].object->relations;
    for (std::uint32_t k = 0; k < relations.size(); ++k) {
      if (symbols_.find_object(relations[k].object.text) == place.object) return k;
    }
    return std::nullopt;
  };
  TestRow made;
  made.object = place.object;
  std::optional<std::uint32_t> relation = place.relation ? place.relation : relation_of(symbols_.subject());
  std::uint32_t parent_object = symbols_.subject();
  if (!relation) {  // it hangs on the latest row that can have it
    for (const auto& [object, row_of_it] : latest_rows_) {
      const auto found = relation_of(object);
      if (!found || (relation && row_of_it < made.parent)) continue;
      relation = found;
      made.parent = row_of_it;
      parent_object = object;
    }
  }
  if (!relation) {
    diagnostics_.emit<DiagnosticId::unlinked_scenario_row>(row.object.span, object_name(place.object));
    return nullptr;
  }
  made.relation = *relation;
  // What a row refers to is there once: told of again, it changes.
  const auto next = static_cast<std::uint32_t>(moment.rows.size());
  if (!symbols_.objects()[parent_object].object->relations[*relation].many) {
    const auto [before, is_new] = referred_rows_.emplace(std::pair(made.parent, made.relation), next);
    if (!is_new) return &moment.rows[before->second].cells;
  }
  latest_rows_[made.object] = next;
  moment.rows.push_back(std::move(made));
  return &moment.rows.back().cells;
}

std::optional<TestCell> Checker::check_scenario_value(const ScenarioPlace& place, const ScenarioValue& value) {
  const ObjectNames& object = symbols_.objects()[place.object];
  const auto number = object.find_field(value.field.text);
  if (!number) {
    report_unknown_field(place.object, value.field);
    check(value.value);
    return std::nullopt;
  }
  const std::vector<std::uint32_t>& kinds = object.fields[*number].kinds;
  if (place.kind && !kinds.empty() && std::find(kinds.begin(), kinds.end(), *place.kind) == kinds.end()) {
    std::string owners;
    for (const std::uint32_t kind : kinds) owners += (owners.empty() ? "" : " and ") + object.kinds[kind]->name.text;
    diagnostics_.emit<DiagnosticId::field_of_kind>(value.field.span, value.field.text, owners,
                                                   object.kinds[*place.kind]->name.text);
    return std::nullopt;
  }
  const Type type = policy_.schema.objects[place.object].fields[*number].type;
  const Type found = check(value.value, &type);
  if (type.kind == Kind::poison || found.kind == Kind::poison) return std::nullopt;
  const bool is_time = type.kind == Kind::date || type.kind == Kind::datetime;
  const bool is_other_time = is_time && (found.kind == Kind::date || found.kind == Kind::datetime);
  if (!is_other_time && !require_type(value.value, type, found)) return std::nullopt;
  if (found.kind == Kind::money && found.currency != type.currency) {
    report_wrong_type(value.value, type, found);
    return std::nullopt;
  }
  const auto constant = require_constant(value.value, "a value of a test");
  if (!constant) return std::nullopt;
  TestCell cell{*number, constant->value, constant->text};
  if (type.kind == Kind::date && found.kind == Kind::datetime) {
    cell.value = policy_.zone.local_day(constant->value);
  } else if (type.kind == Kind::datetime && found.kind == Kind::date) {  // its first moment
    cell.value = policy_.zone.instant_from_local(static_cast<std::int32_t>(constant->value), 0);
  } else if (type.digits != found.digits) {
    const auto scaled = kernels::rescale(constant->value, found.digits, type.digits, RoundingMode::half_even);
    if (scaled.fault != kernels::Fault::none) {
      diagnostics_.emit<DiagnosticId::constant_overflow>(span(value.value));
      return std::nullopt;
    }
    cell.value = scaled.value;
  }
  return cell;
}

void Checker::check_scenario_row(const ScenarioRow& row, TestMoment& moment) {
  const auto place = find_scenario_place(row);
  if (!place) return;
  std::vector<TestCell>* const cells = scenario_cells(row, *place, moment);
  if (cells == nullptr) return;
  const ObjectNames& object = symbols_.objects()[place->object];
  if (place->kind && object.kind_field) put(*cells, {*object.kind_field, *place->kind, {}});
  std::vector<std::string> seen;
  for (const ScenarioValue& value : row.values) {
    seen.push_back(value.field.text);
    if (auto cell = check_scenario_value(*place, value)) put(*cells, std::move(*cell));
  }
  std::sort(seen.begin(), seen.end());
  const auto twice = std::adjacent_find(seen.begin(), seen.end());
  if (twice == seen.end()) return;
  const auto last = std::find_if(row.values.rbegin(), row.values.rend(),
                                 [&](const ScenarioValue& value) { return value.field.text == *twice; });
  diagnostics_.emit<DiagnosticId::value_twice>(last->field.span, last->field.text);
}

// Scores and qualifiers of leads that a condition names, for what a failed test tells.
void Checker::note_names(ExprId id, std::vector<std::string>& names) const {
  const ExprNode& node = tree_.expressions[id].node;
  std::string name;
  if (const auto* read = std::get_if<NameRef>(&node); read != nullptr && read->path.size() == 1) {
    const Meaning meaning = policy_.info(id).meaning;
    if (meaning == Meaning::score || meaning == Meaning::qualifier) name = read->path[0].text;
  } else if (const auto* bound = std::get_if<ScoreBound>(&node)) {
    name = bound->score.text;
  }
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  for_each_child(tree_, node, [&](ExprId child) { note_names(child, names); });
}

std::optional<Expectation> Checker::check_expectation(const TestItem& item) {
  Expectation expected;
  expected.span = item.span;
  TestConditions conditions;
  const std::size_t errors = diagnostics_.error_count();
  std::visit(Overloaded{[](const ScenarioAsOf&) {}, [](const ScenarioRow&) {},
                        [&](const ExpectCondition& expect) {
                          conditions.condition = expect.condition;
                          check_condition(expect.condition);
                          note_names(expect.condition, expected.names);
                          ExprId inner = expect.condition;
                          for (bool goes_on = true; goes_on;) {
                            const ExprNode& node = tree_.expressions[inner].node;
                            goes_on = false;
                            if (const auto* group = std::get_if<Parenthesised>(&node)) {
                              inner = group->inner;
                              goes_on = true;
                            } else if (const auto* negation = std::get_if<Not>(&node)) {
                              inner = negation->operand;
                              goes_on = true;
                            }
                          }
                          const auto* comparison = std::get_if<Comparison>(&tree_.expressions[inner].node);
                          if (comparison == nullptr) return;
                          expected.left_words = source_text(comparison->left);
                          expected.is_stage = policy_.type_of(comparison->left).kind == Kind::stage;
                          if (expected.is_stage) return;
                          conditions.left = comparison->left;
                          if (!policy_.fixed.contains(comparison->right.index) && !constant(comparison->right))
                            conditions.right = comparison->right;
                        },
                        [&](const ExpectReason& reason) {
                          expected.kind = Expectation::Kind::reason;
                          expected.score = reason.score.text;
                          expected.text = reason.part.text;
                          expected.negated = reason.negated;
                          expected.names.push_back(reason.score.text);
                          const Symbol symbol = symbols_.find(reason.score.text);
                          if (symbol.meaning == Meaning::broken) return;
                          if (symbol.meaning == Meaning::score && symbols_.about(symbol.index) == symbols_.subject())
                            return;
                          Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_score_of_reasons>(
                              reason.score.span, reason.score.text);
                          std::vector<std::string> names;
                          for (const Declaration& declaration : tree_.declarations) {
                            if (const auto* score = std::get_if<ScoreDecl>(&declaration.node))
                              names.push_back(score->name.text);
                          }
                          if (const std::string near = did_you_mean(reason.score.text, names); !near.empty())
                            message.fix = "did you mean `" + near + "`?";
                        },
                        [&](const ExpectRoute& route) {
                          expected.kind = Expectation::Kind::route;
                          expected.text = route.destination.text;
                          std::vector<std::string> names;
                          for (const Declaration& declaration : tree_.declarations) {
                            const auto* rows = std::get_if<RouteDecl>(&declaration.node);
                            if (rows == nullptr) continue;
                            for (const RouteRow& row : rows->rows) names.push_back(row.destination.text);
                          }
                          if (std::find(names.begin(), names.end(), expected.text) != names.end()) return;
                          Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_destination>(
                              route.destination.span, expected.text);
                          if (const std::string near = did_you_mean(expected.text, names); !near.empty())
                            message.fix = "did you mean \"" + near + "\"?";
                        },
                        [&](const ExpectShare& share) { check_share(share, expected, conditions); }},
             item.node);
  if (diagnostics_.error_count() != errors) return std::nullopt;
  policy_.test_conditions[item.span.begin] = conditions;
  return expected;
}

void Checker::check_share(const ExpectShare& share, Expectation& expected, TestConditions& conditions) {
  expected.kind = share.is_share ? Expectation::Kind::share : Expectation::Kind::count;
  expected.text = share.file.text;
  expected.op = share.op;
  const auto* name = std::get_if<NameRef>(&tree_.expressions[share.condition].node);
  if (name != nullptr && name->path.size() == 1 && symbols_.find(name->path[0].text).meaning == Meaning::none) {
    for (std::uint32_t k = 0; k < policy_.stages.size(); ++k) {
      if (policy_.stages[k].name == name->path[0].text) conditions.stage = k;
    }
  }
  if (!conditions.stage) {
    conditions.condition = share.condition;
    check_condition(share.condition);
  }
  const auto low = check_share_bound(share.low, share.is_share);
  const auto high = share.high ? check_share_bound(*share.high, share.is_share) : low;
  if (!low || !high) return;
  expected.low = *low;
  expected.high = *high;
  if (*low > *high)
    diagnostics_.emit<DiagnosticId::bounds_reversed>(span(share.low), source_text(share.low), source_text(*share.high));
}

std::optional<std::int64_t> Checker::check_share_bound(ExprId id, bool is_share) {
  const Type type = check(id);
  if (type.kind == Kind::poison) return std::nullopt;
  const bool fits = is_share ? type.kind == Kind::percent : type.kind == Kind::integer;
  if (!fits) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(id), is_share ? "a share such as 5%" : "a whole number",
                                                words(type));
    return std::nullopt;
  }
  const auto value = require_constant(id, is_share ? "a share of leads" : "a count of leads");
  if (!value) return std::nullopt;
  constexpr std::uint8_t digits = 4;
  const auto scaled = is_share ? kernels::rescale(value->value, type.digits, digits, RoundingMode::half_even)
                               : kernels::Checked{value->value, kernels::Fault::none};
  const std::int64_t most = is_share ? 10'000 : std::numeric_limits<std::int64_t>::max();
  if (scaled.fault == kernels::Fault::none && scaled.value >= 0 && scaled.value <= most) return scaled.value;
  diagnostics_.emit<DiagnosticId::share_out_of_range>(
      span(id), is_share ? "a share of leads lies between 0% and 100%" : "a count of leads is not below 0");
  return std::nullopt;
}

}  // namespace muster::compiler
