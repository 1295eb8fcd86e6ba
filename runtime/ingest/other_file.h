// Files that are taken for an export and are another kind of text: a saved web page, JSON, a policy. Every line of such
// a file would be a row. May include: lang/*. Called by: csv_buffer, tests.
#pragma once

#include <cstddef>
#include <string_view>

namespace muster::runtime {

// What a text is that begins like this, such as "a web page"; empty: it may be an export. Decided by the content, as a
// file may be called what it likes. `begin` has no byte-order mark and may end anywhere.
[[nodiscard]] std::string_view kind_of_other_file(std::string_view begin);

// How much of a file is looked at.
inline constexpr std::size_t most_other_file_bytes = 4096;

}  // namespace muster::runtime
