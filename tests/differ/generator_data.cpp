#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "tests/differ/generator.h"

namespace muster::differ {

using compiler::Kind;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400 * second;

bool is_key(const FieldShape& field) {
  return field.name.ends_with("_id") || field.name.ends_with("_lead") || field.name.ends_with("_comp") ||
         field.name == "lead";
}
bool is_extreme(const FieldShape& field, const Cell& cell) {
  const bool is_number = field.kind == Kind::integer || field.kind == Kind::decimal || field.kind == Kind::money ||
                         field.kind == Kind::percent;
  return is_number && (cell.number > 1'000'000'000 || cell.number < -1'000'000'000);
}
bool has_extreme(const Sample& sample, const DataRow& row) {
  const std::vector<FieldShape>& fields = sample.shapes[row.object].fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (is_extreme(fields[i], row.cells[i])) return true;
  }
  return std::any_of(row.below.begin(), row.below.end(),
                     [&](const DataRow& each) { return has_extreme(sample, each); });
}
// The company that a lead names, or null.
const DataRow* named_company(const Sample& sample, const DataRow& lead) {
  const auto field = static_cast<std::size_t>(sample.shapes[lead_object].field("company_id"));
  std::string key = lead.cells[field].text;
  std::erase(key, ' ');
  for (const DataRow& each : sample.companies) {
    if (each.cells[0].text == key) return &each;
  }
  return nullptr;
}

const std::vector<std::string>& unreadable(Kind kind) {
  static const std::vector<std::string> numbers{"about 20", "1f5", "99999999999999999999", "--3", "1 2", "0x10"};
  static const std::vector<std::string> times{"yesterday", "2026-02-30", "31.02.2026", "2026-01-01T25:00"};
  static const std::vector<std::string> words{"Narnia", "maybe", "?"};
  if (kind == Kind::date || kind == Kind::datetime) return times;
  return kind == Kind::boolean || kind == Kind::picklist ? words : numbers;
}

class Leads {
 public:
  Leads(Random& random, Sample& sample, std::size_t leads)
      : random_(random),
        sample_(sample),
        sites_(leads / 2 + 1),
        company_id_(static_cast<std::size_t>(sample.shapes[lead_object].field("company_id"))) {}

  DataRow lead() {
    missing_percent_ = static_cast<unsigned>(random_.one_of(std::vector<int>{0, 5, 20, 20, 60}));
    DataRow made = row(lead_object);
    const auto below = [&](std::uint32_t object, std::uint64_t most) {
      const std::uint64_t count = random_.chance(25) ? 0 : random_.below(most + 1);
      for (std::uint64_t i = 0; i < count; ++i) {
        made.below.push_back(row(object));
        // A second row of the same moment.
        if (random_.chance(15)) copy_moment(made.below);
      }
    };
    below(activity_object, 7);
    below(call_object, 4);
    if (sample_.has_overrides && random_.chance(40)) below(override_object, 3);
    if (random_.chance(65)) sample_.companies.push_back(company());
    if (random_.chance(80) && !sample_.companies.empty()) {  // its own, or that of others; now and then written wrongly
      const DataRow& any = random_.chance(85) ? sample_.companies.back() : random_.one_of(sample_.companies);
      made.cells[company_id_] = any.cells[0];
      std::string& key = made.cells[company_id_].text;
      if (random_.chance(10)) key = random_.chance(50) ? " " + key + " " : "c" + key.substr(1);
    }
    return with_key(made);
  }

  // The same with what was missing, and a company of its own.
  DataRow completed(const DataRow& from) {
    missing_percent_ = 0;
    const DataRow* named = named_company(sample_, from);
    DataRow own = filled(named == nullptr ? company() : *named);
    own.cells[0].text = fresh_key('C');
    DataRow made = filled(from);
    made.cells[company_id_] = own.cells[0];
    sample_.companies.push_back(with_key(own));
    return with_key(made);
  }

  // Now and then rows with a key that another one has, the same or with other values.
  void repeat_keys(std::vector<DataRow>& rows) {
    for (std::size_t i = 0, count = rows.size(); i < count; ++i) {
      if (!rows[i].below.empty() && random_.chance(30)) {
        DataRow child = varied(random_.one_of(rows[i].below));
        DataRow& parent = random_.chance(80) ? rows[i] : rows[random_.below(count)];
        child.cells[parent_field(child.object)] = parent.cells[0];
        parent.below.push_back(std::move(child));
      }
      if (!random_.chance(10)) continue;
      DataRow again = varied(rows[i]);
      again.below.clear();
      rows.push_back(std::move(again));
    }
  }

 private:
  static std::size_t parent_field(std::uint32_t object) {
    return object == activity_object || object == contact_object ? 1 : 0;
  }
  DataRow varied(DataRow row) {
    if (random_.chance(30)) return row;
    const std::vector<FieldShape>& fields = sample_.shapes[row.object].fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!is_key(fields[i]) && random_.chance(10)) row.cells[i] = past(fields[i]);
    }
    return row;
  }

  std::string fresh_key(char letter) { return letter + std::to_string(next_key_++); }
  // Its own where it has none yet, or is a copy; and in its child rows. Those of a copy stand in the same order of
  // keys, which decides between rows of one moment.
  DataRow with_key(DataRow row) {
    if (row.object == lead_object) row.cells[0] = {true, 0, fresh_key('L')};
    for (DataRow& each : row.below) {
      const std::size_t parent = parent_field(each.object);
      if (parent == 1) {
        const std::string& copied = each.cells[0].text;
        const std::string stem = each.cells[0].known ? copied + "!" : "k" + std::to_string(random_.below(100)) + "_";
        each.cells[0] = {true, 0, stem + fresh_key('_')};
      }
      each.cells[parent] = row.cells[0];
    }
    return row;
  }

  DataRow filled(const DataRow& from) {
    DataRow made = from;
    const ObjectShape& shape = sample_.shapes[from.object];
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
      if (is_missing(shape.fields[i], from.cells[i])) made.cells[i] = past(shape.fields[i]);
    }
    // A stage that was set without all that it needs was not set: to complete it is to set one, and fills in nothing.
    for (DataRow& row : made.below) {
      if (row.object != override_object) row = filled(row);
    }
    return made;
  }

  // As the engines see it; a key is made up by whoever reads the row.
  bool is_missing(const FieldShape& field, const Cell& cell) const {
    if (is_key(field)) return false;
    if (!cell.known) return true;
    if (field.kind == Kind::text) return cell.text.find_first_not_of(' ') == std::string::npos;
    return field.event && cell.number > sample_.as_of.instant;
  }
  // What is filled in is there, has happened, and is not so large that it overflows.
  Cell past(const FieldShape& field) {
    Cell made = cell(field);
    while (is_missing(field, made) || is_extreme(field, made)) made = cell(field);
    if (field.kind == Kind::date) made.number = std::min<std::int64_t>(made.number, sample_.as_of.day);
    if (field.kind == Kind::datetime) made.number = std::min(made.number, sample_.as_of.instant);
    if (field.kind == Kind::integer && random_.chance(20)) made.number = 0;  // what is divided by it stays missing
    return made;
  }

  DataRow company() {
    DataRow made = row(company_object);
    made.cells[0] = {true, 0, fresh_key('C')};
    const std::uint64_t contacts = random_.below(4);
    for (std::uint64_t i = 0; i < contacts; ++i) made.below.push_back(row(contact_object));
    return with_key(made);
  }

  DataRow row(std::uint32_t object) {
    DataRow made{object, {}, {}};
    for (const FieldShape& field : sample_.shapes[object].fields) made.cells.push_back(cell(field));
    return made;
  }

  void copy_moment(std::vector<DataRow>& rows) {
    DataRow& last = rows.back();
    for (const DataRow& other : rows) {
      if (&other == &last || other.object != last.object) continue;
      const std::size_t time = last.object == activity_object ? 2 : last.object == override_object ? 3 : 1;
      last.cells[time] = other.cells[time];
      return;
    }
  }

  // What stands in a file where there is no value.
  std::string no_value(const FieldShape& field) {
    if (random_.chance(80) || field.name == "what") return {};  // any word says what a row is
    const bool has_words = field.name == "t0" || field.name == "t1";
    if (field.kind == Kind::text) return has_words ? random_.one_of(std::vector<std::string>{" select ", "N/A"}) : " ";
    return random_.one_of(unreadable(field.kind));
  }

  Cell cell(const FieldShape& field) {
    Cell made;
    if (is_key(field)) return made;
    if (random_.chance(missing_percent_)) {
      made.text = no_value(field);
      return made;
    }
    made.known = true;
    switch (field.kind) {
      case Kind::boolean:
        made.number = static_cast<std::int64_t>(random_.below(2));
        break;
      case Kind::text:
        made.text = field.name == "before" || field.name == "stage"  ? stage_word()
                    : field.name == "site" || field.name == "domain" ? site()
                                                                     : text();
        break;
      case Kind::picklist:
        made.number = static_cast<std::int64_t>(random_.below(members_of(field.picklist).size()));
        break;
      case Kind::date:
        made.number = sample_.as_of.day + days();
        break;
      case Kind::datetime:
        made.number = moment();
        break;
      case Kind::duration:
        made.number = random_.one_of(std::vector<std::int64_t>{0, second, 3600 * second, day, 7 * day, 90 * day}) +
                      (random_.chance(30) ? random_.between(-5, 5) : 0);
        break;
      default:
        made.number = number(field.digits);
        break;
    }
    return made;
  }

  std::string text() {
    std::string made = random_.one_of(some_texts());
    if (random_.chance(20)) made = random_.one_of(some_texts()) + " " + made;
    if (random_.chance(10)) made = "  " + made + " ";
    if (random_.chance(10)) {
      for (char& byte : made) byte = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 32) : byte;
    }
    return random_.chance(2) ? "  " : made;
  }

  // Few enough that leads and companies meet, and some of them more than once.
  std::string site() {
    std::string made = random_.chance(80) ? "site" : " Site";
    return made + std::to_string(random_.below(sites_)) + (random_.chance(90) ? ".de" : ".de/ ");
  }

  std::string stage_word() {
    return random_.one_of(
        std::vector<std::string>{"MQL", "SAL", "SQL", " sql ", "PQL", "Customer", "disqualified", "Not yet"});
  }

  std::int64_t number(unsigned digits) {
    std::int64_t unit = 1;
    for (unsigned i = 0; i < digits; ++i) unit *= 10;
    if (random_.chance(2)) {
      constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
      return random_.one_of(
          std::vector<std::int64_t>{most, -most - 1, most / 3, -most / 7, most / unit, 3'000'000'000});
    }
    if (random_.chance(50)) return random_.one_of(some_numbers()) * unit;
    if (random_.chance(30)) return random_.one_of(some_numbers()) * unit + random_.between(-1, 1);
    return random_.between(-1000, 30'000);
  }

  // From the evaluation: at the edges of windows, near them, or anywhere in a year.
  std::int64_t days() {
    if (random_.chance(40)) {
      return -random_.one_of(
          std::vector<std::int64_t>{0, 1, 2, 6, 7, 8, 13, 14, 15, 28, 29, 30, 31, 59, 60, 61, 89, 90, 91, 365, 366});
    }
    return random_.chance(5) ? random_.between(1, 5) : -random_.between(0, 130);
  }

  std::int64_t moment() {
    // Both changes of New York's clocks in 2026, and a leap day.
    static const std::array<std::int64_t, 4> changes{1'772'953'200, 1'793'512'800, 1'709'226'000, 1'772'953'200 - 1800};
    if (random_.chance(5)) return changes[random_.below(changes.size())] * second + random_.between(-1, 1);
    const std::int64_t at = sample_.as_of.instant + days() * day;
    if (random_.chance(40)) return at + random_.between(-1, 1);
    return at - random_.between(0, 86'399) * second;
  }

  Random& random_;
  Sample& sample_;
  std::uint64_t sites_;
  std::size_t company_id_;
  unsigned missing_percent_ = 0;
  std::uint64_t next_key_ = 0;
};

}  // namespace

namespace {

// All that a lifecycle remembers is there: what is blank never was, so that nothing may be filled in.
bool has_history(const Sample& sample, const DataRow& lead) {
  const auto cell = [&](std::string_view name) -> const Cell& {
    return lead.cells[static_cast<std::size_t>(sample.shapes[lead_object].field(name))];
  };
  const auto is_past = [&](const Cell& moment) { return moment.known && moment.number <= sample.as_of.instant; };
  const Cell& stage = cell("before");
  return stage.known && (stage.text == "MQL" || stage.text == "SAL") && is_past(cell("mql_at")) &&
         is_past(cell("back_at"));
}

// An amount has no rate before the first day of rates.csv, 2023-06-01: it stays missing, whatever is filled in. Rates
// are those of one of these two cells.
bool has_rates(const Sample& sample, const DataRow& lead) {
  constexpr std::int64_t first_day = 19'509;
  const auto cell = [&](std::string_view name) -> const Cell& {
    return lead.cells[static_cast<std::size_t>(sample.shapes[lead_object].field(name))];
  };
  return cell("day0").number >= first_day && cell("at0").number > (first_day + 1) * day;
}

}  // namespace

void add_leads(Random& random, std::size_t leads, bool is_tracked, Sample& sample) {
  sample.is_messy = random.chance(25);
  // Rows that nobody could see stay unseen, and another row may stand for one that was filled in.
  const bool can_complete = !is_tracked && !sample.is_messy &&
                            sample.policy.find("duplicates by") == std::string::npos &&
                            std::find(sample.given.begin(), sample.given.end(), false) == sample.given.end();
  const bool remembers = sample.policy.find("remembers") != std::string::npos;
  sample.has_overrides = sample.policy.find("override stage") != std::string::npos;
  // What the lead is found by if it is not named, may be the company of another one after something is filled in.
  const bool has_fallback = sample.policy.find("otherwise domain") != std::string::npos;
  Leads made(random, sample, leads);
  sample.leads.reserve(leads);
  for (std::size_t i = 0; i < leads; ++i) {
    const DataRow* company = i % 4 == 3 ? named_company(sample, sample.leads.back()) : nullptr;
    if (i % 4 == 3 && can_complete && !has_extreme(sample, sample.leads.back()) &&
        (company == nullptr ? !has_fallback : !has_extreme(sample, *company)) &&
        (!remembers || has_history(sample, sample.leads.back()))) {
      DataRow completed = made.completed(sample.leads.back());
      if (has_rates(sample, completed)) {
        sample.is_completed.push_back(true);
        sample.leads.push_back(std::move(completed));
        continue;
      }
    }
    sample.is_completed.push_back(false);
    sample.leads.push_back(made.lead());
  }
  if (!sample.is_messy) return;
  made.repeat_keys(sample.leads);
  made.repeat_keys(sample.companies);
  sample.is_completed.resize(sample.leads.size(), false);
}

}  // namespace muster::differ
