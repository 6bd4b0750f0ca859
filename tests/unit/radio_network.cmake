sen_test(radio_network SOURCES ${CMAKE_CURRENT_LIST_DIR}/radio_network.cpp DEPS apps)
