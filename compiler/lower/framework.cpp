// Frameworks: which letters are met, half met or not reached, how many that makes, and who is qualified by them.
#include <algorithm>

#include "compiler/lower/lowerer.h"

namespace muster::compiler {

using namespace lang;

namespace {

// Letters are counted in tenths, so that a half for half met is exact.
constexpr Type count_type{.kind = Kind::decimal, .digits = 1};
constexpr std::int64_t whole = 10;
constexpr std::int64_t half_of_it = 5;

}  // namespace

// What is counted where `condition` holds, else `otherwise`. Undecided: from the smaller to the larger of both, also in
// `actual`, because a count is an interval where a letter is open (section 4, number 4).
Extent Lowerer::count_where(ValueId condition, Extent counted, Extent otherwise, Span place) {
  const auto pick = [&](ValueId a, ValueId b, OnUndecided on_undecided) {
    return builder_.add(Op::select, count_type, {condition, a, b}, static_cast<std::int64_t>(on_undecided), place);
  };
  if (builder_.is_never_missing(condition) && counted.is_exact() && otherwise.is_exact())
    return exactly(pick(counted.low, otherwise.low, OnUndecided::agree));
  return {pick(counted.low, otherwise.low, OnUndecided::smaller),
          pick(counted.high, otherwise.high, OnUndecided::larger)};
}

Lowerer::LetterValues Lowerer::letter_values(const LetterInfo& info, ValueId reached, Extent& count) {
  const LetterDecl& letter = *info.letter;
  const Span place = letter.span;
  const auto constant = [&](std::int64_t tenths) { return exactly(builder_.constant(count_type, tenths, place)); };
  const ValueId wholly = exact(letter.met);
  const ValueId no = builder_.boolean(false, place);

  ValueId met = wholly;
  ValueId half = no;
  ValueId not_by_half = wholly;
  Extent where_met = constant(whole);
  Extent where_not = constant(0);
  if (letter.half_when_claimed && !info.claimed.empty()) {
    std::vector<ValueId> claims;
    // Of a field that is still blank too: what arrives there would only be claimed.
    for (ExprId name : info.claimed) claims.push_back(is_told_as(name, Evidence::claimed, place));
    const ValueId claimed = builder_.add(Op::or_, truth(), claims, 0, place);
    half = both(wholly, claimed, place);
    not_by_half = both(wholly, negated(claimed, place), place);
    const Extent half_point = constant(half_of_it);
    where_met = count_where(claimed, half_point, constant(whole), place);
  }
  if (letter.half_met) {
    const ValueId partly = exact(*letter.half_met);
    met = either(wholly, partly, place);
    const ValueId is_not = negated(wholly, place);
    half = either(half, both(is_not, partly, place), place);
    const Extent half_point = constant(half_of_it);
    where_not = count_where(partly, half_point, constant(0), place);
  }
  const Extent points = count_where(wholly, where_met, where_not, place);
  count = count_where(reached, points, constant(0), place);
  const ValueId is_met = both(reached, met, place);
  const ValueId is_half = both(reached, half, place);
  return {is_met, is_half, reached, both(reached, not_by_half, place)};
}

template <class AsWritten>
void Lowerer::count_letters(const FrameworkInfo& info, AsWritten&& as_written, FrameworkValues& values) {
  std::vector<ValueId> lows;
  std::vector<ValueId> highs;
  Span place;
  ValueId fault;
  ValueId reached = builder_.boolean(true, place);
  for (const LetterInfo& letter : info.letters) {
    place = letter.letter->span;
    Extent count;
    const LetterValues lowered = as_written(letter.of_pattern, [&] { return letter_values(letter, reached, count); });
    values.letters.push_back(lowered);
    lows.push_back(count.low);
    highs.push_back(count.high);
    fault = either_fault(fault, fault_of(lowered.met, place), place);
    fault = either_fault(fault, fault_of(lowered.wholly, place), place);
    if (info.in_order) reached = lowered.met;  // which says that all before were reached
  }
  const std::vector<std::int64_t> ones(lows.size(), 1);
  values.met = {builder_.sum(count_type, lows, ones, place), builder_.sum(count_type, highs, ones, place), fault};
}

const Lowerer::FrameworkValues& Lowerer::framework_values(std::uint32_t index) {
  const InSpace key{space().index, index};
  std::map<InSpace, FrameworkValues>& known = known_.frameworks[mode_index()];
  if (const auto found = known.find(key); found != known.end()) return found->second;
  const FrameworkInfo& info = policy_.frameworks.at(index);
  const auto& framework = std::get<FrameworkDecl>(tree_.declarations[index].node);
  const auto outer_instance = instance_;
  instance_.reset();
  std::vector<Extent> given;
  if (info.pattern && framework.source) {
    in_space(space(), [&] {
      for (std::size_t i = 0; i < framework.source->arguments.size(); ++i) {
        const ExprId argument = framework.source->arguments[i];
        given.push_back(
            convert(lower(argument), type_of(argument), policy_.parameter_types.at(*info.pattern)[i], span(argument)));
      }
      return true;
    });
    instance_ = std::pair(*info.pattern, index);
  }
  // `qualified when` may read the letters, which are there by then.
  FrameworkValues& values = known[key];
  // What the pattern wrote reads its parameters, what this framework wrote does not.
  const auto as_written = [&](bool of_pattern, auto&& f) {
    return in_space(space(), [&] {
      return scoped(
          [&](Scope& scope) {
            scope.arguments = of_pattern ? &given : nullptr;
            scope.arguments_at = 1;
            scope.home = 1;
          },
          f);
    });
  };
  count_letters(info, as_written, values);
  if (info.qualified != nullptr) {
    values.qualified = as_written(info.qualified_of_pattern, [&] { return qualified_by(*info.qualified, values); });
  }
  instance_ = outer_instance;
  return values;
}

ValueId Lowerer::qualified_by(const Qualified& qualified, const FrameworkValues& values) {
  const Span place = qualified.span;
  // Each half of a letter is one condition: met at all, and wholly. So what is open keeps its fault.
  std::vector<ValueId> met;
  std::vector<ValueId> wholly;
  for (const LetterValues& letter : values.letters) {
    met.push_back(letter.met);
    wholly.push_back(letter.wholly);
  }
  const auto at_least = [&](std::uint64_t count) {
    if (met == wholly) return builder_.add(Op::at_least, truth(), met, static_cast<std::int64_t>(count), place);
    std::vector<ValueId> halves = met;
    halves.insert(halves.end(), wholly.begin(), wholly.end());
    return builder_.add(Op::at_least, truth(), halves, 2 * static_cast<std::int64_t>(count), place);
  };
  return std::visit(Overloaded{[&](const QualifiedAtLeast& least) { return at_least(least.count); },
                               [&](const QualifiedAll&) { return all_of(wholly, place); },
                               [&](ExprId condition) { return exact(condition); }},
                    qualified.node);
}

// A letter, `met` or `share` behind a framework's name.
Extent Lowerer::lower_letter(ExprId id) {
  const ExprInfo& own = policy_.info(id);
  const Span place = span(id);
  // A pattern that names its own letters means those of the framework that is made from it.
  const auto values_of = [&](std::uint32_t declaration) -> const FrameworkValues& {
    return framework_values(instance_ && instance_->first == declaration ? instance_->second : declaration);
  };
  if (own.meaning == Meaning::letter) return exactly(values_of(own.declaration).letters[own.index].met);
  const FrameworkValues& values = values_of(own.index);
  if (own.meaning == Meaning::letters_met) return convert(values.met, count_type, own.type, place);
  const auto letters = static_cast<std::int64_t>(std::max<std::size_t>(1, values.letters.size()));
  std::int64_t numerator = 1;
  std::int64_t divisor = whole * letters;
  for (unsigned digit = 0; digit < own.type.digits; ++digit) numerator *= 10;
  const std::int64_t weights = builder_.weights({numerator, divisor});
  const auto share = [&](ValueId end) { return builder_.add(Op::scale_by, own.type, {end}, weights, place); };
  return {share(values.met.low), share(values.met.high), values.met.fault};
}

ValueId Lowerer::lower_framework_qualified(ExprId id, const FrameworkQualified& test) {
  const std::uint32_t index = policy_.info(test.framework).index;
  const Extent value = at_path(test.framework, [&] {
    const std::optional<ValueId>& qualified = framework_values(index).qualified;
    return exactly(qualified ? *qualified : builder_.missing(truth(), span(id)));
  });
  return value.low;
}

void Lowerer::lower_framework(std::uint32_t index, const FrameworkDecl& framework) {
  if (framework.has_parameters) return;  // a pattern answers nothing itself
  const FrameworkValues& values = framework_values(index);
  const FrameworkInfo& info = policy_.frameworks.at(index);
  FrameworkOutput output;
  output.name = framework.name.text;
  output.title = framework.title ? framework.title->text : std::string();
  output.qualified = values.qualified;
  output.met = where_exact(values.met, count_type, framework.name.span);
  for (std::size_t k = 0; k < info.letters.size(); ++k) {
    const LetterDecl& letter = *info.letters[k].letter;
    // An override without a title or a question of its own keeps the pattern's.
    const LetterDecl* pattern = nullptr;
    if (letter.overrides && info.pattern) {
      for (const LetterDecl& each : std::get<FrameworkDecl>(tree_.declarations[*info.pattern].node).letters) {
        if (each.name.text == letter.name.text) pattern = &each;
      }
    }
    const auto& title = letter.title || pattern == nullptr ? letter.title : pattern->title;
    const auto& ask = letter.explained.ask || pattern == nullptr ? letter.explained.ask : pattern->explained.ask;
    const LetterValues& value = values.letters[k];
    output.letters.push_back({letter.name.text, title ? title->text : std::string(), ask ? ask->text : std::string(),
                              value.met, value.half, value.reached});
  }
  program_.outputs.frameworks.push_back(std::move(output));
}

}  // namespace muster::compiler
