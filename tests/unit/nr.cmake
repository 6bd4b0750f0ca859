sen_test(nr
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/nr_dci.cpp
    ${CMAKE_CURRENT_LIST_DIR}/nr_frequency.cpp
    ${CMAKE_CURRENT_LIST_DIR}/nr_ids.cpp
    ${CMAKE_CURRENT_LIST_DIR}/nr_time.cpp
    ${CMAKE_CURRENT_LIST_DIR}/nr_uplink_control.cpp
  DEPS nr)
