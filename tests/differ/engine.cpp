#include "tests/differ/engine.h"

#include <stdexcept>
#include <utility>

#include "runtime/interpret/roots.h"
#include "runtime/jit/plugin.h"

namespace muster::differ {

using compiler::Kind;
using compiler::Program;
using compiler::ValueId;

namespace {

class Interpretation final : public Evaluation {
 public:
  Interpretation(const Program& program, runtime::AsOf as_of, const runtime::Wanted& what)
      : interpreter_(program, as_of, what) {}
  void evaluate(const runtime::BatchView& batch) override { interpreter_.evaluate(batch); }
  [[nodiscard]] runtime::Vector value(ValueId id) const override { return interpreter_.value(id); }

 private:
  runtime::Interpreter interpreter_;
};

// Made when the first batch says how its columns come, and what its values are like: the first leads are the sample.
class Compiled final : public Evaluation {
 public:
  Compiled(const Program& program, runtime::AsOf as_of) : program_(program), as_of_(as_of) {}
  void evaluate(const runtime::BatchView& batch) override {
    if (!kernel_) {
      const auto values = runtime::interpret::value_roots_of(program_, wanted());
      const auto bits = runtime::interpret::bit_roots_of(program_, wanted());
      const auto& root = batch.spaces[compiler::root_space];
      // One in eight as a run would have it; the others compile in a quarter of the time.
      const unsigned level = program_.insts.size() % 8 == 0 ? 2 : 0;
      auto made = runtime::jit::make_kernel(program_, as_of_, {.values = values, .bits = bits},
                                            runtime::jit::layouts_of(root), {.level = level});
      if (!made) throw std::runtime_error("no kernel: " + made.error().message);
      kernel_ = std::move(*made);
    }
    kernel_->evaluate(batch);
  }
  [[nodiscard]] runtime::Vector value(ValueId id) const override { return kernel_->value(id); }

 private:
  const Program& program_;
  runtime::AsOf as_of_;
  std::unique_ptr<runtime::jit::Kernel> kernel_;
};

Answer missing_of(const runtime::Vector& vector, std::size_t row) {
  const bool overflows = vector.overflow != nullptr && runtime::test_bit(vector.overflow, row);
  const bool divides = vector.division_by_zero != nullptr && runtime::test_bit(vector.division_by_zero, row);
  return Answer::missing(overflows, divides);
}
Answer truth_of(const runtime::Vector& vector, std::size_t row) {
  if (vector.is_yes(row)) return Answer::truth(true);
  return vector.is_no(row) ? Answer::truth(false) : missing_of(vector, row);
}

}  // namespace

runtime::Wanted wanted() {
  runtime::Wanted all;
  all.bounds = true;
  return all;
}

const std::vector<Engine>& engines() {
  static const std::vector<Engine> all = [] {
    std::vector<Engine> list{
        {"interpreter", [](const Program& program,
                           runtime::AsOf as_of) { return std::make_unique<Interpretation>(program, as_of, wanted()); }},
        // Points that nobody asks for may stay masks, and what only explains is not computed.
        {"interpreter, scores alone",
         [](const Program& program, runtime::AsOf as_of) {
           runtime::Wanted some;
           some.reasons = false;
           return std::make_unique<Interpretation>(program, as_of, some);
         }},
    };
    // Without the plug-in there is nothing to compare.
    if (runtime::jit::is_available()) {
      list.push_back({"kernel", [](const Program& program, runtime::AsOf as_of) {
                        return std::make_unique<Compiled>(program, as_of);
                      }});
    }
    return list;
  }();
  return all;
}

void Outputs::add(std::string label, Reader reader) {
  labels_.push_back(std::move(label));
  readers_.push_back(std::move(reader));
}

void Outputs::add_value(std::string label, ValueId id) {
  const compiler::Type type = program_.insts[id].type;
  add(std::move(label), [this, id, type](const Evaluation& evaluation, std::size_t row) -> Answer {
    const runtime::Vector vector = evaluation.value(id);
    switch (vector.physical) {
      case compiler::Physical::boolean:
        return truth_of(vector, row);
      case compiler::Physical::integer:
        return vector.is_known(row) ? Answer::of(vector.integers[row], type.digits) : missing_of(vector, row);
      case compiler::Physical::text:
        return vector.is_known(row) ? Answer::of(vector.dictionary->text(vector.codes[row])) : Answer{};
      case compiler::Physical::code:
        break;
    }
    if (!vector.is_known(row)) return missing_of(vector, row);
    const std::uint32_t code = vector.codes[row];
    if (type.kind == Kind::picklist) return Answer::of(program_.schema.picklists[type.index].members[code].name);
    return Answer::of(program_.outputs.grades[type.index].labels[code]);
  });
}

void Outputs::add_lifecycle(const compiler::LifecycleOutput& lifecycle) {
  for (const compiler::StageOutput& stage : lifecycle.stages) add_value("stage " + stage.name, stage.held);
  const auto add_fate = [&](const char* label, const std::optional<ValueId>& id) {
    if (id) {
      add_value(label, *id);
    } else {
      add(label, [](const Evaluation&, std::size_t) { return Answer::truth(false); });
    }
  };
  add_fate("disqualified", lifecycle.disqualified);
  add_fate("not yet", lifecycle.not_yet);
  add("reported", [&lifecycle](const Evaluation& evaluation, std::size_t row) {
    const runtime::Vector vector = evaluation.value(lifecycle.reported);
    return Answer::of(vector.is_known(row) ? std::string_view(lifecycle.reported_names[vector.codes[row]])
                                           : std::string_view());
  });
}

Outputs::Outputs(const Program& program) : program_(program) {
  const compiler::Outputs& outputs = program.outputs;
  for (const auto& ignore : outputs.ignores) add_value("ignored", ignore.condition);
  for (const auto& qualifier : outputs.qualifiers) add_value("qualifier " + qualifier.name, qualifier.condition);
  for (const auto& score : outputs.scores) add_value("score " + score.name, score.value);
  for (const auto& grade : outputs.grades) {
    add("grade " + grade.name, [&grade](const Evaluation& evaluation, std::size_t row) {
      const runtime::Vector vector = evaluation.value(grade.value);
      return vector.is_known(row) ? Answer::of(grade.labels[vector.codes[row]]) : missing_of(vector, row);
    });
  }
  for (const auto& framework : outputs.frameworks) {
    if (framework.qualified) {
      add("framework " + framework.name, [&framework](const Evaluation& evaluation, std::size_t row) {
        return truth_of(evaluation.value(*framework.qualified), row);
      });
    }
    add_value("met of " + framework.name, framework.met);
    for (const auto& letter : framework.letters) {
      // A letter that is not reached is not met.
      const auto reached = [&letter](ValueId id) {
        return [&letter, id](const Evaluation& evaluation, std::size_t row) {
          const auto plain = [](Answer answer) { return answer.kind == Answer::Kind::missing ? Answer{} : answer; };
          const Answer is_reached = plain(truth_of(evaluation.value(letter.reached), row));
          const Answer own = plain(truth_of(evaluation.value(id), row));
          const Answer no = Answer::truth(false);
          if (is_reached == no || own == no) return no;
          return is_reached.kind == Answer::Kind::missing ? is_reached : own;
        };
      };
      add("letter " + framework.name + "." + letter.name, reached(letter.met));
      add("half " + framework.name + "." + letter.name, reached(letter.half));
    }
  }
  if (outputs.lifecycle) add_lifecycle(*outputs.lifecycle);
  if (outputs.route) {
    const compiler::RouteOutput& route = *outputs.route;
    add("route", [&route](const Evaluation& evaluation, std::size_t row) {
      const runtime::Vector vector = evaluation.value(route.taken);
      return vector.is_known(row) ? Answer::of(route.rows[vector.codes[row]].destination) : Answer{};
    });
    add("provisional", [&route](const Evaluation& evaluation, std::size_t row) {
      for (const compiler::RouteRowOutput& each : route.rows) {
        const Answer taken = truth_of(evaluation.value(each.condition), row);
        if (taken.kind == Answer::Kind::missing) return Answer::truth(true);
        if (taken.number != 0) break;
      }
      return Answer::truth(false);
    });
  }
  for (const auto& output : outputs.values) add_value("output " + output.name, output.value);
}

void Outputs::read(const Evaluation& evaluation, std::size_t row, std::vector<Answer>& answers) const {
  answers.clear();
  for (const Reader& reader : readers_) answers.push_back(reader(evaluation, row));
}

}  // namespace muster::differ
