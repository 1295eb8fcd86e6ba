// Days, zones and business time.
#include "stdlib/kernels/business_time.h"
#include "stdlib/kernels/time.h"
#include "tests/bench/kernels/inputs.h"

namespace muster::bench {

namespace {

constexpr std::int64_t hour = 3'600'000'000;
// 2000-01-01 to 2030-01-01.
constexpr std::int64_t first_day = 10'957;
constexpr std::int64_t last_day = 21'915;

kernels::Zone zone_of(const char* name) {
  auto zone = kernels::Zone::find(name);
  if (!zone) fail(zone.error().message);
  return *zone;
}

void civil_from_days(benchmark::State& state) {
  const auto days = some_numbers(first_day, last_day);
  const auto check = [&] {
    for (const std::int64_t day : days)
      require(kernels::days_from_civil(kernels::civil_from_days(day)) == day, "civil_from_days");
  };
  check();
  for (auto _ : state) {
    for (const std::int64_t day : days) benchmark::DoNotOptimize(kernels::civil_from_days(day));
  }
  check();
  count(state, kernel_rows, kernel_rows * 8);
}
BENCHMARK(civil_from_days);

void days_from_civil(benchmark::State& state) {
  std::vector<kernels::CivilDay> days;
  for (const std::int64_t day : some_numbers(first_day, last_day)) days.push_back(kernels::civil_from_days(day));
  const auto check = [&] {
    for (const auto& day : days) {
      const auto again = kernels::civil_from_days(kernels::days_from_civil(day).value_or(0));
      require(again.year == day.year && again.month == day.month && again.day == day.day, "days_from_civil");
    }
  };
  check();
  for (auto _ : state) {
    for (const auto& day : days) benchmark::DoNotOptimize(kernels::days_from_civil(day));
  }
  check();
  count(state, kernel_rows, kernel_rows * sizeof(kernels::CivilDay));
}
BENCHMARK(days_from_civil);

// Moments of two years in any order, so that the offset of the one before is often the wrong one.
void local_day_in_zone(benchmark::State& state) {
  const kernels::Zone zone = zone_of("America/New_York");
  const auto moments = some_numbers(20'000 * kernels::microseconds_per_day, 20'730 * kernels::microseconds_per_day);
  const auto check = [&] {
    for (const std::int64_t moment : moments) {
      const auto day = static_cast<std::int32_t>(zone.local_day(moment));
      const std::int64_t again = zone.instant_from_local(day, zone.local_microsecond_of_day(moment));
      // The hour that summer time repeats reads as its first occurrence.
      require(again == moment || again == moment - hour, "local_day_in_zone");
    }
  };
  check();
  for (auto _ : state) {
    for (const std::int64_t moment : moments) benchmark::DoNotOptimize(zone.local_day(moment));
  }
  check();
  count(state, kernel_rows, kernel_rows * 8);
}
BENCHMARK(local_day_in_zone);

kernels::BusinessCalendar office() {
  kernels::BusinessHours hours{zone_of("Europe/Berlin"), {}, {}};
  for (std::size_t day = 0; day < 5; ++day) hours.week[day] = {{9 * 60, 12 * 60}, {13 * 60, 17 * 60 + 30}};
  for (const std::int32_t day : {20'447, 20'448, 20'454}) hours.special[day] = {};
  return kernels::BusinessCalendar(hours);
}

// A deadline of up to two weeks of open time, from any moment of two years.
void business_time_add(benchmark::State& state) {
  const kernels::BusinessCalendar calendar = office();
  const auto moments = some_numbers(20'000 * kernels::microseconds_per_day, 20'730 * kernels::microseconds_per_day, 1);
  const auto durations = some_numbers(1, 75 * hour, 2);
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      const auto deadline = calendar.add(moments[row], durations[row]);
      require(deadline && calendar.between(moments[row], *deadline) == durations[row], "business_time_add");
    }
  };
  check();
  for (auto _ : state) {
    for (std::size_t row = 0; row < kernel_rows; ++row)
      benchmark::DoNotOptimize(calendar.add(moments[row], durations[row]));
  }
  check();
  count(state, kernel_rows, kernel_rows * 16);
}
BENCHMARK(business_time_add);

void business_time_between(benchmark::State& state) {
  const kernels::BusinessCalendar calendar = office();
  const auto from = some_numbers(20'000 * kernels::microseconds_per_day, 20'730 * kernels::microseconds_per_day, 3);
  const auto to = some_numbers(20'000 * kernels::microseconds_per_day, 20'730 * kernels::microseconds_per_day, 4);
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      const std::int64_t open = calendar.between(from[row], to[row]);
      const std::int64_t middle = from[row] + (to[row] - from[row]) / 2;
      require(open == -calendar.between(to[row], from[row]) &&
                  open == calendar.between(from[row], middle) + calendar.between(middle, to[row]),
              "business_time_between");
    }
  };
  check();
  for (auto _ : state) {
    for (std::size_t row = 0; row < kernel_rows; ++row) benchmark::DoNotOptimize(calendar.between(from[row], to[row]));
  }
  check();
  count(state, kernel_rows, kernel_rows * 16);
}
BENCHMARK(business_time_between);

}  // namespace

}  // namespace muster::bench
