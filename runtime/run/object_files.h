// Which file holds the rows of which object: those that the run names, else those that the policy names in its own
// folder. May include: runtime/ingest, compiler/ir, lang/*. Called by: run, `muster run`, tests.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "lang/support/result.h"
#include "runtime/run/relations.h"

namespace muster::runtime {

struct ObjectFile {
  std::string object;  // its name in the policy
  std::string path;
};

// Opens the files of all objects that a space of the program is about, but for the root. `leads` is the file of the
// subject's own object, should it be needed as a table, too. Errors (usage): `given` names an object that the policy
// does not have, twice, or the subject; (file): a file cannot be opened, or the policy names one that does not lie in
// `policy_folder` (lang/source/beneath.h). An object without any file is left out.
lang::Result<std::vector<TableSource>> open_object_files(const compiler::Program& program,
                                                         const std::vector<ObjectFile>& given,
                                                         const std::string& policy_folder, const std::string& leads);

}  // namespace muster::runtime
