#include "runtime/scenario/over_data.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lang/source/beneath.h"
#include "runtime/ingest/byte_source.h"
#include "runtime/ingest/lead_reader.h"
#include "runtime/run/feeder.h"
#include "runtime/run/object_files.h"
#include "runtime/run/relations.h"

namespace muster::runtime {

using compiler::SpaceId;
using compiler::ValueId;
using lang::Result;

namespace {

Result<std::unique_ptr<ByteSource>> open_leads(const std::string& policy_folder, const std::string& name) {
  auto opened = lang::open_beneath(policy_folder, name);
  if (opened) return open_file(std::move(*opened), name);
  return lang::Error{opened.error().kind, name, 0, "a test names this file: " + opened.error().message,
                     opened.error().fix};
}

}  // namespace

Result<LeadCount> count_leads(const compiler::Program& program, ValueId condition, const std::string& name,
                              const std::string& policy_folder, AsOf as_of, const lang::Limits& limits) {
  auto leads = open_leads(policy_folder, name);
  if (!leads) return leads.error();
  auto sources = open_object_files(program, {}, policy_folder, (std::filesystem::path(policy_folder) / name).string());
  if (!sources) return sources.error();
  for (TableSource& source : *sources) {
    if (source.object != program.schema.subject) continue;
    auto again = open_leads(policy_folder, name);  // never by its path, which may lead elsewhere by now
    if (!again) return again.error();
    source.source = std::move(*again);
  }
  const std::optional<AsOf> moment = program.reads_as_of ? std::optional(as_of) : std::nullopt;
  ReadOptions reading;
  reading.as_of = moment;
  reading.temporary_folder = policy_folder;
  auto reader = LeadReader::open(std::move(*leads), name, program, reading, limits);
  if (!reader) return reader.error();

  std::vector<ValueId> values{condition};
  for (const compiler::IgnoreOutput& ignore : program.outputs.ignores) values.push_back(ignore.condition);
  for (const compiler::FaultRoot& root : program.fault_roots) values.push_back(root.value);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  const std::vector<Region> regions = regions_of(program, values);
  TableOptions tables;
  tables.as_of = moment;
  tables.temporary_folder = policy_folder;
  auto relations = Relations::load(program, regions, std::move(*sources), tables, as_of, reader->merged_keys(), limits);
  if (!relations) return relations.error();
  Feeder feeder(program, **relations, regions.back(), as_of);
  Interpreter interpreter(program, as_of, SpaceId{compiler::root_space}, values);

  LeadCount counted;
  Batch batch;
  for (;;) {
    auto more = reader->next(batch, {});
    if (!more) return more.error();
    if (!*more) break;
    for (std::size_t begin = 0, count = 0; begin < batch.rows; begin += count) {
      count = feeder.fill(batch, begin);
      interpreter.evaluate(feeder.view());
      const Vector truth = interpreter.value(condition);
      for (std::size_t row = 0; row < count; ++row) {
        if (test_bit(batch.repeats.data(), begin + row)) continue;
        const bool ignored = std::any_of(
            program.outputs.ignores.begin(), program.outputs.ignores.end(),
            [&](const compiler::IgnoreOutput& ignore) { return interpreter.value(ignore.condition).is_yes(row); });
        if (ignored) continue;
        const bool overflows =  // the run would reject the lead (section 4, number 8)
            std::any_of(program.fault_roots.begin(), program.fault_roots.end(), [&](const compiler::FaultRoot& root) {
              const Vector value = interpreter.value(root.value);
              return !value.is_known(row) && value.overflow != nullptr && test_bit(value.overflow, row);
            });
        if (overflows) {
          ++counted.rejected;
          continue;
        }
        ++counted.leads;
        if (truth.is_yes(row)) ++counted.yes;
      }
    }
  }
  counted.rejected += reader->counts().rejected_rows();
  return counted;
}

}  // namespace muster::runtime
