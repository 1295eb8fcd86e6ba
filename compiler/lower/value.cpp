// Names, literals, arithmetic and functions.
#include <algorithm>
#include <utility>

#include "compiler/lower/lowerer.h"
#include "compiler/resolve/walk.h"
#include "lang/source/unicode.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

namespace {

// The sign and scale that a term of a sum has in the result.
std::int64_t weight_in(const Type& term, const Type& result, bool minus) {
  std::int64_t weight = minus ? -1 : 1;
  if (term.kind == Kind::date && result.kind != Kind::date) return weight * kernels::microseconds_per_day;
  if (result.digits > term.digits) weight *= kernels::power_of_ten(result.digits - term.digits);
  return weight;
}

}  // namespace

ValueId Lowerer::lower_constant(const Constant& constant, Span place) {
  if (constant.type.kind == Kind::text) {
    if (constant.text.empty()) return builder_.missing(constant.type, place);  // an empty text is missing (number 22)
    return builder_.constant(constant.type, builder_.text(constant.text), place);
  }
  return builder_.constant(constant.type, constant.value, place);
}

ValueId Lowerer::convert(ValueId value, const Type& from, const Type& to, Span place) {
  if (from.kind == Kind::money && to.kind == Kind::money && from.currency != to.currency)
    return convert_money(value, from, to, place);
  if (from.digits == to.digits || from.kind == Kind::boolean) return value;
  const auto mode = static_cast<std::int64_t>(RoundingMode::half_even);
  return builder_.add(Op::rescale, to, {value}, from.digits | (to.digits << 8) | (mode << 16), place);
}

Extent Lowerer::convert(Extent extent, const Type& from, const Type& to, Span place) {
  return of_ends(extent, to, place, [&](ValueId end) { return convert(end, from, to, place); });
}

Extent Lowerer::in_currency(Extent amount, Type& own, const Type& wanted, Span place) {
  if (own.kind != Kind::money || wanted.kind != Kind::money || own.currency == wanted.currency) return amount;
  return convert(amount, std::exchange(own, wanted), wanted, place);
}

Extent Lowerer::lower(ExprId id) {
  const Span place = span(id);
  if (const auto fixed = policy_.fixed.find(id.index); fixed != policy_.fixed.end())
    return exactly(lower_constant(fixed->second, place));
  return std::visit(
      Overloaded{
          [&](const NumberLiteral& literal) {
            return exactly(builder_.constant(type_of(id), literal.value.mantissa, place));
          },
          [&](const PercentLiteral& literal) {
            return exactly(builder_.constant(type_of(id), literal.value.mantissa, place));
          },
          [&](const MoneyLiteral& literal) {
            const auto scaled = kernels::rescale(literal.value.mantissa, literal.value.digits, type_of(id).digits,
                                                 RoundingMode::half_even);
            return exactly(builder_.constant(type_of(id), scaled.value, place));
          },
          [&](const DurationLiteral& literal) {
            return exactly(builder_.constant(type_of(id), literal.microseconds, place));
          },
          [&](const DateLiteral& literal) { return exactly(builder_.constant(type_of(id), literal.days, place)); },
          [&](const DateTimeLiteral& literal) {
            const std::int64_t instant =
                literal.offset_minutes ? literal.days * kernels::microseconds_per_day + literal.microsecond_of_day -
                                             *literal.offset_minutes * std::int64_t{60'000'000}
                                       : policy_.zone.instant_from_local(literal.days, literal.microsecond_of_day);
            return exactly(builder_.constant(type_of(id), instant, place));
          },
          [&](const TextLiteral& literal) {
            const ExprInfo& own = policy_.info(id);
            if (own.meaning == Meaning::member) return exactly(builder_.constant(own.type, own.index, place));
            return exactly(lower_constant({own.type, 0, std::string(trim(literal.value))}, place));
          },
          [&](const BoolLiteral& literal) { return exactly(builder_.boolean(literal.value, place)); },
          [&](const NameRef&) { return lower_name(id); },
          [&](const Call& call) { return lower_call(id, call); },
          [&](const AsOf&) { return exactly(builder_.add(Op::as_of_instant, type_of(id), {}, 0, place)); },
          [&](const Ago& ago) {
            const ValueId now = builder_.add(Op::as_of_instant, type_of(id), {}, 0, place);
            return exactly(builder_.sum(type_of(id), std::vector{now, lower(ago.duration).low}, {1, -1}, place));
          },
          [&](const Negate& negate) { return lower_sum(id, SumChain{{{true, negate.operand}}}); },
          [&](const SumChain& sum) { return lower_sum(id, sum); },
          [&](const Product& product) { return lower_product(id, product); },
          [&](const Round& round) { return lower_round(id, round); },
          [&](const DefaultTo& fallback) { return lower_default(id, fallback); },
          [&](const Not& negation) { return exactly(negated(exact(negation.operand), place)); },
          [&](const Logic& logic) {
            std::vector<ValueId> operands;
            for (ExprId operand : logic.operands) operands.push_back(exact(operand));
            return exactly(
                builder_.add(logic.op == LogicOp::conjunction ? Op::and_ : Op::or_, truth(), operands, 0, place));
          },
          [&](const Implies& implies) {
            const ValueId is_not = negated(exact(implies.left), place);
            return exactly(either(is_not, exact(implies.right), place));
          },
          [&](const Comparison& comparison) { return exactly(lower_comparison(id, comparison)); },
          [&](const SetLiteral&) { return exactly(builder_.missing(type_of(id), place)); },
          [&](const RangeLiteral&) { return exactly(builder_.missing(type_of(id), place)); },
          [&](const Membership& membership) { return exactly(lower_membership(id, membership)); },
          [&](const InWindow& test) { return exactly(lower_in_window(id, test)); },
          [&](const TextTest& test) { return exactly(lower_text_test(id, test)); },
          [&](const StateTest& test) { return exactly(lower_state_test(id, test)); },
          [&](const KnownWithin& test) { return exactly(lower_known_within(id, test)); },
          [&](const EvidenceTest& test) { return exactly(lower_evidence(test.operand, test.evidence, place)); },
          [&](const RowsTest& test) { return at_path(id, [&] { return exactly(lower_rows_test(id, test)); }); },
          [&](const Aggregate& aggregate) { return at_path(id, [&] { return lower_aggregate(id, aggregate); }); },
          [&](const DaysOf& days) { return at_path(id, [&] { return exactly(lower_days_of(id, days)); }); },
          [&](const FrameworkQualified& test) { return exactly(lower_framework_qualified(id, test)); },
          [&](const StageBecomes& test) { return at_path(id, [&] { return exactly(lower_stage_becomes(id, test)); }); },
          [&](const If& choice) { return lower_if(id, choice, Choice::may_stay_open); },
          [&](const Match& match) { return lower_match(id, match, Choice::may_stay_open); },
          [&](const ScoreBound& bound) {
            return at_path(id, [&] {
              const std::uint32_t index = policy_.info(id).index;
              const Extent& extent = score_of(index).extent;
              // What is possible now only shrinks when data arrive, so the bound itself lies in the extent.
              if (mode_ == Mode::possible) return extent;
              const auto& score = std::get<ScoreDecl>(tree_.declarations[index].node);
              if (bound.kind == BoundKind::lowest)
                return score.from ? exactly(extent.low) : bound_of(bound.kind, extent, place);
              return score.to ? exactly(extent.high) : bound_of(bound.kind, extent, place);
            });
          },
          [&](const Parenthesised& group) { return lower(group.inner); },
          [&](const Poison&) { return exactly(builder_.missing(type_of(id), place)); }},
      tree_.expressions[id].node);
}

// Where nothing bounds a score that end is missing, and the other is far away: comparisons answer, and a value that is
// made of it is as missing as one made of a count that is open.
Extent Lowerer::bound_of(BoundKind kind, const Extent& extent, Span place) {
  const bool is_low = kind == BoundKind::lowest;
  const ValueId end = is_low ? extent.low : extent.high;
  const ValueId no_bound = points(is_low ? no_least : no_most, place);
  const ValueId is_bounded = compare_numbers(CompareOp::not_equal, end, 0, no_bound, 0, place);
  // As far as it surely is: what the other end says, if that is further away.
  const ValueId sure_end =
      is_low ? clamp(extent.high, no_least, -far_points, place) : clamp(extent.low, far_points, no_most, place);
  const ValueId near = pick(is_bounded, end, sure_end, points_type(), place);
  const ValueId far = pick(is_bounded, end, builder_.missing(points_type(), place), points_type(), place);
  return is_low ? Extent{far, near} : Extent{near, far};
}

Extent Lowerer::lower_name(ExprId id) {
  if (policy_.info(id).meaning != Meaning::parameter) return at_path(id, [&] { return lower_name_here(id); });
  // A parameter read among the child rows of those that the define was called for.
  if (scope_.arguments == nullptr) return exactly(builder_.missing(type_of(id), span(id)));
  const Extent value = (*scope_.arguments)[policy_.info(id).index];
  return to_here(value, {}, scope_.arguments_at, span(id));
}

Extent Lowerer::lower_name_here(ExprId id) {
  const ExprInfo& own = policy_.info(id);
  const Span place = span(id);
  switch (own.meaning) {
    case Meaning::field:
      return exactly(column(own.index, place));
    case Meaning::setting:
      return exactly(lower_constant(policy_.constants.at(own.index), place));
    case Meaning::let:
    case Meaning::qualifier:
    case Meaning::grade:
      return value_of(own.index);
    case Meaning::score: {
      const ScoreValues& score = score_of(own.index);
      return mode_ == Mode::actual ? exactly(score.value) : score.extent;
    }
    case Meaning::letter:
    case Meaning::letters_met:
    case Meaning::letters_share:
      return lower_letter(id);
    case Meaning::reference:
      return exactly(builder_.add(Op::is_linked, truth(), {}, one_space(space(), own.index).index, place));
    case Meaning::disqualified:
      return exactly(known_.disqualified[mode_index()]);
    case Meaning::recycled: {
      const std::optional<Recycling>& recycled = recycling();
      return exactly(recycled ? recycled->condition : builder_.boolean(false, place));
    }
    case Meaning::member:
      return exactly(builder_.constant(own.type, own.index, place));
    case Meaning::none:
    case Meaning::picklist:
    case Meaning::set:
    case Meaning::define:
    case Meaning::table:
    case Meaning::framework:
    case Meaning::parameter:
    case Meaning::stage:
    case Meaning::broken:
      break;  // the checker lets none of them stand as a value
  }
  return exactly(builder_.missing(own.type, place));
}

Extent Lowerer::lower_sum(ExprId id, const SumChain& sum) {
  const Type& type = type_of(id);
  std::vector<ValueId> lows;
  std::vector<ValueId> highs;
  std::vector<std::int64_t> weights;
  const Span place = span(id);
  std::vector<ValueId> are_one_number;  // of terms that lie between two ends
  ValueId fault;
  for (const SumTerm& term : sum.terms) {
    Type term_type = type_of(term.operand);
    Extent operand;
    if (type.kind == Kind::date && term_type.kind == Kind::duration) {
      const std::int64_t days = policy_.fixed.at(term.operand.index).value / kernels::microseconds_per_day;
      operand = exactly(builder_.constant({.kind = Kind::integer}, days, span(term.operand)));
    } else {
      operand = lower(term.operand);
    }
    operand = in_currency(operand, term_type, type, span(term.operand));
    if (!operand.is_exact())
      are_one_number.push_back(compare_numbers(CompareOp::equal, operand.low, 0, operand.high, 0, place));
    fault = either_fault(fault, operand.fault, place);
    weights.push_back(weight_in(term_type, type, term.minus));
    lows.push_back(term.minus ? operand.high : operand.low);
    highs.push_back(term.minus ? operand.low : operand.high);
  }
  const ValueId exact = builder_.sum(type, lows, weights, place);
  if (are_one_number.empty()) return exactly(exact);
  // Where every term is one number the sum is exact and may overflow (section 4, number 8).
  const ValueId is_exact = surely(builder_.add(Op::and_, truth(), are_one_number, 0, place), place);
  if (mode_ == Mode::actual) {
    const ValueId other = builder_.sum(type, highs, weights, place);
    const auto is_lost = [&](const std::vector<ValueId>& terms, ValueId end) {
      std::vector<ValueId> known;
      for (const ValueId term : terms) known.push_back(is_known(term, place));
      known.push_back(negated(is_known(end, place), place));
      return builder_.add(Op::and_, truth(), known, 0, place);
    };
    const ValueId is_low_lost = is_lost(lows, exact);
    const ValueId is_high_lost = is_lost(highs, other);
    const ValueId is_checked = either(is_exact, both(is_low_lost, is_high_lost, place), place);
    return checked_ends({exact, other, fault}, is_checked, is_low_lost, is_high_lost, type, place);
  }
  // Ends stop at the limits, and there the smallest and largest number mean that there is no bound.
  const std::int64_t index = builder_.weights(weights);
  const ValueId low = builder_.add(Op::saturating_sum, type, lows, index, place);
  const ValueId high = builder_.add(Op::saturating_sum, type, highs, index, place);
  // Two ends that meet although a term has two lie beyond the limits: whatever the count is, that is an overflow.
  const ValueId is_beyond = surely(compare_numbers(CompareOp::equal, low, 0, high, 0, place), place);
  const ValueId is_checked = either(is_exact, is_beyond, place);
  return {pick(is_checked, exact, low, type, place),
          pick(is_checked, builder_.sum(type, highs, weights, place), high, type, place), fault};
}

ValueId Lowerer::divide(ExprId left_id, const Type& right_type, Type type, ValueId left, ValueId right, Span place) {
  const int raise = type.digits + right_type.digits - type_of(left_id).digits;
  const std::int64_t raise_left = std::max(0, raise);
  const std::int64_t raise_right = std::max(0, -raise);
  return builder_.add(Op::divide, type, {left, right}, raise_left | (raise_right << 8), place);
}

ValueId Lowerer::fault_of(ValueId condition, Span place) {
  if (mode_ == Mode::possible || !program_.insts[condition].may_fault) return {};
  return both(condition, negated(condition, place), place);
}
ValueId Lowerer::either_fault(ValueId left, ValueId right, Span place) {
  if (left.is_none() || right.is_none()) return left.is_none() ? right : left;
  return either(left, right, place);
}

template <class F>
Extent Lowerer::of_ends(const Extent& value, const Type& type, Span place, F&& f, ValueId turns) {
  const ValueId at_low = f(value.low);
  if (value.is_exact()) return {at_low, at_low, value.fault};
  const ValueId at_high = f(value.high);
  const ValueId low = turns.is_none() ? at_low : pick(turns, at_high, at_low, type, place);
  const ValueId high = turns.is_none() ? at_high : pick(turns, at_low, at_high, type, place);
  if (mode_ == Mode::possible) return {low, high, value.fault};
  const ValueId is_one = surely(is_one_number(value, place), place);
  const ValueId is_there = has_end(value, place);
  const auto is_lost = [&](ValueId end) { return both(is_there, negated(is_known(end, place), place), place); };
  const ValueId is_low_lost = is_lost(low);
  const ValueId is_high_lost = is_lost(high);
  const std::vector<ValueId> beyond{is_known(value.low, place), is_known(value.high, place), is_low_lost, is_high_lost};
  const ValueId is_checked = either(is_one, builder_.add(Op::and_, truth(), beyond, 0, place), place);
  return checked_ends({low, high, value.fault}, is_checked, is_low_lost, is_high_lost, type, place);
}

// One number has one result, or a fault. Of what is open an end that does not fit is no bound; where neither does, none
// of the numbers between them fits, and that is a fault too (`is_checked`).
Extent Lowerer::checked_ends(const Extent& ends, ValueId is_checked, ValueId is_low_lost, ValueId is_high_lost,
                             const Type& type, Span place) {
  const auto end = [&](ValueId is_lost, ValueId there) {
    return pick(is_checked, ends.low, pick(is_lost, builder_.missing(type, place), there, type, place), type, place);
  };
  return {end(is_low_lost, ends.low), end(is_high_lost, ends.high), ends.fault};
}

Extent Lowerer::known_ends(Extent extent, const Type& type, Span place) {
  if (mode_ == Mode::actual || extent.is_exact() || type.kind != Kind::decimal) return extent;
  const auto end = [&](ValueId value, std::int64_t no_bound, CompareOp inside) {
    const ValueId limit = builder_.constant(type, no_bound, place);
    return pick(compare_numbers(inside, value, 0, limit, 0, place), value, builder_.missing(type, place), type, place);
  };
  return {end(extent.low, no_least, CompareOp::greater), end(extent.high, no_most, CompareOp::less)};
}

Extent Lowerer::of_product(const Factors& factors, const Type& type, Span place, const OfFactors& result) {
  const auto [op, left, left_type, right, right_type] = factors;
  // What multiplies or divides by one number keeps the order of the ends, or turns it round where that is negative.
  const bool scales = op == ProductOp::multiply || op == ProductOp::share_of;
  const bool is_right = left.is_exact() && !right.is_exact() && scales;
  const bool is_left = right.is_exact() && !left.is_exact() && (scales || op == ProductOp::divide);
  if (!is_left && !is_right) return lift({left, right}, type, place, result);
  const Extent& open = is_left ? left : right;
  const Type& open_type = is_left ? left_type : right_type;
  const ValueId factor = is_left ? right.low : left.low;
  const auto of = [&](ValueId end) { return is_left ? result({end, factor}) : result({factor, end}); };
  const auto fixed = builder_.constant_of(factor);
  if (mode_ == Mode::possible && (!fixed || (is_left && *fixed == 0))) return lift({left, right}, type, place, result);
  const ValueId none = builder_.constant(is_left ? right_type : left_type, 0, place);
  ValueId turns;  // no where the factor is missing, so that each end keeps what is wrong with it
  if (!fixed || *fixed < 0) turns = surely(compare_numbers(CompareOp::less, factor, 0, none, 0, place), place);
  Extent made = of_ends(open, type, place, of, turns);
  // What is wrong with the factor, or with dividing by it, is wrong whatever the other one is, as far as that is known.
  const ValueId nothing = builder_.constant(open_type, 0, place);
  const ValueId of_nothing =
      of(pick(has_end(open, place), nothing, builder_.missing(open_type, place), open_type, place));
  const ValueId has_result = compare_numbers(CompareOp::equal, of_nothing, 0, of_nothing, 0, place);
  made.fault = either_fault(made.fault, fault_of(has_result, place), place);
  return made;
}

Lowerer::Factors Lowerer::factors_of(const Product& product, Span place) {
  Factors made{product.op, {}, type_of(product.left), {}, type_of(product.right)};
  made.left = known_ends(lower(product.left), made.left_type, place);
  made.right = known_ends(lower(product.right), made.right_type, place);
  // Amounts are divided by one another in one currency.
  if (made.left_type.kind == Kind::money) made.right = in_currency(made.right, made.right_type, made.left_type, place);
  return made;
}

Extent Lowerer::lower_product(ExprId id, const Product& product) {
  const Type& type = type_of(id);
  const Span place = span(id);
  const Factors factors = factors_of(product, place);
  const int left_digits = factors.left_type.digits;
  const int right_digits = factors.right_type.digits;
  return of_product(factors, type, place, [&](const std::vector<ValueId>& v) {
    switch (product.op) {
      case ProductOp::multiply:
      case ProductOp::share_of:
        return builder_.add(Op::multiply, type, v, std::max(0, left_digits + right_digits - type.digits), place);
      case ProductOp::divide:
        return divide(product.left, factors.right_type, type, v[0], v[1], place);
      case ProductOp::remainder:
        return builder_.add(Op::remainder, type, v,
                            std::max(0, type.digits - left_digits) | (std::max(0, type.digits - right_digits) << 8),
                            place);
    }
    return builder_.missing(type, place);
  });
}

Extent Lowerer::lower_round(ExprId id, const Round& round) {
  const Type& type = type_of(id);
  const Span place = span(id);
  const ExprId operand = without_parentheses(tree_, round.operand);
  // A quotient is rounded once, to the digits that were asked for: "4 digits unless told" (number 7).
  if (const auto* product = std::get_if<Product>(&tree_.expressions[operand].node);
      product != nullptr && product->op == ProductOp::divide) {
    const Factors factors = factors_of(*product, place);
    const int raise = type.digits + factors.right_type.digits - factors.left_type.digits;
    const std::int64_t packed = std::max(0, raise) | (std::max(0, -raise) << 8) | (static_cast<int>(round.mode) << 16);
    return of_product(factors, type, place,
                      [&](const std::vector<ValueId>& v) { return builder_.add(Op::divide, type, v, packed, place); });
  }
  const std::int64_t packed = type_of(round.operand).digits | (type.digits << 8) | (static_cast<int>(round.mode) << 16);
  // Rounding keeps order, so an extent is rounded end by end.
  const Extent operand_extent = known_ends(lower(round.operand), type_of(round.operand), place);
  return of_ends(operand_extent, type, place,
                 [&](ValueId end) { return builder_.add(Op::rescale, type, {end}, packed, place); });
}

bool Lowerer::has_default(ExprId id) const {
  const ExprNode& node = tree_.expressions[id].node;
  bool found = std::holds_alternative<DefaultTo>(node);
  for_each_child(tree_, node, [&](ExprId child) { found = found || has_default(child); });
  return found;
}

// In `possible`: yes where all that the value is made of is known and gives none, so that no data will: no row of a
// table tells of this text, the sign that a text is cut at is not in it, nothing can be divided by zero. None: nobody
// can say.
ValueId Lowerer::is_blank_for_good(ExprId id, const Extent& value) {
  const Span place = span(id);
  std::vector<ExprId> parts;
  id = without_parentheses(tree_, id);
  if (const auto* round = std::get_if<Round>(&tree_.expressions[id].node))
    id = without_parentheses(tree_, round->operand);
  const ExprNode& node = tree_.expressions[id].node;
  if (const auto* product = std::get_if<Product>(&node)) {
    parts = {product->left, product->right};
  } else if (const auto* call = std::get_if<Call>(&node); call != nullptr) {
    const ExprInfo& own = policy_.info(id);
    if (own.meaning == Meaning::define) return {};
    if (own.meaning == Meaning::table) {
      const auto is_fixed = [&](const TableRow* row) { return policy_.fixed.contains(row->result.index); };
      if (!std::ranges::all_of(policy_.tables.at(own.index).rows, is_fixed)) return {};
    }
    parts = call->arguments;
  }
  if (parts.empty()) return {};
  std::vector<ValueId> all{negated(is_known(value.low, place), place)};
  for (const ExprId part : parts) {
    if (type_of(part).kind == Kind::money && !program_.rates.empty()) return {};  // the day of its rate may be missing
    // Parts are lowered a second time here: where each had a `default` of its own, the work would be twice as much with
    // each level.
    if (has_default(part)) return {};
    all.push_back(has_one_value(lower(part), place));
  }
  return all_of(all, place);
}

bool Lowerer::may_stay_open(ExprId id, const Extent& value) const {
  return mode_ == Mode::possible && policy_.info(id).may_be_missing &&
         (builder_.may_stay_open(value.low) || builder_.may_stay_open(value.high));
}

Extent Lowerer::lower_default(ExprId id, const DefaultTo& fallback) {
  const Type& type = type_of(id);
  Type own = type_of(fallback.operand);
  const Extent value = in_currency(lower(fallback.operand), own, type, span(id));
  const Extent aligned = convert(value, own, type, span(id));
  ValueId stays_blank = mode_ == Mode::possible ? is_blank_for_good(fallback.operand, value) : ValueId();
  if (mode_ == Mode::possible && !value.is_exact() && policy_.info(fallback.operand).may_be_missing) {
    // Nobody knows whether a count that is open will close: a condition of it that divides by zero stays undecided.
    const ValueId may_stay = negated(is_settled(value, span(id)), span(id));
    stays_blank = stays_blank.is_none() ? may_stay : either(stays_blank, may_stay, span(id));
  }
  // What is missing may become anything, the fallback included.
  if (mode_ == Mode::possible && stays_blank.is_none()) return aligned;
  const Extent other = convert(lower(fallback.fallback), type_of(fallback.fallback), type, span(id));
  if (mode_ == Mode::possible) return select(stays_blank, other, aligned, type, span(id));
  // Whether anything is known is asked of the value itself: at the scale of the fallback it may not fit, which is an
  // overflow and not a blank. A count that is open is as good as missing.
  if (own.digits != type.digits || !value.is_exact() || !other.is_exact())
    return select(is_settled(value, span(id)), exactly(aligned.low), other, type, span(id));
  return exactly(builder_.add(Op::default_to, type, {value.low, other.low}, 0, span(id)));
}

Extent Lowerer::lower_define(ExprId id, const Call& call) {
  const std::uint32_t index = policy_.info(id).index;
  const auto& define = std::get<DefineDecl>(tree_.declarations[index].node);
  const Type result = policy_.declaration_types.at(index);
  if (inline_depth_ >= limits_.nesting_depth) {
    if (inline_depth_ == limits_.nesting_depth) {
      diagnostics_.emit<DiagnosticId::nesting_too_deep>(define.name.span, limits_.nesting_depth);
      ++inline_depth_;  // said once; the program is not used
    }
    return exactly(builder_.missing(result, span(id)));
  }
  std::vector<Extent> arguments;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Type& wanted = policy_.parameter_types.at(index)[i];
    arguments.push_back(convert(lower(call.arguments[i]), type_of(call.arguments[i]), wanted, span(id)));
  }
  auto& inlined = known_.inlined[mode_index()];
  const auto key = std::pair(arguments, std::pair(index, scope_.spaces));
  if (const auto known = inlined.find(key); known != inlined.end()) return known->second;
  ++inline_depth_;
  const Extent value = scoped(
      [&](Scope& scope) {
        scope.arguments = &arguments;
        scope.arguments_at = scope.spaces.size();
        scope.home = scope.spaces.size();
        for (std::size_t depth = scope.spaces.size(); depth > 0; --depth) {
          if (program_.spaces[scope.spaces[depth - 1]].object != program_.schema.subject) continue;
          scope.home = depth;
          break;
        }
        scope.restart.clear();
      },
      [&] { return convert(lower(define.body), type_of(define.body), result, span(id)); });
  if (inline_depth_ <= limits_.nesting_depth) --inline_depth_;
  inlined.emplace(key, value);
  return value;
}

Extent Lowerer::lower_call(ExprId id, const Call& call) {
  const ExprInfo& own = policy_.info(id);
  if (own.meaning == Meaning::define) return lower_define(id, call);
  if (own.meaning == Meaning::table) return lower_table(id, call);
  const Type& type = type_of(id);
  const Span place = span(id);
  const FunctionRow& row = function_rows[own.index];
  const auto function = static_cast<std::int64_t>(row.id);
  const Type& first = type_of(call.arguments.front());
  switch (row.shape) {
    case FunctionShape::text_to_text:
      return exactly(builder_.add(Op::text_function, type, {exact(call.arguments[0])}, function, place));
    case FunctionShape::text_with_text_to_text: {
      const std::int64_t text = builder_.text(policy_.fixed.at(call.arguments[1].index).text);
      return exactly(builder_.add(Op::text_function, type, {exact(call.arguments[0])}, function | (text << 8), place));
    }
    case FunctionShape::text_to_int:
      return exactly(builder_.add(Op::text_to_integer, type, {exact(call.arguments[0])}, function, place));
    case FunctionShape::date_to_int:
    case FunctionShape::number_to_same:
    case FunctionShape::number_to_int:
      return lift({lower(call.arguments[0])}, type, place, [&](const std::vector<ValueId>& v) {
        return builder_.add(Op::number_function, type, v, function | (first.digits << 8), place);
      });
    case FunctionShape::numbers_to_same: {
      // They are aligned inside, so that the one that is not taken need not fit.
      Type one = first;
      Type other = type_of(call.arguments[1]);
      const Extent left = in_currency(lower(call.arguments[0]), one, type, place);
      const Extent right = in_currency(lower(call.arguments[1]), other, type, place);
      const std::int64_t raises = std::int64_t{type.digits - one.digits} << 8 | std::int64_t{type.digits - other.digits}
                                                                                    << 16;
      return lift({left, right}, type, place, [&](const std::vector<ValueId>& v) {
        return builder_.add(Op::numbers_function, type, v, function | raises, place);
      });
    }
    case FunctionShape::instant_to_date:
      return lift({lower(call.arguments[0])}, type, place,
                  [&](const std::vector<ValueId>& v) { return builder_.add(Op::date_of_instant, type, v, 0, place); });
  }
  return exactly(builder_.missing(type, place));
}

}  // namespace muster::compiler
