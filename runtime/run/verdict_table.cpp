#include "runtime/run/verdict_table.h"

#include <algorithm>
#include <limits>

#include "lang/spec/spec.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime {

namespace {

// The ends of the 64-bit range stand for "no bound".
std::string bound_text(const Vector& value, std::size_t row) {
  if (!value.is_known(row)) return {};
  const std::int64_t number = value.integers[row];
  if (number == std::numeric_limits<std::int64_t>::min() || number == std::numeric_limits<std::int64_t>::max())
    return {};
  return kernels::format_decimal(number, lang::points_digits);
}

}  // namespace

Wanted wanted_for(const RunColumns& columns) {
  Wanted wanted;
  wanted.qualifiers = true;  // the summary counts them
  wanted.scores = columns.scores || columns.bounds || columns.reasons || columns.undecided;
  wanted.bounds = columns.bounds;
  wanted.undecided = columns.undecided;
  wanted.reasons = columns.reasons;
  wanted.grades = columns.grades;
  wanted.frameworks = columns.frameworks;
  wanted.values = columns.values;
  wanted.lifecycle = columns.stage;
  wanted.route = columns.route;
  return wanted;
}

VerdictTable::VerdictTable(const compiler::Program& program, const Values& engine, const Verdict& verdict,
                           const RunColumns& columns)
    : program_(program), engine_(engine), verdict_(verdict), columns_(columns) {
  const compiler::Outputs& outputs = program.outputs;
  if (!outputs.lifecycle) columns_.stage = false;
  has_beside_ = outputs.lifecycle && std::any_of(outputs.lifecycle->stages.begin(), outputs.lifecycle->stages.end(),
                                                 [](const auto& stage) { return stage.beside; });
  if (!outputs.route) columns_.route = false;
  const compiler::ObjectSchema& subject = program.schema.subject_object();
  if (subject.key) names_.push_back(subject.fields[*subject.key].name);
  if (!outputs.ignores.empty()) names_.emplace_back("ignored");
  if (columns_.qualifiers) {
    for (const auto& qualifier : outputs.qualifiers) names_.push_back(qualifier.name);
  }
  for (const auto& score : outputs.scores) {
    if (columns_.scores) names_.push_back(score.name);
    if (columns_.bounds) {
      names_.push_back("lowest_" + score.name);
      names_.push_back("highest_" + score.name);
    }
  }
  if (columns_.grades) {
    for (const auto& grade : outputs.grades) names_.push_back(grade.name);
  }
  if (columns_.frameworks) {
    for (const auto& framework : outputs.frameworks) {
      if (framework.qualified) names_.push_back(framework.name);
      names_.push_back(framework.name + "_letters");
    }
  }
  if (columns_.stage) {
    names_.emplace_back("stage");
    if (has_beside_) names_.emplace_back("stage_beside");
    if (verdict.tells_crossings()) names_.emplace_back("stage_becomes");
    if (outputs.lifecycle->manual) names_.emplace_back("stage_override");
  }
  if (columns_.route) {
    names_.emplace_back("route");
    names_.emplace_back("route_provisional");
  }
  if (columns_.values) {
    for (const auto& value : outputs.values) names_.push_back(value.name);
  }
  if (columns_.undecided) names_.emplace_back("undecided");
  if (columns_.reasons) names_.emplace_back("reasons");
  if (columns_.issues) names_.emplace_back("data_issues");
}

const std::string* VerdictTable::repeated_name() const {
  for (auto name = names_.begin(); name != names_.end(); ++name) {
    if (std::find(names_.begin(), name, *name) != name) return &*name;
  }
  return nullptr;
}

void VerdictTable::bind() {
  const compiler::Outputs& outputs = program_.outputs;
  bounds_.clear();
  qualifiers_.clear();
  route_rows_.clear();
  if (columns_.bounds) {
    for (const auto& score : outputs.scores) {
      bounds_.push_back(engine_.value(score.lowest));
      bounds_.push_back(engine_.value(score.highest));
    }
  }
  if (columns_.qualifiers) {
    for (const auto& qualifier : outputs.qualifiers) qualifiers_.push_back(engine_.value(qualifier.condition));
  }
  if (columns_.route) {
    for (const auto& row : outputs.route->rows) route_rows_.push_back(engine_.value(row.condition));
  }
}

void VerdictTable::blank_cells(CsvText& writer, std::size_t count) const {
  for (std::size_t i = 0; i < count; ++i) writer.cell({});
}

// The undecided rows before the one that was taken (section 4, number 5).
std::string_view VerdictTable::provisional_text(std::size_t row, const RouteAnswer& answer) {
  text_.clear();
  if (!answer.is_provisional) return text_;
  const std::size_t end = answer.row.value_or(route_rows_.size());
  for (std::size_t i = 0; i < end; ++i) {
    if (route_rows_[i].is_known(row)) continue;
    if (!text_.empty()) text_ += "; ";
    text_ += program_.outputs.route->rows[i].destination;
  }
  return text_;
}

template <class Append>
void VerdictTable::text_cell(CsvText& writer, Append&& append) {
  text_.clear();
  append();
  writer.cell(text_);
}

void VerdictTable::stage_cells(CsvText& writer, std::size_t row) {
  writer.cell(verdict_.stage(row));
  if (has_beside_) text_cell(writer, [&] { verdict_.append_beside(row, text_); });
  if (verdict_.tells_crossings()) text_cell(writer, [&] { verdict_.append_becomes(row, text_); });
  if (program_.outputs.lifecycle->manual) text_cell(writer, [&] { verdict_.append_override(row, text_); });
}

bool VerdictTable::cells(CsvText& writer, std::size_t row, std::string_view key, const std::string* ignored,
                         std::string_view issues) {
  const compiler::Outputs& outputs = program_.outputs;
  writer.cell(key);
  if (!outputs.ignores.empty()) writer.cell(ignored == nullptr ? std::string_view() : std::string_view(*ignored));
  if (ignored != nullptr) {
    blank_cells(writer, names_.size() - 2 - (columns_.issues ? 1 : 0));
    if (columns_.issues) writer.cell(issues);
    return false;
  }
  for (const Vector& qualifier : qualifiers_) {
    writer.cell(qualifier.is_yes(row) ? "yes" : qualifier.is_no(row) ? "no" : "undecided");
  }
  for (std::size_t i = 0; i < outputs.scores.size(); ++i) {
    if (columns_.scores) writer.cell(kernels::format_decimal(verdict_.score(i, row), lang::points_digits));
    if (columns_.bounds) {
      writer.cell(bound_text(bounds_[2 * i], row));
      writer.cell(bound_text(bounds_[2 * i + 1], row));
    }
  }
  if (columns_.grades) {
    for (std::size_t i = 0; i < outputs.grades.size(); ++i) writer.cell(verdict_.grade(i, row));
  }
  if (columns_.frameworks) {
    for (std::size_t i = 0; i < outputs.frameworks.size(); ++i) {
      if (outputs.frameworks[i].qualified) writer.cell(verdict_.framework(i, row));
      text_cell(writer, [&] { verdict_.append_letters(i, row, text_); });
    }
  }
  if (columns_.stage) stage_cells(writer, row);
  if (columns_.route) {
    const RouteAnswer answer = verdict_.route(row);
    writer.cell(answer.destination);
    writer.cell(provisional_text(row, answer));
  }
  if (columns_.values) {
    for (std::size_t i = 0; i < outputs.values.size(); ++i) {
      text_cell(writer, [&] { verdict_.append_value(i, row, text_); });
    }
  }
  bool undecided = false;
  if (columns_.undecided) {
    text_cell(writer, [&] { verdict_.append_undecided(row, text_); });
    undecided = !text_.empty();
  }
  if (columns_.reasons) text_cell(writer, [&] { verdict_.append_reasons(row, text_); });
  if (columns_.issues) writer.cell(issues);
  return undecided;
}

}  // namespace muster::runtime
