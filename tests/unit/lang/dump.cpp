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
  std::string operator()(const Ago& ago) const { return "(ago " + (*this)(ago.duration) + ")"; }
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
    constexpr std::string_view signs[] = {"*", "/", "mod", "of"};
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
  static std::string calendar(const Calendar& c) {
    constexpr std::string_view units[] = {"day", "week", "month", "quarter", "year"};
    return std::string(units[static_cast<std::size_t>(c.unit)]) +
           (c.unit == CalendarUnit::week ? fmt::format("@{}", c.week_starts) : "");
  }
  std::string window(const Window& w) const {
    return std::visit(
        Overloaded{[&](const LastDuration& n) { return "last " + (*this)(n.duration); },
                   [&](const LastMonths& n) { return fmt::format("last {} {}", n.count, calendar({n.unit, 1})); },
                   [&](const LastCalendar& n) { return fmt::format("last {} calendar {}", n.count, calendar(n.unit)); },
                   [&](const Since& n) { return "since " + (*this)(n.from); },
                   [&](const Between& n) { return fmt::format("between {} {}", (*this)(n.from), (*this)(n.to)); }},
        w.node);
  }
  std::string operator()(RowsId id) const {
    const Rows& r = tree.rows[id];
    return "[" + r.source.text + maybe("where ", r.where) + (r.window ? " " + window(*r.window) : "") + "]";
  }
  std::string operator()(const InWindow& n) const {
    return fmt::format("(in {} {})", (*this)(n.value), window(n.window));
  }
  std::string operator()(const KnownWithin& n) const {
    return fmt::format("(known-within {} {})", (*this)(n.operand), (*this)(n.duration));
  }
  std::string operator()(const EvidenceTest& n) const {
    constexpr std::string_view kinds[] = {"claimed", "verified", "explicit", "implicit"};
    return fmt::format("({} {})", kinds[static_cast<std::size_t>(n.evidence)], (*this)(n.operand));
  }
  std::string operator()(const RowsTest& n) const {
    constexpr std::string_view kinds[] = {"any", "all", "none"};
    return fmt::format("({} {})", kinds[static_cast<std::size_t>(n.quantifier)], (*this)(n.rows));
  }
  std::string operator()(const Aggregate& n) const {
    constexpr std::string_view kinds[] = {"count", "different", "sum", "min", "max", "average", "first", "last"};
    return fmt::format("({}{} {})", kinds[static_cast<std::size_t>(n.op)], maybe("", n.value), (*this)(n.rows));
  }
  std::string operator()(const DaysOf& n) const {
    std::string together;
    if (n.together) {
      together = std::visit(
          Overloaded{[&](const ApartAtMost& a) { return (a.included ? " apart<=" : " apart<") + (*this)(a.duration); },
                     [&](const InOneCalendar& c) { return " one " + calendar(c.unit); }},
          *n.together);
    }
    return fmt::format("(days {} {}{})", n.least, (*this)(n.rows), together);
  }
  std::string operator()(const FrameworkQualified& n) const {
    return fmt::format("(qualified {})", (*this)(n.framework));
  }
  std::string operator()(const StageBecomes& n) const { return fmt::format("(becomes {})", n.stage.text); }
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
                                 [](const BandOtherwise&) { return std::string("otherwise"); },
                                 [](const BandAny&) { return std::string("any"); }},
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
  static std::string maybe_name(std::string_view label, const std::optional<Name>& name) {
    return name ? fmt::format(" {}{}", label, name->text) : "";
  }
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
  std::string fade(const Fade& f) const {
    constexpr std::string_view kinds[] = {"halving", "to-zero", "percent", "never"};
    return std::string(kinds[static_cast<std::size_t>(f.kind)]) + maybe("", f.percent) + maybe("", f.interval) +
           maybe("since ", f.since) + (f.whole_days ? " whole-days" : "") +
           (f.rounded ? fmt::format(" rounded {} {}", static_cast<int>(f.rounded->mode), f.rounded->digits) : "");
  }
  std::string clauses(const Clauses& c) const {
    std::string out = maybe("at-most ", c.at_most) + maybe("at-least ", c.at_least);
    if (c.fade) out += " (" + fade(*c.fade) + ")";
    out += maybe("aged-by ", c.aged_by);
    if (c.frequency) {
      out += std::visit(
          Overloaded{[](const FirstOnly&) { return std::string(" first-only"); },
                     [](const LatestPer& l) { return fmt::format(" latest {} {}", l.count, calendar(l.unit)); }},
          c.frequency->node);
    }
    if (c.restart_after) out += " restart " + (*this)(*c.restart_after);
    return out + maybe("zero-while ", c.zero_while) + maybe("scaled-to ", c.scaled_to);
  }
  std::string points(const Points& p) const { return (p.minus ? "-" : "+") + (*this)(p.amount); }
  std::string operator()(ScoreItemId id) const {
    const ScoreItem& item = tree.score_items[id];
    const std::string body = std::visit(
        Overloaded{[&](const PointRule& r) {
                     std::string out = "(" + points(r.points);
                     if (r.per)
                       out += fmt::format(" per{}{} {}", r.per->full ? " full" : "", maybe("", r.per->step),
                                          (*this)(r.per->quantity));
                     if (r.per_rows)
                       out += " per" + maybe("different ", r.per_rows->different) + " " + (*this)(r.per_rows->rows);
                     return out + maybe("when ", r.when) + clauses(r.clauses);
                   },
                   [&](const BandRule& r) {
                     std::string out = "(by " + (*this)(r.subject);
                     for (const BandPoints& each : r.bands)
                       out += fmt::format(" {}:{}", band(each.band), points(each.points));
                     return out + maybe("when ", r.when) + clauses(r.clauses);
                   },
                   [&](const ScoreGroup& g) {
                     std::string out = "(group" + title(g.title) + clauses(g.clauses);
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
      for (const Name& party : e.parties) out += party.text + ";";
      if (e.review_every > 0) out += fmt::format("{}x{}", e.review_every, static_cast<int>(e.review_unit));
    }
    return out;
  }
  std::string operator()(const Import& i) const {
    std::string out = "import";
    for (const Name& each : i.path) out += " " + each.text;
    return out + (i.file ? title(i.file) : "");
  }
  std::string field(const Field& f) const {
    constexpr std::string_view claims[] = {"", " claimed", " verified"};
    constexpr std::string_view sources[] = {"", " explicit", " implicit"};
    std::string out =
        fmt::format("({}:{}{}{}{}{}{}{}{}", f.name.text, type(f.type), f.optional ? "?" : "", f.key ? " key" : "",
                    f.required ? " required" : "", f.row_number ? " row-number" : "", f.time ? " time" : "",
                    f.event ? " event" : "", f.known_after_outcome ? " after-outcome" : "");
    out += claims[static_cast<std::size_t>(f.claim)];
    out += sources[static_cast<std::size_t>(f.source)];
    out += maybe_name("verified-by ", f.verified_by) + maybe_name("dated-by ", f.dated_by);
    if (!f.headers.empty()) out += " from" + quoted(f.headers);
    if (!f.missing_when.empty()) out += " missing" + quoted(f.missing_when);
    if (!f.formats.empty()) out += " format" + quoted(f.formats);
    if (f.kinds_span) out += " kinds";
    for (const KindDecl& each : f.kinds) {
      out += " <" + each.name.text + quoted(each.spellings);
      for (const Field& own : each.fields) out += " " + field(own);
      out += ">";
    }
    return out + ")";
  }
  std::string operator()(const ObjectDecl& o) const {
    std::string out = "object " + o.name.text + title(o.title) + (o.file ? " from" + title(o.file) : "");
    for (const Field& f : o.fields) out += " " + field(f);
    for (const Relation& r : o.relations) {
      out += fmt::format(" ({}:{} {} by {}", r.name.text, r.many ? "many" : "one", r.object.text, r.by.text);
      if (r.otherwise) out += fmt::format(" otherwise {}={}", r.otherwise->field.text, (*this)(r.otherwise->value));
      out += maybe("since ", r.tracked_since) + maybe("only-when ", r.tracked_only_when) + ")";
    }
    if (o.duplicates) {
      const Duplicates& d = *o.duplicates;
      out += fmt::format(" (duplicates {} {}{}{})", d.by.text, d.newest ? "newest" : "oldest",
                         maybe_name("by ", d.dated), d.join_rows ? " join" : "");
    }
    if (!o.missing_when.empty()) out += " missing" + quoted(o.missing_when);
    return out;
  }
  std::string operator()(const PicklistDecl& p) const {
    std::string out = "picklist " + p.name.text + title(p.title) + (p.ordered ? " ordered" : "");
    for (const PicklistMember& m : p.members) out += fmt::format(" ({}{})", m.name.text, quoted(m.spellings));
    return out + (p.other ? " other" : "");
  }
  std::string operator()(const SetDecl& s) const {
    return "set " + s.name.text + (s.file ? " from" + title(s.file) : list(s.items));
  }
  std::string operator()(const SettingDecl& s) const {
    std::string out = fmt::format("setting {}:{} {}", s.name.text, type(s.type), (*this)(s.value));
    for (const DatedValue& each : s.later) out += fmt::format(" {}@{}", (*this)(each.value), each.from);
    return out + title(s.title);
  }
  std::string operator()(const LetDecl& l) const {
    return fmt::format("let {}{}{} {}", l.name.text, maybe_name("for ", l.about), l.type ? ": " + type(*l.type) : "",
                       (*this)(l.value));
  }
  std::string table_rows(const std::vector<TableRow>& rows) const {
    std::string out;
    for (const TableRow& row : rows) {
      out += " (";
      for (const Band& cell : row.cells) out += band(cell) + " ";
      out += (row.cells.empty() ? "otherwise " : "") + (*this)(row.result) + ")";
    }
    return out;
  }
  std::string operator()(const TableDecl& t) const {
    constexpr std::string_view policies[] = {"first", "unique", "sum"};
    std::string out = "table " + t.name.text + title(t.title);
    for (const Parameter& p : t.parameters) out += fmt::format(" {}:{}", p.name.text, type(p.type));
    return out + " -> " + type(t.result) + " " + std::string(policies[static_cast<std::size_t>(t.policy)]) +
           table_rows(t.rows);
  }
  std::string operator()(const ExtendDecl& e) const {
    std::string out = "extend " + e.table.text + table_rows(e.rows);
    for (const PicklistMember& m : e.members) out += fmt::format(" ({}{})", m.name.text, quoted(m.spellings));
    return out;
  }
  std::string operator()(const RatesDecl& r) const {
    return fmt::format("rates \"{}\" {}", r.file.text, (*this)(r.at));
  }
  std::string operator()(const OutputDecl& o) const {
    return fmt::format("output {}{}{} {}", o.name.text, o.type ? ": " + type(*o.type) : "", title(o.title),
                       (*this)(o.value));
  }
  std::string operator()(const DefineDecl& d) const {
    std::string out = "define " + d.name.text;
    for (const Parameter& p : d.parameters) out += fmt::format(" {}:{}", p.name.text, type(p.type));
    return out + (d.result ? " -> " + type(*d.result) : "") + " = " + (*this)(d.body);
  }
  std::string operator()(const QualifierDecl& q) const {
    constexpr std::string_view kinds[] = {"icp", "persona", "demographic", "situational", "behavioural"};
    std::string out = fmt::format("{} {}{}", kinds[static_cast<std::size_t>(q.kind)], q.name.text, title(q.title)) +
                      maybe_name("for ", q.about);
    for (const CriterionId each : q.items) out += " " + (*this)(each);
    return out;
  }
  std::string operator()(const IgnoreDecl& i) const {
    return "ignore " + (i.object ? i.object->text + " " : "") + (*this)(i.condition) + title(i.because);
  }
  std::string operator()(const ScoreDecl& s) const {
    std::string out = "score " + s.name.text + title(s.title) + maybe_name("for ", s.about) + maybe("from ", s.from) +
                      maybe("to ", s.to) + clauses(s.clauses);
    for (const ScoreItemId each : s.items) out += " " + (*this)(each);
    return out + maybe("= ", s.value);
  }
  std::string operator()(const FrameworkDecl& f) const {
    std::string out = "framework " + f.name.text + title(f.title) + maybe_name("for ", f.about);
    if (f.has_parameters) out += " pattern";
    for (const Parameter& p : f.parameters) out += fmt::format(" {}:{}", p.name.text, type(p.type));
    if (f.source) out += " from " + f.source->name.text + list(f.source->arguments);
    if (f.in_order) out += " in-order";
    for (const LetterDecl& l : f.letters) {
      out +=
          fmt::format(" ({}{}{} {}{}{}{})", l.overrides ? "override " : "", l.name.text, title(l.title), (*this)(l.met),
                      maybe("half ", l.half_met), l.half_when_claimed ? " half-claimed" : "", explained(l.explained));
    }
    if (f.qualified) {
      out += " qualified " + std::visit(Overloaded{[](const QualifiedAtLeast& q) { return fmt::format("{}", q.count); },
                                                   [](const QualifiedAll&) { return std::string("all"); },
                                                   [&](ExprId id) { return (*this)(id); }},
                                        f.qualified->node);
    }
    return out;
  }
  std::string operator()(const GradeDecl& g) const {
    std::string out = "grade " + g.name.text + title(g.title) + maybe_name("for ", g.about);
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
    std::string out = "lifecycle" + maybe_name("remembers ", l.remembers);
    for (const LifecycleItem& item : l.items) {
      out +=
          " (" +
          std::visit(
              Overloaded{
                  [&](const StageDecl& s) {
                    std::string text = "stage " + s.name.text + title(s.title) + maybe_name("beside ", s.beside) +
                                       maybe_name("entered ", s.entered_at) + " " + (*this)(s.condition) +
                                       maybe("kept ", s.kept_while);
                    if (s.needs) text += fmt::format(" needs {}{}", s.needs->count, list(s.needs->values));
                    return text;
                  },
                  [&](const NotYet& n) { return "not-yet " + (*this)(n.condition); },
                  [&](const Disqualified& d) { return "disqualified " + (*this)(d.condition); },
                  [&](const Recycled& r) { return "recycled" + maybe_name("at ", r.at) + " " + (*this)(r.condition); },
                  [&](const NeverBackBelow& n) { return "never-below " + n.stage.text; },
                  [&](const StageOverride& o) {
                    return fmt::format("override \"{}\"{}{}{}", o.file.text, maybe_name("by ", o.by),
                                       o.needs_reason ? " reason" : "", maybe("expires ", o.expires_after));
                  }},
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
  std::string operator()(const ExtendObjectDecl& e) const {
    // As an object's own items are shown.
    return "extend-" + (*this)(ObjectDecl{e.object, {}, {}, e.fields, e.relations, {}, e.missing_when});
  }
  std::string operator()(const CalendarDecl& c) const { return "calendar " + c.name.text + title(c.title); }
  std::string operator()(const SlaDecl& s) const { return "sla" + title(s.title); }
  std::string operator()(const GuaranteeDecl& g) const {
    const std::string head = "guarantee" + title(g.title) + " ";
    return std::visit(Overloaded{[&](ExprId condition) { return head + (*this)(condition); },
                                 [&](const NeverUse& never) {
                                   std::string out = head;
                                   for (const Name& subject : never.subjects) out += subject.text + " ";
                                   out += "never use";
                                   for (const ExprId field : never.fields) out += " " + (*this)(field);
                                   return out;
                                 }},
                      g.claim);
  }
  std::string operator()(const TestDecl& t) const { return "test" + title(t.title); }
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
