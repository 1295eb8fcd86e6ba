# sources of unit_compiler
muster_unit_test(compiler SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/check_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fold_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/guarantee_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ir_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/lower_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ranges_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/reduce_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/semantics_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/table_cells_test.cpp)
