#include "runtime/run/open.h"

#include <utility>

namespace muster::runtime {

lang::Result<std::optional<OpenRun>> open_run(const compiler::Program& program, const RunInput& input, Wanted wanted,
                                              const std::string& temporary_folder, const lang::Limits& limits) {
  using Opened = std::optional<OpenRun>;
  auto sources = open_object_files(program, input.files, input.policy_folder, input.leads);
  if (!sources) return sources.error();
  std::uint64_t table_bytes = 0;
  for (const TableSource& source : *sources) table_bytes += source.source->size_bytes();
  // Without a moment that matters everything has happened.
  const std::optional<AsOf> as_of = program.reads_as_of ? std::optional(input.as_of) : std::nullopt;

  ReadOptions reading;
  reading.csv = input.csv;
  reading.as_of = as_of;
  reading.temporary_folder = temporary_folder;
  if (input.progress) {
    reading.while_checking = [&](const ReadProgress& read) {
      input.progress({read.bytes_read, read.bytes_total + table_bytes});
    };
  }
  auto reader = LeadReader::open(input.leads, program, reading, limits);
  if (!reader) return reader.error();
  if (input.should_stop && input.should_stop()) return Opened();

  TableOptions tables;
  tables.csv = input.csv;
  tables.as_of = as_of;
  tables.temporary_folder = temporary_folder;
  tables.should_stop = input.should_stop;
  if (input.progress) {
    tables.while_reading = [&](std::uint64_t bytes) {
      const ReadProgress leads = reader->progress();
      input.progress({leads.bytes_read + bytes, leads.bytes_total + table_bytes});
    };
  }
  const std::vector<Region> regions = regions_of(program, roots_of(program, wanted));
  auto relations =
      Relations::load(program, regions, std::move(*sources), tables, input.as_of, reader->merged_keys(), limits);
  if (!relations) return relations.error();
  if ((*relations)->stopped() || (input.should_stop && input.should_stop())) return Opened();
  return Opened(OpenRun{std::move(*reader), std::move(*relations), regions.back(), table_bytes});
}

bool report_progress(const RunInput& input, const ReadProgress& read, std::uint64_t table_bytes) {
  if (input.progress) input.progress({read.bytes_read + table_bytes, read.bytes_total + table_bytes});
  return input.should_stop && input.should_stop();
}

}  // namespace muster::runtime
