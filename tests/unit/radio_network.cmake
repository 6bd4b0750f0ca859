sen_test(radio_network SOURCES ${CMAKE_CURRENT_LIST_DIR}/radio_network.cpp ${CMAKE_CURRENT_LIST_DIR}/radio_replay.cpp DEPS apps)
