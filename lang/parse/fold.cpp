// Flat operands and operators become a tree by precedence, in one pass and without recursion; and the small
// builders of single expressions.
#include <fmt/format.h>

#include <algorithm>

#include "lang/parse/builder.h"

namespace muster::lang {
namespace {

enum Level { implication = 1, logic, inversion, comparison, ranges, sums, products, signs };

Level level_of(Op op) {
  switch (op) {
    case Op::implies:
      return implication;
    case Op::conjunction:
    case Op::disjunction:
      return logic;
    case Op::negation:
      return inversion;
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::in:
    case Op::not_in:
    case Op::in_window:
    case Op::text_test:
      return comparison;
    case Op::range:
    case Op::range_under:
      return ranges;
    case Op::plus:
    case Op::minus:
      return sums;
    case Op::multiply:
    case Op::divide:
    case Op::remainder:
      return products;
    case Op::negate:
      return signs;
  }
  return signs;
}

bool is_prefix(Op op) { return op == Op::negation || op == Op::negate; }

// The policy's text on one line and not too long, for showing a better way to write it.
std::string brief(std::string_view text) {
  constexpr std::size_t longest_bytes = 48;
  std::string out;
  for (const char letter : text) {
    const bool blank = letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
    if (!blank) {
      out += letter;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
    if (out.size() > longest_bytes) {
      while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U) out.pop_back();
      if (!out.empty()) out.pop_back();
      return out + "...";
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

ExprId Builder::add(Span where, ExprNode node, std::size_t height) {
  if (height > limits_.nesting_depth) {
    emit<DiagnosticId::nesting_too_deep>(span(where.begin, token_end(text, where.begin)), limits_.nesting_depth);
    throw SyntaxError{std::max<std::size_t>(where.end, last_end), SyntaxError::Leaves::declaration};
  }
  count_node(where.begin);
  heights_.push_back(static_cast<std::uint16_t>(std::min<std::size_t>(height, 0xffff)));
  --nodes_;  // the tree's own table counts it
  return tree_.expressions.add({where, std::move(node)});
}

std::size_t Builder::height(ExprId id) const { return heights_[id.index - first_expression_]; }

void Builder::push(ExprId operand) {
  Item item;
  item.operand = operand;
  item.span = tree_.expressions[operand].span;
  items.push_back(item);
}

void Builder::push_operator(Op pushed, std::size_t begin, std::size_t end) {
  Item item;
  item.span = span(begin, end);
  item.op = pushed;
  items.push_back(item);
  last_operator = text.substr(begin, end - begin);
  if (pushed == Op::in || pushed == Op::not_in) {
    range_allowed = true;
  } else if (level_of(pushed) <= ranges) {
    range_allowed = false;
  }
}

ExprId Builder::pop() {
  const ExprId operand = items.back().operand;
  items.pop_back();
  return operand;
}

void Builder::fold(std::size_t first) {
  const std::size_t last = items.size();
  if (last == first + 1 && !items[first].operand.is_none()) return;
  std::vector<ExprId> operands;
  std::vector<std::size_t> pending;  // operators, as places in `items`
  bool mixed = false;
  bool chained = false;
  bool implied = false;
  bool poisoned = false;
  for (std::size_t i = first; i < last; ++i) {
    const Item item = items[i];
    if (!item.operand.is_none()) {
      operands.push_back(item.operand);
      continue;
    }
    const Level level = level_of(item.op);
    if (!is_prefix(item.op)) {
      while (!pending.empty() && level_of(items[pending.back()].op) >= level) {
        const Item earlier = items[pending.back()];
        if (level_of(earlier.op) == level) {
          if (level == comparison && !chained) {
            report_chain(first, pending.back(), i);
            chained = poisoned = true;
          } else if (level == logic && earlier.op != item.op && !mixed) {
            report_mixed_logic(first);
            mixed = poisoned = true;
          } else if (level == implication && !implied) {
            emit<DiagnosticId::repeated_implies>(item.span);
            implied = poisoned = true;
          }
        }
        pending.pop_back();
        reduce(operands, earlier);
      }
      if (level <= logic) chained = false;
      // A window has no operand behind it, so it is put together at once; its operator stays to be seen by a chain.
      if (item.op == Op::in_window) {
        const ExprId value = operands.back();
        const Window& window = windows[item.window];
        operands.back() = add(join(tree_.expressions[value].span, window.span), InWindow{value, window},
                              std::max(height(value), height_of(window)) + 1);
      }
    }
    pending.push_back(i);
  }
  while (!pending.empty()) {
    reduce(operands, items[pending.back()]);
    pending.pop_back();
  }
  const ExprId result = operands.back();
  items.resize(first);
  if (poisoned) {
    push_poison(tree_.expressions[result].span);
  } else {
    push(result);
  }
}

void Builder::reduce(std::vector<ExprId>& operands, const Item& item) {
  if (item.op == Op::in_window) return;
  const ExprId right = operands.back();
  operands.pop_back();
  const Span right_span = tree_.expressions[right].span;
  if (is_prefix(item.op)) {
    const Span where = join(item.span, right_span);
    const std::size_t tall = height(right) + 1;
    operands.push_back(item.op == Op::negate ? add(where, Negate{right}, tall) : add(where, Not{right}, tall));
    return;
  }
  const ExprId left = operands.back();
  operands.pop_back();
  const Span where = join(tree_.expressions[left].span, right_span);
  const std::size_t tall = std::max(height(left), height(right)) + 1;
  const auto compare = [&](CompareOp compared) { return add(where, Comparison{compared, left, right}, tall); };
  // A flat chain grows in place: the left operand was made by this fold, since anything else is in parentheses.
  const auto grow = [&] {
    auto& known = heights_[left.index - first_expression_];
    known = std::max(known, static_cast<std::uint16_t>(std::min<std::size_t>(height(right) + 1, 0xffff)));
    tree_.expressions[left].span = where;
    if (known > limits_.nesting_depth) {
      emit<DiagnosticId::nesting_too_deep>(span(where.begin, where.begin + 1), limits_.nesting_depth);
      throw SyntaxError{where.end, SyntaxError::Leaves::declaration};
    }
    return left;
  };
  const auto join_logic = [&](LogicOp joined) {
    if (auto* logic_node = std::get_if<Logic>(&tree_.expressions[left].node); logic_node && logic_node->op == joined) {
      logic_node->operands.push_back(right);
      return grow();
    }
    return add(where, Logic{joined, {left, right}}, tall);
  };
  const auto join_sum = [&](bool minus) {
    if (auto* sum = std::get_if<SumChain>(&tree_.expressions[left].node)) {
      sum->terms.push_back({minus, right});
      return grow();
    }
    return add(where, SumChain{{{false, left}, {minus, right}}}, tall);
  };
  const auto multiply = [&](ProductOp joined) { return add(where, Product{joined, left, right}, tall); };
  const auto build = [&] {
    switch (item.op) {
      case Op::implies:
        return add(where, Implies{left, right}, tall);
      case Op::conjunction:
        return join_logic(LogicOp::conjunction);
      case Op::disjunction:
        return join_logic(LogicOp::disjunction);
      case Op::equal:
        return compare(CompareOp::equal);
      case Op::not_equal:
        return compare(CompareOp::not_equal);
      case Op::less:
        return compare(CompareOp::less);
      case Op::less_equal:
        return compare(CompareOp::less_equal);
      case Op::greater:
        return compare(CompareOp::greater);
      case Op::greater_equal:
        return compare(CompareOp::greater_equal);
      case Op::in:
        return add(where, Membership{left, false, right}, tall);
      case Op::not_in:
        return add(where, Membership{left, true, right}, tall);
      case Op::text_test:
        return add(where, TextTest{item.text, item.any, left, right}, tall);
      case Op::range:
        return add(where, RangeLiteral{left, right, false}, tall);
      case Op::range_under:
        return add(where, RangeLiteral{left, right, true}, tall);
      case Op::plus:
        return join_sum(false);
      case Op::minus:
        return join_sum(true);
      case Op::multiply:
        return multiply(ProductOp::multiply);
      case Op::divide:
        return multiply(ProductOp::divide);
      case Op::remainder:
        return multiply(ProductOp::remainder);
      case Op::in_window:
      case Op::negation:
      case Op::negate:
        break;
    }
    return right;
  };
  operands.push_back(build());
}

void Builder::report_chain(std::size_t first, std::size_t earlier, std::size_t later) {
  std::size_t begin = items[first].span.begin;
  for (std::size_t i = earlier; i > first; --i) {
    if (items[i - 1].operand.is_none() && level_of(items[i - 1].op) < comparison) {
      begin = items[i - 1].span.end;
      break;
    }
  }
  std::size_t end = items.back().span.end;
  for (std::size_t i = later + 1; i < items.size(); ++i) {
    if (items[i].operand.is_none() && level_of(items[i].op) <= comparison) {
      end = items[i].span.begin;
      break;
    }
  }
  const auto part = [&](std::size_t from, std::size_t to) { return brief(text.substr(from, to - from)); };
  const auto trimmed = [](std::string each) {
    each.erase(0, std::min(each.find_first_not_of(' '), each.size()));
    return each;
  };
  const std::string middle = trimmed(part(items[earlier].span.end, items[later].span.begin));
  const std::string_view window = text_of(items[later].span);
  if (window.starts_with("in last") || window.starts_with("since") || window.starts_with("between")) {
    emit<DiagnosticId::chained_comparison>(items[later].span).fix =
        fmt::format("write the time before the comparison: `{} {} ... {} {}`",
                    trimmed(part(begin, items[earlier].span.begin)), window, text_of(items[earlier].span), middle);
    return;
  }
  emit<DiagnosticId::chained_comparison>(items[later].span).fix = fmt::format(
      "write `{} {} {} and {} {} {}`", trimmed(part(begin, items[earlier].span.begin)), text_of(items[earlier].span),
      middle, middle, text_of(items[later].span), trimmed(part(items[later].span.end, end)));
}

void Builder::report_mixed_logic(std::size_t first) {
  // The operands between the operators of this level, as written.
  struct Term {
    std::size_t begin, end;
    Op behind;  // the operator behind it; `implies` ends the list
  };
  constexpr std::size_t most_terms = 8;
  std::vector<Term> terms;
  std::size_t begin = items[first].span.begin;
  Span second{};
  std::size_t count = 0;
  std::optional<Op> seen;
  for (std::size_t i = first; i < items.size(); ++i) {
    const Item& item = items[i];
    if (!item.operand.is_none() || level_of(item.op) > logic) continue;
    if (item.op == Op::implies) {
      if (second.end != 0) break;
      terms.clear();
      begin = item.span.end;
      seen.reset();
      continue;
    }
    if (!seen) seen = item.op;
    if (item.op != *seen && second.end == 0) second = item.span;
    terms.push_back({begin, item.span.begin, item.op});
    begin = item.span.end;
    if (++count > most_terms && second.end != 0) break;
  }
  std::size_t end = items.back().span.end;
  for (std::size_t i = first; i < items.size(); ++i) {
    if (items[i].operand.is_none() && items[i].span.begin >= begin && level_of(items[i].op) <= logic) {
      end = items[i].span.begin;
      break;
    }
  }
  terms.push_back({begin, end, Op::implies});
  if (terms.size() > most_terms) terms.erase(terms.begin(), terms.end() - most_terms);
  const auto reading = [&](Op tight) {
    std::string out;
    bool open = false;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const bool joins = terms[i].behind == tight;
      if (joins && !open) {
        out += '(';
        open = true;
      }
      std::string term = brief(text.substr(terms[i].begin, terms[i].end - terms[i].begin));
      term.erase(0, std::min(term.find_first_not_of(' '), term.size()));
      out += term;
      if (!joins && open) {
        out += ')';
        open = false;
      }
      if (i + 1 < terms.size()) out += terms[i].behind == Op::conjunction ? " and " : " or ";
    }
    return out;
  };
  emit<DiagnosticId::mixed_logic>(second).fix =
      fmt::format("write `{}` or `{}`", reading(Op::conjunction), reading(Op::disjunction));
}

bool Builder::operator_binds_tighter_than_not() const {
  return items.size() > frame_first && items.back().operand.is_none() && level_of(items.back().op) >= comparison;
}

// An operator, or the beginning of an expression, without its operand.
void Builder::fail_operand(std::size_t at) {
  const bool joins_conditions =
      !items.empty() && items.back().operand.is_none() && level_of(items.back().op) <= inversion;
  std::string written(last_operator);
  for (char& letter : written) {
    if (letter == '\n' || letter == '\r' || letter == '\t') letter = ' ';
  }
  fail_expected(at, fmt::format("a {} after `{}`", joins_conditions ? "condition" : "value", written), "");
}

// ---- single expressions

void Builder::push_yes(Span where) { push(add(where, BoolLiteral{true})); }
void Builder::push_no(Span where) { push(add(where, BoolLiteral{false})); }
void Builder::push_as_of(Span where) { push(add(where, AsOf{})); }
void Builder::push_poison(Span where) { push(add(where, Poison{})); }

void Builder::push_name(std::size_t first, Span where) {
  NameRef node;
  for (std::size_t i = first; i < names.size(); ++i) node.path.push_back(std::move(names[i]));
  names.resize(first);
  push(add(where, std::move(node)));
}

void Builder::push_call(Name function, std::size_t first, Span where) {
  Call node{std::move(function), {}};
  std::size_t tall = 0;
  for (std::size_t i = first; i < items.size(); ++i) {
    node.arguments.push_back(items[i].operand);
    tall = std::max(tall, height(items[i].operand));
  }
  items.resize(first);
  push(add(where, std::move(node), tall + 1));
}

void Builder::push_parenthesised(Span where) {
  const ExprId inner = pop();
  push(add(where, Parenthesised{inner}, height(inner) + 1));
}

void Builder::push_set(std::size_t first, Span where) {
  SetLiteral node;
  std::size_t tall = 0;
  for (std::size_t i = first; i < items.size(); ++i) {
    node.items.push_back(items[i].operand);
    tall = std::max(tall, height(items[i].operand));
  }
  items.resize(first);
  push(add(where, std::move(node), tall + 1));
}

void Builder::push_if(Span where) {
  const ExprId otherwise = pop();
  const ExprId then = pop();
  const ExprId condition = pop();
  const std::size_t tall = std::max({height(condition), height(then), height(otherwise)}) + 1;
  push(add(where, If{condition, then, otherwise}, tall));
}

void Builder::finish_arm() {
  arms.push_back({std::move(bands.back()), pop()});
  bands.pop_back();
}

void Builder::push_match(std::size_t first_arm, bool broken, Span where) {
  Match node{pop(), {}};
  std::size_t tall = height(node.subject);
  for (std::size_t i = first_arm; i < arms.size(); ++i) {
    tall = std::max(tall, height(arms[i].result));
    node.arms.push_back(std::move(arms[i]));
  }
  arms.erase(arms.begin() + static_cast<std::ptrdiff_t>(first_arm), arms.end());
  if (broken) {
    push_poison(where);
  } else {
    push(add(where, std::move(node), tall + 1));
  }
}

void Builder::push_lowest(Span where) { push(add(where, ScoreBound{BoundKind::lowest, last_name})); }
void Builder::push_highest(Span where) { push(add(where, ScoreBound{BoundKind::highest, last_name})); }

void Builder::negate_fallback(Span where) {
  const ExprId operand = pop();
  push(add(where, Negate{operand}, height(operand) + 1));
}

void Builder::make_default() {
  const ExprId fallback = pop();
  const ExprId operand = pop();
  const Span where = join(tree_.expressions[operand].span, tree_.expressions[fallback].span);
  push(add(where, DefaultTo{operand, fallback}, std::max(height(operand), height(fallback)) + 1));
}

void Builder::make_state(State state) {
  const ExprId operand = pop();
  const Span where = span(tree_.expressions[operand].span.begin, last_end);
  push(add(where, StateTest{operand, state}, height(operand) + 1));
}
void Builder::make_poison() {
  const Span operand = tree_.expressions[pop()].span;
  push_poison(span(operand.begin, last_end));
}
void Builder::make_known() { make_state(State::known); }
void Builder::make_missing() { make_state(State::missing); }
void Builder::make_undecided() { make_state(State::undecided); }

void Builder::round_half_even() { rounding = RoundingMode::half_even; }
void Builder::round_half_up() { rounding = RoundingMode::half_up; }
void Builder::round_up() { rounding = RoundingMode::up; }
void Builder::round_down() { rounding = RoundingMode::down; }

void Builder::make_round(std::size_t begin, std::size_t end) {
  const ExprId operand = pop();
  unsigned digits = 0;
  for (std::size_t at = begin; at < end && digits < 100; ++at)
    digits = digits * 10 + static_cast<unsigned>(text[at] - '0');
  const Span where = span(tree_.expressions[operand].span.begin, end);
  digits = std::min(digits, 99U);  // the checker knows how many there may be
  push(add(where, Round{operand, rounding, static_cast<std::uint8_t>(digits)}, height(operand) + 1));
}

void Builder::test_any() { items.back().any = true; }

// ---- bands

void Builder::band_under(Span where) { bands.push_back({where, BandRange{{}, pop(), false, true}}); }
void Builder::band_over(Span where) { bands.push_back({where, BandRange{pop(), {}, true, false}}); }
void Builder::band_and_over(Span where) { bands.push_back({where, BandRange{pop(), {}, false, false}}); }
void Builder::band_range(Span where) {
  const ExprId high = pop();
  bands.push_back({where, BandRange{pop(), high, false, false}});
}
void Builder::band_range_under(Span where) {
  const ExprId high = pop();
  bands.push_back({where, BandRange{pop(), high, false, true}});
}
void Builder::band_values(std::size_t first, Span where) {
  BandValues values;
  for (std::size_t i = first; i < items.size(); ++i) values.values.push_back(items[i].operand);
  items.resize(first);
  bands.push_back({where, std::move(values)});
}
void Builder::band_missing(Span where) { bands.push_back({where, BandMissing{}}); }
void Builder::band_otherwise(Span where) { bands.push_back({where, BandOtherwise{}}); }
void Builder::band_any(Span where) { bands.push_back({where, BandAny{}}); }

}  // namespace muster::lang
