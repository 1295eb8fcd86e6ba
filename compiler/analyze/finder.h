// One pass over a policy, finding by finding; every member function is one kind of finding.
// May include: compiler/analyze, lang/*. Called by: analyze.cpp only.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "compiler/analyze/conditions.h"
#include "compiler/analyze/score_range.h"
#include "compiler/resolve/symbols.h"
#include "lang/diagnostics/diagnostics.h"

namespace muster::compiler {

class Finder {
 public:
  Finder(const lang::Tree& tree, const Symbols& symbols, const lang::SourceMap& sources, const TypedPolicy& policy,
         lang::Diagnostics& diagnostics)
      : tree_(tree),
        symbols_(symbols),
        sources_(sources),
        policy_(policy),
        diagnostics_(diagnostics),
        conditions_(tree, policy),
        ranges_(tree, policy) {}
  void run();

 private:
  // ---- analyze.cpp
  void find_unused();
  void find_names_in(const lang::DeclarationNode& node, std::vector<std::string>& names) const;
  void look_at_condition(const std::vector<Part>& parts);
  void look_at_rules(const std::vector<lang::ScoreItemId>& items);
  void look_at_thresholds();
  void look_at_tiers(const std::vector<std::optional<lang::ExprId>>& rows, const std::vector<lang::Span>& places);

  // ---- shape.cpp
  void look_at_bands(const lang::BandRule& rule);
  void look_at_qualifier(const lang::QualifierDecl& qualifier, lang::Span place);
  void look_at_outcome_fields();
  [[nodiscard]] bool reads_rows(const std::vector<lang::CriterionId>& items, std::vector<std::uint32_t>& seen) const;
  [[nodiscard]] bool reads_rows(lang::ExprId id, std::vector<std::uint32_t>& seen) const;
  void fields_of(const std::vector<lang::CriterionId>& items, std::vector<std::string>& names) const;
  void fields_of(lang::ExprId id, std::vector<std::string>& names) const;

  // ---- texts.cpp
  void look_at_texts();
  void look_at_signs(lang::ExprId id, const lang::ExprNode& test);
  void report_fixed_test(lang::ExprId test, std::initializer_list<lang::ExprId> sides);
  [[nodiscard]] const lang::TextLiteral* text_in(lang::ExprId id) const;
  [[nodiscard]] bool is_written_out(lang::ExprId id) const;

  [[nodiscard]] lang::Span span(lang::ExprId id) const { return tree_.expressions[id].span; }
  [[nodiscard]] std::string quoted(lang::ExprId id) const { return "`" + std::string(sources_.text(span(id))) + "`"; }
  // The library's own definitions are not the author's to mend.
  [[nodiscard]] bool is_library(lang::Span place) const { return sources_[place.file].is_library(); }

  const lang::Tree& tree_;
  const Symbols& symbols_;
  const lang::SourceMap& sources_;
  const TypedPolicy& policy_;
  lang::Diagnostics& diagnostics_;
  Conditions conditions_;
  ScoreRanges ranges_;
};

}  // namespace muster::compiler
