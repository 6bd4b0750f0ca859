sen_fuzz(ue_rrc SOURCES ${CMAKE_CURRENT_LIST_DIR}/ue_rrc.cpp DEPS ue gnb)
