# sources of unit_stdlib
muster_unit_test(stdlib SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/business_time_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/calendar_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fade_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/number_set_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/number_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/parse_value_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/text_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/time_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/unicode_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/zone_rule_test.cpp)
