// Numbers, dates, times and texts as literals of the tree; every one is checked to exist and to fit.
#include <fmt/format.h>

#include <chrono>
#include <limits>

#include "lang/parse/builder.h"
#include "lang/source/unicode.h"

namespace muster::lang {
namespace {

using Wide = __int128;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t microseconds_per_second = 1'000'000;

// The two digits at `at`; the caller has checked that they are digits.
int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

bool has_two_digits(std::string_view text, std::size_t at) {
  return at + 1 < text.size() && is_digit(text[at]) && is_digit(text[at + 1]);
}

unsigned suffix_digits(char suffix) { return suffix == 'K' ? 3U : suffix == 'M' ? 6U : suffix == 'B' ? 9U : 0U; }

// Behind a currency that follows, or `at`.
std::size_t behind_currency(std::string_view text, std::size_t at) {
  const std::size_t next = skip_blanks(text, at);
  const std::size_t end = identifier_end(text, next);
  return find_currency(text.substr(next, end - next)) != nullptr ? end : at;
}

}  // namespace

std::size_t Builder::read_text(std::size_t at) {
  std::string value;
  std::size_t end = at + 1;
  for (;; ++end) {
    if (end >= text.size() || at_newline(text, end)) {
      emit<DiagnosticId::unclosed_text>(span(at, end));
      break;
    }
    if (text[end] == '"') {
      ++end;
      break;
    }
    if (text[end] != '\\') {
      value += text[end];
      continue;
    }
    const char escaped = end + 1 < text.size() ? text[end + 1] : '\n';
    if (escaped == '\n' || escaped == '\r') continue;  // the missing quote is reported
    if (escaped == '"' || escaped == '\\') {
      value += escaped;
    } else if (escaped == 'n') {
      value += '\n';
    } else if (escaped == 't') {
      value += '\t';
    } else {
      const std::size_t length = 1 + decode(text.substr(end + 1)).bytes;
      emit<DiagnosticId::unknown_escape>(span(end, end + length), text.substr(end, length));
      end += length - 1;
      continue;
    }
    ++end;
  }
  last_text = {std::move(value), span(at, end)};
  return end;
}

std::size_t Builder::read_foreign_text(std::size_t at, std::string_view close) {
  const std::size_t opening = decode(text.substr(at)).bytes;
  const std::string_view rest = text.substr(at + opening);
  const std::size_t line = std::min(rest.find('\n'), rest.size());
  std::size_t length = rest.substr(0, line).find(close);
  // Curly quotes come in either shape; the straight one closes as well.
  if (length == std::string_view::npos) length = rest.substr(0, line).find('"');
  if (length == std::string_view::npos) {
    report_foreign(at, at + opening, "write texts between straight quotes: \"...\"");
    last_text = {std::string(rest.substr(0, line)), span(at, at + opening + line)};
    return at + opening + line;
  }
  const std::size_t closing = rest[length] == '"' ? 1 : close.size();
  const std::size_t end = at + opening + length + closing;
  report_foreign(at, end, fmt::format("write texts between straight quotes: \"{}\"", rest.substr(0, length)));
  last_text = {std::string(rest.substr(0, length)), span(at, end)};
  return end;
}

void Builder::push_text() { push(add(last_text.span, TextLiteral{last_text.text})); }

std::size_t Builder::read_foreign_amount(std::size_t at, std::size_t digits, std::string_view currency) {
  const NumberShape shape = scan_number(text, digits);
  const auto power = foreign_scientific(text, digits);
  const auto decimal = foreign_decimal(text, shape.digits_end);
  Foreign amount = power ? *power : decimal ? decimal->spelling : comma_thousands(text, digits, shape.bare_end);
  if (const auto magnitude = foreign_magnitude(text, amount.end); magnitude && is_digit(amount.ours.back())) {
    amount.ours += magnitude->ours;
    amount.end = magnitude->end;
  }
  report_foreign(at, amount.end, fmt::format("write `{} {}`", shorten(amount.ours), currency));
  push_poison(span(at, amount.end));
  return amount.end;
}

std::size_t Builder::read_foreign_amount(std::size_t at, Foreign amount) {
  if (const auto magnitude = foreign_magnitude(text, amount.end)) {
    amount.ours += magnitude->ours;
    amount.end = magnitude->end;
  }
  amount = with_currency(text, std::move(amount));
  report_foreign(at, amount.end, fmt::format("write `{}`", amount.ours));
  push_poison(span(at, amount.end));
  return amount.end;
}

std::size_t Builder::read_number(std::size_t at, bool is_step) {
  if (auto grouped = foreign_thousands(text, at)) return read_foreign_amount(at, std::move(*grouped));
  if (auto power = foreign_scientific(text, at)) return read_foreign_amount(at, std::move(*power));
  const NumberShape shape = scan_number(text, at);
  const std::string_view written = text.substr(at, shape.bare_end - at);
  const Span where = span(at, shape.end);

  if (const std::size_t word_end = identifier_end(text, shape.bare_end); word_end > shape.bare_end) {
    const std::string_view tail = text.substr(shape.bare_end, word_end - shape.bare_end);
    Diagnostic& made = emit<DiagnosticId::number_with_letters>(span(at, word_end), text.substr(at, word_end - at));
    if (const auto magnitude = foreign_magnitude(text, shape.bare_end); magnitude && shape.suffix == 0) {
      made.fix = fmt::format("write `{}{}`", shorten(written), magnitude->ours);
    } else if (const auto unit = foreign_unit(text, shape.bare_end, written == "1")) {
      made.fix = fmt::format("write `{} {}`", shorten(written), unit->ours);
    } else if (to_lower(tail.substr(0, 1)) == "e" && (tail.size() == 1 || is_digit(tail[1]))) {
      made.fix = "write the number with all its digits";
    } else if (tail.starts_with('_')) {
      made.fix = "write the digits without anything between them";
    } else {
      made.fix = fmt::format("put a blank between them: `{} {}`", shorten(written), shorten(tail));
    }
    // `500k USD`: the currency belongs to what could not be read.
    const std::size_t end = behind_currency(text, word_end);
    push_poison(span(at, end));
    return end;
  }
  // `1,000`: three digits that touch a comma are a thousands separator wherever people write numbers.
  if (shape.suffix == 0 && shape.fraction_begin == shape.fraction_end && shape.end == shape.bare_end &&
      text.substr(shape.bare_end, 1) == ",") {
    const Foreign grouped = comma_thousands(text, at, shape.bare_end);
    if (grouped.end > shape.bare_end && written.size() <= 3) {
      emit<DiagnosticId::grouped_digits>(span(at, grouped.end), text.substr(at, grouped.end - at)).fix =
          written == "0" ? fmt::format("write `0.{}`; two values have a blank behind the comma", grouped.ours.substr(1))
                         : fmt::format("write `{}`; two values have a blank behind the comma", grouped.ours);
      const std::size_t past = behind_currency(text, grouped.end);
      push_poison(span(at, past));
      return past;
    }
  }

  if (!is_step && shape.unit_kind == NumberShape::Unit::none && !shape.percent && shape.suffix == 0) {
    if (foreign_magnitude(text, shape.end)) return read_foreign_amount(at, {shape.end, std::string(written), ""});
    const std::size_t next = skip_blanks(text, shape.end);
    if (const auto unit = foreign_unit(text, next, written == "1"); unit && next > shape.end) {
      report_foreign(at, unit->end, fmt::format("write `{} {}`", shorten(written), unit->ours));
      push_poison(span(at, unit->end));
      return unit->end;
    }
  }

  // `50 %`: with a value behind it the sign asks for a remainder.
  if (!shape.percent && shape.end == shape.bare_end && shape.suffix == 0) {
    const std::size_t sign = skip_blanks(text, shape.end);
    const std::size_t next = skip_blanks(text, sign + 1);
    const bool has_sign = sign > shape.end && text.substr(sign, 1) == "%";
    if (has_sign && !starts_operand(text, next) && text.substr(next, 1) != "-") {
      report_foreign(at, sign + 1, fmt::format("write `{}%`", shorten(written)));
      push_poison(span(at, sign + 1));
      return sign + 1;
    }
  }

  // The value, exactly: K, M and B move the point.
  std::string digits(text.substr(at, shape.digits_end - at));
  digits += text.substr(shape.fraction_begin, shape.fraction_end - shape.fraction_begin);
  std::size_t scale = shape.fraction_end - shape.fraction_begin;
  for (unsigned moved = suffix_digits(shape.suffix); moved > 0; --moved) {
    if (scale > 0) {
      --scale;
    } else {
      digits += '0';
    }
  }
  if (scale > most_decimal_digits) {
    emit<DiagnosticId::too_many_digits>(where, written.substr(0, 40));
    push_poison(where);
    return shape.end;
  }
  std::int64_t mantissa = 0;
  for (const char digit : digits) {
    const int value = digit - '0';
    if (mantissa > (most - value) / 10) {
      emit<DiagnosticId::number_out_of_range>(where, written.substr(0, 40));
      push_poison(where);
      return shape.end;
    }
    mantissa = mantissa * 10 + value;
  }
  const Decimal decimal{mantissa, static_cast<std::uint8_t>(scale)};
  if (shape.percent) {
    push(add(where, PercentLiteral{decimal}));
  } else if (shape.unit_kind == NumberShape::Unit::currency) {
    push(add(where, MoneyLiteral{decimal, std::string(shape.unit)}));
  } else if (shape.unit_kind == NumberShape::Unit::duration) {
    push_duration(decimal, shape, where);
  } else if (shape.unit_kind == NumberShape::Unit::calendar) {
    emit<DiagnosticId::calendar_months>(where, shape.unit);
    push_poison(where);
  } else {
    push(add(where, NumberLiteral{decimal}));
  }
  return shape.end;
}

void Builder::push_duration(Decimal value, const NumberShape& shape, Span where) {
  for (const DurationUnitRow& row : duration_unit_rows) {
    if (shape.unit != row.singular && shape.unit != row.plural) continue;
    Wide power = 1;
    for (unsigned i = 0; i < value.digits; ++i) power *= 10;
    const Wide scaled = Wide{value.mantissa} * row.microseconds;
    if (scaled % power != 0) {
      emit<DiagnosticId::duration_too_fine>(where, text_of(where));
    } else if (scaled / power > most) {
      emit<DiagnosticId::number_out_of_range>(where, text_of(where));
    } else {
      push(add(where, DurationLiteral{static_cast<std::int64_t>(scaled / power), row.id}));
      return;
    }
    push_poison(where);
    return;
  }
}

std::optional<std::int32_t> Builder::read_day(std::string_view written, Span where) {
  namespace chrono = std::chrono;
  const int year_number = two_digits(written, 0) * 100 + two_digits(written, 2);
  const chrono::year_month_day day{chrono::year{year_number},
                                   chrono::month{static_cast<unsigned>(two_digits(written, 5))},
                                   chrono::day{static_cast<unsigned>(two_digits(written, 8))}};
  if (day.ok() && year_number > 0) return static_cast<std::int32_t>(chrono::sys_days{day}.time_since_epoch().count());
  emit<DiagnosticId::no_such_day>(where, written);
  return std::nullopt;
}

void Builder::report_foreign_day(std::size_t at, const Foreign& day, std::string_view more) {
  if (day.ours.empty()) {
    emit<DiagnosticId::no_such_day>(span(at, day.end), text.substr(at, day.end - at));
    return;
  }
  std::string fix = fmt::format("write `{}`", day.ours);
  if (!day.or_else.empty()) fix += fmt::format(" or `{}`", day.or_else);
  report_foreign(at, day.end, fix + std::string(more));
}

std::size_t Builder::read_foreign_day(std::size_t at, Foreign day) {
  const std::string_view written = text.substr(at, day.end - at);
  const bool may_calculate = written.find('.') == std::string_view::npos;
  // The time of day belongs to it, as it does to a day of ours.
  const std::size_t clock = text.substr(day.end, 1) == "T" ? day.end + 1 : skip_blanks(text, day.end);
  if (const std::size_t end = scan_clock(text, clock); end > clock && clock > day.end) {
    for (std::string* reading : {&day.ours, &day.or_else}) {
      if (!reading->empty()) *reading += fmt::format(" {}", text.substr(clock, end - clock));
    }
    day.end = end;
  }
  report_foreign_day(at, day, may_calculate ? "; to calculate, put blanks around the signs" : "");
  push_poison(span(at, day.end));
  return day.end;
}

std::size_t Builder::read_date(std::size_t at) {
  std::size_t end = at + 10;
  const std::optional<std::int32_t> known_day = read_day(text.substr(at, 10), span(at, end));
  const bool exists = known_day.has_value();
  const std::int32_t days = known_day.value_or(0);
  const bool touching = text.substr(end, 1) == "T";
  const std::size_t clock = touching ? end + 1 : skip_blanks(text, end);
  if (!(has_two_digits(text, clock) && text.substr(clock + 2, 1) == ":" && has_two_digits(text, clock + 3)) ||
      clock == end) {
    if (exists) {
      push(add(span(at, end), DateLiteral{days}));
    } else {
      push_poison(span(at, end));
    }
    return end;
  }
  const int hour = two_digits(text, clock);
  const int minute = two_digits(text, clock + 3);
  int second = 0;
  end = clock + 5;
  if (text.substr(end, 1) == ":" && has_two_digits(text, end + 1)) {
    second = two_digits(text, end + 1);
    end += 3;
  }
  std::optional<std::int32_t> offset_minutes;
  bool good = hour <= 23 && minute <= 59 && second <= 59;
  if (text.substr(end, 1) == "Z") {
    offset_minutes = 0;
    ++end;
  } else if ((text.substr(end, 1) == "+" || text.substr(end, 1) == "-") && has_two_digits(text, end + 1) &&
             text.substr(end + 3, 1) == ":" && has_two_digits(text, end + 4)) {
    const int minutes = two_digits(text, end + 1) * 60 + two_digits(text, end + 4);
    good = good && minutes <= 14 * 60 && two_digits(text, end + 4) <= 59;
    offset_minutes = text[end] == '-' ? -minutes : minutes;
    end += 6;
  }
  if (!good) emit<DiagnosticId::no_such_time>(span(clock, end), text.substr(clock, end - clock));
  if (good && exists) {
    const std::int64_t seconds = (std::int64_t{hour} * 60 + minute) * 60 + second;
    push(add(span(at, end), DateTimeLiteral{days, seconds * microseconds_per_second, offset_minutes}));
  } else {
    push_poison(span(at, end));
  }
  return end;
}

}  // namespace muster::lang
