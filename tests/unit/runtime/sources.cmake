muster_unit_test(runtime
  SOURCES
    runtime/cost_test.cpp
    runtime/csv_test.cpp
    runtime/dictionary_test.cpp
    runtime/emit_test.cpp
    runtime/ingest_test.cpp
    runtime/init_test.cpp
    runtime/jit_code_test.cpp
    runtime/jit_random_test.cpp
    runtime/jit_rows_test.cpp
    runtime/keys_test.cpp
    runtime/relations_test.cpp
    runtime/rows_test.cpp
    runtime/search_test.cpp
    runtime/simd_test.cpp
    runtime/tables_test.cpp
    runtime/verdict_test.cpp
  LIBRARIES nlohmann_json::nlohmann_json)

# Thousands of random programs, in a program of their own so that they run beside the others. The longest tests are begun
# first: one that begins last is waited for on a single processor.
add_executable(unit_random main.cpp runtime/interpret_narrow_test.cpp runtime/interpret_random_test.cpp)
muster_settings(unit_random)
target_link_libraries(unit_random PRIVATE muster_runtime doctest::doctest)
add_test(NAME unit_random COMMAND unit_random WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
set_tests_properties(unit_random PROPERTIES LABELS fast COST 200)
set_tests_properties(unit_runtime PROPERTIES COST 100)

# What starts threads, in a program of its own: under ThreadSanitizer the other tests would only take time.
add_executable(unit_threads main.cpp runtime/engine_test.cpp runtime/relay_test.cpp runtime/threads_test.cpp)
muster_settings(unit_threads)
target_link_libraries(unit_threads PRIVATE muster_runtime doctest::doctest)
add_test(NAME unit_threads COMMAND unit_threads WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
set_tests_properties(unit_threads PROPERTIES LABELS fast)

# Replaces `operator new`, which nothing else should have to bear.
add_executable(unit_no_memory main.cpp runtime/no_memory_test.cpp)
muster_settings(unit_no_memory)
target_link_libraries(unit_no_memory PRIVATE muster_runtime doctest::doctest)
add_test(NAME unit_no_memory COMMAND unit_no_memory)
set_tests_properties(unit_no_memory PROPERTIES LABELS fast)
