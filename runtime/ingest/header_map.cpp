#include "runtime/ingest/header_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lang/diagnostics/diagnostics.h"
#include "lang/source/unicode.h"
#include "stdlib/kernels/text.h"

namespace muster::runtime {

using compiler::FieldSchema;
using lang::Error;
using lang::ErrorKind;
using lang::Result;

namespace {

constexpr std::size_t most_listed_headers = 40;

std::string list_headers(const std::vector<std::string>& header) {
  std::string list;
  for (std::size_t i = 0; i < header.size() && i < most_listed_headers; ++i) {
    if (i != 0) list += ", ";
    list += '"' + header[i] + '"';
  }
  if (header.size() > most_listed_headers) list += fmt::format(" and {} more", header.size() - most_listed_headers);
  return list;
}

class Finder {
 public:
  Finder(const std::string& name, const std::vector<std::string>& header) : name_(name), header_(header) {
    folded_.reserve(header.size());
    for (const std::string& cell : header) folded_.push_back(kernels::fold_text(cell));
  }

  [[nodiscard]] Result<std::uint32_t> find(const FieldSchema& field) const {
    for (const std::string& candidate : field.headers) {
      const std::string wanted = kernels::fold_text(candidate);
      const auto first = std::find(folded_.begin(), folded_.end(), wanted);
      if (first == folded_.end()) continue;
      const auto second = std::find(first + 1, folded_.end(), wanted);
      const auto column = static_cast<std::size_t>(first - folded_.begin());
      if (second != folded_.end()) {
        const auto other = static_cast<std::size_t>(second - folded_.begin());
        return Error{
            ErrorKind::data, name_, 0,
            fmt::format("there are two columns named \"{}\" (columns {} and {}), and the policy reads it as `{}`",
                        header_[column], column + 1, other + 1, field.name),
            "rename or remove one of them in the export"};
      }
      return static_cast<std::uint32_t>(column);
    }
    return missing(field);
  }

  // All columns with the header that the field is read from; none where the file has no such column.
  [[nodiscard]] std::vector<std::uint32_t> columns_of(const FieldSchema& field) const {
    std::vector<std::uint32_t> columns;
    for (const std::string& candidate : field.headers) {
      const std::string wanted = kernels::fold_text(candidate);
      for (std::uint32_t column = 0; column < folded_.size(); ++column) {
        if (folded_[column] == wanted) columns.push_back(column);
      }
      if (!columns.empty()) break;
    }
    return columns;
  }

 private:
  [[nodiscard]] Error missing(const FieldSchema& field) const {
    std::string wanted;
    std::string nearest;
    for (const std::string& candidate : field.headers) {
      if (!wanted.empty()) wanted += " or ";
      wanted += '"' + candidate + '"';
      if (nearest.empty()) nearest = lang::did_you_mean(kernels::fold_text(candidate), folded_);
    }
    const auto at = static_cast<std::size_t>(std::find(folded_.begin(), folded_.end(), nearest) - folded_.begin());
    std::string fix =
        nearest.empty() ? std::string("name the column with `from \"...\"` behind the field")
                        : fmt::format("did you mean \"{0}\"? then write `from \"{0}\"` behind the field", header_[at]);
    fix += fmt::format("; the file has {}", list_headers(header_));
    return Error{ErrorKind::data, name_, 0, fmt::format("there is no column {} for the field `{}`", wanted, field.name),
                 std::move(fix)};
  }

  const std::string& name_;
  const std::vector<std::string>& header_;
  std::vector<std::string> folded_;
};

}  // namespace

Result<HeaderMap> map_headers(const std::string& name, const std::vector<std::string>& header,
                              const compiler::ObjectSchema& object, const RecordFields& fields) {
  const Finder finder(name, header);
  HeaderMap map;
  // A field is looked up once, in the order in which a person would read the schema: the key first.
  std::vector<std::optional<std::uint32_t>> columns(object.fields.size());
  const auto look_up = [&](std::uint32_t field) -> Result<MappedField> {
    if (object.fields[field].row_number) return MappedField{field, MappedField::row_number};
    if (!columns[field]) {
      const Result<std::uint32_t> found = finder.find(object.fields[field]);
      if (!found) return found.error();
      columns[field] = *found;
    }
    return MappedField{field, *columns[field]};
  };
  if (object.key) {
    const Result<MappedField> key = look_up(*object.key);
    if (!key) return key.error();
    map.key = *key;
  }
  std::vector<bool> is_read(object.fields.size(), false);
  for (const std::uint32_t field : fields.columns) {
    const Result<MappedField> found = look_up(field);
    if (!found) return found.error();
    map.columns.push_back(*found);
    is_read[field] = true;
  }
  for (const std::uint32_t field : fields.texts) {
    const Result<MappedField> found = look_up(field);
    if (!found) return found.error();
    map.texts.push_back(*found);
  }
  for (std::uint32_t field = 0; field < object.fields.size(); ++field) {
    if (!object.fields[field].required || is_read[field]) continue;
    const Result<MappedField> found = look_up(field);
    if (!found) return found.error();
    map.required.push_back(*found);
  }
  for (std::uint32_t field = 0; field < object.fields.size(); ++field) {
    if (columns[field] || object.fields[field].row_number) continue;
    for (const std::uint32_t column : finder.columns_of(object.fields[field])) map.compared.push_back({field, column});
  }
  return map;
}

MissingTexts::MissingTexts(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    std::string folded = kernels::fold_text(text);
    if (folded.empty()) continue;
    const auto first = static_cast<unsigned char>(folded[0]);
    if (first >= 0x80) {  // an ASCII letter with a combining mark may compose to it
      std::fill(std::begin(first_bytes_), std::end(first_bytes_), true);
    }
    first_bytes_[first] = true;
    if (first >= 'a' && first <= 'z') first_bytes_[first - 'a' + 'A'] = true;
    folded_.push_back(std::move(folded));
  }
  // Folding may turn any other letter into this first letter (the Kelvin sign into k).
  if (!folded_.empty()) std::fill(std::begin(first_bytes_) + 0x80, std::end(first_bytes_), true);
  std::sort(folded_.begin(), folded_.end());
}

bool MissingTexts::contains(std::string_view trimmed) const {
  if (folded_.empty() || !first_bytes_[static_cast<unsigned char>(trimmed[0])]) return false;
  return std::binary_search(folded_.begin(), folded_.end(), kernels::fold_text(trimmed));
}

std::string_view trim_cell(std::string_view text) {
  const auto is_plain = [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return byte > ' ' && byte < 0x7f;
  };
  if (text.empty() || (is_plain(text.front()) && is_plain(text.back()))) return text;
  return lang::trim(text);
}

}  // namespace muster::runtime
