// What is left of the rows of a sample's files before anybody evaluates them, by the policy's own words (language
// section 4, number 23): rows with one key are one, of leads that are the same to the policy one is kept, and child
// rows belong to it. Written from the reference; it shares nothing with Muster's readers.
// May include: lang/syntax, tests/differ. Called by: tests/differ/slow, compare.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "lang/syntax/tree.h"
#include "tests/differ/world.h"

namespace muster::differ {

class ReadRows {
 public:
  using ByKey = std::map<std::string_view, const DataRow*>;
  ReadRows(const lang::Tree& tree, const Sample& sample);  // both outlive it

  // By key, also by the keys of rows for which another one stands.
  [[nodiscard]] const ByKey& leads() const { return leads_; }
  [[nodiscard]] const ByKey& companies() const { return companies_; }
  // Several rows with its key say different things: of it only that is known in which they agree.
  [[nodiscard]] bool is_open(const DataRow* row) const { return open_.contains(row); }

 private:
  [[nodiscard]] const lang::ObjectDecl* declared(std::uint32_t object) const;
  [[nodiscard]] const Cell& cell(const DataRow& row, std::string_view field) const;
  [[nodiscard]] bool is_to_come(const DataRow& row) const;
  [[nodiscard]] ByKey by_key(const std::vector<DataRow>& rows);
  void add_below(const DataRow& from, DataRow& to) const;

  const lang::Tree& tree_;
  const Sample& sample_;
  std::deque<DataRow> kept_;  // of rows that are one
  std::set<const DataRow*> open_;
  std::map<std::pair<std::uint32_t, std::string_view>, std::vector<const DataRow*>> children_;  // by object and own key
  ByKey leads_, companies_;
};

}  // namespace muster::differ
