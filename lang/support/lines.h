// A text that is put together line by line. May include: the standard library, fmt. Called by: whoever writes reports
// and policies.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>

namespace muster::lang {

// For classes whose methods add to one text.
class Lines {
 protected:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }

  std::string out_;
};

}  // namespace muster::lang
