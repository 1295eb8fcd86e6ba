// What `muster init` concludes from columns, and the names that it gives.
#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "lang/source/quote.h"
#include "runtime/init/infer.h"
#include "runtime/init/names.h"
#include "runtime/init/title_lines.h"

using muster::compiler::Kind;
using muster::runtime::ColumnProfile;
using muster::runtime::FileStyle;
using muster::runtime::infer_type;
using muster::runtime::InferredType;
using muster::runtime::NameSpace;

namespace {

using Formats = std::vector<std::string>;

InferredType type_of(std::initializer_list<const char*> cells, const char* header = "Column") {
  ColumnProfile column;
  for (const char* cell : cells) column.add(cell);
  return infer_type(column, header);
}

}  // namespace

TEST_CASE("a date without evidence of its order stays text and says what to decide") {
  const InferredType ambiguous = type_of({"01/02/2026", "03/04/2026", "05/06/2026"});
  CHECK(ambiguous.kind == Kind::text);
  CHECK(ambiguous.doubt.find("DD/MM/YYYY") != std::string::npos);
  CHECK(ambiguous.doubt.find("MM/DD/YYYY") != std::string::npos);
}

TEST_CASE("one value that only one order reads is evidence") {
  CHECK(type_of({"01/02/2026", "31/01/2026"}).formats == Formats{"DD/MM/YYYY"});
  CHECK(type_of({"01/02/2026", "01/31/2026"}).formats == Formats{"MM/DD/YYYY"});
  CHECK(type_of({"1/2/2026", "31/1/2026"}).formats == Formats{"D/M/YYYY"});
  CHECK(type_of({"01/02/2026", "31/01/2026"}).kind == Kind::date);
  CHECK(type_of({"2026-01-31", "2026-02-01"}).kind == Kind::date);
  CHECK(type_of({"2026-01-31", "2026-02-01"}).formats.empty());
  CHECK(type_of({"2026-01-31 10:20", "2026-02-01 00:00"}).kind == Kind::datetime);
}

TEST_CASE("contradicting evidence is no evidence") {
  CHECK(type_of({"31/01/2026", "01/31/2026", "02/02/2026"}).kind == Kind::text);
}

TEST_CASE("numbers, money, shares, codes") {
  CHECK(type_of({"1", "20", "1,200"}).kind == Kind::integer);
  CHECK(type_of({"1", "2.50"}).kind == Kind::decimal);
  CHECK(type_of({"1", "2.50"}).digits == 2);
  const InferredType money = type_of({"$1,200", "USD 300", "400"});
  CHECK(money.kind == Kind::money);
  CHECK(money.currency == "USD");
  CHECK(type_of({"10%", "12.5%"}).kind == Kind::percent);
  CHECK(type_of({"01234", "10115"}).kind == Kind::text);  // a leading zero would be lost
  CHECK(type_of({"4930123456", "4930654321"}, "Phone").kind == Kind::text);
  CHECK(type_of({"Yes", "No", "yes"}).kind == Kind::boolean);
  CHECK(type_of({"1:43:53", "0:01:48"}).kind == Kind::duration);
  CHECK(type_of({"5", "-1", "7"}).doubt.find("-1") != std::string::npos);
}

TEST_CASE("a few misfits do not make numbers text, and are counted") {
  ColumnProfile column;
  for (int i = 0; i < 99; ++i) column.add("120");
  column.add("11-50");
  const InferredType type = infer_type(column, "Employees");
  CHECK(type.kind == Kind::integer);
  CHECK(type.misfits == 1);
  for (int i = 0; i < 10; ++i) column.add("51-200");
  CHECK(infer_type(column, "Employees").kind != Kind::integer);
}

TEST_CASE("thousands with points, by the column, then by the rest of the file; what is open is said") {
  CHECK(type_of({"1.234", "1.234.567", "12.500"}).formats == Formats{"1.234,56"});
  CHECK(type_of({"1.234", "1.234.567", "12.500"}).kind == Kind::integer);
  CHECK(type_of({"1.234", "1.234.567", "12.500"}).doubt.empty());
  CHECK(type_of({"1.234", "2.5"}).kind == Kind::decimal);
  const InferredType open = type_of({"1.234", "12.500", "250"});
  CHECK(open.kind == Kind::integer);
  CHECK(open.formats == Formats{"1.234,56"});
  CHECK(open.doubt.find("can be 1234 or 1.234") != std::string::npos);
  CHECK(type_of({"1,234", "12,500"}).formats.empty());
  CHECK(type_of({"1,234", "12,500"}).doubt.find("decimal(3)? format") != std::string::npos);
  CHECK(type_of({"1.234", "2,345"}).kind == Kind::text);  // not both are thousands
  CHECK(type_of({"1 234,50", "99"}).formats == Formats{"1 234,56"});
  CHECK(type_of({"1'234", "99"}).formats == Formats{"1'234.56"});
  FileStyle file;
  file.point_columns = 1;
  file.point_sign = "2.5 stands in Rate";
  ColumnProfile column;
  for (const char* cell : {"1.234", "0.500"}) column.add(cell);
  CHECK(infer_type(column, "Column", file).kind == Kind::decimal);
  ColumnProfile whole;
  for (const char* cell : {"1.000", "2.000"}) whole.add(cell);
  CHECK(infer_type(whole, "Column", file).kind == Kind::decimal);
  CHECK(infer_type(whole, "Column").kind == Kind::integer);
}

TEST_CASE("numbers that are names are text, by the header or by their look") {
  for (const char* header : {"Owner ID", "Record ID - Contact", "ownerid", "Kontakt-Nr", "Kundennummer", "PLZ", "Tel.",
                             "Phone Number", "Account No.", "Code postal", "SIC Code", "Employee ID"}) {
    CAPTURE(header);
    CHECK(type_of({"17", "18", "19"}, header).kind == Kind::text);
  }
  for (const char* header : {"No. of Employees", "Number of phone calls", "Employee number", "Paid", "Mobile visits"}) {
    CAPTURE(header);
    CHECK(type_of({"17", "18", "19"}, header).kind == Kind::integer);
  }
  CHECK(type_of({"8012345001", "8012345002", "8012345001"}, "Associated company").kind == Kind::text);
  CHECK(type_of({"1250000", "7300000", "9000000"}, "Column").kind == Kind::integer);
  CHECK(type_of({"1250123", "7300456", "9000789"}, "Annual revenue").kind == Kind::integer);
}

TEST_CASE("numbers among other things stay numbers for the author") {
  ColumnProfile column;
  for (int i = 0; i < 10; ++i) {
    for (const char* cell : {"10", "11-50", "about 20", "n/a"}) column.add(cell);
  }
  const InferredType mixed = infer_type(column, "Size");
  CHECK(mixed.kind == Kind::text);
  CHECK(mixed.doubt.find("\"11-50\", \"about 20\"; 20 of 30") != std::string::npos);
  ColumnProfile words;  // nothing is lost by the words
  for (int i = 0; i < 10; ++i) words.add(i % 5 == 0 ? "several" : "12");
  CHECK(infer_type(words, "Size").kind == Kind::integer);
  CHECK(infer_type(words, "Size").misfits == 2);
  ColumnProfile bands;
  for (int i = 0; i < 20; ++i) bands.add(i % 2 == 0 ? "1-10" : "11-50");
  CHECK(infer_type(bands, "Size").kind == Kind::picklist);
}

TEST_CASE("amounts with signs and parentheses are money, of the currency that most have") {
  const InferredType signs = type_of({"$1,000.00", "($500.00)", "-$3.00", "(20)", "7"});
  CHECK(signs.kind == Kind::money);
  CHECK(signs.currency == "USD");
  CHECK(signs.misfits == 0);
  const InferredType two = type_of({"€5", "$1", "$2", "7"});
  CHECK(two.currency == "USD");
  REQUIRE(two.other_currencies.size() == 1);
  CHECK(two.other_currencies.front().code == "EUR");
  CHECK(two.other_currencies.front().example == "€5");
  CHECK(type_of({"(20)", "30"}).doubt.find("money USD?") != std::string::npos);
}

TEST_CASE("days in several shapes are read by several formats") {
  CHECK(type_of({"31.01.2026", "2026-01-01"}).formats == Formats{"DD.MM.YYYY", "iso"});
  CHECK(type_of({"2026-01-01", "2026-01-02", "31/01/2026", "01/02/2026", "1.2.2026"}).formats ==
        Formats{"D/M/YYYY", "D.M.YYYY", "iso"});
  CHECK(type_of({"31.01.2026 9:05", "2026-01-01"}).kind == Kind::datetime);
  const InferredType open = type_of({"01/02/2026", "2026-01-01"});
  CHECK(open.kind == Kind::text);
  REQUIRE(open.day_first_or_month_first);
  CHECK(open.day_first_or_month_first->second == Formats{"MM/DD/YYYY", "iso"});
  CHECK(type_of({"31/01/2026", "01/31/2026"}).kind == Kind::text);
  CHECK(type_of({"31.01.2026", "2026-01-01", "soon", "later"}).kind == Kind::text);
}

TEST_CASE("words for yes and no of other languages are a picklist") {
  CHECK(type_of({"ja", "Nein", "JA"}).kind == Kind::picklist);
  CHECK(type_of({"si", "no"}).kind == Kind::picklist);
  CHECK(type_of({"yes", "no"}).kind == Kind::boolean);
  CHECK(type_of({"ja", "vielleicht"}).kind == Kind::text);
}

TEST_CASE("a title is no line of column names") {
  const auto is_title = [](std::string_view text, char separator = 0) {
    return !muster::runtime::check_first_line("leads.csv", text, separator).has_value();
  };
  CHECK(is_title("Leads export 2026-11-01\n\nId,Name,Size\n1,a,3\n2,b,4\n"));
  CHECK(is_title("Leads, exported by Ann\r\nId;Name;Size;City\r\n1;a;3;x\r\n2;b;4;y\r\n"));
  CHECK(is_title("Leads export,,,\n,,,\nId,Name,Size,City\n1,a,3,x\n"));
  CHECK(is_title("\"Leads,\nall\"\nId,Name,Size\n1,a,3\n"));
  CHECK(is_title("Leads\nId|Name\n1|a\n", '|'));
  CHECK_FALSE(is_title("Id,Name,Size\n1,a,3\n"));
  CHECK_FALSE(is_title("Id,Notes\n1,a;b;c\n2,d;e;f\n"));  // semicolons inside cells
  CHECK_FALSE(is_title("Id,Name,,\n1,a,3,4\n"));          // columns without a name
  CHECK_FALSE(is_title("Company\n\"Foo, Inc.\"\nBar\n"));
  CHECK_FALSE(is_title("Company\nFoo, Inc.\nBar\nBaz\n"));
  CHECK_FALSE(is_title("Notes\na; b\nc; d\n"));
  CHECK_FALSE(is_title("Id, Name, Size\n1, a, 3\n2, b, 4\n"));
  CHECK_FALSE(is_title("Id,Name\n1,a,3\n2,b\n"));
  CHECK_FALSE(is_title(""));
  CHECK_FALSE(is_title("\n\n"));
  CHECK_FALSE(is_title("Id"));
}

TEST_CASE("words for nothing are missing, not values") {
  ColumnProfile column;
  for (const char* cell : {"Select", " select ", "N/A", "", "  ", "Google"}) column.add(cell);
  CHECK(column.blank == 2);
  CHECK(column.missing_words == 3);
  CHECK(column.present == 1);
}

TEST_CASE("two spellings of one value are one value") {
  ColumnProfile column;
  for (int i = 0; i < 20; ++i) column.add(i % 2 == 0 ? "Google" : "google");
  REQUIRE(column.distinct.size() == 1);
  CHECK(column.distinct.front().count == 20);
  CHECK(column.distinct.front().other_spellings.size() == 1);
}

TEST_CASE("names are unique identifiers that no word of the language is") {
  NameSpace names;
  CHECK(names.snake("No. of Employees", "column_1") == "no_of_employees");
  CHECK(names.snake("no of employees", "column_2") == "no_of_employees_field");
  CHECK(names.snake("TotalVisits", "column_3") == "total_visits");
  CHECK(names.snake("when", "column_4") == "when_field");
  CHECK(names.snake("日本", "column_5") == "column_5");
  CHECK(names.snake("", "column_6") == "column_6");
  CHECK(names.snake("1st", "column_7") == "column_7_1st");
  CHECK(names.snake("Größe (m²)", "column_8") == "grosse_m");
  CHECK(names.camel("Olark Chat", "Value") == "OlarkChat");
  CHECK(names.camel("\"} route {", "Value") == "RouteValue");
  CHECK(names.camel("Łódź", "Value") == "Lodz");
}

TEST_CASE("quoted text is one line and ends where it should") {
  CHECK(muster::lang::quote("a \"b\" \\") == "\"a \\\"b\\\" \\\\\"");
  CHECK_FALSE(muster::runtime::can_be_quoted("two\nlines"));
  CHECK_FALSE(muster::runtime::can_be_quoted("\x1b[31m"));
  CHECK_FALSE(muster::runtime::can_be_quoted("\xe2\x80\xae"));  // reorders what follows
  CHECK(muster::runtime::for_comment("a\nb").find('\n') == std::string::npos);
}
