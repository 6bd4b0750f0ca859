sen_fuzz(gnb_rrc SOURCES ${CMAKE_CURRENT_LIST_DIR}/gnb_rrc.cpp DEPS rrc gnb)
