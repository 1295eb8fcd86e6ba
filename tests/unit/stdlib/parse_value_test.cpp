#include "stdlib/kernels/parse_value.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "stdlib/kernels/number.h"

namespace muster::kernels {
namespace {

constexpr NumberFormat english{'.', ','};
constexpr NumberFormat german{',', '.'};
constexpr NumberFormat french{',', ' '};
constexpr NumberFormat swiss{'.', '\''};
constexpr NumberFormat bare{'.', 0};

void reads(const Cell& cell, std::int64_t value, bool rounded = false) {
  CHECK(cell.fault == CellFault::none);
  CHECK(cell.value == value);
  CHECK(cell.rounded == rounded);
}

TimeFormat format(std::string_view text, bool with_time = true) {
  auto made = TimeFormat::make(text, with_time);
  INFO(text);
  REQUIRE(made.has_value());
  return *made;
}

std::int64_t moment(std::string_view text, const char* by) {
  const Cell cell = parse_datetime(text, {format(by)}, Zone::utc());
  CAPTURE(text);
  CAPTURE(by);
  CHECK(describe(cell.fault) == describe(CellFault::none));
  return cell.value;
}

std::int64_t at(std::int32_t year, std::uint8_t month, std::uint8_t day, int hour = 0, int minute = 0, int second = 0,
                int microsecond = 0) {
  return *days_from_civil({year, month, day}) * microseconds_per_day +
         ((hour * 60 + minute) * 60 + second) * std::int64_t{1'000'000} + microsecond;
}

CellFault fault_of(std::string_view text, const char* by) {
  return parse_datetime(text, {format(by)}, Zone::utc()).fault;
}

}  // namespace

TEST_CASE("number formats") {
  const auto check = [](std::string_view text, char decimal, char thousands) {
    const auto parsed = parse_number_format(text);
    CAPTURE(text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->decimal == decimal);
    CHECK(parsed->thousands == thousands);
  };
  check("1,234.56", '.', ',');
  check("1.234,56", ',', '.');
  check("1 234,56", ',', ' ');
  check("1\u202F234,56", ',', ' ');
  check("1'234.56", '.', '\'');
  check("1\u2019234.56", '.', '\'');
  check("1234.56", '.', 0);
  check("1234,56", ',', 0);
  for (const char* const text : {"", "1", "1.234.56", "1,234,56", "1,234.5", "12,34.56", "1,234;56", "x", "1-234.56"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number_format(text).has_value());
  }
}

TEST_CASE("whole numbers") {
  reads(parse_integer("42", english), 42);
  reads(parse_integer("-42", english), -42);
  reads(parse_integer("+42", english), 42);
  reads(parse_integer("\u221242", english), -42);
  reads(parse_integer("007", english), 7);
  reads(parse_integer("1,234,567", english), 1'234'567);
  reads(parse_integer("1.234.567", german), 1'234'567);
  reads(parse_integer("1 234 567", french), 1'234'567);
  reads(parse_integer("1\u00A0234\u202F567", french), 1'234'567);
  reads(parse_integer("1\u2019234'567", swiss), 1'234'567);
  reads(parse_integer("2.000", english), 2);
  reads(parse_integer("2.", english), 2);
  reads(parse_integer("1.5e1", english), 15);
  reads(parse_integer("9223372036854775807", english), std::numeric_limits<std::int64_t>::max());
  reads(parse_integer("-9223372036854775808", english), std::numeric_limits<std::int64_t>::min());
  CHECK(parse_integer("9223372036854775808", english).fault == CellFault::out_of_range);
  CHECK(parse_integer("-9223372036854775809", english).fault == CellFault::out_of_range);
  CHECK(parse_integer("2.5", english).fault == CellFault::not_whole);
  CHECK(parse_integer("1e-1", english).fault == CellFault::not_whole);
  CHECK(parse_integer("0.4", english).fault == CellFault::not_whole);
  CHECK(parse_integer("1e-999999999999999999999", english).fault == CellFault::not_whole);
  CHECK(parse_integer("1e999999999999999999999", english).fault == CellFault::out_of_range);
  reads(parse_integer("0e999999999999999999999", english), 0);
}

TEST_CASE("what is not surely a number") {
  for (const char* const text :
       {"",    "-",      "+",         ".",        ",",       "12k",     "12,34", "1,2345", "1234,567", ",123",
        "1,",  "1,,234", "0,123",     "1,234,56", "1.2.3",   "--1",     "+-1",   "1-",     "1 234",    "nan",
        "NaN", "inf",    "-Infinity", "0x10",     "1e",      "1e+",     "e5",    "1e5.5",  "1 e5",     "$5",
        "5%",  "(5)",    "\u0663",    "1\n",      "1.5,000", "1e1,000", "\xFF",  "1_000"}) {
    CAPTURE(text);
    CHECK(parse_decimal(text, 4, english).fault == CellFault::not_a_number);
    CHECK(parse_integer(text, english).fault == CellFault::not_a_number);
  }
  CHECK(parse_decimal("1,234", 4, bare).fault == CellFault::not_a_number);
  CHECK(parse_decimal("1.234.56", 4, german).fault == CellFault::not_a_number);
}

TEST_CASE("decimals are exact or say that they were rounded, half to even") {
  reads(parse_decimal("1,234.56", 2, english), 123'456);
  reads(parse_decimal("1,234", 3, german), 1'234);
  reads(parse_decimal(".5", 1, english), 5);
  reads(parse_decimal("-0.5", 4, english), -5'000);
  reads(parse_decimal("0.125", 2, english), 12, true);
  reads(parse_decimal("0.135", 2, english), 14, true);
  reads(parse_decimal("-0.125", 2, english), -12, true);
  reads(parse_decimal("0.1250", 3, english), 125);
  reads(parse_decimal("1.5e6", 2, english), 150'000'000);
  reads(parse_decimal("1.5E-3", 4, english), 15);
  reads(parse_decimal("0.00005", 4, english), 0, true);
  reads(parse_decimal("0.00015", 4, english), 2, true);
  reads(parse_decimal("1e-300", 4, english), 0, true);
  // A tie that only the hundredth digit breaks.
  reads(parse_decimal("0.125" + std::string(100, '0'), 2, english), 12, true);
  reads(parse_decimal("0.125" + std::string(100, '0') + "1", 2, english), 13, true);
  reads(parse_decimal(std::string(1'000, '0') + "7", 0, english), 7);
  reads(parse_decimal("7" + std::string(1'000, '0') + "e-1000", 0, english), 7);
  reads(parse_decimal("0." + std::string(1'000, '0') + "7e1001", 0, english), 7);
  CHECK(parse_decimal("922337203685477.5808", 4, english).fault == CellFault::out_of_range);
  reads(parse_decimal("-922337203685477.5808", 4, english), std::numeric_limits<std::int64_t>::min());
  CHECK(parse_decimal("922337203685477.58075", 4, english).fault == CellFault::out_of_range);
  CHECK(parse_decimal("1" + std::string(5'000, '0'), 0, english).fault == CellFault::out_of_range);
}

TEST_CASE("what is written is read back") {
  std::mt19937_64 engine(11);
  for (int round = 0; round < 20'000; ++round) {
    const auto value = static_cast<std::int64_t>(engine()) >> (engine() % 64U);
    const auto digits = static_cast<unsigned>(engine() % 10U);
    const std::string text = format_decimal(value, digits);
    CAPTURE(text);
    const Cell cell = parse_decimal(text, digits, bare);
    REQUIRE(cell.fault == CellFault::none);
    REQUIRE(cell.value == value);
    REQUIRE_FALSE(cell.rounded);
  }
}

TEST_CASE("percent") {
  reads(parse_percent("45%", 4, english), 4'500);
  reads(parse_percent("45", 4, english), 4'500);
  reads(parse_percent("45 %", 4, english), 4'500);
  reads(parse_percent("12,5\u202F%", 4, french), 1'250);
  reads(parse_percent("-0.5%", 4, english), -50);
  reads(parse_percent("0.125%", 4, english), 12, true);
  for (const char* const text : {"%", "%45", "45%%", "forty"}) {
    CHECK(parse_percent(text, 4, english).fault == CellFault::not_a_number);
  }
}

TEST_CASE("money") {
  const auto usd = [](std::string_view text) { return parse_money(text, "USD", 2, english); };
  for (const char* const text : {"1,200.00", "$1,200.00", "$ 1,200", "1200 USD", "USD 1,200.00", "usd 1200",
                                 "1,200.00$", "$1,200.00 USD", "USD $1200", "+1200", "$+1200", "1200USD", "1.2e3"}) {
    CAPTURE(text);
    reads(usd(text), 120'000);
  }
  for (const char* const text : {"-1,200.00", "-$1,200", "$-1,200", "(1,200.00)", "($1,200.00)", "$(1,200.00)",
                                 "(1,200.00) USD", "(1,200.00 USD)", "\u22121200 USD"}) {
    CAPTURE(text);
    reads(usd(text), -120'000);
  }
  reads(parse_money("1.200,50\u00A0\u20AC", "EUR", 2, german), 120'050);
  reads(parse_money("1 200,50 EUR", "EUR", 2, french), 120'050);
  reads(parse_money("\u00A512,000", "JPY", 0, english), 12'000);
  reads(parse_money("12 z\u0142", "PLN", 2, english), 1'200);
  reads(parse_money("0.005", "USD", 2, english), 0, true);
  for (const char* const text : {"12 EUR", "\u20AC12", "EUR 12", "12\u00A3", "$12 CAD", "(12 EUR)"}) {
    CAPTURE(text);
    CHECK(usd(text).fault == CellFault::wrong_currency);
  }
  for (const char* const text : {"",       "$",          "USD",     "()",
                                 "(",      ")",          "(12",     "12)",
                                 "(-12)",  "-(12)",      "--12",    "$-$-12",
                                 "((12))", "12k",        "12k EUR", "USD USD USD 12",
                                 "ABC 12", "12 dollars", "$ $",     "12 USD EUR USD",
                                 "US",     "1,20 USD",   "- 12",    "12%"}) {
    CAPTURE(text);
    CHECK(usd(text).fault == CellFault::not_a_number);
  }
  CHECK(usd("$92233720368547758.08").fault == CellFault::out_of_range);
  reads(usd("($92,233,720,368,547,758.08)"), std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("yes and no") {
  for (const char* const text : {"yes", "TRUE", "Y", "t", "1", "On"}) reads(parse_bool(text), 1);
  for (const char* const text : {"no", "False", "n", "F", "0", "OFF"}) reads(parse_bool(text), 0);
  for (const char* const text : {"", "2", "ja", "yess", "nope", "-1", "1.0"}) {
    CHECK(parse_bool(text).fault == CellFault::not_yes_or_no);
  }
}

TEST_CASE("days without a format") {
  const auto day = [](std::string_view text) { return parse_date(text, {}); };
  reads(day("2026-02-01"), *days_from_civil({2026, 2, 1}));
  reads(day("0001-01-01"), -719'162);
  for (const char* const text : {"2026-02-30", "2026-13-01", "2026-00-10", "0000-01-01", "2025-02-29"}) {
    CHECK(day(text).fault == CellFault::no_such_day);
  }
  for (const char* const text :
       {"", "2026-2-1", "01/02/2026", "2026-02-01T00:00:00Z", "20260201", "2026-02-01 ", "yesterday"}) {
    CHECK(day(text).fault == CellFault::not_a_date);
  }
}

TEST_CASE("moments without a format") {
  const auto utc = [](std::string_view text) { return parse_datetime(text, {}, Zone::utc()); };
  reads(utc("2026-02-01"), at(2026, 2, 1));
  reads(utc("2026-02-01 09:30"), at(2026, 2, 1, 9, 30));
  reads(utc("2026-02-01T09:30:15"), at(2026, 2, 1, 9, 30, 15));
  reads(utc("2026-02-01T09:30:15.25Z"), at(2026, 2, 1, 9, 30, 15, 250'000));
  reads(utc("2026-02-01T09:30:15.999999999Z"), at(2026, 2, 1, 9, 30, 15, 999'999));
  reads(utc("2026-02-01T09:30:15+02:00"), at(2026, 2, 1, 7, 30, 15));
  reads(utc("2026-02-01T09:30:00.000-0530"), at(2026, 2, 1, 15, 0));
  reads(utc("2026-02-01 09:30:00 UTC"), at(2026, 2, 1, 9, 30));
  reads(utc("2026-02-01T00:30+01"), at(2026, 1, 31, 23, 30));
  for (const char* const text : {"2026-02-01T25:00", "2026-02-30T10:00", "2026-02-01T10:60", "2026-02-01T10:00:60"}) {
    CHECK(utc(text).fault == CellFault::no_such_day);
  }
  for (const char* const text : {"", "2026-02-01T", "2026-02-01T9:30", "2026-02-01T09",
                                 "2026-02-01T09:30:", "2026-02-01T09:30:15.", "2026-02-01T09:30+24:00",
                                 "2026-02-01T09:30+01:", "2026-02-01T09:30ZZ", "2026-02-01Z", "2026-02-01T09:30 PST"}) {
    CAPTURE(text);
    CHECK(utc(text).fault == CellFault::not_a_date);
  }
  const auto new_york = Zone::find("America/New_York");
  REQUIRE(new_york.has_value());
  reads(parse_datetime("2026-03-08 02:30", {}, *new_york), at(2026, 3, 8, 7, 30));
  reads(parse_datetime("2026-07-01", {}, *new_york), at(2026, 7, 1, 4));
  reads(parse_datetime("2026-07-01T12:00Z", {}, *new_york), at(2026, 7, 1, 12));
}

TEST_CASE("moments by a format") {
  CHECK(moment("2/1/2026", "M/D/YYYY") == at(2026, 2, 1));
  CHECK(moment("02/01/2026", "M/D/YYYY") == at(2026, 2, 1));
  CHECK(moment("01.02.2026 09:30", "DD.MM.YYYY HH:mm") == at(2026, 2, 1, 9, 30));
  CHECK(moment("01.02.26 9:30:05", "DD.MM.YY H:mm:ss") == at(2026, 2, 1, 9, 30, 5));
  CHECK(moment("1.2.69 0:00", "D.M.YY H:mm") == at(1969, 2, 1));
  CHECK(moment("1.2.68 0:00", "D.M.YY H:mm") == at(2068, 2, 1));
  CHECK(moment("Feb 1, 2026 12:05 am", "MMM D, YYYY h:mm AM") == at(2026, 2, 1, 0, 5));
  CHECK(moment("feb 1, 2026 12:05\u202FPM", "MMM D, YYYY h:mm AM") == at(2026, 2, 1, 12, 5));
  CHECK(moment("1 SEPTEMBER 2026 11:59PM", "D MMMM YYYY hh:mmAM") == at(2026, 9, 1, 23, 59));
  CHECK(moment("1 May 2026", "D MMM YYYY") == at(2026, 5, 1));
  CHECK(moment("20260201T093015", "YYYYMMDDTHHmmss") == at(2026, 2, 1, 9, 30, 15));
  CHECK(moment("2026-02-01 09:30:15.250", "YYYY-MM-DD HH:mm:ss") == at(2026, 2, 1, 9, 30, 15, 250'000));
  CHECK(moment("2026\u5E742\u67081\u65E5", "YYYY\u5E74M\u6708D\u65E5") == at(2026, 2, 1));
  CHECK(moment("1769938200", "unix seconds") == at(2026, 2, 1, 9, 30));
  CHECK(moment("1769938200.5", "unix seconds") == at(2026, 2, 1, 9, 30, 0, 500'000));
  CHECK(moment("1769938200250", "unix milliseconds") == at(2026, 2, 1, 9, 30, 0, 250'000));
  CHECK(moment("-1", "unix seconds") == -1'000'000);
  CHECK(moment("2026-02-01T09:30:00+01:00", "iso") == at(2026, 2, 1, 8, 30));
}

TEST_CASE("texts that do not follow their format") {
  CHECK(fault_of("2/1/2026", "MM/DD/YYYY") == CellFault::not_a_date);
  CHECK(fault_of("02/30/2026", "MM/DD/YYYY") == CellFault::no_such_day);
  CHECK(fault_of("13/01/2026", "MM/DD/YYYY") == CellFault::no_such_day);
  CHECK(fault_of("02/01/2026 ", "MM/DD/YYYY") == CellFault::not_a_date);
  CHECK(fault_of("02/01/26", "MM/DD/YYYY") == CellFault::not_a_date);
  CHECK(fault_of("02/01/20266", "MM/DD/YYYY") == CellFault::not_a_date);
  CHECK(fault_of("Sept 1 2026", "MMM D YYYY") == CellFault::not_a_date);
  CHECK(fault_of("Januar 1 2026", "MMMM D YYYY") == CellFault::not_a_date);
  CHECK(fault_of("1.2.2026 13:00 PM", "D.M.YYYY hh:mm AM") == CellFault::no_such_day);
  CHECK(fault_of("1.2.2026 00:00 AM", "D.M.YYYY hh:mm AM") == CellFault::no_such_day);
  CHECK(fault_of("1.2.2026 24:00", "D.M.YYYY HH:mm") == CellFault::no_such_day);
  CHECK(fault_of("1.2.2026 10:00 xm", "D.M.YYYY hh:mm AM") == CellFault::not_a_date);
  CHECK(fault_of("99999999999999999999", "unix seconds") == CellFault::out_of_range);
  CHECK(fault_of("253402300800", "unix seconds") == CellFault::out_of_range);
  CHECK(fault_of("abc", "unix seconds") == CellFault::not_a_date);
  CHECK(fault_of("", "D.M.YYYY") == CellFault::not_a_date);
}

TEST_CASE("several formats: the first that fits decides") {
  const std::vector<TimeFormat> formats = {format("MM/DD/YYYY", false), format("DD.MM.YYYY", false),
                                           format("iso", false)};
  reads(parse_date("02/01/2026", formats), *days_from_civil({2026, 2, 1}));
  reads(parse_date("01.02.2026", formats), *days_from_civil({2026, 2, 1}));
  reads(parse_date("2026-02-01", formats), *days_from_civil({2026, 2, 1}));
  CHECK(parse_date("31.02.2026", formats).fault == CellFault::no_such_day);
  CHECK(parse_date("1 Feb", formats).fault == CellFault::not_a_date);
  reads(parse_date("01.02.2026 23:59", {format("DD.MM.YYYY HH:mm", false)}), *days_from_civil({2026, 2, 1}));
}

TEST_CASE("formats that cannot be") {
  for (const char* const text : {"",
                                 "YYYY",
                                 "YYYY-MM",
                                 "MM-DD",
                                 "YYYY-MM-DD-DD",
                                 "YYYY-YY-MM-DD",
                                 "yyyy-mm-dd",
                                 "YYYY-mm-DD",
                                 "YYYY-MM-DD HH:MM",
                                 "YYYY-MM-DD hh:mm",
                                 "YYYY-MM-DD HH:mm AM",
                                 "YYYY-MM-DD HH",
                                 "YYYY-MM-DD mm:ss",
                                 "YYYY-MM-DDTHH:mm:ssZ",
                                 "YYYYY-MM-DD",
                                 "YYYY-MMMMM-DD",
                                 "YYYY-MM-DDD",
                                 "YYYY-MM-DD HH:m",
                                 "DMYYYY",
                                 "YYYY-MM-DD week",
                                 "2026-MM-DD",
                                 "ISO 8601"}) {
    CAPTURE(text);
    const auto made = TimeFormat::make(text, true);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == lang::ErrorKind::usage);
    CHECK_FALSE(made.error().fix.empty());
  }
  CHECK_FALSE(TimeFormat::make("unix seconds", false).has_value());
}

TEST_CASE("durations") {
  constexpr std::int64_t second = 1'000'000;
  const auto words = [](std::string_view text) { return parse_duration(text, DurationFormat::words); };
  reads(words("30 days"), 30 * 86'400 * second);
  reads(words("1 day"), 86'400 * second);
  reads(words("2 hours 30 minutes"), 9'000 * second);
  reads(words("1 Week, 2 Days"), 9 * 86'400 * second);
  reads(words("1.5 hours"), 5'400 * second);
  reads(words("90minutes"), 5'400 * second);
  reads(words("-2 hours"), -7'200 * second);
  reads(words("1:30:00"), 5'400 * second);
  reads(words("-100:00:00.5"), -360'000 * second - 500'000);
  reads(words("0.0000001 seconds"), 0, true);
  for (const char* const text :
       {"",           "-",       "30",         "days",     "30 days 30",    "1:30",         "1:60:00",       "1:00:60",
        "1:0:00",     ":00:00",  "1:00:00:00", "1:00:00x", "2 days 1 week", "1 day 2 days", "30 fortnights", "1 day,",
        "1,000 days", "1 month", "--1 day",    "5 m",      "1e3 days"}) {
    CAPTURE(text);
    CHECK(words(text).fault == CellFault::not_a_duration);
  }
  CHECK(words("99999999999999999999 days").fault == CellFault::out_of_range);
  CHECK(words("106751991 days 5 hours").fault == CellFault::out_of_range);
  CHECK(words("99999999999999999999:00:00").fault == CellFault::out_of_range);
  reads(parse_duration("90", DurationFormat::seconds), 90 * second);
  reads(parse_duration("1.5", DurationFormat::hours), 5'400 * second);
  reads(parse_duration("-1,000", DurationFormat::minutes), -60'000 * second);
  reads(parse_duration("0.1", DurationFormat::days), 8'640 * second);
  CHECK(parse_duration("90 seconds", DurationFormat::seconds).fault == CellFault::not_a_duration);
  CHECK(parse_duration("9999999999999", DurationFormat::days).fault == CellFault::out_of_range);
  CHECK(parse_duration_format("hours") == DurationFormat::hours);
  CHECK_FALSE(parse_duration_format("weeks").has_value());
}

TEST_CASE("durations are read back as they are written") {
  std::mt19937_64 engine(5);
  for (int round = 0; round < 5'000; ++round) {
    const auto value = static_cast<std::int64_t>(engine()) >> (engine() % 64U);
    const Cell cell = parse_duration(format_duration(value), DurationFormat::words);
    CAPTURE(format_duration(value));
    REQUIRE(cell.fault == CellFault::none);
    REQUIRE(cell.value == value);
  }
}

TEST_CASE("any bytes are safe") {
  std::mt19937_64 engine(13);
  constexpr std::string_view letters = "0123456789+-.,:() %$eE'TZUSDAPMa\xC2\xA0\xE2\x80\xAF\xFF\0";
  const Zone zone = Zone::utc();
  const std::vector<TimeFormat> formats = {format("MMM D, YYYY h:mm AM"), format("unix seconds"), format("iso")};
  for (int round = 0; round < 50'000; ++round) {
    std::string text(engine() % 16U, ' ');
    for (char& letter : text) letter = letters[engine() % letters.size()];
    for (const NumberFormat& how : {english, german, french, swiss, bare}) {
      (void)parse_integer(text, how);
      (void)parse_decimal(text, 9, how);
      (void)parse_percent(text, 4, how);
      (void)parse_money(text, "USD", 2, how);
    }
    (void)parse_bool(text);
    (void)parse_date(text, {});
    (void)parse_datetime(text, {}, zone);
    (void)parse_datetime(text, formats, zone);
    (void)parse_duration(text, DurationFormat::words);
    (void)parse_duration(text, DurationFormat::days);
    (void)parse_number_format(text);
    (void)parse_duration_format(text);
    (void)TimeFormat::make(text, true);
  }
  for (int value = 0; value <= 255; ++value) CHECK_FALSE(describe(static_cast<CellFault>(value)).empty());
}

}  // namespace muster::kernels
