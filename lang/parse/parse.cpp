#include "lang/parse/parse.h"

#include <algorithm>

#include "lang/parse/count_steps.h"
#include "lang/parse/declarations.h"

namespace muster::lang {
namespace {

// Counts the rules that are tried; nothing else differs from PEGTL's own control.
template <class Rule>
struct Counting : tao::pegtl::normal<Rule> {
  static void start(const grammar::Input&, Builder& builder) { ++builder.steps; }
};

// Whether a word that begins no declaration here is worth reading on: the whole file, declaration by declaration.
void read_file(grammar::Input& in, Builder& builder) {
  using grammar::offset;
  for (;;) {
    const std::size_t gap = offset(in);
    const std::size_t begin = skip_lines(builder.text, gap);
    builder.keep_comments(gap, begin);
    builder.steps += begin - gap;
    in.bump(begin - gap);
    if (in.empty()) return;
    builder.declaration_begin = begin;
    builder.last_end = begin;
    const Builder::Marks marks = builder.marks();
    try {
      if (!Counting<grammar::declaration>::match<tao::pegtl::apply_mode::action, tao::pegtl::rewind_mode::required,
                                                 tao::pegtl::nothing, Counting>(in, builder)) {
        builder.fail_unknown_declaration(begin);
      }
    } catch (const SyntaxError& error) {
      const std::size_t next = error.leaves == SyntaxError::Leaves::file
                                   ? builder.skip_file(begin)
                                   : builder.skip_declaration(begin, std::max(begin, error.at), marks);
      builder.undo_to(marks);
      in.restart();
      in.bump(next);
      if (error.leaves == SyntaxError::Leaves::file) return;
      try {
        builder.check_limits(next);
      } catch (const SyntaxError&) {
        builder.skip_file(next);
        return;
      }
    }
  }
}

}  // namespace

std::uint64_t parse_counting_steps(const SourceMap& sources, FileId file, const Limits& limits, Tree& tree,
                                   Diagnostics& diagnostics) {
  Builder builder(sources, file, limits, tree, diagnostics);
  grammar::Input in(builder.text.data(), builder.text.data() + builder.text.size(), "");
  read_file(in, builder);
  diagnostics.sort();
  return builder.steps;
}

void parse(const SourceMap& sources, FileId file, const Limits& limits, Tree& tree, Diagnostics& diagnostics) {
  parse_counting_steps(sources, file, limits, tree, diagnostics);
}

}  // namespace muster::lang
