#include "lang/syntax/same.h"

#include <algorithm>
#include <concepts>
#include <tuple>
#include <type_traits>

namespace muster::lang {
namespace {

// members(node) ties all members of a node. The structured binding must name exactly as many as there are.
#define MUSTER_NODE(Type, ...)                       \
  [[maybe_unused]] auto members(const Type& whole) { \
    const auto& [__VA_ARGS__] = whole;               \
    return std::tie(__VA_ARGS__);                    \
  }
#define MUSTER_EMPTY_NODE(Type)         \
  static_assert(std::is_empty_v<Type>); \
  [[maybe_unused]] std::tuple<> members(const Type&) { return {}; }
#include "lang/syntax/members.def"
#undef MUSTER_NODE
#undef MUSTER_EMPTY_NODE

template <class T>
concept Node = requires(const T& node) { members(node); };
template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, std::string>;

// One class, so that each kind of member finds the others wherever they stand.
struct Same {
  bool operator()(const Span&, const Span&) const { return true; }

  template <class Tag>
  bool operator()(Id<Tag> left, Id<Tag> right) const {
    return left == right;
  }

  template <Plain T>
  bool operator()(const T& left, const T& right) const {
    return left == right;
  }

  template <class T>
  bool operator()(const std::optional<T>& left, const std::optional<T>& right) const {
    return left.has_value() == right.has_value() && (!left || (*this)(*left, *right));
  }

  template <class T>
  bool operator()(const std::vector<T>& left, const std::vector<T>& right) const {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), *this);
  }

  template <class T, std::size_t N>
  bool operator()(const std::array<T, N>& left, const std::array<T, N>& right) const {
    return std::equal(left.begin(), left.end(), right.begin(), *this);
  }

  template <class IdType, class T>
  bool operator()(const Table<IdType, T>& left, const Table<IdType, T>& right) const {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), *this);
  }

  template <class... T>
  bool operator()(const std::variant<T...>& left, const std::variant<T...>& right) const {
    return left.index() == right.index() &&
           std::visit([&]<class One>(const One& one) { return (*this)(one, std::get<One>(right)); }, left);
  }

  template <Node T>
  bool operator()(const T& left, const T& right) const {
    const auto all = [this](const auto& ones, const auto& others) {
      return std::apply(
          [&](const auto&... one) {
            return std::apply([&](const auto&... other) { return ((*this)(one, other) && ...); }, others);
          },
          ones);
    };
    return all(members(left), members(right));
  }
};

}  // namespace

bool same_but_for_places(const Tree& left, const Tree& right) {
  const Same same;
  return same(left.expressions, right.expressions) && same(left.rows, right.rows) &&
         same(left.criteria, right.criteria) && same(left.score_items, right.score_items) &&
         same(left.declarations, right.declarations);
}

}  // namespace muster::lang
