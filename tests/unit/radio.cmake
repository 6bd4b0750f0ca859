sen_test(radio SOURCES ${CMAKE_CURRENT_LIST_DIR}/radio_zmq.cpp DEPS radio)
