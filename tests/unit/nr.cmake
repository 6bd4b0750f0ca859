sen_test(nr SOURCES ${CMAKE_CURRENT_LIST_DIR}/nr_ids.cpp DEPS nr)
