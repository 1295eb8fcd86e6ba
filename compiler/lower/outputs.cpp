// Grades, stages, routes, and the words that stand for a rule.
#include "compiler/lower/lowerer.h"
#include "lang/source/unicode.h"

namespace muster::compiler {

using namespace lang;

std::string Lowerer::label(Span place) const {
  constexpr std::size_t longest = 80;  // code points
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

void Lowerer::lower_grade(std::uint32_t index, const GradeDecl& grade) {
  const Type type = policy_.declaration_types.at(index);
  const GradeInfo& info = policy_.grades[type.index];
  const auto code = [&](const Name& label_name) {
    for (std::size_t i = 0; i < info.labels.size(); ++i) {
      if (info.labels[i] == label_name.text)
        return exactly(builder_.constant(type, static_cast<std::int64_t>(i), label_name.span));
    }
    return exactly(builder_.missing(type, label_name.span));
  };
  for (Mode mode : {Mode::actual, Mode::possible}) {
    mode_ = mode;
    Extent result = exactly(builder_.missing(type, grade.name.span));
    for (auto row = grade.rows.rbegin(); row != grade.rows.rend(); ++row) {
      Extent cell = row->cells.empty() ? result : code(row->cells.back());
      for (std::size_t column = row->cells.size(); column-- > 1;) {
        const auto& condition = grade.columns[column - 1];
        if (condition) cell = select(exact(*condition), code(row->cells[column - 1]), cell, type, row->span);
      }
      result = row->condition ? select(exact(*row->condition), cell, result, type, row->span) : cell;
    }
    values_[mode_index()][index] = result;
  }
  mode_ = Mode::actual;
  const ValueId value = values_[0][index].low;
  program_.outputs.grades.push_back(
      {grade.name.text, grade.title ? grade.title->text : std::string(), info.labels, value});
  add_fault_root(value, "grade " + grade.name.text);
}

void Lowerer::lower_lifecycle(const LifecycleDecl& lifecycle) {
  LifecycleOutput output;
  std::vector<std::string> because;  // of the stages
  for (Mode mode : {Mode::actual, Mode::possible}) {
    mode_ = mode;
    const bool actual = mode == Mode::actual;
    for (const LifecycleItem& item : lifecycle.items) {
      if (const auto* fate = std::get_if<Disqualified>(&item.node)) {
        disqualified_[mode_index()] = exact(fate->condition);
        if (actual) {
          output.disqualified = disqualified_[0];
          output.disqualified_because =
              item.explained.because ? item.explained.because->text : label(span(fate->condition));
          add_fault_root(disqualified_[0], "disqualified");
        }
      }
    }
    // held(S) = condition of S and (the stage before is held) and not disqualified, all Kleene (number 14).
    std::optional<ValueId> before;
    for (const LifecycleItem& item : lifecycle.items) {
      const auto* stage = std::get_if<StageDecl>(&item.node);
      if (stage == nullptr) continue;
      std::vector<ValueId> parts{exact(stage->condition)};
      if (stage->needs) {
        std::vector<ValueId> known;
        for (ExprId value : stage->needs->values) known.push_back(is_settled(lower(value), stage->needs->span));
        parts.push_back(builder_.add(Op::at_least, truth(), known, stage->needs->count, stage->needs->span));
      }
      if (before) parts.push_back(*before);
      if (!disqualified_[mode_index()].is_none()) parts.push_back(negated(disqualified_[mode_index()], item.span));
      before = builder_.add(Op::and_, truth(), parts, 0, item.span);
      held_[mode_index()].push_back(*before);
      if (!actual) continue;
      output.stages.push_back({stage->name.text, stage->title ? stage->title->text : std::string(), *before});
      add_fault_root(*before, "stage " + stage->name.text);
    }
  }
  mode_ = Mode::actual;
  std::vector<ValueId> tried;
  if (output.disqualified) {
    tried.push_back(*output.disqualified);
    output.reported_names.emplace_back("disqualified");
  }
  for (auto stage = output.stages.rbegin(); stage != output.stages.rend(); ++stage) {
    tried.push_back(stage->held);
    output.reported_names.push_back(stage->name);
  }
  Span place;
  for (const LifecycleItem& item : lifecycle.items) {
    place = item.span;
    if (const auto* fate = std::get_if<NotYet>(&item.node)) {
      output.not_yet = exact(fate->condition);
      output.not_yet_because = item.explained.because ? item.explained.because->text : label(span(fate->condition));
      add_fault_root_after(tried, *output.not_yet, "not yet", place);
      tried.push_back(*output.not_yet);
      output.reported_names.emplace_back("not yet");
    }
  }
  if (tried.empty()) tried.push_back(builder_.boolean(false, place));
  output.reported = builder_.add(Op::first_yes, {.kind = Kind::stage}, tried, 0, place);
  program_.outputs.lifecycle = std::move(output);
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
