sen_fuzz(gnb_n2 SOURCES ${CMAKE_CURRENT_LIST_DIR}/gnb_n2.cpp DEPS apps/load)
