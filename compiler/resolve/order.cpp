// An order in which definitions can be worked out: each declaration after those that it reads.
#include <algorithm>

#include "compiler/resolve/scope.h"
#include "compiler/resolve/symbols.h"
#include "compiler/resolve/walk.h"

namespace muster::compiler {

using namespace lang;

namespace {

// The nodes of the graph: declarations, then the relations of all objects. A relation is a node of its own, because its
// expressions may read definitions that read other relations of the same object.
class Nodes {
 public:
  Nodes(const Tree& tree, const Symbols& symbols) : tree_(tree), symbols_(symbols) {
    auto next = static_cast<std::uint32_t>(tree.declarations.size());
    for (const ObjectNames& object : symbols.objects()) {
      firsts_.push_back(next);
      next += static_cast<std::uint32_t>(object.object->relations.size());
    }
    size_ = next;
  }

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] bool is_declaration(std::uint32_t node) const { return node < tree_.declarations.size(); }
  [[nodiscard]] std::uint32_t of_relation(std::uint32_t object, std::uint32_t relation) const {
    return firsts_[object] + relation;
  }
  // The object and the relation of a node that is no declaration.
  [[nodiscard]] std::pair<std::uint32_t, const Relation*> relation(std::uint32_t node) const {
    // Objects without relations share their first node with the next one: the last of them has it.
    const auto next = std::upper_bound(firsts_.begin(), firsts_.end(), node);
    const auto object = static_cast<std::uint32_t>(next - firsts_.begin() - 1);
    return {object, &symbols_.objects()[object].object->relations[node - firsts_[object]]};
  }
  [[nodiscard]] std::string name(std::uint32_t node) const {
    if (!is_declaration(node)) return relation(node).second->name.text;
    return name_of(tree_.declarations[node].node);
  }
  [[nodiscard]] Span place(std::uint32_t node) const {
    return is_declaration(node) ? tree_.declarations[node].keyword : relation(node).second->name.span;
  }

 private:
  const Tree& tree_;
  const Symbols& symbols_;
  std::vector<std::uint32_t> firsts_;  // by object: the node of its first relation
  std::uint32_t size_ = 0;
};

// Collects what a node reads. A bare name next to a comparison that is also a member of a picklist, grade or lifecycle
// counts as that member (section 4, number 24).
class Uses {
 public:
  Uses(const Tree& tree, const Symbols& symbols, const Nodes& nodes) : tree_(tree), symbols_(symbols), nodes_(nodes) {
    for (const Declaration& declaration : tree.declarations) {
      if (const auto* extend = std::get_if<ExtendDecl>(&declaration.node))
        extensions_[extend->table.text].push_back(&declaration.node);
    }
  }

  std::vector<std::uint32_t> of(std::uint32_t node) {
    found_.clear();
    parameters_ = nullptr;
    if (!nodes_.is_declaration(node)) {
      const auto [object, relation] = nodes_.relation(node);
      scopes_ = {{object, {}}};
      add_relation(*relation);
    } else {
      scopes_ = {{symbols_.about(node), {}}};
      declaration(tree_.declarations[node].node);
    }
    const auto* framework =
        nodes_.is_declaration(node) ? std::get_if<FrameworkDecl>(&tree_.declarations[node].node) : nullptr;
    if (framework != nullptr) {
      // `qualified when` may read its framework's letters; the checker reports letters that read one another. But no
      // framework is its own pattern.
      std::erase(found_, node);
      if (framework->source) add_name(framework->source->name.text);
    }
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return found_;
  }

 private:
  void declaration(const DeclarationNode& node) {
    if (const auto* define = std::get_if<DefineDecl>(&node)) parameters_ = &define->parameters;
    if (const auto* framework = std::get_if<FrameworkDecl>(&node)) parameters_ = &framework->parameters;
    // What was handed over, and how many leads came to a stage, are the lifecycle's to say.
    if (std::holds_alternative<SlaDecl>(node) && symbols_.lifecycle()) found_.push_back(*symbols_.lifecycle());
    expressions_of(node);
    if (const auto* grade = std::get_if<GradeDecl>(&node)) {
      for (const Name& axis : grade->axes) add_name(axis.text);
    }
    if (const auto* extend = std::get_if<ExtendDecl>(&node)) add_name(extend->table.text);
    if (const auto* table = std::get_if<TableDecl>(&node)) {
      // Rows that extend the table belong to it, so it comes after what they read.
      const auto extensions = extensions_.find(table->name.text);
      if (extensions == extensions_.end()) return;
      for (const DeclarationNode* extend : extensions->second) expressions_of(*extend);
    }
  }

  void expressions_of(const DeclarationNode& node) {
    for_each_expression(
        tree_, node, [this](ExprId id) { add(id, false); },
        [this](RowsId found, const std::optional<ExprId>& value) { rows(found, value); });
  }

  void add_relation(const Relation& relation) {
    if (relation.otherwise) add(relation.otherwise->value, false);
    add(relation.tracked_since);
    add(relation.tracked_only_when);
  }

  void add_name(const std::string& name) {
    const Symbol symbol = symbols_.find(name);
    if (symbol.meaning != Meaning::none && symbol.meaning != Meaning::broken) found_.push_back(symbol.index);
  }

  void add(const std::optional<ExprId>& id) {
    if (id) add(*id, false);
  }

  void add_path(const NameRef& name, bool opposite) {
    const std::string& word = name.path[0].text;
    if (name.path.size() == 1) {
      if (opposite && symbols_.is_member_somewhere(word)) return;
      if (parameters_ != nullptr && std::any_of(parameters_->begin(), parameters_->end(),
                                                [&](const Parameter& p) { return p.name.text == word; }))
        return;
    }
    const Reach reached = reach(symbols_, scopes_, name.path);
    for (const auto& [object, relation] : reached.relations) found_.push_back(nodes_.of_relation(object, relation));
    // A `let` about no rows may stand anywhere; everything else in the wrong place is a mistake of its own.
    if (reached.failure != Failure::none && reached.meaning != Meaning::let) return;
    switch (reached.meaning) {
      case Meaning::letter:
        found_.push_back(reached.declaration);
        break;
      case Meaning::none:
      case Meaning::field:
      case Meaning::reference:
      case Meaning::member:
      case Meaning::parameter:
      case Meaning::broken:
        break;
      case Meaning::picklist:
      case Meaning::set:
      case Meaning::setting:
      case Meaning::let:
      case Meaning::define:
      case Meaning::qualifier:
      case Meaning::score:
      case Meaning::grade:
      case Meaning::table:
      case Meaning::framework:
      case Meaning::letters_met:
      case Meaning::letters_share:
      case Meaning::stage:
      case Meaning::disqualified:
      case Meaning::recycled:
        found_.push_back(reached.index);
        break;
    }
  }

  void rows(RowsId id, const std::optional<ExprId>& value) {
    const Rows& rows = tree_.rows[id];
    const RowsReach reached = reach_rows(symbols_, scopes_.back().object, rows.source.text);
    if (reached.outcome == RowsReach::Outcome::found)
      found_.push_back(nodes_.of_relation(scopes_.back().object, reached.relation));
    if (rows.window) for_each_in_window(*rows.window, [this](ExprId bound) { add(bound, false); });
    scopes_.push_back({reached.object, reached.kind});
    add(rows.where);
    add(value);
    scopes_.pop_back();
  }

  void add(ExprId id, bool opposite) {
    const ExprNode& node = tree_.expressions[id].node;
    if (const auto* name = std::get_if<NameRef>(&node)) return add_path(*name, opposite);
    if (const auto* call = std::get_if<Call>(&node)) add_name(call->function.text);
    if (const auto* bound = std::get_if<ScoreBound>(&node)) add_name(bound->score.text);
    if (std::holds_alternative<StageBecomes>(node) && symbols_.lifecycle()) found_.push_back(*symbols_.lifecycle());
    const bool compares = std::holds_alternative<Comparison>(node) || std::holds_alternative<Membership>(node) ||
                          std::holds_alternative<SetLiteral>(node) || std::holds_alternative<RangeLiteral>(node) ||
                          std::holds_alternative<Match>(node);
    for_each_child(
        node, [&](ExprId child) { add(child, compares); },
        [this](RowsId found, const std::optional<ExprId>& value) { rows(found, value); });
  }

  const Tree& tree_;
  const Symbols& symbols_;
  const Nodes& nodes_;
  std::unordered_map<std::string, std::vector<const DeclarationNode*>> extensions_;  // by the name of the table
  Scopes scopes_;
  const std::vector<Parameter>* parameters_ = nullptr;
  std::vector<std::uint32_t> found_;
};

}  // namespace

DefinitionOrder order_definitions(const Tree& tree, const Symbols& symbols, Diagnostics& diagnostics) {
  const Nodes nodes(tree, symbols);
  const std::uint32_t count = nodes.size();
  Uses uses(tree, symbols, nodes);
  std::vector<std::vector<std::uint32_t>> edges(count);
  for (std::uint32_t index = 0; index < count; ++index) edges[index] = uses.of(index);

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
        if (nodes.is_declaration(top.node) && !result.cyclic.contains(top.node)) result.order.push_back(top.node);
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
          path += "`" + nodes.name(frame->node) + "`" + (path.empty() ? " reads " : ", which reads ");
        }
        path += "`" + nodes.name(next) + "`";
        diagnostics.emit<DiagnosticId::definition_cycle>(nodes.place(next), nodes.name(next), path);
      }
    }
  }
  return result;
}

}  // namespace muster::compiler
