// Comparisons, memberships, text tests and tests for what is known.
#include <algorithm>
#include <string>

#include "compiler/lower/lowerer.h"
#include "lang/source/unicode.h"
#include "lang/syntax/compare_op.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

ValueId Lowerer::compare_numbers(CompareOp op, ValueId left, unsigned left_digits, ValueId right, unsigned right_digits,
                                 Span place) {
  const unsigned digits = std::max(left_digits, right_digits);
  const auto packed = static_cast<std::int64_t>(op) | (std::int64_t{digits - left_digits} << 8) |
                      (std::int64_t{digits - right_digits} << 16);
  return builder_.add(Op::compare, truth(), {left, right}, packed, place);
}

ValueId Lowerer::compare(CompareOp op, Extent left, const Type& left_type, Extent right, const Type& right_type,
                         Span place) {
  if (left_type.kind == Kind::money && right_type.kind == Kind::money && left_type.currency != right_type.currency)
    return compare(op, left, left_type, convert(right, right_type, left_type, place), left_type, place);
  const auto with = [&](CompareOp o, ValueId l, ValueId r) {
    return compare_numbers(o, l, left_type.digits, r, right_type.digits, place);
  };
  if (left.is_exact() && right.is_exact()) return with(op, left.low, right.low);
  const auto or_faults = [&](ValueId certain) { return or_fault(or_fault(certain, left, place), right, place); };
  // Here and below each on a line of its own, so that the order of the instructions is not the C++ compiler's choice.
  switch (op) {
    case CompareOp::less:
    case CompareOp::less_equal: {
      const ValueId certain = with(op, left.high, right.low);
      const ValueId perhaps = with(op, left.low, right.high);
      return between(or_faults(certain), perhaps, place);
    }
    case CompareOp::greater:
    case CompareOp::greater_equal: {
      const ValueId certain = with(op, left.low, right.high);
      const ValueId perhaps = with(op, left.high, right.low);
      return between(or_faults(certain), perhaps, place);
    }
    case CompareOp::equal:
    case CompareOp::not_equal: {
      const ValueId not_below = with(CompareOp::greater_equal, left.low, right.high);
      const ValueId not_above = with(CompareOp::less_equal, left.high, right.low);
      const ValueId perhaps_not_above = with(CompareOp::less_equal, left.low, right.high);
      const ValueId perhaps_not_below = with(CompareOp::greater_equal, left.high, right.low);
      const ValueId certain = both(not_below, not_above, place);
      const ValueId perhaps = both(perhaps_not_above, perhaps_not_below, place);
      const ValueId equal = between(or_faults(certain), perhaps, place);
      return op == CompareOp::equal ? equal : negated(equal, place);
    }
  }
  return builder_.missing(truth(), place);
}

ValueId Lowerer::lower_comparison(ExprId id, const Comparison& comparison) {
  const Type& left = type_of(comparison.left);
  const Type& right = type_of(comparison.right);
  const Span place = span(id);
  const bool unequal = comparison.op == CompareOp::not_equal;
  const auto with_sign = [&](ValueId equal) { return unequal ? negated(equal, place) : equal; };
  if (left.kind == Kind::stage)
    return lower_stage_comparison(comparison.op, policy_.info(comparison.right).index, place);
  switch (physical_of(left.kind)) {
    case Physical::integer: {
      const Extent first = lower(comparison.left);
      const Extent second = lower(comparison.right);
      return compare(comparison.op, first, left, second, right, place);
    }
    case Physical::code: {
      // The first label of a grade is the best, so its order is that of the codes turned round.
      const CompareOp op = left.kind == Kind::grade ? mirrored(comparison.op) : comparison.op;
      return builder_.add(Op::compare_code, truth(), {exact(comparison.left), exact(comparison.right)},
                          static_cast<std::int64_t>(op), place);
    }
    case Physical::text: {
      for (const auto& [fixed, other] :
           {std::pair{comparison.left, comparison.right}, std::pair{comparison.right, comparison.left}}) {
        if (const auto value = policy_.fixed.find(fixed.index); value != policy_.fixed.end()) {
          return with_sign(is_in(lower(other), left, {value->second}, place));
        }
        if (const auto* text = std::get_if<TextLiteral>(&tree_.expressions[fixed].node)) {
          return with_sign(is_in(lower(other), left, {{left, 0, std::string(trim(text->value))}}, place));
        }
      }
      return with_sign(
          builder_.add(Op::text_equal, truth(), {exact(comparison.left), exact(comparison.right)}, 0, place));
    }
    case Physical::boolean: {
      const ValueId l = exact(comparison.left);
      const ValueId r = exact(comparison.right);
      const ValueId are_yes = both(l, r, place);
      const ValueId l_is_no = negated(l, place);
      const ValueId r_is_no = negated(r, place);
      return with_sign(either(are_yes, both(l_is_no, r_is_no, place), place));
    }
  }
  return builder_.missing(truth(), place);
}

ValueId Lowerer::is_in(Extent value, const Type& type, const std::vector<Constant>& list, Span place) {
  return is_in_set(value, type, list.empty(), list.empty() ? 0 : list_set(type, list), place);
}

// The values of a list as a set of the program.
std::int64_t Lowerer::list_set(const Type& type, const std::vector<Constant>& list) {
  if (physical_of(type.kind) == Physical::text) {
    std::vector<std::string> folded;
    for (const Constant& item : list) {
      if (!item.text.empty()) folded.push_back(kernels::fold_text(item.text));  // a missing text equals nothing
    }
    return builder_.text_set(std::move(folded));
  }
  std::vector<std::int64_t> numbers;
  for (const Constant& item : list) {
    // A number with digits that the value cannot have is never equal to it.
    const unsigned down = item.type.digits > type.digits ? item.type.digits - type.digits : 0;
    const std::int64_t power = kernels::power_of_ten(down);
    if (item.value % power != 0) continue;
    const auto scaled =
        kernels::rescale(item.value / power, item.type.digits - down, type.digits, RoundingMode::half_even);
    if (scaled.fault == kernels::Fault::none) numbers.push_back(scaled.value);
  }
  return builder_.number_set(std::move(numbers));
}

ValueId Lowerer::is_in_set(Extent value, const Type& type, bool is_empty, std::int64_t set, Span place) {
  if (is_empty) return builder_.boolean(false, place);  // `x in {}` is no (number 1)
  if (physical_of(type.kind) == Physical::text) return builder_.add(Op::in_texts, truth(), {value.low}, set, place);
  if (!value.is_exact()) return is_between_numbers(value, set, place);
  const Op op = physical_of(type.kind) == Physical::code ? Op::in_codes : Op::in_numbers;
  return builder_.add(op, truth(), {value.low}, set, place);
}

// Of a number that lies between two ends: yes where all numbers between them are in the set, no where none is. Numbers
// of the set that follow one another are one range.
ValueId Lowerer::is_between_numbers(Extent value, std::int64_t set, Span place) {
  const std::vector<std::int64_t> numbers = program_.number_sets[static_cast<std::size_t>(set)];
  std::vector<ValueId> surely_in{builder_.boolean(false, place)};
  std::vector<ValueId> perhaps_in = surely_in;
  const auto lies = [&](ValueId end, CompareOp op, std::int64_t number) {
    return compare_numbers(op, end, 0, builder_.constant(whole_number(), number, place), 0, place);
  };
  for (std::size_t first = 0; first < numbers.size();) {
    std::size_t last = first;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    const ValueId not_below = lies(value.low, CompareOp::greater_equal, numbers[first]);
    surely_in.push_back(both(not_below, lies(value.high, CompareOp::less_equal, numbers[last]), place));
    const ValueId reaches = lies(value.high, CompareOp::greater_equal, numbers[first]);
    perhaps_in.push_back(both(reaches, lies(value.low, CompareOp::less_equal, numbers[last]), place));
    first = last + 1;
  }
  const ValueId surely = or_fault(builder_.add(Op::or_, truth(), surely_in, 0, place), value, place);
  return between(surely, builder_.add(Op::or_, truth(), perhaps_in, 0, place), place);
}

ValueId Lowerer::lower_membership(ExprId id, const Membership& membership) {
  const Type& type = type_of(membership.value);
  const Span place = span(id);
  ValueId found;
  if (const auto* range = std::get_if<RangeLiteral>(&tree_.expressions[membership.collection].node)) {
    const auto side = [&](CompareOp op, ExprId bound) {
      if (type.kind == Kind::picklist) {
        return builder_.add(Op::compare_code, truth(), {exact(membership.value), exact(bound)},
                            static_cast<std::int64_t>(op), place);
      }
      const Extent value = lower(membership.value);
      const Extent end = lower(bound);
      return compare(op, value, type, end, type_of(bound), place);
    };
    const auto from = side(CompareOp::greater_equal, range->low);
    const auto to = side(range->high_excluded ? CompareOp::less : CompareOp::less_equal, range->high);
    found = both(from, to, place);
  } else {
    const auto same = policy_.same_list.find(id.index);
    const std::uint32_t owner = same == policy_.same_list.end() ? id.index : same->second;
    const auto list = policy_.lists.find(owner);
    static const std::vector<Constant> none;
    const std::vector<Constant>& items = list == policy_.lists.end() ? none : list->second;
    if (type.kind == Kind::stage) {
      found = is_stage_of(items, place);
    } else {
      const auto [set, is_new] = list_sets_.try_emplace(owner);
      if (is_new && !items.empty()) set->second = list_set(type, items);
      found = is_in_set(lower(membership.value), type, items.empty(), set->second, place);
    }
  }
  return membership.negated ? negated(found, place) : found;
}

ValueId Lowerer::lower_text_test(ExprId id, const TextTest& test) {
  const Span place = span(id);
  std::vector<std::string> patterns;
  std::string key = std::to_string(static_cast<int>(test.op));
  if (const auto list = policy_.lists.find(id.index); list != policy_.lists.end()) {
    for (const Constant& item : list->second) {
      patterns.push_back(item.text);
      key += ":" + std::to_string(item.text.size()) + ":" + item.text;
    }
  }
  std::optional<std::int64_t> index = builder_.find_pattern(key);
  if (!index) {
    auto pattern = kernels::TextPattern::make(test.op, std::move(patterns), limits_);
    if (!pattern) {  // each one alone was accepted; together they are too large
      diagnostics_.emit<DiagnosticId::bad_pattern>(place, pattern.error().message);
      return builder_.missing(truth(), place);
    }
    index = builder_.pattern(key, std::move(*pattern));
  }
  return builder_.add(Op::text_test, truth(), {exact(test.subject)}, *index, place);
}

ValueId Lowerer::has_one_value(Extent value, Span place) {
  std::vector<ValueId> known{builder_.add(Op::is_known, truth(), {value.low}, 0, place)};
  if (!value.is_exact()) {
    known.push_back(builder_.add(Op::is_known, truth(), {value.high}, 0, place));
    known.push_back(compare_numbers(CompareOp::equal, value.low, 0, value.high, 0, place));
  }
  return builder_.add(Op::and_, truth(), known, 0, place);
}

ValueId Lowerer::is_settled(Extent value, Span place) {
  const ValueId settled = has_one_value(value, place);
  // What is missing now may become known, and may stay missing: undecided.
  return mode_ == Mode::actual
             ? settled
             : builder_.add(Op::truth_between, truth(), {settled, builder_.boolean(true, place)}, 0, place);
}

ValueId Lowerer::lower_state_test(ExprId id, const StateTest& test) {
  const Span place = span(id);
  const ExprId operand = without_parentheses(tree_, test.operand);
  ValueId settled;
  if (policy_.info(operand).meaning == Meaning::reference) {
    const ValueId linked = surely(exact(operand), place);
    settled = mode_ == Mode::actual ? linked : between(linked, builder_.boolean(true, place), place);
  } else {
    settled = is_settled(lower(operand), place);
  }
  return test.state == State::known ? settled : negated(settled, place);
}

// Whether a value was checked or only told, stated or concluded: what the object says of the field.
ValueId Lowerer::is_told_as(ExprId named, Evidence evidence, Span place) {
  const ExprId operand = without_parentheses(tree_, named);
  const std::uint32_t field = policy_.info(operand).index;
  return at_path(operand,
                 [&] {
                   const Field* declared = field_declaration(program_.spaces[space()].object, field);
                   const bool is_claim = evidence == Evidence::claimed || evidence == Evidence::verified;
                   const std::vector<FieldSchema>& fields = object().fields;
                   ValueId answer = builder_.boolean(
                       (evidence == Evidence::claimed && declared->claim == Claim::claimed) ||
                           (evidence == Evidence::verified && declared->claim == Claim::verified) ||
                           (evidence == Evidence::explicit_ && declared->source == Source::explicit_) ||
                           (evidence == Evidence::implicit_ && declared->source == Source::implicit_),
                       place);
                   for (std::uint32_t other = 0; is_claim && declared->verified_by && other < fields.size(); ++other) {
                     if (fields[other].name != declared->verified_by->text) continue;
                     const ValueId verified = column(other, place);
                     answer = evidence == Evidence::verified ? verified : negated(verified, place);
                   }
                   return exactly(answer);
                 })
      .low;
}

// What is missing is neither claimed nor verified (section 4, number 1).
ValueId Lowerer::lower_evidence(ExprId named, Evidence evidence, Span place) {
  const ValueId known = is_known(lower(named).low, place);
  const ValueId answer = is_told_as(named, evidence, place);
  const ValueId surely = both(known, answer, place);
  return between(surely, either(answer, negated(known, place), place), place);
}

}  // namespace muster::compiler
