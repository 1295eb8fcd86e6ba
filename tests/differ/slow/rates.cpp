#include <date/date.h>

#include <array>
#include <fstream>
#include <sstream>

#include "tests/differ/slow/evaluator.h"

namespace muster::differ::slow {

// Lines such as EUR,USD,2026-01-01,1.08 behind a header.
void Evaluator::read_rates(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::array<std::string, 4> parts;
    for (std::string& part : parts) std::getline(cells, part, ',');
    date::sys_days day;
    std::istringstream(parts[2]) >> date::parse("%F", day);
    const std::size_t point = parts[3].find('.');
    std::string digits = parts[3];
    if (point != std::string::npos) digits.erase(point, 1);
    const std::size_t places = point == std::string::npos ? 0 : digits.size() - point;
    rates_.push_back({parts[0], parts[1], day.time_since_epoch().count(),
                      known(Kind::number, std::stoll(digits), static_cast<unsigned>(places))});
  }
}

// At the rate of the lead's day, or the latest one before it.
Value Evaluator::in_currency(const Value& amount, std::string_view currency) {
  if (amount.currency.empty() || currency.empty() || amount.currency == currency) return amount;
  Value nothing = missing(Kind::number, amount.known ? 0 : amount.faults);
  nothing.digits = static_cast<std::uint8_t>(currency_digits_);
  nothing.currency = currency;
  const Value at = value(*rates_at_, Frame{lead_, 0, nullptr, nullptr});
  if (!amount.known || !at.known) return nothing;
  const std::int64_t today = at.kind == Kind::date ? at.number : zone_.day_of(at.number);
  const Rate* latest = nullptr;
  for (const Rate& each : rates_) {
    if (each.from != amount.currency || each.to != currency || each.day > today) continue;
    if (latest == nullptr || each.day > latest->day) latest = &each;
  }
  if (latest == nullptr) return nothing;
  const Wide exact = static_cast<Wide>(amount.number) * latest->rate.number;
  const unsigned digits = amount.digits + latest->rate.digits;
  Value made = checked(Kind::number, rounded(exact, ten_to(digits - currency_digits_)), currency_digits_);
  made.currency = currency;
  return made;
}

}  // namespace muster::differ::slow
