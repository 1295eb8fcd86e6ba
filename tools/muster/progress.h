// A line that says how far a long run has come, on the standard error, and only when a person watches: a terminal,
// not --quiet, and longer than a second. May include: the standard library. Called by: watched.h, init.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace muster::tools {

class Progress {
 public:
  // `what`, such as "scoring leads.csv", has been made safe for a terminal.
  Progress(std::string what, bool enabled);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // May be called often; draws ten times a second at most.
  void update(std::uint64_t done, std::uint64_t total);
  // Takes the line away. Call before anything else is printed.
  void clear();

 private:
  std::string what_;
  bool enabled_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace muster::tools
