#include "runtime/jit/emit_lanes.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/IntrinsicsX86.h>

#include "runtime/jit/emit.h"

namespace muster::runtime::jit {

using llvm::Type;
using llvm::Value;

namespace {

constexpr unsigned register_bits = 512;

// Numbers from `first` on, one by one; then places that nobody reads.
llvm::SmallVector<int, step_rows> numbers_from(unsigned first, unsigned count) {
  llvm::SmallVector<int, step_rows> numbers;
  for (unsigned k = 0; k < count; ++k) numbers.push_back(static_cast<int>(first + k));
  return numbers;
}

}  // namespace

Value* opaque(llvm::IRBuilder<>& builder, Value* word) {
  auto* const type = llvm::FunctionType::get(builder.getInt64Ty(), {builder.getInt64Ty()}, false);
  return builder.CreateCall(llvm::InlineAsm::get(type, "", "=r,0", false), {word});
}

bool Lanes::is_of_registers() const { return options_.has_mask_registers; }

unsigned Lanes::count(Lane lane) const {
  if (lane == Lane::mask || !is_of_registers()) return 1;
  return static_cast<unsigned>(step_rows) * lane_bits(lane) / register_bits;
}

Type* Lanes::type(Lane lane) const {
  return lane == Lane::mask ? builder_.getInt64Ty() : vector(element(lane), width(lane));
}

llvm::Constant* Lanes::constant(Lane lane, std::int64_t value) const {
  return llvm::ConstantInt::getSigned(type(lane), value);
}

// LLVM has a constant vector as a list of its lanes, and looks at each wherever it sees one. So those of many lanes are
// read from memory.
Value* Lanes::splat(Lane lane, std::int64_t value) {
  constexpr unsigned many = 32;
  llvm::Constant* const lanes = constant(lane, value);
  if (value == 0 || !is_of_registers() || width(lane) < many) return lanes;
  llvm::GlobalVariable*& place = constants_[{lane, value}];
  if (place == nullptr) {
    place = new llvm::GlobalVariable(module_, lanes->getType(), true, llvm::GlobalValue::InternalLinkage, lanes);
    place->setAlignment(llvm::Align(register_bits / 8));
  }
  return builder_.CreateAlignedLoad(lanes->getType(), place, llvm::Align(register_bits / 8));
}

// ---- memory

Pieces Lanes::load(Lane lane, Value* place, std::uint64_t align) {
  Pieces pieces;
  const std::uint64_t bytes = lane_bytes(lane) / count(lane);
  for (unsigned k = 0; k < count(lane); ++k) {
    Value* const from = builder_.CreateConstGEP1_64(builder_.getInt8Ty(), place, k * bytes);
    pieces.push_back(builder_.CreateAlignedLoad(type(lane), from, llvm::Align(align)));
  }
  return pieces;
}

Pieces Lanes::load_wider(Lane from, Lane to, Value* place, bool is_signed) {
  Pieces pieces;
  const unsigned lanes = width(to);
  const std::uint64_t bytes = std::uint64_t{lanes} * lane_bits(from) / 8;
  for (unsigned k = 0; k < count(to); ++k) {
    Value* const at = builder_.CreateConstGEP1_64(builder_.getInt8Ty(), place, k * bytes);
    Value* const narrow = builder_.CreateAlignedLoad(vector(element(from), lanes), at, llvm::Align(1));
    pieces.push_back(builder_.CreateIntCast(narrow, type(to), is_signed));
  }
  return pieces;
}

void Lanes::store(const Pieces& pieces, Value* place, std::uint64_t align, bool is_streamed) {
  std::uint64_t offset = 0;
  for (Value* const piece : pieces) {
    Value* const at = builder_.CreateConstGEP1_64(builder_.getInt8Ty(), place, offset);
    auto* const store = builder_.CreateAlignedStore(piece, at, llvm::Align(align));
    if (is_streamed) {
      store->setMetadata(llvm::LLVMContext::MD_nontemporal,
                         llvm::MDNode::get(builder_.getContext(), llvm::ConstantAsMetadata::get(builder_.getInt32(1))));
    }
    offset += piece->getType()->getPrimitiveSizeInBits() / 8;
  }
}

// ---- from one width to another

Value* Lanes::part(const Pieces& pieces, unsigned first, unsigned lanes) {
  const unsigned all = llvm::cast<llvm::FixedVectorType>(pieces[0]->getType())->getNumElements();
  Value* const piece = pieces[first / all];
  return lanes == all ? piece : builder_.CreateShuffleVector(piece, numbers_from(first % all, lanes));
}

Pieces Lanes::joined(Pieces pieces, std::size_t count) {
  while (pieces.size() > count) {
    const unsigned lanes = llvm::cast<llvm::FixedVectorType>(pieces[0]->getType())->getNumElements();
    Pieces pairs;
    for (std::size_t k = 0; k < pieces.size(); k += 2) {
      pairs.push_back(builder_.CreateShuffleVector(pieces[k], pieces[k + 1], numbers_from(0, 2 * lanes)));
    }
    pieces = std::move(pairs);
  }
  return pieces;
}

Pieces Lanes::convert(const Pieces& pieces, Lane from, Lane to, bool is_signed) {
  if (from == to) return pieces;
  if (pieces.size() == 1 && count(to) == 1) return {builder_.CreateIntCast(pieces[0], type(to), is_signed)};
  return to > from ? widened(pieces, from, to, is_signed) : narrowed(pieces, from, to);
}

Pieces Lanes::widened(const Pieces& pieces, Lane from, Lane to, bool is_signed) {
  // Not from parts of less than 128 bits, which have to be moved first.
  if (from == Lane::i8 && to == Lane::i64) {
    return widened(widened(pieces, from, Lane::i32, is_signed), Lane::i32, to, is_signed);
  }
  Pieces wide;
  for (unsigned k = 0; k < count(to); ++k) {
    wide.push_back(builder_.CreateIntCast(part(pieces, k * width(to), width(to)), type(to), is_signed));
  }
  return wide;
}

// Of two registers the low parts of all lanes, by one instruction where the processor has it.
Value* Lanes::paired(Value* low, Value* high, Lane from, Lane to) {
  const auto id = to == Lane::i8    ? llvm::Intrinsic::x86_avx512_vpermi2var_qi_512
                  : to == Lane::i16 ? llvm::Intrinsic::x86_avx512_vpermi2var_hi_512
                                    : llvm::Intrinsic::x86_avx512_vpermi2var_d_512;
  const unsigned ratio = lane_bits(from) / lane_bits(to);
  const unsigned places = register_bits / lane_bits(to);
  llvm::SmallVector<llvm::Constant*, step_rows> places_read;
  for (unsigned k = 0; k < places; ++k) {
    places_read.push_back(llvm::ConstantInt::get(element(to), (k * ratio) % (2 * places)));
  }
  Type* const lanes = type(to);
  llvm::GlobalVariable*& index = permutations_[{from, to}];
  if (index == nullptr) {
    auto* const value = llvm::ConstantVector::get(places_read);
    index = new llvm::GlobalVariable(module_, lanes, true, llvm::GlobalValue::InternalLinkage, value);
    index->setAlignment(llvm::Align(register_bits / 8));
  }
  Value* const numbers = builder_.CreateAlignedLoad(lanes, index, llvm::Align(register_bits / 8));
  return builder_.CreateIntrinsic(id, {},
                                  {builder_.CreateBitCast(low, lanes), numbers, builder_.CreateBitCast(high, lanes)});
}

Pieces Lanes::narrowed(const Pieces& pieces, Lane from, Lane to) {
  if (to == Lane::i8 && !options_.has_byte_permutes) {
    Pieces narrow;
    for (Value* const piece : pieces) {
      narrow.push_back(builder_.CreateTrunc(piece, vector(element(to), width(from))));
    }
    return joined(std::move(narrow), count(to));
  }
  Pieces narrow;  // of as many lanes as two registers had
  for (std::size_t k = 0; k < pieces.size(); k += 2) {
    const Pieces pair = {paired(pieces[k], pieces[k + 1], from, to)};
    narrow.push_back(part(pair, 0, 2 * width(from)));
  }
  return joined(std::move(narrow), count(to));
}

// ---- masks

Value* Lanes::word(Pieces bits) {
  return opaque(builder_, builder_.CreateBitCast(joined(std::move(bits), 1)[0], builder_.getInt64Ty()));
}

Pieces Lanes::bits(Value* word, Lane lane) {
  const Pieces all = {builder_.CreateBitCast(opaque(builder_, word), vector(builder_.getInt1Ty(), step_rows))};
  Pieces pieces;
  for (unsigned k = 0; k < count(lane); ++k) pieces.push_back(part(all, k * width(lane), width(lane)));
  return pieces;
}

}  // namespace muster::runtime::jit
