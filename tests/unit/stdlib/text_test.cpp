#include "stdlib/kernels/text.h"

#include <doctest/doctest.h>

#include <chrono>
#include <random>

namespace muster::kernels {
namespace {

using lang::TextOp;

bool holds(TextOp op, std::string_view text, std::vector<std::string> patterns) {
  auto pattern = TextPattern::make(op, std::move(patterns), lang::Limits{});
  REQUIRE(pattern.has_value());
  return pattern->matches(text, fold_text(text));
}

bool refused(TextOp op, std::string pattern) {
  return !TextPattern::make(op, {std::move(pattern)}, lang::Limits{}).has_value();
}

// The definition of a glob, as slow as it may be.
bool slow_glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return slow_glob(pattern.substr(1), text) || (!text.empty() && slow_glob(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
         slow_glob(pattern.substr(1), text.substr(1));
}

}  // namespace

TEST_CASE("texts are equal after trimming, NFC and simple case folding (section 4, number 22)") {
  CHECK(fold_text("  VP Sales\t") == "vp sales");
  CHECK(fold_text("Z\u00DCRICH") == fold_text("zu\u0308rich"));
  CHECK(fold_text("stra\u00DFe") != fold_text("strasse"));
  CHECK(fold_text("\u00A0 \uFEFF") == "");
}

TEST_CASE("contains word respects word boundaries (section 4, number 22)") {
  const auto word = [](std::string_view text, std::string needle) {
    return holds(TextOp::contains_word, text, {std::move(needle)});
  };
  CHECK(word("VP Sales", "vp"));
  CHECK(word("SVP/VP, Sales", "VP"));
  CHECK_FALSE(word("SVP Sales", "vp"));
  CHECK_FALSE(word("VPs", "vp"));
  CHECK_FALSE(word("vp2", "vp"));
  CHECK(word("svp vp", "vp"));
  CHECK(word("(intern)", "intern"));
  CHECK_FALSE(word("International", "intern"));
  CHECK(word("Head of Sales", "head of"));
  CHECK_FALSE(word("\u00C4vp", "vp"));
  CHECK_FALSE(word("vp\u0644", "vp"));
  CHECK(word("\u201Cvp\u201D", "vp"));
  CHECK(word("c++", "c++"));
  CHECK(word("C++ developer", "C++"));
  CHECK(word("DEVELOPPEUR \u00C9T\u00C9", "\u00E9te\u0301"));
}

TEST_CASE("contains, starts with, ends with") {
  CHECK(holds(TextOp::contains, "Presales", {"SALES"}));
  CHECK_FALSE(holds(TextOp::contains, "Marketing", {"sales"}));
  CHECK(holds(TextOp::contains, "Marketing", {"sales", "market"}));
  CHECK_FALSE(holds(TextOp::contains, "Marketing", {}));
  CHECK_FALSE(holds(TextOp::contains, "critical", {" it "}));  // a blank inside the text is a letter like any other
  CHECK(holds(TextOp::contains, "head of it ops", {" it "}));
  CHECK(holds(TextOp::starts_with, "Whitepaper 5", {" whitepaper"}));
  CHECK_FALSE(holds(TextOp::starts_with, "VPN", {"vp "}));
  CHECK(holds(TextOp::ends_with, "ann@mit.EDU", {".edu "}));
  CHECK_FALSE(holds(TextOp::ends_with, "edu", {".edu"}));
}

TEST_CASE("exactly compares bytes") {
  CHECK(holds(TextOp::exactly, "Ab", {" Ab "}));
  CHECK_FALSE(holds(TextOp::exactly, "AB", {"Ab"}));
  CHECK_FALSE(holds(TextOp::exactly, "\u00E9", {"e\u0301"}));
}

TEST_CASE("globs") {
  const auto glob = [](std::string_view text, std::string pattern) {
    return holds(TextOp::matches, text, {std::move(pattern)});
  };
  CHECK(glob("ann@mit.edu", "*@*.EDU"));
  CHECK_FALSE(glob("ann@mit.education", "*@*.edu"));
  CHECK(glob("Z\u00FCrich", "z?rich"));
  CHECK(glob("Zu\u0308rich", "z?rich"));
  CHECK_FALSE(glob("a", "a*a"));
  CHECK(glob("aa", "a*a"));
  CHECK(glob("anything", "*"));
  CHECK(glob("x\u4E2D\u6587", "x??"));
  CHECK(glob("x\u4E2D\u6587", "*?\u6587"));
  CHECK(glob("a.b", "a.b"));
  CHECK_FALSE(glob("axb", "a.b"));
}

TEST_CASE("globs against their definition") {
  std::mt19937 engine(7);
  const auto random_text = [&](std::string_view letters, unsigned longest) {
    std::string text(1 + engine() % longest, ' ');
    for (char& letter : text) letter = letters[engine() % letters.size()];
    return text;
  };
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random_text("ab", 9);
    const std::string pattern = random_text("ab*?", 7);
    CAPTURE(text);
    CAPTURE(pattern);
    REQUIRE(holds(TextOp::matches, text, {pattern}) == slow_glob(pattern, text));
  }
}

TEST_CASE("hostile patterns end soon") {
  const std::string text(200'000, 'a');
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(holds(TextOp::matches, text, {"*a*a*a*a*a*a*a*a*a*a*b"}));
  CHECK_FALSE(holds(TextOp::matches, text, {"*a?a?a?a?a?a?b*"}));
  CHECK_FALSE(holds(TextOp::matches_regex, text, {"(a+)+$b"}));
  CHECK_FALSE(holds(TextOp::contains, text, {std::string(1'000, 'a') + "b"}));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("regular expressions: RE2, any case, anywhere") {
  CHECK(holds(TextOp::matches_regex, "+49 30 1", {"^[+]49"}));
  CHECK(holds(TextOp::matches_regex, "Head of RevOps", {"revops$"}));
  CHECK(holds(TextOp::matches_regex, "\u00C4rzte", {"^\u00E4.zte$"}));
  CHECK(holds(TextOp::matches_regex, "A\u0308rzte", {"^.rzte$"}));
  CHECK(holds(TextOp::matches_regex, "\u00C4rzte", {"^a\u0308rzte$"}));
  CHECK(refused(TextOp::matches_regex, "("));
  CHECK(refused(TextOp::matches_regex, "(?=a)b"));
  CHECK(refused(TextOp::matches_regex, "((a{100}){100}){100}"));
  CHECK(refused(TextOp::matches_regex, std::string(1'025, 'a')));
  CHECK(refused(TextOp::matches_regex, "\xFF"));
  CHECK_FALSE(holds(TextOp::matches_regex, "\xFF\xFE", {"a"}));
}

TEST_CASE("an empty pattern is an error") {
  for (const lang::TextOpRow& row : lang::text_op_rows) {
    CAPTURE(row.words);
    CHECK(refused(row.id, ""));
    CHECK(refused(row.id, " \u00A0"));
  }
}

TEST_CASE("a pattern may be moved") {
  auto made = TextPattern::make(TextOp::contains, {"a"}, lang::Limits{});
  REQUIRE(made.has_value());
  TextPattern moved = std::move(*made);
  CHECK(moved.matches("A", "a"));
}

TEST_CASE("functions on text") {
  CHECK(lower("VP S\u00C4LES") == "vp s\u00E4les");
  CHECK(upper("de \u00E9") == "DE \u00C9");
  CHECK(text_before("ann@firm.example", "@") == "ann");
  CHECK(text_after("ann@firm@x", "@") == "firm@x");
  CHECK_FALSE(text_before("ann", "@").has_value());
  CHECK_FALSE(text_before("@x", "@").has_value());
  CHECK_FALSE(text_after("x@ ", "@").has_value());
  CHECK_FALSE(text_after("x", "").has_value());
  CHECK(text_before("Sales - EMEA", "-") == "Sales");
  CHECK(length("Z\u00FCrich") == 6);
}

}  // namespace muster::kernels
