// The grammar of data and of named values: objects, picklists, sets, settings, functions, tables, rates, outputs.
// May include: PEGTL, lang/parse. Called by: declarations.h.
#pragma once

#include "lang/parse/pieces.h"

namespace muster::lang::grammar {

// ---- fields

struct missing_when
    : seq<phrase<"missing when">, expect<"a text in quotes", "such as `missing when \"Select\", \"N/A\"`", text_list>> {
};
struct field_comma : leaf<field_comma> {  // a comma that belongs to the clause behind it, not to the next field
  static bool read(Input& in, Builder& builder) {
    const std::string_view text = builder.text;
    const std::size_t at = offset(in);
    if (text.substr(at, 1) != ",") return false;
    const std::size_t next = skip_lines(text, at + 1);
    builder.steps += next - at;
    for (const std::string_view words : {"dated by", "claimed", "verified", "source", "event", "known after outcome",
                                         "time", "key", "required", "from", "format"}) {
      const std::size_t end = phrase_end(text, next, words);
      if (end == std::string_view::npos || text.substr(skip_blanks(text, end), 1) == ":") continue;
      return take(in, builder, at + 1, true);
    }
    return false;
  }
};
struct field_source
    : seq<word<"source">,
          expect<"`explicit` or `implicit` after `source`", "stated in a form, or concluded from behaviour",
                 sor<seq<word<"explicit">, run<&Builder::mark_explicit>>,
                     seq<word<"implicit">, run<&Builder::mark_implicit>>>>> {};
struct field_clause
    : sor<seq<word<"key">, run<&Builder::mark_key>>, seq<word<"required">, run<&Builder::mark_required>>,
          seq<phrase<"from row number">, run<&Builder::mark_row_number>>,
          seq<word<"from">, expect<"a column's name in quotes", "such as `from \"Lead ID\"`", text_list>,
              run<&Builder::take_headers>>,
          seq<missing_when, run<&Builder::take_missing_when>>,
          seq<word<"format">, expect<"a format in quotes", "such as `format \"DD/MM/YYYY\"`", text_list>,
              run<&Builder::take_formats>>,
          seq<phrase<"dated by">, expect_name<"a field after `dated by`", "such as `dated by budget_asked_at`">,
              run<&Builder::take_dated_by>>,
          seq<word<"claimed">, run<&Builder::mark_claimed>>,
          seq<phrase<"verified by">, expect_name<"a field after `verified by`", "such as `verified by budget_checked`">,
              run<&Builder::take_verified_by>>,
          seq<word<"verified">, run<&Builder::mark_verified>>, field_source,
          seq<word<"event">, run<&Builder::mark_event>>,
          seq<phrase<"known after outcome">, run<&Builder::mark_known_after>>,
          seq<word<"time">, run<&Builder::mark_time>>> {};
struct question : leaf<question> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (builder.text.substr(at, 1) != "?") return false;
    if (builder.last_end != at) builder.report_foreign(at, at + 1, "the `?` touches the type, as in `text?`");
    builder.mark_optional();
    return take(in, builder, at + 1);
  }
};
struct field_clauses : star<opt<field_comma>, field_clause> {};
struct kind_field : build<&Builder::finish_kind_field, name, run<&Builder::begin_field>, type_colon, type_reference,
                          opt<question>, field_clauses, rule_end<>> {};
struct kind : seq<expect_name<"the name of a kind", "such as `PageView = \"Page view\"`">, run<&Builder::begin_kind>,
                  opt<sign<"=">, expect<"a spelling in quotes", "such as `PageView = \"Page view\"`", text_list>,
                      run<&Builder::take_spellings>>,
                  opt<seq<sees_sign<'{'>, block<kind_field, "a field of the kind", "such as `page: text?`">>>,
                  rule_end<>, run<&Builder::finish_kind>> {};
struct kinds_ahead : leaf<kinds_ahead> {  // `kind { ... }`; without braces it is a picklist's name
  static bool read(Input& in, Builder& builder) {
    return builder.type.name.text == "kind" && sees_sign<'{'>::read(in, builder);
  }
};
struct kinds : seq<kinds_ahead, run<&Builder::begin_kinds>,
                   block<kind, "the name of a kind", "such as `PageView = \"Page view\"`">, run<&Builder::end_kinds>> {
};
struct field_body : seq<type_reference, opt<question>, field_clauses, opt<kinds, field_clauses>> {};

// ---- relations

template <Words text, auto function>
struct relation_word : leaf<relation_word<text, function>> {  // `many` or `one` with an object's name behind it
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (!word_at(builder.text, at, text.view())) return false;
    const std::size_t next = skip_blanks(builder.text, at + text.view().size());
    if (identifier_end(builder.text, next) == next) return false;
    (builder.*function)();
    return take(in, builder, at + text.view().size());
  }
};
struct relation_object
    : seq<expect_name<"the name of an object", "such as `many Activity by lead_id`">,
          run<&Builder::take_relation_object>,
          expect<"`by` and a field", "such as `many Activity by lead_id`", word<"by">>,
          expect_name<"a field after `by`", "such as `many Activity by lead_id`">, run<&Builder::take_relation_by>> {};
struct otherwise_match
    : seq<opt<comma_before<"otherwise">>, word<"otherwise">,
          expect<"a field of the other object, `=` and a value", "such as `otherwise domain = domain(email)`", name,
                 run<&Builder::keep_name>, sign<"=", true>, amount>,
          run<&Builder::take_otherwise_match>> {};
struct tracked
    : sor<seq<opt<comma_before<"tracked since">>, phrase<"tracked since">,
              expect<"a day, a moment or a field after `tracked since`", "such as `tracked since 2024-01-01`", amount>,
              run<&Builder::take_tracked_since>>,
          seq<opt<comma_before<"only when">>, phrase<"only when">,
              expect<"a condition after `only when`", "such as `only when cookies_accepted`", condition>,
              run<&Builder::take_tracked_only>>> {};
struct relation_body : sor<seq<relation_word<"many", &Builder::begin_many>, relation_object, star<tracked>>,
                           seq<relation_word<"one", &Builder::begin_one>, relation_object, opt<otherwise_match>>> {};

struct duplicates
    : build<&Builder::finish_duplicates, phrase<"duplicates by">, run<&Builder::begin_duplicates>,
            expect_name<"a field after `duplicates by`", "such as `duplicates by email: keep newest`">,
            run<&Builder::take_duplicates_by>,
            expect<"`: keep newest` or `: keep oldest`", "such as `duplicates by email: keep newest by updated_at`",
                   sign<":">, word<"keep">, sor<word<"newest">, seq<word<"oldest">, run<&Builder::keep_oldest>>>>,
            opt<word<"by">, expect_name<"a field after `by`", "such as `keep newest by updated_at`">,
                run<&Builder::take_duplicates_date>>,
            opt<opt<comma_before<"join activities">>, phrase<"join activities">, run<&Builder::join_rows>>,
            rule_end<>> {};

struct object_missing : build<&Builder::finish_object_missing, missing_when, rule_end<>> {};
struct unnamed_relation : build<&Builder::finish_relation, relation_body, rule_end<>> {};
struct named_item : build<&Builder::finish_object_item, name, run<&Builder::begin_field>, type_colon,
                          sor<relation_body, field_body>, rule_end<>> {};
struct object_item
    : seq<run<&Builder::begin_object_item>, sor<object_missing, duplicates, unnamed_relation, named_item>> {};
struct object : seq<word<"object">, run<&Builder::begin_object>,
                    declared_name<"a name for the object", "such as `object Lead { ... }`">, opt<title>,
                    opt<word<"from">, expect<"a file's name in quotes", "such as `from \"activities.csv\"`", quoted>,
                        run<&Builder::take_file>>,
                    block<object_item, "a field", "such as `employees: int from \"Number of employees\"`">,
                    run<&Builder::finish_object>> {};

// ---- picklists, sets, settings

struct member
    : seq<expect_name<"a value of the picklist", "such as `US = \"United States\", \"USA\"`">, run<&Builder::keep_name>,
          opt<sign<"=">, expect<"a spelling in quotes", "such as `US = \"United States\", \"USA\"`", text_list>>,
          rule_end<>, run<&Builder::finish_member>> {};
struct ordered : seq<word<"ordered">, run<&Builder::mark_ordered>> {};
struct picklist
    : seq<word<"picklist">, run<&Builder::begin_picklist>,
          declared_name<"a name for the picklist", "such as `picklist Country { ... }`">, opt<ordered>, opt<title>,
          opt<ordered>, block<member, "a value of the picklist", "">, run<&Builder::finish_picklist>> {};

struct set_declaration
    : seq<word<"set">, run<&Builder::begin_plain>,
          expect_name<"a name for the set", "such as `set target_industries = { \"Software\" }`">,
          run<&Builder::take_name>,
          sor<seq<word<"from">, expect<"a file's name in quotes", "such as `from \"competitors.txt\"`", quoted>,
                  run<&Builder::take_file>>,
              seq<equals,
                  expect<"`{` and the values of the set", "such as `{ \"Software\", \"Healthcare\" }`", set_operand>>>,
          declaration_end, run<&Builder::finish_set>> {};
struct setting_value : expect<"a value after `=`", "", condition> {};
struct dated_value  // , 150 from 2026-04-01
    : build<&Builder::finish_dated_value, sign<",", true>, run<&Builder::begin_dated_value>,
            expect<"a value after `,`", "such as `= 100, 150 from 2026-04-01`", condition>,
            expect<"`from` and the first day of this value", "such as `= 100, 150 from 2026-04-01`", word<"from">>,
            day> {};
struct setting : seq<word<"setting">, run<&Builder::begin_plain>,
                     expect_name<"a name for the setting", "such as `setting smallest_company: int = 100`">,
                     run<&Builder::take_name>, type_colon, type_reference, equals, setting_value, star<dated_value>,
                     opt<title>, declaration_end, run<&Builder::finish_setting>> {};

// ---- values and functions

struct result_type : seq<sign<":">, type_reference, run<&Builder::take_result>> {};  // what the value is
struct let : seq<word<"let">, run<&Builder::begin_plain>,
                 expect_name<"a name after `let`", "such as `let is_large = employees >= 1000`">,
                 run<&Builder::take_name>, opt<about>, opt<result_type>, equals,
                 expect<"a value after `=`", "", condition>, declaration_end, run<&Builder::finish_let>> {};
struct define
    : seq<word<"define">, run<&Builder::begin_plain>,
          expect_name<"a name after `define`", "such as `define is_large(employees: int) = employees >= 1000`">,
          run<&Builder::take_name>,
          expect<"`(` and the parameters", "such as `define is_large(employees: int) = employees >= 1000`", parameters>,
          opt<result_type>, equals, expect<"a value after `=`", "", condition>, declaration_end,
          run<&Builder::finish_define>> {};
struct output : seq<word<"output">, run<&Builder::begin_plain>,
                    expect_name<"a name after `output`", "such as `output size \"How large they are\" = employees`">,
                    run<&Builder::take_name>, opt<result_type>, opt<title>, equals,
                    expect<"a value after `=`", "", condition>, declaration_end, run<&Builder::finish_output>> {};
struct rates
    : seq<word<"rates">, run<&Builder::begin_plain>,
          expect<"a file's name in quotes", "such as `rates \"rates.csv\" at created_at`", quoted>,
          run<&Builder::take_file>,
          expect<"`at` and a day or moment", "such as `rates \"rates.csv\" at created_at`", word<"at">, amount>,
          declaration_end, run<&Builder::finish_rates>> {};
struct ignore
    : seq<word<"ignore">, run<&Builder::begin_plain>,
          expect<"`leads` or the name of an object", "such as `ignore leads when domain(email) = \"acme.example\"`",
                 sor<word<"leads">, seq<name, run<&Builder::take_ignored_object>>>>,
          expect_when, star<because>, declaration_end, run<&Builder::finish_ignore>> {};

// ---- tables

struct cell_any : build<&Builder::band_any, word<"any">> {};
struct table_cell : expect<"a cell such as `over 1000`, `US, CA` or `any`",
                           "cells are `under A`, `A to B`, `over B`, `B and over`, values, `missing` and `any`",
                           sor<cell_any, band>> {};
struct table_row
    : collect<&Builder::finish_table_row, &Builder::bands, table_cell, star<sign<"|">, table_cell>,
              expect<"`=` and the result of the row", "such as `over 1000 | US = \"Enterprise\"`", sign<"=", true>>,
              expect<"a value after `=`", "", condition>, rule_end<>> {};
struct table_rows : block<table_row, "a row of the table", "such as `over 1000 | US = \"Enterprise\"`"> {};
struct table_policy : sor<seq<word<"first">, run<&Builder::mark_first>>,
                          seq<word<"unique">, run<&Builder::mark_unique>>, seq<word<"sum">, run<&Builder::mark_sum>>> {
};
struct table
    : seq<word<"table">, run<&Builder::begin_table>,
          declared_name<"a name for the table", "such as `table tier(employees: int): text { ... }`">,
          expect<"`(` and what is looked up", "such as `table tier(employees: int): text { ... }`", parameters>,
          expect<"`:` and the type of the results", "such as `table tier(employees: int): text { ... }`", sign<":">>,
          type_reference, run<&Builder::take_result>, goes_on, opt<table_policy>, goes_on, opt<title>,
          opt<table_policy>, table_rows, run<&Builder::finish_table>> {};

// ---- extend: what stands in the braces says what is extended

struct field_ahead : leaf<field_ahead> {  // `budget:`
  static bool read(Input& in, Builder& builder) {
    const std::size_t end = identifier_end(builder.text, offset(in));
    return end > offset(in) && builder.text.substr(skip_blanks(builder.text, end), 1) == ":";
  }
};
// A value of a picklist that is no row of a table: without a spelling, or with more than one.
struct member_ahead : leaf<member_ahead> {
  static bool read(Input& in, Builder& builder) {
    const std::string_view text = builder.text;
    const std::size_t begin = offset(in);
    const std::size_t end = identifier_end(text, begin);
    if (end == begin || is_reserved(text.substr(begin, end - begin))) return false;
    std::size_t at = skip_blanks(text, end);
    const bool ends =
        at >= text.size() || at_newline(text, at) || text[at] == ',' || text[at] == '}' || text[at] == '#';
    if (ends || text[at] != '=') return ends;
    std::size_t spellings = 0;
    for (at = skip_blanks(text, at + 1); text.substr(at, 1) == "\""; ++spellings) {
      const std::size_t next = skip_blanks(text, token_end(text, at));
      builder.steps += next - at;
      const std::size_t behind_comma = text.substr(next, 1) == "," ? skip_lines(text, next + 1) : next;
      at = text.substr(behind_comma, 1) == "\"" ? behind_comma : next;
    }
    return spellings > 1 && text.substr(at, 1) != "=" && text.substr(at, 1) != "|";
  }
};
struct extension
    : sor<seq<run<&Builder::begin_object_item>, sor<object_missing, unnamed_relation, seq<field_ahead, named_item>>>,
          seq<member_ahead, member>, table_row> {};
struct extend
    : seq<word<"extend">, run<&Builder::begin_extend>,
          declared_name<
              "the name of an object, a table or a picklist",
              "such as `extend Lead { budget: money? }` or `extend seniority { \"Head of RevOps\" = Director }`">,
          block<extension, "a field, a row or a value", "such as `budget: money?` or `\"Head of RevOps\" = Director`">,
          run<&Builder::finish_extend>> {};

}  // namespace muster::lang::grammar
