// The grammar of frameworks, lifecycles and routes.
// May include: PEGTL, lang/parse. Called by: declarations.h.
#pragma once

#include "lang/parse/pieces.h"

namespace muster::lang::grammar {

// ---- frameworks

struct claimed_alone : leaf<claimed_alone> {  // `half met when claimed`: the word alone, not a field of that name
  static bool read(Input& in, Builder& builder) {
    const std::string_view text = builder.text;
    const std::size_t at = offset(in);
    if (!word_at(text, at, "claimed")) return false;
    const std::size_t end = at + std::string_view("claimed").size();
    const std::size_t next = skip_blanks(text, end);
    const bool alone = next >= text.size() || at_newline(text, next) || text[next] == ',' || text[next] == '}' ||
                       text[next] == '#' || word_at(text, next, "ask") || word_at(text, next, "because");
    if (!alone) return false;
    builder.take_half_claimed();
    return take(in, builder, end);
  }
};
struct half_met : seq<opt<comma_before<"half met">>, phrase<"half met">,
                      expect<"`when` and a condition after `half met`", "such as `half met when claimed`", word<"when">,
                             sor<claimed_alone, seq<condition, run<&Builder::take_half_met>>>>> {};
struct overriding : leaf<overriding> {  // `override Need met when ...`; a letter may be called override
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (!word_at(builder.text, at, "override")) return false;
    const std::size_t next = skip_blanks(builder.text, at + std::string_view("override").size());
    if (identifier_end(builder.text, next) == next || word_at(builder.text, next, "met")) return false;
    builder.mark_overriding();
    return take(in, builder, at + std::string_view("override").size());
  }
};
struct letter
    : build<&Builder::finish_letter, opt<overriding>,
            expect_name<"the name of a letter", "such as `Budget met when budget >= 10K USD`">,
            run<&Builder::take_rule_name>, opt<quoted, run<&Builder::take_rule_title>>,
            expect<"`met when` and a condition", "such as `Budget met when budget >= 10K USD`", word<"met">, when>,
            star<sor<half_met, because, ask>>, rule_end<>> {};
struct met_ahead : leaf<met_ahead> {  // at least 3 met
  static bool read(Input& in, Builder& builder) {
    const std::size_t end = phrase_end(builder.text, offset(in), "at least");
    if (end == std::string_view::npos) return false;
    const std::size_t at = skip_blanks(builder.text, end);
    const std::size_t count_end = at < builder.text.size() && is_digit(builder.text[at])
                                      ? scan_number(builder.text, at).bare_end
                                      : identifier_end(builder.text, at);
    return word_at(builder.text, skip_blanks(builder.text, count_end), "met");
  }
};
struct verdict : build<&Builder::finish_qualified, phrase<"qualified when">,
                       expect<"`at least 3 met`, `all met` or a condition", "such as `qualified when at least 3 met`",
                              sor<seq<met_ahead, phrase<"at least">,
                                      expect<"a number after `at least`", "such as `qualified when at least 3 met`",
                                             digits<&Builder::take_count>>,
                                      word<"met">, run<&Builder::take_qualified_count>>,
                                  seq<phrase<"all met">, run<&Builder::take_qualified_all>>,
                                  seq<condition, run<&Builder::take_qualified_condition>>>>,
                       rule_end<>> {};
struct framework_item : rule<sor<verdict, letter>> {};
struct arguments : brackets<"(", ')', "`,` or `)`", "separate what stands for the letters with commas",
                            opt<condition, star<sign<",">, expect<"a value after `,`", "", condition>>>> {};
struct framework_source : collect<&Builder::take_framework_source, &Builder::items, word<"from">,
                                  expect_name<"the name of a framework after `from`",
                                              "such as `framework Ours from BANT(budget >= 10K USD, ...)`">,
                                  run<&Builder::keep_name>, opt<arguments>> {};
struct in_order : seq<opt<comma_before<"in order">>, phrase<"in order">,
                      expect<"`, stop at first not met`", "write `in order, stop at first not met`",
                             opt<sign<",", true>>, phrase<"stop at first not met">>,
                      run<&Builder::mark_in_order>> {};
struct letters : block<framework_item, "a letter or `qualified when`", "such as `Budget met when budget >= 10K USD`"> {
};
struct no_letters : leaf<no_letters> {  // a framework made from another may stand without a body
  static bool read(Input& in, Builder& builder) {
    return builder.framework.source.has_value() && !sees_sign<'{'>::read(in, builder);
  }
};
struct framework : seq<word<"framework">, run<&Builder::begin_framework>,
                       declared_name<"a name for the framework", "such as `framework BANT { ... }`">,
                       opt<parameters, run<&Builder::mark_parameters>>, title_and_about, opt<framework_source>, goes_on,
                       opt<in_order>, sor<no_letters, letters>, run<&Builder::finish_framework>> {};

// ---- lifecycles

struct list_comma : leaf<list_comma> {  // a comma between values, not one before the next clause
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (builder.text.substr(at, 1) != ",") return false;
    const std::size_t next = skip_lines(builder.text, at + 1);
    builder.steps += next - at;
    for (const std::string_view words : {"kept while", "entered at", "when"}) {
      if (phrase_end(builder.text, next, words) != std::string_view::npos) return false;
    }
    for (const std::string_view words : {"because", "ask"}) {
      const std::size_t end = phrase_end(builder.text, next, words);
      if (end != std::string_view::npos && builder.text.substr(skip_blanks(builder.text, end), 1) == "\"") return false;
    }
    return take(in, builder, at + 1, true);
  }
};
struct needs
    : collect<&Builder::take_needs, &Builder::items, opt<comma_before<"needs">>, word<"needs">,
              expect<"a number after `needs`", "such as `needs 2 known of email, phone`", digits<&Builder::take_count>>,
              expect<"`known of`", "such as `needs 2 known of email, phone`", phrase<"known of">>,
              expect<"the values that must be known", "such as `needs 2 known of email, phone`", amount>,
              star<list_comma, expect<"a value after `,`", "", amount>>> {};
struct beside : seq<opt<comma_before<"beside">>, word<"beside">,
                    expect_name<"a stage's name after `beside`", "such as `stage PQL beside SQL when ...`">,
                    run<&Builder::take_beside>> {};
struct entered_at : seq<opt<comma_before<"entered at">>, phrase<"entered at">,
                        expect_name<"a field after `entered at`", "such as `entered at became_mql_at`">,
                        run<&Builder::take_entered_at>> {};
struct kept_while : seq<opt<comma_before<"kept while">>, phrase<"kept while">,
                        expect<"a condition after `kept while`", "such as `kept while fit >= 30`", condition>,
                        run<&Builder::take_kept_while>> {};
struct stage
    : build<&Builder::finish_stage, word<"stage">,
            expect_name<"a name for the stage", "such as `stage MQL when fit >= 50`">, run<&Builder::take_rule_name>,
            opt<quoted, run<&Builder::take_rule_title>>, star<sor<beside, entered_at>>, opt<comma_before<"when">>,
            expect_when, star<sor<needs, beside, entered_at, kept_while, because, ask>>, rule_end<>> {};
struct recycled
    : build<&Builder::finish_recycled, word<"recycled">,
            opt<word<"at">, expect_name<"a field after `recycled at`", "such as `recycled at recycled_at when ...`">,
                run<&Builder::take_rule_name>>,
            expect_when, explained, rule_end<>> {};
struct never_back : build<&Builder::finish_never_back, word<"never">,
                          expect<"`back below` and a stage after `never`", "such as `never back below MQL`",
                                 phrase<"back below">, name>,
                          run<&Builder::take_rule_name>, explained, rule_end<>> {};
struct override_clause
    : sor<seq<opt<comma_before<"by">>, word<"by">,
              expect_name<"who may set a stage after `by`", "such as `override stage from \"overrides.csv\" by Sales`">,
              run<&Builder::take_override_by>>,
          seq<opt<comma_before<"needs reason">>, phrase<"needs reason">, run<&Builder::mark_needs_reason>>,
          seq<opt<comma_before<"expires after">>, phrase<"expires after">,
              expect<"a length of time after `expires after`", "such as `expires after 30 days`", amount>,
              run<&Builder::take_expires>>> {};
struct stage_override
    : build<&Builder::finish_override, word<"override">, run<&Builder::begin_override>,
            expect<"`stage from` and a file's name in quotes",
                   "such as `override stage from \"overrides.csv\" by Sales`", phrase<"stage from">, quoted>,
            run<&Builder::take_override_file>, star<sor<override_clause, because, ask>>, rule_end<>> {};
struct lifecycle_item
    : rule<sor<stage, build<&Builder::finish_not_yet, phrase<"not yet">, expect_when, explained, rule_end<>>,
               build<&Builder::finish_disqualified, word<"disqualified">, expect_when, explained, rule_end<>>, recycled,
               never_back, stage_override>> {};
struct lifecycle
    : seq<word<"lifecycle">, run<&Builder::begin_lifecycle>,
          opt<word<"remembers">,
              expect<"`stage from` and a field after `remembers`",
                     "such as `lifecycle remembers stage from lifecycle_stage`", phrase<"stage from">, name>,
              run<&Builder::take_remembered>>,
          block<lifecycle_item, "a stage, `not yet`, `disqualified` or `recycled`",
                "such as `stage MQL when fit >= 50`">,
          run<&Builder::finish_lifecycle>> {};

// ---- routes

struct route_row
    : rule<build<&Builder::finish_route_row, word<"to">,
                 expect<"a destination in quotes", "such as `to \"Inside sales\" when stage >= MQL`", quoted>,
                 run<&Builder::take_rule_title>,
                 expect<"`when` and a condition, or `otherwise`", "such as `to \"Nurture\" otherwise`",
                        sor<word<"otherwise">, when>>,
                 explained, rule_end<>>> {};
struct route : seq<word<"route">, run<&Builder::begin_route>,
                   block<route_row, "a row of the route", "such as `to \"Inside sales\" when stage >= MQL`">,
                   run<&Builder::finish_route>> {};

}  // namespace muster::lang::grammar
