// What a rule earns for rows (section 4, numbers 11 to 13): which rows count after `different` and the limits on how
// often, what each is worth at its age, and bounds where rows may or may not count.
#include "compiler/lower/lowerer.h"
#include "stdlib/kernels/number.h"

namespace muster::compiler {

using namespace lang;

namespace {

constexpr std::uint8_t share_digits = 9;  // FadeRule::left_mantissa

}  // namespace

ValueId Lowerer::fade(ValueId value, ValueId moment, const Type& moment_type, const Fade& fade, Span place) {
  FadeRule rule{fade.kind, policy_.fixed.at(fade.interval->index).value, 0, fade.whole_days,
                moment_type.kind == Kind::date};
  if (fade.rounded) {
    rule.digits = fade.rounded->digits;
    rule.mode = fade.rounded->mode;
  }
  if (fade.percent) {
    const Constant& lost = policy_.fixed.at(fade.percent->index);
    rule.left_mantissa = kernels::power_of_ten(share_digits) -
                         kernels::rescale(lost.value, lost.type.digits, share_digits, RoundingMode::half_even).value;
  }
  return builder_.add(Op::fade, points_type(), {value, moment}, builder_.fade_rule(rule), place);
}

// The rows that are left of those in `counts` (definite) by `different` and the limits. A row that lacks what decides
// it is left out where `surely`, and kept else.
ValueId Lowerer::limit_rows(const CountedRule& rule, SpaceId rows, ValueId counts, bool surely_kept) {
  const Span place = rule.span;
  const ValueId day = day_of_rows(rows, place);
  const auto definite = [&](ValueId kept) { return surely_kept ? surely(kept, place) : possibly(kept, place); };
  return among(rows, [&] {
    if (rule.different)
      counts = definite(builder_.add(Op::keep_distinct, truth(), {exact(*rule.different), counts}, 0, place));
    if (rule.frequency != nullptr) {
      if (const auto* limit = std::get_if<LatestPer>(&rule.frequency->node)) {
        const ValueId group =
            builder_.add(Op::calendar_number, whole_number(), {day}, calendar_code(limit->unit), place);
        counts = definite(builder_.add(Op::keep_latest, truth(), {group, counts}, limit->count, place));
      } else {
        counts = builder_.add(Op::keep_first, truth(), {counts}, 1, place);
      }
    }
    if (rule.latest_only) {
      const ValueId one_group = builder_.constant(whole_number(), 0, place);
      counts = builder_.add(Op::keep_latest, truth(), {one_group, counts}, 1, place);
    }
    return counts;
  });
}

// The points of the rows in `counts` (definite), without their sign; `without_time`: what a row without a time earns
// where points fade.
ValueId Lowerer::row_points(const CountedRule& rule, SpaceId rows, ValueId counts, std::int64_t without_time) {
  const Span place = rule.span;
  const std::int64_t each = std::abs(rule.each);
  if (rule.fade == nullptr) {
    const ValueId count = builder_.fold(Op::count_rows, whole_number(), rows, {counts}, 0, place);
    return builder_.add(Op::scale_by, points_type(), {count}, builder_.weights({each, 1}), place);
  }
  const ValueId faded = fade(points(each, place), time_of_rows(rows, place), time_type(rows), *rule.fade, place);
  const ValueId worth = or_else(faded, points(without_time, place), points_type(), place);
  return builder_.fold(Op::sum_rows, points_type(), rows, {worth, counts}, 0, place);
}

Lowerer::CountedOnce Lowerer::count_once(const CountedRule& rule) {
  const Span place = rule.span;
  const std::int64_t each = std::abs(rule.each);
  const Mask mask = rows_of(rule.rows);
  const SpaceId rows = mask.space;
  // Folds select the rows that are yes; limits are told definite truth.
  const bool limited = rule.different || rule.frequency != nullptr || rule.latest_only;
  const ValueId sure = limited ? surely(mask.counts, place) : mask.counts;
  const ValueId all = possibly(mask.counts, place);
  const auto any = [&](ValueId counts) { return builder_.fold(Op::any_rows, truth(), rows, {counts}, 0, place); };
  const auto smaller = [&](ValueId condition, ValueId yes, ValueId no) {
    return pick(condition, yes, no, points_type(), place);
  };
  CountedRule unfaded = rule;
  unfaded.fade = nullptr;
  const ValueId kept_surely = limit_rows(rule, rows, sure, true);
  const ValueId kept_perhaps = limit_rows(rule, rows, all, false);
  const bool first_only = rule.frequency != nullptr && std::holds_alternative<FirstOnly>(rule.frequency->node);
  const bool one_row = first_only || rule.latest_only;

  CountedOnce out;
  // A row without a time earns nothing where points fade, and nothing of it has faded.
  const bool fades = rule.fade != nullptr;
  const ValueId of_known_age =
      fades ? both(kept_surely, is_known(time_of_rows(rows, place), place), place) : kept_surely;
  out.plain = row_points(unfaded, rows, of_known_age, 0);
  out.earned = row_points(rule, rows, kept_surely, 0);
  out.some_surely = surely(any(kept_surely), place);
  out.some_perhaps = any(kept_perhaps);
  // Without a limit, with `different` alone and with `latest N per` alone more rows never earn less: so the rows that
  // surely count and those that possibly count are the bounds.
  out.small = out.earned;
  out.large = row_points(rule, rows, kept_perhaps, each);
  const ValueId time = time_of_rows(rows, place);
  if (rule.fade != nullptr && limited && !builder_.is_never_missing(time)) {
    // A row without a time may be the one that is kept: then no kept row is taken to have faded.
    const ValueId timeless = any(both(all, negated(is_known(time, place), place), place));
    out.large = smaller(timeless, row_points(unfaded, rows, kept_perhaps, 0), out.large);
  }
  if (first_only && rule.fade != nullptr) {
    // An undecided row may be the first, and is then the older one; without any that is sure, it may also be none.
    CountedRule latest = rule;
    latest.different.reset();
    latest.frequency = nullptr;
    latest.latest_only = true;
    CountedRule oldest = rule;
    oldest.different.reset();
    const ValueId oldest_points = row_points(rule, rows, limit_rows(oldest, rows, all, false), 0);
    const ValueId latest_points = row_points(rule, rows, limit_rows(latest, rows, all, false), each);
    const ValueId some = any(sure);
    out.small = smaller(some, oldest_points, points(0, place));
    out.large = rule.different ? latest_points : smaller(some, out.earned, latest_points);
    const ValueId timeless = any(both(all, negated(is_known(time, place), place), place));
    out.large = smaller(timeless, points(each, place), out.large);
  }
  if (rule.different && rule.frequency != nullptr) {
    // One more row of a value moves it to a later unit, where it may push another out: more rows may earn less. So
    // where anything is open the bounds are nothing (a first row apart) and all rows without `different`.
    CountedRule repeated = rule;
    repeated.different.reset();
    std::vector<ValueId> open{any(both(all, negated(sure, place), place))};
    const ValueId value = among(rows, [&] { return exact(*rule.different); });
    for (const ValueId needed : {value, time}) {
      if (!builder_.is_never_missing(needed))
        open.push_back(any(both(all, negated(is_known(needed, place), place), place)));
    }
    const ValueId is_open = builder_.add(Op::or_, truth(), open, 0, place);
    const ValueId most = first_only ? out.large : row_points(rule, rows, limit_rows(repeated, rows, all, false), each);
    out.small = smaller(is_open, first_only ? out.small : points(0, place), out.earned);
    out.large = smaller(is_open, most, out.earned);
  }
  const auto seen = surely(mask.seen, place);
  out.decided = out.small == out.large
                    ? seen
                    : both(seen, compare_numbers(CompareOp::equal, out.small, 0, out.large, 0, place), place);
  // Rows that cannot have been seen may earn any number of times; one row earns once.
  const ValueId no_bound = one_row ? points(each, place) : builder_.missing(points_type(), place);
  out.large = smaller(seen, out.large, no_bound);
  if (first_only && rule.fade != nullptr) out.small = smaller(seen, out.small, points(0, place));
  out.some_perhaps = either(out.some_perhaps, negated(seen, place), place);
  return out;
}

Lowerer::Counted Lowerer::lower_counted(const CountedRule& rule) {
  const Span place = rule.span;
  const bool minus = rule.each < 0;
  const auto with_sign = [&](ValueId value) {
    return minus ? builder_.sum(points_type(), std::vector{value}, {-1}, place) : value;
  };
  const auto never_missing = [&](ValueId value) { return or_else(value, points(0, place), points_type(), place); };
  const CountedOnce now = in_mode(Mode::actual, [&] { return count_once(rule); });
  const CountedOnce later = in_mode(Mode::possible, [&] { return count_once(rule); });
  Counted out;
  out.plain = never_missing(with_sign(now.plain));
  const ValueId earned = with_sign(now.earned);
  out.points.earned = never_missing(earned);
  out.points.value = pick(now.decided, earned, builder_.missing(points_type(), place), points_type(), place);
  const ValueId small = with_sign(later.small);
  const ValueId large = with_sign(later.large);
  out.points.extent =
      minus ? unbounded({large, small}, no_least, 0, place) : unbounded({small, large}, 0, no_most, place);
  out.some = now.some_surely;
  out.some_surely = later.some_surely;
  out.some_perhaps = later.some_perhaps;
  return out;
}

}  // namespace muster::compiler
