// The smallest grammar rules: words, signs, names, literals, and the rules that call the builder.
// May include: PEGTL, lang/parse. Called by: the grammar headers of lang/parse only.
#pragma once

#include <cstddef>
#include <string_view>
#include <tao/pegtl.hpp>

#include "lang/parse/builder.h"
#include "lang/parse/foreign.h"

namespace muster::lang::grammar {

namespace pegtl = tao::pegtl;
using Input = pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf_crlf, const char*>;

// A text as a template argument: grammar rules carry the words that they read and the words of their messages.
template <std::size_t N>
struct Words {
  char letters[N]{};
  consteval Words(const char (&text)[N]) {  // NOLINT(google-explicit-constructor)
    for (std::size_t i = 0; i < N; ++i) letters[i] = text[i];
  }
  [[nodiscard]] constexpr std::string_view view() const { return {letters, N - 1}; }
};

[[nodiscard]] inline std::size_t offset(const Input& in) { return static_cast<std::size_t>(in.current() - in.begin()); }

// Reads the token that ends at `end` and what stands behind it up to the next one.
inline bool take(Input& in, Builder& builder, std::size_t end, bool wide = false) {
  in.bump(builder.after_token(end, wide) - offset(in));
  return true;
}

// PEGTL's shape of a rule with parts, and how such a rule tries a part: through the control class.
#define MUSTER_MATCH                                                                     \
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action, \
            template <class...> class Control>                                           \
  static bool match(Input& in, Builder& builder)
#define MUSTER_MATCH_PART(...) \
  Control<__VA_ARGS__>::template match<A, pegtl::rewind_mode::required, Action, Control>(in, builder)

// A rule without parts: `Rule::read` either reads one token or leaves the input as it is.
template <class Rule>
struct leaf {
  MUSTER_MATCH { return Rule::read(in, builder); }
};

// ---- words and signs

template <Words text, bool wide = false>
struct word : leaf<word<text, wide>> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    return word_at(builder.text, at, text.view()) && take(in, builder, at + text.view().size(), wide);
  }
};

template <Words text, bool wide = false>
struct phrase : leaf<phrase<text, wide>> {  // several words
  static bool read(Input& in, Builder& builder) {
    const std::size_t end = phrase_end(builder.text, offset(in), text.view());
    return end != std::string_view::npos && take(in, builder, end, wide);
  }
};

template <Words text>
struct sees : leaf<sees<text>> {  // the words stand here; nothing is read
  static bool read(Input& in, Builder& builder) {
    return phrase_end(builder.text, offset(in), text.view()) != std::string_view::npos;
  }
};

template <Words text>
struct opens : leaf<opens<text>> {  // the word stands here and a value behind it, so that it is not itself a name
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (!word_at(builder.text, at, text.view())) return false;
    const std::size_t next = skip_blanks(builder.text, at + text.view().size());
    return starts_operand(builder.text, next) || builder.text.substr(next, 1) == "-";
  }
};

template <Words text>
struct next_line_word : leaf<next_line_word<text>> {  // the word, here or on the next line
  static bool read(Input& in, Builder& builder) {
    const std::size_t next = skip_lines(builder.text, offset(in));
    builder.steps += next - offset(in);
    if (!word_at(builder.text, next, text.view())) return false;
    builder.keep_comments(offset(in), next);
    return take(in, builder, next + text.view().size(), true);
  }
};

template <Words text, bool wide = false>
struct sign : leaf<sign<text, wide>> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    return builder.text.substr(at, text.view().size()) == text.view() &&
           take(in, builder, at + text.view().size(), wide);
  }
};

// Words or a sign of other habits: reported with the fix, and read as what the rule stands for.
template <Words written, Words fix>
struct foreign : leaf<foreign<written, fix>> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    std::size_t end = phrase_end(builder.text, at, written.view());
    if (end == std::string_view::npos) {  // signs, and words with a sign between them
      end = at + written.view().size();
      if (builder.text.substr(at, written.view().size()) != written.view()) return false;
      if (identifier_end(builder.text, end - 1) > end) return false;
    }
    builder.report_foreign(at, end, fix.view());
    return take(in, builder, end);
  }
};

template <char letter>
struct sees_sign : leaf<sees_sign<letter>> {
  static bool read(Input& in, Builder&) { return !in.empty() && *in.current() == letter; }
};

template <Words text>
struct comma_before : leaf<comma_before<text>> {  // a comma that belongs to the clause behind it
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (builder.text.substr(at, 1) != ",") return false;
    const std::size_t next = skip_lines(builder.text, at + 1);
    builder.steps += next - at;
    return phrase_end(builder.text, next, text.view()) != std::string_view::npos && take(in, builder, at + 1, true);
  }
};

struct comma_before_text : leaf<comma_before_text> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::size_t word_end = identifier_end(builder.text, at);
    const std::string_view word = builder.text.substr(at, word_end - at);
    const bool is_foreign = word == "or" || word == "and";
    if (!is_foreign && builder.text.substr(at, 1) != ",") return false;
    const std::size_t end = is_foreign ? word_end : at + 1;
    const std::size_t next = skip_lines(builder.text, end);
    builder.steps += next - at;
    if (builder.text.substr(next, 1) != "\"") return false;
    if (is_foreign) builder.report_foreign(at, end, "write a comma between two texts");
    return take(in, builder, end, true);
  }
};

// ---- names and literals

struct name : leaf<name> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::size_t end = identifier_end(builder.text, at);
    if (end == at || is_reserved(builder.text.substr(at, end - at))) return false;
    builder.read_name(at, end);
    return take(in, builder, end);
  }
};

struct quoted : leaf<quoted> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    const std::string_view rest = builder.text.substr(at);
    if (rest.starts_with('"')) return take(in, builder, builder.read_text(at));
    // The quotes that word processors and other languages write.
    struct Pair {
      std::string_view open, close;
    };
    for (const Pair& pair :
         {Pair{"'", "'"}, Pair{"“", "”"}, Pair{"”", "”"}, Pair{"„", "“"}, Pair{"‘", "’"}, Pair{"«", "»"}}) {
      if (rest.starts_with(pair.open)) return take(in, builder, builder.read_foreign_text(at, pair.close));
    }
    return false;
  }
};

template <bool is_step>
struct number_or_step : leaf<number_or_step<is_step>> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (in.empty() || !is_digit(*in.current())) return false;
    if (const auto day = foreign_day(builder.text, at)) return take(in, builder, builder.read_foreign_day(at, *day));
    const bool is_date = scan_date(builder.text, at) > at;
    return take(in, builder, is_date ? builder.read_date(at) : builder.read_number(at, is_step));
  }
};
struct number : number_or_step<false> {};  // also percentages, money, durations, days and moments
struct step : number_or_step<true> {};     // `per 100 employees`: the value behind it may be called like a unit

struct foreign_amount : leaf<foreign_amount> {  // $50, EUR 50
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    for (const CurrencyRow& row : currency_rows) {
      const auto stands_here = [&](std::string_view mark) {
        return !mark.empty() && builder.text.substr(at, mark.size()) == mark;
      };
      const bool is_code = stands_here(row.code) && identifier_end(builder.text, at) == at + row.code.size();
      if (!is_code && !stands_here(row.sign)) continue;
      const std::size_t digits = skip_blanks(builder.text, at + (is_code ? row.code : row.sign).size());
      if (digits >= builder.text.size() || !is_digit(builder.text[digits])) return false;
      return take(in, builder, builder.read_foreign_amount(at, digits, row.code));
    }
    return false;
  }
};

template <auto function>
struct digits : leaf<digits<function>> {  // a plain whole number; the builder gets its place
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    std::size_t end = at;
    while (end < builder.text.size() && is_digit(builder.text[end])) ++end;
    if (end == at || identifier_end(builder.text, end) > end) return false;
    (builder.*function)(at, end);
    return take(in, builder, end);
  }
};

// ---- calling the builder

template <auto function>
struct run : leaf<run<function>> {
  static bool read(Input&, Builder& builder) {
    (builder.*function)();
    return true;
  }
};

template <auto function, class... R>
struct build {  // the builder gets the span of what the parts have read
  MUSTER_MATCH {
    const std::size_t begin = offset(in);
    if (!MUSTER_MATCH_PART(pegtl::seq<R...>)) return false;
    (builder.*function)(builder.span(begin, builder.last_end));
    return true;
  }
};

template <auto function, auto stack, class... R>
struct collect {  // the builder gets the place in `stack` from which on the parts have added values
  MUSTER_MATCH {
    const std::size_t begin = offset(in);
    const std::size_t first = (builder.*stack).size();
    if (!MUSTER_MATCH_PART(pegtl::seq<R...>)) return false;
    (builder.*function)(first, builder.span(begin, builder.last_end));
    return true;
  }
};

// ---- what must stand here. The messages are the author's words, never a grammar rule's name.

template <Words what, Words fix, class... R>
struct expect {
  MUSTER_MATCH {
    const std::size_t at = offset(in);
    if (MUSTER_MATCH_PART(pegtl::seq<R...>)) return true;
    builder.fail_expected(at, what.view(), fix.view());
  }
};

template <Words what, Words fix>
struct expect_name : leaf<expect_name<what, fix>> {
  static bool read(Input& in, Builder& builder) {
    if (name::read(in, builder)) return true;
    const std::size_t at = offset(in);
    const std::size_t end = identifier_end(builder.text, at);
    if (end == at) builder.fail_expected(at, what.view(), fix.view());
    builder.report_reserved_name(at, end);
    throw SyntaxError{end};
  }
};

// The name of a declaration. Without one the declaration is dropped, but its block is still read for mistakes.
template <Words what, Words fix>
struct declared_name : leaf<declared_name<what, fix>> {
  static bool read(Input& in, Builder& builder) {
    if (name::read(in, builder)) {
      builder.take_name();
      return true;
    }
    std::size_t at = offset(in);
    if (builder.report_sign_in_head(at)) {  // icp: Large
      take(in, builder, ++at);
      return read(in, builder);
    }
    const std::size_t end = identifier_end(builder.text, at);
    builder.declaration_broken = true;
    if (end == at) {
      builder.report_expected(at, what.view(), fix.view());
      return true;
    }
    builder.report_reserved_name(at, end);
    return take(in, builder, end);
  }
};

// ---- brackets

template <Words open, char close, Words what, Words fix, class... R>
struct brackets {  // newlines inside are blanks
  struct inner : pegtl::seq<sign<open>, R..., expect<what, fix, sees_sign<close>>> {};
  MUSTER_MATCH {
    if (!sees_sign<open.letters[0]>::read(in, builder)) return false;
    std::size_t& opened = close == ')' ? builder.open_parentheses : builder.open_set_braces;
    const bool outside = builder.newlines_blank;
    builder.newlines_blank = true;
    ++opened;
    (void)MUSTER_MATCH_PART(inner);
    --opened;
    builder.newlines_blank = outside;
    return take(in, builder, offset(in) + 1);
  }
};

// One level deeper for as long as it lives.
class Deeper {
 public:
  Deeper(Builder& builder, std::size_t at) : builder_(builder) { builder_.enter(at); }
  ~Deeper() { builder_.leave(); }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  Builder& builder_;
};

}  // namespace muster::lang::grammar
