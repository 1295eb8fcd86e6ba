#include "runtime/run/issue_fix.h"

#include <fmt/format.h>

#include "runtime/data/batch.h"
#include "runtime/init/infer.h"
#include "stdlib/kernels/parse_value.h"

namespace muster::runtime {

using kernels::CellFault;

namespace {

// Nothing is guessed: where the day and the month cannot be told apart, both formats are named.
std::string fix_of_date(const std::string& field, std::span<const std::string> examples) {
  ColumnProfile column;
  for (const std::string& example : examples) column.add(example);
  const InferredType type = infer_type(column, "");
  const bool is_time = type.kind == compiler::Kind::date || type.kind == compiler::Kind::datetime;
  if (is_time && !type.format.empty()) return fmt::format("write `format \"{}\"` behind `{}`", type.format, field);
  if (type.day_first_or_month_first) {
    const auto& [one, other] = *type.day_first_or_month_first;
    return fmt::format("write `format \"{}\"` or `format \"{}\"` behind `{}`, whichever the export means", one, other,
                       field);
  }
  return fmt::format("say behind `{}` how the export writes dates, such as `format \"DD/MM/YYYY\"`", field);
}

std::string fix_of_number(const std::string& field) {
  return fmt::format(
      "say behind `{}` how the export writes numbers (`format \"1.234,56\"`), or what means none (`missing when "
      "\"n/a\"`)",
      field);
}

}  // namespace

std::string fix_of(std::uint8_t fault, const compiler::Schema& schema, const compiler::FieldSchema& field,
                   std::span<const std::string> examples) {
  if (fault == CellIssue::blank)
    return fmt::format("if it may be blank, write `?` behind the type of `{}`", field.name);
  switch (static_cast<CellFault>(fault)) {
    case CellFault::not_a_date:
    case CellFault::no_such_day:
      return fix_of_date(field.name, examples);
    case CellFault::not_a_number:
      return fix_of_number(field.name);
    case CellFault::not_whole:
      return fmt::format("declare `{}` as `decimal`", field.name);
    case CellFault::not_a_duration:
      return fmt::format("say behind `{}` what the export counts, such as `format \"seconds\"`", field.name);
    case CellFault::not_yes_or_no:
      return fmt::format("declare `{}` as a picklist of the words that the export holds", field.name);
    case CellFault::unknown_spelling: {
      if (field.type.kind != compiler::Kind::picklist) return {};
      const compiler::PicklistSchema& picklist = schema.picklists[field.type.index];
      const std::string member = picklist.members.empty() ? "Name" : picklist.members.front().name;
      return fmt::format(
          "add the export's spelling to `picklist {}`, as in `{} = \"...\"`; `other` takes whatever is not listed",
          picklist.name, member);
    }
    case CellFault::none:
    case CellFault::out_of_range:
    case CellFault::wrong_currency:
      return {};
  }
  return {};
}

}  // namespace muster::runtime
