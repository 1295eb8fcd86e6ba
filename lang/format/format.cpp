#include "lang/format/format.h"

#include <fmt/format.h>

#include <algorithm>

#include "lang/format/columns.h"
#include "lang/format/lines.h"
#include "lang/format/tokens.h"
#include "lang/parse/parse.h"
#include "lang/source/load.h"
#include "lang/syntax/same.h"

namespace muster::lang {
namespace {

// The same tokens and comments in the same lines.
bool same_tokens(std::string_view left, std::string_view right) {
  const std::vector<Token> ones = tokenize(left);
  const std::vector<Token> others = tokenize(right);
  return std::equal(ones.begin(), ones.end(), others.begin(), others.end(), [&](const Token& one, const Token& other) {
    return one.kind == other.kind && one.new_line == other.new_line && one.in(left) == other.in(right);
  });
}

Error our_mistake(const std::string& name, std::string_view what) {
  return {ErrorKind::internal, name, 0,
          fmt::format("the formatted policy would have {}; the file is left as it is", what), ""};
}

}  // namespace

std::optional<std::string> lay_out(std::string_view text, std::size_t most_bytes) {
  const std::vector<Token> tokens = tokenize(text);
  return write_columns(text, tokens, arrange(text, tokens), most_bytes);
}

Result<Formatted> format(const SourceMap& sources, FileId file, const Limits& limits) {
  const SourceFile& source = sources[file];
  Formatted formatted;
  Tree before;
  parse(sources, file, limits, before, formatted.diagnostics);
  if (formatted.diagnostics.has_errors()) return formatted;

  std::optional<std::string> text = lay_out(source.text(), limits.source_bytes);
  if (!text) {
    return Error{ErrorKind::data, source.name(), 0,
                 fmt::format("this file would be larger than {} bytes once it is laid out", limits.source_bytes),
                 "shorten it, or raise --limit source_bytes"};
  }
  if (!same_tokens(source.text(), *text)) return our_mistake(source.name(), "other words or lines");

  SourceMap proof;
  const Result<FileId> written = add_source(source.name(), *text, false, limits, proof);
  if (!written) return our_mistake(source.name(), "other letters");
  Tree after;
  Diagnostics mistakes;
  parse(proof, *written, limits, after, mistakes);
  if (mistakes.has_errors() || !same_but_for_places(before, after)) {
    return our_mistake(source.name(), "another meaning");
  }
  if (before.comments.size() != after.comments.size()) return our_mistake(source.name(), "other comments");
  formatted.text = std::move(*text);
  return formatted;
}

}  // namespace muster::lang
