#include "runtime/init/number_profile.h"

#include <algorithm>

#include "lang/spec/spec.h"
#include "stdlib/kernels/number.h"

namespace muster::runtime {

namespace {

using kernels::CellFault;

// The code of the currency whose sign or code the text begins or ends with, apart from signs and parentheses; empty:
// none.
std::string_view currency_of(std::string_view text) {
  const std::size_t begin = text.find_first_not_of("(+-");
  const std::size_t end = text.find_last_not_of(')');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  text = text.substr(begin, end + 1 - begin);
  for (const lang::CurrencyRow& row : lang::currency_rows) {
    if (!row.sign.empty() && (text.starts_with(row.sign) || text.ends_with(row.sign))) return row.code;
    if (text.starts_with(row.code) || text.ends_with(row.code)) return row.code;
  }
  return {};
}

// Digits behind the decimal character, 0 where it has none.
unsigned digits_behind(std::string_view text, char decimal) {
  const std::size_t at = text.find(decimal);
  if (at == std::string_view::npos) return 0;
  const std::string_view rest = text.substr(at + 1);
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_digit);
  return static_cast<unsigned>(std::min<std::ptrdiff_t>(end - rest.begin(), lang::most_decimal_digits));
}

}  // namespace

void NumberSample::add(std::int64_t value) {
  if (seen_++ % stride_ != 0) return;
  if (values_.size() == sample_size) {  // keep every second one and take half as many from now on
    for (std::size_t i = 0; i < sample_size / 2; ++i) values_[i] = values_[2 * i];
    values_.resize(sample_size / 2);
    stride_ *= 2;
  }
  values_.push_back(value);
}

bool NumberSample::median(std::int64_t& value) const {
  if (values_.empty()) return false;
  std::vector<std::int64_t> sorted = values_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  value = *middle;
  return true;
}

void Evidence::add(std::string_view text) {
  if (count++ == 0) example = text;
}

NumberProfile::Reading NumberProfile::read_in(std::size_t style, std::string_view text,
                                              std::string_view found_currency) {
  const kernels::NumberFormat& format = number_styles[style].format;
  NumbersRead& into = read[style];
  const auto take = [&](std::int64_t value, bool fits) {
    ++into.any;
    if (fits) into.sample.add(value);
    return Reading{true, fits ? value : 0};
  };
  const bool whole = kernels::parse_integer(text, format).fault == CellFault::none;
  const kernels::Cell decimal = kernels::parse_decimal(text, lang::most_decimal_digits, format);
  const bool fits = decimal.fault == CellFault::none;
  if (whole) ++into.integers;
  if (fits) ++into.decimals;
  if (whole || fits) {
    ++into.percents;
    ++into.moneys;
    if (!whole) into.most_digits = std::max(into.most_digits, digits_behind(text, format.decimal));
    return take(decimal.value, fits);
  }
  if (text.ends_with('%')) {
    const kernels::Cell percent = kernels::parse_percent(text, lang::most_decimal_digits, format);
    if (percent.fault != CellFault::none) return {};
    ++into.percents;
    into.most_digits = std::max(into.most_digits, digits_behind(text, format.decimal));
    const kernels::Checked hundredfold = kernels::narrow(kernels::Wide{percent.value} * 100);
    return take(hundredfold.value, hundredfold.fault == kernels::Fault::none);
  }
  // (500) is an amount of any currency.
  const lang::CurrencyRow& currency =
      found_currency.empty() ? lang::currency_rows.front() : *lang::find_currency(found_currency);
  const kernels::Cell amount = kernels::parse_money(text, currency.code, currency.digits, format);
  if (amount.fault != CellFault::none) return {};
  ++into.moneys;
  const kernels::Checked scaled =
      kernels::rescale(amount.value, currency.digits, lang::most_decimal_digits, lang::RoundingMode::half_even);
  return take(scaled.value, scaled.fault == kernels::Fault::none);
}

// A blank or an apostrophe between thousands says nothing of what a point or comma means.
void NumberProfile::note_evidence(std::string_view text, const std::array<Reading, number_styles.size()>& readings) {
  const bool has_point = text.find('.') != std::string_view::npos;
  const bool has_comma = text.find(',') != std::string_view::npos;
  if (!has_point && !has_comma) return;
  const Reading* point = nullptr;
  const Reading* comma = nullptr;
  for (std::size_t style = 0; style < readings.size(); ++style) {
    if (!readings[style].is_read) continue;
    const Reading*& slot = number_styles[style].format.decimal == '.' ? point : comma;
    if (slot == nullptr) slot = &readings[style];
  }
  if (point != nullptr && comma != nullptr) {
    if (point->value != comma->value) (has_point ? point_either : comma_either).add(text);
  } else if (point != nullptr) {
    only_point.add(text);
  } else if (comma != nullptr) {
    only_comma.add(text);
  }
}

void NumberProfile::count_currency(std::string_view code, std::string_view text) {
  auto known = std::find_if(currencies.begin(), currencies.end(), [&](const auto& each) { return each.code == code; });
  if (known == currencies.end()) known = currencies.insert(known, {code, 0, std::string(text)});
  ++known->count;
}

bool NumberProfile::add(std::string_view text) {
  if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) ++leading_zeros;
  const std::string_view found_currency = currency_of(text);
  std::array<Reading, number_styles.size()> readings{};
  for (std::size_t style = 0; style < readings.size(); ++style) {
    readings[style] = read_in(style, text, found_currency);
  }
  const auto found = std::find_if(readings.begin(), readings.end(), [](const Reading& each) { return each.is_read; });
  if (found == readings.end()) return false;
  ++values;
  if (text.ends_with('%')) ++percent_signs;
  if (!found_currency.empty()) count_currency(found_currency, text);
  if (found->value < 0) ++negatives;
  if (text == "-1") ++minus_ones;
  if (std::all_of(text.begin(), text.end(), is_digit)) {
    fewest_digits = std::min(fewest_digits, text.size());
    most_digits = std::max(most_digits, text.size());
    if (text.size() >= 7 && !text.ends_with("00")) ++id_like;
  }
  note_evidence(text, readings);
  return true;
}

}  // namespace muster::runtime
