// The grammar of tests: scenarios and what is expected of them.
// May include: PEGTL, lang/parse. Called by: declarations.h.
#pragma once

#include "lang/parse/pieces.h"

namespace muster::lang::grammar {

struct scenario_as_of
    : build<&Builder::finish_scenario_as_of, phrase<"as of">,
            expect<"a day or a moment after `as of`", "such as `as of 2026-02-01`", amount>, rule_end<>> {};

struct scenario_value : rule<build<&Builder::finish_scenario_value, name, run<&Builder::take_rule_name>,
                                   expect<"`:` and a value", "such as `employees: 500`", sign<":", true>>,
                                   expect<"a value after `:`", "such as `employees: 500`", condition>, rule_end<>>> {};
struct scenario_row : build<&Builder::finish_scenario_row, name, run<&Builder::begin_scenario_row>,
                            pegtl::opt<name, run<&Builder::take_scenario_kind>>,
                            block<scenario_value, "a field and its value", "such as `employees: 500`">, rule_end<>> {};

struct next_expected : leaf<next_expected> {  // a comma between conditions, not one before the next thing of the test
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::string_view text = builder.text;
    if (text.substr(at, 1) != ",") return false;
    const std::size_t next = skip_lines(text, at + 1);
    builder.steps += next - at;
    if (next >= text.size() || text[next] == '}') return false;
    if (word_at(text, next, "expect") || phrase_end(text, next, "as of") != std::string_view::npos) return false;
    std::size_t behind = next;
    for (int words = 0; words < 2; ++words) {  // lead {   activity DemoRequested {
      const std::size_t end = identifier_end(text, behind);
      if (end == behind) break;
      behind = skip_blanks(text, end);
      if (text.substr(behind, 1) == "{") return false;
    }
    return take(in, builder, at + 1, true);
  }
};
template <Words word_before>
struct quoted_behind : leaf<quoted_behind<word_before>> {  // the word and a text behind it; nothing is read
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (!word_at(builder.text, at, word_before.view())) return false;
    return builder.text.substr(skip_blanks(builder.text, at + word_before.view().size()), 1) == "\"";
  }
};
struct expected_condition : build<&Builder::finish_expect_condition, condition> {};
struct expected_reason
    : build<
          &Builder::finish_expect_reason, phrase<"reasons of">,
          expect_name<"a score's name after `reasons of`", "such as `expect reasons of fit contain \"MidMarket\"`">,
          run<&Builder::take_rule_name>, opt<phrase<"do not">, run<&Builder::mark_overriding>>,
          expect<"`contain` and a part of a reason in quotes", "such as `expect reasons of fit contain \"MidMarket\"`",
                 sor<word<"contain">, word<"contains">>, quoted>> {};
struct expected_route : build<&Builder::finish_expect_route, quoted_behind<"route">, word<"route">, quoted> {};
struct expected_share
    : build<&Builder::finish_expect_share, quoted_behind<"over">, word<"over">, quoted, run<&Builder::take_rule_title>,
            expect<"`: share of` or `: count of`", "such as `expect over \"leads.csv\": share of MQL in 2% to 8%`",
                   sign<":", true>,
                   sor<seq<phrase<"share of">, run<&Builder::take_all_of>>,
                       seq<phrase<"count of">, run<&Builder::take_any_of>>>>,
            expect<"a condition and its bounds", "such as `share of MQL in 2% to 8%`", condition>> {};
struct expectation : seq<word<"expect">,
                         expect<"a condition, or `route`, `reasons of` or `over`",
                                "such as `expect fit = 80` or `expect MidMarket, Buyer`",
                                sor<expected_share, expected_route, expected_reason,
                                    seq<expected_condition,
                                        star<next_expected, expect<"a condition after `,`", "", expected_condition>>>>>,
                         rule_end<>> {};

struct test_item : rule<sor<scenario_as_of, expectation, scenario_row>> {};
struct test : seq<word<"test">, run<&Builder::begin_test>,
                  expect<"a title in quotes after `test`", "such as `test \"A small company\" { ... }`", title>,
                  block<test_item, "`as of`, a row such as `lead { ... }`, or `expect`", "such as `expect fit = 80`">,
                  run<&Builder::finish_test>> {};

}  // namespace muster::lang::grammar
