sen_test(load
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/load_gnb.cpp ${CMAKE_CURRENT_LIST_DIR}/load_ip_host.cpp
  DEPS apps/load)
