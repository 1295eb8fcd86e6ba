// The one layout of a policy. Works on tokens, keeps the author's line breaks and comments, and proves that it has
// changed nothing but blanks (docs/decisions/0014). May include: lang/*. Called by: tools, fuzz targets, tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/source.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"

namespace muster::lang {

struct Formatted {
  std::string text;         // empty where there are mistakes
  Diagnostics diagnostics;  // a text with syntax mistakes is refused: they are here, places in it included
};

// Errors: the text would be longer than `limits.source_bytes` (ErrorKind::data); the new text would mean something else
// (ErrorKind::internal), which is our mistake. Takes linear time but for sorting the cells of neighbouring lines.
[[nodiscard]] Result<Formatted> format(const SourceMap& sources, FileId file, const Limits& limits);

// The layout alone, of any text, without proof; nothing where it would be longer than `most_bytes`.
[[nodiscard]] std::optional<std::string> lay_out(std::string_view text, std::size_t most_bytes);

}  // namespace muster::lang
