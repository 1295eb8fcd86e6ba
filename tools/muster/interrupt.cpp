#include "tools/muster/interrupt.h"

#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace muster::tools {

namespace {

// A signal handler can reach nothing but these. They are the only variables of the program that outlive a call.
volatile std::sig_atomic_t received = 0;
volatile std::sig_atomic_t deferred = 0;

extern "C" void on_signal(int number) {
  if (deferred == 0 || received != 0) _exit(128 + number);  // nothing to remove, or asked twice
  received = number;
}

}  // namespace

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before{};
    // What the parent has told us to ignore (nohup) stays ignored.
    if (sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(number, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

void defer_interrupts() { deferred = 1; }

bool was_interrupted() { return received != 0; }

void end_by_signal() {
  const int number = received;
  if (number == 0) return;
  std::signal(number, SIG_DFL);
  std::raise(number);
}

}  // namespace muster::tools
