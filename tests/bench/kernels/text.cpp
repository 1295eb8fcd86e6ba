// From the bytes of an export to values: the ends of cells, whole rows, numbers, moments, and tests of text.
#include <bit>
#include <string_view>

#include "runtime/ingest/csv.h"
#include "runtime/ingest/line_scan.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/text.h"
#include "tests/bench/kernels/inputs.h"
#include "tests/bench/rules/policy.h"

namespace muster::bench {

namespace {

constexpr std::size_t leads = 5'000;
constexpr std::size_t columns = 20;

void find_cell_ends(benchmark::State& state) {
  const std::string text = leads_for_rules(leads);
  const auto work = [&] {
    int ends = 0;
    for (std::size_t at = 0; at + runtime::scan_bytes <= text.size(); at += runtime::scan_bytes)
      ends += std::popcount(runtime::find_cell_ends(text.data() + at, ','));
    return ends;
  };
  int expected = 0;
  for (std::size_t at = 0; at < text.size() / runtime::scan_bytes * runtime::scan_bytes; ++at)
    expected += text[at] == ',' || text[at] == '\n' ? 1 : 0;
  const auto check = [&] { require(work() == expected, "find_cell_ends"); };
  check();
  for (auto _ : state) benchmark::DoNotOptimize(work());
  check();
  count(state, leads, text.size());
}
BENCHMARK(find_cell_ends)->Unit(benchmark::kMicrosecond);

void read_csv(benchmark::State& state) {
  const std::string text = leads_for_rules(leads);
  struct Read {
    std::size_t rows = 0;
    std::size_t cell_bytes = 0;
  };
  const auto work = [&] {
    auto reader = runtime::CsvReader::open(runtime::open_memory(text), "leads.csv", {}, lang::Limits{});
    if (!reader) fail(reader.error().message);
    Read read;
    while (reader->next() == runtime::CsvStep::row) {
      ++read.rows;
      for (const std::string_view cell : reader->cells()) read.cell_bytes += cell.size();
    }
    return read;
  };
  // All that is no separator, no line end and no header.
  const std::size_t expected = text.size() - (text.find('\n') + 1) - leads * columns;
  const auto check = [&] {
    const Read read = work();
    require(read.rows == leads && read.cell_bytes == expected, "read_csv");
  };
  check();
  for (auto _ : state) benchmark::DoNotOptimize(work());
  check();
  count(state, leads, text.size());
}
BENCHMARK(read_csv)->Unit(benchmark::kMicrosecond);

void parse_numbers(benchmark::State& state) {
  const auto values = some_numbers(-9'999'999, 9'999'999);
  std::vector<std::string> texts;
  std::size_t bytes = 0;
  for (const std::int64_t value : values) bytes += texts.emplace_back(std::to_string(value)).size();
  const kernels::NumberFormat format;
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      const auto cell = kernels::parse_integer(texts[row], format);
      require(cell.fault == kernels::CellFault::none && cell.value == values[row], "parse_numbers");
    }
  };
  check();
  for (auto _ : state) {
    for (const std::string& text : texts) benchmark::DoNotOptimize(kernels::parse_integer(text, format));
  }
  check();
  count(state, kernel_rows, bytes);
}
BENCHMARK(parse_numbers);

void parse_moments(benchmark::State& state) {
  const kernels::Zone zone = kernels::Zone::utc();
  std::vector<std::int64_t> values;
  std::vector<std::string> texts;
  std::size_t bytes = 0;
  for (const std::int64_t seconds : some_numbers(1'500'000'000, 1'800'000'000)) {
    values.push_back(seconds * 1'000'000);
    bytes += texts.emplace_back(zone.format_local(values.back())).size();
  }
  const auto check = [&] {
    for (std::size_t row = 0; row < kernel_rows; ++row) {
      const auto cell = kernels::parse_datetime(texts[row], {}, zone);
      require(cell.fault == kernels::CellFault::none && cell.value == values[row], "parse_moments");
    }
  };
  check();
  for (auto _ : state) {
    for (const std::string& text : texts) benchmark::DoNotOptimize(kernels::parse_datetime(text, {}, zone));
  }
  check();
  count(state, kernel_rows, bytes);
}
BENCHMARK(parse_moments);

// Four words in each of some titles, as a rule asks once per distinct title.
void match_titles(benchmark::State& state) {
  const std::vector<std::string> words{"vp", "vice president", "director", "head of"};
  const auto pattern = kernels::TextPattern::make(lang::TextOp::contains, words, lang::Limits{});
  if (!pattern) fail(pattern.error().message);
  std::vector<std::string> titles;
  const char* const parts[] = {"VP ",       "Senior ",         "Head of ", "Chief ",
                               "Director ", "Vice President ", "Lead ",    "Junior "};
  const char* const fields[] = {"Sales", "Marketing", "Finance", "Operations", "IT", "Data"};
  for (const char* const part : parts) {
    for (const char* const field : fields) titles.push_back(std::string(part) + field);
  }
  std::size_t bytes = 0;
  for (const std::string& title : titles) bytes += title.size();
  const auto check = [&] {
    for (const std::string& title : titles) {
      const std::string folded = kernels::fold_text(title);
      bool has = false;
      for (const std::string& word : words) has = has || folded.find(word) != std::string::npos;
      require(pattern->matches(title, folded) == has, "match_titles");
    }
  };
  check();
  for (auto _ : state) {
    for (const std::string& title : titles)
      benchmark::DoNotOptimize(pattern->matches(title, kernels::fold_text(title)));
  }
  check();
  count(state, titles.size(), bytes);
}
BENCHMARK(match_titles);

}  // namespace

}  // namespace muster::bench
