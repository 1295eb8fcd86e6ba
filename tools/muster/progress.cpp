#include "tools/muster/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lang/source/unicode.h"
#include "tools/muster/terminal.h"

namespace muster::tools {

namespace {

constexpr std::chrono::milliseconds before_first{1000};
constexpr std::chrono::milliseconds between_draws{100};
constexpr std::size_t bar_columns = 30;

}  // namespace

Progress::Progress(std::string what, bool enabled)
    : what_(std::move(what)),
      enabled_(enabled && is_terminal(Stream::error)),
      started_(std::chrono::steady_clock::now()) {}

Progress::~Progress() { clear(); }

void Progress::update(std::uint64_t done, std::uint64_t total) {
  if (!enabled_ || total == 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - started_ < before_first || (drawn_ && now - drawn_at_ < between_draws)) return;
  drawn_ = true;
  drawn_at_ = now;
  const std::uint64_t per_mille = std::min<std::uint64_t>(1000, done / std::max<std::uint64_t>(1, total / 1000));
  const std::size_t filled = per_mille * bar_columns / 1000;
  std::string bar(filled, '#');
  bar.resize(bar_columns, '.');
  std::string text = fmt::format("{} [{}] {:3}%", what_, bar, per_mille / 10);
  const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - started_).count();
  if (per_mille >= 20 && per_mille < 1000) {
    text += fmt::format("  {} s left",
                        elapsed * (1000 - static_cast<std::int64_t>(per_mille)) / static_cast<std::int64_t>(per_mille));
  }
  if (lang::display_width(text) >= terminal_width()) text = fmt::format("{:3}%", per_mille / 10);
  write(Stream::error, "\r\x1b[K" + text);
}

void Progress::clear() {
  if (!drawn_) return;
  write(Stream::error, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace muster::tools
