sen_fuzz(ue_nas SOURCES ${CMAKE_CURRENT_LIST_DIR}/ue_nas.cpp DEPS ue)
