#include "tools/muster/mixed_up.h"

#include <fmt/format.h>

#include "lang/source/unicode.h"
#include "tools/muster/paths.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

std::optional<lang::Error> find_mixed_up(const lang::Result<compiler::Compiled>& compiled, std::string_view command,
                                         const std::string& policy, const std::string& leads) {
  // A file that cannot be opened may be anything.
  const bool is_no_policy =
      compiled ? compiled->tree.declarations.empty() : compiled.error().kind != lang::ErrorKind::file;
  if (!is_no_policy) return std::nullopt;
  const std::string name = lang::to_lower(policy);
  const bool is_workbook = name.ends_with(".xlsx") || name.ends_with(".xls");
  const bool is_export = is_workbook || name.ends_with(".csv") || name.ends_with(".tsv");
  if (!is_export) return std::nullopt;
  const std::string folder = folder_of(policy);
  const std::string as_csv = (folder == "." ? "" : folder + "/") + base_name(policy) + ".csv";
  const std::string save_first = is_workbook ? "save the workbook as \"CSV UTF-8\" first, then: " : "";
  const std::string& exported = is_workbook ? as_csv : policy;
  if (lang::to_lower(leads).ends_with(".muster")) {
    return usage("the policy and the export are swapped: the policy stands first",
                 fmt::format("{}muster {} {} {}", save_first, command, leads, exported));
  }
  if (!leads.empty()) return std::nullopt;
  return usage(fmt::format("{} is an export, not a policy", policy),
               fmt::format("{}muster init {} writes a first policy from it", save_first, exported));
}

}  // namespace muster::tools
