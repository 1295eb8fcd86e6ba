// An oracle for everything that a policy says about child rows: windows, counts, frequency limits, decay. It shares no
// code with Muster and works one lead and one row at a time, by brute force, from the reference alone.
//
//   behaviour_oracle generate FOLDER SEED LEADS   writes leads.csv and activities.csv
//   behaviour_oracle compare FOLDER               reads them again and leads.scored.csv, and compares every cell
//
// The policy is policy.muster beside this file; each of its outputs and scores is a function below.
// May include: the standard library, tests/oracle. Called by: run.sh.
#include "compare.h"
#include "earning.h"

namespace oracle {
namespace {

// ---- answers: the text of a cell; a missing value is empty

std::string shown(Truth value) { return value == Truth::yes ? "yes" : value == Truth::no ? "no" : "undecided"; }
std::string count(const Picked& rows) { return rows.is_open() ? "" : std::to_string(rows.sure.size()); }
Truth any(const Picked& rows) {
  return !rows.sure.empty() ? Truth::yes : rows.possible.empty() ? Truth::no : Truth::open;
}

std::optional<std::vector<int>> seconds_of(const Picked& rows) {
  if (rows.is_open()) return std::nullopt;
  std::vector<int> values;
  for (const Activity* row : rows.sure) {
    if (!row->seconds) return std::nullopt;
    values.push_back(*row->seconds);
  }
  return values;
}

// The page of the first or last row; where rows of one moment differ nobody can say.
std::string page_at_end(const Picked& rows, bool last) {
  if (rows.is_open() || rows.sure.empty()) return "";
  for (const Activity* row : rows.sure) {
    if (!row->at) return "";
  }
  const Micros moment = *(last ? rows.sure.back() : rows.sure.front())->at;
  std::set<std::string> pages;  // letter by letter: `is exactly` can tell them apart
  for (const Activity* row : rows.sure) {
    if (*row->at == moment) pages.insert(row->written);
  }
  return pages.size() == 1 ? lower(*pages.begin()) : "";
}

// The most different days among those of one group (as `group_of` says) of which the last is less than `span` days
// after the first.
template <class Group>
std::size_t most_days(const std::vector<const Activity*>& rows, std::int64_t span, Group group_of) {
  std::set<std::int64_t> days;
  for (const Activity* row : rows) {
    if (row->at) days.insert(local_day(*row->at));
  }
  std::size_t most = 0;
  for (const std::int64_t first : days) {
    std::size_t together = 0;
    for (const std::int64_t other : days) {
      if (other >= first && other - first < span && group_of(other) == group_of(first)) ++together;
    }
    most = std::max(most, together);
  }
  return most;
}
template <class Group>
Truth days_test(const Lead& lead, std::int64_t span, Group group_of) {
  const Picked rows = pick(lead, of_kind("PageView"));
  if (most_days(rows.sure, span, group_of) >= 3) return Truth::yes;
  // A row without a time may lie on one more day of the same group.
  std::size_t untimed = 0;
  for (const Activity* row : rows.possible) untimed += row->at ? 0 : 1;
  return most_days(rows.possible, span, group_of) + untimed >= 3 ? Truth::open : Truth::no;
}

// By column of leads.scored.csv.
Answers answers() {
  const RowTest view = of_kind("PageView");
  const RowTest pricing = view && on_page("/pricing");
  const auto midnight = [](int year, int mon, int d) { return instant_of(number_of({year, mon, d}), 0); };
  const auto score = [](auto f) { return [f](const Lead& lead) { return points(f(lead)); }; };
  Answers all;
  all["any_30"] = [=](const Lead& l) { return shown(any(pick(l, view && after(as_of - 30 * day)))); };
  all["count_14"] = [=](const Lead& l) { return count(pick(l, pricing && after(as_of - 14 * day))); };
  all["count_all"] = [=](const Lead& l) { return count(pick(l, pricing)); };
  all["count_1_month"] = [=](const Lead& l) {
    return count(pick(l, view && after(instant_of(number_of({2026, 2, 28}), 12 * hour))));
  };
  all["count_3_months"] = [=](const Lead& l) {
    return count(pick(l, view && after(instant_of(number_of({2025, 12, 31}), 12 * hour))));
  };
  all["count_2_weeks_monday"] = [=](const Lead& l) { return count(pick(l, view && from(midnight(2026, 3, 23)))); };
  all["count_2_weeks_sunday"] = [=](const Lead& l) { return count(pick(l, view && from(midnight(2026, 3, 22)))); };
  all["count_7_calendar_days"] = [=](const Lead& l) { return count(pick(l, view && from(midnight(2026, 3, 25)))); };
  all["count_this_month"] = [=](const Lead& l) { return count(pick(l, view && from(midnight(2026, 3, 1)))); };
  all["count_this_quarter"] = [=](const Lead& l) { return count(pick(l, view && from(midnight(2026, 1, 1)))); };
  all["count_since"] = [=](const Lead& l) { return count(pick(l, view && from(midnight(2026, 3, 8)))); };
  all["count_between"] = [=](const Lead& l) {
    return count(pick(l, view && from(midnight(2025, 11, 2)) && before(midnight(2026, 3, 9))));
  };
  all["pages"] = [=](const Lead& l) {
    const Picked rows = pick(l, view);
    std::set<std::string> known;
    for (const Activity* row : rows.sure) {
      if (!row->page) return std::string();  // it may be one more, or one of the others
      known.insert(*row->page);
    }
    return std::to_string(known.size());
  };
  const auto of_seconds = [=](auto f) {
    return [=](const Lead& l) {
      const auto values = seconds_of(pick(l, view && after(as_of - 90 * day)));
      return values ? f(*values) : std::string();
    };
  };
  all["seconds"] = of_seconds([](const std::vector<int>& v) {
    std::int64_t sum = 0;
    for (const int value : v) sum += value;
    return std::to_string(sum);
  });
  all["shortest"] =
      of_seconds([](const auto& v) { return v.empty() ? "" : std::to_string(*std::ranges::min_element(v)); });
  all["longest"] =
      of_seconds([](const auto& v) { return v.empty() ? "" : std::to_string(*std::ranges::max_element(v)); });
  all["mean"] = of_seconds([](const std::vector<int>& v) {
    if (v.empty()) return std::string();
    std::int64_t sum = 0;
    for (const int value : v) sum += value;
    const auto n = static_cast<std::int64_t>(v.size());
    std::int64_t whole = sum * 10000 / n;
    const std::int64_t twice = sum * 10000 % n * 2;
    if (twice > n || (twice == n && whole % 2 != 0)) ++whole;
    return points(whole);
  });
  all["first_page"] = [=](const Lead& l) { return page_at_end(pick(l, view), false); };
  all["last_page"] = [=](const Lead& l) { return page_at_end(pick(l, view), true); };
  all["all_long"] = [=](const Lead& l) {
    Truth held = Truth::yes;
    for (const Activity& row : l.rows) {
      const Truth in = both(view(row), after(as_of - 30 * day)(row));
      const Truth is_long = row.seconds ? truth(*row.seconds >= 10) : Truth::open;
      // in implies long
      held = both(held, std::max(static_cast<Truth>(2 - static_cast<int>(in)), is_long));
    }
    return shown(held);
  };
  all["no_bounce"] = [=](const Lead& l) {
    return shown(static_cast<Truth>(2 - static_cast<int>(any(pick(l, of_kind("HardBounce"))))));
  };
  all["rolling"] = [](const Lead& l) { return shown(days_test(l, 7, same)); };
  all["apart"] = [](const Lead& l) { return shown(days_test(l, 8, same)); };
  all["week_monday"] = [](const Lead& l) { return shown(days_test(l, 7, monday)); };
  all["week_sunday"] = [](const Lead& l) { return shown(days_test(l, 7, sunday)); };

  all["plain"] = score([=](const Lead& l) { return earned(l, view, 2, no_limit(), no_fade(), 20); });
  all["windowed"] =
      score([=](const Lead& l) { return earned(l, pricing && after(as_of - 30 * day), 3, no_limit(), no_fade()); });
  all["daily"] = score([=](const Lead& l) { return earned(l, view, 5, latest(1, own_day), no_fade()); });
  all["weekly"] = score([=](const Lead& l) { return earned(l, pricing, 25, latest(1, monday), no_fade(), 50); });
  all["weekly_sunday"] = score([=](const Lead& l) { return earned(l, view, 1, latest(2, sunday), no_fade()); });
  all["monthly"] = score([=](const Lead& l) { return earned(l, view, 4, latest(3, month), no_fade()); });
  all["first_one"] = score([=](const Lead& l) { return earned(l, pricing, 7, first_only(), no_fade()); });
  all["by_page"] = score([=](const Lead& l) { return earned(l, view, 15, different_pages(), no_fade()); });
  all["half_life"] = score([=](const Lead& l) { return earned(l, view, 25, no_limit(), halving(14 * day)); });
  all["half_life_days"] =
      score([=](const Lead& l) { return earned(l, view, 25, no_limit(), halving(14 * day, true)); });
  all["linear"] = score([=](const Lead& l) { return earned(l, view, 9, no_limit(), to_zero(90 * day)); });
  all["tenth"] = score([=](const Lead& l) { return earned(l, view, 10, no_limit(), percent(10, 7 * day)); });
  all["latest_view"] = score([=](const Lead& l) { return earned(l, pricing, 40, latest_of_all(), halving(30 * day)); });
  all["together"] = score([=](const Lead& l) {
    return earned(l, view && after(as_of - 60 * day), 10, latest(1, own_day), halving(30 * day), 18);
  });
  all["different_daily"] = score([=](const Lead& l) {
    return earned(l, view, 6, then(different_pages(), latest(1, own_day)), to_zero(30 * day), 9);
  });
  all["after_restart"] = score(
      [=](const Lead& l) { return earned(l, restarted(l) && view, 10, latest(1, own_day), halving(30 * day), 40); });
  all["while_in"] = score([=](const Lead& l) {
    return l.opted_out == std::optional(false) ? earned(l, view, 3, no_limit(), no_fade()) : 0;
  });
  return all;
}

}  // namespace
}  // namespace oracle

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 4 && words[0] == "generate") {
    oracle::generate(words[1], static_cast<unsigned>(std::stoul(words[2])), std::stoi(words[3]));
    return 0;
  }
  if (words.size() == 2 && words[0] == "compare") return oracle::compare(words[1], oracle::answers());
  std::cerr << "usage: behaviour_oracle generate FOLDER SEED LEADS | compare FOLDER\n";
  return 2;
}
