#include <fmt/format.h>

#include "tests/differ/policy_writer.h"

namespace muster::differ {

using compiler::Kind;

// ---- scores

std::string PolicyWriter::fade(bool of_days) {
  if (!of_days && chance(10)) return "halving every 36 hours";
  return pick({"halving every 7 days", "halving every 30 days", "fading to zero over 90 days",
               "fading to zero over 14 days", "minus 10% every 30 days", "minus 12.5% every 7 days"}) +
         pick({"", "", " by whole days"});
}

std::string PolicyWriter::fade_since() {
  return pick({"halving every 30 days since at1", "fading to zero over 90 days since at1",
               "minus 10% every 30 days since day0", "halving every 7 days since budget_at"});
}

std::string PolicyWriter::row_clauses(bool fades, bool may_fade, const Source& source) {
  std::string made;
  if (chance(30)) {
    made += pick({", counting latest 1 per day", ", counting latest 1 per week from monday",
                  ", counting latest 2 per month", ", first only", ", counting latest 1 per week from sunday",
                  ", counting latest 1 per quarter"});
  }
  if (may_fade && chance(25))
    made += fades && chance(30) ? ", never fading" : ", " + fade(source.object == call_object);
  if (chance(15) && source.object == activity_object)
    made += ", restart after latest " + pick({"Unsub", "Demo", "View where (page = \"/pricing\")"});
  return made;
}

std::string PolicyWriter::zero_condition() {
  if (chance(30)) return "(" + pick({"none of ", "any "}) + pick({"Unsub", "Demo", "View"}) + ")";
  return condition(1, Scope());
}

std::string PolicyWriter::sure_rule(const Surroundings& around) {
  return std::string("+5 when b0") + (around.fades ? ", never fading" : "");
}

// More questions to one text than an engine answers at once, and between them one to another.
std::string PolicyWriter::text_rules(const Scope& scope) {
  const std::string subject = text(2, scope);
  const std::string other = text(2, scope);
  std::string made;
  const std::uint64_t count = 9 + below(10);
  const std::uint64_t between = below(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    made += "  +1 when " + text_question(i == between ? other : subject) + "\n";
  }
  return made;
}

std::string PolicyWriter::rule(const Surroundings& around, const Scope& scope) {
  const auto [fades, may_fade, is_group, is_scaled] = around;
  const std::string size = pick({"1", "5", "10", "25", "2.5", "0.3333", "7"});
  const std::string points = pick({"+", "+", "+", "-"}) + size;
  const std::string aged =
      !fades ? "" : pick({", never fading", ", never fading", ", aged by at1", ", aged by budget_at"});
  const std::string cap = is_scaled || chance(25) ? fmt::format(", at most {}", 5 + below(30)) : "";
  const std::string least = chance(10) ? pick({", at least 3", ", at least 1.5"}) : "";
  const std::string zero = chance(8) ? ", zero while " + zero_condition() : "";
  switch (below(is_group ? 7 : 8)) {
    case 0:
    case 1: {
      const Source from = source(scope);
      std::string what = rows(from, 2, scope);
      if (from.object == activity_object && chance(25)) {
        const std::string value = from.name == "View" ? "page" : from.name == "Download" ? "asset" : "worth";
        what = "different " + from.name + "." + value + what.substr(from.name.size());
      }
      const std::string when = chance(15) ? " when " + condition(1, scope) : "";
      return points + " per " + what + when + row_clauses(fades, may_fade, from) + cap + least + zero;
    }
    case 2: {
      const Source from = source(scope);
      const std::string clauses = may_fade && chance(25) ? ", " + fade(from.object == call_object) : "";
      return points + " when any " + rows(from, 2, scope) + clauses + cap + least + zero;
    }
    case 3:
      return (is_scaled ? "+" + size : points) + " per " + pick({"", "full "}) + pick({"", "3 ", "100 ", "0.25 "}) +
             field(scope, Kind::integer) + (chance(20) ? " when " + condition(1, scope) : "") + aged + cap + least +
             zero;
    case 4: {
      const std::string name = field(scope, Kind::integer);
      const std::string bands =
          pick({"{ under 2: 0 | 2 to under 10: 5 | 10 and over: 2.5 }",
                "{ under 0: -3 | 0 to 12: 4 | over 12: 9 | missing: 1 }", "{ under 5: 6 | 7 to 100: 1 }",
                "{ under 5: 6 | 5 and over: 6 }", "{ 1, 2, 3: 4 | 10: 5 | otherwise: 1 }"});
      return "points by " + name + " " + bands + (chance(15) ? " when " + condition(1, scope) : "") + aged + zero;
    }
    case 5:
      if (chance(50)) return points + " when " + named_condition(scope) + aged + zero;
      return "points by c0 " +
             pick({"{ US: 5 | CA, FR: 2 | Elsewhere: 1 }", "{ US, CA: 3 | missing: 7 | otherwise: 0 }"}) + aged;
    case 6:
      return points + " when (" + condition(2, scope) + " and " + comparison(1, scope) + ")" + aged + cap + least +
             zero;
    default:
      return group(around, scope);
  }
}

std::string PolicyWriter::group(const Surroundings& around, const Scope& scope) {
  std::vector<std::string> clauses;
  Surroundings inner = around;
  inner.is_group = true;
  if (chance(60)) clauses.push_back(fmt::format("at most {}", 5 + below(40)));
  if (chance(10)) {
    // Two of the large ones add up to more than there is.
    clauses.push_back(clauses.empty() && chance(30) ? "at least 500000000000000" : "at least 2");
  }
  if (around.may_fade && chance(25)) {
    const bool since = chance(40);
    clauses.push_back(since ? fade_since() : fade());
    inner.fades = inner.may_fade = !since;
  }
  const bool is_scaled = chance(15);
  if (is_scaled) clauses.push_back("scaled to " + pick({"10", "33", "2.5"}));
  inner.is_scaled = around.is_scaled || is_scaled;
  std::string made = "group \"g\"";
  for (const std::string& clause : clauses) made += (made.ends_with('"') ? " " : ", ") + clause;
  made += " {\n";
  if (inner.is_scaled) made += "    " + sure_rule(inner) + "\n";
  for (std::uint64_t i = 0, count = 1 + below(3); i < count; ++i) made += "    " + rule(inner, scope) + "\n";
  return made + "  }";
}

void PolicyWriter::write_score(bool late) {
  const std::string name = fresh("score");
  Scope scope;
  scope.may_use_stage = late;
  std::string head = "score " + name + pick({"", " from 0 to 100", " from 0 to 50", " from -20 to 60"});
  if (scores_.size() >= 2 && chance(25)) {
    add(head + " = " + pick({"60% of ", "33.33% of ", ""}) + one_of(scores_) + pick({" + ", " - "}) +
        pick({"12.5% of ", "40% of "}) + one_of(scores_) + (chance(40) ? " + " + number(1, scope) : ""));
    scores_.push_back(name);
    return;
  }
  Surroundings inside;
  if (chance(35)) {
    const bool since = chance(25);
    head += " " + (since ? fade_since() : fade());
    inside.fades = inside.may_fade = !since;
  }
  inside.is_scaled = chance(10);
  if (inside.is_scaled)
    head += (head.ends_with(name) ? " " : ", ") + std::string("scaled to ") + pick({"100", "50", "7.5"});
  std::string body;
  if (inside.is_scaled) body += "  " + sure_rule(inside) + "\n";
  if (chance(15)) body += "  restart after latest Unsub\n";
  if (chance(10)) body += "  zero while " + zero_condition() + "\n";
  for (std::uint64_t i = 0, count = 3 + below(6); i < count; ++i) body += "  " + rule(inside, scope) + "\n";
  if (!inside.is_scaled && !inside.fades && chance(15) && !field(scope, Kind::text).empty()) body += text_rules(scope);
  add(head + " {\n" + body + "}");
  if (!late) scores_.push_back(name);
}

// A number that may stay open whatever is filled in: divided by zero, counted or chosen by such a quotient.
std::string PolicyWriter::open_number(const Scope& scope) {
  const std::string quotient = "(" + number(0, scope) + " / " + field(scope, Kind::integer) + ")";
  const std::string count = "(count of View where " +
                            pick({"((seconds / worth) > 1)", "((worth / seconds) > 1)", "(page contains \"p\")"}) + ")";
  const std::string one = pick({quotient.c_str(), quotient.c_str(), count.c_str()});
  switch (below(5)) {
    case 0:
      return "(match " + one + " { under 1: 4 | 1 to under 10: 5 | " + pick({"otherwise: 7 })", "10 and over: 4 })"});
    case 1:
      return "(if (" + one + " > 1) then " + pick({"4", count.c_str()}) + " else 3)";
    case 2:
      return tables_.back().substr(0, tables_.back().find('(')) + "(" + count + ", t0)";
    case 3:
      return "(" + one + pick({" + 2)", " * 3)", " default 6)"});
    default:
      return one;
  }
}

// One rule alone, so that no other one's points hide what its bounds leave out.
void PolicyWriter::write_lone_score() {
  const Scope scope;
  const std::string name = fresh("score");
  const std::string open = open_number(scope);
  const std::string head = "score " + name + pick({"", " from 0 to 100"});
  switch (below(4)) {
    case 0:
      add(head + " = " + open);
      break;
    case 1:
      add(head + " { " + pick({"+", "-"}) + "1 per " + pick({"", "full "}) + open + " }");
      break;
    case 2:
      add(head + " { +5 when (" + open + pick({" > 3)", " <= 4)", " != 1)"}) + " }");
      break;
    default:
      add(head + " { points by " + open +
          pick({" { under 4: 6 | 4 and over: 8 }", " { under 2: 3 | otherwise: 6 }",
                " { under 2: 3 | missing: 5 | otherwise: 6 }", " { under 2: 3 | 3 to 6: 5 }"}) +
          " }");
      break;
  }
  scores_.push_back(name);
}

// ---- what follows from scores

void PolicyWriter::write_grades() {
  const Scope scope;
  std::string name = fresh("grade");
  const std::string score = one_of(scores_);
  const std::string second = chance(30) ? condition(1, scope) : score + " >= 10";
  add(fmt::format("grade {0} from {1} {{\n  {1} >= 40 | {0}_a\n  {2} | {0}_b\n  otherwise | {0}_c\n}}", name, score,
                  second));
  ordered_grades_.push_back(name);
  name = fresh("grade");
  const std::string other = one_of(scores_);
  if (other == score) return;
  const std::string column = chance(30) ? condition(1, scope) : other + " >= 20";
  const std::string row = chance(30) ? condition(1, scope) : score + " >= 20";
  add(fmt::format(
      "grade {0} from {1}, {2} {{\n  | {3} | otherwise\n  {4} | {0}_a1 | {0}_a2\n  otherwise | {0}_a2 | {0}_b2\n}}",
      name, score, other, column, row));
}

void PolicyWriter::write_framework() {
  const std::string name = fresh("frame");
  const Scope scope;
  std::string body = fmt::format("  {}_A met when budget >= {}{}\n", name, money_literal(),
                                 chance(60) ? ", half met when claimed" : "");
  const std::uint64_t letters = 2 + below(3);
  for (std::uint64_t i = 1; i < letters; ++i) {
    const auto one = [&] {  // now and then what divides by zero or grows too large
      return chance(30) ? "(" + number(0, scope) + pick({" / i1 > 2)", " * 1000000000000 > 2)"}) : condition(1, scope);
    };
    body += fmt::format("  {}_{} met when {}", name, "ABCDE"[i], one());
    if (chance(40)) body += ", half met when " + one();
    body += "\n";
  }
  const std::string own = pick({"({0}.{0}_A or (not {0}.{0}_B))", "({0}.met >= 1.5)", "({0}.share > 25%)",
                                "(({0}.{0}_B is known) and {0}.{0}_A)"});
  const std::string verdict = chance(30)   ? "all met"
                              : chance(70) ? fmt::format("at least {} met", 1 + below(letters))
                                           : fmt::format(fmt::runtime(own), name);
  add("framework " + name + (chance(40) ? " in order, stop at first not met" : "") + " {\n" + body +
      "  qualified when " + verdict + "\n}");
  frameworks_.push_back(name);
  for (std::uint64_t i = 0; i < letters; ++i) letters_.push_back(fmt::format("{0}.{0}_{1}", name, "ABCDE"[i]));
  if (!chance(40)) return;
  const std::string pattern = fresh("frame");
  // A pattern that names itself means the framework that is made from it.
  const std::string all_met = pick({"at least 1 met", "all met", "({0}.{0}_A and ({0}.met >= 1.5))",
                                    "({0}.{0}_B or (i2 > par_f))", "({0}.share >= 50%)"});
  add(
      fmt::format("framework {0}(par_e: bool, par_f: int) {{\n  {0}_A met when par_e\n  {0}_B met when i1 >= par_f\n  "
                  "qualified when {1}\n}}",
                  pattern, fmt::format(fmt::runtime(all_met), pattern)));
  const std::string copy = fresh("frame");
  const std::string instead =
      chance(40) ? fmt::format("  override {}_{} met when {}\n", pattern, pick({"A", "B"}), condition(1, scope)) : "";
  const std::string verdict_of_copy = chance(50) ? "  qualified when all met\n" : "";
  add(fmt::format("framework {0} from {1}({2}, {3}) {{\n{5}  {0}_C met when {4}\n{6}}}", copy, pattern,
                  condition(1, scope), below(9), condition(1, scope), instead, verdict_of_copy));
  frameworks_.push_back(copy);
}

void PolicyWriter::write_lifecycle() {
  const Scope scope;
  remembers_ = chance(60);
  const std::string score = one_of(scores_);
  const std::string kept = remembers_ && chance(40) ? " kept while " + condition(1, scope) : "";
  std::string body = "  stage MQL" + std::string(chance(60) ? " entered at mql_at" : "") + " when " +
                     (chance(50) ? "(" + score + " >= 10)" : condition(1, scope)) +
                     (chance(40) ? fmt::format(" needs {} known of t0, i0, m0", 1 + below(3)) : "") + kept + "\n";
  body += "  stage SAL when " + condition(1, scope) + "\n";
  stages_ = {"MQL", "SAL"};
  has_beside_ = chance(40);
  if (has_beside_) {
    body += "  stage PQL beside SAL when " + condition(1, scope) + "\n";
  }
  if (chance(70)) {
    body += "  stage SQL when " + condition(1, scope) + "\n";
    stages_.push_back("SQL");
  }
  if (remembers_ && chance(50)) body += std::string("  recycled ") + (chance(60) ? "at back_at " : "") + "when b1\n";
  if (remembers_ && chance(20)) body += "  never back below " + pick({"MQL", "SAL"}) + "\n";
  if (chance(40)) {
    body += "  override stage from \"overrides.csv\"" + pick({"", " by Sales"}) + pick({"", ", needs reason"}) +
            pick({"", ", expires after 30 days", ", expires after 36 hours"}) + "\n";
  }
  if (chance(50)) body += "  not yet when " + condition(1, scope) + "\n";
  body += "  disqualified when " + pick({"b0", "(i2 < 0)", "(t1 contains \"intern\")"}) + "\n";
  add(std::string("lifecycle") + (remembers_ ? " remembers stage from before" : "") + " {\n" + body + "}");
}

void PolicyWriter::write_route() {
  Scope scope;
  scope.may_use_stage = true;
  std::string body;
  for (std::uint64_t i = 0, count = 2 + below(3); i < count; ++i)
    body += fmt::format("  to \"desk {}\" when {}\n", i, condition(2, scope));
  if (chance(80)) body += "  to \"rest\" otherwise\n";
  add("route {\n" + body + "}");
}

void PolicyWriter::write_outputs() {
  Scope scope;
  scope.may_use_stage = true;
  for (std::uint64_t i = 0, count = 8 + below(8); i < count; ++i) {
    std::string value;
    switch (below(9)) {
      case 0:
        value = text(2, scope);
        break;
      case 1:
        value = chance(70) ? money(2, scope) : pick({"(e0 + m0)", "(m0 - e0)", "(m1 + e0 - 7 EUR)", "(1K USD + e0)"});
        break;
      case 2:
        value = condition(3, scope);
        break;
      case 3:
        value = date(1, scope);
        break;
      case 4:
        value = chance(50) ? moment(1, scope) : length(1, scope);
        break;
      case 5:
        value = country(1, scope);
        break;
      default:
        value = number(3, scope);
        break;
    }
    add("output " + fresh("out") + " = " + value);
  }
}

}  // namespace muster::differ
