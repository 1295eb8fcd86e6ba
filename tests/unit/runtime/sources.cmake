muster_unit_test(runtime
  SOURCES
    runtime/cost_test.cpp
    runtime/csv_test.cpp
    runtime/dictionary_test.cpp
    runtime/emit_test.cpp
    runtime/ingest_test.cpp
    runtime/init_test.cpp
    runtime/interpret_random_test.cpp
    runtime/jit_random_test.cpp
    runtime/keys_test.cpp
    runtime/relations_test.cpp
    runtime/rows_test.cpp
    runtime/search_test.cpp
    runtime/simd_test.cpp
    runtime/tables_test.cpp
    runtime/verdict_test.cpp
  LIBRARIES nlohmann_json::nlohmann_json)
