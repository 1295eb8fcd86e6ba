// The grammar of rows, windows and units of the calendar: what behaviour over time is asked with.
// May include: PEGTL, lang/parse. Called by: expressions.h and the grammar headers of declarations.
#pragma once

#include <string>

#include "lang/parse/blocks.h"

namespace muster::lang::grammar {

struct condition;   // everything
struct moment;      // arithmetic in which no test of a state stands, so that `is undecided` behind it is left over
struct primary;     // one operand
struct where_term;  // what `where` takes

// ---- units of the calendar

template <bool plural>
struct unit_word : leaf<unit_word<plural>> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    for (const CalendarWord& row : calendar_words) {
      if (!word_at(builder.text, at, row.singular) && !(plural && word_at(builder.text, at, row.plural))) continue;
      builder.calendar = {row.unit, 1};
      return take(in, builder, identifier_end(builder.text, at));
    }
    return false;
  }
};
struct week_begins : pegtl::sor<pegtl::seq<phrase<"from monday">, run<&Builder::week_from_monday>>,
                                pegtl::seq<phrase<"from sunday">, run<&Builder::week_from_sunday>>> {};
template <bool plural = false>
struct calendar_unit {  // day, week from monday, month, quarter, year
  MUSTER_MATCH {
    if (!unit_word<plural>::read(in, builder)) return false;
    if (builder.calendar.unit != CalendarUnit::week || MUSTER_MATCH_PART(week_begins)) return true;
    builder.fail_expected(offset(in), "`from monday` or `from sunday` behind the week",
                          "a week of the calendar says on which day it begins");
  }
};

// ---- windows

// What stands behind `in last`. `Duration` reads a length of time that is not of the calendar.
template <class Duration>
struct last {
  MUSTER_MATCH {
    const std::size_t at = offset(in);
    const std::string_view text = builder.text;
    if (!in.empty() && is_digit(*in.current()) && scan_date(text, at) == at) {
      const NumberShape shape = scan_number(text, at);
      const std::size_t next = skip_blanks(text, shape.bare_end);
      const bool whole = shape.bare_end == shape.digits_end;
      if (whole && word_at(text, next, "calendar")) {
        builder.take_window_count(at, shape.bare_end);
        take(in, builder, next + std::string_view("calendar").size());
        if (!MUSTER_MATCH_PART(calendar_unit<true>)) {
          builder.fail_expected(offset(in), "days, weeks, months, quarters or years behind `calendar`",
                                "such as `in last 2 calendar weeks from monday`");
        }
        builder.finish_last_calendar();
        return true;
      }
      if (whole && shape.unit_kind == NumberShape::Unit::calendar) {
        builder.take_window_count(at, shape.bare_end);
        in.bump(next - at);
        (void)unit_word<true>::read(in, builder);
        builder.finish_last_months();
        return true;
      }
      if (shape.end == shape.bare_end && identifier_end(text, next) == next && text.substr(next, 1) != "*") {
        builder.fail_expected(shape.bare_end,
                              "a unit of time behind `" + std::string(text.substr(at, shape.bare_end - at)) + "`",
                              "such as `in last 30 days` or `in last 3 months`");
      }
    } else if (word_at(text, at, "calendar") || unit_word<true>::read(in, builder)) {
      builder.fail_expected(at, "a number behind `in last`", "such as `in last 1 month` or `in last 1 calendar month`");
    }
    if (!MUSTER_MATCH_PART(Duration)) {
      builder.fail_expected(offset(in), "a length of time behind `in last`",
                            "such as `in last 30 days`, `in last 3 months` or `in last 2 calendar weeks from monday`");
    }
    if (sees<"from monday">::read(in, builder) || sees<"from sunday">::read(in, builder)) {
      builder.fail_expected(offset(in), "`calendar` before the weeks",
                            "such as `in last 2 calendar weeks from monday`; `in last 2 weeks` is 14 x 24 hours");
    }
    builder.finish_last_duration();
    return true;
  }
};

// Leaves its answer in `last_window`.
template <class Duration>
struct window {
  struct since
      : pegtl::seq<word<"since", true>, expect<"a day or moment behind `since`", "such as `since 2026-01-01`", moment>,
                   run<&Builder::finish_since>> {};
  struct between : pegtl::seq<word<"between", true>, expect<"a day or moment behind `between`", "", moment>,
                              expect<"`and` and the other end of `between`",
                                     "such as `between 2026-01-01 and 2026-03-31`", word<"and", true>, moment>,
                              run<&Builder::finish_between>> {};
  struct in_last : pegtl::seq<phrase<"in last", true>, last<Duration>> {};
  MUSTER_MATCH {
    const std::size_t begin = offset(in);
    if (!starts_window(builder.text, begin)) return false;
    if (!MUSTER_MATCH_PART(pegtl::sor<in_last, since, between>)) return false;
    builder.last_window.span = builder.span(begin, builder.last_end);
    return true;
  }
};

// ---- rows

struct where
    : pegtl::seq<word<"where", true>,
                 expect<"a condition behind `where`",
                        "such as `where page = \"/pricing\"`; more than one stand in parentheses", where_term>> {};

// NAME, or NAME.FIELD where a value is asked for; then `where` and a window in any order. Leaves its answer in
// `last_rows` and `last_value`.
template <bool has_value>
struct rows {
  MUSTER_MATCH {
    const std::size_t begin = offset(in);
    std::size_t end = identifier_end(builder.text, begin);
    if (end == begin || is_reserved(builder.text.substr(begin, end - begin)) || builder.begins_anew(begin)) {
      return false;
    }
    builder.read_name(begin, end);
    Rows read;
    read.source = builder.last_name;
    std::optional<ExprId> value;
    const bool dot = builder.text.substr(end, 1) == "." && identifier_end(builder.text, end + 1) > end + 1;
    if constexpr (has_value) {
      if (!dot) {
        builder.last_end = end;
        builder.fail_expected(end, "`.` and a field of the rows", "such as `PageView.seconds`");
      }
      const std::size_t first = builder.names.size();
      const std::size_t path_begin = end + 1;
      end = builder.read_path(end);
      builder.push_name(first, builder.span(path_begin, end));
      value = builder.pop();
    } else if (dot) {
      builder.last_end = end;
      builder.fail_expected(end, "rows, not a field of theirs",
                            "a field stands behind `sum of`, `first of` and the like: `sum of PageView.seconds`");
    }
    take(in, builder, end);
    for (;;) {
      const std::size_t at = offset(in);
      if (MUSTER_MATCH_PART(where)) {
        builder.once(read.where.has_value(), builder.span(at, builder.last_end), "where");
        read.where = builder.pop();
      } else if (MUSTER_MATCH_PART(window<primary>)) {
        builder.one_of_a_sort(read.window.has_value(), builder.span(at, builder.last_end), "a window");
        read.window = builder.last_window;
      } else {
        break;
      }
    }
    read.span = builder.span(begin, builder.last_end);
    builder.keep_rows(std::move(read), value);
    return true;
  }
};

struct any_rows : build<&Builder::push_any_rows, word<"any">,
                        expect<"the name of rows after `any`", "such as `any PageView in last 30 days`", rows<false>>> {
};
struct all_rows : build<&Builder::push_all_rows, word<"all">,
                        expect<"the name of rows after `all`", "such as `all Call where minutes >= 5`", rows<false>>> {
};
struct none_of_rows
    : build<&Builder::push_none_of_rows, phrase<"none of">,
            expect<"the name of rows after `none of`", "such as `none of Unsubscribed in last 90 days`", rows<false>>> {
};

struct different_ahead : leaf<different_ahead> {  // `different` and rows behind it, so that it is no name itself
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (!word_at(builder.text, at, "different")) return false;
    const std::size_t next = skip_blanks(builder.text, at + std::string_view("different").size());
    const std::size_t end = identifier_end(builder.text, next);
    return end > next && !is_reserved(builder.text.substr(next, end - next)) && !starts_window(builder.text, next);
  }
};
struct different_rows
    : pegtl::seq<
          different_ahead, word<"different">,
          expect<"rows and a field of theirs after `different`", "such as `different Download.asset`", rows<true>>> {};
struct count_of
    : pegtl::seq<word<"count">, expect<"`of` and the name of rows", "such as `count of PageView`", word<"of">>,
                 pegtl::sor<pegtl::seq<different_rows, run<&Builder::count_different>>,
                            pegtl::seq<expect<"the name of rows after `count of`",
                                              "such as `count of PageView in last 14 days`", rows<false>>,
                                       run<&Builder::count_all>>>> {};
struct count_rows : build<&Builder::push_count, count_of> {};

template <Words words, AggregateOp op>
struct aggregate {
  MUSTER_MATCH {
    const std::size_t begin = offset(in);
    if (!phrase<words>::read(in, builder)) return false;
    if (!MUSTER_MATCH_PART(rows<true>)) {
      builder.fail_expected(offset(in), "rows and a field of theirs after `" + std::string(words.view()) + "`",
                            "such as `" + std::string(words.view()) + " PageView.seconds`");
    }
    builder.push_aggregate(op, builder.span(begin, builder.last_end));
    return true;
  }
};
struct aggregates : pegtl::sor<aggregate<"sum of", AggregateOp::sum>, aggregate<"min of", AggregateOp::min>,
                               aggregate<"max of", AggregateOp::max>, aggregate<"average of", AggregateOp::average>,
                               aggregate<"first of", AggregateOp::first>, aggregate<"last of", AggregateOp::last>> {};

// ---- at least 3 days of Login within 7 days

struct days_ahead : leaf<days_ahead> {  // at least 3 days of: no group of criteria
  static bool read(Input& in, Builder& builder) {
    const std::size_t end = phrase_end(builder.text, offset(in), "at least");
    if (end == std::string_view::npos) return false;
    const std::size_t at = skip_blanks(builder.text, end);
    std::size_t next = at;
    while (next < builder.text.size() && is_digit(builder.text[next])) ++next;
    builder.steps += next - at;
    next = skip_blanks(builder.text, next);
    return word_at(builder.text, next, "days") || word_at(builder.text, next, "day");
  }
};
struct apart_ahead : leaf<apart_ahead> {  // `at most 7 days apart`; without `apart` it is a score's clause
  static bool read(Input& in, Builder& builder) {
    const std::string_view text = builder.text;
    const std::size_t end = phrase_end(text, offset(in), "at most");
    if (end == std::string_view::npos) return false;
    const std::size_t at = skip_blanks(text, end);
    const std::size_t value_end =
        at < text.size() && is_digit(text[at]) ? scan_number(text, at).end : identifier_end(text, at);
    return word_at(text, skip_blanks(text, value_end), "apart");
  }
};
struct days_together
    : pegtl::sor<
          pegtl::seq<word<"within">,
                     expect<"a length of time, or `one` and a unit of the calendar, after `within`",
                            "such as `within 7 days` or `within one week from monday`",
                            pegtl::sor<pegtl::seq<word<"one">,
                                                  expect<"week, month, quarter or year after `one`",
                                                         "such as `within one week from monday`", calendar_unit<>>,
                                                  run<&Builder::take_in_one>>,
                                       pegtl::seq<primary, run<&Builder::take_within>>>>>,
          pegtl::seq<apart_ahead, phrase<"at most">, primary, word<"apart">, run<&Builder::take_apart>>> {};
struct days_of {
  MUSTER_MATCH {
    const std::size_t begin = offset(in);
    if (!phrase<"at least">::read(in, builder)) return false;
    if (!MUSTER_MATCH_PART(expect<"a number after `at least`", "such as `at least 3 days of Login within 7 days`",
                                  digits<&Builder::take_least_days>>)) {
      return false;
    }
    const std::uint32_t least = builder.least_days;
    (void)MUSTER_MATCH_PART(
        expect<"`days of` and the name of rows",
               "such as `at least 3 days of Login within 7 days`; a group `at least 2 of { ... }` begins its line",
               pegtl::sor<phrase<"days of">, phrase<"day of">>, rows<false>>);
    const RowsId read = builder.last_rows;
    builder.days_together.reset();
    (void)MUSTER_MATCH_PART(pegtl::opt<days_together>);
    builder.push_days_of(least, read, builder.span(begin, builder.last_end));
    return true;
  }
};

struct rows_operand : pegtl::sor<any_rows, all_rows, none_of_rows, count_rows, aggregates, days_of> {};

}  // namespace muster::lang::grammar
