// Holds how rows find one another (language section 4, numbers 4, 13, 22 and 23): child rows and references against a
// search through all rows, whatever the order of the files and the size of the batches.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "runtime/ingest/lead_reader.h"
#include "runtime/run/feeder.h"
#include "runtime/run/object_files.h"
#include "runtime/run/relations.h"

using namespace muster;
using namespace muster::runtime;
using compiler::FieldSchema;
using compiler::Kind;
using compiler::SpaceId;
using compiler::ValueId;

namespace {

FieldSchema field(std::string name, Kind kind) {
  FieldSchema made;
  made.name = name;
  made.type.kind = kind;
  made.headers = {std::move(name)};
  made.optional = true;
  return made;
}

// The names of all fields are those of their columns.
enum Objects : std::uint32_t { lead, activity, company, contact };
enum LeadFields : std::uint32_t { lead_id, lead_company, lead_domain, lead_updated };
enum ActivityFields : std::uint32_t {
  activity_id,
  activity_lead,
  activity_at,
  activity_n,
  activity_company,
  activity_domain
};
enum CompanyFields : std::uint32_t { company_id, company_domain, company_size };
enum ContactFields : std::uint32_t { contact_id, contact_company, contact_name };
enum Spaces : std::uint32_t { leads, activities, companies, contacts, sold_to };

constexpr SpaceId space_of(std::uint32_t space) { return SpaceId{space}; }

ValueId add_column(compiler::Program& program, std::uint32_t space, std::uint32_t column, Kind kind) {
  compiler::Inst inst{};
  inst.op = compiler::Op::column;
  inst.type.kind = kind;
  inst.space = space_of(space);
  inst.immediate = column;
  return program.insts.add(inst);
}

// A lead has activities and a company (by its key, otherwise by its domain), the company contacts, an activity a
// company of its own.
struct Policy {
  compiler::Program program;
  std::vector<Region> regions;
  ValueId size, domain;  // of the lead's company

  Policy() {
    auto& objects = program.schema.objects;
    objects.resize(4);
    objects[lead].name = "Lead";
    objects[lead].fields = {field("id", Kind::text), field("company", Kind::text), field("domain", Kind::text),
                            field("updated", Kind::date)};
    objects[lead].key = lead_id;
    objects[lead].relations = {{"Activity", {}, true, activity, activity_lead, {}},
                               {"company", {}, false, company, lead_company, company_domain}};
    objects[activity].name = "Activity";
    objects[activity].fields = {field("id", Kind::text),   field("lead", Kind::text),    field("at", Kind::date),
                                field("n", Kind::integer), field("company", Kind::text), field("domain", Kind::text)};
    objects[activity].time = activity_at;
    objects[activity].relations = {{"company", {}, false, company, activity_company, company_domain}};
    objects[company].name = "Company";
    objects[company].fields = {field("id", Kind::text), field("domain", Kind::text), field("size", Kind::integer)};
    objects[company].key = company_id;
    objects[company].relations = {{"Contact", {}, true, contact, contact_company, {}}};
    objects[contact].name = "Contact";
    objects[contact].fields = {field("id", Kind::text), field("company", Kind::text), field("name", Kind::text)};
    objects[contact].key = contact_id;
    const auto add = [&](compiler::Link link, std::uint32_t parent, std::uint32_t object, std::uint32_t relation,
                         std::vector<std::uint32_t> columns) {
      compiler::Space space;
      space.link = link;
      space.parent = space_of(parent);
      space.object = object;
      space.relation = relation;
      space.columns = std::move(columns);
      program.spaces.add(space);
    };
    add(compiler::Link::root, leads, lead, 0, {lead_domain});
    add(compiler::Link::many, leads, activity, 0, {activity_n, activity_at, activity_domain});
    add(compiler::Link::one, leads, company, 1, {company_size, company_domain});
    add(compiler::Link::many, companies, contact, 0, {contact_name});
    add(compiler::Link::one, activities, company, 0, {});
    program.spaces[space_of(companies)].match = add_column(program, leads, 0, Kind::text);
    program.spaces[space_of(sold_to)].match = add_column(program, activities, 2, Kind::text);
    size = add_column(program, companies, 0, Kind::integer);
    domain = add_column(program, companies, 1, Kind::text);
    program.reads_as_of = true;
    regions = {
        {space_of(companies), {space_of(companies), space_of(contacts)}, {}, {size, domain}},
        {space_of(leads), {space_of(leads), space_of(activities)}, {space_of(companies), space_of(sold_to)}, {}}};
  }
};

constexpr std::int32_t day_zero = 20454;  // 2026-01-01
constexpr AsOf as_of{.instant = 0, .day = day_zero + 100};

using Lines = std::vector<std::string>;

struct Files {
  Lines leads, activities, companies, contacts;  // without headers
  bool has_activities = true, has_companies = true, has_contacts = true;
};

std::string text_of(std::string_view header, const Lines& rows) {
  std::string text = std::string(header) + "\n";
  for (const std::string& row : rows) text += row + "\n";
  return text;
}

struct Linked {
  Lines leads;   // "key: activities [n@at>company ...] company size/domain"
  Lines issues;  // "row field fault"
  std::vector<std::size_t> batches;
  std::map<std::string, RelationReport> reports;
};

std::string company_of(const SpaceView& view, std::uint32_t row) {
  if (view.row_of[row] == 0) return "-";
  const std::uint32_t at = view.row_of[row] - 1;
  if (view.stored.empty()) return std::to_string(at);
  const StoredValue& size = view.stored[0];
  const StoredValue& domain = view.stored[1];
  return fmt::format("{}/{}", test_bit(size.known, at) ? std::to_string(size.integers[at]) : "?",
                     test_bit(domain.known, at) ? std::string(domain.dictionary->text(domain.codes[at])) : "?");
}

Linked link(const Files& files, const Policy& policy = {}, std::size_t most_children = most_child_rows) {
  Linked linked;
  const std::string lead_text = text_of("id,company,domain,updated", files.leads);
  const std::string activity_text = text_of("id,lead,at,n,company,domain", files.activities);
  const std::string company_text = text_of("id,domain,size", files.companies);
  const std::string contact_text = text_of("id,company,name", files.contacts);
  ReadOptions reading;
  reading.as_of = as_of;
  reading.temporary_folder = "/tmp";
  auto reader = LeadReader::open(open_memory(lead_text), "leads.csv", policy.program, reading, {});
  REQUIRE(reader.has_value());
  std::vector<TableSource> sources;
  if (files.has_activities) sources.push_back({activity, "activities.csv", open_memory(activity_text)});
  if (files.has_companies) sources.push_back({company, "companies.csv", open_memory(company_text)});
  if (files.has_contacts) sources.push_back({contact, "contacts.csv", open_memory(contact_text)});
  TableOptions options;
  options.as_of = as_of;
  options.temporary_folder = "/tmp";
  auto relations =
      Relations::load(policy.program, policy.regions, std::move(sources), options, as_of, reader->merged_keys(), {});
  REQUIRE(relations.has_value());
  Feeder feeder(policy.program, **relations, policy.regions.back(), as_of, most_children);
  Batch batch;
  while (*reader->next(batch, {})) {
    for (std::size_t begin = 0, count = 0; begin < batch.rows; begin += count) {
      count = feeder.fill(batch, begin);
      linked.batches.push_back(count);
      const BatchView& view = feeder.view();
      REQUIRE(view.spaces.size() == policy.program.spaces.size());
      CHECK(view.spaces[leads].rows == count);
      const SpaceView& children = view.spaces[activities];
      CHECK(children.offsets[0] == 0);
      CHECK(children.offsets[count] == children.rows);
      CHECK((count == 1 || children.rows <= most_children));
      for (std::size_t row = 0; row < count; ++row) {
        std::string line = fmt::format("{}:", batch.keys[begin + row]);
        for (std::uint32_t child = children.offsets[row]; child < children.offsets[row + 1]; ++child) {
          const auto number = [&](std::size_t column) {
            const ColumnView& values = children.columns[column];
            return test_bit(values.known, child) ? std::to_string(values.integers[child]) : std::string("?");
          };
          line += fmt::format(" {}@{}", number(0), number(1));
          if (view.spaces[sold_to].is_given && view.spaces[sold_to].row_of[child] != 0) {
            line += fmt::format(">{}", view.spaces[sold_to].row_of[child]);
          }
        }
        line += " " + company_of(view.spaces[companies], static_cast<std::uint32_t>(row));
        linked.leads.push_back(line);
      }
      CHECK(view.spaces[activities].is_given == files.has_activities);
      CHECK(view.spaces[companies].is_given == files.has_companies);
      for (const CellIssue& issue : feeder.issues()) {
        linked.issues.push_back(fmt::format("{} {} {}", batch.keys[issue.row], issue.field, issue.fault));
      }
    }
  }
  for (const RelationReport& report : (*relations)->relations()) {
    const compiler::ObjectSchema& object = policy.program.schema.objects[report.object];
    linked.reports.emplace(object.name + "." + object.relations[report.relation].name, report);
  }
  return linked;
}

std::string day(int offset) { return kernels::format_date(day_zero + offset); }

}  // namespace

TEST_CASE("child rows: against a search through all, in any order of the files and with any size of a batch") {
  std::mt19937 random(3);
  for (int round = 0; round < 25; ++round) {
    Policy policy;
    const bool has_keys = round % 2 == 0;
    if (has_keys) policy.program.schema.objects[activity].key = activity_id;
    Files files;
    files.has_companies = false;
    files.has_contacts = false;
    const std::size_t lead_count = 1 + random() % 300;
    struct Child {
      std::string id, parent;
      int at, n;
    };
    std::vector<Child> children(random() % 2000);
    for (std::size_t i = 0; i < lead_count; ++i) files.leads.push_back(fmt::format("L{},,,", i));
    std::size_t without_key = 0;
    std::size_t without_row = 0;
    for (std::size_t i = 0; i < children.size(); ++i) {
      const std::size_t parent = random() % (lead_count + 20);
      children[i] = {fmt::format("K{}", i), random() % 30 == 0 ? "" : fmt::format("L{}", parent),
                     static_cast<int>(random() % 5) - 1, static_cast<int>(random() % 4)};
      if (children[i].parent.empty()) {
        ++without_key;
      } else if (parent >= lead_count) {
        ++without_row;
      }
    }
    for (const Child& child : children) {
      files.activities.push_back(
          fmt::format("{},{},{},{},,", child.id, child.parent, child.at < 0 ? "" : day(child.at), child.n));
    }
    Lines expected;
    for (std::size_t i = 0; i < lead_count; ++i) {
      std::vector<Child> own;
      for (const Child& child : children) {
        if (child.parent == fmt::format("L{}", i)) own.push_back(child);
      }
      std::sort(own.begin(), own.end(), [&](const Child& left, const Child& right) {
        if (left.at != right.at) return left.at < right.at;
        return has_keys ? left.id < right.id : left.n < right.n;
      });
      std::string line = fmt::format("L{}:", i);
      for (const Child& child : own) {
        line += fmt::format(" {}@{}", child.n, child.at < 0 ? "?" : std::to_string(day_zero + child.at));
      }
      expected.push_back(line + " -");
    }
    for (const std::size_t most : {most_child_rows, std::size_t{64}, std::size_t{1}}) {
      const Linked found = link(files, policy, most);
      CHECK(found.leads == expected);
      CHECK(found.reports.at("Lead.Activity").without_key == without_key);
      CHECK(found.reports.at("Lead.Activity").without_row == without_row);
      std::shuffle(files.activities.begin(), files.activities.end(), random);
    }
  }
}

TEST_CASE("a parent with 100,000 rows is a batch of its own") {
  Files files;
  files.has_companies = files.has_contacts = false;
  files.leads = {"a,,,", "b,,,", "c,,,"};
  for (int i = 0; i < 100'000; ++i) files.activities.push_back(fmt::format("{},b,{},{},,", i, day(i % 7), i));
  files.activities.emplace_back("x,a,,1,,");
  const Linked found = link(files);
  CHECK(found.batches == std::vector<std::size_t>{1, 1, 1});
  CHECK(found.leads[0] == "a: 1@? -");
  CHECK(found.leads[2] == "c: -");
  CHECK(std::count(found.leads[1].begin(), found.leads[1].end(), '@') == 100'000);
}

TEST_CASE("number 4: a file that was not given is not an empty one") {
  Files files;
  files.leads = {"a,C1,,", "b,,,"};
  files.has_activities = files.has_companies = files.has_contacts = false;
  CHECK(link(files).leads == Lines{"a: -", "b: -"});  // link() checks is_given
  files.has_activities = files.has_companies = true;
  CHECK(link(files).leads == Lines{"a: -", "b: -"});
}

TEST_CASE("references: by key, otherwise by a text, and what fits several rows finds none") {
  Files files;
  files.companies = {"C1,one.com,10",  "C2,TWO.com,20", "c1,three.com,", "C4,same.com,40",
                     "C5,Same.com,50", "C6,six.com,60", "C6,six.com,61"};
  files.leads = {"a,C1,,",       "b, c1 ,two.com,", "c,C9,two.com,", "d,,TWO.COM,", "e,C9,none.com,",
                 "f,,same.com,", "g,C6,one.com,",   "h,,,",          "i,C9,,",      "j,N/A,,"};
  // Keys compare by bytes, matched texts folded.
  const Linked found = link(files);
  CHECK(found.leads == Lines{"a: 10/one.com", "b: ?/three.com", "c: 20/TWO.com", "d: 20/TWO.com", "e: -", "f: -",
                             "g: -", "h: -", "i: -", "j: -"});
  CHECK(found.issues ==
        Lines{fmt::format("f 1 {}", CellIssue::many_matches), fmt::format("g 1 {}", CellIssue::contradiction)});
  const RelationReport& report = found.reports.at("Lead.company");
  CHECK(report.ambiguous == 2);
  CHECK(report.without_row == 3);  // e, i, j
}

TEST_CASE("references of child rows find the same") {
  Files files;
  files.leads = {"a,,,"};
  files.companies = {"C1,one.com,10", "C2,two.com,20", "C3,same.com,", "C4,same.com,"};
  files.activities = {"1,a," + day(1) + ",1,C2,", "2,a," + day(2) + ",2,,ONE.com", "3,a," + day(3) + ",3,C9,nobody.com",
                      "4,a," + day(4) + ",4,,same.com", "5,b," + day(4) + ",5,C1,"};
  const Linked found = link(files);
  CHECK(found.leads ==
        Lines{fmt::format("a: 1@{}>2 2@{}>1 3@{} 4@{} -", day_zero + 1, day_zero + 2, day_zero + 3, day_zero + 4)});
  CHECK(found.reports.at("Activity.company").without_row == 1);
  CHECK(found.reports.at("Activity.company").ambiguous == 1);
  CHECK(found.reports.at("Lead.Activity").without_row == 1);
}

TEST_CASE(
    "number 23: a company that stands for another is found by both keys, with the rows of both if it joins them") {
  for (const bool joins : {false, true}) {
    Policy policy;
    auto& object = policy.program.schema.objects[company];
    object.fields.push_back(field("updated", Kind::date));
    object.duplicates = compiler::DuplicatesSchema{{}, company_domain, true, 3, joins};
    Files files;
    files.leads = {"a,C1,,", "b,C2,,", "c,,one.com,"};
    files.contacts = {"p,C1,Ann", "q,C2,Bob", "r,C3,Eve"};
    const std::string companies_text = "id,domain,size,updated\nC1,one.com,10,2026-01-01\nC2,ONE.com,20,2026-01-02\n";
    const std::string lead_text = text_of("id,company,domain,updated", files.leads);
    const std::string contact_text = text_of("id,company,name", files.contacts);
    std::vector<TableSource> sources;
    sources.push_back({company, "companies.csv", open_memory(companies_text)});
    sources.push_back({contact, "contacts.csv", open_memory(contact_text)});
    TableOptions options;
    options.temporary_folder = "/tmp";
    auto relations = Relations::load(policy.program, policy.regions, std::move(sources), options, as_of, {}, {});
    REQUIRE(relations.has_value());
    auto reader = LeadReader::open(open_memory(lead_text), "leads.csv", policy.program, {}, {});
    REQUIRE(reader.has_value());
    Feeder feeder(policy.program, **relations, policy.regions.back(), as_of);
    Batch batch;
    REQUIRE(*reader->next(batch, {}));
    REQUIRE(feeder.fill(batch, 0) == 3);
    for (std::uint32_t row = 0; row < 3; ++row) CHECK(company_of(feeder.view().spaces[companies], row) == "20/ONE.com");
    Feeder of_companies(policy.program, **relations, policy.regions.front(), as_of);
    REQUIRE(of_companies.fill(0) == 1);
    CHECK(of_companies.view().spaces[contacts].rows == (joins ? 2 : 1));
    for (const RelationReport& report : (*relations)->relations()) {
      if (report.object == company) CHECK(report.without_row == (joins ? 1 : 2));
    }
  }
}

TEST_CASE("number 23: a lead that stands for another has the rows of both") {
  Policy policy;
  policy.program.schema.objects[lead].duplicates =
      compiler::DuplicatesSchema{{}, lead_domain, true, lead_updated, true};
  Files files;
  files.has_companies = files.has_contacts = false;
  files.leads = {"a,,x.com," + day(1), "b,,X.com," + day(2), "c,,,"};
  files.activities = {"1,a," + day(3) + ",1,,", "2,b," + day(2) + ",2,,", "3,c,,3,,"};
  Linked found = link(files, policy);
  CHECK(found.leads == Lines{fmt::format("b: 2@{} 1@{} -", day_zero + 2, day_zero + 3), "c: 3@? -"});
  CHECK(found.reports.at("Lead.Activity").without_row == 0);
  policy.program.schema.objects[lead].duplicates->join_rows = false;
  found = link(files, policy);
  CHECK(found.leads == Lines{fmt::format("b: 2@{} -", day_zero + 2), "c: 3@? -"});
  CHECK(found.reports.at("Lead.Activity").without_row == 1);
}

TEST_CASE("tables are evaluated in parts: many companies with many contacts") {
  Policy policy;
  Files files;
  for (int i = 0; i < 5000; ++i) {
    files.companies.push_back(fmt::format("C{},d{}.com,{}", i, i, i));
    files.leads.push_back(fmt::format("L{},C{},,", i, (i * 7) % 5000));
    for (int k = 0; k < 30; ++k) files.contacts.push_back(fmt::format("P{}-{},C{},n", i, k, i));
  }
  const Linked found = link(files, policy);
  REQUIRE(found.leads.size() == 5000);
  for (int i = 0; i < 5000; ++i) {
    const int company_number = (i * 7) % 5000;
    CHECK(found.leads[static_cast<std::size_t>(i)] ==
          fmt::format("L{}: {}/d{}.com", i, company_number, company_number));
  }
}

TEST_CASE("files of objects: names of the run, then of the policy, and none outside of its folder") {
  namespace fs = std::filesystem;
  std::string name = (fs::temp_directory_path() / "muster-files-").string() + std::string(6, 'X');
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  const fs::path root = name;
  fs::create_directories(root / "policy");
  const auto write = [](const fs::path& path) { std::ofstream(path) << "id\n1\n"; };
  write(root / "outside.csv");
  write(root / "policy" / "inside.csv");
  const std::string folder = (root / "policy").string();

  Policy policy;
  policy.program.schema.objects[company].file = "inside.csv";
  const auto open = [&](const std::vector<ObjectFile>& given) {
    return open_object_files(policy.program, given, folder, "leads.csv");
  };
  auto sources = open({});
  REQUIRE(sources.has_value());
  REQUIRE(sources->size() == 1);  // activities and contacts are absent
  CHECK((*sources)[0].object == company);
  CHECK((*sources)[0].name == (root / "policy" / "inside.csv").string());
  policy.program.schema.objects[company].file = "../outside.csv";
  const auto outside = open({});
  REQUIRE(!outside);
  CHECK(outside.error().message == "the policy names this file: it leads out of the policy's folder");
  policy.program.schema.objects[company].file = "inside.csv";
  sources = open({{"Company", (root / "outside.csv").string()}, {"Activity", (root / "outside.csv").string()}});
  REQUIRE(sources.has_value());
  CHECK(sources->size() == 2);
  const auto refusal = [&](const std::vector<ObjectFile>& given) {
    const auto opened = open(given);
    return opened ? std::string("opened") : opened.error().message + "; " + opened.error().fix;
  };
  CHECK(refusal({{"Activty", "x.csv"}}) ==
        "the policy has no object `Activty`; did you mean Activity? the policy has Activity, Company, Contact");
  CHECK(refusal({{"Lead", "x.csv"}}).starts_with("the rows of Lead are those of the run itself"));
  CHECK(refusal({{"Company", "x.csv"}, {"Company", "y.csv"}}).starts_with("there are two files for Company"));
  CHECK(refusal({{"Company", (root / "none.csv").string()}}).starts_with("there is no such file"));
  fs::remove_all(root);
}
