// The door between the library and the plug-in libmuster_jit.so, which alone knows LLVM.
// May include: runtime/jit/plan.h. Called by: runtime/jit.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/jit/plan.h"

namespace muster::runtime::jit {

// Machine code for a plan; it lives as long as this object.
class Code {
 public:
  virtual ~Code() = default;
  [[nodiscard]] virtual Entry entry() const = 0;
  [[nodiscard]] virtual std::size_t scratch_bytes() const = 0;
};

struct CodeOptions {
  unsigned level = 2;                       // of optimisation: 0 to 3
  unsigned nodes_per_function = 0;          // 0: the compiler's choice
  std::string features;                     // of the processor, as LLVM writes them; empty: this machine's
  std::string cpu;                          // likewise
  const std::atomic<bool>* stop = nullptr;  // as soon as it is true no code is made any more
};

// `assembly`, where it is not null, is given the code as text. Null where no code can be made; `error` says why.
using MakeCode = Code* (*)(const Plan& plan, const CodeOptions& options, std::string* assembly, std::string* error);
inline constexpr const char* make_code_name = "muster_jit_make_code";
// Grows with every change of plan.h or of this file: a plug-in of another build is not used.
inline constexpr std::uint32_t door_version = 7;
using DoorVersion = std::uint32_t (*)();
inline constexpr const char* door_version_name = "muster_jit_door_version";

}  // namespace muster::runtime::jit
