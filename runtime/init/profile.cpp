#include "runtime/init/profile.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "lang/source/unicode.h"
#include "runtime/ingest/byte_source.h"
#include "runtime/ingest/keys.h"
#include "runtime/init/header_words.h"
#include "runtime/init/title_lines.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime {

namespace {

constexpr std::size_t most_key_candidates = 6;  // columns that a second pass looks at
constexpr std::uint64_t rows_between_reports = 4096;

lang::Result<CsvReader> open(const std::string& path, const ProfileOptions& options, const lang::Limits& limits) {
  auto source = open_file(path);
  if (!source) return source.error();
  return CsvReader::open(std::move(*source), path, options.csv, limits);
}

constexpr int likeness_of_reference = 20;

// An id of something that several leads have in common.
bool names_another(const HeaderWords& words) {
  return words.has_any({"owner", "account", "company", "campaign", "parent"});
}

// How much a header sounds like the name of a lead: "Lead ID", "prospect_id", "RecordNumber".
int key_likeness(const HeaderWords& words) {
  const bool about_lead = words.has_any(
      {"lead", "prospect", "contact", "customer", "record", "person", "kunde", "kunden", "kontakt", "interessent"});
  if (words.is("id") || words.is("lead id") || words.is("leadid")) return 100;
  if (words.has("id")) {
    if (names_another(words)) return likeness_of_reference;
    return about_lead ? 95 : 80;
  }
  if (words.has_any({"uuid", "guid", "key"}) || words.is("vid")) return 70;
  if (about_lead && !words.has_part({"phone", "telefon"}) && words.has_any({"number", "no", "nr", "nummer"})) return 60;
  if (words.has_any({"kundennummer", "kundennr", "kontaktnummer"})) return 60;
  if (words.has_any({"email", "e mail"})) return 50;
  return 0;
}

// A title above the column names would be taken for them.
lang::Result<> check_title(const std::string& path, const CsvOptions& csv) {
  auto source = open_file(path);
  if (!source) return source.error();
  std::string begin(most_title_bytes, '\0');
  std::size_t size = 0;
  while (size < begin.size()) {
    const auto got = (*source)->read(begin.data() + size, begin.size() - size);
    if (!got) return got.error();
    if (*got == 0) break;
    size += *got;
  }
  return check_first_line(path, std::string_view(begin).substr(0, size), csv.separator);
}

struct Candidate {
  std::size_t column;
  int likeness;
};

std::vector<Candidate> key_candidates(const ExportProfile& profile) {
  std::vector<std::string> folded;
  for (const std::string& header : profile.header) folded.push_back(kernels::fold_text(header));
  std::vector<std::string> sorted = folded;
  std::sort(sorted.begin(), sorted.end());
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < profile.columns.size(); ++i) {
    const ColumnProfile& column = profile.columns[i];
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), folded[i]);
    if (folded[i].empty() || last - first > 1) continue;  // cannot be named
    const int likeness = key_likeness(HeaderWords(profile.header[i]));
    const std::uint64_t absent = column.blank + column.missing_words;
    // A name that promises a key forgives some blanks; a chance find must be perfect.
    if (absent > (likeness > likeness_of_reference ? profile.rows / 20 : 0)) continue;
    if (!column.many_distinct && column.distinct.size() < column.present) {
      std::uint64_t most = 0;
      for (const DistinctValue& value : column.distinct) most = std::max(most, value.count);
      if (most > 1 && profile.rows > 2 * column.distinct.size()) continue;
    }
    if (column.iso_days + column.iso_moments > column.present / 2) continue;
    candidates.push_back({i, likeness});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.likeness > b.likeness; });
  if (candidates.size() > most_key_candidates) candidates.resize(most_key_candidates);
  return candidates;
}

// Counts the rows of each candidate that share their value, and chooses.
lang::Result<> choose_key(const std::string& path, const ProfileOptions& options, const lang::Limits& limits,
                          ExportProfile& profile) {
  const std::vector<Candidate> candidates = key_candidates(profile);
  if (candidates.empty() || profile.rows == 0) {
    if (!candidates.empty()) profile.key = candidates.front().column;
    return lang::Done{};
  }
  auto reader = open(path, options, limits);
  if (!reader) return reader.error();
  std::vector<std::unique_ptr<KeyCollector>> collectors;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    collectors.push_back(std::make_unique<KeyCollector>(options.temporary_folder, options.key_memory_bytes));
  }
  for (std::uint64_t row = 0;;) {
    const CsvStep step = reader->next();
    if (step == CsvStep::end) break;
    if (step == CsvStep::failed) return reader->error();
    if (step == CsvStep::fault) continue;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const std::string_view key = lang::trim(reader->cells()[candidates[i].column]);
      if (key.empty()) continue;
      if (auto added = collectors[i]->add(reader->line(), key, {}); !added) return added;
    }
    if (++row % rows_between_reports == 0 && options.progress) {
      const std::uint64_t size = reader->source().size_bytes();
      options.progress(size + reader->bytes_read(), 2 * size);
    }
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const ColumnProfile& column = profile.columns[candidates[i].column];
    const auto shared = collectors[i]->finish(profile.rows / 20 + 1);
    if (!shared) {
      if (shared.error().kind == lang::ErrorKind::data) continue;  // too many repeats to be a key
      return shared.error();
    }
    const bool certain = shared->empty() && column.blank + column.missing_words == 0;
    if (candidates[i].likeness <= likeness_of_reference && !certain) continue;
    if (profile.key && !(certain && !profile.key_is_certain && candidates[i].likeness >= 60)) continue;
    profile.key = candidates[i].column;
    profile.key_repeats = shared->size();
    profile.key_is_certain = certain;
    if (certain) break;
  }
  return lang::Done{};
}

}  // namespace

lang::Result<ExportProfile> profile_export(const std::string& path, const ProfileOptions& options,
                                           const lang::Limits& limits) {
  auto reader = open(path, options, limits);
  if (!reader) return reader.error();
  if (auto begun = check_title(path, options.csv); !begun) return begun.error();
  ExportProfile profile;
  profile.separator = reader->separator();
  profile.name = path.substr(path.find_last_of('/') + 1);
  profile.header = reader->header();
  profile.columns.resize(profile.header.size());
  for (;;) {
    const CsvStep step = reader->next();
    if (step == CsvStep::end) break;
    if (step == CsvStep::failed) return reader->error();
    if (step == CsvStep::fault) {
      ++profile.malformed;
      continue;
    }
    ++profile.rows;
    const auto& cells = reader->cells();
    for (std::size_t i = 0; i < profile.columns.size(); ++i) profile.columns[i].add(cells[i]);
    if (profile.rows % rows_between_reports == 0 && options.progress) {
      options.progress(reader->bytes_read(), 2 * reader->source().size_bytes());
    }
  }
  if (auto chosen = choose_key(path, options, limits, profile); !chosen) return chosen.error();
  return profile;
}

}  // namespace muster::runtime
