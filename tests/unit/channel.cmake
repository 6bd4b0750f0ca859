sen_test(channel SOURCES ${CMAKE_CURRENT_LIST_DIR}/channel_link.cpp ${CMAKE_CURRENT_LIST_DIR}/channel_noise.cpp DEPS base channel)
