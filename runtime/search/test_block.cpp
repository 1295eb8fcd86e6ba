#include "runtime/search/test_block.h"

#include <fmt/format.h>

#include "lang/source/quote.h"
#include "lang/spec/spec.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime::search {

using compiler::Kind;
using compiler::ObjectSchema;
using compiler::Program;

namespace {

// What stands in the policy, on one line and without comments.
std::string on_one_line(std::string_view text) {
  std::string line;
  bool is_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    if (is_quoted) {
      line += letter;
      if (letter == '\\' && at + 1 < text.size()) line += text[++at];
      is_quoted = letter != '"';
      continue;
    }
    if (letter == '#') {
      while (at + 1 < text.size() && text[at + 1] != '\n') ++at;
    } else if (letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t') {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else {
      line += letter;
      is_quoted = letter == '"';
    }
  }
  return line;
}

std::string literal(const Program& program, const compiler::Type& type, const Value& value) {
  std::string text = written(program, type, value);
  if (type.kind == Kind::text) return lang::quote(text);
  if (type.kind == Kind::money) return text + " " + std::string(lang::currency_rows[type.currency].code);
  return text;
}

class Block {
 public:
  Block(const Program& program, std::string& out) : program_(program), out_(out) {}

  void add(const Row& row, const std::string& name) {
    const ObjectSchema& object = program_.schema.objects[program_.spaces[row.space].object];
    std::string head = name;
    std::string values;
    for (std::uint32_t field = 0; field < row.values.size(); ++field) {
      if (!row.values[field]) continue;
      const std::string text = literal(program_, object.fields[field].type, *row.values[field]);
      if (object.kind_field == field) {
        head += " " + text;
      } else {
        values += fmt::format("{}{}: {}", values.empty() ? " " : ", ", object.fields[field].name, text);
      }
    }
    out_ += fmt::format("  {} {{{}}}\n", head, values.empty() ? " " : values + " ");
    for (const Row& each : row.below) {
      const compiler::RelationSchema& relation = object.relations[program_.spaces[each.space].relation];
      add(each, relation.many ? name_of(relation) : relation.name);
    }
  }

 private:
  // `activity`, as a lead's rows are called; the relation where the object alone does not say which.
  [[nodiscard]] std::string name_of(const compiler::RelationSchema& relation) const {
    std::string name = relation.name;
    if (!name.empty() && name[0] >= 'A' && name[0] <= 'Z') name[0] = static_cast<char>(name[0] - 'A' + 'a');
    return name;
  }

  const Program& program_;
  std::string& out_;
};

}  // namespace

std::string test_block(const Program& program, const lang::SourceMap& sources,
                       const compiler::GuaranteeOutput& guarantee, std::int32_t day, const Row& lead) {
  std::string out = fmt::format("test {} {{\n  as of {}\n", lang::quote("counterexample to: " + guarantee.title),
                                kernels::format_date(day));
  Block(program, out).add(lead, "lead");
  out += fmt::format("  expect ({})\n}}\n", on_one_line(sources.text(guarantee.condition)));
  return out;
}

}  // namespace muster::runtime::search
