// Bands, `match`, `if` and `default`.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "compiler/check/checker.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

namespace {

using kernels::Wide;

// A band of numbers as a closed or open interval over one scale; the ends of Wide stand for infinity.
struct Interval {
  Wide low, high;
  bool low_excluded, high_excluded;
  Span span;
};
constexpr Wide infinity = static_cast<Wide>(std::numeric_limits<std::int64_t>::max()) * 2'000'000'000;

// The order of two ends: which interval begins first.
bool begins_before(const Interval& a, const Interval& b) {
  if (a.low != b.low) return a.low < b.low;
  return !a.low_excluded && b.low_excluded;
}

bool has_ranges(Kind kind) {
  return is_number(kind) || kind == Kind::money || kind == Kind::date || kind == Kind::datetime ||
         kind == Kind::duration;
}

}  // namespace

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

std::string Checker::check_bands(const std::vector<const Band*>& bands, ExprId subject) {
  const Type type = policy_.type_of(subject);
  const bool is_alone = type.kind == Kind::stage && policy_.info(subject).meaning != Meaning::stage;
  if (is_alone) diagnostics_.emit<DiagnosticId::stage_alone>(span(subject));
  return check_bands(bands, type, !is_alone);
}

std::string Checker::check_bands(const std::vector<const Band*>& bands, const Type& type, bool readable) {
  std::vector<Interval> intervals;
  std::map<std::string, Span> listed;  // folded texts or member codes
  readable = readable && type.kind != Kind::poison;
  bool otherwise = false;
  bool missing = false;
  bool ordered_members = type.kind == Kind::picklist && policy_.schema.picklists[type.index].ordered;
  const std::vector<std::string> members = members_of(type);
  unsigned digits = type.digits;

  struct End {
    std::optional<Constant> value;
    bool broken = false;
  };
  const auto end_of = [&](const std::optional<ExprId>& id) -> End {
    if (!id) return {};
    const Type found = check(*id, &type);
    warn_of_thousands(*id, type);
    if (!comparable(type, found)) {
      diagnostics_.emit<DiagnosticId::not_comparable>(span(*id), words(type), words(found));
      return {{}, true};
    }
    End end{require_constant(*id, "the end of a band"), false};
    end.broken = !end.value;
    if (end.value) digits = std::max<unsigned>(digits, end.value->type.digits);
    return end;
  };
  struct Raw {
    std::optional<Constant> low, high;
    const BandRange* range;
    Span span;
  };
  std::vector<Raw> raws;
  // A listed value. False: it has been reported, and what the bands leave out cannot be told.
  const auto add_value = [&](ExprId id) {
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
      static constexpr BandRange closed{};
      digits = std::max<unsigned>(digits, value->type.digits);
      raws.push_back({value, value, &closed, span(id)});
      return true;
    }
    const std::string key = type.kind == Kind::text ? kernels::fold_text(value->text) : std::to_string(value->value);
    const auto [earlier, is_new] = listed.emplace(key, span(id));
    if (!is_new) {
      Diagnostic& message = diagnostics_.emit<DiagnosticId::bands_overlap>(span(id), source_text(id));
      message.notes.push_back({earlier->second, "here first"});
      message.fix = "keep one of the two";
    }
    return true;
  };
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const Band& band = *bands[i];
    if (otherwise) diagnostics_.emit<DiagnosticId::after_otherwise>(band.span);
    band_begin_ = band.span.begin;
    std::visit(Overloaded{[&](const BandRange& range) {
                            const End low = end_of(range.low);
                            const End high = end_of(range.high);
                            if (!readable) return;
                            if (!has_ranges(type.kind) && !ordered_members) {
                              diagnostics_.emit<DiagnosticId::wrong_band>(band.span, words(type));
                              readable = false;
                              return;
                            }
                            if (low.broken || high.broken) {
                              readable = false;
                              return;
                            }
                            raws.push_back({low.value, high.value, &range, band.span});
                          },
                          [&](const BandValues& values) {
                            for (ExprId id : values.values) readable = add_value(id) && readable;
                          },
                          [&](const BandMissing&) {
                            if (missing) diagnostics_.emit<DiagnosticId::bands_overlap>(band.span, "a missing value");
                            missing = true;
                            if (type.kind == Kind::stage) {  // a stage is held, not held or undecided
                              diagnostics_.emit<DiagnosticId::wrong_band>(band.span, words(type)).fix =
                                  "leave it out; ask `(stage >= ...) is undecided` where it matters";
                              readable = false;
                            }
                          },
                          [&](const BandOtherwise&) { otherwise = true; },
                          [&](const BandAny&) { otherwise = true; }},  // only in tables
               band.node);
  }
  band_begin_.reset();
  if (!readable) return {};
  if (type.kind == Kind::boolean) {
    std::string rest;
    for (const char* answer : {"1", "0"}) {
      if (!listed.contains(answer) && rest.empty()) rest = *answer == '1' ? "yes" : "no";
    }
    return otherwise ? std::string() : rest;
  }
  for (const Raw& raw : raws) {
    const auto scaled = [&](const Constant& value) {
      return static_cast<Wide>(value.value) * kernels::wide_power_of_ten(digits - value.type.digits);
    };
    Interval made{raw.low ? scaled(*raw.low) : -infinity, raw.high ? scaled(*raw.high) : infinity,
                  raw.range->low_excluded, raw.range->high_excluded, raw.span};
    const bool empty = made.low > made.high || (made.low == made.high && (made.low_excluded || made.high_excluded));
    if (empty) {
      diagnostics_.emit<DiagnosticId::bounds_reversed>(raw.span, show(made.low, type, digits, policy_.zone),
                                                       show(made.high, type, digits, policy_.zone));
      return {};
    }
    intervals.push_back(made);
  }
  if (ordered_members) {
    for (const auto& [key, place] : listed) {
      const Wide code = std::stoll(key);
      intervals.push_back({code, code, false, false, place});
    }
  }
  // Whole things (ints, dates, members) have a next one; numbers with digits do not.
  const bool whole = (type.kind == Kind::integer && digits == 0) || type.kind == Kind::date || ordered_members;
  if (whole) {
    for (Interval& interval : intervals) {
      if (interval.low_excluded) interval.low += 1;
      if (interval.high_excluded) interval.high -= 1;
      interval.low_excluded = interval.high_excluded = false;
    }
  }
  std::vector<Interval> sorted = intervals;
  std::stable_sort(sorted.begin(), sorted.end(), begins_before);
  const auto name = [&](Wide value) {
    if (ordered_members && value >= 0 && value < static_cast<Wide>(members.size()))
      return "`" + members[static_cast<std::size_t>(value)] + "`";
    return show(value, type, digits, policy_.zone);
  };
  std::string gaps;
  std::size_t gap_count = 0;
  const auto add_gap = [&](const std::string& gap) {
    constexpr std::size_t most_told = 3;
    if (++gap_count <= most_told) gaps += (gaps.empty() ? "" : ", ") + gap;
    if (gap_count == most_told + 1) gaps += ", ...";
  };
  Wide covered = ordered_members ? -1 : -infinity;  // everything up to here, included unless `covered_excluded`
  bool covered_excluded = false;
  bool first = true;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Interval& now = sorted[i];
    if (!first) {
      const bool overlaps = now.low < covered || (now.low == covered && !now.low_excluded && !covered_excluded);
      if (overlaps) {
        const Interval& earlier = sorted[i - 1];
        const bool now_is_later = now.span.begin > earlier.span.begin;
        Diagnostic& message =
            diagnostics_.emit<DiagnosticId::bands_overlap>(now_is_later ? now.span : earlier.span, name(now.low));
        message.notes.push_back({now_is_later ? earlier.span : now.span, "the other band"});
        if (earlier.low < now.low && !earlier.low_excluded) {
          const std::string lower = earlier.low == -infinity
                                        ? fmt::format("under {}", name(now.low))
                                        : fmt::format("{} to under {}", name(earlier.low), name(now.low));
          message.fix = fmt::format("let one band end where the next begins: write `{}` for the lower one", lower);
        }
        return {};
      }
    }
    const bool starts_at_once = first   ? (now.low == -infinity || (ordered_members && now.low == 0))
                                : whole ? now.low == covered + 1
                                        : now.low == covered && (!now.low_excluded || !covered_excluded);
    if (!starts_at_once) {
      if (first) {
        add_gap(ordered_members ? name(0) : "everything below " + name(now.low));
      } else if (whole && now.low == covered + 2) {
        add_gap(name(covered + 1));
      } else if (now.low == covered) {
        add_gap("exactly " + name(covered));
      } else {
        add_gap("everything between " + name(covered) + " and " + name(now.low));
      }
    }
    covered = now.high;
    covered_excluded = now.high_excluded;
    first = false;
  }
  if (otherwise) return {};
  if (has_ranges(type.kind)) {
    if (sorted.empty()) return "every value";
    if (covered != infinity) add_gap("everything above " + name(covered));
    return gaps;
  }
  if (type.kind == Kind::text) return "any other text";
  if (ordered_members && !sorted.empty()) {
    if (covered + 1 < static_cast<Wide>(members.size())) add_gap(name(covered + 1));
    return gaps;
  }
  if (type.kind == Kind::stage) return "a lead without a stage";
  for (std::size_t code = 0; code < members.size(); ++code) {
    if (!listed.contains(std::to_string(code))) return "`" + members[code] + "`";
  }
  return {};
}

Type Checker::check_if(ExprId id, const If& choice, const Type* opposite) {
  check_condition(choice.condition);
  const auto [then, otherwise] = check_opposite(choice.then, choice.otherwise, opposite);
  info(id).may_be_missing = may_miss(choice.condition) || may_miss(choice.then) || may_miss(choice.otherwise);
  const auto both = common(then, otherwise);
  if (!both) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(choice.otherwise), words(then) + " as after `then`",
                                                words(otherwise));
    return poison();
  }
  return *both;
}

Type Checker::check_match(ExprId id, const Match& match, const Type* opposite) {
  const Type subject = check(match.subject);
  std::vector<const Band*> bands;
  Type result;
  const bool has_missing = std::any_of(match.arms.begin(), match.arms.end(), [](const MatchArm& arm) {
    return std::holds_alternative<BandMissing>(arm.band.node);
  });
  bool may = may_miss(match.subject) && !has_missing;
  for (std::size_t i = 0; i < match.arms.size(); ++i) {
    const MatchArm& arm = match.arms[i];
    bands.push_back(&arm.band);
    const Type type = check(arm.result, i == 0 || opposite != nullptr ? opposite : &result);
    may = may || may_miss(arm.result);
    if (i == 0) {
      result = type;
      continue;
    }
    const auto both = common(result, type);
    if (!both) {
      diagnostics_.emit<DiagnosticId::wrong_type>(span(arm.result), words(result) + " as in the first case",
                                                  words(type));
      result = poison();
    } else {
      result = *both;
    }
  }
  info(id).may_be_missing = may;
  const std::string rest = check_bands(bands, match.subject);
  if (!rest.empty() && subject.kind != Kind::poison) diagnostics_.emit<DiagnosticId::match_incomplete>(span(id), rest);
  return result;
}

Type Checker::check_default(ExprId id, const DefaultTo& fallback) {
  const auto [value, other] = check_opposite(fallback.operand, fallback.fallback);
  info(id).may_be_missing = may_miss(fallback.fallback);
  if (value.kind == Kind::poison || other.kind == Kind::poison) return poison();
  const auto both = common(value, other);
  if (!both || value.kind == Kind::stage) {
    diagnostics_.emit<DiagnosticId::wrong_type>(span(fallback.fallback), words(value), words(other));
    return poison();
  }
  if (!may_miss(fallback.operand)) diagnostics_.emit<DiagnosticId::needless_default>(span(id));
  return *both;
}

}  // namespace muster::compiler
