// The grammar of guarantees: a condition for every lead, or what conclusions never use.
// May include: PEGTL, lang/parse. Called by: declarations.h.
#pragma once

#include "lang/parse/pieces.h"

namespace muster::lang::grammar {

struct never_use_ahead : leaf<never_use_ahead> {  // fit, stage never use ...: names and commas, then the two words
  static bool read(Input& in, Builder& builder) {
    const std::string_view text = builder.text;
    std::size_t at = offset(in);
    for (;;) {
      const std::size_t end = identifier_end(text, at);
      if (end == at) return false;
      const std::size_t next = skip_blanks(text, end);
      builder.steps += next - at;
      if (text.substr(next, 1) != ",") return phrase_end(text, next, "never use") != std::string_view::npos;
      at = skip_lines(text, next + 1);
      builder.steps += at - next;
    }
  }
};
struct never_subject
    : seq<expect_name<"a score, `stage` or another conclusion", "such as `fit, stage never use home_country`">,
          run<&Builder::add_never_subject>> {};
struct never_field : expect<"a field that is never used", "such as `fit never use home_country, company.country`",
                            collect<&Builder::add_never_field, &Builder::names, name, run<&Builder::keep_name>,
                                    star<sign<".">, expect_name<"a name after `.`", "">, run<&Builder::keep_name>>>> {};
struct never_use
    : seq<never_use_ahead, run<&Builder::begin_never_use>, never_subject, star<sign<",", true>, never_subject>,
          phrase<"never use">, never_field, star<sign<",", true>, never_field>> {};
struct guarantee
    : seq<word<"guarantee">, run<&Builder::begin_guarantee>,
          expect<"a title after `guarantee`", "such as `guarantee \"We never pass on a small company\": ...`", title>,
          expect<"`:` and what is guaranteed",
                 "such as `: stage >= MQL implies employees >= 100` or `: fit never use home_country`",
                 sign<":", true>>,
          expect<"a condition, or scores and `never use`",
                 "such as `stage >= MQL implies employees >= 100` or `fit never use home_country`",
                 sor<never_use, seq<condition, run<&Builder::take_guaranteed>>>>,
          declaration_end, run<&Builder::finish_guarantee>> {};

}  // namespace muster::lang::grammar
