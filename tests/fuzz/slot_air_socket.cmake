sen_fuzz(slot_air_socket SOURCES ${CMAKE_CURRENT_LIST_DIR}/slot_air_socket.cpp DEPS air)
