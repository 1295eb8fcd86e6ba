#include "runtime/data/rejected_row.h"

namespace muster::runtime {

std::string_view describe(RejectKind kind) {
  switch (kind) {
    case RejectKind::text_after_quote:
      return "rows with text after a closing quote";
    case RejectKind::unclosed_quote:
      return "rows with a quote that is not closed";
    case RejectKind::too_few_cells:
      return "rows with fewer cells than the header";
    case RejectKind::too_many_cells:
      return "rows with more cells than the header";
    case RejectKind::cell_too_long:
      return "rows with a cell that is too long";
    case RejectKind::record_too_long:
      return "rows that are too long";
    case RejectKind::key_missing:
      return "rows without a key";
    case RejectKind::key_conflict:
      return "rows that share their key with a different row";
    case RejectKind::required_missing:
      return "rows without a required value";
    case RejectKind::overflow:
      return "rows with a number that is too large to calculate with";
  }
  return "";
}

}  // namespace muster::runtime
