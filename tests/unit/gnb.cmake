sen_test(gnb SOURCES ${CMAKE_CURRENT_LIST_DIR}/gnb_radio_loop.cpp DEPS gnb)
