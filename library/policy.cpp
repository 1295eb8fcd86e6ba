#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lang/diagnostics/diagnostics.h"
#include "lang/spec/spec.h"
#include "lang/support/count.h"
#include "library/policy_impl.h"
#include "runtime/interpret/answer.h"
#include "runtime/run/policy.h"

namespace muster {

using compiler::Kind;
using compiler::Physical;
using compiler::Program;
using compiler::SpaceId;
using compiler::Type;
using compiler::ValueId;

namespace {

constexpr SpaceId root{compiler::root_space};

std::string with_digits(std::string what, unsigned digits) {
  if (digits == 0) return what;
  return what + ", " + lang::count_of(digits, "digit");
}

std::string words_of(const Program& program, const Type& type) {
  switch (type.kind) {
    case Kind::poison:
    case Kind::boolean:
      return "yes or no";
    case Kind::integer:
      return "whole number";
    case Kind::decimal:
      return with_digits("number", type.digits);
    case Kind::percent:
      return with_digits("share of 1", type.digits);
    case Kind::money:
      return with_digits(fmt::format("amount in {}", lang::currency_rows[type.currency].code), type.digits);
    case Kind::date:
      return "date, in days since 1970-01-01";
    case Kind::datetime:
      return "moment, in microseconds since 1970-01-01T00:00:00 UTC";
    case Kind::duration:
      return "length of time, in microseconds";
    case Kind::text:
      return "text";
    case Kind::picklist:
      return "one of " + program.schema.picklists[type.index].name;
    case Kind::grade:
      return "grade";
    case Kind::stage:
      return "stage";
  }
  return {};
}

unsigned digits_of(const Type& type) {
  const bool has_digits = type.kind == Kind::decimal || type.kind == Kind::percent || type.kind == Kind::money;
  return has_digits ? type.digits : 0;
}

std::vector<std::string> members_of(const Program& program, const Type& type) {
  std::vector<std::string> names;
  for (const auto& member : program.schema.picklists[type.index].members) names.push_back(member.name);
  return names;
}

// What the codes of a value mean.
std::vector<std::string> names_of(const Program& program, const Type& type) {
  if (type.kind == Kind::picklist) return members_of(program, type);
  std::vector<std::string> names;
  if (type.kind == Kind::stage && program.outputs.lifecycle) {
    for (const auto& stage : program.outputs.lifecycle->stages) names.push_back(stage.name);
  }
  if (type.kind == Kind::grade) {
    for (const auto& grade : program.outputs.grades) {
      if (program.insts[grade.value].type == type) return grade.labels;
    }
  }
  return names;
}

ColumnShape shape_of(Physical physical) {
  switch (physical) {
    case Physical::boolean:
      return ColumnShape::flags;
    case Physical::integer:
      return ColumnShape::numbers;
    case Physical::code:
      return ColumnShape::codes;
    case Physical::text:
      return ColumnShape::texts;
  }
  return ColumnShape::numbers;
}

// The relation of the leads through which a space is reached.
std::string relation_of(const Program& program, SpaceId space) {
  while (program.spaces[space].parent != root) space = program.spaces[space].parent;
  const std::uint32_t object = program.spaces[root].object;
  return program.schema.objects[object].relations[program.spaces[space].relation].name;
}

// Another space than the leads' that an instruction has to do with.
std::optional<SpaceId> foreign_space(const compiler::Inst& inst) {
  for (const SpaceId space : {inst.space, inst.from}) {
    if (!space.is_none() && space != root) return space;
  }
  if (inst.op == compiler::Op::is_given || (inst.op == compiler::Op::is_linked && inst.from.is_none())) {
    return SpaceId{static_cast<std::uint32_t>(inst.immediate)};
  }
  return std::nullopt;
}

struct Reach {
  std::vector<bool> columns;  // of the root's space
  std::string relation;       // the first one that is read; empty: none
};

// What values depend on.
Reach reach_of(const Program& program, const AnswerSource& source) {
  std::vector<bool> is_needed(program.insts.size());
  for (const ValueId value : source.values) is_needed[value.index] = true;
  for (const ValueId value : source.faults) is_needed[value.index] = true;
  Reach reach;
  reach.columns.resize(program.spaces[root].columns.size());
  for (auto index = static_cast<std::uint32_t>(program.insts.size()); index-- > 0;) {
    if (!is_needed[index]) continue;
    const compiler::Inst& inst = program.insts[ValueId{index}];
    for (const ValueId operand : program.operands_of(inst)) is_needed[operand.index] = true;
    if (const auto space = foreign_space(inst)) {
      reach.relation = relation_of(program, *space);
    } else if (inst.op == compiler::Op::column) {
      reach.columns[static_cast<std::size_t>(inst.immediate)] = true;
    }
  }
  return reach;
}

Error error_of(const lang::Error& error, ErrorKind kind) {
  std::string message = error.file;
  if (error.line != 0) message += fmt::format(":{}", error.line);
  if (!message.empty()) message += ": ";
  message += error.message;
  if (!error.fix.empty()) message += "\n  " + error.fix;
  return {kind, std::move(message)};
}

Error error_of(const lang::Error& error) {
  switch (error.kind) {
    case lang::ErrorKind::file:
      return error_of(error, ErrorKind::file);
    case lang::ErrorKind::internal:
      return error_of(error, ErrorKind::internal);
    case lang::ErrorKind::usage:
    case lang::ErrorKind::data:
      break;
  }
  return error_of(error, ErrorKind::policy);
}

runtime::PolicyChoices choices_of(const CompileOptions& options) {
  runtime::PolicyChoices choices;
  choices.as_of = options.as_of;
  choices.as_of_name = "as_of";
  choices.settings = options.settings;
  choices.settings_name = "settings";
  return choices;
}

// A moment where the policy asks for one.
Result<runtime::AsOf> moment_of(const compiler::Compiled& compiled, const std::string& as_of) {
  const Program& program = *compiled.program;
  if (!as_of.empty()) {
    const auto moment = runtime::parse_as_of(as_of, program.zone, "as_of");
    if (!moment) return error_of(moment.error());
    return *moment;
  }
  if (!program.reads_as_of && !runtime::has_dated_settings(compiled.tree)) return runtime::AsOf{};
  const char* const why =
      program.reads_as_of ? "the policy asks how long ago things were" : "the policy has settings that change on a day";
  return Error{ErrorKind::policy, fmt::format("{}: say for which moment in CompileOptions::as_of", why)};
}

Result<std::shared_ptr<const Policy::Impl>> made_of(lang::Result<compiler::Compiled> compiled,
                                                    const CompileOptions& options) {
  if (!compiled) return error_of(compiled.error());
  std::string messages = lang::render(compiled->diagnostics, compiled->sources, {});
  if (!compiled->program) return Error{ErrorKind::policy, std::move(messages)};
  const auto as_of = moment_of(*compiled, options.as_of);
  if (!as_of) return as_of.error();
  auto impl = std::make_shared<Policy::Impl>();
  impl->program = std::move(*compiled->program);
  impl->as_of = *as_of;
  if (!compiled->diagnostics.all().empty()) impl->warnings = std::move(messages);
  impl->describe();
  return std::shared_ptr<const Policy::Impl>(std::move(impl));
}

}  // namespace

void Policy::Impl::describe() {
  column_of_root.resize(program.spaces[root].columns.size());
  describe_columns();
  describe_answers();
}

void Policy::Impl::describe_columns() {
  const compiler::ObjectSchema& leads = program.schema.objects[program.spaces[root].object];
  const std::vector<std::uint32_t>& read = program.spaces[root].columns;
  for (std::uint32_t field = 0; field < leads.fields.size(); ++field) {
    const compiler::FieldSchema& schema = leads.fields[field];
    if (schema.row_number) continue;
    const auto place = std::ranges::find(read, field);
    if (place != read.end()) column_of_root[static_cast<std::size_t>(place - read.begin())] = columns.size();
    Column& column = columns.emplace_back();
    column.name = schema.name;
    column.shape = shape_of(compiler::physical_of(schema.type.kind));
    column.type = words_of(program, schema.type);
    column.digits = digits_of(schema.type);
    column.presence = schema.required ? Presence::required : schema.optional ? Presence::optional : Presence::expected;
    if (schema.type.kind == Kind::picklist) column.members = members_of(program, schema.type);
  }
}

void Policy::Impl::describe_answers() {
  const compiler::Outputs& outputs = program.outputs;
  if (!outputs.ignores.empty()) {
    AnswerSource ignored{AnswerSource::Kind::ignored, {}, {}, {}};
    for (const auto& ignore : outputs.ignores) ignored.values.push_back(ignore.condition);
    add_combined("ignored", std::move(ignored));
  }
  AnswerSource rejected{AnswerSource::Kind::rejected, {}, {}, {}};
  for (const auto& fault : program.fault_roots) {
    if (program.insts[fault.value].may_fault) rejected.faults.push_back(fault.value);
  }
  if (!rejected.faults.empty()) {
    for (const auto& ignore : outputs.ignores) rejected.values.push_back(ignore.condition);
  }
  add_combined("rejected", std::move(rejected));
  for (const auto& qualifier : outputs.qualifiers) add_answer(qualifier.name, qualifier.title, qualifier.condition, {});
  for (const auto& score : outputs.scores) {
    add_answer(score.name, score.title, score.value, {});
    add_answer("lowest_" + score.name, score.title, score.lowest, {});
    add_answer("highest_" + score.name, score.title, score.highest, {});
  }
  for (const auto& grade : outputs.grades) add_answer(grade.name, grade.title, grade.value, grade.labels);
  for (const auto& framework : outputs.frameworks) {
    if (framework.qualified) add_answer(framework.name, framework.title, *framework.qualified, {});
  }
  if (outputs.lifecycle) add_answer("stage", {}, outputs.lifecycle->reported, outputs.lifecycle->reported_names);
  if (outputs.route) {
    std::vector<std::string> destinations;
    for (const auto& row : outputs.route->rows) destinations.push_back(row.destination);
    add_answer("route", {}, outputs.route->taken, std::move(destinations));
  }
  for (const auto& output : outputs.values) {
    const Type& type = program.insts[output.value].type;
    if (type.kind == Kind::text) {
      text_answers.push_back(output.name);
    } else {
      add_answer(output.name, output.title, output.value, names_of(program, type));
    }
  }
}

void Policy::Impl::add_answer(std::string name, std::string title, ValueId value, std::vector<std::string> names) {
  if (value.is_none()) return;
  const Type& type = program.insts[value].type;
  Answer answer;
  answer.name = std::move(name);
  answer.title = std::move(title);
  answer.type = words_of(program, type);
  answer.digits = digits_of(type);
  answer.names = std::move(names);
  AnswerSource source{AnswerSource::Kind::value, {value}, {}, {}};
  switch (compiler::physical_of(type.kind)) {
    case Physical::boolean:
      answer.shape = AnswerShape::truths;
      source.kind = AnswerSource::Kind::truth;
      break;
    case Physical::integer:
      answer.shape = AnswerShape::numbers;
      answer.bytes = runtime::bytes_of_answer(program, value);
      break;
    case Physical::code:
    case Physical::text:
      answer.shape = AnswerShape::codes;
      answer.bytes = runtime::bytes_of_answer(program, value);
      break;
  }
  add(std::move(answer), std::move(source));
}

void Policy::Impl::add_combined(std::string name, AnswerSource source) {
  Answer answer;
  answer.name = std::move(name);
  answer.shape = AnswerShape::truths;
  answer.type = "yes or no";
  add(std::move(answer), std::move(source));
}

void Policy::Impl::add(Answer answer, AnswerSource source) {
  Reach reach = reach_of(program, source);
  answer.needs = std::move(reach.relation);
  for (std::size_t at = 0; answer.needs.empty() && at < reach.columns.size(); ++at) {
    if (reach.columns[at] && column_of_root[at]) columns[*column_of_root[at]].is_read = true;
  }
  source.reads = std::move(reach.columns);
  answers.push_back(std::move(answer));
  sources.push_back(std::move(source));
}

std::string unknown_name(std::string_view what, std::string_view name, const std::vector<std::string>& names) {
  std::string message = fmt::format("the policy has no {} `{}`", what, name);
  const std::string near = lang::did_you_mean(name, names);
  if (!near.empty()) message += fmt::format("; did you mean `{}`?", near);
  return message;
}

// ---- the public face

Policy::Policy(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Policy::~Policy() = default;
Policy::Policy(const Policy&) = default;
Policy& Policy::operator=(const Policy&) = default;

Result<Policy> Policy::from_file(const std::string& path, const CompileOptions& options) {
  compiler::CompileOptions how;
  how.folder = options.folder;
  auto impl = made_of(runtime::compile_policy(path, choices_of(options), lang::Limits{}, std::move(how)), options);
  if (!impl) return impl.error();
  return Policy(std::move(*impl));
}

Result<Policy> Policy::from_text(std::string name, std::string text, const CompileOptions& options) {
  compiler::CompileOptions how;
  how.folder = options.folder;
  const runtime::PolicyText policy{std::move(name), std::move(text)};
  auto impl = made_of(runtime::compile_policy(policy, choices_of(options), lang::Limits{}, std::move(how)), options);
  if (!impl) return impl.error();
  return Policy(std::move(*impl));
}

const std::string& Policy::title() const { return impl_->program.title; }
const std::string& Policy::version() const { return impl_->program.version; }
const std::string& Policy::warnings() const { return impl_->warnings; }
std::span<const Column> Policy::columns() const { return impl_->columns; }
std::span<const Answer> Policy::answers() const { return impl_->answers; }

const Column* Policy::find_column(std::string_view name) const {
  const auto place = std::ranges::find(impl_->columns, name, &Column::name);
  return place == impl_->columns.end() ? nullptr : &*place;
}

const Answer* Policy::find_answer(std::string_view name) const {
  const auto place = std::ranges::find(impl_->answers, name, &Answer::name);
  return place == impl_->answers.end() ? nullptr : &*place;
}

}  // namespace muster
