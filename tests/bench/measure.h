// Rounds of a measurement, and the memory of the process that makes it. Everything that is compared runs in turn within
// each round, so that a ratio is taken of two neighbours in time.
// May include: the standard library, POSIX. Called by: the benches.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace muster::bench {

// Seconds since some moment; never goes back.
[[nodiscard]] double now_seconds();

// One time for each round, in seconds.
class Rounds {
 public:
  // Runs `work` and notes how long it took.
  template <class Work>
  void measure(Work work) {
    const double begun = now_seconds();
    work();
    add(now_seconds() - begun);
  }
  void add(double seconds) { seconds_.push_back(seconds); }

  // Precondition of all: there is a round.
  [[nodiscard]] double median_seconds() const;
  [[nodiscard]] double fastest_seconds() const;
  [[nodiscard]] double slowest_seconds() const;
  // The median, over the rounds, of how many times as fast as `other` this was. Precondition: as many rounds.
  [[nodiscard]] double speed_against(const Rounds& other) const;

 private:
  std::vector<double> seconds_;
};

// Of this process: the most that ever was resident (getrusage), and what is resident now.
[[nodiscard]] std::size_t peak_bytes();
[[nodiscard]] std::size_t resident_bytes();

[[nodiscard]] inline double mebibytes(std::size_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

// 1000000 as 1,000,000.
[[nodiscard]] std::string grouped(std::size_t number);
// The numbers of a list such as "10,100,1000". Ends the program where it is none.
[[nodiscard]] std::vector<std::size_t> numbers_of(const char* list);

// Says why on standard error, and ends the program with exit code 1.
[[noreturn]] void fail(const std::string& why);

}  // namespace muster::bench
