// The code of kernels, read: it computes 64 rows with vectors, not one row after the other.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <sstream>
#include <string>

#include "compiler/compile.h"
#include "runtime/interpret/roots.h"
#include "runtime/jit/plugin.h"

namespace muster::runtime {
namespace {

constexpr const char* policy = R"(object Lead {
  lead_id: text key
  visits: int
  country: text?
  revenue: money EUR?
  is_customer: bool?
}

score s {
  +2 per visits, at most 20
  +10 when visits >= 5
  +5 when country in { "DE", "FR", "NL" }
  +15 when revenue >= 10000000 EUR and is_customer
}
)";

struct Count {
  std::size_t instructions = 0;
  std::size_t of_vectors = 0;
};

// Of the loop's function; a line of assembly that begins with a tab and a letter is an instruction.
Count count_of(const std::string& assembly, const std::string& vector_register) {
  Count count;
  std::istringstream lines(assembly);
  for (std::string line; std::getline(lines, line);) {
    if (line.size() < 2 || line[0] != '\t' || line[1] < 'a' || line[1] > 'z') continue;
    ++count.instructions;
    if (line.find(vector_register) != std::string::npos) ++count.of_vectors;
  }
  return count;
}

TEST_CASE("a kernel's code is of vectors, for each kind of processor") {
  if (!jit::is_available()) {
    MESSAGE("skipped: this build has no compiler of kernels");
    return;
  }
  const auto compiled = compiler::compile_text("policy.muster", policy, {});
  REQUIRE(compiled.has_value());
  REQUIRE(compiled->program.has_value());
  const compiler::Program& program = *compiled->program;
  const auto values = interpret::value_roots_of(program, {});
  const auto bits = interpret::bit_roots_of(program, {});
  std::vector<jit::ColumnLayout> layouts;
  for (const std::uint32_t field : program.spaces[compiler::SpaceId{compiler::root_space}].columns) {
    const auto& column = program.schema.objects[0].fields[field];
    layouts.push_back({.physical = compiler::physical_of(column.type.kind)});
  }
  struct Processor {
    std::string name;
    std::string vector_register;
    std::size_t most_instructions;  // for 64 rows
  };
  for (const Processor& processor : {Processor{"x86-64-v4", "zmm", 550}, Processor{"x86-64-v3", "ymm", 1650}}) {
    CAPTURE(processor.name);
    const auto kernel = jit::make_kernel(program, {}, {.values = values, .bits = bits}, {layouts},
                                         {.keep_assembly = true, .cpu = processor.name, .features = ""});
    REQUIRE(kernel.has_value());
    CHECK((*kernel)->foreign_instructions() == 0);
    const Count count = count_of((*kernel)->assembly(), processor.vector_register);
    MESSAGE(processor.name, ": ", count.instructions, " instructions for 64 rows, ", count.of_vectors, " of vectors");
    // The rest asks the memory for lines, loads entries of tables, and works on masks, which are words.
    CHECK(count.of_vectors > count.instructions / 3);
    CHECK(count.instructions < processor.most_instructions);
    // The processor's gathers are slower than a load for each row.
    CHECK((*kernel)->assembly().find("gather") == std::string::npos);
  }
  const std::atomic<bool> stop = true;  // before it begins: no function is compiled
  const auto none = jit::make_kernel(program, {}, {.values = values, .bits = bits}, {layouts}, {.stop = &stop});
  REQUIRE(!none.has_value());
  CHECK(none.error().message == "stopped");
}

}  // namespace
}  // namespace muster::runtime
