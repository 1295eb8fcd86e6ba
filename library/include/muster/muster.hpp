// Muster in a program of yours: a policy, columns of leads that lie in your memory, and verdicts written to places that
// you own. Nothing is copied, and nothing else of Muster is needed to compile against this file.
//
//   auto policy = muster::Policy::from_file("policy.muster", {.as_of = "2026-03-31"});
//   if (!policy) return fail(policy.error().message);  // every mistake of the policy, with file and line
//
//   std::vector<std::int32_t> employees = ...;          // one for each lead
//   std::vector<std::uint64_t> employees_known = ...;   // a bit for each lead
//   muster::Leads leads(employees.size());
//   leads.numbers("employees", employees, employees_known);
//
//   std::vector<std::int64_t> fit(leads.rows());
//   muster::Verdicts verdicts;
//   verdicts.numbers("fit", fit);
//
//   muster::Evaluator evaluator(*policy, {.threads = 2});
//   auto report = evaluator.evaluate(leads, verdicts);
//   if (!report) return fail(report.error().message);
//
// Shapes. Row r of a column is element r. A bitmap has a bit for each row: bit r % 64 of word r / 64, lowest first.
// Units. Numbers are whole: an amount of money with 2 digits is in cents, a score of 4 digits in ten-thousandths of a
//   point; Column::digits and Answer::digits say how many digits stand behind the point. A date is days since
//   1970-01-01, a moment microseconds since 1970-01-01T00:00:00 UTC, a length of time microseconds.
// Missing. A row without a value has a 0 in the column's `known` bitmap; what its element holds is then not looked at,
//   but codes have to be in range all the same. Rows of verdicts without a value hold 0, and have a 0 in their bitmap.
// Errors. Functions answer with Result; its message says what is wrong and where. No input makes the behaviour
//   undefined as long as the spans are truly as long as they say. The one exception that leaves is std::bad_alloc.
// Threads. A Policy may be used by many threads at once; Leads, Verdicts, Dictionary and Evaluator by one at a time.
//   A Dictionary must not be added to while an evaluation reads it.
//
// docs/cpp-library.md walks through an example, docs/decisions/0023-a-library-of-columns.md says why it looks like
// this.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#define MUSTER_EXPORT __attribute__((visibility("default")))

namespace muster {

// ---- results

enum class ErrorKind : std::uint8_t {
  policy,    // the policy has mistakes; the message holds all of them
  file,      // a file cannot be read
  binding,   // a column or a place for answers does not fit the policy, or asks for what cannot be
  data,      // a row holds what its column cannot hold
  engine,    // the engine that was asked for is not there
  internal,  // a mistake of Muster; please report it
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  // for people. Of a policy many lines: file:line:column, the line, what to do
};

// A value, or why there is none. Precondition of value(), * and ->: has_value(); of error(): the opposite.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& value() { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const { return std::get<0>(state_); }
  [[nodiscard]] T& operator*() { return value(); }
  [[nodiscard]] const T& operator*() const { return value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

// ---- a policy

struct CompileOptions {
  // The moment for which leads are judged: "2026-03-31" (the end of that day) or "2026-03-31T17:00", in the policy's
  // zone. Required where anything in the policy depends on it; the clock is never asked.
  std::string as_of{};
  std::vector<std::string> settings{};  // "name=value": settings that have another value than in the policy
  std::string folder{};                 // from_text: where the files that the policy names lie; empty: it names none
};

enum class ColumnShape : std::uint8_t {
  numbers,  // signed integers of 1, 2, 4 or 8 bytes
  texts,    // codes of a Dictionary, without a sign, of 1, 2 or 4 bytes
  codes,    // positions in Column::members, likewise
  flags,    // a bitmap
};

enum class Presence : std::uint8_t {
  optional,  // `int?`: it is normal that a lead lacks it
  expected,  // `int`: a lead may lack it, which then leaves open what depends on it
  required,  // `required`: a lead without it cannot be judged; an error of kind `data` where a wanted answer
             // reads it
};

// What the policy says about a column of the leads.
struct Column {
  std::string name;
  ColumnShape shape = ColumnShape::numbers;
  std::string type;     // in words: "whole number", "amount in USD, 2 digits", "one of Industry"
  unsigned digits = 0;  // numbers: behind the point
  Presence presence = Presence::optional;
  bool is_read = false;              // false: no answer depends on it; it need not be bound
  std::vector<std::string> members;  // codes: what each code means
};

enum class AnswerShape : std::uint8_t {
  numbers,  // signed integers
  codes,    // positions in Answer::names
  truths,   // yes, no or undecided: two bitmaps
};

// Something that the policy says about each lead. The names are those of the columns of `muster run`:
//   a qualifier or a framework    truths
//   a score                       numbers of 4 digits; lowest_NAME and highest_NAME are what it may still become, where
//                                 the smallest and the largest 64-bit number mean "no bound"
//   a grade, `stage`, `route`     codes
//   an output                     what its type says
//   `ignored`                     truths: an `ignore leads` applies. What else is said of the lead is as if none did
//   `rejected`                    truths: a number grew past 64 bits, so that `muster run` would reject the lead
struct Answer {
  std::string name;
  std::string title;  // as in the policy; may be empty
  AnswerShape shape = AnswerShape::numbers;
  std::string type;                // in words
  unsigned digits = 0;             // numbers: behind the point
  unsigned bytes = 0;              // numbers, codes: the narrowest element that holds whatever may come out
  std::vector<std::string> names;  // codes: what each code means
  std::string needs;               // a relation that it reads, which this library has no rows of; empty: none
};

// A policy that has been compiled, for one moment. A handle: copies are cheap and mean the same policy.
class MUSTER_EXPORT Policy {
 public:
  // Errors: `file` (cannot be read), `policy` (it has mistakes, or CompileOptions are no good for it).
  [[nodiscard]] static Result<Policy> from_file(const std::string& path, const CompileOptions& options = {});
  // `name` stands for the file's name in messages.
  [[nodiscard]] static Result<Policy> from_text(std::string name, std::string text, const CompileOptions& options = {});

  [[nodiscard]] const std::string& title() const;
  [[nodiscard]] const std::string& version() const;   // as the policy's header says
  [[nodiscard]] const std::string& warnings() const;  // of the checker, as text; empty: none
  [[nodiscard]] std::span<const Column> columns() const;
  [[nodiscard]] std::span<const Answer> answers() const;
  [[nodiscard]] const Column* find_column(std::string_view name) const;  // null: there is none
  [[nodiscard]] const Answer* find_answer(std::string_view name) const;  // null: there is none

  ~Policy();
  Policy(const Policy&);
  Policy& operator=(const Policy&);

  struct Impl;

 private:
  friend class Evaluator;
  explicit Policy(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

// ---- what goes in

// The texts of one or several columns: each distinct text has a code, from 0 on in the order in which they came. A
// policy looks at each text once, however many leads have it. Texts are copied. A handle: copies mean the same texts.
class MUSTER_EXPORT Dictionary {
 public:
  Dictionary();
  ~Dictionary();
  Dictionary(const Dictionary&);
  Dictionary& operator=(const Dictionary&);

  // The code of a text, a new one where it is new. White space around a text does not count. Errors (`data`): nothing
  // is left of it (clear the row's bit in `known` instead), it is not UTF-8, or it is longer than 1 MiB.
  [[nodiscard]] Result<std::uint32_t> intern(std::string_view text);
  [[nodiscard]] std::uint32_t size() const;
  [[nodiscard]] std::string_view text(std::uint32_t code) const;  // of a code below size(), else empty

  struct Impl;

 private:
  friend class Leads;
  std::shared_ptr<Impl> impl_;
};

// What may be bound. Memory that would be gone at the end of the statement is refused by the compiler.
template <class T, class... Allowed>
concept OneOf = (std::same_as<T, Allowed> || ...);
template <class Range, class... Elements>
concept ColumnOf =
    std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range> && std::ranges::borrowed_range<Range> &&
    OneOf<std::remove_cv_t<std::ranges::range_value_t<Range>>, Elements...>;
template <class Range, class... Elements>
concept PlaceFor =
    ColumnOf<Range, Elements...> && !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<Range>>>;

template <class Range>
concept NumberColumn = ColumnOf<Range, std::int8_t, std::int16_t, std::int32_t, std::int64_t>;
template <class Range>
concept CodeColumn = ColumnOf<Range, std::uint8_t, std::uint16_t, std::uint32_t>;
template <class Range>
concept NumberPlace = PlaceFor<Range, std::int8_t, std::int16_t, std::int32_t, std::int64_t>;
template <class Range>
concept CodePlace = PlaceFor<Range, std::uint8_t, std::uint16_t, std::uint32_t>;

// A bitmap of yours to read from. Without one, every row counts.
class Bits {
 public:
  Bits() = default;
  template <ColumnOf<std::uint64_t> Words>
  Bits(Words&& words)  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
      : data_(std::ranges::data(words)), words_(std::ranges::size(words)), is_given_(true) {}

  [[nodiscard]] bool is_given() const { return is_given_; }
  [[nodiscard]] const std::uint64_t* data() const { return data_; }
  [[nodiscard]] std::size_t words() const { return words_; }

 private:
  const std::uint64_t* data_ = nullptr;
  std::size_t words_ = 0;
  bool is_given_ = false;
};

// A bitmap of yours to write to. Without one, nobody asks.
class PlaceForBits {
 public:
  PlaceForBits() = default;
  template <PlaceFor<std::uint64_t> Words>
  PlaceForBits(Words&& words)  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
      : data_(std::ranges::data(words)), words_(std::ranges::size(words)), is_given_(true) {}

  [[nodiscard]] bool is_given() const { return is_given_; }
  [[nodiscard]] std::uint64_t* data() const { return data_; }
  [[nodiscard]] std::size_t words() const { return words_; }

 private:
  std::uint64_t* data_ = nullptr;
  std::size_t words_ = 0;
  bool is_given_ = false;
};

// The columns of some leads. Nothing is copied: what is bound has to stay where it is, and as it is, until evaluate()
// has returned. A column has as many elements as there are rows, or more, and a bitmap a bit for each row. Binding
// never fails; what does not fit the policy is told by evaluate().
class MUSTER_EXPORT Leads {
 public:
  explicit Leads(std::size_t rows);
  ~Leads();
  Leads(Leads&&) noexcept;
  Leads& operator=(Leads&&) noexcept;

  [[nodiscard]] std::size_t rows() const;

  // Numbers, dates, moments, amounts, lengths of time. A known date or moment lies in the years 1 to 9999. The narrower
  // the type, the quicker the kernel, which counts on what it can hold.
  template <NumberColumn Values>
  Leads& numbers(std::string_view name, Values&& values, Bits known = {}) {
    return add(name, ColumnShape::numbers, raw(values), {}, known);
  }
  // Every code is one of the dictionary's; 0 is always allowed where the text is missing. The dictionary may serve many
  // columns and many Leads.
  template <CodeColumn Codes>
  Leads& texts(std::string_view name, Codes&& codes, const Dictionary& dictionary, Bits known = {}) {
    return add_texts(name, raw(codes), dictionary, known);
  }
  // Every code is a position in Column::members.
  template <CodeColumn Codes>
  Leads& codes(std::string_view name, Codes&& codes, Bits known = {}) {
    return add(name, ColumnShape::codes, raw(codes), {}, known);
  }
  // Every row with a 1 in `yes` is known.
  Leads& flags(std::string_view name, Bits yes, Bits known = {}) {
    return add(name, ColumnShape::flags, {}, yes, known);
  }

  struct Impl;

 private:
  friend class Evaluator;
  struct Raw {
    const void* data = nullptr;
    std::size_t size = 0;  // elements
    std::uint8_t bytes = 0;
  };
  template <class Values>
  static Raw raw(const Values& values) {
    return {std::ranges::data(values), std::ranges::size(values), sizeof(std::ranges::range_value_t<Values>)};
  }
  Leads& add(std::string_view name, ColumnShape shape, Raw values, Bits yes, Bits known);
  Leads& add_texts(std::string_view name, Raw codes, const Dictionary& dictionary, Bits known);

  std::unique_ptr<Impl> impl_;
};

// ---- what comes out

// Where answers go: row r of the leads is answered at element r, and bit r. Nothing else is computed than what is bound
// here. Places must not overlap one another or the leads. An element is at least Answer::bytes wide. Binding never
// fails.
class MUSTER_EXPORT Verdicts {
 public:
  Verdicts();
  ~Verdicts();
  Verdicts(Verdicts&&) noexcept;
  Verdicts& operator=(Verdicts&&) noexcept;

  // Without `known`, a row without a value cannot be told from one with 0. Scores have one in every row that is not
  // `rejected`.
  template <NumberPlace Values>
  Verdicts& numbers(std::string_view name, Values&& values, PlaceForBits known = {}) {
    return add(name, AnswerShape::numbers, raw(values), {}, known);
  }
  template <CodePlace Codes>
  Verdicts& codes(std::string_view name, Codes&& codes, PlaceForBits known = {}) {
    return add(name, AnswerShape::codes, raw(codes), {}, known);
  }
  // Yes: both bits are 1. No: only `known` is. Undecided: neither. Bits past the last row become 0 up to the word's
  // end.
  Verdicts& truths(std::string_view name, PlaceForBits yes, PlaceForBits known = {}) {
    return add(name, AnswerShape::truths, {}, yes, known);
  }

  struct Impl;

 private:
  friend class Evaluator;
  struct Raw {
    void* data = nullptr;
    std::size_t size = 0;  // elements
    std::uint8_t bytes = 0;
  };
  template <class Values>
  static Raw raw(Values& values) {
    return {std::ranges::data(values), std::ranges::size(values), sizeof(std::ranges::range_value_t<Values>)};
  }
  Verdicts& add(std::string_view name, AnswerShape shape, Raw values, PlaceForBits yes, PlaceForBits known);

  std::unique_ptr<Impl> impl_;
};

// ---- evaluation

// All engines give the same answers, bit for bit.
enum class Engine : std::uint8_t {
  // The interpreter begins at once. Where there is much to do, machine code is made on a thread of its own meanwhile,
  // and takes over from the next 4,096 rows on.
  automatic,
  interpreter,
  // Machine code from the first row on, which waits until it is made: some 20 ms for 34 rules and some hundred for
  // 1,000 on a machine with AVX-512 (docs/benchmarks.md), ten times as long on others. Needs libmuster_jit.so.
  jit,
};
// Whether the plug-in is there. Loads it.
[[nodiscard]] MUSTER_EXPORT bool has_jit();

struct Options {
  Engine engine = Engine::automatic;
  unsigned threads = 1;  // 1 to 256, the caller's own included. The answers do not depend on it
};

// Which rows to evaluate: `first` is a multiple of 64.
struct Rows {
  static constexpr std::size_t to_the_end = static_cast<std::size_t>(-1);
  std::size_t first = 0;
  std::size_t count = to_the_end;
};

struct Report {
  std::size_t rows = 0;                 // that were evaluated
  Engine engine = Engine::interpreter;  // jit where machine code has answered some of them, else interpreter
};

// Evaluates batch after batch. What was prepared for one call (machine code, what the policy makes of each text) serves
// later ones that bind the same columns and answers in the same widths; so keep an evaluator for a stream of batches.
// It keeps this for the four last ways to be asked; more than 8 MiB of answers are another way than fewer.
class MUSTER_EXPORT Evaluator {
 public:
  explicit Evaluator(Policy policy, Options options = {});
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  // Columns that no wanted answer reads may be missing. Errors, after which the places hold anything:
  //   binding  a column or an answer that the policy does not have, or has in another shape; a column that is missing
  //            or bound twice; too few rows, or bits; an element that is too narrow, or not aligned to its size; an
  //            answer that needs rows of a relation; rows outside of the leads, or a first row that is no multiple of
  //            64; a number of threads that cannot be
  //   data     the first row, of all columns that are read, with a code outside its dictionary or picklist, a date or
  //            moment outside the years 1 to 9999, a yes that is not known, or no value in a required column
  //   engine   Engine::jit without the plug-in
  [[nodiscard]] Result<Report> evaluate(const Leads& leads, const Verdicts& verdicts, Rows rows = {});

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace muster
