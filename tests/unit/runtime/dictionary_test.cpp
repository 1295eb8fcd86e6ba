// Holds the dictionary of distinct texts (language section 4, number 22) and the bitmaps of batches.
#include "runtime/data/dictionary.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

#include "runtime/data/batch.h"

using namespace muster;
using namespace muster::runtime;

TEST_CASE("a text has one code, and its folded form is made once") {
  Dictionary dictionary;
  const auto plain = dictionary.intern("vp sales");
  const auto capitals = dictionary.intern("VP Sales");
  CHECK(plain != capitals);
  CHECK(dictionary.intern("VP Sales") == capitals);
  CHECK(dictionary.size() == 2);
  CHECK(dictionary.text(capitals) == "VP Sales");
  CHECK(dictionary.folded(capitals) == dictionary.folded(plain));
  CHECK(dictionary.folded(plain).data() == dictionary.text(plain).data());  // the same bytes, not a copy
  const auto accent = dictionary.intern("CAF\xc3\x89");
  CHECK(dictionary.folded(accent) == "caf\xc3\xa9");
  const auto digits = dictionary.intern("12345");
  CHECK(dictionary.folded(digits).data() == dictionary.text(digits).data());
}

TEST_CASE("many texts of every length, against a map; clear() moves the epoch") {
  Dictionary dictionary;
  std::mt19937 random(5);
  for (int round = 0; round < 3; ++round) {
    std::map<std::string, std::uint32_t> codes;
    for (int i = 0; i < 20'000; ++i) {
      std::string text = "T" + std::to_string(random() % 5000);
      if (random() % 500 == 0) text.append(random() % 40'000, 'x');
      const auto code = dictionary.intern(text);
      const auto [known, is_new] = codes.emplace(text, code);
      CHECK(known->second == code);
      if (is_new) CHECK(code == codes.size() - 1);
    }
    CHECK(dictionary.size() == codes.size());
    std::size_t bytes = 0;
    for (const auto& [text, code] : codes) {
      REQUIRE(dictionary.text(code) == text);
      REQUIRE(dictionary.folded(code) == "t" + text.substr(1));
      bytes += 2 * text.size();
    }
    CHECK(dictionary.bytes() == bytes);
    const auto epoch = dictionary.epoch();
    dictionary.clear();
    CHECK(dictionary.epoch() == epoch + 1);
    CHECK(dictionary.size() == 0);
    CHECK(dictionary.bytes() == 0);
  }
  const std::string huge(3 << 20, 'h');  // the first text is larger than any block
  CHECK(dictionary.text(dictionary.intern(huge)) == huge);
  CHECK(dictionary.text(dictionary.intern("after")) == "after");
}

TEST_CASE("columns hold what their kind needs, and nothing is known at first") {
  for (const auto kind :
       {compiler::Physical::boolean, compiler::Physical::integer, compiler::Physical::code, compiler::Physical::text}) {
    Column column(kind);
    const ColumnView view = column.view();
    CHECK(view.physical == kind);
    CHECK((view.integers != nullptr) == (kind == compiler::Physical::integer));
    CHECK((view.yes != nullptr) == (kind == compiler::Physical::boolean));
    CHECK((view.codes != nullptr) == (kind == compiler::Physical::code || kind == compiler::Physical::text));
    CHECK((view.dictionary != nullptr) == (kind == compiler::Physical::text));
    set_bit(column.known.data(), 2047);
    CHECK(test_bit(column.known.data(), 2047));
    column.clear_rows();
    CHECK_FALSE(test_bit(column.known.data(), 2047));
  }
}
