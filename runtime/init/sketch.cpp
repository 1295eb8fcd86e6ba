#include "runtime/init/sketch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "lang/source/quote.h"
#include "lang/spec/spec.h"
#include "lang/support/lines.h"
#include "runtime/init/header_words.h"
#include "runtime/init/names.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime {

namespace {

using compiler::Kind;

constexpr std::size_t most_score_rules = 6;

class Sketch : lang::Lines {
 public:
  Sketch(const ExportProfile& profile, std::span<const Field> fields) : profile_(profile), fields_(fields) {}

  std::string write() {
    // Size and industry first, as everybody asks for them; then what is filled in most.
    std::vector<const Field*> order;
    for (const Field& field : fields_.subspan(1)) order.push_back(&field);
    const auto weight = [&](const Field* field) {
      constexpr auto asked_first = std::to_array<std::string_view>(
          {"employees", "mitarbeiter", "revenue", "umsatz", "industry", "branche", "country", "role", "source"});
      constexpr auto no_reason = std::to_array<std::string_view>(
          {"converted", "outcome", "won", "lost", "name", "lead_number", "owner", "quality", "lifecycle", "status",
           "ansprechpartner", "betreuer", "salutation", "anrede"});
      const auto holds = [&](std::string_view word) { return field->name.find(word) != std::string::npos; };
      const HeaderWords words(profile_.header[field->column]);
      // Outcomes, reasons against, and what says nothing about a lead.
      if (words.speak_against() || words.has("test") || std::any_of(no_reason.begin(), no_reason.end(), holds))
        return std::uint64_t{0};
      const auto asked = std::find_if(asked_first.begin(), asked_first.end(), holds);
      const auto rank = static_cast<std::uint64_t>(asked_first.end() - asked);
      return profile_.columns[field->column].present + rank * (profile_.rows + 1);
    };
    std::stable_sort(order.begin(), order.end(), [&](const Field* a, const Field* b) { return weight(a) > weight(b); });
    std::vector<std::string> conditions;
    for (const Field* field : order) {
      if (conditions.size() == most_score_rules) break;
      std::string text = condition(*field);
      if (!text.empty() && weight(field) > 0) conditions.push_back(std::move(text));
    }
    if (conditions.empty()) conditions.push_back(fields_.front().name + " is known");

    line("# ---- The policy: a sketch to change. The numbers are the middle values of the export, not advice.");
    line("");
    line("icp IdealCustomer \"Whom we sell to\" {{");
    line("  require {}", conditions[0]);
    for (const Field& field : fields_.subspan(1)) {
      if (is_exclusion(field)) line("  exclude {} because {}", field.name, lang::quote(profile_.header[field.column]));
    }
    line("  # add what must be true: require ..., exclude ... because \"...\"");
    line("}}");
    line("");
    line("score fit \"How well they match us\" from 0 to 100 {{");
    line("  +40 when IdealCustomer");
    for (std::size_t i = 1; i < conditions.size(); ++i) line("  +10 when {}", conditions[i]);
    line("  # take points away for what speaks against a lead: -20 when ...");
    line("}}");
    line("");
    // An export with few columns that say something gives few points: no tier is beyond reach.
    const std::size_t most = 40 + 10 * (conditions.size() - 1);
    line("grade tier from fit {{");
    line("  fit >= {} | A", std::min<std::size_t>(60, most));
    line("  fit >= 30 | B");
    line("  otherwise | C");
    line("}}");
    line("");
    line("lifecycle {{");
    line("  stage MQL \"Marketing qualified\" when IdealCustomer and fit >= 40");
    line("}}");
    line("");
    line("route {{");
    line("  to \"Sales\"      when stage >= MQL");
    line("  to \"Enrichment\" when IdealCustomer is undecided    # somebody has to ask");
    line("  to \"Nurture\"    otherwise");
    line("}}");
    return std::move(out_);
  }

 private:
  // The middle value as a literal of the field's type; empty where there is none above zero.
  std::string middle(const Field& field) const {
    std::int64_t value = 0;
    const NumbersRead& read = profile_.columns[field.column].numbers.read[field.type.number_style];
    if (!read.sample.median(value) || value <= 0) return {};
    const unsigned wanted = field.type.kind == Kind::decimal ? std::min(field.type.digits, 2U) : 0U;
    const kernels::Checked rounded =
        kernels::rescale(value, lang::most_decimal_digits, wanted, lang::RoundingMode::half_up);
    if (rounded.fault != kernels::Fault::none || rounded.value <= 0) return {};
    // Two figures are enough for a sketch: 768 -> 760.
    std::int64_t unit = 1;
    while (rounded.value / unit >= 100) unit *= 10;
    const std::int64_t round = rounded.value / unit * unit;
    std::string text;
    if (wanted == 0 && round % 1'000'000 == 0) {
      text = fmt::format("{}M", round / 1'000'000);
    } else if (wanted == 0 && round % 1'000 == 0) {
      text = fmt::format("{}K", round / 1'000);
    } else {
      text = kernels::format_decimal(round, wanted);
    }
    if (field.type.kind == Kind::money) text += " " + field.type.currency;
    if (field.type.kind == Kind::percent) text += "%";
    return text;
  }

  // Of a column with blanks we would not know what they mean, and every lead with one would be undecided.
  bool is_exclusion(const Field& field) const {
    return field.type.kind == Kind::boolean && profile_.columns[field.column].present == profile_.rows &&
           HeaderWords(profile_.header[field.column]).speak_against();
  }

  // A condition that leads meet or do not meet; empty where the field gives none.
  std::string condition(const Field& field) const {
    switch (field.type.kind) {
      case Kind::boolean:
        return field.name;
      case Kind::picklist:
        // Of ja and nein nobody has said yet which one speaks for a lead.
        if (!field.type.doubt.empty()) return {};
        return fmt::format("{} = {}", field.name, field.members.front());
      case Kind::integer:
      case Kind::decimal:
      case Kind::money:
      case Kind::percent: {
        const std::string value = middle(field);
        return value.empty() ? std::string() : fmt::format("{} >= {}", field.name, value);
      }
      case Kind::text:
      case Kind::date:
      case Kind::datetime:
      case Kind::duration:
      case Kind::grade:
      case Kind::stage:
      case Kind::poison:
        break;
    }
    return {};
  }

  const ExportProfile& profile_;
  std::span<const Field> fields_;
};

}  // namespace

std::string write_sketch(const ExportProfile& profile, std::span<const Field> fields) {
  return Sketch(profile, fields).write();
}

}  // namespace muster::runtime
