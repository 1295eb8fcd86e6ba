// Everything of a run besides the leads themselves: the tables, how rows find one another, and the values of rows that
// others refer to, worked out for whole tables before the first lead is read.
// May include: runtime/*, compiler/ir. Called by: run, feeder, tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/spec/limits.h"
#include "lang/support/result.h"
#include "runtime/data/as_of.h"
#include "runtime/data/links.h"
#include "runtime/data/table.h"
#include "runtime/ingest/table_reader.h"
#include "runtime/interpret/interpreter.h"

namespace muster::runtime {

// The file of an object's rows, open already; `name` stands in messages.
struct TableSource {
  std::uint32_t object = 0;
  std::string name;
  std::unique_ptr<ByteSource> source;
};

// One object's file, as it was read.
struct TableReport {
  std::uint32_t object = 0;
  std::string file;
  TableCounts counts;
};
// One relation of an object. Rows of the subject have been counted when all leads have been read.
struct RelationReport {
  std::uint32_t object = 0;    // that has the relation
  std::uint32_t relation = 0;  // of the object
  // `many`: child rows that name no parent, or one that is not there (or was not kept). `one`: rows that name a row
  // that is not there, and for which no other one was found.
  std::uint64_t without_key = 0;
  std::uint64_t without_row = 0;
  std::uint64_t ambiguous = 0;  // one: rows for which several fit, so that none is taken

  // By any thread.
  static void count(std::uint64_t& which) {
    std::atomic_ref<std::uint64_t>(which).fetch_add(1, std::memory_order_relaxed);
  }
};

// A value of all rows of a table, with the memory that holds it.
struct StoredColumn {
  StoredValue view;
  std::vector<std::int64_t> integers;
  std::vector<std::uint32_t> codes;
  std::vector<Word> yes, no, known, overflow, division_by_zero;
  Dictionary dictionary;
};

class Relations {
 public:
  // `program` outlives the relations. `regions` are those of regions_of(), the root's last; objects that they do not
  // need are not read. An object without a source is absent. `merged_leads`: leads that another one stands for. Errors:
  // those of read_table(). stopped(): TableOptions::should_stop said so, and nothing else may be called.
  static lang::Result<std::unique_ptr<Relations>> load(const compiler::Program& program,
                                                       const std::vector<Region>& regions,
                                                       std::vector<TableSource> sources, const TableOptions& options,
                                                       AsOf as_of, std::span<const MergedKey> merged_leads,
                                                       const lang::Limits& limits);
  // The same of tables that are in memory: `make` is asked for each object that is needed. The columns of the object's
  // `time` field go behind those that are wanted.
  using TableMaker = std::function<Table(std::uint32_t object, const RecordFields& fields)>;
  static std::unique_ptr<Relations> of_tables(const compiler::Program& program, const std::vector<Region>& regions,
                                              const TableMaker& make, AsOf as_of);
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const std::vector<TableReport>& tables() const { return reports_; }
  [[nodiscard]] std::vector<RelationReport> relations() const;

  // ---- for feeders: one for each thread, and none changes anything but what RelationReport and ManyLink count
  // What is known about a space besides the root.
  struct SpaceData {
    bool is_used = false;
    Table* table = nullptr;
    ManyLink* many = nullptr;
    const std::vector<std::uint32_t>* groups = nullptr;  // many, below a table: by the parent's row
    const RowIndex* by_key = nullptr;                    // one
    const MatchIndex* by_match = nullptr;                // one, where the relation says `otherwise`
    std::vector<std::uint32_t> row_of;                   // one, below a table: by the parent's row, the row plus 1
    RelationReport* report = nullptr;                    // one
    std::vector<std::unique_ptr<StoredColumn>> columns;  // one
    std::vector<StoredValue> stored;                     // one
  };
  [[nodiscard]] SpaceData& space(compiler::SpaceId id) { return spaces_[id.index]; }
  // The table whose rows are those of the space; nullptr: the root.
  [[nodiscard]] Table* table_of(compiler::SpaceId id) { return spaces_[id.index].table; }

 private:
  Relations(const compiler::Program& program, AsOf as_of) : program_(program), as_of_(as_of) {}
  using RelationKey = std::pair<std::uint32_t, std::uint32_t>;  // object, relation
  // One `many` relation, and the groups of rows of the object that has it, where that is a table.
  struct Children {
    std::unique_ptr<ManyLink> link;
    std::vector<std::uint32_t> groups;
    bool has_groups = false;
  };

  [[nodiscard]] const compiler::RelationSchema& relation_of(const compiler::Space& space) const;
  [[nodiscard]] RelationKey key_of(const compiler::Space& space) const;
  // Calls body(id, space) for every space that is used, but for the root.
  template <class Body>
  void for_spaces(Body body);
  [[nodiscard]] std::map<std::uint32_t, RecordFields> wanted_fields();
  void use_spaces(const std::vector<Region>& regions);
  // What follows once there are tables.
  void bind(const std::vector<Region>& regions, std::span<const MergedKey> merged_leads);
  lang::Result<> read_tables(std::vector<TableSource> sources, const TableOptions& options, const lang::Limits& limits);
  void link_children(std::span<const MergedKey> merged_leads);
  void link_references();
  // References of rows of tables to the rows of these `one` spaces.
  void resolve(const std::vector<compiler::SpaceId>& reads);
  // By row: no row has the key, so that the fallback decides, if there is one.
  std::vector<bool> resolve_keys(compiler::SpaceId one);
  void resolve_texts(compiler::SpaceId one, std::vector<bool> is_open);
  void evaluate(const Region& region);

  const compiler::Program& program_;
  AsOf as_of_;
  bool stopped_ = false;
  std::vector<SpaceData> spaces_;
  std::map<std::uint32_t, Table> tables_;  // by object
  std::map<RelationKey, Children> children_;
  std::map<std::uint32_t, std::unique_ptr<RowIndex>> row_indexes_;                                // by object
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::unique_ptr<MatchIndex>> match_indexes_;  // by object, field
  std::map<RelationKey, RelationReport> references_;                                              // of `one` relations
  std::map<RelationKey, compiler::SpaceId> counted_;  // the space whose rows stand in the report
  std::vector<TableReport> reports_;
};

}  // namespace muster::runtime
