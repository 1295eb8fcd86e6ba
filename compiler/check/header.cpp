// The policy header: what stands in it once, and the day of the next review.
#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

#include "compiler/check/checker.h"
#include "compiler/check/suggest.h"
#include "lang/spec/edition.h"
#include "stdlib/kernels/calendar.h"

namespace muster::compiler {

using namespace lang;

void Checker::read_header(const PolicyHeader& header) {
  policy_.title = header.title.text;
  std::optional<PolicyEntry::Key> seen[8];
  const PolicyEntry* review = nullptr;  // counts from `effective`, which may stand behind it
  for (const PolicyEntry& entry : header.entries) {
    auto& mark = seen[static_cast<std::size_t>(entry.key)];
    if (mark) {
      diagnostics_.emit<DiagnosticId::one_only>(entry.span, "entry of this kind in the policy header").fix =
          "keep one of the two";
    }
    mark = entry.key;
    switch (entry.key) {
      case PolicyEntry::Key::edition:
        read_edition(entry);
        break;
      case PolicyEntry::Key::review:
        review = &entry;
        break;
      case PolicyEntry::Key::parties:
        read_parties(entry);
        break;
      case PolicyEntry::Key::effective:
        if (entry.from && entry.to && *entry.from > *entry.to) {
          diagnostics_.emit<DiagnosticId::bounds_reversed>(entry.span, kernels::format_date(*entry.from),
                                                           kernels::format_date(*entry.to));
        }
        policy_.effective_from = entry.from;
        policy_.effective_to = entry.to;
        break;
      case PolicyEntry::Key::version:
        policy_.version = entry.text;
        break;
      case PolicyEntry::Key::owner:
        policy_.owner = entry.text;
        break;
      case PolicyEntry::Key::zone:
        if (const auto zone = zone_named(entry.span, entry.text, diagnostics_)) policy_.zone = *zone;
        break;
      case PolicyEntry::Key::currency: {
        const CurrencyRow* row = find_currency(entry.text);
        if (row != nullptr) {
          policy_.currency = static_cast<std::uint16_t>(row - currency_rows.data());
        } else {
          is_currency_broken_ = true;  // the parser has said so
        }
        break;
      }
    }
  }
  if (review != nullptr) read_review(*review);
}

void Checker::read_edition(const PolicyEntry& entry) {
  for (const std::uint16_t edition : editions) {
    if (entry.text != std::to_string(edition)) continue;
    policy_.edition = edition;
    return;
  }
  diagnostics_.emit<DiagnosticId::unknown_edition>(entry.span, entry.text).fix =
      fmt::format("it reads edition {}", fmt::join(editions, ", "));
}

void Checker::read_parties(const PolicyEntry& entry) {
  std::map<std::string_view, Span> first;
  for (const Name& party : entry.parties) {
    const auto [place, is_new] = first.emplace(party.text, party.span);
    if (is_new) {
      policy_.parties.push_back(party.text);
    } else {
      diagnostics_.emit<DiagnosticId::party_twice>(party.span, party.text)
          .notes.push_back({place->second, "first here"});
    }
  }
}

// `review on A` names its day; `review every 3 months` counts from the first day on which the policy is effective.
void Checker::read_review(const PolicyEntry& entry) {
  if (entry.review_every == 0) {
    policy_.review_day = entry.from;
    return;
  }
  if (!policy_.effective_from) {
    diagnostics_.emit<DiagnosticId::review_without_start>(entry.span);
    return;
  }
  constexpr std::int64_t longest_days = 36525;  // a hundred years
  const std::int64_t count = entry.review_every;
  const std::int64_t from = *policy_.effective_from;
  const auto day = [&]() -> std::int64_t {
    switch (entry.review_unit) {
      case CalendarUnit::day:
        return from + count;
      case CalendarUnit::week:
        return from + 7 * count;
      case CalendarUnit::month:
        return kernels::months_before(from, -count);
      case CalendarUnit::quarter:
        return kernels::months_before(from, -3 * count);
      case CalendarUnit::year:
        return kernels::months_before(from, -12 * count);
    }
    return from;
  }();
  if (day - from > longest_days) {
    diagnostics_.emit<DiagnosticId::number_out_of_range>(entry.span, count).fix =
        "review the policy within a hundred years";
    return;
  }
  policy_.review_day = static_cast<std::int32_t>(day);
}

}  // namespace muster::compiler
