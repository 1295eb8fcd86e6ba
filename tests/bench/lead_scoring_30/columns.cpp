#include <cmath>

#include "tests/bench/measure.h"

// Last, for it leaves macros behind.
#include "tests/bench/lead_scoring_30/columns.h"

namespace muster::bench {

namespace {

// A bit for each row that has a value.
template <class Has>
runtime::LineVector<std::uint64_t> known_of(std::size_t rows, Has has) {
  runtime::LineVector<std::uint64_t> bits(rows / 64 + 2);
  for (std::size_t row = 0; row < rows; ++row) bits[row / 64] |= std::uint64_t{has(row)} << (row % 64);
  return bits;
}

}  // namespace

Columns::Columns(const Table& table) : rows_(table.n), all_rows_(table.n / 64 + 2, ~std::uint64_t{0}) {
  for (auto* column : {&revenue_, &budget_, &last_activity_, &created_at_}) column->resize(rows_ + 64);
  for (std::size_t row = 0; row < rows_; ++row) {
    revenue_[row] = std::llround(table.rev[row] * 100);
    budget_[row] = std::llround(table.bud[row] * 100);
    last_activity_[row] = table.la[row] * 1'000'000;
    created_at_[row] = table.cr[row] * 1'000'000;
  }
  known_industry_ = known_of(rows_, [&](std::size_t row) { return table.ind[row] != 0; });
  known_title_ = known_of(rows_, [&](std::size_t row) { return table.ti[row] != 0; });
  known_email_ = known_of(rows_, [&](std::size_t row) { return table.dom[row] != 0; });
  is_maker_.resize(rows_ / 64 + 2);
  for (std::size_t word = 0; word <= rows_ / 64; ++word) is_maker_[word] = table.dm.p[word] & table.dm_v.p[word];

  const auto known_of_column = [&](const std::uint64_t* known) { return known == nullptr ? all_rows_.data() : known; };
  const auto numbers = [&](const char* name, const auto* values, const std::uint64_t* known = nullptr) {
    columns_.push_back({.name = name,
                        .values = values,
                        .bytes = sizeof(*values),
                        .known = known_of_column(known),
                        .may_be_missing = known != nullptr});
  };
  const auto texts = [&](const char* name, const auto* codes, const Dict& texts_of,
                         const std::uint64_t* known = nullptr, const char* before = "") {
    columns_.push_back({.name = name,
                        .shape = LeadColumnShape::texts,
                        .values = codes,
                        .bytes = sizeof(*codes),
                        .known = known_of_column(known),
                        .may_be_missing = known != nullptr,
                        .texts = &texts_of.v,
                        .before = before});
  };
  const auto flags = [&](const char* name, const std::uint64_t* yes, const std::uint64_t* known = nullptr) {
    columns_.push_back({.name = name,
                        .shape = LeadColumnShape::flags,
                        .yes = yes,
                        .known = known_of_column(known),
                        .may_be_missing = known != nullptr});
  };
  numbers("employees", table.emp.p, table.emp_v.p);
  numbers("annual_revenue", revenue_.data(), table.rev_v.p);
  texts("country", table.co.p, table.dco);
  texts("industry", table.ind.p, table.dind, known_industry_.data());
  texts("job_title", table.ti.p, table.dti, known_title_.data());
  // The policy reads the domain only, and that is all that HAND keeps.
  texts("email", table.dom.p, table.ddom, known_email_.data(), "x@");
  texts("lead_source", table.src.p, table.dsrc);
  numbers("pages_viewed", table.pv.p);
  numbers("emails_clicked", table.ec.p);
  numbers("webinars_attended", table.wb.p);
  numbers("whitepapers", table.wp.p);
  numbers("pricing_page_visits", table.pr.p);
  flags("demo_requested", table.demo.p);
  numbers("last_activity", last_activity_.data());
  numbers("created_at", created_at_.data());
  numbers("budget", budget_.data(), table.bud_v.p);
  numbers("timeline_days", table.tl.p, table.tl_v.p);
  flags("is_decision_maker", is_maker_.data(), table.dm_v.p);
  numbers("need_score", table.nd.p, table.nd_v.p);
}

const LeadColumn& Columns::find(const std::string& name) const {
  for (const LeadColumn& column : columns_) {
    if (column.name == name) return column;
  }
  fail("no column " + name);
}

double bytes_of_row(const LeadColumn& column) {
  constexpr double bit = 1.0 / 8;
  return (column.shape == LeadColumnShape::flags ? bit : column.bytes) + (column.may_be_missing ? bit : 0);
}

}  // namespace muster::bench
