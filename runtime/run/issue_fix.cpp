#include "runtime/run/issue_fix.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "lang/source/quote.h"
#include "lang/source/unicode.h"
#include "lang/spec/spec.h"
#include "runtime/data/batch.h"
#include "runtime/init/infer.h"
#include "runtime/init/names.h"
#include "stdlib/kernels/parse_value.h"

namespace muster::runtime {

using kernels::CellFault;

namespace {

// What cells of both kinds look like together: a fix must not lose the cells that are read already.
ColumnProfile profile_of(const CellExamples& examples) {
  ColumnProfile column;
  for (const std::string& example : examples.read) column.add(example);
  for (const std::string& example : examples.unread) column.add(example);
  return column;
}

bool reads_any(const std::string& format, const std::vector<std::string>& examples) {
  const auto made = kernels::TimeFormat::make(format, true);
  return made && std::any_of(examples.begin(), examples.end(), [&](const std::string& example) {
           CellFault fault = CellFault::none;
           return made->parse(example, fault).has_value();
         });
}

// Nothing is guessed: where the day and the month cannot be told apart, both formats are named.
std::string fix_of_date(const compiler::FieldSchema& field, const CellExamples& examples) {
  const InferredType type = infer_type(profile_of(examples), "");
  const bool is_time = type.kind == compiler::Kind::date || type.kind == compiler::Kind::datetime;
  if (is_time && type.formats.size() > 1 && !field.time_formats.empty() && !examples.read.empty()) {
    // Those that stand there may read further cells, of which we have no example.
    std::string added;
    for (const std::string& format : type.formats) {
      if (reads_any(format, examples.unread)) added += ", " + lang::quote(format);
    }
    return fmt::format("write `{}` behind the format of `{}`", added, field.name);
  }
  if (is_time && !type.formats.empty())
    return fmt::format("write `format {}` behind `{}`", quoted_list(type.formats), field.name);
  if (type.day_first_or_month_first) {
    const auto& [one, other] = *type.day_first_or_month_first;
    return fmt::format("write `format {}` or `format {}` behind `{}`, whichever the export means", quoted_list(one),
                       quoted_list(other), field.name);
  }
  if (!field.time_formats.empty())
    return fmt::format("mend these cells in the export, or add how they are written to the format of `{}`", field.name);
  return fmt::format("say behind `{}` how the export writes dates, such as `format \"DD/MM/YYYY\"`", field.name);
}

std::string fix_of_number(const compiler::FieldSchema& field, const CellExamples& examples) {
  const InferredType type = infer_type(profile_of(examples), "");
  const kernels::NumberFormat& style = number_styles[type.number_style].format;
  const bool is_sure = type.doubt.empty() && !type.formats.empty();
  if (type.kind == compiler::Kind::money && field.type.kind != compiler::Kind::money) {
    const std::string how = is_sure              ? ", with `format " + quoted_list(type.formats) + "`"
                            : type.doubt.empty() ? ""
                                                 : ", and say how the export writes numbers (`format \"1.234,56\"`)";
    return fmt::format("these cells have a currency sign: declare `{}` as `money {}?`{}", field.name, type.currency,
                       how);
  }
  if (is_sure && (style.decimal != field.number_format.decimal || style.thousands != field.number_format.thousands))
    return fmt::format("write `format {}` behind `{}`", quoted_list(type.formats), field.name);
  if (field.number_format.decimal == ',') {  // then it has a format
    return fmt::format("mend these cells in the export, or say behind `{}` what means none (`missing when \"n/a\"`)",
                       field.name);
  }
  return fmt::format(
      "say behind `{}` how the export writes numbers (`format \"1.234,56\"`), or what means none (`missing when "
      "\"n/a\"`)",
      field.name);
}

// 1.250 may be a thousand and more. Where the export has 1,250 as well, each format reads some of them as a thousandth.
std::string fix_of_fraction(const compiler::FieldSchema& field, const CellExamples& examples) {
  const ColumnProfile column = profile_of(examples);
  const NumberProfile& numbers = column.numbers;
  if (numbers.point_either.count == 0 || numbers.only_point.count > 0)
    return fmt::format("declare `{}` as `decimal`", field.name);
  if (numbers.comma_either.count + numbers.only_comma.count > 0)
    return fmt::format("mend these cells in the export: others of `{}` have a comma between thousands", field.name);
  return fmt::format(
      "if the point stands between thousands, write `format \"1.234,56\"` behind `{}`: until then also cells such as "
      "15.000 are read as 15; if it stands before a fraction, declare `{}` as `decimal`",
      field.name, field.name);
}

// No field reads two currencies.
std::string fix_of_currency(const compiler::FieldSchema& field, const CellExamples& examples) {
  const std::string_view own = lang::currency_rows[field.type.currency].code;
  const ColumnProfile column = profile_of(examples);
  const std::vector<CurrencyCount>& seen = column.numbers.currencies;
  const auto is_own = [&](const CurrencyCount& each) { return each.code == own; };
  const auto other = std::find_if_not(seen.begin(), seen.end(), is_own);
  if (other == seen.end()) return "give the other currency a field of its own, `from` the same column";
  if (seen.size() == 1) return fmt::format("declare `{}` as `money {}?`", field.name, other->code);
  return fmt::format("give the other currency a field of its own, such as `{}_{}: money {}? from {}`", field.name,
                     lang::to_lower(other->code), other->code, quoted_list(field.headers));
}

}  // namespace

std::string fix_of(std::uint8_t fault, const compiler::Schema& schema, const compiler::FieldSchema& field,
                   const CellExamples& examples) {
  if (fault == CellIssue::blank)
    return fmt::format("if it may be blank, write `?` behind the type of `{}`", field.name);
  switch (static_cast<CellFault>(fault)) {
    case CellFault::not_a_date:
    case CellFault::no_such_day:
      return fix_of_date(field, examples);
    case CellFault::not_a_number:
      return fix_of_number(field, examples);
    case CellFault::wrong_currency:
      return fix_of_currency(field, examples);
    case CellFault::not_whole:
      return fix_of_fraction(field, examples);
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
      return {};
  }
  return {};
}

}  // namespace muster::runtime
