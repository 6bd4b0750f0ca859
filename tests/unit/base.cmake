sen_test(base SOURCES ${CMAKE_CURRENT_LIST_DIR}/base_bytes.cpp ${CMAKE_CURRENT_LIST_DIR}/base_executor.cpp DEPS base)
