sen_test(node_config SOURCES ${CMAKE_CURRENT_LIST_DIR}/node_config.cpp DEPS apps)
