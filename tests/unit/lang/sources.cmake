muster_unit_test(lang
  SOURCES
    lang/diagnostics_test.cpp
    lang/dump.cpp
    lang/expression_test.cpp
    lang/behaviour_test.cpp
    lang/parse_test.cpp
    lang/rows_test.cpp)
