// The lines of a policy as the formatter sees them: which tokens stand in each, in what kind of block, how deep.
// May include: lang/parse/scan.h, lang/format. Called by: lang/format.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lang/format/tokens.h"

namespace muster::lang {

// What the lines of a block are, as far as their layout differs.
enum class BlockKind : std::uint8_t {
  file,      // declarations
  header,    // policy { version "1" }
  fields,    // object { name: type }
  members,   // picklist { US = "USA" }, kind { PageView = "Page view" }
  table,     // table { over 1000 | any = "x" }
  letters,   // framework { Budget met when ... }
  rows,      // route { to "x" when ... }
  clauses,   // sla { Sales follows up ... }
  values,    // test { lead { email: "x" } }
  criteria,  // items that a comma may separate: qualifiers, bands
  rules,     // any other: the commas of a line belong to the rule in it
  brackets,  // ( ) and the { } of a set: line breaks mean nothing
};

struct Line {
  std::uint32_t first = 0;  // tokens [first, last), a comment at the end of the line not among them
  std::uint32_t last = 0;   // equal to `first`: a comment alone
  bool comment = false;     // the token at `last` is a comment of this line
  bool blank_above = false;
  bool continues = false;  // goes on with the item of the line before
  BlockKind kind = BlockKind::file;
  std::uint32_t block = 0;  // lines of one block have the same number
  std::uint32_t indent = 0;
  // `missing when` in a line of its own belongs to the field above only if it stands deeper: the token that it must
  // stand deeper than, wherever that goes.
  static constexpr std::uint32_t none = 0xffff'ffffU;
  std::uint32_t below = none;
  std::string_view declaration;  // the word that the declaration begins with

  [[nodiscard]] bool is_comment() const { return first == last; }
};

[[nodiscard]] std::vector<Line> arrange(std::string_view text, const std::vector<Token>& tokens);

}  // namespace muster::lang
