// Parts that several kinds of declaration share: titles, reasons, conditions, types, parameters.
// May include: PEGTL, lang/parse. Called by: the grammar headers of declarations.
#pragma once

#include "lang/parse/expressions.h"

namespace muster::lang::grammar {

using pegtl::opt;
using pegtl::seq;
using pegtl::sor;
using pegtl::star;

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
    : seq<sor<word<"when">, foreign<"if", "write `when`">, foreign<"IF", "write `when`">>,
          expect<"a condition after `when`", "write what must be true, such as `employees >= 100`", a_condition>> {};
struct expect_when : expect<"`when` and a condition", "such as `when fit >= 50`", when> {};
struct equals : expect<"`=`", "", sign<"=", true>> {};

struct about
    : seq<word<"for">, expect_name<"the object that it is about", "such as `for Company`">, run<&Builder::take_about>> {
};
// The head of a block may go on in the next line, deeper than the declaration: with its title or one of its clauses.
struct goes_on : leaf<goes_on> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (!at_newline(builder.text, at)) return true;
    const std::size_t next = skip_lines(builder.text, at);
    builder.steps += next - at;
    if (next >= builder.text.size() || builder.text[next - 1] == '\n') return true;
    bool clause = builder.text[next] == '"';
    for (const std::string_view words : {"for", "from", "in order", "halving every", "fading to zero", "minus",
                                         "never fading", "by whole days", "scaled to"}) {
      clause = clause || phrase_end(builder.text, next, words) != std::string_view::npos;
    }
    if (!clause) return true;
    builder.keep_comments(at, next);
    in.bump(next - at);
    return true;
  }
};
struct title_and_about : seq<goes_on, opt<about>, goes_on, opt<title>, goes_on, opt<about>, goes_on> {};

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

struct parameter : seq<name, run<&Builder::keep_name>, type_colon, type_reference, run<&Builder::finish_parameter>> {};
struct parameters
    : brackets<"(", ')', "`,` or `)`", "separate parameters with commas, such as `(title: text, days: int)`",
               opt<parameter, star<sign<",">, expect<"a parameter after `,`", "such as `days: int`", parameter>>>> {};

struct day : expect<"a day such as 2026-01-31", "", number, run<&Builder::take_date>> {};

}  // namespace muster::lang::grammar
