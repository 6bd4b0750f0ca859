sen_fuzz(ue_mac SOURCES ${CMAKE_CURRENT_LIST_DIR}/ue_mac.cpp DEPS mac)
