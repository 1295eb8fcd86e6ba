#include <algorithm>
#include <string>
#include <vector>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/unicode.h"

namespace muster::lang {
namespace {

// Names longer than this are no slips of one another worth the quadratic time.
constexpr std::size_t longest_name_letters = 64;

std::u32string letters_of(std::string_view text) {
  const std::string folded = fold(text);
  std::u32string letters;
  for (std::string_view rest = folded; !rest.empty();) {
    const CodePoint point = decode(rest);
    letters.push_back(point.value);
    rest.remove_prefix(point.bytes);
  }
  return letters;
}

// Edits between two words; swapping two neighbours is one edit (optimal string alignment).
std::size_t count_edits(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view written, const std::vector<std::string>& candidates) {
  const std::u32string letters = letters_of(written);
  if (letters.empty() || letters.size() > longest_name_letters) return {};
  std::size_t fewest = letters.size() + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    const std::u32string other = letters_of(candidate);
    if (other.size() > longest_name_letters || candidate == written) continue;
    const std::size_t longer = std::max(letters.size(), other.size());
    const std::size_t shorter = std::min(letters.size(), other.size());
    if ((longer - shorter) * 3 > longer) continue;  // as many edits at least
    const std::size_t edits = count_edits(letters, other);
    if (edits * 3 > longer) continue;
    // Ties break by the alphabet, so that the answer does not depend on the order of declarations.
    if (edits < fewest || (edits == fewest && candidate < best)) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

}  // namespace muster::lang
