# The library as its users have it: nothing below its header can be seen from here.
muster_unit_test(library
  SOURCES
    library/answers_test.cpp
    library/errors_test.cpp
    library/policy_test.cpp)
