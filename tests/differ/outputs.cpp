#include "tests/differ/outputs.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace muster::differ {

using compiler::Kind;
using compiler::ValueId;
using runtime::Values;
using runtime::Vector;
using runtime::Wanted;

namespace {

Answer missing_of(const Vector& vector, std::size_t row) {
  const bool overflows = vector.overflow != nullptr && runtime::test_bit(vector.overflow, row);
  const bool divides = vector.division_by_zero != nullptr && runtime::test_bit(vector.division_by_zero, row);
  return Answer::missing(overflows, divides);
}
Answer truth_of(const Vector& vector, std::size_t row) {
  if (vector.is_yes(row)) return Answer::truth(true);
  return vector.is_no(row) ? Answer::truth(false) : missing_of(vector, row);
}
// Nobody asks why it is missing.
Answer plain(Answer answer) { return answer.kind == Answer::Kind::missing ? Answer{} : answer; }

// Has nothing, and notes what it is asked for.
class Notebook final : public Values {
 public:
  [[nodiscard]] Vector value(ValueId id) const override {
    asked.push_back(id);
    return {};
  }
  mutable std::vector<ValueId> asked;
};

}  // namespace

void Outputs::add(std::string label, Part part, Reader reader) {
  labels_.push_back(std::move(label));
  parts_.push_back(part);
  const Notebook notebook;
  reader(notebook);
  values_.push_back(notebook.asked);
  readers_.push_back(std::move(reader));
}

void Outputs::add_value(std::string label, Part part, ValueId id) {
  const compiler::Type type = program_.insts[id].type;
  add(std::move(label), part, [this, id, type](const Values& values) -> RowReader {
    const Vector vector = values.value(id);
    switch (vector.physical) {
      case compiler::Physical::boolean:
        return [vector](std::size_t row) { return truth_of(vector, row); };
      case compiler::Physical::integer:
        return [vector, type](std::size_t row) {
          return vector.is_known(row) ? Answer::of(vector.integers[row], type.digits) : missing_of(vector, row);
        };
      case compiler::Physical::text:
        return [vector](std::size_t row) {
          return vector.is_known(row) ? Answer::of(vector.dictionary->text(vector.codes[row])) : Answer{};
        };
      case compiler::Physical::code:
        break;
    }
    return [this, vector, type](std::size_t row) {
      if (!vector.is_known(row)) return missing_of(vector, row);
      const std::uint32_t code = vector.codes[row];
      return Answer::of(type.kind == Kind::picklist ? program_.schema.picklists[type.index].members[code].name
                                                    : program_.outputs.grades[type.index].labels[code]);
    };
  });
}

void Outputs::add_score(const compiler::ScoreOutput& score) {
  ScoreLabels made;
  made.name = score.name;
  made.value = labels_.size();
  add_value("score " + score.name, &Wanted::scores, score.value);
  made.lowest = labels_.size();
  add_value("lowest of " + score.name, &Wanted::bounds, score.lowest);
  made.highest = labels_.size();
  add_value("highest of " + score.name, &Wanted::bounds, score.highest);
  for (const compiler::RuleOutput& rule : score.rules) {
    add("whether " + score.name + " has decided " + rule.label, &Wanted::undecided,
        [id = rule.value](const Values& values) -> RowReader {
          return [vector = values.value(id)](std::size_t row) {
            return vector.is_known(row) ? Answer::truth(true) : missing_of(vector, row);
          };
        });
  }
  made.first_reason = labels_.size();
  // Both ends of a line: what lies between them may need more than 64 bits.
  for (const compiler::LedgerLine& line : score.ledger) {
    add_value("points of " + score.name + " behind " + line.label, &Wanted::reasons, line.after);
    if (line.before.is_none()) {
      add("no points before", &Wanted::reasons,
          [](const Values&) -> RowReader { return [](std::size_t) { return Answer{}; }; });
    } else {
      add_value("points of " + score.name + " before " + line.label, &Wanted::reasons, line.before);
    }
  }
  made.past_reasons = labels_.size();
  scores_.push_back(std::move(made));
}

void Outputs::add_framework(const compiler::FrameworkOutput& framework) {
  if (framework.qualified) add_value("framework " + framework.name, &Wanted::frameworks, *framework.qualified);
  add_value("met of " + framework.name, &Wanted::frameworks, framework.met);
  for (const auto& letter : framework.letters) {
    // A letter that is not reached is not met.
    const auto where_reached = [&letter](ValueId id) {
      return [&letter, id](const Values& values) -> RowReader {
        return [reached = values.value(letter.reached), own = values.value(id)](std::size_t row) {
          const Answer is_reached = plain(truth_of(reached, row));
          const Answer is_met = plain(truth_of(own, row));
          const Answer no = Answer::truth(false);
          if (is_reached == no || is_met == no) return no;
          return is_reached.kind == Answer::Kind::missing ? is_reached : is_met;
        };
      };
    };
    add("letter " + framework.name + "." + letter.name, &Wanted::frameworks, where_reached(letter.met));
    add("half " + framework.name + "." + letter.name, &Wanted::frameworks, where_reached(letter.half));
  }
}

void Outputs::add_lifecycle(const compiler::LifecycleOutput& lifecycle) {
  for (const compiler::StageOutput& stage : lifecycle.stages)
    add_value("stage " + stage.name, &Wanted::lifecycle, stage.held);
  const auto add_fate = [&](const char* label, const std::optional<ValueId>& id) {
    if (id) {
      add_value(label, &Wanted::lifecycle, *id);
    } else {
      add(label, &Wanted::lifecycle,
          [](const Values&) -> RowReader { return [](std::size_t) { return Answer::truth(false); }; });
    }
  };
  add_fate("disqualified", lifecycle.disqualified);
  add_fate("not yet", lifecycle.not_yet);
  add("reported", &Wanted::lifecycle, [&lifecycle](const Values& values) -> RowReader {
    return [&lifecycle, vector = values.value(lifecycle.reported)](std::size_t row) {
      return Answer::of(vector.is_known(row) ? std::string_view(lifecycle.reported_names[vector.codes[row]])
                                             : std::string_view());
    };
  });
}

void Outputs::add_route(const compiler::RouteOutput& route) {
  add("route", &Wanted::route, [&route](const Values& values) -> RowReader {
    return [&route, vector = values.value(route.taken)](std::size_t row) {
      return vector.is_known(row) ? Answer::of(route.rows[vector.codes[row]].destination) : Answer{};
    };
  });
  add("provisional", &Wanted::route, [&route](const Values& values) -> RowReader {
    std::vector<Vector> conditions;
    for (const compiler::RouteRowOutput& each : route.rows) conditions.push_back(values.value(each.condition));
    return [conditions](std::size_t row) {
      for (const Vector& each : conditions) {
        if (!each.is_known(row)) return Answer::truth(true);
        if (each.is_yes(row)) break;
      }
      return Answer::truth(false);
    };
  });
}

Outputs::Outputs(const compiler::Program& program) : program_(program) {
  const compiler::Outputs& outputs = program.outputs;
  for (const auto& ignore : outputs.ignores) add_value("ignored", nullptr, ignore.condition);
  for (const auto& qualifier : outputs.qualifiers)
    add_value("qualifier " + qualifier.name, &Wanted::qualifiers, qualifier.condition);
  for (const auto& score : outputs.scores) add_score(score);
  for (const auto& grade : outputs.grades) {
    add("grade " + grade.name, &Wanted::grades, [&grade](const Values& values) -> RowReader {
      return [&grade, vector = values.value(grade.value)](std::size_t row) {
        return vector.is_known(row) ? Answer::of(grade.labels[vector.codes[row]]) : missing_of(vector, row);
      };
    });
  }
  for (const auto& framework : outputs.frameworks) add_framework(framework);
  if (outputs.lifecycle) add_lifecycle(*outputs.lifecycle);
  if (outputs.route) add_route(*outputs.route);
  for (const auto& output : outputs.values) add_value("output " + output.name, &Wanted::values, output.value);
}

bool Outputs::is_verdict(std::size_t label) const {
  const Part part = parts_[label];
  return part != &Wanted::bounds && part != &Wanted::undecided && part != &Wanted::reasons;
}

std::vector<Outputs::RowReader> Outputs::readers(const Values& values, const Wanted& wanted,
                                                 const std::function<bool(ValueId)>& is_there) const {
  std::vector<RowReader> made;
  made.reserve(labels_.size());
  for (std::size_t label = 0; label < labels_.size(); ++label) {
    const Part part = parts_[label];
    const bool is_wanted = (part == nullptr || wanted.*part) && std::ranges::all_of(values_[label], is_there);
    made.push_back(is_wanted ? readers_[label](values) : RowReader());
  }
  return made;
}

}  // namespace muster::differ
