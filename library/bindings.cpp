#include <fmt/format.h>

#include <limits>
#include <utility>

#include "lang/source/unicode.h"
#include "library/bindings_impl.h"

namespace muster {

// ---- Dictionary

Dictionary::Dictionary() : impl_(std::make_shared<Impl>()) {}
Dictionary::~Dictionary() = default;
Dictionary::Dictionary(const Dictionary&) = default;
Dictionary& Dictionary::operator=(const Dictionary&) = default;

Result<std::uint32_t> Dictionary::intern(std::string_view text) {
  constexpr std::size_t most_bytes = std::size_t{1} << 20;
  constexpr std::uint32_t most_texts = std::numeric_limits<std::uint32_t>::max() / 2;
  const std::string_view trimmed = lang::trim(text);
  if (trimmed.empty()) {
    return Error{ErrorKind::data, "a blank text is no value: clear the row's bit in `known` instead"};
  }
  if (trimmed.size() > most_bytes) {
    return Error{ErrorKind::data, fmt::format("a text of {} bytes is longer than 1 MiB", trimmed.size())};
  }
  const std::size_t invalid = lang::find_invalid_utf8(trimmed);
  if (invalid != std::string_view::npos) {
    return Error{ErrorKind::data, fmt::format("the text is not UTF-8: its byte {} cannot stand there", invalid + 1)};
  }
  if (impl_->texts.size() >= most_texts) return Error{ErrorKind::data, "the dictionary is full"};
  return impl_->texts.intern(trimmed);
}

std::uint32_t Dictionary::size() const { return impl_->texts.size(); }

std::string_view Dictionary::text(std::uint32_t code) const {
  return code < impl_->texts.size() ? impl_->texts.text(code) : std::string_view();
}

// ---- Leads

Leads::Leads(std::size_t rows) : impl_(std::make_unique<Impl>()) { impl_->rows = rows; }
Leads::~Leads() = default;
Leads::Leads(Leads&&) noexcept = default;
Leads& Leads::operator=(Leads&&) noexcept = default;

// What has been moved away takes nothing; evaluate() says so.

std::size_t Leads::rows() const { return impl_ == nullptr ? 0 : impl_->rows; }

Leads& Leads::add(std::string_view name, ColumnShape shape, Raw values, Bits yes, Bits known) {
  if (impl_ == nullptr) return *this;
  impl_->columns.push_back({std::string(name), shape, values.data, values.size, values.bytes, yes, known, nullptr});
  return *this;
}

Leads& Leads::add_texts(std::string_view name, Raw codes, const Dictionary& dictionary, Bits known) {
  add(name, ColumnShape::texts, codes, {}, known);
  if (impl_ != nullptr) impl_->columns.back().dictionary = dictionary.impl_;
  return *this;
}

// ---- Verdicts

Verdicts::Verdicts() : impl_(std::make_unique<Impl>()) {}
Verdicts::~Verdicts() = default;
Verdicts::Verdicts(Verdicts&&) noexcept = default;
Verdicts& Verdicts::operator=(Verdicts&&) noexcept = default;

Verdicts& Verdicts::add(std::string_view name, AnswerShape shape, Raw values, PlaceForBits yes, PlaceForBits known) {
  if (impl_ == nullptr) return *this;
  impl_->answers.push_back({std::string(name), shape, values.data, values.size, values.bytes, yes, known});
  return *this;
}

}  // namespace muster
