#include "tests/bench/child_rows/batches.h"

#include <algorithm>
#include <array>

#include "stdlib/kernels/time.h"

namespace muster::bench {

using compiler::Kind;
using compiler::SpaceId;

ChildRows::ChildRows(const compiler::Program& program, runtime::AsOf as_of, std::size_t batches, std::size_t most)
    : program_(program), as_of_(as_of) {
  for (std::size_t batch = 0; batch < batches; ++batch) add(most);
}

std::uint64_t ChildRows::below(std::uint64_t limit) {
  state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
  return (state_ >> 33U) % limit;
}

void ChildRows::add(std::size_t most) {
  runtime::BatchView& view = views_.emplace_back();
  view.spaces.resize(program_.spaces.size());
  for (std::uint32_t at = 0; at < view.spaces.size(); ++at) {
    const compiler::Space& space = program_.spaces[SpaceId{at}];
    runtime::SpaceView& part = view.spaces[at];
    part.is_given = space.link != compiler::Link::one && (at == 0 || view.spaces[space.parent.index].is_given);
    if (!part.is_given) continue;
    part.rows = runtime::batch_rows;
    if (space.link == compiler::Link::many) {
      auto& offsets = *offsets_.emplace_back(std::make_unique<std::vector<std::uint32_t>>(1));
      for (std::size_t parent = 0; parent < view.spaces[space.parent.index].rows; ++parent) {
        offsets.push_back(offsets.back() + static_cast<std::uint32_t>(below(most + 1)));
      }
      part.offsets = offsets.data();
      part.rows = offsets.back();
      rows_ += part.rows;
    }
    for (const std::uint32_t field : space.columns) {
      const compiler::FieldSchema& schema = program_.schema.objects[space.object].fields[field];
      auto& column =
          *columns_.emplace_back(std::make_unique<runtime::Column>(compiler::physical_of(schema.type.kind), part.rows));
      fill(column, schema, part.rows);
      if (schema.type.kind == Kind::datetime && part.offsets != nullptr) {  // a parent's rows stand by time
        for (std::size_t parent = 0; parent < view.spaces[space.parent.index].rows; ++parent) {
          std::sort(column.integers.data() + part.offsets[parent], column.integers.data() + part.offsets[parent + 1]);
        }
      }
      part.columns.push_back(column.view());
    }
  }
}

// One value in ten is missing where the field may be blank.
void ChildRows::fill(runtime::Column& column, const compiler::FieldSchema& field, std::size_t rows) {
  constexpr std::array<const char*, 6> texts{"/pricing", "/careers", "/docs", "/", "/blog", "/about"};
  for (std::size_t row = 0; row < rows; ++row) {
    if (field.optional && below(10) == 0) continue;
    runtime::set_bit(column.known.data(), row);
    switch (field.type.kind) {
      case Kind::boolean:
        if (below(2) == 0) runtime::set_bit(column.yes.data(), row);
        break;
      case Kind::datetime:
        column.integers[row] = as_of_.instant - static_cast<std::int64_t>(below(std::uint64_t{400} * 86'400)) *
                                                    (kernels::microseconds_per_day / 86'400);
        break;
      case Kind::date:
        column.integers[row] = as_of_.day - static_cast<std::int64_t>(below(400));
        break;
      case Kind::text:
        column.codes[row] = column.dictionary.intern(texts[below(texts.size())]);
        break;
      case Kind::picklist:
        column.codes[row] =
            static_cast<std::uint32_t>(below(program_.schema.picklists[field.type.index].members.size()));
        break;
      default:
        column.integers[row] = static_cast<std::int64_t>(below(10'000)) * (field.type.digits > 0 ? 1000 : 1);
    }
  }
}

}  // namespace muster::bench
