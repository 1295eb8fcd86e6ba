// Every operator of a score together with every other: a policy with one score for each pair of them (and for random
// larger choices), and what each score must be, worked out by brute force in the order of the reference.
//
//   pairs_oracle policy          prints the policy
//   pairs_oracle compare FOLDER  compares leads.scored.csv
//
// May include: the standard library, tests/oracle. Called by: run.sh.
#include "compare.h"
#include "earning.h"

namespace oracle {
namespace {

// One choice for each operator; 0 leaves it out.
struct Choice {
  int where = 0;      // 1: where page = "/pricing"
  int window = 0;     // 1: in last 60 days
  int different = 0;  // 1: per different PageView.page
  int frequency = 0;  // 1: latest 1 per day, 2: latest 2 per week from sunday, 3: first only
  int fade = 0;       // 1: halving, 2: to zero, 3: percent
  int fade_on = 0;    // 0: the rule, 1: its group, 2: the score
  int minus = 0;      // 1: the points are taken away
  int at_most = 0;    // 1: at most 18
  int at_least = 0;   // 1: at least 12, where a row counts
  int when = 0;       // 1: when opted_out is known
  int restart = 0;    // 1: restart after latest Unsubscribed, 2: on the score
  int zero = 0;       // 1: zero while opted_out, 2: on the score
  int group_cap = 0;  // 1: the group has at most 14
  int scaled = 0;     // 1: scaled to 50
  int bounds = 0;     // 1: from -5 to 11
};
// The operators and how many choices each has besides being left out.
struct Operator {
  int Choice::* member;
  int choices;
};
constexpr std::array<Operator, 15> operators{{{&Choice::where, 1},
                                              {&Choice::window, 1},
                                              {&Choice::different, 1},
                                              {&Choice::frequency, 3},
                                              {&Choice::fade, 3},
                                              {&Choice::fade_on, 2},
                                              {&Choice::minus, 1},
                                              {&Choice::at_most, 1},
                                              {&Choice::at_least, 1},
                                              {&Choice::when, 1},
                                              {&Choice::restart, 2},
                                              {&Choice::zero, 2},
                                              {&Choice::group_cap, 1},
                                              {&Choice::scaled, 1},
                                              {&Choice::bounds, 1}}};

// What some operators need to mean something.
Choice completed(Choice choice) {
  if (choice.fade_on != 0 && choice.fade == 0) choice.fade = 1;
  if (choice.scaled != 0) {
    choice.minus = 0;  // the most that minus rules reach is zero
    if (choice.at_most == 0 && choice.group_cap == 0) choice.at_most = 1;
  }
  return choice;
}

std::vector<Choice> choices() {
  std::vector<Choice> all;
  for (std::size_t a = 0; a < operators.size(); ++a) {
    for (std::size_t b = a + 1; b < operators.size(); ++b) {
      for (int i = 1; i <= operators[a].choices; ++i) {
        for (int j = 1; j <= operators[b].choices; ++j) {
          Choice choice;
          choice.*operators[a].member = i;
          choice.*operators[b].member = j;
          all.push_back(completed(choice));
        }
      }
    }
  }
  std::mt19937_64 random(4);
  for (int i = 0; i < 150; ++i) {
    Choice choice;
    for (const Operator& one : operators)
      choice.*one.member = static_cast<int>(random() % static_cast<unsigned>(one.choices + 1));
    all.push_back(completed(choice));
  }
  return all;
}

std::string fade_text(const Choice& choice, int place) {
  if (choice.fade == 0 || choice.fade_on != place) return "";
  return choice.fade == 1   ? ", halving every 14 days"
         : choice.fade == 2 ? ", fading to zero over 45 days"
                            : ", minus 20% every 7 days by whole days";
}

void print_score(std::size_t number, const Choice& choice) {
  std::string text = "score s" + std::to_string(number);
  if (choice.bounds != 0) text += " from -5 to 11";
  if (choice.scaled != 0) text += " scaled to 50";
  const std::string fade = fade_text(choice, 2);
  text += (fade.empty() ? "" : fade.substr(1)) + " {\n";
  if (choice.restart == 2) text += "  restart after latest Unsubscribed\n";
  if (choice.zero == 2) text += "  zero while opted_out\n";
  text +=
      std::string("  group \"g\"") + (choice.group_cap != 0 ? ", at most 14" : "") + fade_text(choice, 1) + " {\n    ";
  text += std::string(choice.minus != 0 ? "-" : "+") + "10 per " + (choice.different != 0 ? "different " : "") +
          "PageView" + (choice.different != 0 ? ".page" : "");
  if (choice.where != 0) text += " where page = \"/pricing\"";
  if (choice.window != 0) text += " in last 60 days";
  if (choice.when != 0) text += " when opted_out is known";
  if (choice.frequency == 1) text += ", counting latest 1 per day";
  if (choice.frequency == 2) text += ", counting latest 2 per week from sunday";
  if (choice.frequency == 3) text += ", first only";
  text += fade_text(choice, 0);
  if (choice.at_most != 0) text += ", at most 18";
  if (choice.at_least != 0) text += ", at least 12";
  if (choice.restart == 1) text += ", restart after latest Unsubscribed";
  if (choice.zero == 1) text += ", zero while opted_out";
  std::cout << text << "\n  }\n}\n";
}

std::int64_t value(const Choice& choice, const Lead& lead) {
  RowTest test = of_kind("PageView");
  if (choice.where != 0) test = test && on_page("/pricing");
  if (choice.window != 0) test = test && after(as_of - 60 * day);
  if (choice.restart != 0) test = test && restarted(lead);
  Limit limit = choice.different != 0 ? different_pages() : no_limit();
  if (choice.frequency == 1) limit = then(limit, latest(1, own_day));
  if (choice.frequency == 2) limit = then(limit, latest(2, sunday));
  if (choice.frequency == 3) limit = then(limit, first_only());
  const Fade fade = choice.fade == 1   ? halving(14 * day)
                    : choice.fade == 2 ? to_zero(45 * day)
                    : choice.fade == 3 ? percent(20, 7 * day)
                                       : no_fade();
  std::int64_t points = earned(lead, test, choice.minus != 0 ? -10 : 10, limit, fade);
  if (choice.at_least != 0 && !limit(pick(lead, test).sure).empty()) {
    points = choice.minus != 0 ? std::min<std::int64_t>(points, -120000) : std::max<std::int64_t>(points, 120000);
  }
  if (choice.zero != 0 && lead.opted_out != std::optional(false)) points = 0;  // undecided earns nothing
  if (choice.when != 0 && !lead.opted_out) points = 0;
  if (choice.at_most != 0)
    points = choice.minus != 0 ? std::max<std::int64_t>(points, -180000) : std::min<std::int64_t>(points, 180000);
  if (choice.group_cap != 0) points = std::min<std::int64_t>(points, 140000);
  if (choice.scaled != 0) {
    std::int64_t most = choice.frequency == 3 ? 100000 : 180000;  // one row, or what the cap lets through
    if (choice.at_most == 0 && choice.frequency != 3) most = 140000;
    if (choice.at_least != 0) most = std::max<std::int64_t>(most, 120000);
    if (choice.group_cap != 0) most = std::min<std::int64_t>(most, 140000);
    points = quotient(static_cast<__int128>(points) * 500000, most);
  }
  if (choice.bounds != 0) points = std::clamp<std::int64_t>(points, -50000, 110000);
  return points;
}

void print_policy() {
  std::cout << "# Made by tests/oracle/pairs.cpp.\n"
               "policy \"Pairs\" { version \"1\", zone \"America/New_York\" }\n"
               "object Lead {\n  lead_id: text key from \"Lead ID\"\n  opted_out: bool? from \"Opted Out\"\n"
               "  many Activity by lead_id\n}\n"
               "object Activity {\n  lead_id: text from \"Lead ID\"\n  at: datetime? time from \"At\"\n"
               "  what: kind from \"What\" { PageView { page: text? from \"Page\" }, Unsubscribed }\n}\n";
  const std::vector<Choice> all = choices();
  for (std::size_t i = 0; i < all.size(); ++i) print_score(i, all[i]);
}

Answers answers() {
  Answers all;
  const std::vector<Choice> chosen = choices();
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    all["s" + std::to_string(i)] = [choice = chosen[i]](const Lead& lead) { return points(value(choice, lead)); };
  }
  return all;
}

}  // namespace
}  // namespace oracle

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 1 && words[0] == "policy") {
    oracle::print_policy();
    return 0;
  }
  if (words.size() == 2 && words[0] == "compare") return oracle::compare(words[1], oracle::answers());
  std::cerr << "usage: pairs_oracle policy | compare FOLDER\n";
  return 2;
}
