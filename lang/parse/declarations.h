// The grammar of a policy: its header, imports, named conditions, and the list of all declarations.
// May include: PEGTL, lang/parse. Called by: parse.cpp only.
#pragma once

#include "lang/parse/agreement.h"
#include "lang/parse/data.h"
#include "lang/parse/guarantees.h"
#include "lang/parse/scores.h"
#include "lang/parse/tests.h"

namespace muster::lang::grammar {

// ---- policy

template <Words text, PolicyEntry::Key key>
struct entry_word : leaf<entry_word<text, key>> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (!word<text>::read(in, builder)) return false;
    builder.begin_entry(key, at, at + text.view().size());
    return true;
  }
};
struct entry_text
    : expect<"a text in quotes", "such as `owner \"revops@acme.example\"`", quoted, run<&Builder::take_entry_text>> {};
// A comma between parties; one before the next entry of the header ends the list.
struct party_comma : leaf<party_comma> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (builder.text.substr(at, 1) != ",") return false;
    const std::size_t next = skip_lines(builder.text, at + 1);
    builder.steps += next - at;
    for (const std::string_view entry : header_entries) {
      if (word_at(builder.text, next, entry)) return false;
    }
    return take(in, builder, at + 1, true);
  }
};
struct party
    : seq<expect_name<"the name of a party", "such as `parties Marketing, Sales`">, run<&Builder::take_entry_party>> {};
struct review_interval
    : seq<opt<digits<&Builder::take_review_count>>,
          expect<"days, weeks, months, quarters or years", "such as `review every 3 months`", unit_word<true>>,
          run<&Builder::take_review_unit>> {};
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
                seq<entry_word<"review", PolicyEntry::Key::review>,
                    sor<seq<word<"on">, day>,
                        seq<expect<"`every` and how often, or `on` and a day behind `review`",
                                   "such as `review every 3 months` or `review on 2026-06-30`", word<"every">>,
                            review_interval>>>,
                seq<entry_word<"parties", PolicyEntry::Key::parties>, party, star<party_comma, party>>,
                seq<entry_word<"zone", PolicyEntry::Key::zone>, entry_text>,
                seq<entry_word<"currency", PolicyEntry::Key::currency>,
                    expect_name<"a currency code", "such as `currency USD`">, run<&Builder::take_entry_currency>>,
                unknown_entry>,
            rule_end<>> {};
struct policy : seq<word<"policy">, run<&Builder::begin_header>,
                    expect<"a title after `policy`", "such as `policy \"What a qualified lead is\" { ... }`", title>,
                    block<header_entry, "an entry of the policy header",
                          "the entries are edition, version, owner, parties, effective, review, zone and currency">,
                    run<&Builder::finish_header>> {};

struct path
    : seq<expect_name<"the name of a module, or of a file in quotes",
                      "such as `import std.email` or `import \"shared/picklists.muster\"`">,
          run<&Builder::keep_name>, star<sign<".">, expect_name<"a name after `.`", "">, run<&Builder::keep_name>>> {};
struct import : seq<word<"import">, run<&Builder::begin_plain>, sor<seq<quoted, run<&Builder::take_file>>, path>,
                    declaration_end, run<&Builder::finish_import>> {};

// ---- named conditions

struct criterion;
struct poison_criterion {
  static void put(Builder& builder, Span where) { builder.poison_criterion(where); }
};
struct criteria : block<criterion, "a criterion", "such as `require employees >= 100`", false, poison_criterion> {};
struct group_head
    : sor<seq<sees<"all of">, run<&Builder::take_all_of>, phrase<"all of">>,
          seq<sees<"any of">, run<&Builder::take_any_of>, phrase<"any of">>,
          seq<pegtl::not_at<days_ahead>, phrase<"at least">,
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
          declared_name<"a name", "such as `icp MidMarket \"Mid-market companies\" { ... }`">, title_and_about,
          criteria, run<&Builder::finish_qualifier>> {};

struct declaration
    : seq<sor<policy, import, object, picklist, set_declaration, setting, let, define, table, extend, rates, ignore,
              qualifier, score, framework, grade, lifecycle, route, output, calendar, sla, guarantee, test>,
          declaration_end> {};
}  // namespace muster::lang::grammar
