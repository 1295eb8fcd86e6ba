#include "runtime/verdict/tally.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace muster::runtime {
namespace {

std::uint64_t count(Word bits) { return static_cast<std::uint64_t>(std::popcount(bits)); }

template <class Body>
void for_rows(const std::vector<Word>& mask, Body body) {
  for (std::size_t word = 0; word < mask.size(); ++word) {
    for (Word bits = mask[word]; bits != 0; bits &= bits - 1) {
      body(word * word_bits + static_cast<std::size_t>(std::countr_zero(bits)));
    }
  }
}

// One more for `code`; codes that nobody named are counted as missing.
void count_code(std::vector<std::uint64_t>& counts, std::uint64_t& missing, const Vector& value, std::size_t row) {
  if (value.is_known(row) && value.codes[row] < counts.size()) {
    ++counts[value.codes[row]];
  } else {
    ++missing;
  }
}

void count_truth(QualifierTally& tally, const Vector& condition, const std::vector<Word>& mask) {
  for (std::size_t word = 0; word < mask.size(); ++word) {
    tally.yes += count(mask[word] & condition.yes[word]);
    tally.no += count(mask[word] & condition.no[word]);
    tally.undecided += count(mask[word] & ~(condition.yes[word] | condition.no[word]));
  }
}

void add_truth(QualifierTally& tally, const QualifierTally& other) {
  tally.yes += other.yes;
  tally.no += other.no;
  tally.undecided += other.undecided;
}

void add_each(std::vector<std::uint64_t>& counts, const std::vector<std::uint64_t>& others) {
  assert(counts.size() == others.size());
  for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += others[k];
}

}  // namespace

Tally::Tally(const compiler::Program& program, Wanted wanted) : program_(program), wanted_(wanted) {
  const compiler::Outputs& outputs = program.outputs;
  ignored_.resize(outputs.ignores.size());
  if (wanted.qualifiers) qualifiers_.resize(outputs.qualifiers.size());
  if (wanted.scores) scores_.resize(outputs.scores.size());
  if (wanted.grades) {
    for (const auto& grade : outputs.grades) {
      grades_.emplace_back().by_label.resize(grade.labels.size());
    }
  }
  if (wanted.frameworks) {
    for (const auto& framework : outputs.frameworks)
      frameworks_.emplace_back().letters.resize(framework.letters.size());
  }
  ignored_rows_.resize(outputs.row_ignores.size());
  if (wanted.lifecycle && outputs.lifecycle) stages_.by_reported.resize(outputs.lifecycle->reported_names.size());
  if (wanted.route && outputs.route) {
    routes_.by_row.resize(outputs.route->rows.size());
    routes_.provisional.resize(outputs.route->rows.size());
  }
}

void Tally::add(const Values& engine, const Word* rows, std::size_t row_count) {
  mask_.resize(words_for(row_count));
  for (std::size_t word = 0; word < mask_.size(); ++word) mask_[word] = rows[word] & row_mask(row_count, word);
  add_ignored(engine, mask_);
  for (const Word word : mask_) leads_ += count(word);
  for (std::size_t which = 0; which < qualifiers_.size(); ++which) {
    count_truth(qualifiers_[which], engine.value(program_.outputs.qualifiers[which].condition), mask_);
  }
  add_scores(engine, mask_);
  add_grades(engine, mask_);
  add_frameworks(engine, mask_);
  add_ignored_rows(engine, mask_);
  if (wanted_.lifecycle && program_.outputs.lifecycle) add_stages(engine, mask_);
  if (wanted_.route && program_.outputs.route) add_routes(engine, mask_);
}

void Tally::add_ignored(const Values& engine, Mask& mask) {
  for (std::size_t which = 0; which < ignored_.size(); ++which) {
    const Vector condition = engine.value(program_.outputs.ignores[which].condition);
    for (std::size_t word = 0; word < mask.size(); ++word) {
      ignored_[which] += count(mask[word] & condition.yes[word]);
      mask[word] &= ~condition.yes[word];
    }
  }
}

void Tally::add_scores(const Values& engine, const Mask& mask) {
  for (std::size_t which = 0; which < scores_.size(); ++which) {
    const compiler::ScoreOutput& output = program_.outputs.scores[which];
    ScoreTally& tally = scores_[which];
    const Vector value = engine.value(output.value);
    for_rows(mask, [&](std::size_t row) {
      if (!value.is_known(row)) return;
      const std::int64_t points = value.integers[row];
      ++tally.leads;
      tally.smallest = std::min(tally.smallest, points);
      tally.largest = std::max(tally.largest, points);
      tally.sum += points;
    });
    if (!wanted_.undecided) continue;
    conditions_.clear();
    for (const auto& rule : output.rules) conditions_.push_back(engine.value(rule.value));
    for (std::size_t word = 0; word < mask.size(); ++word) {
      Word known = ~Word{0};
      for (const Vector& rule : conditions_) known &= rule.known[word];
      tally.with_undecided_rules += count(mask[word] & ~known);
    }
  }
}

void Tally::add_grades(const Values& engine, const Mask& mask) {
  for (std::size_t which = 0; which < grades_.size(); ++which) {
    const Vector value = engine.value(program_.outputs.grades[which].value);
    GradeTally& tally = grades_[which];
    for_rows(mask, [&](std::size_t row) { count_code(tally.by_label, tally.undecided, value, row); });
  }
}

void Tally::add_frameworks(const Values& engine, const Mask& mask) {
  for (std::size_t which = 0; which < frameworks_.size(); ++which) {
    const compiler::FrameworkOutput& output = program_.outputs.frameworks[which];
    FrameworkTally& tally = frameworks_[which];
    if (output.qualified) count_truth(tally.qualified, engine.value(*output.qualified), mask);
    for (std::size_t k = 0; k < output.letters.size(); ++k) {
      LetterTally& letter = tally.letters[k];
      const Vector met = engine.value(output.letters[k].met);
      const Vector half = engine.value(output.letters[k].half);
      const Vector reached = engine.value(output.letters[k].reached);
      for (std::size_t word = 0; word < mask.size(); ++word) {  // as Verdict::letter
        const Word not_reached = mask[word] & reached.no[word];
        const Word open = mask[word] & ~not_reached;
        const Word not_met = open & met.no[word];
        const Word wholly = open & met.yes[word] & half.no[word];
        const Word partly = open & met.yes[word] & half.yes[word];
        letter.not_reached += count(not_reached);
        letter.not_met += count(not_met);
        letter.met += count(wholly);
        letter.half_met += count(partly);
        letter.unknown += count(open & ~(not_met | wholly | partly));
      }
    }
  }
}

void Tally::add_ignored_rows(const Values& engine, const Mask& mask) {
  for (std::size_t which = 0; which < ignored_rows_.size(); ++which) {
    const Vector rows = engine.value(program_.outputs.row_ignores[which].count);
    for_rows(mask, [&](std::size_t row) {
      if (rows.is_known(row)) ignored_rows_[which] += static_cast<std::uint64_t>(rows.integers[row]);
    });
  }
}

void Tally::add_stages(const Values& engine, const Mask& mask) {
  const compiler::LifecycleOutput& lifecycle = *program_.outputs.lifecycle;
  const Vector reported = engine.value(lifecycle.reported);
  for_rows(mask, [&](std::size_t row) { count_code(stages_.by_reported, stages_.none, reported, row); });
  conditions_.clear();
  for (const auto& stage : lifecycle.stages) conditions_.push_back(engine.value(stage.held));
  Vector disqualified;
  if (lifecycle.disqualified) disqualified = engine.value(*lifecycle.disqualified);
  for (std::size_t word = 0; word < mask.size(); ++word) {
    Word open = mask[word];  // neither disqualified nor in a stage so far, from the highest down
    if (disqualified.yes != nullptr) open &= ~disqualified.yes[word];
    Word may_be_higher = 0;
    for (std::size_t end = conditions_.size(); end > 0;) {
      Word held = 0;
      Word undecided = 0;
      const std::uint32_t rank = lifecycle.stages[end - 1].rank;
      for (; end > 0 && lifecycle.stages[end - 1].rank == rank; --end) {
        const Vector& stage = conditions_[end - 1];
        held |= stage.yes[word];
        undecided |= ~(stage.yes[word] | stage.no[word]);
      }
      may_be_higher |= open & ~held & undecided;
      open &= ~held;
    }
    stages_.may_be_higher += count(may_be_higher);
  }
}

void Tally::add_routes(const Values& engine, const Mask& mask) {
  conditions_.clear();
  for (const auto& row : program_.outputs.route->rows) conditions_.push_back(engine.value(row.condition));
  for (std::size_t word = 0; word < mask.size(); ++word) {
    Word open = mask[word];  // not yet taken by a row
    Word undecided = 0;      // an earlier row may have taken it
    for (std::size_t which = 0; which < conditions_.size(); ++which) {
      const Vector& condition = conditions_[which];
      const Word taken = open & condition.yes[word];
      routes_.by_row[which] += count(taken);
      routes_.provisional[which] += count(taken & undecided);
      open &= ~taken;
      undecided |= ~(condition.yes[word] | condition.no[word]);
    }
    routes_.none += count(open);
    routes_.none_provisional += count(open & undecided);
  }
}

void Tally::merge(const Tally& other) {
  leads_ += other.leads_;
  add_each(ignored_, other.ignored_);
  for (std::size_t k = 0; k < qualifiers_.size(); ++k) {
    add_truth(qualifiers_[k], other.qualifiers_[k]);
  }
  for (std::size_t k = 0; k < scores_.size(); ++k) {
    const ScoreTally& score = other.scores_[k];
    scores_[k].leads += score.leads;
    scores_[k].smallest = std::min(scores_[k].smallest, score.smallest);
    scores_[k].largest = std::max(scores_[k].largest, score.largest);
    scores_[k].sum += score.sum;
    scores_[k].with_undecided_rules += score.with_undecided_rules;
  }
  for (std::size_t k = 0; k < grades_.size(); ++k) {
    add_each(grades_[k].by_label, other.grades_[k].by_label);
    grades_[k].undecided += other.grades_[k].undecided;
  }
  for (std::size_t k = 0; k < frameworks_.size(); ++k) {
    const FrameworkTally& framework = other.frameworks_[k];
    add_truth(frameworks_[k].qualified, framework.qualified);
    for (std::size_t letter = 0; letter < framework.letters.size(); ++letter) {
      LetterTally& tally = frameworks_[k].letters[letter];
      tally.met += framework.letters[letter].met;
      tally.half_met += framework.letters[letter].half_met;
      tally.not_met += framework.letters[letter].not_met;
      tally.unknown += framework.letters[letter].unknown;
      tally.not_reached += framework.letters[letter].not_reached;
    }
  }
  add_each(ignored_rows_, other.ignored_rows_);
  add_each(stages_.by_reported, other.stages_.by_reported);
  stages_.none += other.stages_.none;
  stages_.may_be_higher += other.stages_.may_be_higher;
  add_each(routes_.by_row, other.routes_.by_row);
  add_each(routes_.provisional, other.routes_.provisional);
  routes_.none += other.routes_.none;
  routes_.none_provisional += other.routes_.none_provisional;
}

}  // namespace muster::runtime
