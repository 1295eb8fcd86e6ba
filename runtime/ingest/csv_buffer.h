// The bytes of an export as one moving window of UTF-8 text: reads blocks, drops a byte-order mark, converts Latin-1,
// and refuses what is not text. May include: runtime/ingest/byte_source.h, lang/*. Called by: csv only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lang/support/result.h"
#include "runtime/ingest/byte_source.h"
#include "runtime/ingest/csv.h"

namespace muster::runtime {

class CsvBuffer {
 public:
  // `most_kept_bytes` is the most that the caller keeps in the window, apart from what was read last.
  CsvBuffer(std::unique_ptr<ByteSource> source, std::string name, const CsvOptions& options,
            std::size_t most_kept_bytes);

  // Reads the first block. Error: see CsvReader::open.
  lang::Result<> begin();

  // Positions are offsets from data(); bytes [0, end()) are text, and scan_bytes more may be read but mean nothing.
  [[nodiscard]] const char* data() const { return bytes_.get(); }
  [[nodiscard]] std::size_t end() const { return end_; }
  [[nodiscard]] bool at_end() const { return at_end_; }  // there is nothing after end()
  [[nodiscard]] std::string_view view(std::size_t from, std::size_t to) const { return {data() + from, to - from}; }

  // Up to here the text is checked; what follows is the beginning of a character, at most 3 bytes. A caller that skips
  // text keeps those.
  [[nodiscard]] std::size_t checked() const { return checked_; }

  // Forgets the bytes before `keep_from`, so that this byte is at position 0, and reads more; false after an error.
  // At the end of the file it returns true with at_end(). `line` is the line of that byte, for messages.
  bool more(std::size_t keep_from, std::uint64_t line);

  [[nodiscard]] const lang::Error& error() const { return error_; }
  void fail(lang::Error error) { error_ = std::move(error); }
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  [[nodiscard]] const ByteSource& source() const { return *source_; }
  std::unique_ptr<ByteSource> release_source() { return std::move(source_); }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  bool fill();
  bool fill_latin1(std::size_t room);
  bool may_be_latin1(std::string_view block, bool is_last);
  bool check(std::uint64_t line);
  void make_room(std::size_t keep_from);

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  Encoding encoding_;
  std::size_t read_bytes_;
  std::size_t room_bytes_;  // what read_bytes_ may become as UTF-8
  std::size_t most_kept_bytes_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t end_ = 0;
  std::size_t checked_ = 0;  // text up to here is known to be well-formed
  bool at_end_ = false;
  std::unique_ptr<char[]> latin1_;  // what was read last, behind `cut_` bytes of what might be a character of UTF-8
  std::size_t cut_ = 0;
  bool reads_as_utf8_ = true;                   // all that was read as Latin-1
  bool is_beyond_ascii_ = false;                // some of it
  std::array<unsigned char, 4> first_bytes_{};  // of the source, to recognise byte-order marks and workbooks
  std::uint64_t bytes_read_ = 0;
  std::uint64_t dropped_ = 0;  // text bytes before position 0
  lang::Error error_;
};

}  // namespace muster::runtime
