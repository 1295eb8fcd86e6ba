#include "runtime/verdict/format_value.h"

#include <string_view>

#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::runtime {
namespace {

// What the program calls a code; empty where it has no name.
std::string_view name_of(const compiler::Program& program, const compiler::Type& type, std::uint32_t code) {
  const auto at = [code](const auto& names) -> std::string_view {
    return code < names.size() ? std::string_view(names[code].name) : std::string_view();
  };
  if (type.kind == compiler::Kind::picklist) return at(program.schema.picklists[type.index].members);
  if (type.kind == compiler::Kind::stage && program.outputs.lifecycle) return at(program.outputs.lifecycle->stages);
  for (const compiler::GradeOutput& grade : program.outputs.grades) {
    if (program.insts[grade.value].type == type && code < grade.labels.size()) return grade.labels[code];
  }
  return {};
}

}  // namespace

void format_value(const compiler::Program& program, const compiler::Type& type, const Vector& value, std::size_t row,
                  std::string& out) {
  using compiler::Kind;
  if (type.kind == Kind::boolean) {
    out += value.is_yes(row) ? "yes" : value.is_no(row) ? "no" : "undecided";
    return;
  }
  if (!value.is_known(row)) return;
  switch (type.kind) {
    case Kind::poison:
    case Kind::boolean:
      return;
    case Kind::integer:
    case Kind::decimal:
    case Kind::money:
      out += kernels::format_decimal(value.integers[row], type.digits);
      return;
    case Kind::percent: {
      // 0.45 is written 45%. A share with fewer than two digits has no more than ten per cent steps.
      const unsigned digits = type.digits < 2 ? 0 : type.digits - 2U;
      const std::int64_t raise = type.digits >= 2 ? 1 : type.digits == 1 ? 10 : 100;
      const auto raised = kernels::multiply(value.integers[row], raise, 0);
      if (raised.fault != kernels::Fault::none) return;
      out += kernels::format_decimal(raised.value, digits);
      out.push_back('%');
      return;
    }
    case Kind::date:
      out += kernels::format_date(value.integers[row]);
      return;
    case Kind::datetime:
      out += program.zone.format_local(value.integers[row]);
      return;
    case Kind::duration:
      out += kernels::format_duration(value.integers[row]);
      return;
    case Kind::text:
      out += value.dictionary->text(value.codes[row]);
      return;
    case Kind::picklist:
    case Kind::grade:
    case Kind::stage:
      out += name_of(program, type, value.codes[row]);
      return;
  }
}

}  // namespace muster::runtime
