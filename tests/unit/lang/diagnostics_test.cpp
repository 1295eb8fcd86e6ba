// Rendering of messages, suggestions, source files and loading.
#include <doctest/doctest.h>

#include <string>

#include "lang/source/load.h"
#include "tests/unit/lang/dump.h"

using namespace muster;
using namespace muster::lang;

namespace {

std::string rendered(std::string text) {
  const test::Parsed parsed = test::parse_text(std::move(text));
  return render(parsed.diagnostics, parsed.sources, {});
}

}  // namespace

TEST_CASE("a message shows its place, the line and the fix") {
  CHECK(rendered("score s {\n  +25 when\n}\n") ==
        "t.muster:2:11: error M1001: expected a condition after `when`\n"
        "    2 |   +25 when\n"
        "      |           ^\n"
        "      = write what must be true, such as `employees >= 100`\n"
        "1 error\n");
  CHECK(rendered("let x = 1\n") == "no errors\n");
}

TEST_CASE("tabs, wide and combining letters are underlined in their columns") {
  CHECK(rendered("let x =\t\"日本\" == é\n") ==
        "t.muster:1:14: error M1017: `==` is not how Muster writes this\n"
        "    1 | let x = \"日本\" == é\n"
        "      |                ^^\n"
        "      = write `=`\n"
        "1 error\n");
}

TEST_CASE("control characters of the source never reach the terminal") {
  const std::string out = rendered("let x = a \x1b[31m b\n");
  CHECK(out.find('\x1b') == std::string::npos);
  CHECK(out.find("\\x1b") != std::string::npos);
}

TEST_CASE("a long line is cut around the mistake") {
  const std::string out =
      rendered("let x = " + std::string(5'000, 'a') + " == b and " + std::string(5'000, 'c') + "\n");
  CHECK(out.size() < 700);
  CHECK(out.find("^^") != std::string::npos);
}

TEST_CASE("colours only when asked, and no more messages than asked") {
  const test::Parsed parsed = test::parse_text("let x = a == b == c\n");
  CHECK(render(parsed.diagnostics, parsed.sources, {}).find('\x1b') == std::string::npos);
  CHECK(render(parsed.diagnostics, parsed.sources, {.color = true}).find("\x1b[1;31m") != std::string::npos);
  const std::string one = render(parsed.diagnostics, parsed.sources, {.color = false, .most = 1});
  CHECK(one.find("2 messages not shown") == std::string::npos);
  CHECK(one.find("2 messages more not shown") != std::string::npos);
}

TEST_CASE("did_you_mean") {
  CHECK(did_you_mean("industri", {"industry", "employees"}) == "industry");
  CHECK(did_you_mean("indsutry", {"industry"}) == "industry");  // swapped letters are one slip
  CHECK(did_you_mean("größe", {"grösse", "laenge"}) == "grösse");
  CHECK(did_you_mean("ab", {"cd", "ef"}).empty());
  CHECK(did_you_mean("abc", {"abd", "abe"}) == "abd");
  CHECK(did_you_mean("", {"a"}).empty());
  CHECK(did_you_mean("country", {}).empty());
}

TEST_CASE("positions") {
  const SourceFile file("f", "aä\r\nbc\n\n", false);
  CHECK(file.line_count() == 4);
  CHECK(file.line_text(1) == "aä");
  CHECK(file.line_text(2) == "bc");
  CHECK(file.line_text(4) == "");
  CHECK(file.position(3).column == 3);
  CHECK(file.position(5).line == 2);
  CHECK(file.position(999).line == 4);
}

TEST_CASE("loading refuses what no policy may be") {
  SourceMap sources;
  Limits limits;
  const auto fails = [&](std::string text) {
    const auto result = add_source("p.muster", std::move(text), false, limits, sources);
    return result ? std::string("loaded") : std::to_string(result.error().line) + " " + result.error().message;
  };
  CHECK(fails("let x = 1") == "loaded");
  CHECK(fails("\xEF\xBB\xBFlet x = 1") == "loaded");
  CHECK(sources[FileId{1}].text() == "let x = 1");
  CHECK(fails("a\nb\xff") == "2 this line holds bytes that are not UTF-8");
  CHECK(fails(std::string("a\0b", 3)).starts_with("1 this file holds a zero byte"));
  CHECK(fails("a\n\nb \u202e c").starts_with("3 this line holds the invisible character U+202E"));
  CHECK(fails("a\ne\u0301").starts_with("2 this line holds letters and accents"));
  limits.source_bytes = 3;
  CHECK(fails("abcd").starts_with("0 this file is larger than 3 bytes"));
  CHECK(load_source("/", limits, sources).error().message == "this is a folder, not a policy");
  CHECK(load_source("does/not/exist", limits, sources).error().kind == ErrorKind::file);
}
