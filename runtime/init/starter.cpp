#include "runtime/init/starter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <vector>

#include "lang/spec/spec.h"
#include "lang/support/count.h"
#include "runtime/init/infer.h"
#include "runtime/init/names.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime {

namespace {

using compiler::Kind;

// What the object and the picklists may take of a policy file, which is 1 MiB at most.
constexpr std::size_t most_object_bytes = std::size_t{600} << 10;
constexpr std::size_t most_picklist_bytes = std::size_t{200} << 10;
constexpr std::size_t most_missing_texts = 8;
constexpr std::size_t most_score_rules = 6;

struct Field {
  std::size_t column = 0;
  std::string name;
  InferredType type;
  std::string picklist;              // name of its type
  std::vector<std::string> members;  // most frequent first
};

class Writer {
 public:
  explicit Writer(const ExportProfile& profile) : profile_(profile) {}

  Starter write() {
    head();
    object();
    for (const std::string& text : picklists_) out_ += text;
    policy();
    return {std::move(out_), fields_.size(), left_out_.size()};
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }

  void head() {
    line("# A first policy for {}: {}, {}.", for_comment(profile_.name), lang::count_of(profile_.rows, "lead"),
         lang::count_of(profile_.header.size(), "column"));
    if (profile_.malformed > 0)
      line("# {} could not be split into cells; `muster run` lists them.", lang::count_of(profile_.malformed, "row"));
    line("# Made by `muster init` from the names and values of the export. Nothing here is final:");
    line("#   1. look through `object Lead`: are the types right?");
    line("#   2. say in `icp` whom you sell to, and in `score` what is worth how much");
    line("#   3. muster check on this file, then muster run with it and the export");
    line("");
    line("policy {} {{", quote(title()));
    line("  edition 2026");
    line("  version \"draft\"");
    line("  zone    \"UTC\"          # where your days begin, such as \"America/New_York\"");
    line("}}");
    line("");
  }

  std::string title() const {
    const std::string text = "First policy for " + profile_.name;
    return can_be_quoted(text) ? text : "First policy";
  }

  // ---- the object

  void object() {
    collect_missing_texts();
    const std::size_t begin = out_.size();
    line("# ---- The data: which column of the export feeds which field");
    line("");
    line("object Lead {{");
    std::vector<std::string> folded;
    for (const std::string& header : profile_.header) folded.push_back(kernels::fold_text(header));
    std::vector<std::string> sorted = folded;
    std::sort(sorted.begin(), sorted.end());
    if (profile_.key) {
      field(*profile_.key, true);
    } else {
      line(
          "  # No column tells one lead from another, so the row's number does. Name a better key where there is one.");
      fields_.push_back({profile_.header.size(), names_.snake("row", "row"), {}, {}, {}});
      line("  {}: int key from row number", fields_.back().name);
    }
    for (std::size_t i = 0; i < profile_.header.size(); ++i) {
      if (i == profile_.key) continue;
      const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), folded[i]);
      if (folded[i].empty()) {
        leave_out(i, "has no name");
      } else if (last - first > 1) {
        leave_out(i, "has the name of another column");
      } else if (!can_be_quoted(profile_.header[i])) {
        leave_out(i, "has a name that cannot be written here");
      } else if (out_.size() - begin > most_object_bytes) {
        leave_out(i, "is one too many for a first policy");
      } else {
        field(i, false);
      }
    }
    if (!missing_texts_.empty()) {
      std::string list;
      std::string counts;
      for (const DistinctValue& value : missing_texts_) {
        list += (list.empty() ? "" : ", ") + quote(value.spelling);
        counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", value.count, for_comment(value.spelling));
      }
      line("  missing when {}   # cells: {}", list, counts);
    }
    line("}}");
    constexpr std::size_t most_listed = 50;
    for (std::size_t i = 0; i < left_out_.size() && i < most_listed; ++i) line("# {}", left_out_[i]);
    if (left_out_.size() > most_listed) line("# ... and {} more columns are left out", left_out_.size() - most_listed);
    line("");
  }

  // Words for "no value" that stand in any column, most frequent first.
  void collect_missing_texts() {
    for (std::size_t i = 0; i < profile_.columns.size(); ++i) {
      // Somebody is called Null.
      if (kernels::fold_text(profile_.header[i]).find("name") != std::string::npos) continue;
      for (const DistinctValue& value : profile_.columns[i].missing_spellings) {
        const auto known = std::find_if(missing_texts_.begin(), missing_texts_.end(),
                                        [&](const DistinctValue& other) { return other.folded == value.folded; });
        if (known != missing_texts_.end()) {
          known->count += value.count;
        } else if (can_be_quoted(value.spelling)) {
          missing_texts_.push_back(value);
        }
      }
    }
    std::stable_sort(missing_texts_.begin(), missing_texts_.end(),
                     [](const DistinctValue& a, const DistinctValue& b) { return a.count > b.count; });
    if (missing_texts_.size() > most_missing_texts) missing_texts_.resize(most_missing_texts);
  }

  void leave_out(std::size_t column, std::string_view why) {
    left_out_.push_back(fmt::format("column {} ({}) {}", column + 1, quote(for_comment(profile_.header[column])), why));
  }

  void field(std::size_t column, bool key) {
    const ColumnProfile& profile = profile_.columns[column];
    const std::string& header = profile_.header[column];
    Field made{column, names_.snake(header, fmt::format("column_{}", column + 1)), infer_type(profile, header), {}, {}};
    if (key) made.type = {};  // keys are compared byte by byte, never computed with
    if (made.type.kind == Kind::picklist) {
      if (picklist_bytes_ > most_picklist_bytes || !add_picklist(made)) made.type.kind = Kind::text;
    }
    std::string text = fmt::format("  {}: {}{} from {}", made.name, type_text(made), key ? " key" : "?", quote(header));
    if (!made.type.format.empty()) text += fmt::format(" format {}", quote(made.type.format));
    const std::string comment = key ? key_comment(profile) : field_comment(profile, made.type);
    if (!comment.empty()) text += "   # " + comment;
    line("{}", text);
    fields_.push_back(std::move(made));
  }

  static std::string type_text(const Field& field) {
    switch (field.type.kind) {
      case Kind::boolean:
        return "bool";
      case Kind::integer:
        return "int";
      case Kind::decimal:
        return fmt::format("decimal({})", field.type.digits);
      case Kind::percent:
        return "percent";
      case Kind::money:
        return "money " + field.type.currency;
      case Kind::date:
        return "date";
      case Kind::datetime:
        return "datetime";
      case Kind::duration:
        return "duration";
      case Kind::picklist:
        return field.picklist;
      case Kind::text:
      case Kind::grade:
      case Kind::stage:
      case Kind::poison:
        break;
    }
    return "text";
  }

  std::string key_comment(const ColumnProfile& profile) const {
    const std::uint64_t absent = profile.blank + profile.missing_words;
    std::string comment;
    if (absent > 0) comment = fmt::format("{} rows have none and would be rejected", absent);
    if (profile_.key_repeats > 0) {
      comment += fmt::format("{}{} rows share theirs with another", comment.empty() ? "" : "; ", profile_.key_repeats);
    }
    return comment;
  }

  std::string field_comment(const ColumnProfile& profile, const InferredType& type) const {
    std::string comment;
    const auto add = [&](const std::string& part) { comment += (comment.empty() ? "" : "; ") + part; };
    const std::uint64_t absent = profile.blank + profile.missing_words;
    if (absent > 0 && profile_.rows > 0 && profile.present > 0) {
      const std::uint64_t share = absent * 100 / profile_.rows;
      add(share == 0 ? "less than 1% missing" : fmt::format("{}% missing", share));
    }
    if (type.misfits > 0) {
      const bool number = compiler::is_number(type.kind) && !profile.example_text.empty();
      add(fmt::format("{} values do not fit{}", type.misfits,
                      number ? ", such as " + quote(for_comment(profile.example_text)) : ""));
    }
    if (!type.doubt.empty()) add(type.doubt);
    return comment;
  }

  // ---- picklists

  // A name is a spelling of its member too, so it must not be the spelling of another: Health Care cannot be called
  // HealthCare where Healthcare stands beside it. Values that are names already come first.
  static std::vector<std::string> member_names(const std::vector<const DistinctValue*>& values) {
    NameSpace names;
    std::vector<std::string> given(values.size());
    for (const bool is_name : {true, false}) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        NameSpace alone;
        if ((kernels::fold_text(alone.camel(values[i]->spelling, "Value")) == values[i]->folded) != is_name) continue;
        given[i] = names.camel(values[i]->spelling, "Value");
      }
    }
    return given;
  }

  bool add_picklist(Field& field) {
    const ColumnProfile& profile = profile_.columns[field.column];
    std::vector<const DistinctValue*> values;
    for (const DistinctValue& value : profile.distinct) {
      if (!can_be_quoted(value.spelling)) return false;
      values.push_back(&value);
    }
    std::stable_sort(values.begin(), values.end(),
                     [](const DistinctValue* a, const DistinctValue* b) { return a->count > b->count; });
    const std::string& header = profile_.header[field.column];
    field.picklist = type_names_.camel(header, fmt::format("Column{}", field.column + 1));
    std::string text = fmt::format("picklist {} {} {{\n", field.picklist, quote(header));
    const std::vector<std::string> names = member_names(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::string same;
      for (const std::string& other : values[i]->other_spellings) same += ", also written " + quote(for_comment(other));
      text += fmt::format("  {} = {}   # {}{}\n", names[i], quote(values[i]->spelling), values[i]->count, same);
      field.members.push_back(names[i]);
    }
    text += "}\n\n";
    picklist_bytes_ += text.size();
    picklists_.push_back(std::move(text));
    return true;
  }

  // ---- the policy over it

  // The middle value as a literal of the field's type; empty where there is none above zero.
  std::string middle(const Field& field) const {
    std::int64_t value = 0;
    unsigned digits = 0;
    if (!profile_.columns[field.column].median(value, digits) || value <= 0) return {};
    const unsigned wanted = field.type.kind == Kind::decimal ? std::min(field.type.digits, 2U) : 0U;
    const kernels::Checked rounded = kernels::rescale(value, digits, wanted, lang::RoundingMode::half_up);
    if (rounded.fault != kernels::Fault::none || rounded.value <= 0) return {};
    // Two figures are enough for a sketch: 768 -> 760.
    std::int64_t unit = 1;
    while (rounded.value / unit >= 100) unit *= 10;
    const std::int64_t round = rounded.value / unit * unit;
    std::string text;
    if (wanted == 0 && round % 1'000'000 == 0) {
      text = fmt::format("{}M", round / 1'000'000);
    } else if (wanted == 0 && round % 1'000 == 0) {
      text = fmt::format("{}K", round / 1'000);
    } else {
      text = kernels::format_decimal(round, wanted);
    }
    if (field.type.kind == Kind::money) text += " " + field.type.currency;
    if (field.type.kind == Kind::percent) text += "%";
    return text;
  }

  // A condition that leads meet or do not meet; empty where the field gives none.
  std::string condition(const Field& field) const {
    switch (field.type.kind) {
      case Kind::boolean:
        return field.name;
      case Kind::picklist:
        return fmt::format("{} = {}", field.name, field.members.front());
      case Kind::integer:
      case Kind::decimal:
      case Kind::money:
      case Kind::percent: {
        const std::string value = middle(field);
        return value.empty() ? std::string() : fmt::format("{} >= {}", field.name, value);
      }
      case Kind::text:
      case Kind::date:
      case Kind::datetime:
      case Kind::duration:
      case Kind::grade:
      case Kind::stage:
      case Kind::poison:
        break;
    }
    return {};
  }

  void policy() {
    // Size and industry first, as everybody asks for them; then what is filled in most.
    std::vector<const Field*> order;
    for (std::size_t i = 1; i < fields_.size(); ++i) order.push_back(&fields_[i]);
    const auto weight = [&](const Field* field) {
      constexpr auto asked_first =
          std::to_array<std::string_view>({"employees", "revenue", "industry", "country", "role", "source"});
      constexpr auto no_reason =
          std::to_array<std::string_view>({"converted", "outcome", "won", "lost", "deleted", "opt_out", "do_not",
                                           "name", "lead_number", "owner", "quality"});
      const auto holds = [&](std::string_view word) { return field->name.find(word) != std::string::npos; };
      // Outcomes, reasons against, and what says nothing about a lead.
      if (std::any_of(no_reason.begin(), no_reason.end(), holds)) return std::uint64_t{0};
      const auto asked = std::find_if(asked_first.begin(), asked_first.end(), holds);
      const auto rank = static_cast<std::uint64_t>(asked_first.end() - asked);
      return profile_.columns[field->column].present + rank * (profile_.rows + 1);
    };
    std::stable_sort(order.begin(), order.end(), [&](const Field* a, const Field* b) { return weight(a) > weight(b); });
    std::vector<std::string> conditions;
    for (const Field* field : order) {
      if (conditions.size() == most_score_rules) break;
      std::string text = condition(*field);
      if (!text.empty() && weight(field) > 0) conditions.push_back(std::move(text));
    }
    if (conditions.empty()) conditions.push_back(fields_.front().name + " is known");

    line("# ---- The policy: a sketch to change. The numbers are the middle values of the export, not advice.");
    line("");
    line("icp IdealCustomer \"Whom we sell to\" {{");
    line("  require {}", conditions[0]);
    line("  # add what must be true: require ..., exclude ... because \"...\"");
    line("}}");
    line("");
    line("score fit \"How well they match us\" from 0 to 100 {{");
    line("  +40 when IdealCustomer");
    for (std::size_t i = 1; i < conditions.size(); ++i) line("  +10 when {}", conditions[i]);
    line("  # take points away for what speaks against a lead: -20 when ...");
    line("}}");
    line("");
    // An export with few columns that say something gives few points: no tier is beyond reach.
    const std::size_t most = 40 + 10 * (conditions.size() - 1);
    line("grade tier from fit {{");
    line("  fit >= {} | A", std::min<std::size_t>(60, most));
    line("  fit >= 30 | B");
    line("  otherwise | C");
    line("}}");
    line("");
    line("lifecycle {{");
    line("  stage MQL \"Marketing qualified\" when IdealCustomer and fit >= 40");
    line("}}");
    line("");
    line("route {{");
    line("  to \"Sales\"      when stage >= MQL");
    line("  to \"Enrichment\" when IdealCustomer is undecided    # somebody has to ask");
    line("  to \"Nurture\"    otherwise");
    line("}}");
  }

  const ExportProfile& profile_;
  std::string out_;
  NameSpace names_;
  NameSpace type_names_;
  std::vector<Field> fields_;  // the key first
  std::vector<std::string> left_out_;
  std::vector<std::string> picklists_;
  std::size_t picklist_bytes_ = 0;
  std::vector<DistinctValue> missing_texts_;
};

}  // namespace

Starter write_starter(const ExportProfile& profile) { return Writer(profile).write(); }

}  // namespace muster::runtime
