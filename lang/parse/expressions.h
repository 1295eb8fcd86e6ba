// The grammar of values and conditions. Operands and operators are read flat; Builder::fold puts them together by
// precedence, so that time is linear and only brackets, `if` and `match` nest.
// May include: PEGTL, lang/parse. Called by: declarations.h.
#pragma once

#include "lang/parse/rows.h"

namespace muster::lang::grammar {

struct condition;  // everything
struct amount;     // arithmetic only: what may stand before `to`, `:` or `{`
struct behind;     // what may stand behind an operand

// ---- operands

struct parenthesised
    : build<&Builder::push_parenthesised,
            brackets<"(", ')', "`)`", "close the parenthesis, or join two conditions with `and` or `or`",
                     expect<"a value or condition after `(`", "", condition>>> {};

struct call_arguments
    : brackets<"(", ')', "`,` or `)`", "separate the arguments of a function with commas",
               pegtl::opt<condition, pegtl::star<sign<",">, expect<"a value after `,`", "", condition>>>> {};

struct name_operand {  // fit   lead.stage   domain(email)
  MUSTER_MATCH {
    const std::size_t begin = offset(in);
    std::size_t end = identifier_end(builder.text, begin);
    if (end == begin || is_reserved(builder.text.substr(begin, end - begin))) return false;
    if (builder.begins_anew(begin)) return false;
    const std::size_t first = builder.names.size();
    const std::size_t first_argument = builder.items.size();
    builder.read_name(begin, end);
    if (builder.text.substr(end, 1) == "(") {
      Name function = builder.last_name;
      in.bump(end - begin);
      if (!MUSTER_MATCH_PART(call_arguments)) return false;
      builder.push_call(std::move(function), first_argument, builder.span(begin, builder.last_end));
      return true;
    }
    builder.keep_name();
    end = builder.read_path(end);
    builder.push_name(first, builder.span(begin, end));
    take(in, builder, end);
    // BANT qualified; on a line of its own the word begins a framework's verdict.
    if (!builder.on_next_line(offset(in)) && word<"qualified">::read(in, builder)) builder.make_qualified();
    return true;
  }
};

struct if_operand
    : build<&Builder::push_if, opens<"if">, word<"if", true>, expect<"a condition after `if`", "", condition>,
            expect<"`then`", "write `if CONDITION then VALUE else VALUE`", next_line_word<"then">>,
            expect<"a value after `then`", "", condition>,
            expect<"`else`", "write `if CONDITION then VALUE else VALUE`", next_line_word<"else">>,
            expect<"a value after `else`", "", condition>> {};

// ---- bands

struct band {
  struct to_under : pegtl::seq<sees<"to under">, word<"to", true>, word<"under", true>,
                               expect<"an upper bound after `under`", "", amount>> {};
  struct to : pegtl::seq<word<"to", true>, expect<"an upper bound after `to`", "such as `250 to 1000`", amount>> {};
  struct values : pegtl::star<sign<",", true>, expect<"a value after `,`", "", amount>> {};
  struct named
      : pegtl::sor<
            build<&Builder::band_missing, word<"missing">>, build<&Builder::band_otherwise, word<"otherwise">>,
            build<&Builder::band_under, opens<"under">, word<"under">, expect<"a bound after `under`", "", amount>>,
            build<&Builder::band_over, opens<"over">, word<"over">, expect<"a bound after `over`", "", amount>>> {};
  MUSTER_MATCH {
    if (MUSTER_MATCH_PART(named)) return true;
    const std::size_t begin = offset(in);
    const std::size_t first = builder.items.size();
    if (!MUSTER_MATCH_PART(amount)) return false;
    const auto here = [&] { return builder.span(begin, builder.last_end); };
    if (MUSTER_MATCH_PART(to_under)) {
      builder.band_range_under(here());
    } else if (MUSTER_MATCH_PART(to)) {
      builder.band_range(here());
    } else if (MUSTER_MATCH_PART(phrase<"and over">)) {
      builder.band_and_over(here());
    } else {
      (void)MUSTER_MATCH_PART(values);
      builder.band_values(first, here());
    }
    return true;
  }
};
struct band_colon : expect<"`:` behind the band", "write it as `under 250: 10`", sign<":">> {};

struct arm : pegtl::seq<band, band_colon, expect<"a value behind `:`", "", condition>, rule_end<true>,
                        run<&Builder::finish_arm>> {};
struct arms : block<arm, "a band such as `under 250: \"small\"`",
                    "bands are `under A`, `A to B`, `over B`, `B and over`, values, `missing` and `otherwise`", true> {
};

struct match_operand {
  struct head : pegtl::seq<opens<"match">, word<"match">, expect<"a value after `match`", "", amount>> {};
  MUSTER_MATCH {
    const std::size_t begin = offset(in);
    const std::size_t first = builder.arms.size();
    const std::size_t errors = builder.error_count();
    if (!MUSTER_MATCH_PART(head)) return false;
    if (!MUSTER_MATCH_PART(arms)) return false;
    builder.push_match(first, builder.error_count() != errors, builder.span(begin, builder.last_end));
    return true;
  }
};

struct bound_of {
  struct lowest
      : build<&Builder::push_lowest, phrase<"lowest of">, expect_name<"a score's name after `lowest of`", "">> {};
  struct highest
      : build<&Builder::push_highest, phrase<"highest of">, expect_name<"a score's name after `highest of`", "">> {};
};

struct stage_becomes : build<&Builder::push_stage_becomes, phrase<"stage becomes">,
                             expect_name<"a stage's name after `stage becomes`", "such as `stage becomes MQL`">> {};

struct share_ahead : leaf<share_ahead> {  // 70% of
  static bool read(Input& in, Builder& builder) {
    if (in.empty() || !is_digit(*in.current())) return false;
    const NumberShape shape = scan_number(builder.text, offset(in));
    return shape.percent && word_at(builder.text, skip_blanks(builder.text, shape.end), "of");
  }
};
struct share_of {  // 70% of x: one operand with what stands behind it
  struct parts
      : pegtl::seq<number, word<"of", true>, expect<"a value after `of`", "such as `70% of fit`", primary>, behind> {};
  MUSTER_MATCH {
    if (!share_ahead::read(in, builder)) return false;
    const Deeper deeper(builder, offset(in));
    if (!MUSTER_MATCH_PART(parts)) return false;
    builder.make_share();
    return true;
  }
};

struct primary : pegtl::sor<share_of, number, pegtl::seq<quoted, run<&Builder::push_text>>, parenthesised,
                            build<&Builder::push_yes, word<"yes">>, build<&Builder::push_no, word<"no">>,
                            build<&Builder::push_as_of, phrase<"as of">>, bound_of::lowest, bound_of::highest,
                            rows_operand, if_operand, match_operand, stage_becomes, foreign_amount, name_operand> {};

// ---- behind an operand

struct fallback : pegtl::sor<build<&Builder::negate_fallback, sign<"-">, primary>, primary> {};
struct default_to
    : pegtl::seq<word<"default">, expect<"a value after `default`", "such as `employees default 0`", fallback>,
                 run<&Builder::make_default>> {};
struct state_in_other_words : leaf<state_in_other_words> {  // is not null
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const auto state = foreign_phrase(HabitPlace::state, builder.text, at);
    if (!state || phrase_end(builder.text, at, "not known within") != std::string_view::npos) return false;
    builder.report_foreign(at, state->end, state->fix);
    take(in, builder, state->end);
    builder.make_poison();
    return true;
  }
};
struct state_test
    : pegtl::seq<pegtl::not_at<sees<"is exactly">>, word<"is">,
                 expect<"`known`, `missing`, `undecided`, `exactly`, `claimed`, `verified`, `explicit` "
                        "or `implicit` after `is`",
                        "compare values with `=` and `!=`; the opposite of `is known` is `is missing`",
                        pegtl::sor<pegtl::seq<word<"known">, run<&Builder::make_known>>,
                                   pegtl::seq<word<"missing">, run<&Builder::make_missing>>,
                                   pegtl::seq<word<"undecided">, run<&Builder::make_undecided>>, state_in_other_words,
                                   pegtl::seq<word<"claimed">, run<&Builder::make_claimed>>,
                                   pegtl::seq<word<"verified">, run<&Builder::make_verified>>,
                                   pegtl::seq<word<"explicit">, run<&Builder::make_explicit>>,
                                   pegtl::seq<word<"implicit">, run<&Builder::make_implicit>>>>> {};
struct known_within
    : pegtl::seq<phrase<"known within">,
                 expect<"a length of time after `known within`", "such as `budget known within 90 days`", primary>,
                 run<&Builder::make_known_within>> {};
struct rounding : pegtl::sor<pegtl::seq<phrase<"half even">, run<&Builder::round_half_even>>,
                             pegtl::seq<phrase<"half up">, run<&Builder::round_half_up>>,
                             pegtl::seq<word<"up">, run<&Builder::round_up>>,
                             pegtl::seq<word<"down">, run<&Builder::round_down>>, run<&Builder::round_half_even>> {};
template <auto take_digits>
struct rounded_by
    : pegtl::seq<word<"rounded">, rounding,
                 expect<"`to` and a number of digits", "such as `rounded half up to 2 digits`", word<"to">,
                        digits<take_digits>>,
                 expect<"`digits`", "such as `rounded to 2 digits`", pegtl::sor<word<"digits">, word<"digit">>>> {};
struct rounded : rounded_by<&Builder::make_round> {};
struct ago : pegtl::seq<word<"ago">, run<&Builder::make_ago>> {};  // 2 days ago
struct behind : pegtl::star<pegtl::sor<default_to, state_test, known_within, rounded, ago>> {};

// ---- operators

template <Words text, Op op>
struct sign_operator : leaf<sign_operator<text, op>> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::size_t end = at + text.view().size();
    if (builder.text.substr(at, text.view().size()) != text.view()) return false;
    builder.push_operator(op, at, end);
    return take(in, builder, end, true);
  }
};
template <Words text, Op op>
struct word_operator : leaf<word_operator<text, op>> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::size_t end = phrase_end(builder.text, at, text.view());
    if (end == std::string_view::npos) return false;
    builder.push_operator(op, at, end);
    return take(in, builder, end, true);
  }
};
// Another language's spelling: reported, and read as what it means.
template <Words text, Op op, Words fix>
struct foreign_operator : leaf<foreign_operator<text, op, fix>> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::size_t end = at + text.view().size();
    if (builder.text.substr(at, text.view().size()) != text.view()) return false;
    builder.report_foreign(at, end, fix.view());
    builder.push_operator(op, at, end);
    return take(in, builder, end, true);
  }
};

struct minus_before : pegtl::seq<sign_operator<"-", Op::negate>> {};
struct not_before : leaf<not_before> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const bool foreign = builder.text.substr(at, 1) == "!" && builder.text.substr(at, 2) != "!=";
    if (!foreign && !word_at(builder.text, at, "not")) return false;
    const std::size_t end = at + (foreign ? 1 : 3);
    if (builder.operator_binds_tighter_than_not()) {
      builder.fail_expected(at, "a value", "put `not ...` in parentheses");
    }
    if (foreign) builder.report_foreign(at, end, "write `not`");
    builder.push_operator(Op::negation, at, end);
    return take(in, builder, end, true);
  }
};

struct expect_primary {
  MUSTER_MATCH {
    const std::size_t at = offset(in);
    if (MUSTER_MATCH_PART(primary)) return true;
    builder.fail_operand(at);
  }
};
struct value_operand
    : pegtl::sor<pegtl::seq<pegtl::plus<minus_before>, expect_primary, behind>, pegtl::seq<primary, behind>> {};
struct any_operand : pegtl::sor<pegtl::seq<pegtl::plus<pegtl::sor<minus_before, not_before>>, expect_primary, behind>,
                                pegtl::seq<primary, behind>> {};
template <class Operand>
struct expect_operand {
  MUSTER_MATCH {
    const std::size_t at = offset(in);
    if (MUSTER_MATCH_PART(Operand)) return true;
    builder.fail_operand(at);
  }
};

struct arithmetic_operator
    : pegtl::sor<
          sign_operator<"+", Op::plus>, sign_operator<"-", Op::minus>, sign_operator<"*", Op::multiply>,
          sign_operator<"/", Op::divide>, word_operator<"mod", Op::remainder>,
          foreign_operator<"%", Op::remainder, "write `mod` for the remainder; in 45% the sign touches the number">> {};
struct comparison_operator
    : pegtl::sor<
          sign_operator<"<=", Op::less_equal>, foreign_operator<"<>", Op::not_equal, "write `!=`">,
          sign_operator<"<", Op::less>, sign_operator<">=", Op::greater_equal>, sign_operator<">", Op::greater>,
          sign_operator<"!=", Op::not_equal>, foreign_operator<"==", Op::equal, "write `=`">,
          foreign_operator<"=>", Op::greater_equal, "write `>=`">, foreign_operator<"=<", Op::less_equal, "write `<=`">,
          sign_operator<"=", Op::equal>, foreign_operator<"≠", Op::not_equal, "write `!=`">,
          foreign_operator<"≤", Op::less_equal, "write `<=`">, foreign_operator<"≥", Op::greater_equal, "write `>=`">> {
};
struct logic_operator
    : pegtl::sor<word_operator<"and", Op::conjunction>, word_operator<"or", Op::disjunction>,
                 word_operator<"implies", Op::implies>, foreign_operator<"&&", Op::conjunction, "write `and`">,
                 foreign_operator<"||", Op::disjunction, "write `or`">,
                 foreign_operator<"&", Op::conjunction, "write `and`">> {};

struct range_operator : leaf<range_operator> {
  static bool read(Input& in, Builder& builder) {
    if (!builder.range_allowed) return false;
    return word_operator<"to under", Op::range_under>::read(in, builder) ||
           word_operator<"to", Op::range>::read(in, builder);
  }
};

struct set_comma : leaf<set_comma> {  // a second one stands where a value was lost
  static bool read(Input& in, Builder& builder) {
    if (!sign<",">::read(in, builder)) return false;
    while (builder.text.substr(offset(in), 1) == ",") {
      builder.report_expected(offset(in), "a value between the two commas", "write the value, or leave one comma out");
      sign<",">::read(in, builder);
    }
    return true;
  }
};
struct set_operand : collect<&Builder::push_set, &Builder::items,
                             brackets<"{", '}', "`,` or `}` in the set", "separate the values with commas",
                                      pegtl::opt<amount, pegtl::star<set_comma, pegtl::opt<amount>>>>> {};

struct membership : pegtl::seq<pegtl::sor<word_operator<"not in", Op::not_in>, word_operator<"in", Op::in>>,
                               pegtl::sor<set_operand, expect_operand<value_operand>>> {};

struct window_ahead : leaf<window_ahead> {
  static bool read(Input& in, Builder& builder) { return starts_window(builder.text, offset(in)); }
};
struct in_window {  // created_at in last 30 days
  MUSTER_MATCH {
    const std::size_t at = offset(in);
    if (!starts_window(builder.text, at)) return false;
    const std::size_t words_end = phrase_end(builder.text, at, "in last");
    builder.push_operator(Op::in_window, at,
                          words_end != std::string_view::npos ? words_end : identifier_end(builder.text, at));
    if (!MUSTER_MATCH_PART(window<moment>)) return false;
    builder.finish_window_operator();
    return true;
  }
};

struct text_test {
  struct pattern : pegtl::seq<primary> {};
  MUSTER_MATCH {
    const std::size_t at = offset(in);
    for (const TextOpRow& row : text_op_rows) {
      const std::size_t end = phrase_end(builder.text, at, row.words);
      if (end == std::string_view::npos) continue;
      builder.push_operator(Op::text_test, at, end);
      builder.items.back().text = row.id;
      take(in, builder, end, true);
      if (row.takes_any && MUSTER_MATCH_PART(word<"any", true>)) {
        builder.test_any();
        if (MUSTER_MATCH_PART(pegtl::sor<set_operand, name_operand>)) return true;
        builder.fail_expected(offset(in), "a set after `any`", "such as `any { \"student\", \"intern\" }`");
      }
      if (sees_sign<'{'>::read(in, builder) && row.takes_any) {
        builder.fail_expected(offset(in), "`any` before the set", "such as `contains any { \"student\", \"intern\" }`");
      }
      if (MUSTER_MATCH_PART(pattern)) return true;
      builder.fail_operand(offset(in));
    }
    return false;
  }
};

struct flat_amount : pegtl::seq<value_operand, pegtl::star<arithmetic_operator, expect_operand<value_operand>>> {};
struct flat_condition
    : pegtl::seq<any_operand,
                 pegtl::star<pegtl::sor<
                     in_window, membership, text_test,
                     pegtl::seq<pegtl::sor<logic_operator, comparison_operator, arithmetic_operator, range_operator>,
                                expect_operand<any_operand>>>>> {};

// A day, a moment or a length of time: arithmetic whose operands are values. None of them is rounded; `rounded` behind
// one belongs to the fade.
struct moment_operand
    : pegtl::sor<pegtl::seq<pegtl::plus<minus_before>, expect_primary, pegtl::star<pegtl::sor<default_to, ago>>>,
                 pegtl::seq<primary, pegtl::star<pegtl::sor<default_to, ago>>>> {};
struct flat_moment : pegtl::seq<moment_operand, pegtl::star<arithmetic_operator, expect_operand<moment_operand>>> {};

// One comparison or predicate, or a condition in parentheses; a window behind it belongs to the rows.
struct arithmetic_tail : pegtl::star<pegtl::sor<arithmetic_operator, range_operator>, expect_operand<value_operand>> {};
struct flat_where
    : pegtl::seq<
          pegtl::star<not_before>,
          pegtl::sor<pegtl::seq<sees_sign<'('>, primary, behind>,
                     pegtl::seq<value_operand, arithmetic_tail,
                                pegtl::opt<pegtl::sor<
                                    pegtl::seq<pegtl::not_at<window_ahead>, membership, arithmetic_tail>, text_test,
                                    pegtl::seq<comparison_operator, expect_operand<any_operand>, arithmetic_tail>>>>>> {
};

template <class Flat>
struct folded {
  MUSTER_MATCH {
    const Deeper deeper(builder, offset(in));
    const bool outer_range = builder.range_allowed;
    const std::size_t outer_first = builder.frame_first;
    builder.range_allowed = false;
    builder.frame_first = builder.items.size();
    const bool matched = MUSTER_MATCH_PART(Flat);
    if (matched) builder.fold(builder.frame_first);
    builder.range_allowed = outer_range;
    builder.frame_first = outer_first;
    return matched;
  }
};
struct condition : folded<flat_condition> {};
struct amount : folded<flat_amount> {};
struct moment : folded<flat_moment> {};
struct where_term : folded<flat_where> {};

}  // namespace muster::lang::grammar
