#include "tests/bench/measure.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace muster::bench {

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double Rounds::median_seconds() const { return median(seconds_); }
double Rounds::fastest_seconds() const { return *std::min_element(seconds_.begin(), seconds_.end()); }
double Rounds::slowest_seconds() const { return *std::max_element(seconds_.begin(), seconds_.end()); }

double Rounds::speed_against(const Rounds& other) const {
  std::vector<double> ratios;
  for (std::size_t round = 0; round < seconds_.size(); ++round)
    ratios.push_back(other.seconds_[round] / seconds_[round]);
  return median(std::move(ratios));
}

std::size_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::string grouped(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::vector<std::size_t> numbers_of(const char* list) {
  std::vector<std::size_t> numbers;
  const char* const end = list + std::strlen(list);
  for (const char* at = list; at < end;) {
    std::size_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || (next != end && *next != ',')) fail(std::string("no list of numbers: ") + list);
    numbers.push_back(number);
    at = next == end ? end : next + 1;
  }
  if (numbers.empty()) fail("an empty list of numbers");
  return numbers;
}

void fail(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(EXIT_FAILURE);
}

}  // namespace muster::bench
