// The grammar of scores and grades.
// May include: PEGTL, lang/parse. Called by: declarations.h.
#pragma once

#include "lang/parse/pieces.h"

namespace muster::lang::grammar {

// ---- clauses of rules, groups and scores

struct at_most
    : seq<opt<comma_before<"at most">>, phrase<"at most">,
          expect<"the most points after `at most`", "such as `at most 20`", amount>, run<&Builder::take_at_most>> {};
struct at_least
    : seq<opt<comma_before<"at least">>, phrase<"at least">,
          expect<"the fewest points after `at least`", "such as `at least 1`", amount>, run<&Builder::take_at_least>> {
};

struct fade_since : seq<word<"since", true>, expect<"a moment after `since`", "such as `since last_activity`", moment>,
                        run<&Builder::take_fade_since>> {};
struct halving : build<&Builder::finish_fade, word<"halving">, run<&Builder::begin_halving>,
                       expect<"`every` and a length of time after `halving`", "such as `halving every 30 days`",
                              word<"every">, amount>,
                       run<&Builder::take_fade_interval>, opt<fade_since>> {};
struct fading_to_zero : build<&Builder::finish_fade, word<"fading">, run<&Builder::begin_to_zero>,
                              expect<"`to zero over` and a length of time after `fading`",
                                     "such as `fading to zero over 90 days`", phrase<"to zero over">, amount>,
                              run<&Builder::take_fade_interval>, opt<fade_since>> {};
struct losing
    : build<&Builder::finish_fade, word<"minus">, run<&Builder::begin_losing>,
            expect<"a percentage after `minus`", "such as `minus 10% every 30 days`", primary>,
            run<&Builder::take_fade_percent>,
            expect<"`every` and a length of time", "such as `minus 10% every 30 days`", word<"every">, amount>,
            run<&Builder::take_fade_interval>, opt<fade_since>> {};
struct never_fading : build<&Builder::finish_fade, phrase<"never fading">, run<&Builder::begin_never>> {};
struct fade_rounding : build<&Builder::take_fade_rounding, rounded_by<&Builder::take_fade_digits>> {};
struct fade : sor<seq<opt<comma_before<"halving">>, halving>, seq<opt<comma_before<"fading">>, fading_to_zero>,
                  seq<opt<comma_before<"minus">>, losing>, seq<opt<comma_before<"never fading">>, never_fading>,
                  seq<opt<comma_before<"rounded">>, fade_rounding>,
                  seq<opt<comma_before<"by whole days">>, build<&Builder::take_whole_days, phrase<"by whole days">>>> {
};
struct aged_by : seq<opt<comma_before<"aged by">>, phrase<"aged by">,
                     expect<"a moment after `aged by`", "such as `aged by became_customer_at`", moment>,
                     run<&Builder::take_aged_by>> {};

struct latest_per
    : build<&Builder::finish_latest_per, word<"counting">,
            expect<"`latest` and a number after `counting`", "such as `counting latest 1 per day`", word<"latest">>,
            expect<"a number after `counting latest`", "such as `counting latest 1 per day`",
                   digits<&Builder::take_latest_count>>,
            expect<"`per` and day, week, month, quarter or year", "such as `counting latest 1 per week from monday`",
                   word<"per">, calendar_unit<>>> {};
struct frequency : sor<seq<opt<comma_before<"counting">>, latest_per>,
                       seq<opt<comma_before<"first only">>, build<&Builder::finish_first_only, phrase<"first only">>>> {
};

struct restart : seq<opt<comma_before<"restart after">>, phrase<"restart after">,
                     expect<"`latest` and the name of rows after `restart after`",
                            "such as `restart after latest Unsubscribed`", word<"latest">, rows<false>>,
                     run<&Builder::take_restart>> {};
struct zero_while : seq<opt<comma_before<"zero while">>, phrase<"zero while">,
                        expect<"a condition after `zero while`", "such as `zero while opted_out`", condition>,
                        run<&Builder::take_zero_while>> {};
struct scaled_to : seq<opt<comma_before<"scaled to">>, phrase<"scaled to">,
                       expect<"the most points after `scaled to`", "such as `scaled to 100`", amount>,
                       run<&Builder::take_scaled_to>> {};

// ---- rules

struct step_ahead : leaf<step_ahead> {  // a literal directly before another value: `per 100 employees`
  static bool read(Input& in, Builder& builder) {
    if (in.empty() || !is_digit(*in.current())) return false;
    const NumberShape shape = scan_number(builder.text, offset(in));
    return starts_operand(builder.text, skip_blanks(builder.text, shape.end)) &&
           scan_date(builder.text, offset(in)) == offset(in);
  }
};
struct rows_ahead : leaf<rows_ahead> {
  static bool read(Input& in, Builder& builder) { return starts_rows(builder.text, offset(in)); }
};
struct per_rows : sor<seq<different_rows, run<&Builder::take_per_different>>,
                      seq<rows_ahead, rows<false>, run<&Builder::take_per_rows>>> {};
struct per_quantity
    : seq<run<&Builder::begin_per>, opt<word<"full">, run<&Builder::take_full>>,
          opt<step_ahead, step, run<&Builder::take_step>>,
          expect<"what the points are counted by", "such as `+2 per full 100 employees` or `+2 per PageView`", amount>,
          run<&Builder::take_quantity>> {};
struct per : seq<word<"per">, sor<per_rows, per_quantity>> {};
struct score_clause : sor<seq<opt<comma_before<"when">>, when>, per, at_most, at_least, fade, aged_by, frequency,
                          restart, zero_while, because, ask> {};
struct point_rule : build<&Builder::finish_point_rule,
                          sor<seq<sign<"+">, run<&Builder::take_plus>>, seq<sign<"-">, run<&Builder::take_minus>>>,
                          expect<"a number of points", "such as `+25 when employees >= 100`", primary>,
                          run<&Builder::take_amount>, star<score_clause>, rule_end<>> {};
struct band_points : seq<band, band_colon,
                         sor<seq<sign<"+">, run<&Builder::band_plus_sign>>,
                             seq<sign<"-">, run<&Builder::band_minus_sign>>, run<&Builder::band_plus_sign>>,
                         expect<"a number of points behind `:`", "such as `under 250: 10`", primary>, rule_end<true>,
                         run<&Builder::finish_band_points>> {};
struct point_bands
    : block<band_points, "a band such as `under 250: 10`",
            "bands are `under A`, `A to B`, `over B`, `B and over`, values, `missing` and `otherwise`", true> {};
struct points_by : collect<&Builder::finish_band_rule, &Builder::band_points, phrase<"points by">,
                           expect<"a value after `points by`", "such as `points by employees { ... }`", amount>,
                           point_bands, star<score_clause>, rule_end<>> {};
struct score_item;
struct score_items : block<score_item, "a rule with points", "such as `+25 when employees >= 100`"> {};
struct group_clause : sor<at_most, at_least, fade, restart, zero_while, scaled_to> {};
struct score_group : build<&Builder::finish_score_group, word<"group">, opt<quoted, run<&Builder::take_rule_title>>,
                           star<group_clause>, score_items, star<sor<group_clause, because, ask>>, rule_end<>> {};
// `restart after` and `zero while` on a line of their own hold for the whole block.
struct score_item : sor<seq<sor<restart, zero_while>, rule_end<>>, rule<sor<points_by, score_group, point_rule>>> {};

struct bounds : seq<word<"from">, expect<"the lowest score after `from`", "such as `from 0 to 100`", amount>,
                    expect<"`to` and the highest score", "such as `from 0 to 100`", word<"to">, amount>,
                    run<&Builder::take_bounds>> {};
struct score_head_clause : sor<bounds, fade, scaled_to, restart, zero_while> {};
struct score
    : seq<word<"score">, run<&Builder::begin_score>,
          declared_name<"a name for the score", "such as `score fit from 0 to 100 { ... }`">, title_and_about,
          star<score_head_clause, goes_on>,
          sor<seq<sign<"=", true>,
                  expect<"a value after `=`", "such as `score total = 60% of fit + 40% of engagement`", condition>,
                  run<&Builder::take_score_value>, declaration_end>,
              score_items>,
          run<&Builder::finish_score>> {};

// ---- grades

struct cell
    : sor<seq<word<"otherwise">, run<&Builder::take_otherwise_cell>>, seq<condition, run<&Builder::take_cell>>> {};
struct a_cell : expect<"a condition or `otherwise`", "such as `fit >= 75`", cell> {};
struct grade_header : build<&Builder::finish_grade_header, sign<"|">, run<&Builder::begin_grade_header>, a_cell,
                            star<sign<"|">, a_cell>, rule_end<>> {};
struct label : seq<expect<"`|` and a label", "such as `fit >= 75 | A`", sign<"|">>,
                   expect_name<"a label after `|`", "such as `fit >= 75 | A`">, run<&Builder::keep_name>> {};
struct grade_row : build<&Builder::finish_grade_row, cell, label, star<sees_sign<'|'>, label>, rule_end<>> {};
struct grade_item : seq<run<&Builder::begin_grade_row>, sor<grade_header, grade_row>> {};
struct axis : seq<expect_name<"a score's name", "such as `grade tier from fit { ... }`">, run<&Builder::add_axis>> {};
struct grade : seq<word<"grade">, run<&Builder::begin_grade>,
                   declared_name<"a name for the grade", "such as `grade tier from fit { ... }`">, title_and_about,
                   expect<"`from` and a score", "such as `grade tier from fit { ... }`", word<"from">>, axis,
                   star<sign<",", true>, axis>,
                   block<grade_item, "a row of the grade", "such as `fit >= 75 | A` or `otherwise | C`">,
                   run<&Builder::finish_grade>> {};

}  // namespace muster::lang::grammar
