#include "runtime/ingest/csv_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "lang/source/unicode.h"
#include "lang/source/workbook.h"
#include "runtime/ingest/line_scan.h"
#include "runtime/ingest/other_file.h"

namespace muster::runtime {

using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

// Windows-1252 for 0x80..0x9f; its five holes stay the control characters of Latin-1.
constexpr std::array<std::uint16_t, 32> windows_1252 = {0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                        0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
                                                        0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                        0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

constexpr std::size_t most_bytes_per_latin1 = 3;
constexpr std::size_t most_cut_bytes = 3;  // of a character of UTF-8

char byte_of(unsigned value) { return static_cast<char>(static_cast<unsigned char>(value)); }

char* append_utf8(char* to, unsigned char byte) {
  const unsigned value = byte >= 0x80 && byte < 0xa0 ? windows_1252[byte - 0x80U] : byte;
  if (value < 0x80) {
    *to++ = byte_of(value);
  } else if (value < 0x800) {
    *to++ = byte_of(0xc0U | (value >> 6U));
    *to++ = byte_of(0x80U | (value & 0x3fU));
  } else {
    *to++ = byte_of(0xe0U | (value >> 12U));
    *to++ = byte_of(0x80U | ((value >> 6U) & 0x3fU));
    *to++ = byte_of(0x80U | (value & 0x3fU));
  }
  return to;
}

// Whether `tail`, which find_invalid_utf8 refuses at its beginning, may be a character whose rest is not read yet.
bool may_be_cut(std::string_view tail) {
  if (tail.empty() || tail.size() > 3) return false;
  const auto first = static_cast<unsigned char>(tail[0]);
  if (first < 0xc2 || first > 0xf4) return false;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return tail.size() < length && std::all_of(
                                     tail.begin() + 1, tail.end(),
                                     [](char letter) { return (static_cast<unsigned char>(letter) & 0xc0U) == 0x80U; });
}

}  // namespace

CsvBuffer::CsvBuffer(std::unique_ptr<ByteSource> source, std::string name, const CsvOptions& options,
                     std::size_t most_kept_bytes)
    : source_(std::move(source)),
      name_(std::move(name)),
      encoding_(options.encoding),
      read_bytes_(std::max(options.read_bytes, std::size_t{1})),
      room_bytes_(encoding_ == Encoding::latin1 ? most_bytes_per_latin1 * read_bytes_ : read_bytes_),
      most_kept_bytes_(std::min(most_kept_bytes, SIZE_MAX / 4)) {
  capacity_ = std::max(2 * room_bytes_, std::size_t{64});
  bytes_ = std::make_unique_for_overwrite<char[]>(capacity_ + scan_bytes);
  std::memset(bytes_.get() + capacity_, 0, scan_bytes);
  if (encoding_ == Encoding::latin1) latin1_ = std::make_unique_for_overwrite<char[]>(most_cut_bytes + read_bytes_);
}

Result<> CsvBuffer::begin() {
  while (bytes_read_ < first_bytes_.size() && !at_end_) {
    if (!fill()) return error_;
  }
  if (bytes_read_ == 0) {
    return Error{ErrorKind::data, name_, 0, "the file is empty", "an export begins with a line of column names"};
  }
  if (lang::is_workbook({reinterpret_cast<const char*>(first_bytes_.data()), first_bytes_.size()})) {
    return Error{ErrorKind::data, name_, 0, "the file is an Excel workbook or another packed file, not a CSV file",
                 "open it in the spreadsheet program and save it as \"CSV UTF-8\""};
  }
  const bool little = first_bytes_[0] == 0xff && first_bytes_[1] == 0xfe;
  const bool big = first_bytes_[0] == 0xfe && first_bytes_[1] == 0xff;
  if (bytes_read_ >= 2 && (little || big)) {
    return Error{ErrorKind::data, name_, 0, "the file is UTF-16 (a spreadsheet's \"Unicode text\")",
                 "save it again as \"CSV UTF-8\""};
  }
  if (bytes_read_ >= 3 && first_bytes_[0] == 0xef && first_bytes_[1] == 0xbb && first_bytes_[2] == 0xbf) {
    if (encoding_ == Encoding::latin1) {
      return Error{ErrorKind::data, name_, 0, "the file says that it is UTF-8, not Latin-1",
                   "leave out --encoding latin1"};
    }
    std::memmove(bytes_.get(), bytes_.get() + 3, end_ - 3);
    end_ -= 3;
    dropped_ = 3;
  }
  while (end_ < most_other_file_bytes && !at_end_) {
    make_room(0);
    if (!fill()) return error_;
  }
  if (const std::string_view kind = kind_of_other_file(view(0, std::min(end_, most_other_file_bytes))); !kind.empty()) {
    return Error{ErrorKind::data, name_, 0, fmt::format("this is {}, not an export", kind),
                 "name the table that your CRM exports, saved as \"CSV UTF-8\""};
  }
  if (!check(1)) return error_;
  return lang::Done{};
}

bool CsvBuffer::more(std::size_t keep_from, std::uint64_t line) {
  make_room(keep_from);
  return fill() && check(line);
}

void CsvBuffer::make_room(std::size_t keep_from) {
  const std::size_t kept = end_ - keep_from;
  if (capacity_ - kept < room_bytes_) {
    // Doubling keeps copying linear; no window is larger than a row at its limit and two blocks.
    const std::size_t wanted = kept + room_bytes_;
    const std::size_t capacity = std::max(wanted, std::min(2 * capacity_, most_kept_bytes_ + 2 * room_bytes_));
    auto larger = std::make_unique_for_overwrite<char[]>(capacity + scan_bytes);
    std::memcpy(larger.get(), bytes_.get() + keep_from, kept);
    std::memset(larger.get() + capacity, 0, scan_bytes);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  } else if (keep_from > 0 && kept > 0) {
    std::memmove(bytes_.get(), bytes_.get() + keep_from, kept);
  }
  end_ = kept;
  checked_ = checked_ > keep_from ? checked_ - keep_from : 0;
  dropped_ += keep_from;
}

// Appends one read to the window. Precondition: there is room, which make_room() sees to.
bool CsvBuffer::fill() {
  const std::size_t room = capacity_ - end_;
  if (encoding_ == Encoding::latin1) return fill_latin1(room);
  Result<std::size_t> got = source_->read(bytes_.get() + end_, room);
  if (!got) {
    error_ = got.error();
    return false;
  }
  for (std::size_t i = 0; i < *got && bytes_read_ + i < first_bytes_.size(); ++i) {
    first_bytes_[bytes_read_ + i] = static_cast<unsigned char>(bytes_[end_ + i]);
  }
  bytes_read_ += *got;
  end_ += *got;
  at_end_ = *got == 0;
  return true;
}

bool CsvBuffer::fill_latin1(std::size_t room) {
  const std::size_t most = std::min(read_bytes_, room / most_bytes_per_latin1);
  char* const fresh = latin1_.get() + cut_;
  Result<std::size_t> got = source_->read(fresh, most);
  if (!got) {
    error_ = got.error();
    return false;
  }
  for (std::size_t i = 0; i < *got && bytes_read_ + i < first_bytes_.size(); ++i) {
    first_bytes_[bytes_read_ + i] = static_cast<unsigned char>(fresh[i]);
  }
  bytes_read_ += *got;
  char* to = bytes_.get() + end_;
  for (std::size_t i = 0; i < *got; ++i) to = append_utf8(to, static_cast<unsigned char>(fresh[i]));
  end_ = static_cast<std::size_t>(to - bytes_.get());
  at_end_ = *got == 0;
  if (may_be_latin1({latin1_.get(), cut_ + *got}, at_end_)) return true;
  error_ = Error{ErrorKind::data, name_, 0, "the file is UTF-8, not Latin-1: all of its letters read as UTF-8",
                 "leave out --encoding latin1; if it is Latin-1 all the same, save it again as \"CSV UTF-8\""};
  return false;
}

// Letters of Latin-1 stand among those of ASCII, which no character of UTF-8 has: a whole file that reads as UTF-8 is
// written so, and as Latin-1 "München" would silently become "MÃ¼nchen". `block` begins with the `cut_` bytes.
bool CsvBuffer::may_be_latin1(std::string_view block, bool is_last) {
  if (!reads_as_utf8_) return true;
  // What is not read yet: nothing, but a place in the block all the same, for `memmove` takes no null.
  const std::string_view tail = block.substr(std::min(lang::find_invalid_utf8(block), block.size()));
  reads_as_utf8_ = tail.empty() || (!is_last && may_be_cut(tail));
  is_beyond_ascii_ = is_beyond_ascii_ || std::any_of(block.begin(), block.end(), [](char letter) {
                       return static_cast<unsigned char>(letter) >= 0x80;
                     });
  cut_ = reads_as_utf8_ ? tail.size() : 0;
  std::memmove(latin1_.get(), tail.data(), cut_);
  return !is_last || !reads_as_utf8_ || !is_beyond_ascii_;
}

bool CsvBuffer::check(std::uint64_t line) {
  const char* const nul = static_cast<const char*>(std::memchr(bytes_.get() + checked_, 0, end_ - checked_));
  const std::string_view fresh = view(checked_, end_);
  const std::size_t bad = encoding_ == Encoding::utf8 ? lang::find_invalid_utf8(fresh) : std::string_view::npos;
  const bool cut = bad != std::string_view::npos && !at_end_ && may_be_cut(fresh.substr(bad));
  const std::size_t nul_at = nul == nullptr ? std::string_view::npos : static_cast<std::size_t>(nul - fresh.data());
  if (bad != std::string_view::npos && !cut && bad < nul_at) {
    const std::size_t at = checked_ + bad;
    error_ = Error{ErrorKind::data, name_, line + count_line_ends(view(0, at)),
                   fmt::format("the text is not UTF-8 (perhaps Latin-1): byte {} of the file is {:#04x}",
                               dropped_ + at + 1, static_cast<unsigned>(static_cast<unsigned char>(fresh[bad]))),
                   "pass --encoding latin1, or save the file again as \"CSV UTF-8\""};
    return false;
  }
  if (nul != nullptr) {
    error_ = Error{ErrorKind::data, name_, line + count_line_ends(view(0, checked_ + nul_at)),
                   "there is a NUL byte, which no text has", "save the file again as \"CSV UTF-8\""};
    return false;
  }
  checked_ = cut ? checked_ + bad : end_;
  return true;
}

}  // namespace muster::runtime
