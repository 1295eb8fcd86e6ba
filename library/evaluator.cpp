#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "library/engine.h"
#include "library/lead_batches.h"
#include "library/resolve.h"
#include "runtime/jit/plugin.h"

namespace muster {

namespace {

using runtime::batch_rows;

constexpr unsigned most_threads = 256;
constexpr std::size_t most_dictionaries = 256;
// Such as two selections of answers, each for small batches and for large ones, which are written past the caches.
constexpr std::size_t most_shapes = 4;

// What an engine is made for: another shape needs another engine.
struct Shape {
  std::vector<std::tuple<std::size_t, std::uint8_t>> columns;  // of the root, and how wide
  // Width; has elements, `known`; is streamed.
  std::vector<std::tuple<const AnswerSource*, std::uint8_t, bool, bool, bool>> answers;

  bool operator==(const Shape&) const = default;
};

Shape shape_of(const std::vector<ResolvedColumn>& columns, const std::vector<ResolvedAnswer>& answers) {
  Shape shape;
  for (const ResolvedColumn& column : columns) shape.columns.emplace_back(column.at, column.view.narrow_bytes);
  for (const ResolvedAnswer& answer : answers) {
    shape.answers.emplace_back(answer.source, answer.bytes, answer.data != nullptr, answer.known != nullptr,
                               answer.is_streamed);
  }
  return shape;
}

// What calls of one shape share with those before.
struct Prepared {
  Shape shape;
  std::shared_ptr<runtime::KernelSource> kernels;     // that the engines share
  std::vector<std::unique_ptr<BatchEngine>> engines;  // by thread; those that have had work
};

std::optional<runtime::EngineChoice> choice_of(Engine engine) {
  switch (engine) {
    case Engine::automatic:
      return runtime::EngineChoice::automatic;
    case Engine::interpreter:
      return runtime::EngineChoice::interpreter;
    case Engine::jit:
      return runtime::EngineChoice::jit;
  }
  return std::nullopt;
}

// What all threads of one evaluation share. Parts are taken in order, so that every part before the one that fails is
// looked at, and the first bad row is the same for any number of threads.
struct Work {
  const Policy::Impl& policy;
  const std::vector<ResolvedColumn>& columns;
  const std::vector<ResolvedAnswer>& answers;
  RowRange rows;
  std::size_t part_rows = batch_rows;  // that a thread takes at a time, in whole batches

  std::atomic<std::size_t> next{0};          // of rows.count
  std::atomic<std::size_t> end{rows.count};  // nothing from here on needs to be done
  std::atomic<bool> has_kernel{false};       // one has answered
  std::mutex mutex{};
  std::optional<BadRow> bad{};
  std::optional<Error> failed{};
  std::exception_ptr thrown{};

  void stop_at(std::size_t at, BadRow row) {
    const std::scoped_lock lock(mutex);
    if (!bad || row.row < bad->row) bad = std::move(row);
    end = std::min(end.load(), at);
  }
  void stop_by(Error error) {
    const std::scoped_lock lock(mutex);
    if (!failed) failed = std::move(error);
    end = 0;
  }
  void stop_by(std::exception_ptr exception) {
    const std::scoped_lock lock(mutex);
    if (!thrown) thrown = std::move(exception);
    end = 0;
  }
};

LeadBatches batches_of(const Work& work) {
  const compiler::Program& program = work.policy.program;
  return {work.columns, program.spaces[compiler::SpaceId{compiler::root_space}].columns.size(), program.spaces.size()};
}

// One thread's part of the work.
void work_on(Work& work, BatchEngine& engine) {
  LeadBatches batches = batches_of(work);
  for (;;) {
    const std::size_t begin = work.next.fetch_add(work.part_rows);
    if (begin >= work.end) return;
    const std::size_t end = std::min(begin + work.part_rows, work.rows.count);
    for (std::size_t at = begin; at < end && at < work.end; at += batch_rows) {
      const std::size_t first = work.rows.first + at;
      if (auto bad = batches.read(first, std::min(batch_rows, end - at))) {
        work.stop_at(at, std::move(*bad));
        return;
      }
      auto by_kernel = engine.evaluate(batches.view(), first, work.answers);
      if (!by_kernel) {
        work.stop_by(by_kernel.error());
        return;
      }
      if (*by_kernel) work.has_kernel.store(true, std::memory_order_relaxed);
    }
  }
}

}  // namespace

struct Evaluator::Impl {
  Impl(std::shared_ptr<const Policy::Impl> compiled, Options chosen) : policy(std::move(compiled)), options(chosen) {}

  std::shared_ptr<const Policy::Impl> policy;
  Options options;
  std::vector<Prepared> prepared;  // the one used last first
  // Engines know the texts of a dictionary by its address, which must not become another one's.
  std::vector<std::shared_ptr<const Dictionary::Impl>> dictionaries;

  Result<Report> evaluate(const Leads::Impl& leads, const Verdicts::Impl& verdicts, const Rows& wanted_rows);
  void begin(const std::vector<ResolvedColumn>& columns, const std::vector<ResolvedAnswer>& answers);
  void keep(const std::vector<ResolvedColumn>& columns);
  void run(Work& work, std::size_t threads);
};

// Engines of the call's shape are kept from calls before.
void Evaluator::Impl::begin(const std::vector<ResolvedColumn>& columns, const std::vector<ResolvedAnswer>& answers) {
  Shape now = shape_of(columns, answers);
  auto found = std::ranges::find(prepared, now, &Prepared::shape);
  if (found == prepared.end()) {
    auto kernels = kernels_of(*policy, answers, *choice_of(options.engine));
    if (prepared.size() == most_shapes) prepared.pop_back();
    prepared.push_back({std::move(now), std::move(kernels), {}});
    found = prepared.end() - 1;
  }
  std::rotate(prepared.begin(), found, found + 1);
  keep(columns);
}

void Evaluator::Impl::keep(const std::vector<ResolvedColumn>& columns) {
  if (dictionaries.size() > most_dictionaries) {
    for (Prepared& one : prepared) one.engines.clear();
    dictionaries.clear();
  }
  for (const ResolvedColumn& column : columns) {
    if (column.dictionary != nullptr && std::ranges::find(dictionaries, column.dictionary) == dictionaries.end()) {
      dictionaries.push_back(column.dictionary);
    }
  }
}

// The caller's thread works, too. Where the machine has no further thread, fewer do it.
void Evaluator::Impl::run(Work& work, std::size_t threads) {
  auto& engines = prepared.front().engines;
  if (engines.size() < threads) engines.resize(threads);
  const auto one_thread = [&](std::unique_ptr<BatchEngine>& engine) {
    try {
      if (engine == nullptr) engine = std::make_unique<BatchEngine>(*policy, work.answers, prepared.front().kernels);
      work_on(work, *engine);
    } catch (...) {
      work.stop_by(std::current_exception());
    }
  };
  std::vector<std::jthread> others;
  others.reserve(threads - 1);
  for (std::size_t at = 1; at < threads; ++at) {
    try {
      others.emplace_back([&, at] { one_thread(engines[at]); });
    } catch (const std::system_error&) {
      break;
    }
  }
  one_thread(engines.front());
}

Result<Report> Evaluator::Impl::evaluate(const Leads::Impl& leads, const Verdicts::Impl& verdicts,
                                         const Rows& wanted_rows) {
  if (options.threads < 1 || options.threads > most_threads) {
    return Error{ErrorKind::binding, fmt::format("{} threads are not from 1 to {}", options.threads, most_threads)};
  }
  if (!choice_of(options.engine)) return Error{ErrorKind::binding, "there is no such engine"};
  if (options.engine == Engine::jit) {
    if (const auto there = runtime::jit::require_plugin(); !there)
      return Error{ErrorKind::engine, there.error().message};
  }
  const auto rows = resolve_rows(leads, wanted_rows);
  if (!rows) return rows.error();
  const auto answers = resolve_verdicts(*policy, verdicts, *rows);
  if (!answers) return answers.error();
  const auto columns = resolve_leads(*policy, leads, *answers, *rows);
  if (!columns) return columns.error();

  if (rows->count == 0) return Report{};  // an empty column has no address to tell its width by
  begin(*columns, *answers);

  const std::size_t batches = rows->count / batch_rows + (rows->count % batch_rows != 0 ? 1 : 0);
  const std::size_t threads = std::max<std::size_t>(1, std::min<std::size_t>(options.threads, batches));
  Work work{.policy = *policy, .columns = *columns, .answers = *answers, .rows = *rows};
  // Large enough that threads seldom meet, small enough that all end at about the same time.
  constexpr std::size_t most_batches_at_once = 16;
  work.part_rows = batch_rows * std::clamp<std::size_t>(batches / (threads * 8), 1, most_batches_at_once);
  run(work, threads);
  if (work.thrown) std::rethrow_exception(work.thrown);
  if (work.failed) return std::move(*work.failed);
  if (work.bad) return Error{ErrorKind::data, std::move(work.bad->what)};
  return Report{rows->count, work.has_kernel ? Engine::jit : Engine::interpreter};
}

bool has_jit() { return runtime::jit::is_available(); }

Evaluator::Evaluator(Policy policy, Options options) : impl_(std::make_unique<Impl>(policy.impl_, options)) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

Result<Report> Evaluator::evaluate(const Leads& leads, const Verdicts& verdicts, Rows rows) {
  if (impl_ == nullptr || leads.impl_ == nullptr || verdicts.impl_ == nullptr) {
    return Error{ErrorKind::binding, "the evaluator, the leads or the verdicts have been moved away"};
  }
  return impl_->evaluate(*leads.impl_, *verdicts.impl_, rows);
}

}  // namespace muster
