// muster-generate-leads ROWS SEED > leads.csv: an export of made-up leads with the dirt of real ones. The same
// arguments give the same bytes on every machine: integers only, one generator, no locale, no clock. Rows stream, so
// ten million need no more memory than ten. For the demo, the golden tests and the measurements.
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace {

// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  // 0 to n - 1; the bias of the remainder is far below one lead in a million.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <std::size_t N>
  std::string_view pick(const std::array<std::string_view, N>& values) {
    return values[below(N)];
  }

 private:
  std::uint64_t state_;
};

constexpr auto first_names = std::to_array<std::string_view>(
    {"Ann",      "Bob",    "Chloé",    "David",  "Eva",     "Łukasz", "Mary Jane", "Noor",         "Olga",
     "Priya",    "Zoë",    "Søren",    "李小龍", "Дмитрий", "محمد",   "José",      "Jose\xcc\x81", "Ngọc",
     "\"Buzz\"", "O'Neil", "R2-D2 🤖", "=1+2",   "@Sam",    "İpek",   "ANN"});
constexpr auto last_names = std::to_array<std::string_view>({"Smith", "Müller", "O'Brien", "García, Jr.", "Nguyen",
                                                             "Kowalski", "Straße", "van der Berg", "Иванов", "山田",
                                                             "de la Cruz", "Smith-Jones", "Åkesson", "Null", "Test"});
constexpr auto titles = std::to_array<std::string_view>({"VP Sales",
                                                         "vp of sales",
                                                         "Sales Director",
                                                         "Head of Marketing",
                                                         "Marketing Manager",
                                                         "CEO",
                                                         "Founder & CEO",
                                                         "Chief Revenue Officer",
                                                         "Student",
                                                         "Intern",
                                                         "Operations Manager",
                                                         "Director, Revenue Operations",
                                                         "Account Executive",
                                                         "IT Manager",
                                                         "Consultant",
                                                         "Director of Sales",
                                                         "  VP Marketing ",
                                                         "Head of RevOps",
                                                         "Developer",
                                                         "Office Manager"});
constexpr auto industries =
    std::to_array<std::string_view>({"Software", "software", "Financial Services", "Fin. Services", "Healthcare",
                                     "Health Care", "Manufacturing", "Retail", "Education", "Select", "Other"});
constexpr auto countries =
    std::to_array<std::string_view>({"United States", "USA", "US", "United States", "Canada", "CA", "Germany",
                                     "Deutschland", "United Kingdom", "UK", "France", "India"});
constexpr auto sources = std::to_array<std::string_view>({"Google", "google", "Organic Search", "Direct Traffic",
                                                          "Olark Chat", "Referral", "Webinar", "Trade Show", "Select"});
constexpr auto challenges = std::to_array<std::string_view>(
    {"Too few leads", "Sales ignores leads", "No time", "Data quality", "Select", "Reporting"});
constexpr auto companies = std::to_array<std::string_view>({"Northwind", "Contoso", "Globex", "Initech", "Umbrella",
                                                            "Stark", "Wayne", "Hooli", "Vandelay", "Wonka", "Soylent",
                                                            "Cyberdyne", "Tyrell", "Aperture", "Massive Dynamic"});
constexpr auto suffixes = std::to_array<std::string_view>({"Inc", "GmbH", "Ltd", "LLC", "& Sons", "Group"});
constexpr auto freemail = std::to_array<std::string_view>({"gmail.com", "yahoo.com", "hotmail.com", "gmx.de"});
constexpr auto blanks = std::to_array<std::string_view>({"", "", "", "N/A", "unknown", "-"});
constexpr auto notes = std::to_array<std::string_view>({"", "", "", "asked for prices", "met at the fair,\r\ncall back",
                                                        "said \"maybe next quarter\"", "does not pick up",
                                                        "wants:\n- a demo\n- a quote", "\xf0\x9f\x91\x8d"});

constexpr std::string_view header =
    "Lead ID,First Name,Last Name,Email,Job Title,Company,Industry,No. of Employees,Annual Revenue,Country,Lead Source,"
    "Created On,Last Visit,Visits,Pages Per Visit,Time On Site,Emails Opened,Demo Requested,Trial Started,May We Call,"
    "Biggest Challenge,Budget,Discount Asked,Buying Within Days,Email Opt-Out,Notes\r\n";

// The days from 2025-02-01 to 2026-01-31 as DD/MM/YYYY and YYYY-MM-DD.
struct Calendar {
  static constexpr std::size_t days = 365;
  std::array<std::array<char, 10>, days> day_first{};
  std::array<std::array<char, 10>, days> iso{};

  Calendar() {
    constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 2025;
    int month = 2;
    int day = 1;
    for (std::size_t i = 0; i < days; ++i) {
      const auto two = [](char* to, int value) {
        to[0] = static_cast<char>('0' + value / 10);
        to[1] = static_cast<char>('0' + value % 10);
      };
      two(day_first[i].data(), day);
      day_first[i][2] = '/';
      two(day_first[i].data() + 3, month);
      day_first[i][5] = '/';
      two(day_first[i].data() + 6, year / 100);
      two(day_first[i].data() + 8, year % 100);
      two(iso[i].data(), year / 100);
      two(iso[i].data() + 2, year % 100);
      iso[i][4] = '-';
      two(iso[i].data() + 5, month);
      iso[i][7] = '-';
      two(iso[i].data() + 8, day);
      if (++day > lengths[static_cast<std::size_t>(month - 1)]) {
        day = 1;
        if (++month > 12) {
          month = 1;
          ++year;
        }
      }
    }
  }
};

class Export {
 public:
  explicit Export(std::uint64_t seed) : random_(seed) {}

  bool write(std::uint64_t rows) {
    out_ = "\xef\xbb\xbf";  // the byte-order mark that spreadsheets write
    out_ += header;
    for (std::uint64_t row = 1; row <= rows; ++row) {
      if (random_.one_in(1000) && !previous_.empty()) {
        out_ += previous_;  // the same row twice: two exports glued together
      } else {
        const std::size_t begin = out_.size();
        add_row(row);
        previous_.assign(out_, begin);
      }
      if (out_.size() > flush_bytes && !flush()) return false;
    }
    return flush() && std::fflush(stdout) == 0;
  }

 private:
  static constexpr std::size_t flush_bytes = 1 << 16;

  bool flush() {
    const bool written = std::fwrite(out_.data(), 1, out_.size(), stdout) == out_.size();
    out_.clear();
    return written;
  }

  void text(std::string_view value) {
    if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
      out_ += value;
    } else {
      out_ += '"';
      for (const char c : value) {
        if (c == '"') out_ += '"';
        out_ += c;
      }
      out_ += '"';
    }
    out_ += ',';
  }
  void append(std::uint64_t value) {
    std::array<char, 24> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out_.append(digits.data(), end);
  }
  void number(std::uint64_t value) {
    append(value);
    out_ += ',';
  }
  void two_digits(std::uint64_t value) {
    out_ += static_cast<char>('0' + value / 10 % 10);
    out_ += static_cast<char>('0' + value % 10);
  }
  void append_grouped(std::uint64_t value) {
    if (value >= 1000) {
      append_grouped(value / 1000);
      out_ += ',';
      out_ += static_cast<char>('0' + value / 100 % 10);
      two_digits(value % 100);
    } else {
      append(value);
    }
  }
  void yes_or_no(std::uint64_t one_in) {
    if (random_.one_in(12)) {
      out_ += ',';
    } else {
      out_ += random_.one_in(one_in) ? "Yes," : "No,";
    }
  }

  void key(std::uint64_t row) {
    if (random_.one_in(5000)) {  // no key at all
      out_ += ',';
      return;
    }
    // A number that another row has already, with other values: the rows contradict each other.
    const std::uint64_t shown = random_.one_in(4000) && row > 1 ? row - 1 : row;
    out_ += "L-";
    number(1'000'000 + shown);
  }

  void person() {
    const std::string_view first = random_.pick(first_names);
    const std::string_view last = random_.pick(last_names);
    text(first);
    text(last);
    const std::uint64_t number = random_.below(100'000);
    const std::uint64_t kind = random_.below(100);
    if (kind >= 4) {  // else no address
      out_ += "lead";
      append(number);
      out_ += '@';
      if (kind < 24) {
        out_ += random_.pick(freemail);
      } else if (kind == 24) {
        out_ += "acme.example";  // our own tests
      } else if (kind == 25) {
        out_ += "state.edu";
      } else {
        out_ += "firm";
        append(number % 997);
        out_ += ".example";
      }
    }
    out_ += ',';
    if (random_.one_in(9)) {
      text(random_.pick(blanks));
    } else {
      text(random_.pick(titles));
    }
  }

  void company() {
    out_ += '"';
    out_ += random_.pick(companies);
    out_ += random_.one_in(500) ? "\n" : " ";
    out_ += random_.pick(suffixes);
    out_ += "\",";
    if (random_.one_in(15)) {
      out_ += ',';
    } else {
      text(random_.pick(industries));
    }

    // Sizes: many small firms, few large ones.
    const std::uint64_t employees = 1 + (random_.below(120) * random_.below(120) * random_.below(120)) / 150;
    switch (random_.below(16)) {
      case 0:
        out_ += ',';
        break;
      case 1:
        out_ += "-1,";
        break;  // what some systems write for unknown
      case 2:
        out_ += '"';
        append_grouped(employees);
        out_ += "\",";
        break;
      default:
        if (random_.one_in(300)) {
          out_ += "11-50,";  // a band where a number belongs
        } else {
          number(employees);
        }
    }
    const std::uint64_t revenue = employees * (20'000 + random_.below(200'000));
    switch (random_.below(10)) {
      case 0:
      case 1:
        out_ += ',';
        break;
      case 2:
        out_ += "\"$";
        append_grouped(revenue);
        out_ += "\",";
        break;
      case 3:
        out_ += "USD ";
        number(revenue);
        break;
      default:
        if (random_.one_in(400)) {
          append(revenue);
          out_ += " EUR,";
        } else {
          number(revenue);
        }
    }
    if (random_.one_in(20)) {
      text(random_.pick(blanks));
    } else {
      text(random_.pick(countries));
    }
    text(random_.pick(sources));
  }

  void behaviour() {
    const std::size_t created = random_.below(Calendar::days);
    if (random_.one_in(700)) {
      out_ += "31/02/2025,";  // no such day
    } else {
      out_.append(calendar_.day_first[created].data(), 10);
      out_ += ',';
    }
    if (random_.one_in(3)) {
      out_ += ',';  // never came back
    } else {
      out_.append(calendar_.iso[created + random_.below(Calendar::days - created)].data(), 10);
      out_ += ' ';
      two_digits(random_.below(24));
      out_ += ':';
      two_digits(random_.below(60));
      out_ += ',';
    }
    const std::uint64_t visits = random_.below(6) * random_.below(6);
    number(visits);
    if (visits == 0) {
      out_ += ",,";
    } else {
      append(random_.below(9));
      out_ += '.';
      two_digits(random_.below(100));
      out_ += ',';
      append(random_.below(2));
      out_ += ':';
      two_digits(random_.below(60));
      out_ += ':';
      two_digits(random_.below(60));
      out_ += ',';
    }
    number(random_.below(12));
    yes_or_no(8);
    yes_or_no(15);
    yes_or_no(3);
  }

  void situation() {
    text(random_.pick(challenges));
    if (random_.one_in(2)) {
      out_ += ',';
    } else {
      number(500 * (1 + random_.below(200)));
    }
    if (random_.one_in(4)) {
      append(5 * random_.below(9));
      out_ += '%';
    }
    out_ += ',';
    if (random_.one_in(2)) {
      out_ += ',';
    } else {
      number(10 * (1 + random_.below(40)));
    }
    yes_or_no(40);
  }

  void add_row(std::uint64_t row) {
    key(row);
    person();
    company();
    behaviour();
    situation();
    const std::uint64_t broken = random_.below(12'000);
    if (broken == 0) {
      out_ += "one,cell,too,many";  // an unquoted comma in the notes
    } else if (broken == 1) {
      out_ += "\"said \"yes\" twice\"";  // quotes that nobody doubled
    } else if (broken == 2) {
      out_.resize(out_.size() - 2);  // the row breaks off
      const std::size_t last = out_.rfind(',');
      out_.resize(last);
    } else {
      text(random_.pick(notes));
      out_.pop_back();
    }
    out_ += "\r\n";
  }

  Random random_;
  Calendar calendar_;
  std::string out_;
  std::string previous_;
};

bool parse(const char* text, std::uint64_t& value) {
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, value);
  return error == std::errc{} && rest == end;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t rows = 0;
  std::uint64_t seed = 0;
  if (argc != 3 || !parse(argv[1], rows) || !parse(argv[2], seed)) {
    std::fputs("muster-generate-leads ROWS SEED > leads.csv: an export of made-up leads\n", stderr);
    return 2;
  }
  if (!Export(seed).write(rows)) {
    std::fputs("muster-generate-leads: the export could not be written\n", stderr);
    return 4;
  }
  return 0;
}
