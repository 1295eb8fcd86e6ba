#include "lang/format/lines.h"

#include <algorithm>
#include <array>

#include "lang/parse/scan.h"

namespace muster::lang {
namespace {

constexpr std::uint32_t step = 2;

// Words at the end of a line behind which a rule goes on in the next one, besides most reserved words.
constexpr auto open_words = std::to_array<std::string_view>(
    {"then", "else", "if", "to", "under", "mod", "contains", "word", "with", "matches", "regex", "exactly"});
// Reserved words that end a value or a rule.
constexpr auto closing_words = std::to_array<std::string_view>({"otherwise", "yes", "no", "all", "count"});

struct BlockOf {
  std::string_view declaration;
  BlockKind kind;
};
constexpr auto blocks = std::to_array<BlockOf>({{"policy", BlockKind::header},
                                                {"object", BlockKind::fields},
                                                {"picklist", BlockKind::members},
                                                {"table", BlockKind::table},
                                                {"extend", BlockKind::table},
                                                {"framework", BlockKind::letters},
                                                {"route", BlockKind::rows},
                                                {"sla", BlockKind::clauses},
                                                {"icp", BlockKind::criteria},
                                                {"persona", BlockKind::criteria},
                                                {"demographic", BlockKind::criteria},
                                                {"situational", BlockKind::criteria},
                                                {"behavioural", BlockKind::criteria},
                                                {"let", BlockKind::criteria},
                                                {"define", BlockKind::criteria}});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

PhrasePlace place_of(std::string_view declaration) {
  if (declaration == "object" || declaration == "extend") return PhrasePlace::object;
  if (declaration == "framework") return PhrasePlace::framework;
  if (declaration == "lifecycle") return PhrasePlace::lifecycle;
  return PhrasePlace::anywhere;
}

class Arranger {
 public:
  Arranger(std::string_view text, const std::vector<Token>& tokens) : text_(text), tokens_(tokens) {
    open_.push_back({BlockKind::file, 0, 0, 0});
  }

  std::vector<Line> run() {
    const auto count = static_cast<std::uint32_t>(tokens_.size());
    for (std::uint32_t at = 0; at < count;) {
      std::uint32_t end = at + 1;
      while (end < count && !tokens_[end].new_line) ++end;
      add_line(at, end);
      at = end;
    }
    place_comments(lines_.size(), open_.back(), open_.back().inside);
    return std::move(lines_);
  }

 private:
  struct Block {
    BlockKind kind;
    std::uint32_t number;
    std::uint32_t inside;   // the indentation of its lines
    std::uint32_t outside;  // and of the line that closes it
  };

  std::string_view word(std::uint32_t at) const { return tokens_[at].in(text_); }
  bool is_sign(std::uint32_t at, std::string_view sign) const {
    return tokens_[at].kind == TokenKind::sign && word(at) == sign;
  }
  bool opens(std::uint32_t at) const { return is_sign(at, "{") || is_sign(at, "("); }
  bool closes(std::uint32_t at) const { return is_sign(at, "}") || is_sign(at, ")"); }

  void add_line(std::uint32_t begin, std::uint32_t end) {
    Line line;
    line.first = begin;
    line.comment = tokens_[end - 1].kind == TokenKind::comment;
    line.last = line.comment ? end - 1 : end;
    line.blank_above = tokens_[begin].blank_line && !(begin > 0 && opens(begin - 1));
    if (line.is_comment()) {
      lines_.push_back(line);  // its depth follows from the line below
      return;
    }
    const Block before = open_.back();
    if (closes(begin)) {
      line.blank_above = false;
      for (std::uint32_t at = begin; at < line.last && closes(at); ++at) line.indent = close();
    } else {
      line.continues = continues(begin);
      if (open_.size() == 1 && !line.continues) declaration_ = word(begin);
      if (!line.continues) row_has_result_ = false;
      line.indent = open_.back().inside + (line.continues ? step : 0);
      if (line.continues && open_.back().kind != BlockKind::file && word(begin) == "missing") line.below = field_;
    }
    line.kind = open_.back().kind;
    line.block = open_.back().number;
    line.declaration = declaration_;
    place_comments(lines_.size(), before, closes(begin) ? before.inside : line.indent);
    read_tokens(line);
    lines_.push_back(line);
  }

  // Comments above the line `end` stand as deep as it, or as what they close.
  void place_comments(std::size_t end, const Block& block, std::uint32_t indent) {
    for (std::size_t at = end; at > 0 && lines_[at - 1].is_comment(); --at) {
      Line& line = lines_[at - 1];
      line.kind = block.kind;
      line.block = block.number;
      line.indent = indent;
      line.declaration = declaration_;
    }
  }

  std::uint32_t close() {
    if (open_.size() == 1) return 0;
    const std::uint32_t outside = open_.back().outside;
    open_.pop_back();
    return outside;
  }

  void read_tokens(const Line& line) {
    bool leading = true;
    for (std::uint32_t at = line.first; at < line.last; ++at) {
      if (closes(at)) {
        if (!leading) close();
        continue;
      }
      leading = false;
      if (opens(at)) open_.push_back({kind_of(at), ++blocks_, line.indent + step, line.indent});
      note_field(at, line);
      if (open_.back().kind == BlockKind::table && is_sign(at, "=")) row_has_result_ = true;
    }
    previous_ = line.last - 1;
  }

  void note_field(std::uint32_t at, const Line& line) {
    const BlockKind kind = open_.back().kind;
    if (kind != BlockKind::fields && kind != BlockKind::table) return;
    const bool begins = at == line.first || opens(at - 1) || is_sign(at - 1, ",");
    if (!begins || at + 1 >= line.last || !is_sign(at + 1, ":") || tokens_[at].kind != TokenKind::word) return;
    field_ = at;
    field_column_ = column_bytes(text_, tokens_[at].begin);
  }

  BlockKind kind_of(std::uint32_t at) const {
    if (is_sign(at, "(")) return BlockKind::brackets;
    if (at > 0) {
      const std::string_view before = word(at - 1);
      if (before == "in" || before == "any" || before == "=") return BlockKind::brackets;
    }
    const BlockKind outside = open_.back().kind;
    if (outside == BlockKind::fields || (outside == BlockKind::table && declaration_ == "extend")) {
      return BlockKind::members;
    }
    if (outside == BlockKind::members) return BlockKind::fields;
    if (outside != BlockKind::file) return declaration_ == "test" ? BlockKind::values : BlockKind::criteria;
    for (const BlockOf& row : blocks) {
      if (row.declaration == declaration_) return row.kind;
    }
    return BlockKind::rules;
  }

  bool continues(std::uint32_t begin) const {
    const Block& block = open_.back();
    if (block.kind == BlockKind::brackets || previous_ == none || opens(previous_)) return false;
    if (open_before(begin)) return true;
    const std::size_t at = tokens_[begin].begin;
    if (next_line_continues(text_, at, place_of(declaration_), field_column_)) return true;
    return block.kind == BlockKind::file && !starts_declaration(text_, at);
  }

  // Whether the line above ends in something that wants more.
  bool open_before(std::uint32_t begin) const {
    const Token& token = tokens_[previous_];
    const std::string_view last = word(previous_);
    if (token.kind == TokenKind::word) {
      if (open_.back().kind == BlockKind::members) return false;
      return contains(open_words, last) || (is_reserved(last) && !contains(closing_words, last));
    }
    if (token.kind != TokenKind::sign) return false;
    if (last == ",") return !comma_separates(begin);
    return last != ")" && last != "}" && last != "?" && last != "|";
  }

  // Whether the comma above ends an item, so that this line begins another one.
  bool comma_separates(std::uint32_t begin) const {
    switch (open_.back().kind) {
      case BlockKind::file:
        return false;
      case BlockKind::header:
      case BlockKind::values:
        return true;
      case BlockKind::members:
      case BlockKind::criteria:
      case BlockKind::fields:
        return tokens_[begin].kind != TokenKind::text;
      case BlockKind::table:
        return row_has_result_;
      default:
        return starts_rule(text_, tokens_[begin].begin);
    }
  }

  static constexpr std::uint32_t none = Line::none;

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::vector<Line> lines_;
  std::vector<Block> open_;
  std::uint32_t blocks_ = 0;
  std::uint32_t previous_ = none;  // the last token that is no comment
  std::string_view declaration_;
  std::uint32_t field_ = none;    // the last field of an object: its name
  std::size_t field_column_ = 0;  // where the author has it
  bool row_has_result_ = false;
};

}  // namespace

std::vector<Line> arrange(std::string_view text, const std::vector<Token>& tokens) {
  return Arranger(text, tokens).run();
}

}  // namespace muster::lang
