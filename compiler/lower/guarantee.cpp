// Guarantees: where a lead breaks one (section 4, number 25).
#include "compiler/lower/lowerer.h"
#include "lang/syntax/parentheses.h"

namespace muster::compiler {

using namespace lang;

void Lowerer::lower_guarantee(const GuaranteeDecl& guarantee, Span place) {
  const auto* claim = std::get_if<ExprId>(&guarantee.claim);
  if (claim == nullptr || !policy_.with_guarantees) return;
  GuaranteeOutput output{guarantee.title.text, place, span(*claim), std::nullopt, {}};
  // What is not yes breaks it, undecided included.
  const auto is_not_yes = [&](ExprId id) { return negated(surely(exact(id), span(id)), span(id)); };
  const ExprId condition = without_parentheses(tree_, *claim);
  if (const auto* implies = std::get_if<Implies>(&tree_.expressions[condition].node)) {
    output.premise = surely(exact(implies->left), span(implies->left));
    output.broken = both(*output.premise, is_not_yes(implies->right), span(condition));
  } else {
    output.broken = is_not_yes(condition);
  }
  program_.outputs.guarantees.push_back(std::move(output));
}

}  // namespace muster::compiler
