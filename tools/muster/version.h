// The version of this program, from the top CMakeLists.txt. May include: nothing. Called by: tools/muster.
#pragma once

namespace muster::tools {

inline constexpr const char* version = MUSTER_VERSION;

}  // namespace muster::tools
