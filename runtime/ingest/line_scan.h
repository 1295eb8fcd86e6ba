// The inner loops of the CSV splitter: 64 bytes at a time with SSE2 where the machine has it, byte by byte elsewhere.
// May include: the standard library. Called by: csv, csv_buffer.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace muster::runtime {

inline constexpr std::size_t scan_bytes = 64;

// Bit i: byte i is `separator`, LF or CR. Reads scan_bytes bytes, which must be there.
[[nodiscard]] inline std::uint64_t find_cell_ends(const char* bytes, char separator) {
  std::uint64_t mask = 0;
#if defined(__SSE2__)
  const __m128i separators = _mm_set1_epi8(separator);
  const __m128i line_feeds = _mm_set1_epi8('\n');
  const __m128i returns = _mm_set1_epi8('\r');
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i data = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + std::size_t{16} * part));
    const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(data, separators),
                                     _mm_or_si128(_mm_cmpeq_epi8(data, line_feeds), _mm_cmpeq_epi8(data, returns)));
    mask |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(hit))) << (16 * part);
  }
#else
  for (std::size_t i = 0; i < scan_bytes; ++i) {
    const bool hit = bytes[i] == separator || bytes[i] == '\n' || bytes[i] == '\r';
    mask |= static_cast<std::uint64_t>(hit) << i;
  }
#endif
  return mask;
}

// Line ends in `text`: LF, CRLF and CR count one each. A CR at the very end counts.
[[nodiscard]] inline std::uint64_t count_line_ends(std::string_view text) {
  std::uint64_t count = 0;
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i line_feeds = _mm_set1_epi8('\n');
  const __m128i returns = _mm_set1_epi8('\r');
  for (; i + 16 <= text.size(); i += 16) {
    const __m128i data = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
    const auto feeds = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(data, line_feeds)));
    const auto carriage = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(data, returns)));
    count += static_cast<std::uint64_t>(std::popcount(feeds));
    if (carriage != 0) {
      // A CR before an LF is half of one line end; the byte after the sixteenth decides for the last.
      const bool feed_next = i + 16 < text.size() && text[i + 16] == '\n';
      const std::uint32_t followed = (feeds >> 1) | (feed_next ? 0x8000U : 0U);
      count += static_cast<std::uint64_t>(std::popcount(carriage & ~followed));
    }
  }
#endif
  for (; i < text.size(); ++i) {
    if (text[i] == '\n') ++count;
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) ++count;
  }
  return count;
}

// The position of the first LF or CR from `from` on, or npos.
[[nodiscard]] inline std::size_t find_line_end(std::string_view text, std::size_t from) {
  return text.find_first_of("\r\n", from);
}

}  // namespace muster::runtime
