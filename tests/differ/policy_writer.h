// Writes the random declarations of a policy. Whatever is made of parts stands in parentheses, so that nothing depends
// on which operator binds tighter. policy_writer.cpp writes declarations, policy_rules.cpp scores and what follows
// from them, policy_expressions.cpp conditions and values.
// May include: tests/differ/generator.h. Called by: generator_text.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/differ/generator.h"

namespace muster::differ {

class PolicyWriter {
 public:
  PolicyWriter(Random& random, const std::vector<ObjectShape>& shapes, std::int32_t as_of_day)
      : random_(random), shapes_(shapes), as_of_day_(as_of_day) {}
  // Blocks with an empty line between them.
  std::string declarations();

 private:
  // Whose names an expression may use.
  struct Scope {
    std::uint32_t object = lead_object;
    bool in_rows = false;   // behind `where`: bare names are the rows'
    std::string_view kind;  // of activities: whose fields there are
    bool may_use_definitions = true;
    bool may_use_rows = true;
    bool may_use_stage = false;
    std::vector<std::string> parameters;  // of a `define`, all of type int
  };
  // Of a rule: what the score and the groups around it say.
  struct Surroundings {
    bool fades = false;      // so that a rule without rows must say how it does
    bool may_fade = true;    // not where all of it fades by one moment
    bool is_group = false;   // groups hold none
    bool is_scaled = false;  // so that every rule has a most
  };
  struct Source {
    std::string name;
    std::uint32_t object;
  };

  // ---- policy_writer.cpp
  void add(std::string block) { blocks_.push_back(std::move(block)); }
  std::string fresh(std::string_view stem);
  bool chance(unsigned percent) { return random_.chance(percent); }
  std::uint64_t below(std::uint64_t limit) { return random_.below(limit); }
  template <class T>
  const T& one_of(const std::vector<T>& items) {
    return random_.one_of(items);
  }
  std::string pick(std::initializer_list<const char*> words);
  void write_constants();
  void write_functions();
  void write_tables();
  void write_company();
  void write_qualifiers();
  std::string criterion(int depth);

  // ---- policy_rules.cpp
  void write_score(bool late);
  void write_lone_score();
  std::string open_number(const Scope& scope);
  std::string rule(const Surroundings& around, const Scope& scope);
  std::string text_rules(const Scope& scope);
  std::string group(const Surroundings& around, const Scope& scope);
  static std::string sure_rule(const Surroundings& around);
  std::string row_clauses(bool fades, bool may_fade, const Source& source);
  std::string fade(bool of_days = true);
  std::string fade_since();
  std::string zero_condition();
  void write_grades();
  void write_framework();
  void write_lifecycle();
  void write_route();
  void write_outputs();

  // ---- policy_expressions.cpp
  std::string condition(int depth, const Scope& scope);
  std::string comparison(int depth, const Scope& scope);
  std::string rows_condition(int depth, const Scope& scope);
  std::string named_condition(const Scope& scope);
  std::string number(int depth, const Scope& scope);
  std::string aggregate(int depth, const Scope& scope);
  std::string money(int depth, const Scope& scope);
  std::string text(int depth, const Scope& scope);
  std::string text_question(const std::string& subject);  // a condition
  std::string regex();
  std::string date(int depth, const Scope& scope);
  std::string moment(int depth, const Scope& scope);
  std::string length(int depth, const Scope& scope);
  std::string country(int depth, const Scope& scope);
  std::string field(const Scope& scope, compiler::Kind kind);  // empty where there is none
  std::string rows(const Source& source, int depth, const Scope& scope, bool needs_where = false);
  Source source(const Scope& scope);
  std::string window(bool of_days);
  std::string number_literal();
  std::string text_literal();
  std::string date_literal();
  std::string moment_literal();
  std::string days_literal();
  std::string money_literal();
  std::string operator_word();

  Random& random_;
  const std::vector<ObjectShape>& shapes_;
  std::int32_t as_of_day_;
  std::vector<std::string> blocks_;
  std::uint64_t names_ = 0;
  // What has been declared so far, of the lead.
  std::vector<std::string> numbers_, conditions_, texts_, sets_, text_sets_, scores_, ordered_grades_, letters_,
      frameworks_, stages_, functions_, tables_;
  std::vector<std::string> company_numbers_, company_conditions_, contact_scores_;
  bool has_beside_ = false, remembers_ = false;
};

}  // namespace muster::differ
