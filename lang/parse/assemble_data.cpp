// Data, named values and tables, put together from what the grammar has recognised.
#include <algorithm>
#include <utility>

#include "lang/parse/builder.h"
#include "lang/source/unicode.h"

namespace muster::lang {

// ---- data

void Builder::begin_object() {
  mark_keyword();
  place = PhrasePlace::object;
  object = {};
}

void Builder::set_field_column() { field_column_ = column_bytes(text, field.name.span.begin); }
void Builder::begin_field() {
  field = {};
  field.name = last_name;
  set_field_column();
}
void Builder::take_type_name() { type = {last_name, std::nullopt, std::nullopt}; }
void Builder::take_type_digits(std::size_t begin, std::size_t end) {
  const std::uint32_t digits = small_number(text.substr(begin, end - begin));
  type.digits = static_cast<std::uint8_t>(std::min(digits, 99U));  // the checker knows how many a type may have
}
void Builder::take_type_currency() {
  type.currency = last_name;
  if (find_currency(last_name.text) == nullptr) emit<DiagnosticId::unknown_currency>(last_name.span, last_name.text);
}
void Builder::mark_optional() { field.optional = true; }
void Builder::mark_key() { field.key = true; }
void Builder::mark_required() { field.required = true; }
void Builder::mark_row_number() { field.row_number = true; }
// The second one would take the first one's place.
constexpr std::string_view all_behind_one = "write all of them behind one, with a comma between two";
void Builder::take_headers() {
  once(!field.headers.empty(), texts.front().span, "from", all_behind_one);
  field.headers = std::exchange(texts, {});
}
void Builder::take_missing_when() {
  once(!field.missing_when.empty(), texts.front().span, "missing when", all_behind_one);
  field.missing_when = std::exchange(texts, {});
}
void Builder::take_formats() {
  once(!field.formats.empty(), texts.front().span, "format", all_behind_one);
  field.formats = std::exchange(texts, {});
}
void Builder::mark_time() { field.time = true; }
void Builder::mark_event() { field.event = true; }
void Builder::mark_known_after() { field.known_after_outcome = true; }
void Builder::mark_claimed() {
  once(field.claim != Claim::none, span(last_end - std::string_view("claimed").size(), last_end), "claimed");
  field.claim = Claim::claimed;
}
void Builder::mark_verified() {
  once(field.claim != Claim::none, span(last_end - std::string_view("verified").size(), last_end), "verified");
  field.claim = Claim::verified;
}
void Builder::mark_explicit() {
  once(field.source != Source::none, span(last_end - std::string_view("explicit").size(), last_end), "source");
  field.source = Source::explicit_;
}
void Builder::mark_implicit() {
  once(field.source != Source::none, span(last_end - std::string_view("implicit").size(), last_end), "source");
  field.source = Source::implicit_;
}
void Builder::take_verified_by() {
  once(field.verified_by.has_value(), last_name.span, "verified by");
  field.verified_by = last_name;
}
void Builder::take_dated_by() {
  once(field.dated_by.has_value(), last_name.span, "dated by");
  field.dated_by = last_name;
}

// The fields of a kind are read while their own field waits in `outer_field`.
void Builder::begin_kinds() {
  field.type = type;
  field.kinds_span = type.name.span;
  outer_field = std::move(field);
}
void Builder::begin_kind() {
  row_kind = {};
  row_kind.name = last_name;
  texts.clear();
}
void Builder::take_spellings() { row_kind.spellings = std::exchange(texts, {}); }
void Builder::finish_kind_field(Span where) {
  field.span = where;
  field.type = type;
  row_kind.fields.push_back(std::move(field));
  count_node(where.begin);
}
void Builder::finish_kind() {
  row_kind.span = span(row_kind.name.span.begin, last_end);
  outer_field.kinds.push_back(std::move(row_kind));
  count_node(row_kind.span.begin);
}
void Builder::end_kinds() {
  field = std::move(outer_field);
  type = field.type;
  set_field_column();
}

void Builder::begin_many() {
  relation = {};
  relation.many = is_relation = true;
}
void Builder::begin_one() {
  relation = {};
  is_relation = true;
}
void Builder::take_relation_object() { relation.object = last_name; }
void Builder::take_relation_by() { relation.by = last_name; }
void Builder::take_otherwise_match() {
  relation.otherwise = FallbackMatch{std::move(names.back()), pop()};
  names.pop_back();
}
void Builder::take_tracked_since() { take_once(relation.tracked_since, "tracked since"); }
void Builder::take_tracked_only() { take_once(relation.tracked_only_when, "only when"); }
void Builder::finish_relation(Span where) {
  if (relation.name.text.empty()) {
    relation.name = relation.object;
    const std::size_t first = decode(relation.name.text).bytes;
    if (!relation.many) relation.name.text.replace(0, first, to_lower(relation.name.text.substr(0, first)));
  }
  relation.span = where;
  object.relations.push_back(std::move(relation));
  count_node(where.begin);
}

void Builder::begin_duplicates() { duplicates = {}; }
void Builder::take_duplicates_by() { duplicates.by = last_name; }
void Builder::keep_oldest() { duplicates.newest = false; }
void Builder::take_duplicates_date() { duplicates.dated = last_name; }
void Builder::join_rows() { duplicates.join_rows = true; }
void Builder::finish_duplicates(Span where) {
  once(object.duplicates.has_value(), where, "duplicates by");
  duplicates.span = where;
  object.duplicates = std::move(duplicates);
}

void Builder::begin_object_item() { is_relation = false; }
void Builder::finish_object_item(Span where) {
  if (is_relation) {
    relation.name = field.name;
    finish_relation(where);
    return;
  }
  field.span = where;
  field.type = type;
  object.fields.push_back(std::move(field));
  count_node(where.begin);
}
void Builder::finish_object_missing(Span) {
  for (Quoted& each : texts) object.missing_when.push_back(std::move(each));
  texts.clear();
}
void Builder::finish_object() {
  object.name = name;
  object.title = title;
  object.file = named_file;
  finish_declaration(std::move(object));
}

void Builder::begin_picklist() {
  mark_keyword();
  place = PhrasePlace::picklist;
  picklist = {};
}
void Builder::mark_ordered() { picklist.ordered = true; }
void Builder::finish_member() {
  count_node(last_end);
  if (names.back().text == "other") picklist.other = names.back();
  picklist.members.push_back({std::move(names.back()), std::exchange(texts, {})});
  names.clear();
}
void Builder::finish_picklist() {
  picklist.name = name;
  picklist.title = title;
  finish_declaration(std::move(picklist));
}

void Builder::begin_plain() { mark_keyword(); }
void Builder::finish_set() {
  SetDecl node{name, {}, named_file};
  if (named_file) return finish_declaration(std::move(node));
  const ExprId value = pop();
  if (auto* set = std::get_if<SetLiteral>(&tree_.expressions[value].node)) node.items = set->items;
  finish_declaration(std::move(node));
}
void Builder::begin_dated_value() { dates.clear(); }
void Builder::finish_dated_value(Span where) {
  const ExprId value = pop();
  count_node(where.begin);
  if (!dates.empty()) dated_values.push_back({value, dates.back(), where});  // else the day does not exist
}
void Builder::finish_setting() {
  finish_declaration(SettingDecl{name, type, pop(), std::exchange(dated_values, {}), title});
}
void Builder::finish_let() { finish_declaration(LetDecl{name, about, result_type, pop()}); }

void Builder::finish_parameter() {
  parameters.push_back({std::move(names.back()), type});
  names.pop_back();
  count_node(last_end);
}
void Builder::take_result() { result_type = type; }
void Builder::finish_define() {
  finish_declaration(DefineDecl{name, std::exchange(parameters, {}), result_type, pop()});
}
void Builder::finish_output() { finish_declaration(OutputDecl{name, result_type, title, pop()}); }
void Builder::finish_rates() { finish_declaration(RatesDecl{*named_file, pop()}); }

// ---- tables

void Builder::begin_table() {
  mark_keyword();
  table = {};
  extends = false;
}
void Builder::begin_extend() {
  begin_table();
  extends = true;
  object = {};
  picklist = {};
}
void Builder::mark_first() { table.policy = TablePolicy::first; }
void Builder::mark_unique() { table.policy = TablePolicy::unique; }
void Builder::mark_sum() { table.policy = TablePolicy::sum; }

void Builder::finish_table_row(std::size_t first, Span where) {
  TableRow row{where, {}, pop()};
  for (std::size_t i = first; i < bands.size(); ++i) row.cells.push_back(std::move(bands[i]));
  bands.erase(bands.begin() + static_cast<std::ptrdiff_t>(first), bands.end());
  count_node(where.begin);
  const auto is_otherwise = [](const Band& cell) { return std::holds_alternative<BandOtherwise>(cell.node); };
  if (row.cells.size() == 1 && is_otherwise(row.cells.front())) {
    row.cells.clear();
  } else if (const auto found = std::find_if(row.cells.begin(), row.cells.end(), is_otherwise);
             found != row.cells.end()) {
    fail_expected(found->span.begin, "a cell",
                  "a cell that takes everything is `any`; `otherwise` is a row of its own");
  } else if (!extends && row.cells.size() != parameters.size()) {
    const std::size_t word_end = identifier_end(text, where.begin);
    if (row.cells.size() == 1 && word_at(text, where.begin, "else") && row.cells[0].span.end == word_end) {
      report_foreign(where.begin, word_end, "write `otherwise`");
      return;
    }
    report_cell_count(where, '=', row.cells.size(), "the table's head", parameters.size());
    return;
  }
  table.rows.push_back(std::move(row));
}
void Builder::finish_table() {
  table.name = name;
  table.title = title;
  table.parameters = std::exchange(parameters, {});
  if (result_type) table.result = *result_type;
  finish_declaration(std::move(table));
}

// A row such as `Robotics = "Robotics"` may be a value of a picklist, too.
std::optional<PicklistMember> Builder::as_member(const TableRow& row) const {
  if (row.cells.size() != 1) return std::nullopt;
  const auto* values = std::get_if<BandValues>(&row.cells.front().node);
  const auto* result = std::get_if<TextLiteral>(&tree_.expressions[row.result].node);
  if (values == nullptr || values->values.size() != 1 || result == nullptr) return std::nullopt;
  const auto* word = std::get_if<NameRef>(&tree_.expressions[values->values.front()].node);
  if (word == nullptr || word->path.size() != 1) return std::nullopt;
  return PicklistMember{word->path.front(), {{result->value, tree_.expressions[row.result].span}}};
}

void Builder::finish_extend() {
  const bool has_fields = !object.fields.empty() || !object.relations.empty() || !object.missing_when.empty();
  const bool has_members = !picklist.members.empty();
  if (has_fields) {
    if (has_members || !table.rows.empty()) {
      emit<DiagnosticId::mixed_extension>(has_members ? picklist.members.front().name.span : table.rows.front().span,
                                          "fields", has_members ? "values" : "rows");
    }
    finish_declaration(
        ExtendObjectDecl{name, std::move(object.fields), std::move(object.relations), std::move(object.missing_when)});
    return;
  }
  std::vector<PicklistMember> members = std::move(picklist.members);
  for (const TableRow& row : table.rows) {
    if (std::optional<PicklistMember> member = as_member(row)) {
      members.push_back(std::move(*member));
    } else if (has_members) {
      emit<DiagnosticId::mixed_extension>(row.span, "rows of a table", "values of a picklist");
      break;
    } else {
      members.clear();
      break;
    }
  }
  const auto first = [](const PicklistMember& left, const PicklistMember& right) {
    return left.name.span < right.name.span;
  };
  std::stable_sort(members.begin(), members.end(), first);
  if (has_members) table.rows.clear();
  finish_declaration(ExtendDecl{name, std::move(table.rows), std::move(members)});
}

}  // namespace muster::lang
