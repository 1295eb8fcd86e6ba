// Text as Muster compares it: folded once, then byte-wise (language section 4, number 22). Patterns are compiled once.
// The only place that knows RE2. May include: lang/source, lang/spec. Called by: constant folding, engines, ingest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/spec/limits.h"
#include "lang/spec/spec.h"
#include "lang/support/result.h"

namespace muster::kernels {

// Trimmed, NFC, simple case folding: two texts are equal when these are the same bytes.
[[nodiscard]] std::string fold_text(std::string_view text);

// One text test with all its patterns, ready to run. Immutable; may be used by several threads.
class TextPattern {
 public:
  // Errors (ErrorKind::usage, without a file): a pattern longer than the limit, not RE2 syntax, or too large when
  // compiled.
  static lang::Result<TextPattern> make(lang::TextOp op, std::vector<std::string> patterns, const lang::Limits& limits);
  TextPattern(TextPattern&&) noexcept;
  TextPattern& operator=(TextPattern&&) noexcept;
  ~TextPattern();

  // Whether any of the patterns holds. `raw` is the trimmed text, `folded` is fold_text(raw). No pattern: no.
  // Regular expressions are matched without regard to case against NFC(raw); `exactly` compares `raw`.
  [[nodiscard]] bool matches(std::string_view raw, std::string_view folded) const;
  // As they were given, for whoever looks for texts that match.
  [[nodiscard]] lang::TextOp op() const;
  [[nodiscard]] const std::vector<std::string>& patterns() const;

 private:
  struct Compiled;
  explicit TextPattern(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

// Kernels of functions.def. Inputs and results are trimmed texts, not folded.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string upper(std::string_view text);
[[nodiscard]] std::optional<std::string> text_before(std::string_view text, std::string_view separator);
[[nodiscard]] std::optional<std::string> text_after(std::string_view text, std::string_view separator);
[[nodiscard]] std::int64_t length(std::string_view text);  // code points

}  // namespace muster::kernels
