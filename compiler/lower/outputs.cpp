// Grades, routes, values that the policy wants to see, and the words that stand for a rule.
#include "compiler/lower/lowerer.h"
#include "lang/source/unicode.h"

namespace muster::compiler {

using namespace lang;

std::string Lowerer::label(Span place, std::size_t longest) const {
  const std::string_view text = sources_.text(place);
  std::string line;
  std::size_t count = 0;
  bool blank = false;
  bool quoted = false;
  bool escaped = false;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '#' && !quoted) {  // a comment between the lines of a condition
      while (at < text.size() && text[at] != '\n') ++at;
      continue;
    }
    const CodePoint point = decode(text.substr(at));
    if (point.value == ' ' || point.value == '\n' || point.value == '\t' || point.value == '\r') {
      blank = !line.empty();
    } else {
      if (blank) {
        line += ' ';
        ++count;
      }
      blank = false;
      if (point.value == '"' && !escaped) quoted = !quoted;
      escaped = quoted && point.value == '\\' && !escaped;
      if (count >= longest) return line + "...";
      line.append(text.substr(at, point.bytes));
      ++count;
    }
    at += point.bytes;
  }
  return line;
}

void Lowerer::add_fault_root(ValueId value, const std::string& text) {
  if (builder_.inst(value).may_fault) program_.fault_roots.push_back({value, text});
}

void Lowerer::add_fault_root_after(const std::vector<ValueId>& tried, ValueId value, const std::string& text,
                                   Span place) {
  if (!builder_.inst(value).may_fault) return;
  std::vector<ValueId> answers;
  for (ValueId earlier : tried) answers.push_back(both(earlier, is_settled(exactly(earlier), place), place));
  answers.push_back(value);
  add_fault_root(builder_.add(Op::or_, truth(), answers, 0, place), text);
}

Extent Lowerer::lower_grade(std::uint32_t index, const GradeDecl& grade) {
  const Type type = policy_.declaration_types.at(index);
  const GradeInfo& info = policy_.grades[type.index];
  const auto code = [&](const Name& label_name) {
    for (std::size_t i = 0; i < info.labels.size(); ++i) {
      if (info.labels[i] == label_name.text)
        return exactly(builder_.constant(type, static_cast<std::int64_t>(i), label_name.span));
    }
    return exactly(builder_.missing(type, label_name.span));
  };
  Extent result = exactly(builder_.missing(type, grade.name.span));
  for (auto row = grade.rows.rbegin(); row != grade.rows.rend(); ++row) {
    Extent cell = row->cells.empty() ? result : code(row->cells.back());
    for (std::size_t column = row->cells.size(); column-- > 1;) {
      const auto& condition = grade.columns[column - 1];
      if (condition) cell = select(exact(*condition), code(row->cells[column - 1]), cell, type, row->span);
    }
    result = row->condition ? select(exact(*row->condition), cell, result, type, row->span) : cell;
  }
  return result;
}

void Lowerer::add_grade(std::uint32_t index, const GradeDecl& grade) {
  const GradeInfo& info = policy_.grades[policy_.declaration_types.at(index).index];
  const ValueId value = value_of(index).low;
  program_.outputs.grades.push_back(
      {grade.name.text, grade.title ? grade.title->text : std::string(), info.labels, value});
  add_fault_root(value, "grade " + grade.name.text);
}

// What an extent comes to where both ends agree, else missing.
ValueId Lowerer::where_exact(Extent value, const Type& type, Span place) {
  if (value.is_exact() || physical_of(type.kind) != Physical::integer) return value.low;
  return pick(is_one_number(value, place), value.low, builder_.missing(type, place), type, place);
}

void Lowerer::add_value(const OutputDecl& output) {
  const Type& type = type_of(output.value);
  const Span place = span(output.value);
  ValueId value = where_exact(lower(output.value), type, place);
  if (type.kind == Kind::grade) {  // its label
    const ValueId code = value;
    const Type text{.kind = Kind::text};
    const std::vector<std::string>& labels = policy_.grades[type.index].labels;
    value = builder_.missing(text, place);
    for (std::size_t k = labels.size(); k-- > 0;) {
      const std::int64_t one = builder_.number_set({static_cast<std::int64_t>(k)});
      const ValueId is_label = builder_.add(Op::in_codes, truth(), {code}, one, place);
      value = pick(is_label, builder_.constant(text, builder_.text(labels[k]), place), value, text, place);
    }
  }
  program_.outputs.values.push_back({output.name.text, output.title ? output.title->text : std::string(), value});
  add_fault_root(value, "output " + output.name.text);
}

void Lowerer::lower_route(const RouteDecl& route) {
  RouteOutput output;
  std::vector<ValueId> tried;
  Span place;
  for (const RouteRow& row : route.rows) {
    place = row.span;
    const ValueId condition = row.condition ? exact(*row.condition) : builder_.boolean(true, row.span);
    output.rows.push_back({row.destination.text, row.condition ? label(span(*row.condition)) : "otherwise", condition});
    add_fault_root_after(tried, condition, "route to " + row.destination.text, place);
    tried.push_back(condition);
  }
  if (tried.empty()) tried.push_back(builder_.boolean(false, place));
  output.taken = builder_.add(Op::first_yes, {.kind = Kind::stage}, tried, 0, place);
  program_.outputs.route = std::move(output);
}

}  // namespace muster::compiler
