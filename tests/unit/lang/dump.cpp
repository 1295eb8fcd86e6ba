#include "tests/unit/lang/dump.h"

#include <fmt/format.h>

#include "lang/source/load.h"

namespace muster::test {
namespace {

using namespace lang;

std::string decimal(const Decimal& value) {
  return value.digits == 0 ? fmt::format("{}", value.mantissa) : fmt::format("{}e-{}", value.mantissa, value.digits);
}

struct Dumper {
  const Tree& tree;

  std::string operator()(ExprId id) const {
    return std::visit([&](const auto& node) { return (*this)(node); }, tree.expressions[id].node);
  }
  std::string list(const std::vector<ExprId>& ids) const {
    std::string out;
    for (const ExprId id : ids) out += " " + (*this)(id);
    return out;
  }
  std::string maybe(std::string_view label, const std::optional<ExprId>& id) const {
    return id ? fmt::format(" {}{}", label, (*this)(*id)) : "";
  }
  static std::string quoted(const std::vector<Quoted>& texts) {
    std::string out;
    for (const Quoted& each : texts) out += fmt::format(" \"{}\"", each.text);
    return out;
  }
  static std::string title(const std::optional<Quoted>& text) { return text ? fmt::format(" \"{}\"", text->text) : ""; }

  std::string operator()(const NumberLiteral& n) const { return decimal(n.value); }
  std::string operator()(const PercentLiteral& n) const { return decimal(n.value) + "%"; }
  std::string operator()(const MoneyLiteral& n) const { return decimal(n.value) + n.currency; }
  std::string operator()(const DurationLiteral& n) const { return fmt::format("{}us", n.microseconds); }
  std::string operator()(const DateLiteral& n) const { return fmt::format("day{}", n.days); }
  std::string operator()(const DateTimeLiteral& n) const {
    return fmt::format("day{}+{}us{}", n.days, n.microsecond_of_day,
                       n.offset_minutes ? fmt::format("@{}", *n.offset_minutes) : "");
  }
  std::string operator()(const TextLiteral& n) const { return fmt::format("\"{}\"", n.value); }
  std::string operator()(const BoolLiteral& n) const { return n.value ? "yes" : "no"; }
  std::string operator()(const NameRef& n) const {
    std::string out;
    for (const Name& each : n.path) out += (out.empty() ? "" : ".") + each.text;
    return out;
  }
  std::string operator()(const Call& n) const { return fmt::format("(call {}{})", n.function.text, list(n.arguments)); }
  std::string operator()(const AsOf&) const { return "as-of"; }
  std::string operator()(const Negate& n) const { return fmt::format("(neg {})", (*this)(n.operand)); }
  std::string operator()(const SumChain& n) const {
    std::string out;
    for (const SumTerm& term : n.terms) {
      out += out.empty() ? "(sum " : term.minus ? " - " : " + ";
      out += (*this)(term.operand);
    }
    return out + ")";
  }
  std::string operator()(const Product& n) const {
    constexpr std::string_view signs[] = {"*", "/", "mod"};
    return fmt::format("({} {} {})", signs[static_cast<std::size_t>(n.op)], (*this)(n.left), (*this)(n.right));
  }
  std::string operator()(const Round& n) const {
    return fmt::format("(round{} {} {})", static_cast<int>(n.mode), (*this)(n.operand), n.digits);
  }
  std::string operator()(const DefaultTo& n) const {
    return fmt::format("(default {} {})", (*this)(n.operand), (*this)(n.fallback));
  }
  std::string operator()(const Not& n) const { return fmt::format("(not {})", (*this)(n.operand)); }
  std::string operator()(const Logic& n) const {
    return fmt::format("({}{})", n.op == LogicOp::conjunction ? "and" : "or", list(n.operands));
  }
  std::string operator()(const Implies& n) const {
    return fmt::format("(implies {} {})", (*this)(n.left), (*this)(n.right));
  }
  std::string operator()(const Comparison& n) const {
    constexpr std::string_view signs[] = {"=", "!=", "<", "<=", ">", ">="};
    return fmt::format("({} {} {})", signs[static_cast<std::size_t>(n.op)], (*this)(n.left), (*this)(n.right));
  }
  std::string operator()(const SetLiteral& n) const { return fmt::format("{{{}}}", list(n.items)); }
  std::string operator()(const RangeLiteral& n) const {
    return fmt::format("[{} {}{}", (*this)(n.low), (*this)(n.high), n.high_excluded ? ")" : "]");
  }
  std::string operator()(const Membership& n) const {
    return fmt::format("({} {} {})", n.negated ? "not-in" : "in", (*this)(n.value), (*this)(n.collection));
  }
  std::string operator()(const InLast& n) const {
    return fmt::format("(in-last {} {})", (*this)(n.value), (*this)(n.duration));
  }
  std::string operator()(const TextTest& n) const {
    return fmt::format("({}{} {} {})", text_op_rows[static_cast<std::size_t>(n.op)].words, n.any ? " any" : "",
                       (*this)(n.subject), (*this)(n.pattern));
  }
  std::string operator()(const StateTest& n) const {
    constexpr std::string_view states[] = {"known", "missing", "undecided"};
    return fmt::format("({} {})", states[static_cast<std::size_t>(n.state)], (*this)(n.operand));
  }
  std::string operator()(const If& n) const {
    return fmt::format("(if {} {} {})", (*this)(n.condition), (*this)(n.then), (*this)(n.otherwise));
  }
  std::string band(const Band& b) const {
    return std::visit(Overloaded{[&](const BandRange& r) {
                                   return fmt::format("{}{}..{}{}", r.low_excluded ? "(" : "[",
                                                      r.low ? (*this)(*r.low) : "", r.high ? (*this)(*r.high) : "",
                                                      r.high_excluded ? ")" : "]");
                                 },
                                 [&](const BandValues& v) { return fmt::format("<{}>", list(v.values)); },
                                 [](const BandMissing&) { return std::string("missing"); },
                                 [](const BandOtherwise&) { return std::string("otherwise"); }},
                      b.node);
  }
  std::string operator()(const Match& n) const {
    std::string out = "(match " + (*this)(n.subject);
    for (const MatchArm& arm : n.arms) out += fmt::format(" {}:{}", band(arm.band), (*this)(arm.result));
    return out + ")";
  }
  std::string operator()(const ScoreBound& n) const {
    return fmt::format("({} {})", n.kind == BoundKind::lowest ? "lowest" : "highest", n.score.text);
  }
  std::string operator()(const Parenthesised& n) const { return fmt::format("(p {})", (*this)(n.inner)); }
  std::string operator()(const Poison&) const { return "POISON"; }

  // ---- declarations
  static std::string type(const TypeRef& t) {
    return fmt::format("{}{}{}", t.name.text, t.digits ? fmt::format("({})", *t.digits) : "",
                       t.currency ? " " + t.currency->text : "");
  }
  std::string explained(const Explained& e) const {
    return (e.because ? fmt::format(" because \"{}\"", e.because->text) : "") +
           (e.ask ? fmt::format(" ask \"{}\"", e.ask->text) : "");
  }
  std::string operator()(CriterionId id) const {
    const Criterion& c = tree.criteria[id];
    const std::string body = std::visit(
        Overloaded{
            [&](const Require& r) { return "(require " + (*this)(r.condition); },
            [&](const Exclude& e) { return "(exclude " + (*this)(e.condition) + maybe("except ", e.except_when); },
            [&](const CriterionGroup& g) {
              std::string out = g.kind == GroupKind::all_of   ? "(all-of"
                                : g.kind == GroupKind::any_of ? "(any-of"
                                                              : fmt::format("(at-least {}", g.count);
              for (const CriterionId each : g.items) out += " " + (*this)(each);
              return out;
            }},
        c.node);
    return body + explained(c.explained) + ")";
  }
  std::string points(const Points& p) const { return (p.minus ? "-" : "+") + (*this)(p.amount); }
  std::string operator()(ScoreItemId id) const {
    const ScoreItem& item = tree.score_items[id];
    const std::string body =
        std::visit(Overloaded{[&](const PointRule& r) {
                                std::string out = "(" + points(r.points);
                                if (r.per)
                                  out += fmt::format(" per{}{} {}", r.per->full ? " full" : "", maybe("", r.per->step),
                                                     (*this)(r.per->quantity));
                                return out + maybe("when ", r.when) + maybe("at-most ", r.at_most);
                              },
                              [&](const BandRule& r) {
                                std::string out = "(by " + (*this)(r.subject);
                                for (const BandPoints& each : r.bands)
                                  out += fmt::format(" {}:{}", band(each.band), points(each.points));
                                return out + maybe("when ", r.when) + maybe("at-most ", r.at_most);
                              },
                              [&](const ScoreGroup& g) {
                                std::string out = "(group" + title(g.title) + maybe("at-most ", g.at_most);
                                for (const ScoreItemId each : g.items) out += " " + (*this)(each);
                                return out;
                              }},
                   item.node);
    return body + explained(item.explained) + ")";
  }

  std::string operator()(const PolicyHeader& h) const {
    std::string out = fmt::format("policy \"{}\"", h.title.text);
    for (const PolicyEntry& e : h.entries) {
      out += fmt::format(" {}={}", static_cast<int>(e.key),
                         e.from ? fmt::format("{}..{}", *e.from, e.to.value_or(-1)) : e.text);
    }
    return out;
  }
  std::string operator()(const Import& i) const {
    std::string out = "import";
    for (const Name& each : i.path) out += " " + each.text;
    return out;
  }
  std::string operator()(const ObjectDecl& o) const {
    std::string out = "object " + o.name.text + title(o.title);
    for (const Field& f : o.fields) {
      out += fmt::format(" ({}:{}{}{}{}", f.name.text, type(f.type), f.optional ? "?" : "", f.key ? " key" : "",
                         f.required ? " required" : "");
      if (!f.headers.empty()) out += " from" + quoted(f.headers);
      if (!f.missing_when.empty()) out += " missing" + quoted(f.missing_when);
      if (!f.formats.empty()) out += " format" + quoted(f.formats);
      out += ")";
    }
    if (!o.missing_when.empty()) out += " missing" + quoted(o.missing_when);
    return out;
  }
  std::string operator()(const PicklistDecl& p) const {
    std::string out = "picklist " + p.name.text + title(p.title) + (p.ordered ? " ordered" : "");
    for (const PicklistMember& m : p.members) out += fmt::format(" ({}{})", m.name.text, quoted(m.spellings));
    return out + (p.other ? " other" : "");
  }
  std::string operator()(const SetDecl& s) const { return "set " + s.name.text + list(s.items); }
  std::string operator()(const SettingDecl& s) const {
    return fmt::format("setting {}:{} {}{}", s.name.text, type(s.type), (*this)(s.value), title(s.title));
  }
  std::string operator()(const LetDecl& l) const { return fmt::format("let {} {}", l.name.text, (*this)(l.value)); }
  std::string operator()(const DefineDecl& d) const {
    std::string out = "define " + d.name.text;
    for (const Parameter& p : d.parameters) out += fmt::format(" {}:{}", p.name.text, type(p.type));
    return out + (d.result ? " -> " + type(*d.result) : "") + " = " + (*this)(d.body);
  }
  std::string operator()(const QualifierDecl& q) const {
    constexpr std::string_view kinds[] = {"icp", "persona", "demographic", "situational", "behavioural"};
    std::string out = fmt::format("{} {}{}", kinds[static_cast<std::size_t>(q.kind)], q.name.text, title(q.title));
    for (const CriterionId each : q.items) out += " " + (*this)(each);
    return out;
  }
  std::string operator()(const IgnoreDecl& i) const { return "ignore " + (*this)(i.condition) + title(i.because); }
  std::string operator()(const ScoreDecl& s) const {
    std::string out = "score " + s.name.text + title(s.title) + maybe("from ", s.from) + maybe("to ", s.to);
    for (const ScoreItemId each : s.items) out += " " + (*this)(each);
    return out;
  }
  std::string operator()(const GradeDecl& g) const {
    std::string out = "grade " + g.name.text + title(g.title);
    for (const Name& axis : g.axes) out += " " + axis.text;
    for (const auto& column : g.columns) out += " |" + (column ? (*this)(*column) : "otherwise");
    for (const GradeRow& row : g.rows) {
      out += " (" + (row.condition ? (*this)(*row.condition) : "otherwise");
      for (const Name& each : row.cells) out += " " + each.text;
      out += ")";
    }
    return out;
  }
  std::string operator()(const LifecycleDecl& l) const {
    std::string out = "lifecycle";
    for (const LifecycleItem& item : l.items) {
      out += " (" +
             std::visit(Overloaded{[&](const StageDecl& s) {
                                     std::string text =
                                         "stage " + s.name.text + title(s.title) + " " + (*this)(s.condition);
                                     if (s.needs)
                                       text += fmt::format(" needs {}{}", s.needs->count, list(s.needs->values));
                                     return text;
                                   },
                                   [&](const NotYet& n) { return "not-yet " + (*this)(n.condition); },
                                   [&](const Disqualified& d) { return "disqualified " + (*this)(d.condition); }},
                        item.node) +
             explained(item.explained) + ")";
    }
    return out;
  }
  std::string operator()(const RouteDecl& r) const {
    std::string out = "route";
    for (const RouteRow& row : r.rows) {
      out += fmt::format(" (\"{}\" {}{})", row.destination.text, row.condition ? (*this)(*row.condition) : "otherwise",
                         explained(row.explained));
    }
    return out;
  }
};

}  // namespace

Parsed parse_text(std::string text, const Limits& limits) {
  Parsed parsed;
  const Result<FileId> file = add_source("t.muster", std::move(text), false, limits, parsed.sources);
  if (!file) return parsed;
  parse(parsed.sources, *file, limits, parsed.tree, parsed.diagnostics);
  return parsed;
}

std::string dump(const Tree& tree, ExprId id) { return Dumper{tree}(id); }
std::string dump(const Tree& tree, const Declaration& declaration) {
  return std::visit(Dumper{tree}, declaration.node);
}
std::string dump(const Tree& tree) {
  std::string out;
  for (const Declaration& each : tree.declarations) out += dump(tree, each) + "\n";
  return out;
}

std::string messages(const Parsed& parsed) {
  std::string out;
  for (const Diagnostic& each : parsed.diagnostics.all()) {
    const Position at = parsed.sources.position(each.span);
    out += fmt::format("{} {}:{} {}\n", row_of(each.id).code, at.line, at.column, each.message);
  }
  return out;
}

std::string expression(std::string_view text) {
  const Parsed parsed = parse_text(fmt::format("let x = {}", text));
  if (!parsed.diagnostics.all().empty()) return messages(parsed);
  if (parsed.tree.declarations.size() != 1) return "no declaration";
  return dump(parsed.tree, std::get<LetDecl>(parsed.tree.declarations[0].node).value);
}

}  // namespace muster::test
