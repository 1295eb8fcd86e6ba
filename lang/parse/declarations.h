// The grammar of declarations and of the rules inside their blocks.
// May include: PEGTL, lang/parse. Called by: parse.cpp only.
#pragma once

#include "lang/parse/expressions.h"

namespace muster::lang::grammar {

using pegtl::opt;
using pegtl::seq;
using pegtl::sor;
using pegtl::star;

// ---- pieces

struct title : seq<quoted, run<&Builder::take_title>> {};
struct text_list : seq<quoted, run<&Builder::keep_text>, star<comma_before_text, quoted, run<&Builder::keep_text>>> {};

struct because : seq<opt<comma_before<"because">>, word<"because">,
                     expect<"a text after `because`", "such as `because \"not a buyer yet\"`", quoted>,
                     run<&Builder::take_because>> {};
struct ask : seq<opt<comma_before<"ask">>, word<"ask">,
                 expect<"a text after `ask`", "such as `ask \"How many employees do you have?\"`", quoted>,
                 run<&Builder::take_ask>> {};
struct explained : star<sor<because, ask>> {};

struct a_condition : seq<condition, run<&Builder::take_condition>> {};
struct when
    : seq<word<"when">,
          expect<"a condition after `when`", "write what must be true, such as `employees >= 100`", a_condition>> {};
struct at_most
    : seq<opt<comma_before<"at most">>, phrase<"at most">,
          expect<"the most points after `at most`", "such as `at most 20`", amount>, run<&Builder::take_at_most>> {};

// A phrase of the design that this version does not read: reported by its own name.
struct later_here : leaf<later_here> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::string_view later = later_phrase(builder.text, at, builder.place);
    if (later.empty()) return false;
    const std::size_t end = phrase_end(builder.text, at, later);
    const std::string_view next = builder.text.substr(skip_blanks(builder.text, end), 1);
    if (next == ":" || next == "=" || next == ".") return false;  // a name that is spelled like it
    builder.report_later(at, end);
    throw SyntaxError{end};
  }
};

struct type_digits : seq<sees_sign<'('>, sign<"(">,
                         expect<"a number of digits", "such as `decimal(2)`", digits<&Builder::take_type_digits>>,
                         expect<"`)`", "", sign<")">>> {};
struct type_currency : leaf<type_currency> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::size_t end = identifier_end(builder.text, at);
    if (end - at != 3 || builder.type.name.text != "money") return false;
    for (std::size_t i = at; i < end; ++i) {
      if (builder.text[i] < 'A' || builder.text[i] > 'Z') return false;
    }
    builder.read_name(at, end);
    builder.take_type_currency();
    return take(in, builder, end);
  }
};
struct type_reference
    : seq<expect_name<
              "a type",
              "types are text, bool, int, decimal, percent, money, date, datetime, duration and your picklists">,
          run<&Builder::take_type_name>, opt<type_digits>, opt<type_currency>> {};
struct type_colon : expect<"`:` and a type", "such as `employees: int`", sign<":">> {};

// ---- policy

template <Words text, PolicyEntry::Key key>
struct entry_word : leaf<entry_word<text, key>> {
  static bool read(Input& in, Builder& builder) {
    if (!word<text>::read(in, builder)) return false;
    builder.begin_entry(key);
    return true;
  }
};
struct entry_text
    : expect<"a text in quotes", "such as `owner \"revops@acme.example\"`", quoted, run<&Builder::take_entry_text>> {};
struct day : expect<"a day such as 2026-01-31", "", number, run<&Builder::take_date>> {};
struct unknown_entry : leaf<unknown_entry> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::size_t end = identifier_end(builder.text, at);
    if (end == at) return false;
    builder.unknown_entry(at, end);
  }
};
struct header_entry
    : build<&Builder::finish_entry,
            sor<seq<entry_word<"edition", PolicyEntry::Key::edition>,
                    expect<"a year after `edition`", "such as `edition 2026`", digits<&Builder::take_entry_number>>>,
                seq<entry_word<"version", PolicyEntry::Key::version>, entry_text>,
                seq<entry_word<"owner", PolicyEntry::Key::owner>, entry_text>,
                seq<entry_word<"effective", PolicyEntry::Key::effective>, day,
                    expect<"`to` and the last day", "such as `effective 2026-01-01 to 2026-03-31`", word<"to">>, day>,
                seq<entry_word<"zone", PolicyEntry::Key::zone>, entry_text>,
                seq<entry_word<"currency", PolicyEntry::Key::currency>,
                    expect_name<"a currency code", "such as `currency USD`">, run<&Builder::take_entry_currency>>,
                unknown_entry>,
            rule_end<>> {};
struct policy : seq<word<"policy">, run<&Builder::begin_header>,
                    expect<"a title after `policy`", "such as `policy \"What a qualified lead is\" { ... }`", title>,
                    block<header_entry, "an entry of the policy header",
                          "the entries are edition, version, owner, effective, zone and currency">,
                    run<&Builder::finish_header>> {};

struct path : seq<expect_name<"a module's name", "such as `import std.email`">, run<&Builder::keep_name>,
                  star<sign<".">, expect_name<"a name after `.`", "">, run<&Builder::keep_name>>> {};
struct import : seq<word<"import">, run<&Builder::begin_plain>, path, declaration_end, run<&Builder::finish_import>> {};

// ---- data

struct missing_when
    : seq<phrase<"missing when">, expect<"a text in quotes", "such as `missing when \"Select\", \"N/A\"`", text_list>> {
};
struct field_clause
    : sor<seq<word<"key">, run<&Builder::mark_key>>, seq<word<"required">, run<&Builder::mark_required>>,
          seq<phrase<"from row number">, run<&Builder::mark_row_number>>,
          seq<word<"from">, expect<"a column's name in quotes", "such as `from \"Lead ID\"`", text_list>,
              run<&Builder::take_headers>>,
          seq<missing_when, run<&Builder::take_missing_when>>,
          seq<word<"format">, expect<"a format in quotes", "such as `format \"DD/MM/YYYY\"`", text_list>,
              run<&Builder::take_formats>>> {};
struct question : leaf<question> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (builder.text.substr(at, 1) != "?") return false;
    if (builder.last_end != at) builder.report_foreign(at, at + 1, "the `?` touches the type, as in `text?`");
    builder.mark_optional();
    return take(in, builder, at + 1);
  }
};
struct object_item : sor<build<&Builder::finish_object_missing, missing_when, rule_end<>>, later_here,
                         build<&Builder::finish_field, name, run<&Builder::begin_field>, type_colon, type_reference,
                               opt<question>, star<field_clause>, rule_end<>>> {};
struct object : seq<word<"object">, run<&Builder::begin_object>,
                    declared_name<"a name for the object", "such as `object Lead { ... }`">, opt<title>,
                    block<object_item, "a field", "such as `employees: int from \"Number of employees\"`">,
                    run<&Builder::finish_object>> {};

struct member
    : seq<expect_name<"a value of the picklist", "such as `US = \"United States\", \"USA\"`">, run<&Builder::keep_name>,
          opt<sign<"=">, expect<"a spelling in quotes", "such as `US = \"United States\", \"USA\"`", text_list>>,
          rule_end<>, run<&Builder::finish_member>> {};
struct ordered : seq<word<"ordered">, run<&Builder::mark_ordered>> {};
struct picklist
    : seq<word<"picklist">, run<&Builder::begin_picklist>,
          declared_name<"a name for the picklist", "such as `picklist Country { ... }`">, opt<ordered>, opt<title>,
          opt<ordered>, block<member, "a value of the picklist", "">, run<&Builder::finish_picklist>> {};

struct equals : expect<"`=`", "", sign<"=", true>> {};
struct set_declaration
    : seq<word<"set">, run<&Builder::begin_plain>,
          expect_name<"a name for the set", "such as `set target_industries = { \"Software\" }`">,
          run<&Builder::take_name>, equals,
          expect<"`{` and the values of the set", "such as `{ \"Software\", \"Healthcare\" }`", set_operand>,
          declaration_end, run<&Builder::finish_set>> {};
struct dated_value : leaf<dated_value> {  // = 100, 150 from 2026-04-01
  static bool read(Input& in, Builder& builder) {
    if (!sees_sign<','>::read(in, builder)) return false;
    const std::size_t at = offset(in);
    builder.report_later(at, std::min(builder.text.find('\n', at), builder.text.size()));
    throw SyntaxError{at};
  }
};
struct setting
    : seq<word<"setting">, run<&Builder::begin_plain>,
          expect_name<"a name for the setting", "such as `setting smallest_company: int = 100`">,
          run<&Builder::take_name>, type_colon, type_reference, equals, expect<"a value after `=`", "", condition>,
          opt<dated_value>, opt<title>, declaration_end, run<&Builder::finish_setting>> {};
struct let
    : seq<word<"let">, run<&Builder::begin_plain>,
          expect_name<"a name after `let`", "such as `let is_large = employees >= 1000`">, run<&Builder::take_name>,
          equals, expect<"a value after `=`", "", condition>, declaration_end, run<&Builder::finish_let>> {};
struct parameter : seq<name, run<&Builder::keep_name>, type_colon, type_reference, run<&Builder::finish_parameter>> {};
struct parameters
    : brackets<"(", ')', "`,` or `)`", "separate parameters with commas, such as `(title: text, days: int)`",
               opt<parameter, star<sign<",">, expect<"a parameter after `,`", "such as `days: int`", parameter>>>> {};
struct define
    : seq<word<"define">, run<&Builder::begin_define>,
          expect_name<"a name after `define`", "such as `define is_large(employees: int) = employees >= 1000`">,
          run<&Builder::take_name>,
          expect<"`(` and the parameters", "such as `define is_large(employees: int) = employees >= 1000`", parameters>,
          opt<sign<":">, type_reference, run<&Builder::take_result>>, equals,
          expect<"a value after `=`", "", condition>, declaration_end, run<&Builder::finish_define>> {};
struct ignore
    : seq<word<"ignore">, run<&Builder::begin_plain>,
          expect<"`leads when`", "such as `ignore leads when domain(email) = \"acme.example\"`", phrase<"leads">, when>,
          star<because>, declaration_end, run<&Builder::finish_ignore>> {};

// ---- named conditions

struct criterion;
struct poison_criterion {
  static void put(Builder& builder, Span where) { builder.poison_criterion(where); }
};
struct criteria : block<criterion, "a criterion", "such as `require employees >= 100`", false, poison_criterion> {};
struct group_head
    : sor<seq<sees<"all of">, run<&Builder::take_all_of>, phrase<"all of">>,
          seq<sees<"any of">, run<&Builder::take_any_of>, phrase<"any of">>,
          seq<phrase<"at least">,
              expect<"a number after `at least`", "such as `at least 2 of { ... }`", digits<&Builder::take_count>>,
              expect<"`of`", "such as `at least 2 of { ... }`", word<"of">>>> {};
struct criterion : rule<sor<build<&Builder::finish_criterion_group, group_head, criteria, explained, rule_end<>>,
                            build<&Builder::finish_require, word<"require">,
                                  expect<"a condition after `require`",
                                         "write what must be true, such as `employees >= 100`", a_condition>,
                                  explained, rule_end<>>,
                            build<&Builder::finish_exclude, word<"exclude">,
                                  expect<"a condition after `exclude`",
                                         "write what must not be true, such as `is_freemail(email)`", a_condition>,
                                  opt<phrase<"except when">, expect<"a condition after `except when`", "", condition>,
                                      run<&Builder::take_except_when>>,
                                  explained, rule_end<>>,
                            build<&Builder::finish_require, a_condition, explained, rule_end<>>>> {};
struct qualifier_word : expect<"`qualifier`", "such as `behavioural qualifier Interest { ... }`", word<"qualifier">> {};
struct qualifier
    : seq<sor<seq<word<"icp">, run<&Builder::begin_icp>>, seq<word<"persona">, run<&Builder::begin_persona>>,
              seq<word<"demographic">, qualifier_word, run<&Builder::begin_demographic>>,
              seq<word<"situational">, qualifier_word, run<&Builder::begin_situational>>,
              seq<word<"behavioural">, qualifier_word, run<&Builder::begin_behavioural>>>,
          declared_name<"a name", "such as `icp MidMarket \"Mid-market companies\" { ... }`">, opt<title>, criteria,
          run<&Builder::finish_qualifier>> {};

// ---- scores

struct step_ahead : leaf<step_ahead> {  // a literal directly before another value: `per 100 employees`
  static bool read(Input& in, Builder& builder) {
    if (in.empty() || !is_digit(*in.current())) return false;
    const NumberShape shape = scan_number(builder.text, offset(in));
    return starts_operand(builder.text, skip_blanks(builder.text, shape.end)) &&
           scan_date(builder.text, offset(in)) == offset(in);
  }
};
struct per : seq<word<"per">, run<&Builder::begin_per>, opt<later_here>, opt<word<"full">, run<&Builder::take_full>>,
                 opt<step_ahead, number, run<&Builder::take_step>>,
                 expect<"what the points are counted by", "such as `+2 per full 100 employees`", amount>,
                 run<&Builder::take_quantity>> {};
struct comma_later : leaf<comma_later> {  // `, counting latest 1 per week`
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (builder.text.substr(at, 1) != ",") return false;
    const std::size_t next = skip_blanks(builder.text, at + 1);
    const std::string_view later = later_phrase(builder.text, next, builder.place);
    if (later.empty()) return false;
    const std::size_t end = phrase_end(builder.text, next, later);
    builder.report_later(next, end);
    throw SyntaxError{end};
  }
};
struct score_clause : sor<when, per, at_most, because, ask> {};
struct point_rule : build<&Builder::finish_point_rule,
                          sor<seq<sign<"+">, run<&Builder::take_plus>>, seq<sign<"-">, run<&Builder::take_minus>>>,
                          expect<"a number of points", "such as `+25 when employees >= 100`", primary>,
                          run<&Builder::take_amount>, star<score_clause>, opt<comma_later>, rule_end<>> {};
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
struct score_group : build<&Builder::finish_score_group, word<"group">, opt<quoted, run<&Builder::take_rule_title>>,
                           opt<at_most>, score_items, star<score_clause>, rule_end<>> {};
struct score_item : rule<sor<points_by, score_group, point_rule>> {};
struct bounds : seq<word<"from">, expect<"the lowest score after `from`", "such as `from 0 to 100`", amount>,
                    expect<"`to` and the highest score", "such as `from 0 to 100`", word<"to">, amount>,
                    run<&Builder::take_bounds>> {};
struct score : seq<word<"score">, run<&Builder::begin_score>,
                   declared_name<"a name for the score", "such as `score fit from 0 to 100 { ... }`">, opt<title>,
                   opt<bounds>, score_items, run<&Builder::finish_score>> {};

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
                   declared_name<"a name for the grade", "such as `grade tier from fit { ... }`">, opt<title>,
                   expect<"`from` and a score", "such as `grade tier from fit { ... }`", word<"from">>, axis,
                   star<sign<",", true>, axis>,
                   block<grade_item, "a row of the grade", "such as `fit >= 75 | A` or `otherwise | C`">,
                   run<&Builder::finish_grade>> {};

// ---- stages and routes

struct needs
    : collect<&Builder::take_needs, &Builder::items, opt<comma_before<"needs">>, word<"needs">,
              expect<"a number after `needs`", "such as `needs 2 known of email, phone`", digits<&Builder::take_count>>,
              expect<"`known of`", "such as `needs 2 known of email, phone`", phrase<"known of">>,
              expect<"the values that must be known", "such as `needs 2 known of email, phone`", amount>,
              star<sign<",", true>, expect<"a value after `,`", "", amount>>> {};
struct expect_when : expect<"`when` and a condition", "such as `when fit >= 50`", when> {};
struct lifecycle_item
    : rule<sor<build<&Builder::finish_stage, word<"stage">,
                     expect_name<"a name for the stage", "such as `stage MQL when fit >= 50`">,
                     run<&Builder::take_rule_name>, opt<quoted, run<&Builder::take_rule_title>>, expect_when,
                     star<sor<needs, because, ask>>, rule_end<>>,
               build<&Builder::finish_not_yet, phrase<"not yet">, expect_when, explained, rule_end<>>,
               build<&Builder::finish_disqualified, word<"disqualified">, expect_when, explained, rule_end<>>>> {};
struct lifecycle
    : seq<word<"lifecycle">, run<&Builder::begin_lifecycle>,
          block<lifecycle_item, "a stage, `not yet` or `disqualified`", "such as `stage MQL when fit >= 50`">,
          run<&Builder::finish_lifecycle>> {};

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

struct declaration : seq<sor<policy, import, object, picklist, set_declaration, setting, let, define, ignore, qualifier,
                             score, grade, lifecycle, route>,
                         declaration_end> {};

}  // namespace muster::lang::grammar
