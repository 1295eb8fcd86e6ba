#include "compiler/resolve/extend.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace muster::compiler {

using namespace lang;

namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
  from.clear();
}

class Merger {
 public:
  Merger(Tree& tree, Diagnostics& diagnostics) : tree_(tree), diagnostics_(diagnostics) {
    for (Declaration& declaration : tree.declarations) {
      if (auto* object = std::get_if<ObjectDecl>(&declaration.node)) objects_.try_emplace(object->name.text, object);
      if (auto* list = std::get_if<PicklistDecl>(&declaration.node))
        picklists_.try_emplace(list->name.text, Members{list, {}});
      if (auto* table = std::get_if<TableDecl>(&declaration.node)) tables_.try_emplace(table->name.text, table);
    }
  }

  void merge() {
    for (Declaration& declaration : tree_.declarations) {
      if (auto* fields = std::get_if<ExtendObjectDecl>(&declaration.node)) extend_object(*fields);
      if (auto* lines = std::get_if<ExtendDecl>(&declaration.node)) extend_by_name(*lines);
    }
  }

 private:
  struct Members {
    PicklistDecl* picklist;
    std::unordered_map<std::string, std::size_t> numbers;  // filled when it is first extended
  };

  void extend_object(ExtendObjectDecl& extend) {
    const std::string& name = extend.object.text;
    if (const auto object = objects_.find(name); object != objects_.end()) {
      append(object->second->fields, extend.fields);
      append(object->second->relations, extend.relations);
      append(object->second->missing_when, extend.missing_when);
      return;
    }
    if (tables_.contains(name)) {
      report(extend.object, "a table", "fields", "write rows, such as `\"Head of RevOps\" = Director`");
    } else if (picklists_.contains(name)) {
      report(extend.object, "a picklist", "fields", "write values, such as `Robotics = \"Robotics\", \"Robots\"`");
    } else if (!is_broken(name)) {
      Diagnostic& message = diagnostics_.emit<DiagnosticId::unknown_object>(extend.object.span, name);
      std::vector<std::string> names;
      for (const auto& each : objects_) names.push_back(each.first);
      if (const std::string near = did_you_mean(name, names); !near.empty())
        message.fix = "did you mean `" + near + "`?";
    }
  }

  void extend_by_name(ExtendDecl& extend) {
    const std::string& name = extend.table.text;
    const bool is_empty = extend.rows.empty() && extend.members.empty();
    if (const auto picklist = picklists_.find(name); picklist != picklists_.end()) {
      if (extend.members.empty() && !is_empty)
        report(extend.table, "a picklist", "rows of a table",
               "write values, such as `Robotics = \"Robotics\", \"Robots\"`");
      add_members(picklist->second, extend.members);
      extend.rows.clear();
    } else if (tables_.contains(name)) {
      if (extend.rows.empty() && !is_empty)
        report(extend.table, "a table", "values of a picklist", "write rows, such as `\"Head of RevOps\" = Director`");
    } else if (objects_.contains(name)) {
      if (!is_empty) report(extend.table, "an object", "no fields", "write fields, such as `budget: money?`");
      extend.rows.clear();
    }
  }

  void add_members(Members& members, std::vector<PicklistMember>& added) {
    PicklistDecl& picklist = *members.picklist;
    if (members.numbers.empty()) {
      for (std::size_t i = 0; i < picklist.members.size(); ++i)
        members.numbers.try_emplace(picklist.members[i].name.text, i);
    }
    for (PicklistMember& member : added) {
      const auto [known, is_new] = members.numbers.try_emplace(member.name.text, picklist.members.size());
      if (!is_new) {
        append(picklist.members[known->second].spellings, member.spellings);
        continue;
      }
      if (member.name.text == "other") picklist.other = member.name;
      picklist.members.push_back(std::move(member));
    }
    added.clear();
  }

  void report(const Name& name, std::string_view is, std::string_view lines, std::string_view fix) {
    diagnostics_.emit<DiagnosticId::wrong_extension>(name.span, name.text, is, lines).fix = fix;
  }

  [[nodiscard]] bool is_broken(const std::string& name) const {
    return std::find(tree_.broken_words.begin(), tree_.broken_words.end(), name) != tree_.broken_words.end();
  }

  Tree& tree_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string, ObjectDecl*> objects_;  // the first of each name
  std::unordered_map<std::string, Members> picklists_;
  std::unordered_map<std::string, const TableDecl*> tables_;
};

}  // namespace

void merge_extensions(Tree& tree, Diagnostics& diagnostics) { Merger(tree, diagnostics).merge(); }

}  // namespace muster::compiler
