// Holds what is left when memory ends in the middle of something. A program of its own, for its `operator new` fails
// when it is told to.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

#include "runtime/data/dictionary.h"

namespace {

std::int64_t allocations_left = -1;  // before one fails; less than 0: none does

}  // namespace

void* operator new(std::size_t bytes) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  if (void* const memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*bytes*/) noexcept { std::free(memory); }

namespace muster::runtime {
namespace {

// False: memory ended.
bool intern(Dictionary& dictionary, std::string_view text, std::int64_t allocations) {
  allocations_left = allocations;
  try {
    dictionary.intern(text);
    allocations_left = -1;
    return true;
  } catch (const std::bad_alloc&) {
    allocations_left = -1;
    return false;
  }
}

TEST_CASE("a dictionary that could not take a text is as it was, and can take it later") {
  Dictionary dictionary;
  std::size_t failures = 0;
  std::string last;
  for (std::uint32_t count = 0; count < 5000; ++count) {
    std::string text = "Text number " + std::to_string(count);
    if (count % 100 == 0) text.append(20'000, 'X');
    const std::uint64_t bytes = dictionary.bytes();
    for (std::int64_t allocations = 0; !intern(dictionary, text, allocations); ++allocations) {
      ++failures;
      REQUIRE(dictionary.size() == count);
      REQUIRE(dictionary.bytes() == bytes);
      if (count > 0) REQUIRE(dictionary.intern(last) == count - 1);
    }
    REQUIRE(dictionary.text(count) == text);
    last = text;
  }
  CHECK(failures > 1000);
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
    REQUIRE(dictionary.intern(dictionary.text(code)) == code);
    REQUIRE(dictionary.folded(code).starts_with("text number "));
  }
}

}  // namespace
}  // namespace muster::runtime
