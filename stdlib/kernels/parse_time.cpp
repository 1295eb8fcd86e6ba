// Dates and moments as exports write them.
#include <algorithm>
#include <array>

#include "stdlib/kernels/number.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/scan_number.h"

namespace muster::kernels {
namespace {

constexpr auto month_names =
    std::to_array<std::string_view>({"january", "february", "march", "april", "may", "june", "july", "august",
                                     "september", "october", "november", "december"});
constexpr std::int64_t first_instant = -62'135'596'800'000'000;  // 0001-01-01
constexpr std::int64_t end_instant = 253'402'300'800'000'000;    // 10000-01-01

// What a text says, before it is known whether there is such a day.
struct Fields {
  int year = 0;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int microsecond = 0;
  std::optional<std::int32_t> offset_minutes;
};

// Takes `least` to `most` digits.
bool take_digits(std::string_view& text, unsigned least, unsigned most, int& value) {
  unsigned count = 0;
  value = 0;
  while (count < most && count < text.size() && is_digit(text[count])) value = value * 10 + (text[count++] - '0');
  if (count < least) return false;
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// ".123456": at least one digit; those behind the sixth are cut off, so that no second becomes the next one.
bool take_fraction(std::string_view& text, int& microsecond) {
  text.remove_prefix(1);
  unsigned count = 0;
  microsecond = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++count) {
    if (count < 6) microsecond = microsecond * 10 + (text.front() - '0');
  }
  for (unsigned digits = count; digits < 6; ++digits) microsecond *= 10;
  return count > 0;
}

bool take_iso_date(std::string_view& text, Fields& fields) {
  return take_digits(text, 4, 4, fields.year) && take(text, '-') && take_digits(text, 2, 2, fields.month) &&
         take(text, '-') && take_digits(text, 2, 2, fields.day);
}

// Z, " UTC", +HH:MM, +HHMM or +HH, or nothing at all. False where it is something else or too far.
bool take_offset(std::string_view& text, std::optional<std::int32_t>& minutes) {
  if (text.empty()) return true;
  if (text == "Z" || text == "z" || text == " UTC") {
    minutes = 0;
    text = {};
    return true;
  }
  const bool west = text.front() == '-';
  if (!west && text.front() != '+') return false;
  text.remove_prefix(1);
  int hour = 0;
  int minute = 0;
  if (!take_digits(text, 2, 2, hour)) return false;
  const bool colon = take(text, ':');
  if ((colon || !text.empty()) && !take_digits(text, 2, 2, minute)) return false;
  if (!text.empty() || hour > 23 || minute > 59) return false;
  minutes = (west ? -1 : 1) * (hour * 60 + minute);
  return true;
}

bool take_iso_datetime(std::string_view& text, Fields& fields) {
  if (!take_iso_date(text, fields)) return false;
  if (text.empty()) return true;
  if (!take(text, 'T') && !take(text, ' ') && !take(text, 't')) return false;
  if (!take_digits(text, 2, 2, fields.hour) || !take(text, ':') || !take_digits(text, 2, 2, fields.minute))
    return false;
  if (take(text, ':')) {
    if (!take_digits(text, 2, 2, fields.second)) return false;
    if (text.starts_with('.') && !take_fraction(text, fields.microsecond)) return false;
  }
  return take_offset(text, fields.offset_minutes);
}

// From 1 on, or 0. `short_names` takes the first three letters only.
int take_month_name(std::string_view& text, bool short_names) {
  for (std::size_t index = 0; index < month_names.size(); ++index) {
    const std::string_view name = short_names ? month_names[index].substr(0, 3) : month_names[index];
    if (!equals_ignoring_case(text.substr(0, name.size()), name)) continue;
    text.remove_prefix(name.size());
    return static_cast<int>(index) + 1;
  }
  return 0;
}

lang::Error format_error(std::string_view format, const std::string& message, std::string fix) {
  return {lang::ErrorKind::usage, {}, 0, "the date format \"" + std::string(format) + "\" " + message, std::move(fix)};
}

std::string help_for(std::string_view run) {
  const auto is_run_of = [run](char letter) { return run.find_first_not_of(letter) == std::string_view::npos; };
  if (is_run_of('y') || is_run_of('Y')) return "write the year as YYYY or YY";
  if (is_run_of('d') || is_run_of('D')) return "write the day as DD or D";
  if (is_run_of('m')) return "write minutes as mm, the month as MM or M";
  if (is_run_of('S') || is_run_of('s') || is_run_of('f')) return "write seconds as ss; their fraction needs no letters";
  if (is_run_of('Z') || is_run_of('X') || is_run_of('z'))
    return "leave the format out, or use \"iso\": both read Z and +02:00";
  return "use YYYY, MM, DD, HH, mm, ss, and the characters between them";
}

// One value for the text by the first format that it follows; a day that does not exist is the better explanation.
template <class Convert>
Cell parse_by(std::string_view text, const std::vector<TimeFormat>& formats, Convert convert) {
  CellFault worst = CellFault::not_a_date;
  for (const TimeFormat& format : formats) {
    CellFault why = CellFault::none;
    if (const auto local = format.parse(text, why)) return convert(*local);
    if (why != CellFault::not_a_date) worst = why;
  }
  return {0, worst, false};
}

std::optional<TimeFormat::Local> local_of(const Fields& fields, CellFault& fault) {
  const bool time_exists = fields.hour <= 23 && fields.minute <= 59 && fields.second <= 59;
  const auto days = fields.month > 99 || fields.day > 99
                        ? std::nullopt
                        : days_from_civil({fields.year, static_cast<std::uint8_t>(fields.month),
                                           static_cast<std::uint8_t>(fields.day)});
  if (!time_exists || !days) {
    fault = CellFault::no_such_day;
    return std::nullopt;
  }
  TimeFormat::Local local;
  local.days = *days;
  local.microsecond_of_day =
      ((fields.hour * 60 + fields.minute) * 60 + fields.second) * std::int64_t{1'000'000} + fields.microsecond;
  local.offset_minutes = fields.offset_minutes;
  return local;
}

Cell cell_of_moment(const TimeFormat::Local& local, const Zone& zone) {
  if (local.is_instant) return {local.instant, CellFault::none, false};
  if (!local.offset_minutes) {
    return {zone.instant_from_local(local.days, local.microsecond_of_day), CellFault::none, false};
  }
  return {
      local.days * microseconds_per_day + local.microsecond_of_day - *local.offset_minutes * std::int64_t{60'000'000},
      CellFault::none, false};
}

}  // namespace

std::optional<TimeFormat::Piece> TimeFormat::piece_of(std::string_view run) {
  if (run == "YYYY") return Piece{Part::year4, 4, 0};
  if (run == "YY") return Piece{Part::year2, 2, 0};
  if (run == "MMMM") return Piece{Part::month_name, 0, 0};
  if (run == "MMM") return Piece{Part::short_month_name, 0, 0};
  if (run == "MM" || run == "M") return Piece{Part::month, static_cast<unsigned>(run.size()), 0};
  if (run == "DD" || run == "D") return Piece{Part::day, static_cast<unsigned>(run.size()), 0};
  if (run == "HH" || run == "H") return Piece{Part::hour24, static_cast<unsigned>(run.size()), 0};
  if (run == "hh" || run == "h") return Piece{Part::hour12, static_cast<unsigned>(run.size()), 0};
  if (run == "mm") return Piece{Part::minute, 2, 0};
  if (run == "ss") return Piece{Part::second, 2, 0};
  if (run == "T") return Piece{Part::literal, 0, 'T'};
  return std::nullopt;
}

bool TimeFormat::is_numeric(Part part) {
  switch (part) {
    case Part::year4:
    case Part::year2:
    case Part::month:
    case Part::day:
    case Part::hour24:
    case Part::hour12:
    case Part::minute:
    case Part::second:
      return true;
    default:
      return false;
  }
}

bool TimeFormat::has(Part part) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [part](const Piece& piece) { return piece.part == part; });
}

lang::Result<TimeFormat> TimeFormat::make(std::string_view format, bool with_time) {
  TimeFormat result;
  if (format == "unix seconds" || format == "unix milliseconds") {
    if (!with_time) return format_error(format, "is a moment, not a day", "declare the field as datetime");
    result.pieces_.push_back({format == "unix seconds" ? Part::unix_seconds : Part::unix_milliseconds, 1, 0});
    return result;
  }
  if (equals_ignoring_case(format, "iso")) {
    result.pieces_.push_back({with_time ? Part::iso_datetime : Part::iso_date, 1, 0});
    return result;
  }
  for (std::string_view rest = format; !rest.empty();) {
    if (rest.starts_with("AM") || rest.starts_with("am")) {
      result.pieces_.push_back({Part::am_pm, 0, 0});
      rest.remove_prefix(2);
      continue;
    }
    const char first = rest.front();
    if (!is_ascii_letter(first) && !is_digit(first)) {
      result.pieces_.push_back({Part::literal, 0, first});
      rest.remove_prefix(1);
      continue;
    }
    const std::string_view run = rest.substr(0, std::min(rest.find_first_not_of(first), rest.size()));
    const auto piece = piece_of(run);
    if (!piece) return format_error(format, "has an unknown part \"" + std::string(run) + "\"", help_for(run));
    result.pieces_.push_back(*piece);
    rest.remove_prefix(run.size());
  }
  if (const auto checked = result.check(); !checked) {
    return format_error(format, checked.error().message, checked.error().fix);
  }
  return result;
}

// The error's message continues the sentence "the date format ...".
lang::Result<lang::Done> TimeFormat::check() const {
  const auto error = [](std::string message, std::string fix) {
    return lang::Error{lang::ErrorKind::usage, {}, 0, std::move(message), std::move(fix)};
  };
  const auto count = [this](std::initializer_list<Part> parts) {
    return std::count_if(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
      return std::find(parts.begin(), parts.end(), piece.part) != parts.end();
    });
  };
  const auto years = count({Part::year4, Part::year2});
  const auto months = count({Part::month, Part::month_name, Part::short_month_name});
  const auto days = count({Part::day});
  const auto hours = count({Part::hour24, Part::hour12});
  const auto minutes = count({Part::minute});
  const auto seconds = count({Part::second});
  const auto halves = count({Part::am_pm});
  if (months > 1 && hours > 0 && minutes == 0) return error("has the month twice", "write minutes as mm");
  if (years == 0) return error("has no year", "write it as YYYY");
  if (months == 0) return error("has no month", minutes > 0 ? "write it as MM: mm are minutes" : "write it as MM");
  if (days == 0) return error("has no day", "write it as DD");
  for (const auto parts : {years, months, days, hours, minutes, seconds, halves}) {
    if (parts > 1) return error("has a part twice", "write year, month, day, hour, minute and second once each");
  }
  if ((minutes > 0 && hours == 0) || (seconds > 0 && minutes == 0) || (hours > 0 && minutes == 0)) {
    return error("has no complete time", "write hours and minutes: HH:mm");
  }
  if (has(Part::hour12) != (halves > 0)) return error("mixes 12 and 24 hours", "write HH:mm, or hh:mm AM");
  for (std::size_t index = 0; index + 1 < pieces_.size(); ++index) {
    if (is_numeric(pieces_[index].part) && pieces_[index].least_digits == 1 && is_numeric(pieces_[index + 1].part)) {
      return error("has digits that cannot be told apart", "write MM, DD or HH, which always have two digits");
    }
  }
  return lang::Done{};
}

std::optional<TimeFormat::Local> TimeFormat::parse(std::string_view text, CellFault& fault) const {
  fault = CellFault::not_a_date;
  Fields fields;
  bool afternoon = false;
  bool twelve_hours = false;
  int short_year = 0;
  for (std::size_t index = 0; index < pieces_.size(); ++index) {
    const Piece& piece = pieces_[index];
    bool taken = true;
    switch (piece.part) {
      case Part::literal: {
        const std::size_t bytes = piece.literal == ' ' ? leading_blank_bytes(text) : 0;
        taken = bytes > 0 || take(text, piece.literal);
        text.remove_prefix(bytes);
        break;
      }
      case Part::year4:
        taken = take_digits(text, 4, 4, fields.year);
        break;
      case Part::year2:
        taken = take_digits(text, 2, 2, short_year);
        fields.year = short_year + (short_year <= 68 ? 2000 : 1900);
        break;
      case Part::month:
        taken = take_digits(text, piece.least_digits, 2, fields.month);
        break;
      case Part::month_name:
      case Part::short_month_name:
        fields.month = take_month_name(text, piece.part == Part::short_month_name);
        taken = fields.month != 0;
        break;
      case Part::day:
        taken = take_digits(text, piece.least_digits, 2, fields.day);
        break;
      case Part::hour12:
        twelve_hours = true;
        [[fallthrough]];
      case Part::hour24:
        taken = take_digits(text, piece.least_digits, 2, fields.hour);
        break;
      case Part::minute:
        taken = take_digits(text, 2, 2, fields.minute);
        break;
      case Part::second: {
        taken = take_digits(text, 2, 2, fields.second);
        const bool point_is_next = index + 1 < pieces_.size() && pieces_[index + 1].literal == '.';
        if (taken && !point_is_next && text.starts_with('.')) taken = take_fraction(text, fields.microsecond);
        break;
      }
      case Part::am_pm:
        afternoon = equals_ignoring_case(text.substr(0, 2), "pm");
        taken = afternoon || equals_ignoring_case(text.substr(0, 2), "am");
        if (taken) text.remove_prefix(2);
        break;
      case Part::unix_seconds:
      case Part::unix_milliseconds: {
        const auto number = scan_number(text, NumberFormat{'.', 0}, SignRule::may_have_sign);
        if (!number) return std::nullopt;
        const Cell cell = cell_of(*number, piece.part == Part::unix_seconds ? 6 : 3);
        if (cell.fault != CellFault::none || cell.value < first_instant || cell.value >= end_instant) {
          fault = CellFault::out_of_range;
          return std::nullopt;
        }
        fault = CellFault::none;
        Local local;
        local.is_instant = true;
        local.instant = cell.value;
        return local;
      }
      case Part::iso_date:
        taken = take_iso_date(text, fields);
        break;
      case Part::iso_datetime:
        taken = take_iso_datetime(text, fields);
        break;
    }
    if (!taken) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  if (twelve_hours) {
    if (fields.hour < 1 || fields.hour > 12) {
      fault = CellFault::no_such_day;
      return std::nullopt;
    }
    fields.hour = fields.hour % 12 + (afternoon ? 12 : 0);
  }
  auto local = local_of(fields, fault);
  if (local) fault = CellFault::none;
  return local;
}

Cell parse_date(std::string_view text, const std::vector<TimeFormat>& formats) {
  if (!formats.empty()) {
    return parse_by(text, formats, [](const TimeFormat::Local& local) {
      return local.is_instant ? Cell{0, CellFault::not_a_date, false} : Cell{local.days, CellFault::none, false};
    });
  }
  Fields fields;
  if (!take_iso_date(text, fields) || !text.empty()) return {0, CellFault::not_a_date, false};
  CellFault why = CellFault::none;
  const auto local = local_of(fields, why);
  return local ? Cell{local->days, CellFault::none, false} : Cell{0, why, false};
}

Cell parse_datetime(std::string_view text, const std::vector<TimeFormat>& formats, const Zone& zone) {
  if (!formats.empty()) {
    return parse_by(text, formats, [&zone](const TimeFormat::Local& local) { return cell_of_moment(local, zone); });
  }
  Fields fields;
  if (!take_iso_datetime(text, fields)) return {0, CellFault::not_a_date, false};
  CellFault why = CellFault::none;
  const auto local = local_of(fields, why);
  return local ? cell_of_moment(*local, zone) : Cell{0, why, false};
}

}  // namespace muster::kernels
