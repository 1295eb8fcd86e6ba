#include "tools/muster/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "lang/source/unicode.h"
#include "lang/support/count.h"
#include "lang/support/lines.h"
#include "runtime/data/rejected_row.h"
#include "stdlib/kernels/number.h"
#include "stdlib/kernels/time.h"

namespace muster::tools {

namespace {

using lang::grouped;

constexpr std::size_t bar_columns = 24;
constexpr std::size_t most_issue_lines = 12;
constexpr std::size_t most_tallies = 40;
constexpr std::size_t most_settings = 40;
constexpr std::size_t longest_value_bytes = 60;
constexpr std::size_t most_issues_of_an_object = 5;

// 12.3%, rounded half up; "<0.1%" for what is there but too little.
std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0.0%";
  // In double width: counts of rows times a thousand fit 64 bits for every file that fits a disk.
  const std::uint64_t per_mille = (part * 1000 + whole / 2) / whole;
  if (part > 0 && per_mille == 0) return "<0.1%";
  return fmt::format("{}.{}%", per_mille / 10, per_mille % 10);
}

std::string safe(std::string_view text) { return lang::escape_for_terminal(text); }

// The beginning of a long text; no letter is cut in two.
std::string shortened(std::string text) {
  if (text.size() <= longest_value_bytes) return text;
  std::size_t end = longest_value_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

class Report : lang::Lines {
 public:
  Report(const runtime::RunSummary& summary, const compiler::Program& program, const ReportContext& context)
      : summary_(summary), program_(program), context_(context) {}

  std::string render() {
    head();
    rows();
    objects();
    ignored_rows();
    const std::uint64_t counted = summary_.answered - summary_.ignored;
    qualifiers();
    scores();
    for (const runtime::CountGroup& grade : summary_.grades) tallies("Grade " + grade.name, grade.values, counted);
    for (const runtime::FrameworkCount& framework : summary_.frameworks) letters(framework);
    if (!summary_.stages.empty()) tallies("Stage", summary_.stages, counted);
    if (!summary_.routes.empty()) tallies("Route", summary_.routes, counted);
    questions(counted);
    rejects();
    issues();
    verified();
    files();
    return std::move(out_);
  }

 private:
  std::string bold(const std::string& text) const { return context_.color ? "\x1b[1m" + text + "\x1b[0m" : text; }
  std::string warn(const std::string& text) const { return context_.color ? "\x1b[33m" + text + "\x1b[0m" : text; }

  void head() {
    std::string policy = safe(program_.title.empty() ? context_.policy_file : program_.title);
    if (!program_.version.empty()) policy += ", version " + safe(program_.version);
    policy += fmt::format(", edition {}", program_.edition);
    line("{}", bold(policy));
    std::string basis = fmt::format("policy {}", program_.source_hash);
    const auto overridden = std::ranges::count_if(program_.settings, &compiler::SettingValue::overridden);
    if (overridden > 0)
      basis += " with " + lang::count_of(static_cast<std::uint64_t>(overridden), "setting") + " of this run";
    basis += fmt::format(", as of {}", context_.as_of.empty() ? "any day" : context_.as_of);
    basis +=
        fmt::format(", zone {} (tz database {})", safe(program_.zone.name()), safe(kernels::zone_database_version()));
    line("{}", basis);
    if (program_.effective_from && program_.effective_to) {
      line("effective {} to {}", kernels::format_date(*program_.effective_from),
           kernels::format_date(*program_.effective_to));
    }
    if (program_.review_day) line("to be reviewed by {}", kernels::format_date(*program_.review_day));
    settings();
    line("");
  }

  void settings() {
    const std::size_t width = name_width(program_.settings, 0);
    std::size_t shown = 0;
    for (const compiler::SettingValue& setting : program_.settings) {
      if (++shown > most_settings) {
        line("  ... and {} more", program_.settings.size() - most_settings);
        break;
      }
      const std::string name = fmt::format("setting {}", padded(safe(setting.name), width));
      const std::string value = shortened(safe(setting.value));
      line("{}  {}{}", name, value, setting.overridden ? "  " + warn("set for this run") : "");
    }
  }

  void rows() {
    line("{:>11}  rows in {}", grouped(summary_.rows), safe(context_.leads_file));
    line("{:>11}  answered", grouped(summary_.answered));
    if (summary_.repeated > 0) line("{:>11}  the same row again, answered once", grouped(summary_.repeated));
    if (summary_.merged > 0) line("{:>11}  are the same lead as another row, which is kept", grouped(summary_.merged));
    if (summary_.rejected > 0) line("{:>11}  {}", grouped(summary_.rejected), warn("rejected"));
    if (summary_.ignored > 0) {
      line("{:>11}  of the answered are ignored and not counted below", grouped(summary_.ignored));
      for (const runtime::NamedCount& reason : summary_.ignored_because) {
        if (reason.count > 0) line("{:>11}  {}", "", fmt::format("{}: {}", safe(reason.name), grouped(reason.count)));
      }
    }
  }

  // The files besides the leads, and how their rows found one another.
  void objects() {
    for (const runtime::ObjectSummary& object : summary_.objects) {
      line("");
      line("{:>11}  rows of {} in {}", grouped(object.rows), safe(object.name), safe(object.file));
      detail(object.repeated, "the same row again, counted once");
      detail(object.contradictory, "with the key of another row and other values: unknown where they differ");
      detail(object.merged, "the same as another row, which is kept");
      detail(object.future, "later than the evaluation: they do not count");
      detail(object.rejected, "rejected");
      if (object.first_rejected) {
        const runtime::RejectedExample& first = *object.first_rejected;
        line("{:>11}  first in line {}{}: {}", "", first.line,
             first.column.empty() ? std::string() : ", " + safe(first.column), safe(first.reason));
      }
      for (const runtime::RelationSummary& relation : summary_.relations) {
        if (relation.other == object.name) found(relation);
      }
      for (std::size_t k = 0; k < std::min(object.issues.size(), most_issues_of_an_object); ++k) {
        const runtime::IssueTally& issue = object.issues[k];
        issue_line(issue);
      }
      if (object.issues.size() > most_issues_of_an_object)
        line("{:>11}  ... and {} more kinds of issues", "", object.issues.size() - most_issues_of_an_object);
    }
    std::vector<std::string_view> missing;
    for (const compiler::Space& space : program_.spaces) {
      const std::string& name = program_.schema.objects[space.object].name;
      const auto has_name = [&](const runtime::ObjectSummary& object) { return object.name == name; };
      if (space.object == program_.schema.subject || std::find(missing.begin(), missing.end(), name) != missing.end() ||
          std::any_of(summary_.objects.begin(), summary_.objects.end(), has_name))
        continue;
      if (missing.empty()) line("");
      missing.emplace_back(name);
      line("{}", warn(fmt::format(
                     "no file was given for {0}: what the policy reads there is missing; name it in the run: {0}=FILE",
                     safe(name))));
    }
  }
  void issue_line(const runtime::IssueTally& issue) {
    line("{:>11}  {}: {} (first in line {})", grouped(issue.count), safe(issue.where), safe(issue.what),
         issue.first_line);
    if (!issue.fix.empty()) line("{:>11}  {}", "", safe(issue.fix));
  }
  void detail(std::uint64_t count, std::string_view what) {
    if (count > 0) line("{:>11}  {}", grouped(count), what);
  }
  void found(const runtime::RelationSummary& relation) {
    const std::string place = safe(relation.object);
    if (relation.many) {
      detail(relation.without_key, fmt::format("name no {}", place));
      const bool is_lead = relation.object == program_.schema.subject_object().name;  // which may have been rejected
      detail(relation.without_row, fmt::format("name a {} that {}", place, is_lead ? "has no answer" : "is not there"));
    } else {
      detail(relation.without_row, fmt::format("rows of {} name a {} that is not there", place, safe(relation.name)));
      detail(relation.ambiguous, fmt::format("rows of {} would fit more than one {}", place, safe(relation.name)));
    }
  }

  // Child rows that `ignore` sets aside.
  void ignored_rows() {
    const auto is_there = [](const runtime::NamedCount& reason) { return reason.count > 0; };
    if (std::none_of(summary_.ignored_rows.begin(), summary_.ignored_rows.end(), is_there)) return;
    line("");
    line("{}", bold("Ignored rows, of the leads that count"));
    for (const runtime::NamedCount& reason : summary_.ignored_rows) {
      if (is_there(reason)) line("{:>11}  {}", grouped(reason.count), safe(reason.name));
    }
  }

  static std::string padded(const std::string& name, std::size_t width) {
    const std::size_t used = lang::display_width(name);
    return name + std::string(width > used ? width - used : 0, ' ');
  }
  template <class Rows>
  static std::size_t name_width(const Rows& named, std::size_t least) {
    for (const auto& row : named) least = std::max(least, lang::display_width(safe(row.name)));
    return std::min<std::size_t>(least, 40);
  }

  void qualifiers() {
    if (summary_.qualifiers.empty()) return;
    const std::size_t width = name_width(summary_.qualifiers, 10);
    line("");
    line("{}  {:>11}  {:>11}  {:>11}", bold(padded("Qualifiers", width + 2)), "yes", "no", "undecided");
    for (const runtime::QualifierCount& row : summary_.qualifiers) {
      line("  {}  {:>11}  {:>11}  {:>11}", padded(safe(row.name), width), grouped(row.yes), grouped(row.no),
           grouped(row.undecided));
    }
  }

  void scores() {
    if (summary_.scores.empty()) return;
    const std::size_t width = name_width(summary_.scores, 6);
    const auto points = [](std::int64_t value) { return kernels::format_decimal(value, lang::points_digits); };
    line("");
    line("{}  {:>11}  {:>11}  {:>11}", bold(padded("Scores", width + 2)), "lowest", "mean", "highest");
    for (const runtime::ScoreSpread& row : summary_.scores) {
      line("  {}  {:>11}  {:>11}  {:>11}", padded(safe(row.name), width), points(row.smallest), points(row.mean),
           points(row.largest));
    }
  }

  void tallies(const std::string& title, const std::vector<runtime::NamedCount>& values, std::uint64_t whole) {
    line("");
    line("{}", bold(safe(title)));
    const std::size_t width = name_width(values, 0);
    std::uint64_t most = 1;
    for (const runtime::NamedCount& value : values) most = std::max(most, value.count);
    std::size_t shown = 0;
    for (const runtime::NamedCount& value : values) {
      if (++shown > most_tallies) {
        line("  ... and {} more", values.size() - most_tallies);
        break;
      }
      const std::size_t length = value.count == 0 ? 0 : std::max<std::size_t>(1, value.count * bar_columns / most);
      std::string text = fmt::format("  {}  {:>11}  {:>6}  {}", padded(safe(value.name), width), grouped(value.count),
                                     share(value.count, whole), std::string(length, '#'));
      while (text.ends_with(' ')) text.pop_back();
      line("{}", text);
    }
  }

  void letters(const runtime::FrameworkCount& framework) {
    const std::string title = "Framework " + safe(framework.name);
    const std::size_t width = std::max(name_width(framework.letters, 10), lang::display_width(title) - 2);
    line("");
    line("{}  {:>11}  {:>11}  {:>11}  {:>11}  {:>11}", bold(padded(title, width + 2)), "met", "half met", "not met",
         "unknown", "not reached");
    for (const runtime::LetterCount& letter : framework.letters) {
      line("  {}  {:>11}  {:>11}  {:>11}  {:>11}  {:>11}", padded(safe(letter.name), width), grouped(letter.met),
           grouped(letter.half_met), grouped(letter.not_met), grouped(letter.unknown), grouped(letter.not_reached));
    }
    if (!framework.is_qualifying) return;
    line("  qualified {}, not qualified {}, undecided {}", grouped(framework.qualified.yes),
         grouped(framework.qualified.no), grouped(framework.qualified.undecided));
  }

  void questions(std::uint64_t counted) {
    if (summary_.undecided_leads == 0 && summary_.provisional_routes == 0) return;
    line("");
    if (summary_.undecided_leads > 0) {
      line("{} of the leads ({}): missing data leave rules undecided; the column `undecided` names them",
           grouped(summary_.undecided_leads), share(summary_.undecided_leads, counted));
    }
    if (summary_.provisional_routes > 0) {
      line("{} of the routes are provisional: an earlier row of `route` was undecided",
           grouped(summary_.provisional_routes));
    }
  }

  void rejects() {
    if (summary_.rejected == 0) return;
    line("");
    line("{}", bold("Rejected rows"));
    for (std::size_t kind = 0; kind < summary_.rejected_by_kind.size(); ++kind) {
      if (summary_.rejected_by_kind[kind] == 0) continue;
      line("{:>11}  {}", grouped(summary_.rejected_by_kind[kind]), describe(static_cast<runtime::RejectKind>(kind)));
    }
    if (summary_.rejected_formulas > 0) {
      line("{:>11}  rows with a cell that a spreadsheet would run as a formula", grouped(summary_.rejected_formulas));
    }
  }

  void issues() {
    if (!summary_.issues.empty()) {
      line("");
      line("{}", bold("Data issues: these values were left out, or rounded where it says so; the lead was answered"));
      std::size_t shown = 0;
      for (const runtime::IssueTally& issue : summary_.issues) {
        if (++shown > most_issue_lines) {
          line("  ... and {} more kinds{}", summary_.issues.size() - most_issue_lines,
               context_.issues_file.empty() ? "; --issues FILE writes every one" : "");
          break;
        }
        issue_line(issue);
      }
    }
    if (summary_.formula_cells > 0) {
      line("");
      line("{} cells begin like a formula (= + - @); {}", grouped(summary_.formula_cells),
           context_.formulas_escaped ? "an apostrophe stands before each"
                                     : "before opening the file in a spreadsheet, run with --csv-formula escape");
    }
  }

  void verified() {
    if (!context_.is_verified || summary_.verified_batches == 0) return;
    line("");
    line("Verified: {} of {} compiled batches, all as the interpreter answers", grouped(summary_.verified_batches),
         grouped(summary_.compiled_batches));
  }

  void files() {
    line("");
    file("Verdicts: ", context_.output_file);
    if (summary_.rejected > 0) file("Rejects:  ", summary_.rejects_file);
    file("Issues:   ", context_.issues_file);
  }
  void file(std::string_view what, const std::string& path) {
    if (!path.empty() && path != "-") line("{}{}", what, bold(safe(path)));
  }

  const runtime::RunSummary& summary_;
  const compiler::Program& program_;
  const ReportContext& context_;
};

}  // namespace

std::string render_summary(const runtime::RunSummary& summary, const compiler::Program& program,
                           const ReportContext& context) {
  return Report(summary, program, context).render();
}

}  // namespace muster::tools
