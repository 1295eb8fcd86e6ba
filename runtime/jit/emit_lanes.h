// The 64 lanes of a step as vectors that the processor has: with AVX-512 pieces of 512 bits each, which is how LLVM
// would cut longer vectors in the end; cutting them takes it a third of its time. For other processors all lanes are
// one piece, and LLVM cuts it. May include: LLVM, runtime/jit/plan.h. Called by: runtime/jit/emit*.cpp.
#pragma once

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <cstdint>
#include <map>
#include <utility>

#include "runtime/jit/plan.h"

namespace muster::runtime::jit {

struct EmitOptions;

// Of one node, the first lanes first. A mask is one word.
using Pieces = llvm::SmallVector<llvm::Value*, 8>;

// A 64-bit number as a piece of assembly gives it back that does nothing, and that LLVM does not look through.
[[nodiscard]] llvm::Value* opaque(llvm::IRBuilder<>& builder, llvm::Value* word);

class Lanes {
 public:
  Lanes(llvm::IRBuilder<>& builder, llvm::Module& module, const EmitOptions& options)
      : builder_(builder), module_(module), options_(options) {}

  [[nodiscard]] bool is_of_registers() const;     // each piece has 512 bits
  [[nodiscard]] unsigned count(Lane lane) const;  // of pieces
  [[nodiscard]] unsigned width(Lane lane) const { return step_rows / count(lane); }
  [[nodiscard]] llvm::Type* type(Lane lane) const;  // of a piece; of a mask: the word
  [[nodiscard]] llvm::Type* vector(llvm::Type* element, unsigned lanes) const {
    return llvm::FixedVectorType::get(element, lanes);
  }

  // A piece that has `value` in every lane.
  [[nodiscard]] llvm::Value* splat(Lane lane, std::int64_t value);
  [[nodiscard]] llvm::Constant* constant(Lane lane, std::int64_t value) const;

  template <class Make, class... More>
  [[nodiscard]] static Pieces each(Make make, const Pieces& first, const More&... more) {
    Pieces made;
    for (std::size_t k = 0; k < first.size(); ++k) made.push_back(make(first[k], more[k]...));
    return made;
  }

  // `align`: of the first byte.
  [[nodiscard]] Pieces load(Lane lane, llvm::Value* place, std::uint64_t align);
  // Numbers of `from` in memory as lanes of `to`, which are wider.
  [[nodiscard]] Pieces load_wider(Lane from, Lane to, llvm::Value* place, bool is_signed);
  void store(const Pieces& pieces, llvm::Value* place, std::uint64_t align, bool is_streamed = false);

  // Modulo the width of `to`; `is_signed` says how narrower lanes become wider.
  [[nodiscard]] Pieces convert(const Pieces& pieces, Lane from, Lane to, bool is_signed);
  // `lanes` lanes that begin with lane `first`, of one piece.
  [[nodiscard]] llvm::Value* part(const Pieces& pieces, unsigned first, unsigned lanes);
  // The pieces one behind the other, until there are `count`.
  [[nodiscard]] Pieces joined(Pieces pieces, std::size_t count);

  // A word of the pieces' bits (vectors of i1), and the bits of a word for pieces of a lane. LLVM 19 moves logic from
  // words to vectors of bits and back without end, where it sees both: so the words are opaque.
  [[nodiscard]] llvm::Value* word(Pieces bits);
  [[nodiscard]] Pieces bits(llvm::Value* word, Lane lane);

 private:
  [[nodiscard]] llvm::Type* element(Lane lane) const { return builder_.getIntNTy(lane_bits(lane)); }
  [[nodiscard]] Pieces widened(const Pieces& pieces, Lane from, Lane to, bool is_signed);
  [[nodiscard]] Pieces narrowed(const Pieces& pieces, Lane from, Lane to);
  [[nodiscard]] llvm::Value* paired(llvm::Value* low, llvm::Value* high, Lane from, Lane to);

  llvm::IRBuilder<>& builder_;
  llvm::Module& module_;
  const EmitOptions& options_;
  std::map<std::pair<Lane, std::int64_t>, llvm::GlobalVariable*> constants_;  // by lane and value
  std::map<std::pair<Lane, Lane>, llvm::GlobalVariable*> permutations_;
};

}  // namespace muster::runtime::jit
