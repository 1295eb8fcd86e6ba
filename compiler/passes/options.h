// Which passes run: all of them, unless somebody looks for the one that is wrong.
// May include: the standard library. Called by: compile.cpp, passes, tools, tests.
#pragma once

#include <array>
#include <string_view>

namespace muster::compiler {

struct PassOptions {
  bool fold = true;
  bool ranges = true;
  bool reduce = true;
  bool share = true;
  bool order = true;
  bool prune = true;

  static constexpr PassOptions none();
};

struct PassName {
  std::string_view name;
  bool PassOptions::* member;
};
// In the order in which they run.
inline constexpr auto pass_names = std::to_array<PassName>({{"fold", &PassOptions::fold},
                                                            {"ranges", &PassOptions::ranges},
                                                            {"reduce", &PassOptions::reduce},
                                                            {"share", &PassOptions::share},
                                                            {"order", &PassOptions::order},
                                                            {"prune", &PassOptions::prune}});

constexpr PassOptions PassOptions::none() {
  PassOptions options;
  for (const PassName& pass : pass_names) options.*pass.member = false;
  return options;
}

}  // namespace muster::compiler
