// A typed 32-bit index: an ExprId cannot be used where a CriterionId is meant.
// May include: the standard library. Called by: syntax, checker, IR.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace muster::lang {

template <class Tag>
struct Id {
  std::uint32_t index = none_index;

  static constexpr std::uint32_t none_index = 0xffff'ffffU;
  [[nodiscard]] constexpr bool is_none() const { return index == none_index; }
  auto operator<=>(const Id&) const = default;
};

// A vector addressed by its own id type only.
template <class IdType, class Value>
class Table {
 public:
  IdType add(Value value) {
    values_.push_back(std::move(value));
    return IdType{static_cast<std::uint32_t>(values_.size() - 1)};
  }
  [[nodiscard]] const Value& operator[](IdType id) const { return values_[id.index]; }
  [[nodiscard]] Value& operator[](IdType id) { return values_[id.index]; }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] auto begin() const { return values_.begin(); }
  [[nodiscard]] auto end() const { return values_.end(); }

 private:
  std::vector<Value> values_;
};

}  // namespace muster::lang

template <class Tag>
struct std::hash<muster::lang::Id<Tag>> {
  std::size_t operator()(muster::lang::Id<Tag> id) const noexcept { return id.index; }
};
