sen_test(ue SOURCES ${CMAKE_CURRENT_LIST_DIR}/ue_nas.cpp DEPS ue)
