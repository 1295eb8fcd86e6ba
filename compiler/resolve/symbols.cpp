#include "compiler/resolve/symbols.h"

#include <algorithm>

#include "compiler/resolve/walk.h"

namespace muster::compiler {

using namespace lang;

Symbols::Symbols(const Tree& tree, Diagnostics& diagnostics)
    : broken_(tree.broken_words.begin(), tree.broken_words.end()) {
  for (std::uint32_t index = 0; index < tree.declarations.size(); ++index) {
    const Declaration& declaration = tree.declarations[index];
    const auto named = [&](const Name& name, Meaning meaning) { declare(name, meaning, index, diagnostics); };
    std::visit(
        Overloaded{[](const PolicyHeader&) {}, [](const Import&) {}, [](const IgnoreDecl&) {}, [](const RouteDecl&) {},
                   [&](const ObjectDecl& object) {
                     if (!lead_object_ || object.name.text == "Lead") lead_object_ = index;
                   },
                   [&](const PicklistDecl& picklist) {
                     named(picklist.name, Meaning::picklist);
                     for (const PicklistMember& member : picklist.members) members_.insert(member.name.text);
                     if (picklist.other) members_.insert(picklist.other->text);
                   },
                   [&](const SetDecl& set) { named(set.name, Meaning::set); },
                   [&](const SettingDecl& setting) { named(setting.name, Meaning::setting); },
                   [&](const LetDecl& let) { named(let.name, Meaning::let); },
                   [&](const DefineDecl& define) { named(define.name, Meaning::define); },
                   [&](const QualifierDecl& qualifier) { named(qualifier.name, Meaning::qualifier); },
                   [&](const ScoreDecl& score) { named(score.name, Meaning::score); },
                   [&](const GradeDecl& grade) {
                     named(grade.name, Meaning::grade);
                     for (const GradeRow& row : grade.rows) {
                       for (const Name& cell : row.cells) members_.insert(cell.text);
                     }
                   },
                   [&](const LifecycleDecl& lifecycle) {
                     if (lifecycle_) {
                       diagnostics.emit<DiagnosticId::one_only>(declaration.keyword, "lifecycle");
                       return;
                     }
                     lifecycle_ = index;
                     named({"stage", declaration.keyword}, Meaning::stage);
                     for (const LifecycleItem& item : lifecycle.items) {
                       if (const auto* stage = std::get_if<StageDecl>(&item.node)) members_.insert(stage->name.text);
                       if (std::holds_alternative<Disqualified>(item.node)) {
                         // A second one is reported by the checker, as what it is.
                         declared_.try_emplace("disqualified", Symbol{Meaning::disqualified, index, item.span});
                       }
                     }
                   }},
        declaration.node);
  }
  if (!lead_object_) return;
  const auto& object = std::get<ObjectDecl>(tree.declarations[*lead_object_].node);
  for (std::uint32_t index = 0; index < object.fields.size(); ++index) {
    const Name& name = object.fields[index].name;
    const auto [place, is_new] = fields_.emplace(name.text, Symbol{Meaning::field, index, name.span});
    if (!is_new) {
      diagnostics.emit<DiagnosticId::duplicate_name>(name.span, name.text)
          .notes.push_back({place->second.span, "first here"});
      continue;
    }
    // `stage` and `disqualified` are the lifecycle's words; everything else that has a field's name is a trap.
    const auto declared = declared_.find(name.text);
    if (declared != declared_.end() && declared->second.meaning != Meaning::stage &&
        declared->second.meaning != Meaning::disqualified) {
      diagnostics.emit<DiagnosticId::name_of_field>(declared->second.span, name.text)
          .notes.push_back({name.span, "the field"});
    }
  }
}

void Symbols::declare(const Name& name, Meaning meaning, std::uint32_t index, Diagnostics& diagnostics) {
  if (name.text.empty()) return;  // the parser has said so
  const auto [place, is_new] = declared_.emplace(name.text, Symbol{meaning, index, name.span});
  if (!is_new) {
    diagnostics.emit<DiagnosticId::duplicate_name>(name.span, name.text)
        .notes.push_back({place->second.span, "first here"});
    return;
  }
  const auto is_function = [&](const FunctionRow& row) { return row.name == name.text; };
  if (std::any_of(function_rows.begin(), function_rows.end(), is_function)) {
    diagnostics.emit<DiagnosticId::duplicate_name>(name.span, name.text).fix =
        "Muster has a function of that name; choose another";
  }
}

Symbol Symbols::find(std::string_view name) const {
  const std::string key(name);
  if (const auto place = declared_.find(key); place != declared_.end()) return place->second;
  if (const auto place = fields_.find(key); place != fields_.end()) return place->second;
  if (broken_.contains(key)) return {Meaning::broken, 0, {}};
  return {};
}

Symbol Symbols::find_field(std::string_view name) const {
  const auto place = fields_.find(std::string(name));
  return place == fields_.end() ? Symbol{} : place->second;
}

std::vector<std::string> Symbols::names() const {
  std::vector<std::string> all;
  for (const auto& [name, symbol] : declared_) all.push_back(name);
  for (const auto& [name, symbol] : fields_) all.push_back(name);
  std::sort(all.begin(), all.end());
  return all;
}

namespace {

// Collects which declarations a declaration reads. A bare name next to a comparison that is also a member of a
// picklist, grade or lifecycle counts as that member (section 4, number 24).
class Uses {
 public:
  Uses(const Tree& tree, const Symbols& symbols) : tree_(tree), symbols_(symbols) {}

  std::vector<std::uint32_t> of(const DeclarationNode& node) {
    found_.clear();
    for_each_expression(tree_, node, [this](ExprId id) { add(id, false); });
    if (const auto* grade = std::get_if<GradeDecl>(&node)) {
      for (const Name& axis : grade->axes) add_name(axis.text);
    }
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return found_;
  }

 private:
  void add_name(const std::string& name) {
    const Symbol symbol = symbols_.find(name);
    if (symbol.meaning != Meaning::none && symbol.meaning != Meaning::field && symbol.meaning != Meaning::broken) {
      found_.push_back(symbol.index);
    }
  }

  void add(ExprId id, bool opposite) {
    const ExprNode& node = tree_.expressions[id].node;
    if (const auto* name = std::get_if<NameRef>(&node)) {
      if (name->path.size() == 1 && !(opposite && symbols_.is_member_somewhere(name->path[0].text))) {
        add_name(name->path[0].text);
      }
      return;
    }
    if (const auto* call = std::get_if<Call>(&node)) add_name(call->function.text);
    if (const auto* bound = std::get_if<ScoreBound>(&node)) add_name(bound->score.text);
    const bool compares = std::holds_alternative<Comparison>(node) || std::holds_alternative<Membership>(node) ||
                          std::holds_alternative<SetLiteral>(node) || std::holds_alternative<RangeLiteral>(node) ||
                          std::holds_alternative<Match>(node);
    for_each_child(node, [&](ExprId child) { add(child, compares); });
  }

  const Tree& tree_;
  const Symbols& symbols_;
  std::vector<std::uint32_t> found_;
};

std::string name_of(const DeclarationNode& node) {
  return std::visit(Overloaded{[](const PolicyHeader&) { return std::string("policy"); },
                               [](const Import&) { return std::string("import"); },
                               [](const IgnoreDecl&) { return std::string("ignore leads"); },
                               [](const LifecycleDecl&) { return std::string("stage"); },
                               [](const RouteDecl&) { return std::string("route"); },
                               [](const auto& named) { return named.name.text; }},
                    node);
}

}  // namespace

DefinitionOrder order_definitions(const Tree& tree, const Symbols& symbols, Diagnostics& diagnostics) {
  const auto count = static_cast<std::uint32_t>(tree.declarations.size());
  Uses uses(tree, symbols);
  std::vector<std::vector<std::uint32_t>> edges(count);
  for (std::uint32_t index = 0; index < count; ++index) edges[index] = uses.of(tree.declarations[index].node);

  enum class Mark : std::uint8_t { unseen, open, done };
  struct Frame {
    std::uint32_t node;
    std::size_t next_edge;
  };
  DefinitionOrder result;
  std::vector<Mark> marks(count, Mark::unseen);
  std::vector<Frame> stack;
  for (std::uint32_t root = 0; root < count; ++root) {
    if (marks[root] != Mark::unseen) continue;
    stack.push_back({root, 0});
    marks[root] = Mark::open;
    while (!stack.empty()) {
      Frame& top = stack.back();
      if (top.next_edge == edges[top.node].size()) {
        marks[top.node] = Mark::done;
        if (!result.cyclic.contains(top.node)) result.order.push_back(top.node);
        stack.pop_back();
        continue;
      }
      const std::uint32_t next = edges[top.node][top.next_edge++];
      if (marks[next] == Mark::unseen) {
        marks[next] = Mark::open;
        stack.push_back({next, 0});
      } else if (marks[next] == Mark::open && !result.cyclic.contains(next)) {
        // Everything on the stack from `next` on is the cycle; it is reported once, at its first member.
        std::string path;
        auto frame = std::find_if(stack.begin(), stack.end(), [&](const Frame& f) { return f.node == next; });
        for (; frame != stack.end(); ++frame) {
          result.cyclic.insert(frame->node);
          path +=
              "`" + name_of(tree.declarations[frame->node].node) + "`" + (path.empty() ? " reads " : ", which reads ");
        }
        const std::string name = name_of(tree.declarations[next].node);
        path += "`" + name + "`";
        diagnostics.emit<DiagnosticId::definition_cycle>(tree.declarations[next].keyword, name, path);
      }
    }
  }
  return result;
}

}  // namespace muster::compiler
