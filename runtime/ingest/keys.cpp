#include "runtime/ingest/keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <tuple>

#include "runtime/data/hash.h"

namespace muster::runtime {

using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

constexpr unsigned partition_bits = 6;
constexpr std::size_t partition_count = std::size_t{1} << partition_bits;
// A partition holds more than this only in an export of hundreds of millions of rows, or where one key repeats
// endlessly; the second is noticed before everything is loaded.
constexpr std::size_t first_check_entries = std::size_t{2} << 20;

std::size_t partition_of(std::uint64_t hash) { return static_cast<std::size_t>(hash >> (64U - partition_bits)); }

Error failure(const std::string& folder, int code) {
  if (code == ENOSPC || code == EDQUOT) {
    return {ErrorKind::file, folder, 0, "the disk is full, and there is no space for sorting the keys of the export",
            "free some space, or write the output to another disk"};
  }
  return {ErrorKind::file, folder, 0,
          std::string("the keys of the export cannot be sorted in this folder: ") + std::strerror(code), ""};
}

// A file without a name, which goes away with the process whatever happens.
int open_unnamed(const std::string& folder) {
  const int unnamed = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (unnamed >= 0) return unnamed;
  std::string name = folder + "/.muster-keys-" + std::string(6, 'X');
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

}  // namespace

std::uint64_t hash_values(std::span<const std::string_view> values, std::uint64_t seed) {
  // Each cell's hash is the seed of the next, so that "ab","c" and "a","bc" differ.
  std::uint64_t hash = seed;
  for (const std::string_view value : values) hash = hash_bytes(value, hash);
  return hash;
}

KeyCollector::KeyCollector(std::string folder, std::uint64_t memory_bytes, WriteFunction write)
    : folder_(folder.empty() ? "." : std::move(folder)),
      write_(write ? std::move(write) : WriteFunction(::write)),
      seed_(random_seed()),
      most_entries_(std::max(static_cast<std::size_t>(memory_bytes / sizeof(Entry)), std::size_t{1})),
      partitions_(partition_count) {}

KeyCollector::~KeyCollector() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<> KeyCollector::add(std::uint64_t line, std::string_view key, std::span<const std::string_view> values) {
  const WideHash hash = hash_bytes_wide(key, seed_);
  entries_.push_back({hash.low, hash.high, hash_values(values, seed_), line});
  if (entries_.size() >= most_entries_) return spill();
  return lang::Done{};
}

Result<> KeyCollector::spill() {
  if (descriptor_ < 0) {
    descriptor_ = open_unnamed(folder_);
    if (descriptor_ < 0) return failure(folder_, errno);
  }
  std::array<std::size_t, partition_count + 1> begins{};
  for (const Entry& entry : entries_) ++begins[partition_of(entry.key_high) + 1];
  for (std::size_t i = 0; i < partition_count; ++i) {
    const std::size_t count = begins[i + 1];
    begins[i + 1] += begins[i];
    if (count > 0) partitions_[i].push_back({spilled_rows_ + begins[i], count});
  }
  std::vector<Entry> ordered(entries_.size());
  for (const Entry& entry : entries_) ordered[begins[partition_of(entry.key_high)]++] = entry;

  const char* bytes = reinterpret_cast<const char*>(ordered.data());
  std::size_t left = ordered.size() * sizeof(Entry);
  while (left > 0) {
    const ssize_t written = write_(descriptor_, bytes, left);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failure(folder_, written < 0 ? errno : EIO);
    bytes += written;
    left -= static_cast<std::size_t>(written);
  }
  spilled_rows_ += entries_.size();
  entries_.clear();
  return lang::Done{};
}

Result<> KeyCollector::load(const Segment& segment, std::vector<Entry>& entries) const {
  const std::size_t before = entries.size();
  entries.resize(before + static_cast<std::size_t>(segment.count));
  char* to = reinterpret_cast<char*>(entries.data() + before);
  std::size_t left = static_cast<std::size_t>(segment.count) * sizeof(Entry);
  auto offset = static_cast<off_t>(segment.first * sizeof(Entry));
  while (left > 0) {
    const ssize_t got = ::pread(descriptor_, to, left, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failure(folder_, got < 0 ? errno : EIO);
    to += got;
    left -= static_cast<std::size_t>(got);
    offset += got;
  }
  return lang::Done{};
}

bool KeyCollector::collect(std::vector<Entry>& entries, std::uint64_t most, std::vector<SharedKey>& found) {
  const auto order = [](const Entry& entry) { return std::tie(entry.key_high, entry.key_low, entry.line); };
  std::sort(entries.begin(), entries.end(),
            [&](const Entry& left, const Entry& right) { return order(left) < order(right); });
  for (std::size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
    const Entry& first = entries[begin];
    const Entry* different = nullptr;  // the first row with other values
    for (end = begin + 1; end < entries.size(); ++end) {
      const Entry& entry = entries[end];
      if (entry.key_high != first.key_high || entry.key_low != first.key_low) break;
      if (different == nullptr && entry.values != first.values) different = &entry;
    }
    if (found.size() + (end - begin - 1) > most) return false;
    for (std::size_t i = different == nullptr ? begin + 1 : begin; i < end; ++i) {
      const bool as_first = entries[i].values == first.values;
      const Entry& other = different != nullptr && as_first ? *different : first;
      found.push_back({entries[i].line, other.line, different != nullptr ? Fate::conflict : Fate::repeat});
    }
  }
  return found.size() <= most;
}

Result<std::vector<SharedKey>> KeyCollector::finish(std::uint64_t most) {
  const Error too_many{ErrorKind::data, "", 0, fmt::format("more than {} rows have the key of another row", most), ""};
  std::vector<SharedKey> found;
  if (spilled_rows_ == 0) {
    if (!collect(entries_, most, found)) return too_many;
  } else {
    if (!entries_.empty()) {
      if (Result<> spilled = spill(); !spilled) return spilled.error();
    }
    entries_.shrink_to_fit();
    std::vector<Entry> entries;
    for (const std::vector<Segment>& segments : partitions_) {
      entries.clear();
      std::size_t next_check = first_check_entries;
      for (const Segment& segment : segments) {
        if (Result<> loaded = load(segment, entries); !loaded) return loaded.error();
        if (entries.size() < next_check) continue;
        std::vector<SharedKey> so_far;
        if (!collect(entries, most, so_far)) return too_many;
        next_check = 2 * entries.size();
      }
      if (!collect(entries, most, found)) return too_many;
    }
  }
  std::sort(found.begin(), found.end(),
            [](const SharedKey& left, const SharedKey& right) { return left.line < right.line; });
  return found;
}

}  // namespace muster::runtime
