#include <fmt/format.h>

#include <algorithm>

#include "stdlib/kernels/time.h"
#include "tests/differ/policy_writer.h"

namespace muster::differ {

using compiler::Kind;

namespace {

// Amounts in euro stand only where two currencies meet.
bool is_plain(std::string_view name) {
  return !name.ends_with("_id") && !name.ends_with("_lead") && !name.ends_with("_comp") && name != "what" &&
         name != "e0";
}
// Fields that only rows of one kind use.
std::string_view kind_of(std::string_view field) {
  if (field == "page" || field == "seconds") return "View";
  return field == "asset" ? "Download" : "";
}

}  // namespace

std::string PolicyWriter::pick(std::initializer_list<const char*> words) {
  return *(words.begin() + below(words.size()));
}

// ---- literals

std::string PolicyWriter::number_literal() {
  const std::int64_t value = one_of(some_numbers());
  if (value < 0) return fmt::format("(-{})", -value);
  if (chance(10)) return fmt::format("{}.{}", value, pick({"5", "25", "05", "3333"}));
  return std::to_string(value);
}
// A policy writes an accent and its letter as one; only leads write them apart.
std::string PolicyWriter::text_literal() {
  const std::string& made = one_of(some_texts());
  return made.find("\u0301") != std::string::npos ? "\"ZO\u00C9\"" : "\"" + made + "\"";
}
std::string PolicyWriter::date_literal() {
  return kernels::format_date(as_of_day_ - one_of(std::vector<int>{0, 1, 7, 13, 30, 31, 60, 90, 365, 15, -2}));
}
std::string PolicyWriter::moment_literal() {
  return date_literal() + pick({"T00:00", "T12:00", "T02:30", "T01:30", "T23:59:59", "T05:00Z", "T12:00-04:00"});
}
std::string PolicyWriter::days_literal() {
  return pick({"1 day", "2 days", "7 days", "14 days", "30 days", "60 days", "90 days", "1 week", "2 weeks"});
}
std::string PolicyWriter::money_literal() {
  return pick({"0 USD", "1 USD", "2.50 USD", "10 USD", "99.99 USD", "100 USD", "1K USD", "0.01 USD"});
}
std::string PolicyWriter::operator_word() { return pick({"=", "!=", "<", "<=", ">", ">="}); }

// ---- names

std::string PolicyWriter::field(const Scope& scope, Kind kind) {
  std::vector<std::string> found;
  const auto collect = [&](std::uint32_t object, const std::string& prefix) {
    for (const FieldShape& each : shapes_[object].fields) {
      const bool fits = each.kind == kind || (kind == Kind::integer && each.kind == Kind::decimal);
      const std::string_view own = object == activity_object ? kind_of(each.name) : std::string_view();
      if (fits && is_plain(each.name) && (own.empty() || own == scope.kind)) found.push_back(prefix + each.name);
    }
  };
  collect(scope.object, "");
  if (scope.object == lead_object) {
    collect(company_object, "company.");
  } else if (scope.in_rows && (scope.object == activity_object || scope.object == call_object) &&
             (found.empty() || chance(25))) {
    collect(lead_object, "lead.");
  }
  return found.empty() ? std::string() : one_of(found);
}

PolicyWriter::Source PolicyWriter::source(const Scope& scope) {
  if (scope.object == company_object) return {"Contact", contact_object};
  const std::string name = pick({"View", "View", "Download", "Demo", "Unsub", "Activity", "Call", "Call"});
  return {name, name == "Call" ? call_object : activity_object};
}

std::string PolicyWriter::window(bool of_days) {
  switch (below(of_days ? 6 : 7)) {
    case 0:
    case 1:
      return "in last " + days_literal();
    case 2:
      return "in last " + pick({"1 month", "2 months", "3 months", "1 quarter", "1 year"});
    case 3:
      return "in last " + pick({"1 calendar day", "2 calendar weeks from monday", "1 calendar week from sunday",
                                "1 calendar month", "2 calendar quarters", "1 calendar year", "7 calendar days"});
    case 4:
      return "since " + date_literal();
    case 5: {
      std::string from = date_literal();
      std::string to = date_literal();
      if (to < from) std::swap(from, to);
      return "between " + from + " and " + to;
    }
    default:
      return "in last " + pick({"1 hour", "36 hours", "90 minutes", "12 hours"});
  }
}

std::string PolicyWriter::rows(const Source& source, int depth, const Scope& scope, bool needs_where) {
  std::string made = source.name;
  if (needs_where || chance(60)) {
    Scope inside = scope;
    inside.object = source.object;
    inside.in_rows = true;
    inside.kind = source.name;
    inside.may_use_definitions = false;
    inside.may_use_rows = false;
    inside.may_use_stage = false;
    inside.parameters.clear();
    made += " where (" + condition(std::min(depth - 1, 1), inside) + ")";
  }
  if (source.object != contact_object && chance(60)) made += " " + window(source.object == call_object);
  return made;
}

// ---- conditions

std::string PolicyWriter::condition(int depth, const Scope& scope) {
  if (depth <= 0) {
    const std::string name = field(scope, Kind::boolean);
    return name.empty() || chance(70) ? comparison(0, scope) : name;
  }
  switch (below(13)) {
    case 0:
      return "(not " + condition(depth - 1, scope) + ")";
    case 1:
    case 2: {
      std::string made = "(" + condition(depth - 1, scope);
      const std::string word = pick({" and ", " or "});
      for (std::uint64_t i = 0, more = 1 + below(2); i < more; ++i) made += word + condition(depth - 1, scope);
      return made + ")";
    }
    case 3:
      return "(" + condition(depth - 1, scope) + " implies " + condition(depth - 1, scope) + ")";
    case 4:
      return "((" + condition(depth - 1, scope) + ") default " + pick({"yes", "no"}) + ")";
    case 5:
      return "((" + condition(depth - 1, scope) + ") is " + pick({"known", "undecided"}) + ")";
    case 6:
    case 7:
      if (scope.may_use_rows && scope.object != contact_object) return rows_condition(depth, scope);
      return comparison(depth - 1, scope);
    case 8:
    case 9:
      if (scope.may_use_definitions && scope.object == lead_object) return named_condition(scope);
      return comparison(depth - 1, scope);
    default:
      return comparison(depth - 1, scope);
  }
}

std::string PolicyWriter::rows_condition(int depth, const Scope& scope) {
  const Source from = source(scope);
  switch (below(from.object == contact_object ? 4 : 6)) {
    case 0:
    case 1:
      return "(any " + rows(from, depth, scope) + ")";
    case 2:
      return "(none of " + rows(from, depth, scope) + ")";
    case 3:
      return "(all " + rows(from, depth, scope, true) + ")";
    case 4: {
      if (chance(70)) return fmt::format("(count of {} {} {})", rows(from, depth, scope), operator_word(), below(5));
      if (chance(30))
        return fmt::format("((count of {}) in {} to {})", rows(from, depth, scope), below(3), 2 + below(3));
      if (chance(30)) {
        return fmt::format("((count of {}) in {{ {}, {}, {} }})", rows(from, depth, scope), below(2), 1 + below(2),
                           2 + below(3));
      }
      const std::string other =
          chance(50) ? "(count of different View.page)" : "(count of " + rows(source(scope), depth, scope) + ")";
      return fmt::format("(((count of {}){}{}) {} {})", rows(from, depth, scope), pick({" + ", " - "}), other,
                         operator_word(), below(5));
    }
    default:
      return fmt::format("(at least {} days of {}{})", 1 + below(3), rows(from, depth, scope),
                         pick({"", " within 7 days", " within 30 days", " at most 7 days apart",
                               " within one week from monday", " within one month", " within one week from sunday"}));
  }
}

std::string PolicyWriter::named_condition(const Scope& scope) {
  std::vector<std::string> found;
  const auto add_some = [&](const std::vector<std::string>& names, std::string_view before, std::string_view behind) {
    if (!names.empty()) found.push_back(fmt::format("{}{}{}", before, one_of(names), behind));
  };
  add_some(conditions_, "", "");
  add_some(conditions_, "", "");
  add_some(company_conditions_, "company.", "");
  add_some(letters_, "", "");
  add_some(frameworks_, "(", " qualified)");
  add_some(frameworks_, "(",
           pick({".met >= 1)", ".met > 1.5)", ".met = 2)", ".share > 50%)", ".met in { 0, 1, 2 })", ".met + 0.5 >= 2)",
                 ".met in 1 to 2)"}));
  add_some(scores_, "(" + pick({"lowest of ", "highest of "}),
           pick({" >= 10)", " > 25)", " < 5)", " = 0)", " in 5 to 50)"}));
  add_some(ordered_grades_, "", "");
  if (!found.empty() && !ordered_grades_.empty() && found.back().starts_with("grade_")) {
    found.back() = "(" + found.back() + " " + operator_word() + " " + found.back() + pick({"_a", "_b", "_c"}) + ")";
  }
  if (scope.may_use_stage && !stages_.empty()) {
    found.push_back(
        fmt::format("(stage {} {})", has_beside_ ? pick({">=", "<", ">", "<="}) : operator_word(), one_of(stages_)));
    found.push_back("disqualified");
    if (remembers_) found.push_back(fmt::format("(stage becomes {})", one_of(stages_)));
  }
  found.push_back("(budget known within 30 days)");
  found.push_back("(told known within 60 days)");
  found.push_back(pick({"(budget is verified)", "(budget is claimed)", "(told is claimed)", "(told is explicit)"}));
  return one_of(found);
}

std::string PolicyWriter::comparison(int depth, const Scope& scope) {
  switch (below(14)) {
    case 0:
    case 1:
    case 2:
      return "(" + number(depth, scope) + " " + operator_word() + " " + number(depth - 1, scope) + ")";
    case 3:
      return fmt::format("({} {}in {} to {}{})", number(depth, scope), pick({"", "not "}), below(5),
                         pick({"", "under "}), 5 + below(100));
    case 4:
      if (!sets_.empty() && chance(40)) return "(" + number(depth, scope) + " in " + one_of(sets_) + ")";
      return fmt::format("({} {}in {{ {}, {}, {} }})", number(depth, scope), pick({"", "not "}), below(3), 3 + below(3),
                         6 + below(100));
    case 5:
      if (field(scope, Kind::money).empty()) return "(" + number(depth, scope) + " >= 1)";
      if (scope.object == lead_object && chance(30)) {
        const std::string euro = pick({"e0", "(e0 - 3 EUR)", "(e0 + 2.50 USD)", "12.50 EUR"});
        if (chance(50)) return "(" + euro + " " + operator_word() + " " + money(depth, scope) + ")";
        return "(" + field(scope, Kind::money) + " " + operator_word() + " " + euro + ")";
      }
      return "(" + money(depth, scope) + " " + operator_word() + " " + money(depth - 1, scope) + ")";
    case 6:
      if (field(scope, Kind::date).empty()) break;
      if (chance(40)) return "(" + date(0, scope) + " " + window(true) + ")";
      return "(" + date(depth, scope) + " " + operator_word() + " " + date(0, scope) + ")";
    case 7:
      if (field(scope, Kind::datetime).empty()) break;
      if (chance(40)) return "(" + moment(0, scope) + " " + window(false) + ")";
      return "(" + moment(depth, scope) + " " + operator_word() + " " + moment(0, scope) + ")";
    case 8:
      if (field(scope, Kind::duration).empty()) break;
      if (scope.object == lead_object && chance(40)) {
        return "(" + pick({"p0", "(p0 + 2.5%)", "(p0 / 3)", "(p0 * 50%)"}) + " " + operator_word() + " " +
               pick({"0%", "1%", "12.5%", "100%"}) + ")";
      }
      return "(" + length(depth, scope) + " " + operator_word() + " " + length(0, scope) + ")";
    case 9: {
      const std::string name = field(scope, pick({"a", "b"}) == "a" ? Kind::integer : Kind::text);
      if (name.empty()) break;
      return "(" + name + " is " + pick({"known", "missing"}) + ")";
    }
    case 10:
      if (scope.object != lead_object) break;
      if (chance(50)) return "(z0 " + operator_word() + " " + pick({"Small", "Medium", "Large"}) + ")";
      if (chance(30)) return "(z0 in Small to Medium)";
      return "(" + country(depth, scope) + " " +
             pick({"= US", "!= FR", "in { US, CA }", "not in { FR }", "= \"usa\"", "in { \"Canada\", FR }"}) + ")";
    default:
      break;
  }
  if (field(scope, Kind::text).empty())
    return "(" + number(depth, scope) + " " + operator_word() + " " + number_literal() + ")";
  return text_question(text(depth, scope));
}

// Of what every library understands alike: no quantifier within another one, and no classes of letters beside ASCII.
std::string PolicyWriter::regex() {
  std::string made = chance(25) ? "^" : "";
  for (std::uint64_t i = 0, pieces = 1 + below(3); i < pieces; ++i) {
    made += pick({"a", "vp", "S", "\u00E9", "\u00C9", ".", "[a-m]", "[^@ ]", "[0-9x.]", "\\\\.", "\\\\b", "\\\\d",
                  "(?:a|vp|sales)", "(an|be|\u00C9)", " [a-m]"});
    if (!made.ends_with("b")) made += pick({"", "", "", "*", "+", "?", "{2}", "{1,3}"});
  }
  return made + (chance(25) ? "$" : "");
}

std::string PolicyWriter::text_question(const std::string& subject) {
  switch (below(5)) {
    case 4:
      return "(" + subject + " matches regex \"" + regex() + "\")";
    case 0:
      return "(" + subject + pick({" = ", " != "}) + text_literal() + ")";
    case 1:
      if (!text_sets_.empty() && chance(50)) return "(" + subject + " in " + one_of(text_sets_) + ")";
      return "(" + subject + pick({" in ", " not in "}) + "{ " + text_literal() + ", " + text_literal() + " })";
    case 2:
      if (!text_sets_.empty() && chance(50)) {
        return "(" + subject + " contains word any " + one_of(text_sets_) + ")";
      }
      return "(" + subject +
             pick({" contains any { ", " starts with any { ", " ends with any { ", " contains word any { "}) +
             text_literal() + ", \"sales\" })";
    default:
      return "(" + subject +
             pick({" contains \"a\"", " contains word \"vp\"", " starts with \"V\"", " ends with \"S\"",
                   " matches \"*@*.d?\"", " matches \"z?\u00C9\"", " contains \"\u00E9\"", " is exactly \"VP Sales\"",
                   " is exactly \"Beta\""}) +
             ")";
  }
}

// ---- values

std::string PolicyWriter::number(int depth, const Scope& scope) {
  std::string name = field(scope, Kind::integer);
  if (!scope.parameters.empty() && chance(50)) name = one_of(scope.parameters);
  if (name.empty()) name = "2";
  if (depth <= 0) return chance(65) ? name : number_literal();
  const int next = depth - 1;
  switch (below(19)) {
    case 0:
    case 1:
      return "(" + number(next, scope) + pick({" + ", " - "}) + number(next, scope) + pick({" + ", " - "}) +
             number_literal() + ")";
    case 2:
      if (!field(scope, Kind::percent).empty() && chance(30)) {
        return "(" + number(next, scope) + " * " + pick({"p0", "(100% - p0)", "(p0 default 12.5%)", "(p0 * 33.3%)"}) +
               ")";
      }
      return "(" + number(next, scope) + " * " + number(0, scope) + ")";
    case 3:
      return "(" + number(next, scope) + " / " + name + ")";
    case 4:
      return "((" + number(next, scope) + " / " + name + ") rounded " +
             pick({"", "half up ", "up ", "down ", "half even "}) + "to " + pick({"0", "1", "2", "6"}) + " digits)";
    case 5:
      return "(" + number(next, scope) + " mod " + name + ")";
    case 6:
      return "(" + name + " default " + pick({"0", "-1", "100", "0.5", "2.25"}) + ")";
    case 7:
      return pick({"absolute", "floor", "ceiling"}) + "(" + number(next, scope) + ")";
    case 8:
      return pick({"smaller_of", "larger_of"}) + "(" + name + ", " +
             pick({"0", "3", "100", "0.5", "2.3333", number(0, scope).c_str()}) + ")";
    case 9:
      return "(if " + condition(next, scope) + " then " + number(next, scope) + " else " + number(0, scope) + ")";
    case 10:
      return fmt::format("(match {} {{ under {}: {} | {} to under 10: {} | {} }})", name, 2, number(0, scope), 2,
                         number(0, scope), pick({"10 and over: 5", "otherwise: 7", "10 and over: 2 | missing: 1"}));
    case 11:
      return "(-" + name + ")";
    case 12:
      if (!field(scope, Kind::text).empty() && chance(50)) return "length(" + text(0, scope) + ")";
      if (field(scope, Kind::date).empty()) return name;
      return pick({"year", "month", "day_of_month", "day_of_week"}) + "(" + date(0, scope) + ")";
    case 13:
      if (!field(scope, Kind::duration).empty() && chance(50)) return "(" + length(0, scope) + " / 1 day)";
      if (field(scope, Kind::money).empty()) return name;
      if (scope.object == lead_object && !scope.in_rows && chance(30)) {
        return pick(
            {"(m0 / e0)", "(e0 / m1)", "((m0 / e0) rounded to 2 digits)", "((e0 / 3 USD) rounded up to 1 digit)"});
      }
      return "(" + money(0, scope) + " / " + pick({"3 USD", "100 USD"}) + ")";
    case 14:
      if (scope.object == lead_object) {
        return fmt::format("(match c0 {{ US, CA: {} | FR: {} | {} }})", number(0, scope), below(4),
                           pick({"otherwise: 1", "Elsewhere: 2", "Elsewhere: 3 | missing: 9"}));
      }
      return "(12.5% of " + name + ")";
    case 15:
      if (scope.may_use_definitions && !functions_.empty()) {
        return one_of(functions_) + "(" + field(scope, Kind::integer) + ", " + pick({"0", "1", "2.5", "7", "100"}) +
               ")";
      }
      return "((" + number(next, scope) + ") rounded " + pick({"half up ", "up ", "down ", ""}) + "to " +
             pick({"0", "1"}) + " digits)";
    case 16:
      if (scope.may_use_definitions && scope.object == lead_object) {
        std::vector<std::string> found = numbers_;
        found.insert(found.end(), scores_.begin(), scores_.end());
        for (const std::string& each : company_numbers_) found.push_back("company." + each);
        for (const std::string& each : frameworks_) found.push_back("(" + each + ".met default 1)");
        found.insert(found.end(), tables_.begin(), tables_.end());  // as they are called
        if (!scores_.empty() && chance(10)) return "(" + pick({"lowest of ", "highest of "}) + one_of(scores_) + ")";
        if (!found.empty()) return one_of(found);
      }
      return name;
    default:
      if (scope.may_use_rows && scope.object != contact_object) return aggregate(next, scope);
      return "(" + name + " * 3)";
  }
}

std::string PolicyWriter::aggregate(int depth, const Scope& scope) {
  Source from = source(scope);
  std::string value = "interest";
  if (from.object == call_object) value = "minutes";
  if (from.object == activity_object) value = from.name == "View" ? pick({"seconds", "worth"}) : std::string("worth");
  if (from.object == contact_object && !contact_scores_.empty() && chance(40)) value = one_of(contact_scores_);
  const std::string all = rows(from, depth, scope);
  const std::string behind = all.substr(from.name.size());
  if (chance(30)) return "((count of " + all + ")" + pick({"", " default 0", " default 7"}) + ")";
  if (chance(20)) {
    if (from.object == activity_object)
      value = from.name == "View" ? "page" : from.name == "Download" ? "asset" : "worth";
    if (from.object == call_object) value = pick({"outcome", "minutes"});
    if (from.object == contact_object) value = "role";
    return "((count of different " + from.name + "." + value + behind + ")" + pick({"", " default 0", " default 7"}) +
           ")";
  }
  if (from.object == contact_object)
    return "(" + pick({"sum", "min", "max", "average"}) + " of " + from.name + "." + value + behind + ")";
  return "(" + pick({"sum", "min", "max", "average", "first", "last"}) + " of " + from.name + "." + value + behind +
         ")";
}

std::string PolicyWriter::money(int depth, const Scope& scope) {
  const std::string name = field(scope, Kind::money);
  if (depth <= 0) return chance(60) ? name : money_literal();
  switch (below(7)) {
    case 0:
      return "(" + money(depth - 1, scope) + pick({" + ", " - "}) + money(0, scope) + ")";
    case 1:
      return "(" + name + " * " + number(0, scope) + ")";
    case 2:
      return "(" + name + " / " + field(scope, Kind::integer) + ")";
    case 3:
      return "(" + name + " default " + money_literal() + ")";
    case 4:
      return "(if " + condition(depth - 1, scope) + " then " + name + " else " + money(0, scope) + ")";
    case 5:
      return pick({"smaller_of", "larger_of"}) + "(" + name + ", " + money(0, scope) + ")";
    default:
      return name;
  }
}

std::string PolicyWriter::text(int depth, const Scope& scope) {
  const std::string name = field(scope, Kind::text);
  if (depth <= 0 || chance(50)) return name;
  switch (below(5)) {
    case 0:
      return pick({"lower", "upper"}) + "(" + text(depth - 1, scope) + ")";
    case 1:
      return pick({"text_before", "text_after"}) + "(" + text(depth - 1, scope) + ", \"" + pick({"@", " ", "."}) +
             "\")";
    case 2:
      return "(" + name + " default " + text_literal() + ")";
    case 3:
      if (scope.may_use_rows && scope.object == lead_object) {
        const Source from{"Call", call_object};
        return "(" + pick({"first", "last"}) + " of Call.outcome" + rows(from, depth, scope).substr(4) + ")";
      }
      return name;
    default:
      return scope.may_use_definitions && scope.object == lead_object && !texts_.empty() ? one_of(texts_) : name;
  }
}

std::string PolicyWriter::date(int depth, const Scope& scope) {
  const std::string name = field(scope, Kind::date);
  if (depth <= 0) return name.empty() || chance(35) ? date_literal() : name;
  const std::string at = field(scope, Kind::datetime);
  if (!at.empty() && chance(30)) return "date_of(" + at + ")";
  return "(" + date(0, scope) + pick({" + ", " - "}) + days_literal() + ")";
}
std::string PolicyWriter::moment(int depth, const Scope& scope) {
  const std::string name = field(scope, Kind::datetime);
  if (depth <= 0) return name.empty() || chance(25) ? moment_literal() : name;
  return "(" + moment(0, scope) + pick({" + ", " - "}) + pick({"1 hour", "1 day", "90 minutes", "30 days"}) + ")";
}
std::string PolicyWriter::length(int depth, const Scope& scope) {
  const std::string name = field(scope, Kind::duration);
  if (depth <= 0) return name.empty() || chance(30) ? days_literal() : name;
  switch (below(4)) {
    case 0:
      return "(as of - " + moment(0, scope) + ")";
    case 1:
      return "(" + moment(0, scope) + " - " + moment(0, scope) + ")";
    case 2:
      return "(" + days_literal() + " * " + pick({"0.5", "3", "1.25"}) + ")";
    default:
      return "(" + date(0, scope) + " - " + date(0, scope) + ")";
  }
}
std::string PolicyWriter::country(int depth, const Scope& scope) {
  if (depth <= 0 || chance(70)) return "c0";
  return chance(50) ? "(c0 default FR)" : "(if " + condition(depth - 1, scope) + " then c0 else CA)";
}

}  // namespace muster::differ
