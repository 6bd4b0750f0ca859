sen_test(ue SOURCES ${CMAKE_CURRENT_LIST_DIR}/ue_nas.cpp ${CMAKE_CURRENT_LIST_DIR}/ue_radio_loop.cpp DEPS ue)
