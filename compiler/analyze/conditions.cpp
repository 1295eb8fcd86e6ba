#include "compiler/analyze/conditions.h"

#include <fmt/format.h>

#include "lang/source/unicode.h"
#include "lang/syntax/compare_op.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

namespace {

bool is_numeric(Kind kind) {
  return is_number(kind) || kind == Kind::money || kind == Kind::date || kind == Kind::datetime ||
         kind == Kind::duration;
}

Scaled scaled(const Constant& constant) { return {constant.value, constant.type.digits}; }

std::string member(const Constant& constant) {
  return constant.type.kind == Kind::text ? kernels::fold_text(constant.text) : std::to_string(constant.value);
}

}  // namespace

std::optional<Constant> Conditions::fixed(ExprId id) const {
  if (const auto found = policy_.fixed.find(id.index); found != policy_.fixed.end()) return found->second;
  const ExprInfo& info = policy_.info(id);
  return std::visit(Overloaded{[&](const NumberLiteral& literal) -> std::optional<Constant> {
                                 return Constant{info.type, literal.value.mantissa, {}};
                               },
                               [&](const DateLiteral& literal) -> std::optional<Constant> {
                                 return Constant{info.type, literal.days, {}};
                               },
                               [&](const TextLiteral& literal) -> std::optional<Constant> {
                                 if (info.meaning == Meaning::member) return Constant{info.type, info.index, {}};
                                 return Constant{info.type, 0, std::string(trim(literal.value))};
                               },
                               [&](const BoolLiteral& literal) -> std::optional<Constant> {
                                 return Constant{info.type, literal.value ? 1 : 0, {}};
                               },
                               [&](const NameRef&) -> std::optional<Constant> {
                                 if (info.meaning == Meaning::member) return Constant{info.type, info.index, {}};
                                 if (info.meaning != Meaning::setting && info.meaning != Meaning::let)
                                   return std::nullopt;
                                 const auto found = policy_.constants.find(info.index);
                                 return found == policy_.constants.end() ? std::nullopt : std::optional(found->second);
                               },
                               [&](const Parenthesised& group) { return fixed(group.inner); },
                               [](const auto&) -> std::optional<Constant> { return std::nullopt; }},
                    tree_.expressions[id].node);
}

std::optional<Part> Conditions::subject_of(ExprId id) const {
  id = without_parentheses(tree_, id);
  if (!std::holds_alternative<NameRef>(tree_.expressions[id].node)) return std::nullopt;
  const ExprInfo& info = policy_.info(id);
  if (info.meaning != Meaning::field && info.meaning != Meaning::score) return std::nullopt;
  Part part;
  part.is_score = info.meaning == Meaning::score;
  part.score = info.index;
  part.subject = fmt::format("{}{}", part.is_score ? "score " : "field ", info.index);
  if (const auto path = policy_.paths.find(id.index); path != policy_.paths.end()) {
    part.subject += fmt::format(" out of {}", path->second.up);
    for (const std::uint32_t reference : path->second.references) part.subject += fmt::format(" along {}", reference);
    part.is_score = false;  // another object's: its bounds are not looked at
  }
  part.test = id;
  return part;
}

std::optional<Allowed> Conditions::allowed_by(CompareOp op, const Constant& constant) const {
  if (!is_numeric(constant.type.kind)) {
    if (op != CompareOp::equal && op != CompareOp::not_equal) return std::nullopt;  // ordered members: not looked at
    return Members{{member(constant)}, op == CompareOp::not_equal};
  }
  const Scaled value = scaled(constant);
  switch (op) {
    case CompareOp::equal:
      return Interval{Bound{value, false}, Bound{value, false}};
    case CompareOp::not_equal:
      return std::nullopt;
    case CompareOp::less:
      return Interval{{}, Bound{value, true}};
    case CompareOp::less_equal:
      return Interval{{}, Bound{value, false}};
    case CompareOp::greater:
      return Interval{Bound{value, true}, {}};
    case CompareOp::greater_equal:
      return Interval{Bound{value, false}, {}};
  }
  return std::nullopt;
}

void Conditions::collect(ExprId id, bool positive, bool own, std::vector<Part>& parts) const {
  const auto add = [&](ExprId subject, const std::optional<Allowed>& allowed) {
    auto part = subject_of(subject);
    if (!part || !allowed) return;
    part->allowed = *allowed;
    part->test = id;
    part->is_own = own;
    parts.push_back(*part);
  };
  std::visit(
      Overloaded{[&](const Parenthesised& group) { collect(group.inner, positive, own, parts); },
                 [&](const Not& negation) { collect(negation.operand, !positive, own, parts); },
                 [&](const Logic& logic) {
                   // `not (a or b)` is `not a and not b`; the other two say nothing about one part alone.
                   if ((logic.op == LogicOp::conjunction) != positive) return;
                   for (const ExprId operand : logic.operands) collect(operand, positive, own, parts);
                 },
                 [&](const Comparison& comparison) {
                   const CompareOp op = positive ? comparison.op : negated(comparison.op);
                   if (const auto right = fixed(comparison.right)) {
                     add(comparison.left, allowed_by(op, *right));
                   } else if (const auto left = fixed(comparison.left)) {
                     add(comparison.right, allowed_by(mirrored(op), *left));
                   }
                 },
                 [&](const Membership& membership) {
                   const bool inside = positive != membership.negated;
                   if (const auto* range = std::get_if<RangeLiteral>(&tree_.expressions[membership.collection].node)) {
                     const auto low = fixed(range->low);
                     const auto high = fixed(range->high);
                     if (!inside || !low || !high || !is_numeric(low->type.kind)) return;
                     add(membership.value,
                         Interval{Bound{scaled(*low), false}, Bound{scaled(*high), range->high_excluded}});
                     return;
                   }
                   auto list = policy_.lists.find(id.index);
                   if (const auto same = policy_.same_list.find(id.index); same != policy_.same_list.end())
                     list = policy_.lists.find(same->second);
                   if (list == policy_.lists.end() || is_numeric(policy_.type_of(membership.value).kind)) return;
                   Members members{.listed = {}, .all_but = !inside};
                   for (const Constant& constant : list->second) members.listed.insert(member(constant));
                   add(membership.value, members);
                 },
                 [&](const NameRef&) {
                   const ExprInfo& info = policy_.info(id);
                   if (info.meaning == Meaning::qualifier && positive && !policy_.paths.contains(id.index)) {
                     const auto& qualifier = std::get<QualifierDecl>(tree_.declarations[info.index].node);
                     collect(qualifier.items, false, parts);
                   } else if (info.meaning == Meaning::field && info.type.kind == Kind::boolean) {
                     add(id, Members{{positive ? "1" : "0"}, false});
                   }
                 },
                 [](const auto&) {}},
      tree_.expressions[id].node);
}

void Conditions::collect(const std::vector<CriterionId>& criteria, bool own, std::vector<Part>& parts) const {
  for (const CriterionId id : criteria) {
    std::visit(Overloaded{[&](const Require& require) { collect(require.condition, true, own, parts); },
                          [&](const Exclude& exclude) {
                            if (!exclude.except_when) collect(exclude.condition, false, own, parts);
                          },
                          [&](const CriterionGroup& group) {
                            if (group.kind == GroupKind::all_of) collect(group.items, own, parts);
                          }},
               tree_.criteria[id].node);
  }
}

std::vector<Part> Conditions::parts_of(ExprId condition) const {
  std::vector<Part> parts;
  collect(condition, true, true, parts);
  return parts;
}

std::vector<Part> Conditions::parts_of(const std::vector<CriterionId>& criteria) const {
  std::vector<Part> parts;
  collect(criteria, true, parts);
  return parts;
}

}  // namespace muster::compiler
