// Results of tests as JUnit's XML, which CI systems read. May include: lang/support, runtime/emit. Called by: test.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lang/support/result.h"

namespace muster::tools {

struct JunitCase {
  std::string title;
  std::string place;    // file:line
  std::string failure;  // empty: passed
};
struct JunitSuite {
  std::string policy;
  std::vector<JunitCase> cases;
};

// Bytes that XML cannot hold are left out.
[[nodiscard]] std::string junit_text(const std::vector<JunitSuite>& suites);
// The file appears under its name when it is complete. Errors (file): it cannot be written.
lang::Result<> write_junit(const std::string& path, const std::vector<JunitSuite>& suites);

}  // namespace muster::tools
