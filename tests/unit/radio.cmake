sen_test(radio SOURCES ${CMAKE_CURRENT_LIST_DIR}/radio_file.cpp ${CMAKE_CURRENT_LIST_DIR}/radio_iq_air.cpp ${CMAKE_CURRENT_LIST_DIR}/radio_zmq.cpp DEPS radio)
