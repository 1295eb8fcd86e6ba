// Bands: what each of them holds, where two overlap, and what all of them leave out.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "compiler/check/checker.h"
#include "compiler/resolve/walk.h"
#include "lang/syntax/parentheses.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

namespace {

using kernels::Wide;

constexpr Wide infinity = static_cast<Wide>(std::numeric_limits<std::int64_t>::max()) * 2'000'000'000;

bool has_ranges(Kind kind) {
  return is_number(kind) || kind == Kind::money || kind == Kind::date || kind == Kind::datetime ||
         kind == Kind::duration;
}

}  // namespace

// A band of numbers as a closed or open interval over one scale; the ends of Wide stand for infinity.
struct Checker::Interval {
  Wide low, high;
  bool low_excluded, high_excluded;
  Span span;
};

// What the bands say when all are read.
struct Checker::BandReading {
  // A band as it is written: its ends have their own digits.
  struct Range {
    std::optional<Constant> low, high;
    bool low_excluded, high_excluded;
    Span span;
  };
  std::vector<Range> ranges;
  std::map<std::string, Span> listed;  // folded texts or member codes
  const Band* otherwise = nullptr;
  bool has_missing = false;
  bool is_readable = true;  // no: a mistake has been reported, and what the bands leave out cannot be told
  unsigned digits = 0;      // the most that an end has
};

std::string show(Wide value, const Type& type, unsigned digits, const kernels::Zone& zone) {
  const auto narrowed = kernels::narrow(value);
  if (narrowed.fault != kernels::Fault::none) return "a large number";
  switch (type.kind) {
    case Kind::date:
      return kernels::format_date(narrowed.value);
    case Kind::datetime:
      return zone.format_local(narrowed.value);
    case Kind::duration:
      return kernels::format_duration(narrowed.value);
    case Kind::money:
      return kernels::format_decimal(narrowed.value, digits) + " " + std::string(currency_rows[type.currency].code);
    case Kind::percent: {
      const auto hundredfold = kernels::narrow(value * 100);
      return hundredfold.fault == kernels::Fault::none ? kernels::format_decimal(hundredfold.value, digits) + "%"
                                                       : "a large share";
    }
    case Kind::poison:
    case Kind::boolean:
    case Kind::integer:
    case Kind::decimal:
    case Kind::text:
    case Kind::picklist:
    case Kind::grade:
    case Kind::stage:
      return kernels::format_decimal(narrowed.value, digits);
  }
  return {};
}

// In a band `0-100` is the number -100, and nobody means that. The range that was meant, `0 to 100`; of any other
// expression nothing.
std::string Checker::range_of_difference(ExprId id) const {
  const auto* sum = std::get_if<SumChain>(&tree_.expressions[id].node);
  if (sum == nullptr || sum->terms.size() != 2 || sum->terms[0].minus || !sum->terms[1].minus) return {};
  const auto is_literal = [&](const SumTerm& term) {
    const ExprNode* node = &tree_.expressions[term.operand].node;
    if (const auto* negate = std::get_if<Negate>(node)) node = &tree_.expressions[negate->operand].node;
    return std::holds_alternative<NumberLiteral>(*node) || std::holds_alternative<PercentLiteral>(*node) ||
           std::holds_alternative<MoneyLiteral>(*node);
  };
  if (!is_literal(sum->terms[0]) || !is_literal(sum->terms[1])) return {};
  return fmt::format("{} to {}", source_text(sum->terms[0].operand), source_text(sum->terms[1].operand));
}

// ---- what each band says

std::string Checker::check_bands(const std::vector<const Band*>& bands, ExprId subject) {
  const Type type = policy_.type_of(subject);
  const bool is_alone = type.kind == Kind::stage && policy_.info(subject).meaning != Meaning::stage;
  if (is_alone) diagnostics_.emit<DiagnosticId::stage_alone>(span(subject));
  return check_bands(bands, {type, !is_alone, may_miss(subject), ends_of(subject)});
}

std::string Checker::check_bands(const std::vector<const Band*>& bands, const BandSubject& subject) {
  BandReading reading;
  reading.is_readable = subject.is_readable && subject.type.kind != Kind::poison;
  reading.digits = subject.type.digits;
  for (const auto& end : {subject.ends.least, subject.ends.most})
    reading.digits = std::max<unsigned>(reading.digits, end ? end->type.digits : 0);
  for (const Band* band : bands) read_band(*band, subject.type, reading);
  band_begin_.reset();
  if (!reading.is_readable) return {};
  const std::optional<std::string> left_out = left_out_of(reading, subject);
  if (!left_out || reading.otherwise == nullptr) return left_out.value_or("");
  if (!left_out->empty()) return {};
  policy_.never_reached.insert(reading.otherwise->span);
  const auto may_change = [&](const Band* band) { return reads_setting(*band); };
  if (subject.ends.of_setting || std::ranges::any_of(bands, may_change)) return {};
  Diagnostic& message = diagnostics_.emit<DiagnosticId::otherwise_never_reached>(reading.otherwise->span);
  if (!reading.has_missing && subject.may_be_missing)
    message.fix = "leave it out; if it is meant for leads without a value, write `missing` in its place";
  return {};
}

void Checker::read_band(const Band& band, const Type& type, BandReading& reading) {
  if (reading.otherwise != nullptr) diagnostics_.emit<DiagnosticId::after_otherwise>(band.span);
  band_begin_ = band.span.begin;
  std::visit(Overloaded{[&](const BandRange& range) { read_band_range(range, band.span, type, reading); },
                        [&](const BandValues& values) {
                          for (ExprId id : values.values)
                            reading.is_readable = read_band_value(id, type, reading) && reading.is_readable;
                        },
                        [&](const BandMissing&) {
                          if (reading.has_missing)
                            diagnostics_.emit<DiagnosticId::bands_overlap>(band.span, "a missing value").fix =
                                "keep one of the two";
                          reading.has_missing = true;
                          if (type.kind == Kind::stage) {  // a stage is held, not held or undecided
                            diagnostics_.emit<DiagnosticId::wrong_band>(band.span, words(type)).fix =
                                "leave it out; ask `(stage >= ...) is undecided` where it matters";
                            reading.is_readable = false;
                          }
                        },
                        [&](const BandOtherwise&) { reading.otherwise = &band; },
                        [](const BandAny&) {}},  // of a table: it has nothing to check
             band.node);
}

void Checker::read_band_range(const BandRange& range, Span place, const Type& type, BandReading& reading) {
  bool is_broken = false;
  const auto end_of = [&](const std::optional<ExprId>& id) -> std::optional<Constant> {
    if (!id) return std::nullopt;
    const Type found = check(*id, &type);
    warn_of_thousands(*id, type);
    std::optional<Constant> end;
    if (!comparable(type, found)) {
      diagnostics_.emit<DiagnosticId::not_comparable>(span(*id), words(type), words(found));
    } else {
      end = require_constant(*id, "the end of a band");
    }
    is_broken = is_broken || !end;
    if (end) reading.digits = std::max<unsigned>(reading.digits, end->type.digits);
    return end;
  };
  const std::optional<Constant> low = end_of(range.low);
  const std::optional<Constant> high = end_of(range.high);
  if (!reading.is_readable) return;
  if (!has_ranges(type.kind) && !is_ordered_picklist(type)) {
    diagnostics_.emit<DiagnosticId::wrong_band>(place, words(type));
    is_broken = true;
  }
  if (is_broken) {
    reading.is_readable = false;
    return;
  }
  reading.ranges.push_back({low, high, range.low_excluded, range.high_excluded, place});
}

// A listed value. False: a mistake in it has been reported.
bool Checker::read_band_value(ExprId id, const Type& type, BandReading& reading) {
  if (is_empty_text(id)) {
    diagnostics_.emit<DiagnosticId::empty_text>(span(id)).fix = "write `missing` instead";
    return false;
  }
  if (const std::string range = range_of_difference(id); !range.empty()) {
    diagnostics_.emit<DiagnosticId::foreign_spelling>(span(id), source_text(id)).fix = "write `" + range + "`";
    return false;
  }
  const Type found = check(id, &type);
  if (type.kind == Kind::poison || found.kind == Kind::poison) return false;
  if (!comparable(type, found)) {
    diagnostics_.emit<DiagnosticId::not_comparable>(span(id), words(type), words(found));
    return false;
  }
  const auto value = require_constant(id, "a value in a band");
  if (!value) return false;
  if (has_ranges(type.kind)) {
    reading.digits = std::max<unsigned>(reading.digits, value->type.digits);
    reading.ranges.push_back({value, value, false, false, span(id)});
    return true;
  }
  const std::string key = type.kind == Kind::text ? kernels::fold_text(value->text) : std::to_string(value->value);
  const auto [earlier, is_new] = reading.listed.emplace(key, span(id));
  if (!is_new) {
    Diagnostic& message = diagnostics_.emit<DiagnosticId::bands_overlap>(span(id), source_text(id));
    message.notes.push_back({earlier->second, "here first"});
    message.fix = "keep one of the two";
  }
  return true;
}

// ---- what they leave out

bool Checker::is_ordered_picklist(const Type& type) const {
  return type.kind == Kind::picklist && policy_.schema.picklists[type.index].ordered;
}

// What is in none of the bands, `otherwise` aside; none: a mistake has been reported.
std::optional<std::string> Checker::left_out_of(const BandReading& reading, const BandSubject& subject) {
  const Type& type = subject.type;
  const auto is_listed = [&](std::size_t code) { return reading.listed.contains(std::to_string(code)); };
  if (type.kind == Kind::boolean) return !is_listed(1) ? "yes" : !is_listed(0) ? "no" : "";
  if (has_ranges(type.kind) || (is_ordered_picklist(type) && !(reading.ranges.empty() && reading.listed.empty()))) {
    const auto intervals = intervals_of(reading, type);
    if (!intervals) return std::nullopt;
    return gaps_between(*intervals, reading.digits, subject);
  }
  if (type.kind == Kind::text) return "any other text";
  if (type.kind == Kind::stage) return "a lead without a stage";
  const std::vector<std::string> members = members_of(type);
  for (std::size_t code = 0; code < members.size(); ++code) {
    if (!is_listed(code)) return "`" + members[code] + "`";
  }
  return "";
}

// Whole things have a next one; numbers with digits do not.
bool Checker::is_whole(const Type& type, unsigned digits) const {
  return (type.kind == Kind::integer && digits == 0) || type.kind == Kind::date || is_ordered_picklist(type);
}

// Over one scale, in the order of their ends; none where an end is before the other, or two overlap: it is reported.
std::optional<std::vector<Checker::Interval>> Checker::intervals_of(const BandReading& reading, const Type& type) {
  std::vector<Interval> intervals;
  const auto scaled = [&](const Constant& value) {
    return static_cast<Wide>(value.value) * kernels::wide_power_of_ten(reading.digits - value.type.digits);
  };
  for (const BandReading::Range& range : reading.ranges) {
    Interval made{range.low ? scaled(*range.low) : -infinity, range.high ? scaled(*range.high) : infinity,
                  range.low_excluded, range.high_excluded, range.span};
    if (made.low > made.high || (made.low == made.high && (made.low_excluded || made.high_excluded))) {
      diagnostics_.emit<DiagnosticId::bounds_reversed>(range.span, name_of(made.low, type, reading.digits),
                                                       name_of(made.high, type, reading.digits));
      return std::nullopt;
    }
    if (is_whole(type, reading.digits)) {
      made.low += made.low_excluded ? 1 : 0;
      made.high -= made.high_excluded ? 1 : 0;
      made.low_excluded = made.high_excluded = false;
    }
    intervals.push_back(made);
  }
  if (is_ordered_picklist(type)) {
    for (const auto& [key, place] : reading.listed) {
      const Wide code = std::stoll(key);
      intervals.push_back({code, code, false, false, place});
    }
  }
  std::stable_sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) {
    return a.low != b.low ? a.low < b.low : !a.low_excluded && b.low_excluded;
  });
  for (std::size_t i = 1; i < intervals.size(); ++i) {
    const Interval& earlier = intervals[i - 1];
    const Interval& now = intervals[i];
    if (now.low > earlier.high || (now.low == earlier.high && (now.low_excluded || earlier.high_excluded))) continue;
    report_overlap(earlier, now, type, reading.digits);
    return std::nullopt;
  }
  return intervals;
}

// Precondition: `lower` does not begin after `upper`.
void Checker::report_overlap(const Interval& lower, const Interval& upper, const Type& type, unsigned digits) {
  const auto name = [&](Wide value) { return name_of(value, type, digits); };
  const bool upper_is_later = upper.span.begin > lower.span.begin;
  Diagnostic& message =
      diagnostics_.emit<DiagnosticId::bands_overlap>(upper_is_later ? upper.span : lower.span, name(upper.low));
  message.notes.push_back({upper_is_later ? lower.span : upper.span, "the other band"});
  if (lower.low == upper.low && lower.high == upper.high) {
    message.fix = "keep one of the two";
  } else if (is_ordered_picklist(type)) {
    message.fix = "let each member be in one band";
  } else if (lower.low < upper.low && !lower.low_excluded) {
    const std::string instead = lower.low == -infinity
                                    ? fmt::format("under {}", name(upper.low))
                                    : fmt::format("{} to under {}", name(lower.low), name(upper.low));
    message.fix = fmt::format("let one band end where the next begins: write `{}` for the lower one", instead);
  }
}

std::string Checker::name_of(Wide value, const Type& type, unsigned digits) const {
  if (is_ordered_picklist(type)) {
    const std::vector<std::string> members = members_of(type);
    if (value >= 0 && value < static_cast<Wide>(members.size()))
      return "`" + members[static_cast<std::size_t>(value)] + "`";
  }
  return show(value, type, digits, policy_.zone);
}

// What lies in none of them and between the ends that the subject can have. Precondition: in order, without overlaps.
std::string Checker::gaps_between(const std::vector<Interval>& intervals, unsigned digits,
                                  const BandSubject& subject) const {
  const Type& type = subject.type;
  const bool has_members = is_ordered_picklist(type);
  const bool whole = is_whole(type, digits);
  const auto scaled = [&](const std::optional<Constant>& end, Wide unbounded) {
    return end ? static_cast<Wide>(end->value) * kernels::wide_power_of_ten(digits - end->type.digits) : unbounded;
  };
  const Wide least = has_members ? 0 : scaled(subject.ends.least, -infinity);
  const Wide most = has_members ? static_cast<Wide>(members_of(type).size()) - 1 : scaled(subject.ends.most, infinity);
  const auto name = [&](Wide value) { return name_of(value, type, digits); };
  std::string gaps;
  std::size_t count = 0;
  const auto add = [&](const std::string& gap) {
    constexpr std::size_t most_told = 3;
    if (++count <= most_told) gaps += (gaps.empty() ? "" : ", ") + gap;
    if (count == most_told + 1) gaps += ", ...";
  };
  // Everything up to here is in a band or cannot be, the number itself included unless `is_open`.
  Wide covered = whole && least != -infinity ? least - 1 : least;
  bool is_open = !whole && least != -infinity;
  bool is_first = true;
  const auto add_gap_before = [&](Wide low, bool low_excluded) {
    if (whole ? low <= covered + 1 : low < covered || (low == covered && !(low_excluded && is_open))) return;
    const Wide next = whole ? covered + 1 : covered;
    if (has_members || (whole && low == covered + 2)) {
      add(name(next));
    } else if (low == covered) {
      add("exactly " + name(covered));
    } else if (is_first) {
      add("everything below " + name(low));
    } else {
      add("everything between " + name(covered) + " and " + name(low));
    }
  };
  for (const Interval& now : intervals) {
    if (now.low > most || (now.low == most && now.low_excluded)) break;
    if (now.high < least || (now.high == least && now.high_excluded)) continue;  // no value lies there either
    add_gap_before(now.low, now.low_excluded);
    is_first = false;
    covered = now.high;
    is_open = now.high_excluded;
  }
  if (is_first) return "every value";
  if (covered > most || (covered == most && !is_open)) return gaps;
  if (has_members || (whole && covered + 1 == most)) {
    add(name(covered + 1));
  } else if (covered == most) {
    add("exactly " + name(most));
  } else {
    add("everything above " + name(covered));
  }
  return gaps;
}

// With another value of a setting the ends may leave something out.
bool Checker::reads_setting(ExprId id) const {
  bool found = policy_.info(id).meaning == Meaning::setting;
  for_each_child(tree_, tree_.expressions[id].node, [&](ExprId child) { found = found || reads_setting(child); });
  return found;
}

bool Checker::reads_setting(const Band& band) const {
  const auto reads = [&](const std::optional<ExprId>& id) { return id && reads_setting(*id); };
  if (const auto* range = std::get_if<BandRange>(&band.node)) return reads(range->low) || reads(range->high);
  const auto* listed = std::get_if<BandValues>(&band.node);
  return listed != nullptr && std::ranges::any_of(listed->values, [&](ExprId id) { return reads_setting(id); });
}

// ---- between which numbers a value lies

Checker::Ends Checker::ends_of(ExprId id, unsigned depth) {
  constexpr unsigned deepest = 64;  // of definitions by definitions; what stands deeper has no ends
  if (depth > deepest) return {};
  const Constant zero{{.kind = Kind::integer}, 0, {}};
  id = without_parentheses(tree_, id);
  const ExprNode& node = tree_.expressions[id].node;
  if (const auto* rows = std::get_if<Aggregate>(&node)) {
    const bool counts = rows->op == AggregateOp::count || rows->op == AggregateOp::count_different;
    return counts ? Ends{zero, {}, false} : Ends{};
  }
  if (const auto* filled = std::get_if<DefaultTo>(&node)) {
    const std::optional<Constant> fallback = constant(filled->fallback);
    const Ends ends = ends_of(filled->operand, depth + 1);
    const bool is_same = fallback && ends.least && ends.least->value == 0 && fallback->value >= 0;
    return is_same ? Ends{zero, {}, false} : Ends{};
  }
  const ExprInfo& own = policy_.info(id);
  if (own.meaning == Meaning::letters_met) return {zero, {}, false};
  if (own.meaning == Meaning::let && policy_.declaration_types.contains(own.index)) {  // else in a cycle
    const auto* let = std::get_if<LetDecl>(&tree_.declarations[own.index].node);
    return let == nullptr ? Ends{} : ends_of(let->value, depth + 1);
  }
  if (own.meaning == Meaning::score) {
    const auto& score = std::get<ScoreDecl>(tree_.declarations[own.index].node);
    const auto end = [&](const std::optional<ExprId>& given) -> std::optional<Constant> {
      const auto found = given ? policy_.fixed.find(given->index) : policy_.fixed.end();
      return found == policy_.fixed.end() ? std::nullopt : std::optional(found->second);
    };
    const auto is_set = [&](const std::optional<ExprId>& given) { return given && reads_setting(*given); };
    return {end(score.from), end(score.to), is_set(score.from) || is_set(score.to)};
  }
  return {};
}

}  // namespace muster::compiler
