#include "runtime/run/relay.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace muster::runtime {

namespace {

class Relay {
 public:
  // One piece. False: there is nothing more to do.
  bool run_piece(Runner& runner) {
    std::exception_ptr thrown;
    bool is_taken = false;
    Place place(*this);
    {
      const std::scoped_lock lock(taking_);
      if (is_over_ || is_stopped_) return false;
      place.number = taken_++;
      try {
        is_taken = runner.take();
      } catch (...) {
        thrown = std::current_exception();
      }
      is_over_ = !is_taken;
    }
    bool goes_on = false;
    try {
      if (is_taken) runner.work(place);
      if (!place.wait()) return false;
      goes_on = thrown == nullptr && runner.hand_over();
    } catch (...) {
      thrown = std::current_exception();
      if (!place.wait()) return false;
    }
    const std::scoped_lock lock(handing_);
    if (thrown != nullptr) thrown_ = thrown;
    if (!goes_on) is_stopped_ = true;
    ++handed_over_;
    turn_.notify_all();
    return goes_on && is_taken;
  }

  // Nothing more is handed over.
  void stop() {
    const std::scoped_lock lock(handing_);
    is_stopped_ = true;
    turn_.notify_all();
  }

  void rethrow() const {
    if (thrown_ != nullptr) std::rethrow_exception(thrown_);
  }

 private:
  struct Place final : Turn {
    explicit Place(Relay& of) : relay(of) {}
    bool wait() override {
      std::unique_lock lock(relay.handing_);
      relay.turn_.wait(lock, [this] { return relay.is_stopped_ || relay.handed_over_ == number; });
      return !relay.is_stopped_;
    }
    Relay& relay;
    std::uint64_t number = 0;
  };

  std::mutex taking_;  // of what is taken, and of these two
  std::uint64_t taken_ = 0;
  bool is_over_ = false;

  std::atomic<bool> is_stopped_ = false;  // set under the lock below
  std::mutex handing_;                    // of these two
  std::uint64_t handed_over_ = 0;
  std::exception_ptr thrown_;
  std::condition_variable turn_;
};

// Ends a relay whatever happens to the thread that began it.
class Crew {
 public:
  explicit Crew(Relay& relay) : relay_(relay) {}
  ~Crew() {
    if (!is_done_) relay_.stop();
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // False: the machine has no further thread.
  bool add(Runner& runner) {
    try {
      threads_.emplace_back([this, &runner] {
        while (relay_.run_piece(runner)) {
        }
      });
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }
  void finish() {
    is_done_ = true;
    threads_.clear();  // joins
  }

 private:
  Relay& relay_;
  bool is_done_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace

void run_relay(Runner& first, const std::function<Runner*()>& another) {
  Relay relay;
  bool goes_on = relay.run_piece(first);
  Crew crew(relay);
  for (Runner* runner = nullptr; goes_on && (runner = another()) != nullptr;) {
    if (!crew.add(*runner)) break;
  }
  while (goes_on) goes_on = relay.run_piece(first);
  crew.finish();
  relay.rethrow();
}

}  // namespace muster::runtime
