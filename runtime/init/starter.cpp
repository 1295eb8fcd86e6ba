#include "runtime/init/starter.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "lang/format/format.h"
#include "lang/source/quote.h"
#include "lang/support/count.h"
#include "lang/support/lines.h"
#include "runtime/init/infer.h"
#include "runtime/init/names.h"
#include "runtime/init/sketch.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime {

namespace {

using compiler::Kind;

// What the object and the picklists may take of a policy file, which is 1 MiB at most.
constexpr std::size_t most_object_bytes = std::size_t{600} << 10;
constexpr std::size_t most_picklist_bytes = std::size_t{200} << 10;
constexpr std::size_t most_missing_texts = 8;

class Writer : lang::Lines {
 public:
  explicit Writer(const ExportProfile& profile)
      : profile_(profile),
        file_style_(style_of_file(profile.header, profile.columns, number_columns(profile), profile.separator)) {}

  Starter write() {
    head();
    object();
    for (const std::string& text : picklists_) out_ += text;
    out_ += write_sketch(profile_, fields_);
    return {std::move(out_), fields_.size(), left_out_.size()};
  }

 private:
  // A column that shows how it writes numbers needs no other one to be read.
  static std::vector<bool> number_columns(const ExportProfile& profile) {
    std::vector<bool> is_number;
    for (std::size_t i = 0; i < profile.columns.size(); ++i) {
      const Kind kind = infer_type(profile.columns[i], profile.header[i]).kind;
      is_number.push_back(i != profile.key && (compiler::is_number(kind) || kind == Kind::money));
    }
    return is_number;
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
    line("policy {} {{", lang::quote(title()));
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
        leave_out(i, "has the name of another column: rename or remove one of them in the export");
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
        list += (list.empty() ? "" : ", ") + lang::quote(value.spelling);
        counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", value.count, for_comment(value.spelling));
      }
      line("  missing when {}   # cells: {}", list, counts);
    }
    line("}}");
    constexpr std::size_t most_listed = 50;
    for (std::size_t i = 0; i < left_out_.size() && i < most_listed; ++i) line("# {}", left_out_[i]);
    if (left_out_.size() > most_listed)
      line("# ... and {} more", lang::count_of(left_out_.size() - most_listed, "column"));
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
    left_out_.push_back(
        fmt::format("column {} ({}) {}", column + 1, lang::quote(for_comment(profile_.header[column])), why));
  }

  void field(std::size_t column, bool key) {
    const ColumnProfile& profile = profile_.columns[column];
    const std::string& header = profile_.header[column];
    Field made{column,
               names_.snake(header, fmt::format("column_{}", column + 1)),
               infer_type(profile, header, file_style_),
               {},
               {}};
    if (key) made.type = {};  // keys are compared byte by byte, never computed with
    if (made.type.kind == Kind::picklist) {
      if (picklist_bytes_ > most_picklist_bytes || !add_picklist(made)) made.type.kind = Kind::text;
    }
    std::string text =
        fmt::format("  {}: {}{} from {}", made.name, type_text(made), key ? " key" : "?", lang::quote(header));
    if (!made.type.formats.empty()) text += " format " + quoted_list(made.type.formats);
    if (!made.type.doubt.empty()) doubt(made.type.doubt);
    other_currencies(made);
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

  // What the author has to decide stands above the field, in lines that need no scrolling.
  void doubt(std::string_view text) {
    constexpr std::size_t most_columns = 100;
    while (!text.empty()) {
      std::size_t end = text.size();
      if (end > most_columns) {
        end = text.rfind(' ', most_columns);
        if (end == std::string_view::npos) end = std::min(text.find(' '), text.size());
      }
      line("  # {}", text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  // Fields that read the rest of a column with several currencies, ready to be used.
  void other_currencies(const Field& field) {
    constexpr std::size_t most_currencies = 4;
    const std::vector<CurrencyCount>& others = field.type.other_currencies;
    for (std::size_t i = 0; i < others.size() && i < most_currencies; ++i) {
      const CurrencyCount& other = others[i];
      doubt(fmt::format(
          "{} in {}, such as \"{}\", {} missing here; add a field that reads {}:", lang::count_of(other.count, "value"),
          other.code, for_comment(other.example), other.count == 1 ? "is" : "are", other.count == 1 ? "it" : "them"));
      const std::string name = names_.snake(fmt::format("{} {}", field.name, other.code), "column");
      std::string text =
          fmt::format("{}: money {}? from {}", name, other.code, lang::quote(profile_.header[field.column]));
      if (!field.type.formats.empty()) text += " format " + quoted_list(field.type.formats);
      line("  # {}", text);
    }
  }

  std::string key_comment(const ColumnProfile& profile) const {
    const std::uint64_t absent = profile.blank + profile.missing_words;
    std::string comment;
    if (absent > 0) {
      comment =
          fmt::format("{} {} none and would be rejected", lang::count_of(absent, "row"), absent == 1 ? "has" : "have");
    }
    if (profile_.key_repeats > 0) {
      comment +=
          fmt::format("{}{} {} with another", comment.empty() ? "" : "; ", lang::count_of(profile_.key_repeats, "row"),
                      profile_.key_repeats == 1 ? "shares its key" : "share their keys");
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
    if (!type.note.empty()) add(type.note);
    if (type.misfits > 0) {
      const bool number = compiler::is_number(type.kind) && !profile.no_numbers.empty();
      add(fmt::format("{} {} not fit{}", lang::count_of(type.misfits, "value"), type.misfits == 1 ? "does" : "do",
                      number ? ", such as " + lang::quote(for_comment(profile.no_numbers.front())) : ""));
    }
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
    std::string text = fmt::format("picklist {} {} {{\n", field.picklist, lang::quote(header));
    const std::vector<std::string> names = member_names(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::string same;
      for (const std::string& other : values[i]->other_spellings)
        same += ", also written " + lang::quote(for_comment(other));
      text += fmt::format("  {} = {}   # {}{}\n", names[i], lang::quote(values[i]->spelling), values[i]->count, same);
      field.members.push_back(names[i]);
    }
    text += "}\n\n";
    picklist_bytes_ += text.size();
    picklists_.push_back(std::move(text));
    return true;
  }

  const ExportProfile& profile_;
  const FileStyle file_style_;
  NameSpace names_;
  NameSpace type_names_;
  std::vector<Field> fields_;  // the key first
  std::vector<std::string> left_out_;
  std::vector<std::string> picklists_;
  std::size_t picklist_bytes_ = 0;
  std::vector<DistinctValue> missing_texts_;
};

}  // namespace

Starter write_starter(const ExportProfile& profile, std::size_t most_bytes) {
  Starter starter = Writer(profile).write();
  // Whoever checks the layout of policies must not be stopped by a file that we have written.
  if (auto laid_out = lang::lay_out(starter.text, most_bytes)) starter.text = std::move(*laid_out);
  return starter;
}

}  // namespace muster::runtime
