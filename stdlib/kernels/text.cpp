#include "stdlib/kernels/text.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstring>

#include "lang/source/unicode.h"

namespace muster::kernels {
namespace {

constexpr auto npos = std::string_view::npos;

// The first occurrence at or after `from`. string_view::find is the fastest on the short texts of a CRM, memmem stays
// linear where a long text and a long needle are made to repeat themselves.
std::size_t find_in(std::string_view text, std::string_view needle, std::size_t from) {
  if (from > text.size() || needle.size() > text.size() - from) return npos;
  if (text.size() < 4096 || needle.size() < 4) return text.find(needle, from);
  const void* found = memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  return found == nullptr ? npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::size_t previous_code_point(std::string_view text, std::size_t at) {
  std::size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80) --begin;
  return begin;
}

bool contains_word(std::string_view text, std::string_view word) {
  for (std::size_t at = find_in(text, word, 0); at != npos; at = find_in(text, word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool free_before =
        at == 0 || !lang::is_letter_or_digit(lang::decode(text.substr(previous_code_point(text, at))).value);
    const bool free_behind = end == text.size() || !lang::is_letter_or_digit(lang::decode(text.substr(end)).value);
    if (free_before && free_behind) return true;
  }
  return false;
}

// A pattern cut at its stars. The first piece must begin the text and the last one end it; each of the others is
// taken where it first occurs, which leaves the most room for what follows, so that nothing is ever tried again.
class Glob {
 public:
  explicit Glob(std::string_view pattern) {
    for (std::size_t begin = 0;;) {
      const std::size_t star = pattern.find('*', begin);
      pieces_.push_back(make_piece(pattern.substr(begin, star == npos ? npos : star - begin)));
      if (star == npos) break;
      begin = star + 1;
    }
  }

  [[nodiscard]] bool matches(std::string_view text) const {
    const auto begin_size = match_here(pieces_.front(), text, 0);
    if (begin_size == npos) return false;
    if (pieces_.size() == 1) return begin_size == text.size();
    const Piece& last = pieces_.back();
    std::size_t at = begin_size;
    for (std::size_t index = 1; index + 1 < pieces_.size(); ++index) {
      at = find_piece(pieces_[index], text, at);
      if (at == npos) return false;
    }
    const std::size_t tail = tail_begin(last, text);
    return tail != npos && tail >= at && match_here(last, text, tail) == text.size();
  }

 private:
  struct Piece {
    std::string text;
    std::size_t code_points = 0;
    bool has_any = false;  // holds a ?
  };

  static Piece make_piece(std::string_view text) {
    return {std::string(text), lang::count_code_points(text), text.find('?') != npos};
  }

  // Where the piece ends if it stands at `at`, or npos.
  static std::size_t match_here(const Piece& piece, std::string_view text, std::size_t at) {
    if (!piece.has_any) return text.substr(at).starts_with(piece.text) ? at + piece.text.size() : npos;
    for (const char expected : piece.text) {
      if (at == text.size()) return npos;
      if (expected == '?') {
        at += lang::decode(text.substr(at)).bytes;
      } else if (text[at] == expected) {
        ++at;
      } else {
        return npos;
      }
    }
    return at;
  }

  // Where the piece's first occurrence at or after `at` ends, or npos.
  static std::size_t find_piece(const Piece& piece, std::string_view text, std::size_t at) {
    if (!piece.has_any) {
      const std::size_t found = find_in(text, piece.text, at);
      return found == npos ? npos : found + piece.text.size();
    }
    while (at < text.size()) {
      const std::size_t end = match_here(piece, text, at);
      if (end != npos) return end;
      at += lang::decode(text.substr(at)).bytes;
    }
    return npos;
  }

  // Where a piece must begin to have as many code points as are left to the end, or npos.
  static std::size_t tail_begin(const Piece& piece, std::string_view text) {
    if (!piece.has_any) return piece.text.size() <= text.size() ? text.size() - piece.text.size() : npos;
    std::size_t at = text.size();
    for (std::size_t left = piece.code_points; left > 0; --left) {
      if (at == 0) return npos;
      at = previous_code_point(text, at);
    }
    return at;
  }

  std::vector<Piece> pieces_;
};

lang::Error pattern_error(std::string message, std::string fix) {
  return {lang::ErrorKind::usage, {}, 0, std::move(message), std::move(fix)};
}

// The text is trimmed, so a blank at the pattern's end counts only where that end is not the text's.
std::string_view trim_end(std::string_view pattern) {
  const std::string_view trimmed = lang::trim(pattern);
  return trimmed.empty()
             ? trimmed
             : pattern.substr(0, static_cast<std::size_t>(trimmed.data() - pattern.data()) + trimmed.size());
}
std::string_view trim_front(std::string_view pattern) {
  const std::string_view trimmed = lang::trim(pattern);
  return trimmed.empty() ? trimmed : pattern.substr(static_cast<std::size_t>(trimmed.data() - pattern.data()));
}

std::string prepare(lang::TextOp op, std::string_view pattern) {
  switch (op) {
    case lang::TextOp::contains:
      return lang::fold(pattern);
    case lang::TextOp::starts_with:
      return lang::fold(trim_front(pattern));
    case lang::TextOp::ends_with:
      return lang::fold(trim_end(pattern));
    case lang::TextOp::contains_word:
    case lang::TextOp::matches:
      return fold_text(pattern);
    case lang::TextOp::exactly:
      return std::string(lang::trim(pattern));
    case lang::TextOp::matches_regex:
      break;
  }
  return lang::to_nfc(pattern);
}

}  // namespace

std::string fold_text(std::string_view text) { return lang::fold(lang::trim(text)); }

struct TextPattern::Compiled {
  lang::TextOp op = lang::TextOp::contains;
  std::vector<std::string> needles;
  std::vector<Glob> globs;
  std::vector<std::unique_ptr<re2::RE2>> expressions;
  std::vector<std::string> written;
};

TextPattern::TextPattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
TextPattern::TextPattern(TextPattern&&) noexcept = default;
TextPattern& TextPattern::operator=(TextPattern&&) noexcept = default;
TextPattern::~TextPattern() = default;
lang::TextOp TextPattern::op() const { return compiled_->op; }
const std::vector<std::string>& TextPattern::patterns() const { return compiled_->written; }

lang::Result<TextPattern> TextPattern::make(lang::TextOp op, std::vector<std::string> patterns,
                                            const lang::Limits& limits) {
  auto compiled = std::make_unique<Compiled>();
  compiled->op = op;
  const bool is_pattern = op == lang::TextOp::matches || op == lang::TextOp::matches_regex;
  for (const std::string& pattern : patterns) {
    if (lang::trim(pattern).empty()) {
      if (is_pattern) return pattern_error("this pattern is empty", "write what the text must look like");
      if (op == lang::TextOp::exactly)
        return pattern_error("no text is empty", "ask for a missing text with `is missing`");
      return pattern_error("an empty text is part of every text", "write the letters to look for");
    }
    if (is_pattern && pattern.size() > limits.pattern_bytes) {
      return pattern_error(
          "this pattern has " + std::to_string(pattern.size()) + " bytes, the limit is " +
              std::to_string(limits.pattern_bytes),
          "shorten it, or raise the limit with --limit pattern_bytes=" + std::to_string(pattern.size()));
    }
    if (op == lang::TextOp::matches) {
      compiled->globs.emplace_back(prepare(op, pattern));
    } else if (op == lang::TextOp::matches_regex) {
      re2::RE2::Options options;
      options.set_log_errors(false);
      options.set_case_sensitive(false);
      options.set_never_capture(true);
      options.set_max_mem(static_cast<std::int64_t>(std::min<std::uint64_t>(limits.pattern_program, 1ULL << 40U)));
      auto expression = std::make_unique<re2::RE2>(prepare(op, pattern), options);
      if (!expression->ok()) {
        if (expression->error_code() == re2::RE2::ErrorPatternTooLarge) {
          return pattern_error("this regular expression becomes too large when compiled",
                               "use smaller repetition counts, or raise the limit pattern_program");
        }
        return pattern_error("this is no regular expression: " + expression->error(),
                             "use RE2 syntax, which has no look-around and no back-references");
      }
      compiled->expressions.push_back(std::move(expression));
    } else {
      compiled->needles.push_back(prepare(op, pattern));
    }
  }
  compiled->written = std::move(patterns);
  return TextPattern(std::move(compiled));
}

bool TextPattern::matches(std::string_view raw, std::string_view folded) const {
  const auto any_needle = [this](const auto& holds) {
    return std::any_of(compiled_->needles.begin(), compiled_->needles.end(), holds);
  };
  switch (compiled_->op) {
    case lang::TextOp::contains_word:
      return any_needle([&](const std::string& needle) { return contains_word(folded, needle); });
    case lang::TextOp::contains:
      return any_needle([&](const std::string& needle) { return find_in(folded, needle, 0) != npos; });
    case lang::TextOp::starts_with:
      return any_needle([&](const std::string& needle) { return folded.starts_with(needle); });
    case lang::TextOp::ends_with:
      return any_needle([&](const std::string& needle) { return folded.ends_with(needle); });
    case lang::TextOp::exactly:
      return any_needle([&](const std::string& needle) { return raw == needle; });
    case lang::TextOp::matches:
      return std::any_of(compiled_->globs.begin(), compiled_->globs.end(),
                         [&](const Glob& glob) { return glob.matches(folded); });
    case lang::TextOp::matches_regex: {  // not folded: the pattern may say what case it means
      const std::string composed = lang::to_nfc(raw);
      return std::any_of(compiled_->expressions.begin(), compiled_->expressions.end(),
                         [&](const auto& expression) { return re2::RE2::PartialMatch(composed, *expression); });
    }
  }
  return false;
}

std::string lower(std::string_view text) { return lang::to_lower(text); }
std::string upper(std::string_view text) { return lang::to_upper(text); }

// A part that is empty after trimming is missing, as everywhere (number 22).
std::optional<std::string> text_before(std::string_view text, std::string_view separator) {
  const std::size_t at = separator.empty() ? npos : find_in(text, separator, 0);
  const std::string_view part = at == npos ? std::string_view() : lang::trim(text.substr(0, at));
  if (part.empty()) return std::nullopt;
  return std::string(part);
}

std::optional<std::string> text_after(std::string_view text, std::string_view separator) {
  const std::size_t at = separator.empty() ? npos : find_in(text, separator, 0);
  const std::string_view part = at == npos ? std::string_view() : lang::trim(text.substr(at + separator.size()));
  if (part.empty()) return std::nullopt;
  return std::string(part);
}

std::int64_t length(std::string_view text) { return static_cast<std::int64_t>(lang::count_code_points(text)); }

}  // namespace muster::kernels
