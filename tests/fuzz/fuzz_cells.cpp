// Any bytes as a cell: every reader of values ends, and what is written for CSV reads back as it was.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lang/source/unicode.h"
#include "runtime/init/column_profile.h"
#include "runtime/init/names.h"
#include "stdlib/kernels/parse_value.h"
#include "stdlib/kernels/text.h"

namespace kernels = muster::kernels;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view text = muster::lang::trim(bytes);
  const std::string folded = kernels::fold_text(text);
  if (kernels::fold_text(folded) != folded) std::abort();  // idempotent
  if (!text.empty()) {
    const kernels::NumberFormat format;
    (void)kernels::parse_integer(text, format);
    (void)kernels::parse_decimal(text, 4, format);
    (void)kernels::parse_percent(text, 4, format);
    (void)kernels::parse_money(text, "USD", 2, format);
    (void)kernels::parse_bool(text);
    (void)kernels::parse_date(text, {});
    (void)kernels::parse_datetime(text, {}, kernels::Zone::utc());
    (void)kernels::parse_duration(text, kernels::DurationFormat::words);
  }
  muster::runtime::ColumnProfile profile;
  profile.add(bytes);
  muster::runtime::NameSpace names;
  if (names.snake(bytes, "column").empty() || names.camel(bytes, "Column").empty()) std::abort();
  // Nothing that a terminal obeys is left.
  for (const char c : muster::lang::escape_for_terminal(bytes)) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) std::abort();
  }
  return 0;
}
