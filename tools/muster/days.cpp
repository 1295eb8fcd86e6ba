#include "tools/muster/days.h"

namespace muster::tools {

std::set<std::int32_t> days_of_change(const lang::Tree& tree) {
  std::set<std::int32_t> days;
  for (const lang::Declaration& declaration : tree.declarations) {
    const auto* setting = std::get_if<lang::SettingDecl>(&declaration.node);
    if (setting == nullptr) continue;
    for (const lang::DatedValue& later : setting->later) days.insert(later.from);
  }
  return days;
}

std::set<std::int32_t> days_to_try(const lang::Tree& tree) {
  constexpr std::int32_t some_day = 20'454;  // 2026-01-01, where the policy names no day: the clock is never asked
  std::set<std::int32_t> days;
  for (const std::int32_t day : days_of_change(tree)) {
    days.insert(day - 1);
    days.insert(day);
  }
  for (const lang::Declaration& declaration : tree.declarations) {
    const auto* header = std::get_if<lang::PolicyHeader>(&declaration.node);
    if (header == nullptr) continue;
    for (const lang::PolicyEntry& entry : header->entries) {
      if (entry.key != lang::PolicyEntry::Key::effective) continue;
      if (entry.from) days.insert(*entry.from);
      if (entry.to) days.insert(*entry.to);
    }
  }
  if (days.empty()) days.insert(some_day);
  return days;
}

}  // namespace muster::tools
