// Threads that go through one stream of pieces together: what a piece is made of is taken by one at a time, worked on
// by all at the same time, and handed over by one at a time in the order in which it was taken. So results come as if
// there were one thread, no more pieces are on their way than there are runners, and there is no queue. May include:
// the standard library. Called by: run, tests.
#pragma once

#include <cstdint>
#include <functional>

namespace muster::runtime {

// A piece's place among all.
class Turn {
 public:
  virtual ~Turn() = default;
  // Waits until all that was taken before has been handed over. False: somebody has stopped the relay, so that nothing
  // more is to be handed over.
  virtual bool wait() = 0;
};

// What one thread does, with memory of its own.
class Runner {
 public:
  virtual ~Runner() = default;
  // Takes the next piece; false: there is no more. One runner at a time.
  virtual bool take() = 0;
  // Works on what was taken. Who has too much to keep may wait for the turn and hand over what there is.
  virtual void work(Turn& turn) = 0;
  // Hands over what was made, in the order of take(); also once after a take() that was false. False: stop, nobody
  // hands over anything more.
  virtual bool hand_over() = 0;
};

// Runs `first` on the caller's thread until there is no more. After its first piece more runners start, each on a
// thread of its own: `another` makes one, which outlives the relay, or gives nullptr where there are enough. Where the
// machine has no further thread, fewer do it. An exception of a runner stops the relay and is thrown to the caller, the
// one of the earliest piece.
void run_relay(Runner& first, const std::function<Runner*()>& another);

}  // namespace muster::runtime
