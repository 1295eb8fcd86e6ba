// Rows, windows and what is asked about them, put together from what the grammar has recognised.
#include <algorithm>

#include "lang/parse/builder.h"

namespace muster::lang {

// ---- units of the calendar and windows

void Builder::week_from_monday() { calendar.week_starts = 1; }
void Builder::week_from_sunday() { calendar.week_starts = 7; }

void Builder::take_window_count(std::size_t begin, std::size_t end) {
  window_count = small_number(text.substr(begin, end - begin));
}
void Builder::finish_last_duration() { last_window.node = LastDuration{pop()}; }
void Builder::finish_last_months() { last_window.node = LastMonths{window_count, calendar.unit}; }
void Builder::finish_last_calendar() { last_window.node = LastCalendar{window_count, calendar}; }
void Builder::finish_since() { last_window.node = Since{pop()}; }
void Builder::finish_between() {
  const ExprId to = pop();
  last_window.node = Between{pop(), to};
}
void Builder::finish_window_operator() {
  items.back().window = windows.size();
  windows.push_back(last_window);
}

std::size_t Builder::height_of(const Window& window) const {
  return std::visit(
      Overloaded{[&](const LastDuration& last) { return height(last.duration); },
                 [](const LastMonths&) { return std::size_t{0}; }, [](const LastCalendar&) { return std::size_t{0}; },
                 [&](const Since& since) { return height(since.from); },
                 [&](const Between& between) { return std::max(height(between.from), height(between.to)); }},
      window.node);
}

std::size_t Builder::height_of(RowsId id) const {
  const Rows& rows = tree_.rows[id];
  return std::max(rows.where ? height(*rows.where) : 0, rows.window ? height_of(*rows.window) : 0);
}

// ---- rows

void Builder::keep_rows(Rows rows, std::optional<ExprId> value) {
  count_node(rows.span.begin);
  --nodes_;  // the tree's own table counts it
  last_rows = tree_.rows.add(std::move(rows));
  last_value = value;
}

void Builder::push_any_rows(Span where) {
  push(add(where, RowsTest{Quantifier::any, last_rows}, height_of(last_rows) + 1));
}
void Builder::push_all_rows(Span where) {
  push(add(where, RowsTest{Quantifier::all, last_rows}, height_of(last_rows) + 1));
}
void Builder::push_none_of_rows(Span where) {
  push(add(where, RowsTest{Quantifier::none, last_rows}, height_of(last_rows) + 1));
}
void Builder::count_different() { counting = AggregateOp::count_different; }
void Builder::count_all() { counting = AggregateOp::count; }
void Builder::push_count(Span where) { push_aggregate(counting, where); }
void Builder::push_aggregate(AggregateOp op, Span where) {
  push(add(where, Aggregate{op, last_rows, last_value}, height_of(last_rows) + 1));
}

void Builder::take_least_days(std::size_t begin, std::size_t end) {
  least_days = small_number(text.substr(begin, end - begin));
}
void Builder::take_within() { days_together = ApartAtMost{pop(), false}; }
void Builder::take_apart() { days_together = ApartAtMost{pop(), true}; }
void Builder::take_in_one() { days_together = InOneCalendar{calendar}; }
void Builder::push_days_of(std::uint32_t least, RowsId rows, Span where) {
  std::size_t tall = height_of(rows);
  if (days_together) {
    if (const auto* apart = std::get_if<ApartAtMost>(&*days_together)) tall = std::max(tall, height(apart->duration));
  }
  push(add(where, DaysOf{least, rows, days_together}, tall + 1));
}

// ---- behind an operand, and operands of frameworks and stages

std::size_t Builder::read_path(std::size_t end) {
  while (text.substr(end, 1) == "." && identifier_end(text, end + 1) > end + 1) {
    const std::size_t part = end + 1;
    end = identifier_end(text, part);
    read_name(part, end);
    keep_name();
  }
  return end;
}

void Builder::make_qualified() {
  const ExprId operand = pop();
  push(add(span(tree_.expressions[operand].span.begin, last_end), FrameworkQualified{operand}, height(operand) + 1));
}

void Builder::make_share() {
  const ExprId whole = pop();
  const ExprId share = pop();
  push(add(join(tree_.expressions[share].span, tree_.expressions[whole].span),
           Product{ProductOp::share_of, share, whole}, std::max(height(share), height(whole)) + 1));
}

void Builder::make_known_within() {
  const ExprId duration = pop();
  const ExprId operand = pop();
  push(add(join(tree_.expressions[operand].span, tree_.expressions[duration].span), KnownWithin{operand, duration},
           std::max(height(operand), height(duration)) + 1));
}

void Builder::make_evidence(Evidence evidence) {
  const ExprId operand = pop();
  push(
      add(span(tree_.expressions[operand].span.begin, last_end), EvidenceTest{operand, evidence}, height(operand) + 1));
}
void Builder::make_claimed() { make_evidence(Evidence::claimed); }
void Builder::make_verified() { make_evidence(Evidence::verified); }
void Builder::make_explicit() { make_evidence(Evidence::explicit_); }
void Builder::make_implicit() { make_evidence(Evidence::implicit_); }

void Builder::push_stage_becomes(Span where) { push(add(where, StageBecomes{last_name})); }

}  // namespace muster::lang
