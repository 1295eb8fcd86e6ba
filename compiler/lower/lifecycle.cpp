// Stages: what is held now, what was held before, and what takes a lead from one to the other (section 4, numbers 14
// to 16).
#include <algorithm>

#include "compiler/lower/lowerer.h"
#include "stdlib/kernels/text.h"

namespace muster::compiler {

using namespace lang;

namespace {

constexpr Type stage_type{.kind = Kind::stage};
// Words that a verdict writes where there is no stage. Whoever feeds verdicts back has them in the remembered field.
constexpr std::string_view no_stage_words[] = {"disqualified", "not yet"};

template <class Item>
const LifecycleItem* find_item(const LifecycleDecl& lifecycle) {
  for (const LifecycleItem& item : lifecycle.items) {
    if (std::holds_alternative<Item>(item.node)) return &item;
  }
  return nullptr;
}

}  // namespace

const LifecycleDecl* Lowerer::lifecycle() const {
  const auto index = symbols_.lifecycle();
  return index ? std::get_if<LifecycleDecl>(&tree_.declarations[*index].node) : nullptr;
}

std::uint32_t Lowerer::subject_field(const Name& name) const {
  const std::vector<FieldSchema>& fields = program_.schema.subject_object().fields;
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const FieldSchema& field) { return field.name == name.text; });
  return static_cast<std::uint32_t>(found - fields.begin());  // the checker has seen that it is there
}

// ---- what is held now

std::vector<std::uint32_t> Lowerer::stages_from(std::uint32_t rank) const {
  std::vector<std::uint32_t> positions;
  for (std::uint32_t k = 0; k < policy_.stages.size(); ++k) {
    if (policy_.stages[k].rank >= rank) positions.push_back(k);
  }
  return positions;
}

// `stage >= X` is the Kleene `or` of held over the stages of that rank or above (number 15).
ValueId Lowerer::stage_at_least(std::uint32_t rank, Span place) {
  std::vector<ValueId> held{builder_.boolean(false, place)};
  for (std::uint32_t position : stages_from(rank)) held.push_back(known_.held[mode_index()][position]);
  return builder_.add(Op::or_, truth(), held, 0, place);
}

// `position`: of the stage that is compared with, in TypedPolicy::stages.
ValueId Lowerer::lower_stage_comparison(CompareOp op, std::uint32_t position, Span place) {
  const std::uint32_t rank = policy_.stages[position].rank;
  switch (op) {
    case CompareOp::greater_equal:
      return stage_at_least(rank, place);
    case CompareOp::greater:
      return stage_at_least(rank + 1, place);
    case CompareOp::less:
      return negated(stage_at_least(rank, place), place);
    case CompareOp::less_equal:
      return negated(stage_at_least(rank + 1, place), place);
    case CompareOp::equal:
      return is_stage_of({{stage_type, position, {}}}, place);
    case CompareOp::not_equal:
      return negated(is_stage_of({{stage_type, position, {}}}, place), place);
  }
  return builder_.missing(truth(), place);
}

// Whether the highest stage that is held is one of these. From the lowest rank up: what a rank says counts where one of
// its stages is held, else what the ranks below say; where that is open, both may agree.
ValueId Lowerer::is_stage_of(const std::vector<Constant>& list, Span place) {
  const std::vector<StageInfo>& stages = policy_.stages;
  const auto is_listed = [&](std::uint32_t position) {
    return std::any_of(list.begin(), list.end(), [&](const Constant& item) { return item.value == position; });
  };
  ValueId result = builder_.boolean(false, place);
  for (std::uint32_t first = 0; first < stages.size();) {
    std::vector<ValueId> held;
    std::vector<ValueId> listed;
    std::uint32_t end = first;
    for (; end < stages.size() && stages[end].rank == stages[first].rank; ++end) {
      held.push_back(known_.held[mode_index()][end]);
      if (is_listed(end)) listed.push_back(held.back());
    }
    first = end;
    const ValueId any = builder_.add(Op::or_, truth(), held, 0, place);
    if (listed.empty()) {
      result = both(negated(any, place), result, place);
    } else if (listed.size() == held.size()) {
      result = either(any, result, place);
    } else {
      const ValueId own = builder_.add(Op::or_, truth(), listed, 0, place);
      result = builder_.add(Op::select, truth(), {any, own, result}, 0, place);
    }
  }
  return result;
}

// ---- what was held before

// Every spelling of a member that one of the words is a spelling of.
void Lowerer::add_spellings(const Type& picklist, std::vector<std::string>& words) const {
  for (const PicklistSchema::Member& member : program_.schema.picklists[picklist.index].members) {
    std::vector<std::string> spellings{kernels::fold_text(member.name)};
    for (const std::string& spelling : member.spellings) spellings.push_back(kernels::fold_text(spelling));
    if (std::find_first_of(spellings.begin(), spellings.end(), words.begin(), words.end()) != spellings.end())
      words.insert(words.end(), spellings.begin(), spellings.end());
  }
}

// Whether the remembered stage is one of these: yes, no, or undecided where the field holds an unknown word. A blank,
// and what verdicts write where there is no stage, is none of them (number 14).
ValueId Lowerer::was_one_of(const std::vector<std::uint32_t>& positions, Span place) {
  const LifecycleDecl* const decl = lifecycle();
  if (decl == nullptr || !decl->remembers || positions.empty()) return builder_.boolean(false, place);
  const std::vector<FieldSchema>& fields = program_.schema.subject_object().fields;
  const std::uint32_t declared = subject_field(*decl->remembers);
  std::uint32_t field = declared;  // of a picklist the text, which tells an unknown word from a blank
  for (std::uint32_t k = declared + 1; k < fields.size(); ++k) {
    if (fields[k].name == fields[declared].name) field = k;
  }
  const ValueId before = column(field, place);
  std::vector<std::string> wanted;
  std::vector<std::string> others;
  for (std::uint32_t k = 0; k < policy_.stages.size(); ++k) {
    const bool is_wanted = std::find(positions.begin(), positions.end(), k) != positions.end();
    (is_wanted ? wanted : others).push_back(kernels::fold_text(policy_.stages[k].name));
  }
  for (const std::string_view word : no_stage_words) others.push_back(kernels::fold_text(word));
  const auto is_among = [&](std::vector<std::string>& words) {
    if (fields[declared].type.kind == Kind::picklist) add_spellings(fields[declared].type, words);
    return builder_.add(Op::in_texts, truth(), {before}, builder_.text_set(words), place);
  };
  const ValueId known = builder_.add(Op::is_known, truth(), {before}, 0, place);
  const ValueId surely = both(known, is_among(wanted), place);
  const ValueId perhaps = both(known, negated(is_among(others), place), place);
  return builder_.add(Op::truth_between, truth(), {surely, perhaps}, 0, place);
}

// A stage was held before if it is the remembered one, or stands below it in the main line, which goes through it.
ValueId Lowerer::was_held(std::uint32_t position, Span place) {
  const StageInfo& stage = policy_.stages[position];
  std::vector<std::uint32_t> remembered{position};
  for (std::uint32_t k = 0; k < policy_.stages.size(); ++k) {
    if (!stage.beside && !policy_.stages[k].beside && policy_.stages[k].rank > stage.rank) remembered.push_back(k);
  }
  return was_one_of(remembered, place);
}

// `never back below X`: who was at X or above keeps X and the main line up to it, and so does not fall below `rank`.
ValueId Lowerer::is_kept_from_falling_below(std::uint32_t rank) {
  const LifecycleDecl* const decl = lifecycle();
  const LifecycleItem* const item = find_item<NeverBackBelow>(*decl);
  if (item == nullptr) return builder_.boolean(false, decl->items.front().span);
  const std::string& floor = std::get<NeverBackBelow>(item->node).stage.text;
  const auto least = std::find_if(policy_.stages.begin(), policy_.stages.end(),
                                  [&](const StageInfo& each) { return each.name == floor; });
  if (least->rank < rank) return builder_.boolean(false, item->span);
  return was_one_of(stages_from(least->rank), item->span);
}

// Whether the lead is sent back to the start; no where the policy never does that.
ValueId Lowerer::is_recycled(Span place) {
  const std::optional<Recycling>& sent_back = recycling();
  return sent_back ? sent_back->condition : builder_.boolean(false, place);
}

// ---- crossings

// Whether this evaluation takes the lead from below the stage to it (number 16): it is there now, and the remembered
// stage is below. Without a remembered stage nobody knows: the past is never guessed.
ValueId Lowerer::stage_becomes(std::uint32_t position, Span place) {
  const LifecycleDecl* const decl = lifecycle();
  const StageInfo& stage = policy_.stages[position];
  ValueId was_there = builder_.missing(truth(), place);
  if (decl->remembers) {
    was_there = was_one_of(stages_from(stage.rank), place);
    if (const std::optional<Recycling>& sent_back = recycling()) {
      // Sent back, it is below again, unless it has come to the stage since.
      std::vector<ValueId> still{negated(sent_back->condition, place), is_kept_from_falling_below(stage.rank)};
      const auto& entered = std::get<StageDecl>(decl->items[stage.item].node).entered_at;
      if (entered && !sent_back->since.is_none()) {
        const ValueId then = column(subject_field(*entered), place);
        const Type& type = builder_.inst(then).type;
        const ValueId came_since = compare_times(CompareOp::greater_equal, exactly(then), type,
                                                 exactly(sent_back->since), sent_back->since_type, place);
        still.push_back(all_of({is_known(then, place), is_known(sent_back->since, place), came_since}, place));
      }
      was_there = both(was_there, builder_.add(Op::or_, truth(), still, 0, place), place);
    }
  }
  const ValueId is_there = stage_at_least(stage.rank, place);
  return both(is_there, negated(was_there, place), place);
}

ValueId Lowerer::lower_stage_becomes(ExprId id, const StageBecomes& test) {
  const auto stage = std::find_if(policy_.stages.begin(), policy_.stages.end(),
                                  [&](const StageInfo& each) { return each.name == test.stage.text; });
  return stage_becomes(static_cast<std::uint32_t>(stage - policy_.stages.begin()), span(id));
}

// A stage was entered, and a stage of the main line before it was not, although nothing beside it led past.
std::optional<ValueId> Lowerer::lower_skipped(const LifecycleDecl& decl, std::uint32_t position) {
  const auto entered = [&](const StageInfo& stage) -> std::optional<ValueId> {
    const LifecycleItem& item = decl.items[stage.item];
    const auto& at = std::get<StageDecl>(item.node).entered_at;
    if (!at) return std::nullopt;
    return builder_.add(Op::is_known, truth(), {column(subject_field(*at), item.span)}, 0, item.span);
  };
  const StageInfo& stage = policy_.stages[position];
  const Span place = decl.items[stage.item].span;
  const std::optional<ValueId> own = entered(stage);
  if (stage.beside || !own) return std::nullopt;
  std::vector<ValueId> skipped;
  for (const StageInfo& earlier : policy_.stages) {
    if (earlier.beside || earlier.rank >= stage.rank) continue;
    const std::optional<ValueId> was_entered = entered(earlier);
    if (!was_entered) continue;
    std::vector<ValueId> ways{*was_entered};
    bool is_open = false;  // a stage beside this one leads past it, and nobody writes down when
    for (const StageInfo& beside : policy_.stages) {
      if (!beside.beside || beside.rank < earlier.rank || beside.rank >= stage.rank) continue;
      const std::optional<ValueId> led_past = entered(beside);
      is_open = is_open || !led_past;
      if (led_past) ways.push_back(*led_past);
    }
    if (!is_open) skipped.push_back(negated(builder_.add(Op::or_, truth(), ways, 0, place), place));
  }
  if (skipped.empty()) return std::nullopt;
  return both(*own, builder_.add(Op::or_, truth(), skipped, 0, place), place);
}

// ---- what people set by hand

// The latest row that has not expired, names a stage and, where needed, a reason. Rows without a day do not count:
// nobody can say whether they are the latest.
void Lowerer::lower_override(const LifecycleItem& item, LifecycleOutput& output) {
  const auto& wish = std::get<StageOverride>(item.node);
  const Span place = item.span;
  const SpaceId rows = many_space(root(), *policy_.override_relation);
  const ObjectSchema& set_by_hand = program_.schema.objects[program_.spaces[rows].object];
  enum Field : std::uint32_t { lead, stage, reason, at };
  ValueId code;
  ValueId why;
  ValueId when;
  const ValueId counts = in_space(rows, [&] {
    const ValueId name = column(stage, place);
    why = column(reason, place);
    when = column(at, place);
    std::vector<ValueId> is_named;
    for (std::size_t k = 0; k < policy_.stages.size(); ++k) {  // the picklist has them in this order
      const std::int64_t number = builder_.number_set({static_cast<std::int64_t>(k)});
      is_named.push_back(surely(builder_.add(Op::in_codes, truth(), {name}, number, place), place));
    }
    code = builder_.add(Op::first_yes, stage_type, is_named, 0, place);
    std::vector<ValueId> parts{builder_.add(Op::or_, truth(), is_named, 0, place), is_known(when, place)};
    if (wish.needs_reason) parts.push_back(is_known(why, place));
    if (wish.expires_after) {
      const bool of_days = set_by_hand.fields[at].type.kind == Kind::date;
      std::int64_t amount = policy_.fixed.at(wish.expires_after->index).value;
      if (of_days) amount /= kernels::microseconds_per_day;
      const std::int64_t window = builder_.window({EdgeKind::duration, amount, {}, of_days});
      const ValueId edge = builder_.add(Op::window_edge, set_by_hand.fields[at].type, {}, window, place);
      parts.push_back(surely(compare_numbers(CompareOp::greater_equal, when, 0, edge, 0, place), place));
    }
    return all_of(parts, place);
  });
  const std::int64_t has_no_keys = set_by_hand.key ? 0 : 1;
  const auto latest = [&](ValueId value) {
    const Type type = builder_.inst(value).type;
    return builder_.fold(Op::last_row, type, rows, {value, when, counts}, has_no_keys, place);
  };
  LifecycleOutput::Override manual{latest(code), latest(why), wish.by ? wish.by->text : std::string()};
  manual_ = manual.stage;
  // Two rows of one moment that differ leave open which of them is meant.
  is_set_by_hand_ = builder_.fold(Op::any_rows, truth(), rows, {counts}, 0, place);
  const ValueId is_open = both(is_set_by_hand_, negated(is_known(manual.stage, place), place), place);
  output.issues.push_back({set_by_hand.name, "rows of one moment set different stages", is_open});
  output.manual = std::move(manual);
}

// What an override makes of a stage: the main line up to the stage that was set is held, nothing above is; what stands
// beside the main line up there keeps its own answer.
ValueId Lowerer::with_override(std::uint32_t position, ValueId held, Span place) {
  if (!manual_) return held;
  const StageInfo& own = policy_.stages[position];
  std::vector<std::int64_t> yes;
  std::vector<std::int64_t> open;
  for (std::uint32_t k = 0; k < policy_.stages.size(); ++k) {
    const StageInfo& set = policy_.stages[k];
    if (k == position || (!own.beside && own.rank < set.rank)) {
      yes.push_back(k);
    } else if (own.beside && own.rank <= set.rank) {
      open.push_back(k);
    }
  }
  const auto is_among = [&](std::vector<std::int64_t> codes) {
    return builder_.add(Op::in_codes, truth(), {*manual_}, builder_.number_set(std::move(codes)), place);
  };
  ValueId forced = is_among(yes);
  // Chosen and not joined: where rows contradict one another they are why it is open, and not a fault in `held`.
  if (!open.empty())
    forced = either(forced, pick(is_among(open), held, builder_.boolean(false, place), truth(), place), place);
  return builder_.add(Op::select, truth(), {is_set_by_hand_, forced, held}, 0, place);
}

// ---- the whole

// held(S) = (condition of S, or S was held before and is kept) and (some stage of the rank before is held) and not
// disqualified, all Kleene; `beside` skips the third (number 14).
void Lowerer::lower_stages(const LifecycleDecl& decl) {
  std::vector<ValueId>& held = known_.held[mode_index()];
  held.clear();
  ValueId before;  // some stage of the rank before is held
  std::vector<ValueId> of_rank;
  std::vector<ValueId> answers;
  for (std::uint32_t position = 0; position < policy_.stages.size(); ++position) {
    const StageInfo& info = policy_.stages[position];
    const LifecycleItem& item = decl.items[info.item];
    const auto& stage = std::get<StageDecl>(item.node);
    if (position > 0 && info.rank != policy_.stages[position - 1].rank) {
      before = builder_.add(Op::or_, truth(), of_rank, 0, item.span);
      of_rank.clear();
    }
    std::vector<ValueId> enters{exact(stage.condition)};
    if (stage.needs) {
      std::vector<ValueId> known;
      for (ExprId value : stage.needs->values) known.push_back(is_settled(lower(value), stage.needs->span));
      enters.push_back(builder_.add(Op::at_least, truth(), known, stage.needs->count, stage.needs->span));
    }
    std::vector<ValueId> ways{builder_.add(Op::and_, truth(), enters, 0, item.span)};
    if (decl.remembers) {
      std::vector<ValueId> kept{was_held(position, item.span), negated(is_recycled(item.span), item.span)};
      if (stage.kept_while) kept.push_back(exact(*stage.kept_while));
      ways.push_back(builder_.add(Op::and_, truth(), kept, 0, item.span));
      if (!info.beside) ways.push_back(is_kept_from_falling_below(info.rank));
    }
    std::vector<ValueId> parts{builder_.add(Op::or_, truth(), ways, 0, item.span)};
    if (!before.is_none() && !info.beside) parts.push_back(before);
    if (!known_.disqualified[mode_index()].is_none())
      parts.push_back(negated(known_.disqualified[mode_index()], item.span));
    of_rank.push_back(builder_.add(Op::and_, truth(), parts, 0, item.span));
    answers.push_back(with_override(position, of_rank.back(), item.span));
  }
  held = std::move(answers);
}

void Lowerer::lower_lifecycle(const LifecycleDecl& decl) {
  LifecycleOutput output;
  const std::vector<StageInfo>& stages = policy_.stages;
  if (const LifecycleItem* item = find_item<StageOverride>(decl); item != nullptr && policy_.override_relation)
    lower_override(*item, output);
  for (Mode mode : {Mode::actual, Mode::possible}) {
    mode_ = mode;
    if (const LifecycleItem* item = find_item<Disqualified>(decl)) {
      const ExprId condition = std::get<Disqualified>(item->node).condition;
      ValueId& disqualified = known_.disqualified[mode_index()];
      disqualified = exact(condition);
      if (manual_) {  // a stage that people set wins over every condition
        disqualified = both(negated(is_set_by_hand_, item->span), disqualified, item->span);
      }
      if (mode == Mode::actual) {
        output.disqualified = disqualified;
        output.disqualified_because = item->explained.because ? item->explained.because->text : label(span(condition));
        add_fault_root(disqualified, "disqualified");
      }
    }
    lower_stages(decl);
  }
  mode_ = Mode::actual;
  for (std::uint32_t position = 0; position < stages.size(); ++position) {
    const StageInfo& info = stages[position];
    const LifecycleItem& item = decl.items[info.item];
    const auto& stage = std::get<StageDecl>(item.node);
    const ValueId held = known_.held[0][position];
    // Where nothing says what was before, no lead is said to cross.
    const ValueId becomes = decl.remembers ? stage_becomes(position, item.span) : builder_.missing(truth(), item.span);
    output.stages.push_back({stage.name.text, stage.title ? stage.title->text : std::string(), info.rank, info.beside,
                             held, becomes, lower_skipped(decl, position)});
    add_fault_root(held, "stage " + stage.name.text);
  }
  if (const auto& sent_back = recycling()) output.recycled = sent_back->condition;
  if (decl.remembers) {
    std::vector<ValueId> was;
    for (std::uint32_t position = 0; position < stages.size(); ++position)
      was.push_back(was_one_of({position}, decl.remembers->span));
    if (!was.empty()) {
      output.previous = builder_.add(Op::first_yes, stage_type, was, 0, decl.remembers->span);
      const ValueId was_any = was_one_of(stages_from(0), decl.remembers->span);
      const ValueId is_open = negated(is_known(was_any, decl.remembers->span), decl.remembers->span);
      output.issues.push_back({decl.remembers->text, "no stage of the policy", is_open});
    }
  }
  lower_reported(decl, output);
  program_.outputs.lifecycle = std::move(output);
}

// The reported stage is disqualified, else the highest held (of one rank the main line first), else `not yet`, else
// none (number 15).
void Lowerer::lower_reported(const LifecycleDecl& decl, LifecycleOutput& output) {
  std::vector<ValueId> tried;
  if (output.disqualified) {
    tried.push_back(*output.disqualified);
    output.reported_names.emplace_back("disqualified");
  }
  std::vector<const StageOutput*> highest_first;
  for (const StageOutput& stage : output.stages) highest_first.push_back(&stage);
  std::stable_sort(highest_first.begin(), highest_first.end(),
                   [](const StageOutput* a, const StageOutput* b) { return a->rank > b->rank; });
  for (const StageOutput* stage : highest_first) {
    tried.push_back(stage->held);
    output.reported_names.push_back(stage->name);
  }
  Span place;
  if (!decl.items.empty()) place = decl.items.back().span;
  if (const LifecycleItem* item = find_item<NotYet>(decl)) {
    place = item->span;
    const ExprId condition = std::get<NotYet>(item->node).condition;
    output.not_yet = exact(condition);
    output.not_yet_because = item->explained.because ? item->explained.because->text : label(span(condition));
    add_fault_root_after(tried, *output.not_yet, "not yet", place);
    tried.push_back(*output.not_yet);
    output.reported_names.emplace_back("not yet");
  }
  if (tried.empty()) tried.push_back(builder_.boolean(false, place));
  output.reported = builder_.add(Op::first_yes, stage_type, tried, 0, place);
}

}  // namespace muster::compiler
