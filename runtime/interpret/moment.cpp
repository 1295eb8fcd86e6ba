// What depends on when something happened: units of the calendar, fading points, amounts in another currency.
#include <cassert>
#include <limits>

#include "runtime/interpret/step.h"
#include "stdlib/kernels/calendar.h"
#include "stdlib/kernels/fade.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime::interpret {
namespace {

using compiler::EdgeKind;
using compiler::Op;
using kernels::Checked;
using kernels::Fault;

void run_calendar_number(const Frame& frame, const Step& step) {
  const auto unit = static_cast<lang::CalendarUnit>(step.immediate & 7);
  const auto week_starts = static_cast<std::uint8_t>(step.immediate >> 3 & 7);
  with_integers(frame.operand(step, 0), [&](auto day) {
    run_rows(frame, step, [&](std::size_t row) { return kernels::calendar_number(day(row), unit, week_starts); });
  });
}

// A fade costs more than all that is done with it, so that only rows are looked at which somebody will read.
template <class Points, class Age>
void fade_rows(const Frame& frame, const Step& step, Points points, Age age) {
  const Register& result = frame.result(step);
  const kernels::FadeCurve& curve = *step.fade;
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    Word read = result.out.known[word] & row_mask(rows, 0);
    if (!step.readers.empty()) {
      Word selected = 0;
      for (const std::uint32_t mask : step.readers) selected |= (*frame.registers)[mask].yes[word];
      read &= selected;
    }
    std::fill_n(result.out.integers + first, rows, std::int64_t{0});
    for_bits(read, first, [&](std::size_t row) { result.out.integers[row] = curve.at(points(row), age(row)); });
  });
}

template <class Number>
void halve_rows(const Frame& frame, const Step& step, const compiler::FadeRule& rule, std::int64_t unit,
                const Number* points, Number* out) {
  const Register& result = frame.result(step);
  const std::int64_t* const events = frame.operand(step, 1).integers;
  std::vector<Word>& certain = frame.scratch->bits;
  if (certain.size() < frame.words) certain.resize(frame.words);
  simd::halve(points, events, {frame.as_of.instant, rule.interval, unit, frame.operand(step, 0).size}, frame.rows, out,
              certain.data());
  for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
    const Word uncertain = ~certain[word] & row_mask(rows, 0);
    for_bits(uncertain & ~result.out.known[word], first, [&](std::size_t row) { out[row] = 0; });
    for_bits(uncertain & result.out.known[word], first, [&](std::size_t row) {
      const std::int64_t age = kernels::age_at(frame.as_of.instant, events[row]);
      out[row] = static_cast<Number>(step.fade->at(points[row], age));
    });
  });
}

// Halving by the clock: most rows are certain without exact arithmetic, and the curve is asked about the others.
bool fade_fast(const Frame& frame, const Step& step, const compiler::FadeRule& rule) {
  const Register& points = frame.operand(step, 0);
  const Register& event = frame.operand(step, 1);
  const bool to_nearest = rule.mode == lang::RoundingMode::half_even || rule.mode == lang::RoundingMode::half_up;
  if (rule.kind != lang::FadeKind::halving || rule.whole_days || rule.of_days || !to_nearest || points.is_scalar ||
      event.is_scalar || !step.readers.empty()) {
    return false;
  }
  const std::int64_t unit = kernels::power_of_ten(lang::points_digits - rule.digits);
  Register& result = frame.result(step);
  // What is left is no more than the points were, but that it may be rounded up.
  const bool has_size = points.size != 0 && points.size <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  result.size = has_size ? points.size + static_cast<std::uint64_t>(unit) : 0;
  if (step.stays_narrow && points.is_narrow() && points.narrow_bytes == sizeof(std::int32_t) && points.scale == 1 &&
      has_size && result.size <= std::numeric_limits<std::int32_t>::max()) {
    halve_rows(frame, step, rule, unit, static_cast<const std::int32_t*>(points.narrow), result.out.narrow_integers);
    result.lie_narrow(result.out.narrow_integers, sizeof(std::int32_t), 1);
  } else {
    halve_rows(frame, step, rule, unit, frame.wide_operand(step, 0).integers, result.out.integers);
  }
  return true;
}

void run_fade(const Frame& frame, const Step& step) {
  const compiler::FadeRule& rule = frame.program->fades[static_cast<std::size_t>(step.immediate)];
  begin_strict(frame, step, frame.result(step).out.known);
  if (fade_fast(frame, step, rule)) return;
  frame.result(step).size = 0;
  with_integers(frame.wide_operand(step, 0), [&](auto points) {
    with_integers(frame.operand(step, 1), [&](auto event) {
      if (rule.of_days) {
        fade_rows(frame, step, points,
                  [&](std::size_t row) { return kernels::age_of_day(frame.as_of.day, event(row)); });
      } else {
        fade_rows(frame, step, points,
                  [&](std::size_t row) { return kernels::age_at(frame.as_of.instant, event(row)); });
      }
    });
  });
}

void run_convert_money(const Frame& frame, const Step& step) {
  const auto& rates = frame.program->rates[static_cast<std::size_t>(step.immediate)].rates;
  const Register& result = frame.result(step);
  begin_strict(frame, step, result.out.known);
  std::size_t last = rates.size();              // of the row before: rows by time mostly have the same
  const auto rate_at = [&](std::int64_t day) {  // size(): there is none yet
    const bool is_same =
        last < rates.size() && rates[last].day <= day && (last + 1 == rates.size() || day < rates[last + 1].day);
    if (is_same) return last;
    const auto next = std::upper_bound(rates.begin(), rates.end(), day,
                                       [](std::int64_t left, const auto& right) { return left < right.day; });
    if (next == rates.begin()) return rates.size();
    last = static_cast<std::size_t>(next - rates.begin()) - 1;
    return last;
  };
  with_integers(frame.operand(step, 0), [&](auto amount) {
    with_integers(frame.operand(step, 1), [&](auto day) {
      for_words(frame, [&](std::size_t word, std::size_t first, std::size_t rows) {
        Word overflow = 0;
        Word without_rate = 0;
        std::fill_n(result.out.integers + first, rows, std::int64_t{0});
        for_bits(result.out.known[word] & row_mask(rows, 0), first, [&](std::size_t row) {
          const std::size_t rate = rate_at(day(row));
          if (rate == rates.size()) {
            without_rate |= Word{1} << (row - first);
            return;
          }
          const Checked made = kernels::multiply(amount(row), rates[rate].mantissa, step.drop);
          result.out.integers[row] = made.value;
          overflow |= static_cast<Word>(made.fault != Fault::none) << (row - first);
        });
        if (overflow != 0) mark_faults(result, word, overflow, 0);
        result.out.known[word] &= ~without_rate;
      });
    });
  });
}

}  // namespace

std::int64_t edge_of(const compiler::WindowEdge& edge, AsOf as_of, const kernels::Zone& zone) {
  switch (edge.kind) {
    case EdgeKind::duration:
      return kernels::edge_before(edge.of_days ? as_of.day : as_of.instant, edge.amount);
    case EdgeKind::months:
      return edge.of_days ? kernels::day_edge_of_months(as_of.day, edge.amount)
                          : kernels::moment_edge_of_months(as_of.instant, edge.amount, zone);
    case EdgeKind::calendar:
      return edge.of_days
                 ? kernels::day_edge_of_units(as_of.day, edge.amount, edge.unit.unit, edge.unit.week_starts)
                 : kernels::moment_edge_of_units(as_of.day, edge.amount, edge.unit.unit, edge.unit.week_starts, zone);
  }
  return 0;
}

void run_moment(const Frame& frame, const Step& step) {
  switch (step.op) {
    case Op::calendar_number:
      run_calendar_number(frame, step);
      break;
    case Op::fade:
      run_fade(frame, step);
      break;
    case Op::convert_money:
      run_convert_money(frame, step);
      break;
    default:
      assert(false && "not an instruction of moments");
  }
}

}  // namespace muster::runtime::interpret
