// Holds that threads in a relay take and hand over in one order, and what ends it.
#include "runtime/run/relay.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace muster::runtime {
namespace {

enum class Step { take, work, hand_over };

struct Stream {
  int pieces = 0;
  int next = 0;
  std::vector<int> handed_over;
  // What goes wrong, at which pieces.
  Step step = Step::work;
  std::vector<int> thrown_at;
  int stopped_at = -1;
  std::atomic<int> takers = 0;
  std::atomic<int> givers = 0;
  std::atomic<bool> is_crowded = false;  // two at a time where there must be one
};

class Numbers final : public Runner {
 public:
  explicit Numbers(Stream& stream) : stream_(stream) {}

  bool take() override {
    if (++stream_.takers > 1) stream_.is_crowded = true;
    piece_ = stream_.next++;
    --stream_.takers;
    fail(Step::take);
    return piece_ < stream_.pieces;
  }
  void work(Turn& turn) override {
    // The later pieces of a few are done first.
    std::this_thread::sleep_for(std::chrono::microseconds(50 * (5 - piece_ % 5)));
    fail(Step::work);
    if (piece_ % 7 == 3 && turn.wait()) stream_.handed_over.push_back(-piece_);  // a first part of it
  }
  bool hand_over() override {
    if (++stream_.givers > 1) stream_.is_crowded = true;
    if (piece_ < stream_.pieces) stream_.handed_over.push_back(piece_);
    --stream_.givers;
    fail(Step::hand_over);
    return piece_ != stream_.stopped_at;
  }

 private:
  void fail(Step step) const {
    if (step != stream_.step) return;
    for (const int piece : stream_.thrown_at) {
      if (piece == piece_) throw std::runtime_error(std::to_string(piece));
    }
  }

  Stream& stream_;
  int piece_ = 0;
};

void run(Stream& stream, std::size_t threads) {
  std::vector<std::unique_ptr<Numbers>> runners;
  Numbers first(stream);
  run_relay(first, [&]() -> Runner* {
    if (runners.size() + 1 == threads) return nullptr;
    return runners.emplace_back(std::make_unique<Numbers>(stream)).get();
  });
  CHECK_FALSE(stream.is_crowded);
}

// With the first parts of some.
std::vector<int> numbers_to(int end) {
  std::vector<int> numbers;
  for (int number = 0; number < end; ++number) {
    if (number % 7 == 3) numbers.push_back(-number);
    numbers.push_back(number);
  }
  return numbers;
}

TEST_CASE("pieces are handed over in the order in which they were taken") {
  for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
    for (const int pieces : {0, 1, 2, 100}) {
      Stream stream;
      stream.pieces = pieces;
      run(stream, threads);
      CHECK(stream.handed_over == numbers_to(pieces));
    }
  }
}

TEST_CASE("whoever hands over may stop all") {
  for (const std::size_t threads : {1U, 2U, 7U}) {
    Stream stream;
    stream.pieces = 100;
    stream.stopped_at = 41;
    run(stream, threads);
    CHECK(stream.handed_over == numbers_to(42));
  }
}

TEST_CASE("the exception of the earliest piece comes to the caller, and what lies before is handed over") {
  for (const Step step : {Step::take, Step::work, Step::hand_over}) {
    for (const std::size_t threads : {1U, 2U, 7U}) {
      Stream stream;
      stream.pieces = 100;
      stream.step = step;
      stream.thrown_at = {60, 41, 42, 43};
      std::string thrown;
      try {
        run(stream, threads);
      } catch (const std::runtime_error& error) {
        thrown = error.what();
      }
      CHECK(thrown == "41");
      CHECK(stream.handed_over == numbers_to(step == Step::hand_over ? 42 : 41));
    }
  }
}

TEST_CASE("who cannot make another runner ends the relay") {
  Stream stream;
  stream.pieces = 1'000'000;
  Numbers first(stream);
  Numbers second(stream);
  int made = 0;
  const auto another = [&]() -> Runner* {
    if (made++ == 0) return &second;
    throw std::runtime_error("no more");
  };
  CHECK_THROWS_AS(run_relay(first, another), std::runtime_error);
  CHECK(stream.next < stream.pieces);
}

}  // namespace
}  // namespace muster::runtime
