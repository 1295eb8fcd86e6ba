#include "lang/format/cells.h"

#include <algorithm>
#include <array>

namespace muster::lang {
namespace {

constexpr std::uint8_t name_reach = 16;
constexpr std::uint8_t reach = 40;

// What a party does, and how many words say it.
struct Promise {
  std::string_view verb;
  std::uint32_t words;
};
constexpr auto promises = std::to_array<Promise>({{"provides", 1},
                                                  {"passes", 1},
                                                  {"delivers", 1},
                                                  {"follows", 2},
                                                  {"makes", 1},
                                                  {"updates", 1},
                                                  {"gives", 2},
                                                  {"rejects", 1}});

class Cutter {
 public:
  Cutter(std::string_view text, const std::vector<Token>& tokens, const Line& line)
      : text_(text), tokens_(tokens), line_(line) {
    find_outer_tokens();
  }

  std::vector<Cut> run() {
    if (!line_.continues) cut_by_kind();
    if (line_.kind != BlockKind::brackets) cut_reasons();
    if (line_.comment && !line_.is_comment()) add(line_.last, Column::comment, 2, reach);
    return std::move(cuts_);
  }

 private:
  std::string_view word(std::uint32_t at) const { return tokens_[at].in(text_); }
  bool is_word(std::uint32_t at, std::string_view what) const {
    return at < line_.last && tokens_[at].kind == TokenKind::word && word(at) == what;
  }
  bool is_any_word(std::uint32_t at) const { return at < line_.last && tokens_[at].kind == TokenKind::word; }
  bool is_sign(std::uint32_t at, std::string_view what) const {
    return at < line_.last && tokens_[at].kind == TokenKind::sign && word(at) == what;
  }
  bool is_text(std::uint32_t at) const { return at < line_.last && tokens_[at].kind == TokenKind::text; }

  // Tokens of the line that stand in no brackets of its own.
  void find_outer_tokens() {
    std::uint32_t depth = 0;
    for (std::uint32_t at = line_.first; at < line_.last; ++at) {
      if (is_sign(at, ")") || is_sign(at, "}")) {
        if (depth > 0) --depth;
      } else {
        if (depth == 0) outer_.push_back(at);
        if (is_sign(at, "(") || is_sign(at, "{")) ++depth;
      }
    }
  }

  void add(std::uint32_t token, std::uint32_t column, std::uint8_t gap, std::uint8_t column_reach) {
    if (!cuts_.empty() && (cuts_.back().column >= column || cuts_.back().token >= token)) return;
    cuts_.push_back({token, column, gap, column_reach});
  }

  void cut_by_kind() {
    const std::uint32_t first = line_.first;
    switch (line_.kind) {
      case BlockKind::file:
        return cut_declaration();
      case BlockKind::header:
        if (is_any_word(first) && first + 1 < line_.last && !is_sign(first + 1, ",") && is_one_entry()) {
          add(first + 1, Column::second, 1, name_reach);
        }
        return;
      case BlockKind::fields:
        return cut_field();
      case BlockKind::members:
        if (is_sign(first + 1, "=") && is_one_member()) add(first + 1, Column::second, 1, name_reach);
        return;
      case BlockKind::table:
        if (is_any_word(first) && is_sign(first + 1, ":")) return cut_field();
        cut_bars();
        return cut_result();
      case BlockKind::letters:
        return cut_letter();
      case BlockKind::rows:
        if (is_word(first, "to") && is_text(first + 1) && first + 2 < line_.last) {
          add(first + 2, Column::second, 1, reach);
        }
        return;
      case BlockKind::clauses:
        return cut_promise();
      case BlockKind::criteria:
      case BlockKind::rules:
        return cut_bars();
      case BlockKind::values:
      case BlockKind::brackets:
        return;
    }
  }

  // let NAME = VALUE   setting NAME: TYPE = VALUE "title"
  void cut_declaration() {
    if (outer_.empty()) return;
    if (is_word(line_.first, "let")) {
      for (const std::uint32_t at : outer_) {
        if (is_sign(at, "=")) return add(at, Column::second, 1, name_reach);
      }
    }
    const std::uint32_t last = outer_.back();
    if (is_word(line_.first, "setting") && last + 1 == line_.last && is_text(last) && !is_sign(last - 1, "=") &&
        !is_sign(last - 1, ",")) {
      add(last, Column::reason, 2, reach);
    }
  }

  bool is_one_entry() const {
    if (is_word(line_.first, "parties")) return true;
    return std::none_of(outer_.begin(), outer_.end(), [this](std::uint32_t at) { return is_sign(at, ","); });
  }
  bool is_one_member() const {
    return std::count_if(outer_.begin(), outer_.end(), [this](std::uint32_t at) { return is_sign(at, "="); }) == 1;
  }

  // name: type   from "Column"   missing when "-1"
  void cut_field() {
    const std::uint32_t first = line_.first;
    if (!is_any_word(first) || !is_sign(first + 1, ":") || first + 2 >= line_.last) return;
    for (const std::uint32_t at : outer_) {  // several fields in a line are no columns
      if (at > first + 1 && is_sign(at, ":")) return;
    }
    add(first + 2, Column::second, 1, name_reach);
    std::uint32_t column = Column::third;
    for (const std::uint32_t at : outer_) {
      if (at <= first + 2 || column > Column::fourth) continue;
      const bool clause = (is_word(at, "from") && (is_text(at + 1) || is_word(at + 1, "row"))) ||
                          (is_word(at, "missing") && is_word(at + 1, "when")) ||
                          (is_word(at, "format") && is_text(at + 1));
      if (clause) add(at, column++, 2, reach);
    }
  }

  void cut_bars() {
    std::uint32_t column = Column::bars;
    if (std::none_of(outer_.begin(), outer_.end(), [this](std::uint32_t at) { return is_sign(at, "|"); })) return;
    for (const std::uint32_t at : outer_) {
      if (!is_sign(at, "|")) continue;
      // A matrix leaves the first cell of its header empty; other lines that begin with `|` go on with the line above.
      if (at != line_.first || line_.declaration == "grade") add(at, column, 1, reach);
      ++column;
    }
  }
  void cut_result() {
    for (const std::uint32_t at : outer_) {
      if (is_sign(at, "=")) return add(at, Column::result, 1, reach);
    }
  }

  // Budget "The budget" met when budget >= 10K USD
  void cut_letter() {
    for (const std::uint32_t at : outer_) {
      if (at == line_.first || !is_word(at, "met") || !is_word(at + 1, "when") || is_word(at - 1, "half")) continue;
      return add(at, Column::second, 1, reach);
    }
  }

  // Sales follows up within 30 minutes
  void cut_promise() {
    const std::uint32_t verb = line_.first + 1;
    if (!is_any_word(line_.first) || !is_any_word(verb)) return;
    for (const Promise& row : promises) {
      if (word(verb) != row.verb) continue;
      add(verb, Column::second, 1, name_reach);
      if (verb + row.words < line_.last) add(verb + row.words, Column::third, 1, name_reach);
    }
  }

  void cut_reasons() {
    std::uint32_t column = Column::reason;
    for (const std::uint32_t at : outer_) {
      if (at == line_.first || column > Column::reason_2) continue;
      if ((is_word(at, "because") || is_word(at, "ask")) && is_text(at + 1)) add(at, column++, 2, reach);
    }
  }

  std::string_view text_;
  const std::vector<Token>& tokens_;
  const Line& line_;
  std::vector<std::uint32_t> outer_;
  std::vector<Cut> cuts_;
};

}  // namespace

std::vector<Cut> cut_line(std::string_view text, const std::vector<Token>& tokens, const Line& line) {
  return Cutter(text, tokens, line).run();
}

}  // namespace muster::lang
