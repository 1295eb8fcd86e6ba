// Settings: one value, or values that take over from each other on given days.
#include "compiler/check/checker.h"

namespace muster::compiler {

using namespace lang;

void Checker::check_setting(const SettingDecl& setting, std::uint32_t index) {
  const Type type = type_from(setting.type);
  policy_.declaration_types[index] = type;
  policy_.declaration_may_be_missing[index] = false;
  const auto check_value = [&](ExprId id) -> std::optional<Constant> {
    const Type found = check(id, &type);
    if (type.kind == Kind::poison || found.kind == Kind::poison || !require_type(id, type, found)) return std::nullopt;
    if (found.kind == Kind::money && found.currency != type.currency) {
      report_wrong_type(id, type, found);  // a rate would change it from lead to lead
      return std::nullopt;
    }
    auto value = require_constant(id, "a setting");
    if (!value) return std::nullopt;
    value->value = kernels::rescale(value->value, found.digits, type.digits, RoundingMode::half_even).value;
    value->type = type;
    policy_.fixed[id.index] = *value;
    info(id).type = type;
    return value;
  };
  // The value in force on the day of the evaluation; without a day the first one.
  auto in_force = check_value(setting.value);
  std::optional<std::int32_t> before;
  for (const DatedValue& later : setting.later) {
    const auto value = check_value(later.value);
    if (before && later.from <= *before)
      diagnostics_.emit<DiagnosticId::dates_fall>(later.span, kernels::format_date(later.from));
    before = later.from;
    if (options_.as_of_day && later.from <= *options_.as_of_day) in_force = value;
  }
  if (in_force) policy_.constants[index] = *in_force;
}

std::string Checker::show_constant(const Constant& constant) const {
  const Type& type = constant.type;
  if (type.kind == Kind::text) return "\"" + constant.text + "\"";
  if (type.kind == Kind::boolean) return constant.value != 0 ? "yes" : "no";
  if (type.kind == Kind::picklist)
    return policy_.schema.picklists[type.index].members[static_cast<std::size_t>(constant.value)].name;
  return show(constant.value, type, type.digits, policy_.zone);
}

void Checker::list_settings() {
  for (std::uint32_t index = 0; index < tree_.declarations.size(); ++index) {
    const auto* setting = std::get_if<SettingDecl>(&tree_.declarations[index].node);
    const auto value = policy_.constants.find(index);
    if (setting == nullptr || value == policy_.constants.end()) continue;
    // A value that does not stand in the policy is the run's.
    const bool overridden = span(setting->value).file != setting->name.span.file;
    policy_.settings.push_back({setting->name.text, setting->title ? setting->title->text : std::string(),
                                show_constant(value->second), overridden});
  }
}

}  // namespace muster::compiler
