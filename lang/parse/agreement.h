// The grammar of calendars and of what Marketing and Sales owe each other about a lead that was handed over.
// May include: PEGTL, lang/parse. Called by: declarations.h.
#pragma once

#include "lang/parse/lifecycle.h"

namespace muster::lang::grammar {

// ---- calendars

struct weekday : leaf<weekday> {
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    for (std::size_t day = 0; day < weekday_words.size(); ++day) {
      if (!word_at(builder.text, at, weekday_words[day])) continue;
      builder.take_weekday(day);
      return take(in, builder, at + weekday_words[day].size());
    }
    const auto foreign_one = foreign_weekday(builder.text, at);
    if (!foreign_one) return false;
    builder.report_foreign(at, foreign_one->spelling.end, "write `" + foreign_one->spelling.ours + "`");
    builder.take_weekday(foreign_one->day);
    return take(in, builder, foreign_one->spelling.end);
  }
};
struct plain_day : leaf<plain_day> {  // a day alone: the time behind it says when it is open
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (const std::size_t end = scan_date(builder.text, at); end > at) {
      builder.take_plain_day(at, end);
      return take(in, builder, end);
    }
    const auto foreign_one = foreign_day(builder.text, at);
    if (!foreign_one) return false;
    builder.take_foreign_day(at, *foreign_one);
    return take(in, builder, foreign_one->end);
  }
};
struct until  // `to` between two weekdays, days or times
    : sor<word<"to">, foreign<"-", "write `to`">, foreign<"–", "write `to`">, foreign<"until", "write `to`">,
          foreign<"till", "write `to`">> {};
struct day_range : seq<plain_day, opt<until, expect<"the last day behind `to`", "such as `2026-12-24 to 2026-12-31`",
                                                    plain_day, run<&Builder::make_day_range>>>> {};
struct weekdays : seq<weekday, opt<until, expect<"a weekday behind `to`", "such as `monday to friday`", weekday,
                                                 run<&Builder::make_weekday_range>>>> {};
template <bool is_closing>
struct clock_time : leaf<clock_time<is_closing>> {  // 09:30
  static bool read(Input& in, Builder& builder) {
    const std::size_t at = offset(in);
    if (const std::size_t end = scan_clock(builder.text, at); end > at) {
      builder.take_clock(builder.text.substr(at, end - at), builder.span(at, end));
      return take(in, builder, end);
    }
    const auto opens_at =
        is_closing ? std::optional(static_cast<std::uint32_t>(builder.clock_minutes.back())) : std::nullopt;
    const auto foreign_one = foreign_clock(builder.text, at, opens_at);
    if (!foreign_one) return false;
    builder.report_foreign(at, foreign_one->end, "write `" + foreign_one->ours + "`");
    builder.take_clock(foreign_one->ours, builder.span(at, foreign_one->end));
    return take(in, builder, foreign_one->end);
  }
};
struct hours : build<&Builder::finish_hours, clock_time<false>,
                     expect<"`to` and the closing time", "such as `09:00 to 17:30`", until, clock_time<true>>> {};
struct open_days
    : sor<seq<weekdays, star<sign<",", true>, weekdays>>, seq<day_range, star<sign<",", true>, day_range>>> {};
struct weekday_ahead : leaf<weekday_ahead> {
  static bool read(Input& in, Builder& builder) { return foreign_weekday(builder.text, offset(in)).has_value(); }
};
struct open_hours
    : build<&Builder::finish_open_hours, word<"open">, run<&Builder::begin_open_hours>,
            expect<"weekdays or a day behind `open`", "such as `open monday to friday 09:00 to 17:30`", open_days>,
            expect<"the hours", "such as `09:00 to 12:30, 13:30 to 17:30`", hours>, star<sign<",", true>, hours>,
            rule_end<>> {};
struct closed_days
    : build<&Builder::finish_closed_days, word<"closed">, run<&Builder::begin_closed_days>,
            sor<seq<word<"from">, expect<"a file's name in quotes", "such as `closed from \"holidays.txt\"`", quoted>,
                    run<&Builder::take_closed_file>>,
                seq<weekday_ahead, expect<"days of the year behind `closed`",
                                          "leave the weekday out: a calendar is closed where no `open` says otherwise",
                                          pegtl::failure>>,
                expect<"days, or `from` and a file, behind `closed`", "such as `closed 2026-01-01, 2026-12-25`",
                       day_range, star<sign<",", true>, day_range>>>,
            rule_end<>> {};
struct calendar_item : sor<open_hours, closed_days> {};
struct calendar_zone : seq<word<"in">, expect<"a time zone in quotes", "such as `in \"America/New_York\"`", quoted>,
                           run<&Builder::take_calendar_zone>> {};
struct calendar
    : seq<word<"calendar">, run<&Builder::begin_calendar>,
          declared_name<"a name for the calendar", "such as `calendar Office in \"Europe/Berlin\" { ... }`">,
          opt<title>, opt<calendar_zone>, opt<title>,
          block<calendar_item, "`open` or `closed`", "such as `open monday to friday 09:00 to 17:30`">,
          run<&Builder::finish_calendar>> {};

// ---- how long somebody has

struct business_days_ahead : leaf<business_days_ahead> {  // 5 business days
  static bool read(Input& in, Builder& builder) {
    const std::string_view text = builder.text;
    const std::size_t at = offset(in);
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    builder.steps += end - at;
    if (end == at) return false;
    end = skip_blanks(text, end);
    return word_at(text, end, "business") || word_at(text, end, "working") || word_at(text, end, "work");
  }
};
struct business_days
    : seq<business_days_ahead, digits<&Builder::take_business_days>,
          expect<"`business days`", "such as `5 business days in Office`",
                 sor<phrase<"business days">, phrase<"business day">, foreign<"working days", "write `business days`">,
                     foreign<"working day", "write `business day`">, foreign<"work days", "write `business days`">,
                     foreign<"work day", "write `business day`">>>> {};
struct name_ahead : leaf<name_ahead> {
  static bool read(Input& in, Builder& builder) { return identifier_end(builder.text, offset(in)) > offset(in); }
};
struct in_calendar : seq<word<"in">, opt<seq<pegtl::at<word<"the">, name_ahead>, foreign<"the", "leave `the` out">>>,
                         expect<"a calendar behind `in`", "such as `in Office` or `in calendar of owner`",
                                sor<seq<phrase<"calendar of owner">, run<&Builder::take_owner_calendar>>,
                                    seq<amount, run<&Builder::take_calendar>>>>> {};
struct length : build<&Builder::finish_within,
                      expect<"a length of time", "such as `30 minutes`, `2 weeks` or `5 business days`",
                             run<&Builder::begin_within>, sor<business_days, seq<primary, run<&Builder::take_length>>>>,
                      opt<in_calendar>> {};
struct within
    : expect<"`within` and a length of time", "such as `within 30 minutes in Office`", word<"within">, length> {};

// ---- clauses

// What follows the party. A clause that is written in the plural is read all the same.
template <Words ours, Words plural, Words fix>
struct does : sor<phrase<ours>, foreign<plural, fix>> {};
struct provides : seq<does<"provides", "provide", "write `provides`">, run<&Builder::begin_provides>,
                      expect<"the values that must be known", "such as `Marketing provides email, company.name`",
                             amount, run<&Builder::take_provided>>,
                      star<sor<list_comma, foreign<"and", "separate the values by commas">>,
                           expect<"a value after `,`", "", amount>, run<&Builder::take_provided>>> {};
struct passes
    : seq<does<"passes", "pass", "write `passes`">,
          expect<"`only` and a condition", "such as `Marketing passes only MidMarket`", word<"only">, condition>,
          run<&Builder::take_passes>> {};
struct period : seq<word<"per">,
                    expect<"day, week, month, quarter or year after `per`", "such as `at least 300 MQL per quarter`",
                           unit_word<false>>,
                    run<&Builder::take_period>> {};
struct tracked_how
    : seq<opt<comma_before<"tracked">>, word<"tracked">,
          expect<"`weekly`, `daily` or `monthly` after `tracked`", "such as `tracked weekly`",
                 sor<seq<word<"weekly">, run<&Builder::track_weekly>>, seq<word<"daily">, run<&Builder::track_daily>>,
                     seq<word<"monthly">, run<&Builder::track_monthly>>>>> {};
struct volume_clause
    : sor<tracked_how,
          seq<opt<comma_before<"once per lead">>, phrase<"once per lead">, run<&Builder::mark_once_per_lead>>,
          seq<opt<comma_before<"less rejected">>, phrase<"less rejected">, run<&Builder::mark_less_rejected>>,
          seq<opt<comma_before<"paced like">>, phrase<"paced like">, run<&Builder::begin_days>,
              expect<"the first and the last day of an earlier period", "such as `paced like 2025-10-01 to 2025-12-31`",
                     plain_day, word<"to">, plain_day>,
              run<&Builder::make_day_range>, run<&Builder::take_paced_like>>> {};
struct delivers
    : seq<does<"delivers", "deliver", "write `delivers`">, run<&Builder::begin_delivers>,
          expect<"`at least` and a number", "such as `Marketing delivers at least 300 MQL per quarter`",
                 phrase<"at least">, digits<&Builder::take_volume>>,
          expect_name<"a stage behind the number", "such as `at least 300 MQL per quarter`">,
          run<&Builder::take_volume_stage>,
          expect<"`per` and a period", "such as `at least 300 MQL per quarter`", period>, star<volume_clause>> {};
struct follows_up : seq<sor<does<"follows up", "follow up", "write `follows up`">,
                            foreign<"follow-up", "write `follows up`">, foreign<"follows-up", "write `follows up`">>,
                        within, run<&Builder::take_follows_up>,
                        opt<opt<comma_before<"at the latest in">>, phrase<"at the latest in">, length,
                            run<&Builder::take_at_the_latest>>> {};
struct touches : seq<digits<&Builder::take_touches_count>,
                     expect<"the name of rows behind the number", "such as `at least 3 CallMade`", rows<false>>,
                     run<&Builder::take_touches>> {};
struct makes : seq<does<"makes", "make", "write `makes`">, run<&Builder::begin_makes>,
                   expect<"`at least`, a number and rows", "such as `Sales makes at least 3 CallMade within 2 weeks`",
                          phrase<"at least">, touches>,
                   star<word<"and">, expect<"a number and rows behind `and`", "such as `and 3 EmailSent`", touches>>,
                   within, run<&Builder::take_makes>> {};
struct updates
    : seq<does<"updates", "update", "write `updates`">,
          expect<"a field behind `updates`", "such as `Sales updates status within 5 business days in Office`", amount>,
          within, run<&Builder::take_updates>> {};
struct gives_feedback
    : seq<does<"gives feedback", "give feedback", "write `gives feedback`">,
          expect<"`in` and a field", "such as `Sales gives feedback in sales_feedback within 2 weeks`", word<"in">,
                 amount>,
          within, run<&Builder::take_updates>> {};
struct rejects : seq<does<"rejects", "reject", "write `rejects`">, within, run<&Builder::take_rejects>> {};
struct promise : sor<provides, passes, delivers, follows_up, makes, updates, gives_feedback, rejects> {};
struct clause
    : build<&Builder::finish_clause, name, run<&Builder::take_rule_name>,
            expect<"what the party does",
                   "clauses are `provides`, `passes only`, `delivers`, `follows up`, `makes`, `updates`, `gives "
                   "feedback in` and `rejects`",
                   promise>,
            explained, rule_end<>> {};

// ---- the rest of the agreement

struct handoff
    : build<&Builder::finish_handoff,
            sor<word<"handoff">, foreign<"hand-off", "write `handoff`">, foreign<"hand off", "write `handoff`">>,
            opt<word<"at">, expect_name<"a field after `handoff at`", "such as `handoff at handed_over_at when ...`">,
                run<&Builder::take_rule_name>>,
            expect<"`when` and a condition", "such as `handoff when stage becomes MQL`", when>, rule_end<>> {};
struct owner_line
    : seq<phrase<"owner is">, expect<"the field that names the owner", "such as `owner is owner_id`", amount>,
          run<&Builder::finish_owner>, rule_end<>> {};
struct owner_calendar
    : seq<phrase<"calendar of owner is">,
          expect<"a calendar, or what chooses one", "such as `calendar of owner is office_of(owner_id)`", amount>,
          run<&Builder::finish_owner_calendar>, rule_end<>> {};
// A comma between two names of rows; elsewhere it ends the line's clause.
struct comma_between_rows : leaf<comma_between_rows> {
  static bool read(Input& in, Builder& builder) {
    const std::string_view text = builder.text;
    const std::size_t at = offset(in);
    if (text.substr(at, 1) != ",") return false;
    const std::size_t name = skip_blanks(text, at + 1);
    const std::size_t end = identifier_end(text, name);
    const std::size_t next = skip_blanks(text, end);
    builder.steps += next - at;
    if (end == name) return false;
    return next >= text.size() || at_newline(text, next) || text[next] == ',' || text[next] == '}' ||
           word_at(text, next, "or") || word_at(text, next, "where");
  }
};
struct follow_up
    : seq<phrase<"follow up is">, run<&Builder::begin_follow_up>, opt<phrase<"the first">>,
          expect<"the name of rows", "such as `follow up is the first CallMade or EmailSent`", rows<false>>,
          run<&Builder::take_follow_up>,
          star<sor<word<"or">, seq<comma_between_rows, foreign<",", "write `or` between them">>,
                   foreign<"and", "write `or` between them: any of them is a follow-up">>,
               expect<"the name of rows behind `or`", "", rows<false>>, run<&Builder::take_follow_up>>,
          rule_end<>> {};
struct rejection
    : build<&Builder::finish_rejection, word<"rejected">, run<&Builder::begin_rejection>,
            opt<word<"at">, expect_name<"a field after `rejected at`", "such as `rejected at rejected_at when ...`">,
                run<&Builder::take_rule_name>>,
            expect<"`when` and a condition", "such as `rejected when status = \"Rejected\"`", when>,
            opt<opt<comma_before<"reason">>, word<"reason">,
                expect<"the field with the reason", "such as `reason rejection_reason`", amount>,
                run<&Builder::take_rejection_reason>>,
            rule_end<>> {};
struct pause
    : build<&Builder::finish_pause, phrase<"clock pauses">,
            expect<"`from` and rows", "such as `clock pauses from PutOnHold to TakenUp`", word<"from">, rows<false>>,
            run<&Builder::take_pause_from>,
            expect<"`to` and rows", "such as `clock pauses from PutOnHold to TakenUp`", word<"to">, rows<false>>,
            rule_end<>> {};
struct escalation_act
    : sor<seq<phrase<"remind owner">, run<&Builder::remind_owner>>,
          seq<phrase<"tell manager">, run<&Builder::tell_manager>>,
          seq<word<"tell">, quoted, run<&Builder::tell_somebody>>,
          seq<phrase<"reassign to">, expect<"a team or queue in quotes", "such as `reassign to \"Pool\"`", quoted>,
              run<&Builder::reassign>>> {};
struct escalation
    : build<&Builder::finish_escalation, word<"after">, length,
            expect<"`remind owner`, `tell manager` or `reassign to`",
                   "such as `after 2 hours tell manager, after 1 day reassign to \"Pool\"`", escalation_act>> {};
struct escalate
    : seq<sor<word<"escalate">, seq<sees<"escalates after">, foreign<"escalates", "write `escalate`">>>,
          expect<"`after` and a length of time", "such as `escalate after 30 minutes remind owner`", escalation>,
          star<comma_before<"after">, escalation>, rule_end<>> {};
struct sla_item : rule<sor<handoff, owner_line, owner_calendar, follow_up, rejection, pause, escalate, clause>> {};
struct sla : seq<word<"sla">, run<&Builder::begin_sla>,
                 expect<"a title after `sla`", "such as `sla \"Lead follow-up\" { ... }`", title>,
                 block<sla_item, "a clause of the agreement",
                       "such as `handoff when stage becomes MQL` or `Sales follows up within 30 minutes in Office`">,
                 run<&Builder::finish_sla>> {};

}  // namespace muster::lang::grammar
