#include "tests/differ/policy_writer.h"

#include <fmt/format.h>

namespace muster::differ {

namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string made;
  for (const std::string& part : parts) made += (made.empty() ? "" : std::string(separator)) + part;
  return made;
}

}  // namespace

std::string PolicyWriter::fresh(std::string_view stem) { return fmt::format("{}_{}", stem, ++names_); }

std::string PolicyWriter::declarations() {
  write_constants();
  write_functions();
  write_tables();
  write_company();
  if (chance(40)) add("ignore Activity when bot");
  if (chance(15)) add("ignore Call when (minutes = 0)");
  write_qualifiers();
  for (std::uint64_t i = 0, count = 2 + below(3); i < count; ++i) write_score(false);
  write_lone_score();
  write_lone_score();
  write_grades();
  write_framework();
  write_lifecycle();
  if (chance(40)) write_score(true);
  write_route();
  write_outputs();
  return joined(blocks_, "\n\n") + "\n";
}

void PolicyWriter::write_constants() {
  const std::string least = fresh("setting");
  add(fmt::format("setting {}: int = {}, {} from {}", least, below(5), 5 + below(9), date_literal()));
  numbers_.push_back(least);
  const std::string share = fresh("setting");
  add(fmt::format("setting {}: decimal(2) = {}.25", share, below(9)));
  numbers_.push_back(share);
  sets_.push_back(fresh("set"));
  add(fmt::format("set {} = {{ {}, {}, {} }}", sets_.back(), below(3), 3 + below(5), 100));
  sets_.push_back(fresh("set"));
  // More than engines compare one by one: close together, or far apart; and more than a kernel takes.
  const std::uint64_t step = chance(50) ? 1 + below(3) : 10'000;
  std::string members = "0";
  for (std::uint64_t at = 1, count = chance(50) ? 12 : 90; at < count; ++at) {
    members += fmt::format(", {}", at * step + below(step));
  }
  add(fmt::format("set {} = {{ {} }}", sets_.back(), members));
  text_sets_.push_back(fresh("set"));
  const std::string first = text_literal();
  add(fmt::format("set {} = {{ {}, \"sales\", \"zo\u00E9\" }}", text_sets_.back(), first));
}

void PolicyWriter::write_functions() {
  Scope inside;
  inside.may_use_definitions = false;
  inside.may_use_rows = false;
  for (std::uint64_t i = 0, count = 1 + below(2); i < count; ++i) {
    const std::string name = fresh("def");
    const std::string result = pick({"", ": decimal(9)"});
    inside.parameters = {"par_a", "par_b"};
    const std::string body = number(2, inside);
    add(fmt::format("define {}(par_a: decimal(4), par_b: decimal(2)){} = {}", name, result, body));
    functions_.push_back(name);
  }
  Scope scope;
  for (std::uint64_t i = 0, count = 2 + below(2); i < count; ++i) {
    const std::string name = fresh("let");
    add("let " + name + " = " + number(3, scope));
    numbers_.push_back(name);
  }
  const std::string open = fresh("let");
  add("let " + open + " = " + condition(2, scope));
  conditions_.push_back(open);
  const std::string words = fresh("let");
  add("let " + words + " = " + text(2, scope));
  texts_.push_back(words);
}

void PolicyWriter::write_tables() {
  const std::string name = fresh("table");
  const std::string policy = pick({"", " first", " sum", " sum", " unique"});
  const bool is_unique = policy == " unique";
  const bool asks_missing = chance(40);
  const auto rows_of = [&](std::uint64_t count) {
    std::string rows;
    std::vector<std::string> disjoint{"under 2", "2 to 5", "7, 12", "over 12", "missing"};
    for (std::uint64_t i = 0; i < count; ++i) {
      std::string head = pick({"under 2", "2 to 5", "any", "over 5", "7, 12", "1 to under 50"});
      std::string word = pick({"any", "\"vp\"", "\"vp\", \"alpha\"", "\"BETA\"", "any"});
      if (asks_missing && chance(30)) (chance(60) ? head : word) = "missing";
      if (is_unique) {
        const auto at = disjoint.begin() + static_cast<std::ptrdiff_t>(below(disjoint.size()));
        head = *at;
        disjoint.erase(at);
      }
      rows += fmt::format("  {} | {} = {}\n", head, word, pick({"1", "2", "2.5", "4", "0"}));
    }
    return rows;
  };
  const std::string rows = rows_of(2 + below(3));
  const std::uint64_t last = below(4);
  std::string rest = fmt::format("  otherwise = {}\n", last);
  if (!is_unique && last == 2) rest = "";  // what no row matches is missing
  if (!is_unique && last == 3)
    rest = "  under 2 | any = 2\n  2 to 5 | any = 2\n  over 5 | any = 4\n";  // leaves none out
  add(fmt::format("table {}(par_c: {}, par_d: text): decimal(2){} {{\n{}{}}}", name, pick({"decimal(4)", "int"}),
                  policy, rows, rest));
  if (!is_unique && chance(25)) add(fmt::format("extend {} {{\n{}}}", name, rows_of(1 + below(2))));
  // A count may be open, so that some of the rows may match and others surely do not.
  tables_.push_back(name + (last < 2 ? "(i0, t0)" : "((count of View where (page contains \"p\")), t0)"));
  add("output " + fresh("out") + " = " + tables_.back());
}

void PolicyWriter::write_company() {
  Scope company;
  company.object = company_object;
  company.may_use_definitions = false;
  Scope contact = company;
  contact.object = contact_object;
  contact_scores_.push_back(fresh("score"));
  add(fmt::format("score {} for Contact from 0 to 50 {{ +5 per interest }}", contact_scores_.back()));
  company_numbers_.push_back(fresh("let"));
  add("let " + company_numbers_.back() + " for Company = " + (chance(20) ? number_literal() : number(2, company)));
  company_conditions_.push_back(fresh("let"));
  add("let " + company_conditions_.back() +
      " for Company = " + (chance(20) ? pick({"yes", "(not no)"}) : condition(2, company)));
  company_conditions_.push_back(fresh("qual"));
  add("situational qualifier " + company_conditions_.back() + " for Company {\n  " + condition(2, company) + "\n  " +
      condition(1, company) + "\n}");
  company_numbers_.push_back(fresh("score"));
  const std::string value = contact_scores_.back();
  add(
      fmt::format("score {} for Company from 0 to 100 = 60% of (max of Contact.{} where (role = Champion)) + 12.5% of "
                  "(average of Contact.{})",
                  company_numbers_.back(), value, value));
}

std::string PolicyWriter::criterion(int depth) {
  Scope scope;
  if (depth > 0 && chance(30)) {
    const std::uint64_t count = 2 + below(3);
    std::string made = pick({"all of {", "any of {", ""});
    if (made.empty()) made = fmt::format("at least {} of {{", 1 + below(count));
    for (std::uint64_t i = 0; i < count; ++i) made += (i == 0 ? " " : ", ") + criterion(depth - 1);
    return made + " }";
  }
  switch (below(4)) {
    case 0:
      return "exclude " + condition(2, scope) + (chance(50) ? " except when " + condition(1, scope) : "");
    case 1:
      return condition(2, scope);
    default:
      return "require " + condition(2, scope);
  }
}

void PolicyWriter::write_qualifiers() {
  for (std::uint64_t i = 0, count = 3 + below(3); i < count; ++i) {
    const std::string name = fresh("qual");
    std::string body;
    for (std::uint64_t k = 0, items = 1 + below(3); k < items; ++k) body += "  " + criterion(2) + "\n";
    add(pick({"icp ", "persona ", "demographic qualifier ", "behavioural qualifier "}) + name + " {\n" + body + "}");
    conditions_.push_back(name);
  }
}

}  // namespace muster::differ
