// Random leads of a policy's schema. They stand where the policy makes a difference: at the values that it compares
// with and beside them, on both sides of the edges of its windows, with every field missing now and then.
// May include: runtime/search. Called by: search.cpp, tests.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/data/as_of.h"
#include "runtime/search/pools.h"
#include "runtime/search/random.h"
#include "runtime/search/sample.h"

namespace muster::runtime::search {

// No lead has more rows than this, itself and those of companies and contacts included.
inline constexpr std::size_t most_rows_of_lead = 100;

class Generator {
 public:
  // `program` outlives the generator.
  Generator(const compiler::Program& program, AsOf as_of, std::uint64_t seed);

  [[nodiscard]] Row lead();
  // Like another one, but for one to three differences.
  [[nodiscard]] Row variant_of(const Row& lead);
  [[nodiscard]] const Pools& pools() const { return pools_; }
  // A value of the field; never missing.
  [[nodiscard]] Value value(std::uint32_t object, std::uint32_t field);

 private:
  [[nodiscard]] Row row(compiler::SpaceId space);
  void fill(Row& row);
  void change(Row& row);
  void change_rows(Row& row);
  [[nodiscard]] std::optional<Value> cell(std::uint32_t object, std::uint32_t field);
  [[nodiscard]] std::int64_t number(const compiler::Type& type, const Pool& pool);
  [[nodiscard]] std::int64_t day(const Pool& pool);
  [[nodiscard]] std::int64_t moment(const Pool& pool);
  [[nodiscard]] std::string text(const Pool& pool);

  const compiler::Program& program_;
  AsOf as_of_;
  Random random_;
  Pools pools_;
  std::vector<std::vector<std::uint32_t>> fields_;     // by object: those that get values
  std::vector<std::vector<compiler::SpaceId>> below_;  // by space
  unsigned missing_percent_ = 0;                       // of the lead that is made now
  std::uint32_t fullness_ = 0;                         // the most child rows of one relation
  std::size_t rows_ = 0;
};

}  // namespace muster::runtime::search
