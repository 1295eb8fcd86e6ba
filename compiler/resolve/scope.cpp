// Follows names through rows, references and frameworks.
#include "compiler/resolve/scope.h"

#include <algorithm>

namespace muster::compiler {

using namespace lang;

namespace {

char small(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

bool same_letters(const std::string& left, const std::string& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return small(a) == small(b); });
}

bool is_fate(Meaning meaning) {
  return meaning == Meaning::stage || meaning == Meaning::disqualified || meaning == Meaning::recycled;
}

// Definitions that are about the rows of one object; the others are the same everywhere or get what they read.
bool is_about_rows(Meaning meaning) {
  return meaning == Meaning::let || meaning == Meaning::qualifier || meaning == Meaning::score ||
         meaning == Meaning::grade || meaning == Meaning::framework || is_fate(meaning);
}

constexpr std::uint32_t no_kind = 0xffff'ffffU;  // rows of every kind

class Search {
 public:
  Search(const Symbols& symbols, const Scopes& scopes, const std::vector<Name>& path)
      : symbols_(symbols), scopes_(scopes), path_(path), inner_(scopes.back()) {}

  Reach run() {
    if (path_.size() == 1) {
      bare();
    } else {
      dotted();
    }
    return std::move(out_);
  }

 private:
  const ObjectNames& names(std::uint32_t object) const { return symbols_.objects()[object]; }
  bool has(std::uint32_t object) const { return object != no_object; }

  void fail(Failure failure, std::size_t at, std::uint32_t object, std::string instead = {}) {
    out_.failure = failure;
    out_.at = at;
    out_.object = object;
    out_.instead = std::move(instead);
  }

  std::optional<std::uint32_t> reference(std::uint32_t object, const std::string& name) const {
    if (!has(object)) return std::nullopt;
    const auto relation = names(object).find_relation(name);
    if (!relation || names(object).object->relations[*relation].many) return std::nullopt;
    return relation;
  }

  std::uint32_t target(std::uint32_t object, std::uint32_t relation) const {
    return symbols_.find_object(names(object).object->relations[relation].object.text);
  }

  // The enclosing rows, from the nearest on, that are of the object.
  std::optional<std::uint32_t> up_to(std::uint32_t object) const {
    for (std::uint32_t up = 0; up < scopes_.size(); ++up) {
      if (scopes_[scopes_.size() - 1 - up].object == object) return up;
    }
    return std::nullopt;
  }

  std::string whole_path() const {
    std::string text;
    for (const Name& name : path_) text += (text.empty() ? "" : ".") + name.text;
    return text;
  }

  bool field(std::uint32_t object, std::size_t at, std::uint32_t kind) {
    if (!has(object)) return false;
    const auto number = names(object).find_field(path_[at].text);
    if (!number) return false;
    out_.meaning = Meaning::field;
    out_.index = *number;
    out_.object = object;
    const std::vector<std::uint32_t>& kinds = names(object).fields[*number].kinds;
    const bool is_used = kind == no_kind || kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    if (!is_used) fail(Failure::other_kind, at, object);
    return true;
  }

  void definition(const Symbol& symbol, std::uint32_t about) {
    out_.meaning = symbol.meaning;
    out_.index = symbol.index;
    out_.object = about;
  }

  // A definition where the rows of another object are meant: the way to those that it is about.
  std::string way_to(std::uint32_t about, Meaning meaning, const std::string& name) const {
    if (is_fate(meaning) || !has(about)) return {};
    if (const auto up = up_to(about); up && *up > 0) return prefix_of(names(about)) + "." + name;
    if (!has(inner_.object)) return {};
    const std::vector<Relation>& relations = names(inner_.object).object->relations;
    for (std::uint32_t relation = 0; relation < relations.size(); ++relation) {
      if (!relations[relation].many && target(inner_.object, relation) == about)
        return relations[relation].name.text + "." + name;
    }
    return {};
  }

  void bare() {
    const std::string& word = path_[0].text;
    const Symbol symbol = symbols_.find(word);
    if (is_fate(symbol.meaning) && inner_.object == symbols_.subject()) return definition(symbol, symbols_.subject());
    if (field(inner_.object, 0, inner_.kind.value_or(no_kind))) return;
    if (symbol.meaning != Meaning::none && symbol.meaning != Meaning::broken) {
      if (!is_about_rows(symbol.meaning)) return definition(symbol, no_object);
      const std::uint32_t about = symbols_.about(symbol.index);
      definition(symbol, about);
      if (about == inner_.object || !has(about) || !has(inner_.object)) return;
      const auto up = up_to(about);
      return fail(up ? Failure::outside : Failure::wrong_object, 0, about, way_to(about, symbol.meaning, word));
    }
    if (const auto relation = reference(inner_.object, word)) {
      out_.meaning = Meaning::reference;
      out_.index = *relation;
      out_.object = inner_.object;
      out_.relations.emplace_back(inner_.object, *relation);
      return;
    }
    for (std::uint32_t up = 1; up < scopes_.size(); ++up) {
      const std::uint32_t object = scopes_[scopes_.size() - 1 - up].object;
      if (!has(object) || (!names(object).find_field(word) && !reference(object, word))) continue;
      return fail(Failure::outside, 0, object, prefix_of(names(object)) + "." + word);
    }
    if (symbol.meaning == Meaning::broken || !has(inner_.object)) {
      out_.meaning = Meaning::broken;
      return;
    }
    fail(Failure::unknown, 0, inner_.object);
  }

  // Whether path[at] and what follows is a framework with a letter.
  bool letter(std::uint32_t object, std::size_t at) {
    if (at + 2 != path_.size()) return false;
    const Symbol symbol = symbols_.find(path_[at].text);
    if (symbol.meaning != Meaning::framework) return false;
    const std::string& name = path_[at + 1].text;
    out_.meaning = name == "met" ? Meaning::letters_met : name == "share" ? Meaning::letters_share : Meaning::letter;
    out_.index = out_.meaning == Meaning::letter ? static_cast<std::uint32_t>(at + 1) : symbol.index;
    out_.declaration = symbol.index;
    const std::uint32_t about = symbols_.about(symbol.index);
    out_.object = about;
    if (has(about) && has(object) && about != object) {
      std::string way;
      if (at == 0) way = way_to(about, symbol.meaning, whole_path());
      fail(at == 0 && up_to(about) ? Failure::outside : Failure::wrong_object, at, about, std::move(way));
    }
    return true;
  }

  void dotted() {
    std::uint32_t object = no_object;
    std::uint32_t kind = no_kind;
    const std::string& root = path_[0].text;
    std::size_t at = 1;
    if (const auto relation = reference(inner_.object, root)) {
      object = follow(inner_.object, *relation);
    } else if (const auto up = enclosing(root)) {
      out_.up = *up;
      const Scope& scope = scopes_[scopes_.size() - 1 - *up];
      object = scope.object;
      kind = scope.kind.value_or(no_kind);
    } else if (letter(inner_.object, 0)) {
      return;
    } else {
      return unknown_root();
    }
    for (; at < path_.size(); ++at) {
      if (!has(object)) {
        out_.meaning = Meaning::broken;
        return;
      }
      if (at + 1 == path_.size()) return last(object, at, kind);
      kind = no_kind;
      if (const auto relation = reference(object, path_[at].text)) {
        object = follow(object, *relation);
      } else if (letter(object, at)) {
        return;
      } else {
        const bool is_there = names(object).find_field(path_[at].text) || names(object).find_relation(path_[at].text);
        return fail(is_there ? Failure::no_reference : Failure::no_field, at, object);
      }
    }
  }

  std::uint32_t follow(std::uint32_t object, std::uint32_t relation) {
    out_.references.push_back(relation);
    out_.relations.emplace_back(object, relation);
    return target(object, relation);
  }

  std::optional<std::uint32_t> enclosing(const std::string& root) const {
    for (std::uint32_t up = 0; up < scopes_.size(); ++up) {
      const std::uint32_t object = scopes_[scopes_.size() - 1 - up].object;
      if (has(object) && same_letters(names(object).name(), root)) return up;
    }
    return std::nullopt;
  }

  void unknown_root() {
    const std::string& root = path_[0].text;
    if (symbols_.is_broken(root) || !has(inner_.object)) {
      out_.meaning = Meaning::broken;
      return;
    }
    for (std::uint32_t up = 1; up < scopes_.size(); ++up) {
      const std::uint32_t object = scopes_[scopes_.size() - 1 - up].object;
      if (reference(object, root))
        return fail(Failure::outside, 0, object, prefix_of(names(object)) + "." + whole_path());
    }
    const bool is_there = names(inner_.object).find_field(root) || names(inner_.object).find_relation(root);
    fail(is_there ? Failure::no_reference : Failure::unknown, 0, inner_.object);
  }

  void last(std::uint32_t object, std::size_t at, std::uint32_t kind) {
    if (field(object, at, kind)) return;
    const std::string& word = path_[at].text;
    if (const auto relation = reference(object, word)) {
      out_.meaning = Meaning::reference;
      out_.index = *relation;
      out_.object = object;
      out_.relations.emplace_back(object, *relation);
      return;
    }
    const Symbol symbol = symbols_.find(word);
    if (is_about_rows(symbol.meaning) && !is_fate(symbol.meaning)) {
      const std::uint32_t about = symbols_.about(symbol.index);
      definition(symbol, about);
      if (has(about) && about != object) fail(Failure::wrong_object, at, about);
      return;
    }
    if (symbol.meaning == Meaning::broken) {
      out_.meaning = Meaning::broken;
      return;
    }
    fail(Failure::no_field, at, object);
  }

  const Symbols& symbols_;
  const Scopes& scopes_;
  const std::vector<Name>& path_;
  const Scope& inner_;
  Reach out_;
};

}  // namespace

Reach reach(const Symbols& symbols, const Scopes& scopes, const std::vector<Name>& path) {
  return Search(symbols, scopes, path).run();
}

RowsReach reach_rows(const Symbols& symbols, std::uint32_t object, const std::string& name) {
  RowsReach out;
  if (object == no_object) return out;
  const ObjectNames& names = symbols.objects()[object];
  const std::vector<Relation>& relations = names.object->relations;
  const auto take = [&](std::uint32_t relation, std::optional<std::uint32_t> kind) {
    out.outcome = out.candidates.empty() ? RowsReach::Outcome::found : RowsReach::Outcome::several;
    out.relation = relation;
    out.object = symbols.find_object(relations[relation].object.text);
    out.kind = kind;
    out.candidates.push_back(relations[relation].name.text);
  };
  if (const auto relation = names.find_relation(name)) {
    if (relations[*relation].many) {
      take(*relation, std::nullopt);
    } else {
      out.outcome = RowsReach::Outcome::one_row;
    }
    return out;
  }
  for (std::uint32_t relation = 0; relation < relations.size(); ++relation) {
    if (relations[relation].many && relations[relation].object.text == name) take(relation, std::nullopt);
  }
  if (!out.candidates.empty()) return out;
  for (std::uint32_t relation = 0; relation < relations.size(); ++relation) {
    const std::uint32_t child = symbols.find_object(relations[relation].object.text);
    if (!relations[relation].many || child == no_object) continue;
    const auto& kinds = symbols.objects()[child].kind_numbers;
    if (const auto kind = kinds.find(name); kind != kinds.end()) take(relation, kind->second);
  }
  return out;
}

std::string prefix_of(const ObjectNames& object) {
  std::string prefix = object.name();
  if (!prefix.empty()) prefix[0] = small(prefix[0]);
  return prefix;
}

}  // namespace muster::compiler
