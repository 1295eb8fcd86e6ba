#include "tools/muster/junit.h"

#include <fmt/format.h>

#include <string_view>

#include "lang/source/unicode.h"
#include "runtime/emit/output_file.h"

namespace muster::tools {

namespace {

// Neither markup nor what XML 1.0 forbids: control characters other than tab and newline, U+FFFE and U+FFFF.
std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (std::size_t at = 0; at < text.size();) {
    const lang::CodePoint point = lang::decode(text.substr(at));
    const std::string_view bytes = text.substr(at, point.bytes);
    at += point.bytes;
    const bool is_control = (point.value < 0x20 && point.value != '\n' && point.value != '\t') ||
                            (point.value >= 0x7F && point.value < 0xA0) || point.value == 0xFFFE ||
                            point.value == 0xFFFF;
    if (is_control) continue;
    switch (point.value) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\n':
        escaped += "&#10;";
        break;
      case '\t':
        escaped += "&#9;";
        break;
      default:
        escaped += bytes;
    }
  }
  return escaped;
}

}  // namespace

std::string junit_text(const std::vector<JunitSuite>& suites) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const JunitSuite& suite : suites) {
    std::size_t failed = 0;
    for (const JunitCase& each : suite.cases) failed += each.failure.empty() ? 0 : 1;
    const std::string policy = escape_xml(suite.policy);
    text += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n", policy, suite.cases.size(), failed);
    for (const JunitCase& each : suite.cases) {
      text += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"", policy, escape_xml(each.title),
                          escape_xml(each.place));
      if (each.failure.empty()) {
        text += "/>\n";
      } else {
        text += fmt::format(">\n      <failure message=\"{}\"/>\n    </testcase>\n", escape_xml(each.failure));
      }
    }
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

lang::Result<> write_junit(const std::string& path, const std::vector<JunitSuite>& suites) {
  auto file = runtime::OutputFile::create(path);
  if (!file) return file.error();
  if (auto written = file->write(junit_text(suites)); !written) return written.error();
  return file->commit();
}

}  // namespace muster::tools
