// The reference of the workload, which is not part of the project: its table, its reader of CSV and its hand-written
// AVX-512 kernel ("HAND"). The build says where hand.hpp lies.
// May include: hand.hpp. Called by: the benches of the workload. Last of a file's includes, for it leaves macros
// behind.
#pragma once

#include <cstddef>
#include <string>

#include <hand.hpp>

namespace muster::bench {

// The first `most` leads of a CSV file, without their e-mail addresses: HAND keeps the domain only. The file passes
// through a block of memory, so that what stays is the table. Ends the program where the file cannot be read.
void read_table(const std::string& path, std::size_t most, Table& table);

// HAND needs AVX-512 with VBMI. Where the machine at hand has none, it is left out.
#if defined(MUSTER_BENCH_HAND)
inline constexpr bool has_hand = true;
#else
inline constexpr bool has_hand = false;
#endif

// What HAND must answer, row by row and without vectors, for rows [0, table.n).
void run_reference(const Table& table, const Luts& luts, Out& out);
// HAND over rows [first, last); `first` is a multiple of 64. Ends the program where there is no HAND.
void run_hand(const Table& table, const Luts& luts, Out& out, std::size_t first, std::size_t last);

[[nodiscard]] bool same(const Sum& a, const Sum& b);

}  // namespace muster::bench
